//! What the edge adds to the description of a route: how it refuses callers, whatever the handler does.

use utoipa::openapi::{
    Content, Paths, Ref, RefOr, Response, ResponseBuilder, path::Operation,
    security::SecurityRequirement,
};

use crate::routes::Demand;

type Refusal = (&'static str, &'static str);

/// Of every route.
const READING: [Refusal; 2] = [
    ("400", "The request cannot be read."),
    (
        "422",
        "VALIDATION_FAILED, BODY_INVALID, QUERY_INVALID: a field breaks a rule; details say which.",
    ),
];
/// Of routes that take a body.
const BODY: [Refusal; 1] = [("413", "BODY_TOO_LARGE.")];
const BODY_UNREADABLE: Refusal = ("400", "BODY_NOT_JSON, CONTENT_TYPE_NOT_JSON.");
/// Of routes with limits.
const LIMITED: [Refusal; 2] = [
    ("429", "RATE_LIMITED: wait as long as Retry-After says."),
    ("503", "DATABASE_UNAVAILABLE, LIMITER_UNAVAILABLE: try again in a moment."),
];
/// Of routes with a permission.
const GUARDED: [Refusal; 5] = [
    (
        "401",
        "TOKEN_MISSING, TOKEN_MALFORMED, TOKEN_NOT_ACCESS, TOKEN_ALGORITHM_REFUSED, \
         TOKEN_KEY_UNKNOWN, TOKEN_SIGNATURE_INVALID, TOKEN_WRONG_ISSUER, TOKEN_WRONG_AUDIENCE, \
         TOKEN_EXPIRED, SESSION_REVOKED, KEY_UNKNOWN, KEY_EXPIRED, KEY_REVOKED.",
    ),
    (
        "403",
        "PERMISSION_MISSING, CLUB_REQUIRED, CLUB_SUSPENDED, MEMBER_SUSPENDED, STEP_UP_REQUIRED.",
    ),
    ("404", "NOT_FOUND: there is nothing of that id in the club."),
    ("429", "RATE_LIMITED: wait as long as Retry-After says."),
    ("503", "STANDING_UNAVAILABLE, DATABASE_UNAVAILABLE, KEYS_MISSING: try again in a moment."),
];
/// Of routes that take an `Idempotency-Key`.
const REPEATED: [Refusal; 3] = [
    ("400", "BODY_NOT_JSON, CONTENT_TYPE_NOT_JSON, IDEMPOTENCY_KEY_INVALID."),
    ("409", "IDEMPOTENCY_IN_FLIGHT."),
    ("422", "VALIDATION_FAILED, BODY_INVALID, IDEMPOTENCY_KEY_REUSED."),
];

fn problem(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .build()
        .into()
}

/// What the handler says of a status stays as it is.
fn refuses(operation: &mut Operation, refusals: impl IntoIterator<Item = Refusal>) {
    for (status, refusal) in refusals {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| problem(refusal));
    }
}

fn each(paths: &mut Paths, mut mark: impl FnMut(&str, &mut Operation)) {
    for item in paths.paths.values_mut() {
        for (method, operation) in [
            ("GET", &mut item.get),
            ("POST", &mut item.post),
            ("PUT", &mut item.put),
            ("PATCH", &mut item.patch),
            ("DELETE", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                mark(method, operation);
            }
        }
    }
}

/// Of a route that anybody may call as often as they like.
pub(crate) fn unlimited(paths: &mut Paths) {
    each(paths, |_, operation| {
        if operation.request_body.is_some() {
            refuses(operation, BODY);
        }
    });
}

/// Of a route that anybody may call.
pub(crate) fn open(paths: &mut Paths) {
    each(paths, |_, operation| {
        if operation.request_body.is_some() {
            refuses(operation, BODY.into_iter().chain([BODY_UNREADABLE]));
        }
        refuses(operation, READING.into_iter().chain(LIMITED));
    });
}

/// Of a route with a permission.
pub(crate) fn guarded(paths: &mut Paths, demand: Demand) {
    each(paths, |method, operation| {
        if method == "POST" {
            refuses(operation, REPEATED);
        }
        if operation.request_body.is_some() {
            refuses(operation, BODY.into_iter().chain([BODY_UNREADABLE]));
        }
        refuses(operation, READING.into_iter().chain(GUARDED));
        operation.security =
            Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("access_token", [])]);
        let note = note(demand);
        operation.description = Some(match operation.description.take() {
            Some(text) if !text.is_empty() => format!("{text}\n\n{note}"),
            _ => note,
        });
    });
}

fn note(demand: Demand) -> String {
    let place = if demand.at_venue { ", in the club or at the venue" } else { "" };
    let proof = if demand.fresh { " Asks for a proof not older than 15 minutes." } else { "" };
    format!("Needs the permission `{}`{place}.{proof}", demand.permission.as_str())
}
