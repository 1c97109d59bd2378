//! The API's description is made of the code, committed as one file, and fresh.

use std::{collections::BTreeMap, fs, path::Path};

use utoipa::openapi::{
    Components, Info, OpenApi, Paths,
    security::{Http, HttpAuthScheme, SecurityScheme},
};

use crate::world::functions;

const FILE: &str = "../../functions/api-docs/openapi.json";

fn description() -> OpenApi {
    let info = Info::builder()
        .title("ClubPulse")
        .version("1")
        .description(Some(
            "Clubs, courts, bookings and payments. Every answer is `{\"data\": …, \"meta\": …}`, \
             every refusal `{\"error\": {\"code\", \"message\", \"details\"}, \"meta\"}`; codes are stable.",
        ))
        .build();
    let mut description = OpenApi::new(info, Paths::new());
    for function in functions() {
        let part = function.openapi();
        assert_no_schema_is_lost(&description, &part);
        description.merge(part);
    }
    name_operations(&mut description);
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token of /v1/auth/login, valid 15 minutes, for one club; or an API key of /v1/api-keys.",
        ))
        .build();
    description
        .components
        .get_or_insert_with(Components::new)
        .add_security_scheme("access_token", SecurityScheme::Http(bearer));
    description
}

/// Of two schemas of one name, merging keeps the first.
fn assert_no_schema_is_lost(whole: &OpenApi, part: &OpenApi) {
    let schemas = |of: &OpenApi| of.components.clone().map(|c| c.schemas).unwrap_or_default();
    let known = schemas(whole);
    for (name, schema) in schemas(part) {
        let same = known.get(&name).is_none_or(|known| *known == schema);
        assert!(same, "two schemas are called {name}");
    }
}

/// Handlers' names repeat across functions; ids of operations must not: `post_v1_bookings`.
fn name_operations(description: &mut OpenApi) {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ] {
            let Some(operation) = operation else { continue };
            let words = path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let words = words.filter(|word| !word.is_empty());
            let name = std::iter::once(method).chain(words).collect::<Vec<_>>().join("_");
            operation.operation_id = Some(name);
        }
    }
}

#[test]
fn the_committed_openapi_file_is_fresh() {
    let fresh = description().to_pretty_json().unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    #[expect(clippy::disallowed_methods, reason = "`make openapi` sets it")]
    if std::env::var("CLUBPULSE_WRITE").is_ok() {
        fs::write(&path, &fresh).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "functions/api-docs/openapi.json is old; run `make openapi`");
}

#[test]
fn every_route_is_described_and_has_a_permission_or_is_open_by_decision() {
    let open = [
        "GET /.well-known/jwks.json",
        "GET /.well-known/openid-configuration",
        "GET /docs",
        "GET /health",
        "GET /openapi.json",
        "GET /ready",
        "GET /v1/auth/sso/providers",
        "GET /v1/ical/{file}",
        "POST /v1/auth/email/change/confirm",
        "POST /v1/auth/email/verify",
        "POST /v1/auth/login",
        "POST /v1/auth/logout",
        "POST /v1/auth/mfa",
        "POST /v1/auth/mfa/enrol",
        "POST /v1/auth/mfa/enrol/confirm",
        "POST /v1/auth/password/reset",
        "POST /v1/auth/password/reset-request",
        "POST /v1/auth/refresh",
        "POST /v1/auth/register",
        "POST /v1/auth/sso/complete",
        "POST /v1/auth/sso/start",
        "POST /webhooks/mercadopago/{club_id}",
    ];
    let routes: BTreeMap<_, _> = functions()
        .iter()
        .flat_map(|function| function.table().to_vec())
        .map(|route| (format!("{} {}", route.method, route.path), route.access))
        .collect();
    let without: Vec<_> = routes
        .iter()
        .filter(|(_, access)| **access == web::Access::Open)
        .map(|(route, _)| route.as_str())
        .collect();
    assert_eq!(without, open);
    let description = description();
    for route in routes.keys() {
        let (_, path) = route.split_once(' ').unwrap();
        assert!(description.paths.paths.contains_key(path), "{route} is not described");
    }
}
