//! Members: searching them, letting them in and keeping them out, and who may give which rights to whom.

use futures::future::{join, join_all};
use identity::{MembershipStatus, store};
use kernel::{AccountId, Method, Role, Tenant, VenueId};
use serde_json::{Value, json};
use table::TenantTable;
use testkit::Answer;

use crate::world::{Club, Person, World};

pub(crate) async fn started() -> (World, Club) {
    let world = World::start().await;
    let club = world.club("norte").await;
    (world, club)
}

fn table(world: &World, club: &Club) -> TenantTable {
    world.test.app.table().tenant(&Tenant::from_platform_record(club.id, "test"))
}

pub(crate) async fn put_roles(world: &World, token: &str, of: AccountId, body: Value) -> Answer {
    let path = format!("/v1/members/{of}/roles");
    world.test.call("PUT", &path).token(token).json(&body).send().await
}

/// A member who was given these roles by the owner, signed in after it.
pub(crate) async fn staff(world: &World, club: &Club, name: &str, body: Value) -> Person {
    let person = world.member(club, name).await;
    put_roles(world, &club.owner.token, person.account, body).await.data(200);
    let token = world.log_in(&person.email, &club.slug).await;
    Person { token, ..person }
}

async fn a(world: &World, club: &Club, role: &str) -> Person {
    staff(world, club, role, json!({ "roles": [role] })).await
}

async fn verb(world: &World, token: &str, of: AccountId, verb: &str) -> Answer {
    let path = format!("/v1/members/{of}/{verb}");
    world.test.call("POST", &path).token(token).send().await
}

async fn expel(world: &World, token: &str, of: AccountId) -> Answer {
    world.test.delete(&format!("/v1/members/{of}"), token).await
}

async fn leave(world: &World, token: &str) -> Answer {
    world.test.call("POST", "/v1/members/leave").token(token).send().await
}

async fn log_in(world: &World, person: &Person, club: &Club) -> Answer {
    let body = json!({
        "email": person.email, "password": "correct horse battery", "club": club.slug,
    });
    world.test.call("POST", "/v1/auth/login").json(&body).send().await
}

async fn names(world: &World, club: &Club, query: &str) -> Vec<String> {
    let found = world.test.get(&format!("/v1/members?{query}"), &club.owner.token).await.data(200);
    found.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

/// Everybody that the list has, page by page, and how many pages that took.
async fn all_pages(world: &World, club: &Club, query: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/v1/members?{query}{cursor}");
        let answer = world.test.get(&path, &club.owner.token).await;
        let next = answer.body["meta"]["page"]["next_cursor"].as_str().map(str::to_owned);
        pages += 1;
        for member in answer.data(200).as_array().unwrap() {
            found.push(member["name"].as_str().unwrap().to_owned());
        }
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (found, pages),
        }
    }
}

async fn rename(world: &World, person: &Person, name: &str) {
    let body = json!({ "name": name });
    world.test.patch("/v1/users/me", &person.token, body).await.data(200);
}

#[tokio::test]
async fn members_are_found_by_the_beginning_of_their_name() {
    let (world, club) = started().await;
    for (login, name) in
        [("a", "Ana Pérez"), ("b", "ánabel Ñandú"), ("c", "Bruno"), ("d", "ANA  P")]
    {
        let person = world.member(&club, login).await;
        rename(&world, &person, name).await;
    }
    assert_eq!(names(&world, &club, "name=ana").await, ["ANA  P", "Ana Pérez", "ánabel Ñandú"]);
    assert_eq!(names(&world, &club, "name=%C3%81NA%20").await, ["ANA  P", "Ana Pérez"]);
    assert_eq!(names(&world, &club, "name=anabel%20nan").await, ["ánabel Ñandú"]);
    assert!(names(&world, &club, "name=perez").await.is_empty(), "the beginning of the whole name");
    let everybody = ["ANA  P", "Ana Pérez", "ánabel Ñandú", "Bruno", "Olga Owner"];
    assert_eq!(names(&world, &club, "").await, everybody, "a new name moves its bearer");
    let paged = all_pages(&world, &club, "limit=2").await;
    assert_eq!(paged, (everybody.map(str::to_owned).to_vec(), 3));
}

#[tokio::test]
async fn members_are_found_by_address_role_and_status() {
    let (world, club) = started().await;
    let sur = world.club("sur").await;
    let (ana, coach) = (world.member(&club, "ana").await, a(&world, &club, "coach").await);
    let (venue, _) = world.venue(&club, 0).await;
    let there = json!({ "roles": ["member"], "venue_roles": { venue.to_string(): ["coach"] } });
    staff(&world, &club, "bruno", there).await;
    verb(&world, &club.owner.token, ana.account, "suspend").await.data(200);

    assert_eq!(names(&world, &club, "email=ANA@norte.example.org").await, ["ana"]);
    assert!(names(&world, &club, "email=ana@norte.example.org&status=active").await.is_empty());
    assert!(names(&world, &club, "email=ana@norte.example.org&name=b").await.is_empty());
    assert!(names(&world, &club, &format!("email={}", sur.owner.email)).await.is_empty());
    assert!(names(&world, &club, "email=nobody@example.org").await.is_empty());
    assert_eq!(names(&world, &club, "role=coach").await, ["bruno", "coach"]);
    assert_eq!(names(&world, &club, "role=coach&name=c").await, ["coach"]);
    assert_eq!(names(&world, &club, "status=suspended").await, ["ana"]);
    assert_eq!(names(&world, &club, "status=active&role=owner").await, ["Olga Owner"]);
    let (paged, _) = all_pages(&world, &club, "role=coach&limit=1").await;
    assert_eq!(paged, ["bruno", "coach"]);

    let path = format!("/v1/members/{}", coach.account);
    let shown = world.test.get(&path, &coach.token).await;
    assert!(shown.header("etag").is_some());
    let shown = shown.data(200);
    assert_eq!((&shown["email"], &shown["roles"]), (&json!(coach.email), &json!(["coach"])));
    assert_eq!(
        (&shown["status"], &shown["joined_at"]),
        (&json!("active"), &json!("2026-11-20T12:00:00.000Z"))
    );
    let nobody = world.test.get(&format!("/v1/members/{}", sur.owner.account), &coach.token).await;
    nobody.refused(404, "MEMBER_NOT_FOUND");
    let get = |query: &str| format!("/v1/members?{query}");
    for wrong in ["status=gone", "role=No", "email=x", "surname=x"] {
        world.test.get(&get(wrong), &coach.token).await.refused(422, "QUERY_INVALID");
    }
    let long = format!("name={}", "x".repeat(101));
    world.test.get(&get(&long), &coach.token).await.refused(422, "VALIDATION_FAILED");
    world.test.get(&get("limit=101"), &coach.token).await.refused(422, "LIMIT_OUT_OF_RANGE");
}

#[tokio::test]
async fn a_rare_role_is_found_among_many_and_a_cursor_keeps_to_its_search() {
    let (world, club) = started().await;
    let rows: Vec<_> = (0..230)
        .map(|n| {
            let role = if n % 50 == 7 { "coach" } else { "member" };
            json!({ "email": format!("p{n}@example.org"), "name": format!("P{n:03}"), "roles": [role] })
        })
        .collect();
    let body = json!({ "members": rows });
    let report = world.test.post("/v1/users/import", &club.owner.token, body).await.data(200);
    assert_eq!(report["created"], 230);
    let expected = ["P007", "P057", "P107", "P157", "P207"].map(str::to_owned).to_vec();
    assert_eq!(all_pages(&world, &club, "role=coach").await, (expected.clone(), 1));
    assert_eq!(all_pages(&world, &club, "role=coach&limit=2").await.0, expected);
    let page = world.test.get("/v1/members?role=coach&limit=2", &club.owner.token).await;
    let cursor = page.body["meta"]["page"]["next_cursor"].as_str().unwrap();
    let other = format!("/v1/members?role=member&limit=2&cursor={cursor}");
    world.test.get(&other, &club.owner.token).await.refused(422, "CURSOR_INVALID");
}

#[tokio::test]
async fn a_suspended_member_stays_out_until_reinstated() {
    let (world, club) = started().await;
    let (ana, owner) = (world.member(&club, "ana").await, &club.owner.token);
    let tokens = log_in(&world, &ana, &club).await.data(200);
    let refresh = async || {
        let body = json!({ "refresh_token": tokens["refresh_token"] });
        world.test.call("POST", "/v1/auth/refresh").json(&body).send().await
    };
    let first = verb(&world, owner, ana.account, "suspend").await;
    let etag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.data(200)["status"], "suspended");
    let again = verb(&world, owner, ana.account, "suspend").await;
    assert_eq!(again.header("etag"), Some(&*etag), "again changes nothing");
    log_in(&world, &ana, &club).await.refused(403, "MEMBER_SUSPENDED");
    refresh().await.refused(403, "MEMBER_SUSPENDED");
    verb(&world, owner, ana.account, "approve").await.refused(409, "MEMBER_NOT_PENDING");

    for _ in 0..2 {
        let active = verb(&world, owner, ana.account, "reinstate").await.data(200);
        assert_eq!(active["status"], "active");
    }
    log_in(&world, &ana, &club).await.data(200);
    refresh().await.data(200);
    let active = verb(&world, owner, ana.account, "approve").await.data(200);
    assert_eq!(active["status"], "active");
}

#[tokio::test]
async fn a_pending_member_comes_in_when_the_club_approves() {
    let (world, club) = started().await;
    let (ana, owner) = (world.member(&club, "ana").await, &club.owner.token);
    let table = table(&world, &club);
    let before = store::member(&table, ana.account).await.unwrap();
    let pending = before.with_status(MembershipStatus::Pending);
    table.write(store::change(&table, &before, &pending).unwrap()).await.unwrap();
    log_in(&world, &ana, &club).await.refused(403, "MEMBER_PENDING");
    verb(&world, owner, ana.account, "reinstate").await.refused(409, "MEMBER_NOT_SUSPENDED");
    assert_eq!(names(&world, &club, "status=pending").await, ["ana"]);
    assert_eq!(verb(&world, owner, ana.account, "approve").await.data(200)["status"], "active");
    log_in(&world, &ana, &club).await.data(200);
}

#[tokio::test]
async fn nobody_changes_somebody_who_may_do_what_they_may_not() {
    let (world, club) = started().await;
    let (manager, admin) = (a(&world, &club, "manager").await, a(&world, &club, "admin").await);
    for who in [admin.account, club.owner.account] {
        for change in ["approve", "suspend", "reinstate"] {
            let answer = verb(&world, &manager.token, who, change).await;
            answer.refused(403, "TARGET_OUTRANKS");
        }
        expel(&world, &manager.token, who).await.refused(403, "TARGET_OUTRANKS");
    }
    let owner = club.owner.account;
    let body = json!({ "roles": ["owner", "coach"] });
    put_roles(&world, &admin.token, owner, body).await.refused(403, "TARGET_OUTRANKS");
    verb(&world, &admin.token, manager.account, "suspend").await.data(200);
    // What they could do when they come back counts, not that they are out.
    verb(&world, &club.owner.token, admin.account, "suspend").await.data(200);
    let chief = staff(&world, &club, "chief", json!({ "roles": ["manager"] })).await;
    verb(&world, &chief.token, admin.account, "reinstate").await.refused(403, "TARGET_OUTRANKS");
    verb(&world, &chief.token, manager.account, "reinstate").await.data(200);
}

#[tokio::test]
async fn nobody_gives_or_takes_what_they_lack() {
    let (world, club) = started().await;
    let owner = &club.owner.token;
    let role =
        json!({ "name": "people", "permissions": ["profile:self", "member:read", "role:manage"] });
    world.test.post("/v1/roles", owner, role).await.data(201);
    let (admin, ana) = (a(&world, &club, "admin").await, world.member(&club, "ana").await);
    let people = staff(&world, &club, "people", json!({ "roles": ["people"] })).await;
    let (venue, _) = world.venue(&club, 0).await;

    let give = async |by: &Person, to: &Person, body: Value| {
        put_roles(&world, &by.token, to.account, body).await
    };
    let error = give(&admin, &ana, json!({ "roles": ["owner"] })).await;
    let error = error.refused(403, "GRANT_EXCEEDS_OWN");
    assert_eq!(error["details"], json!({ "role": "owner", "lacking": ["club:own"] }));
    give(&admin, &admin, json!({ "roles": ["admin", "owner"] }))
        .await
        .refused(403, "GRANT_EXCEEDS_OWN");
    give(&people, &people, json!({ "roles": ["people", "coach"] }))
        .await
        .refused(403, "GRANT_EXCEEDS_OWN");
    let there = json!({ "roles": ["people"], "venue_roles": { venue.to_string(): ["manager"] } });
    give(&people, &people, there).await.refused(403, "GRANT_EXCEEDS_OWN");
    // Ana is a plain member, whose permission to book the other lacks: changing her at all is refused.
    give(&people, &ana, json!({ "roles": ["people"] })).await.refused(403, "TARGET_OUTRANKS");
    give(&admin, &ana, json!({ "roles": ["admin", "member"] })).await.data(200);
    give(&admin, &ana, json!({ "roles": ["member"] })).await.data(200);
    // One may take from oneself what one has, and not give it back.
    give(&admin, &admin, json!({ "roles": ["member"] })).await.data(200);
    give(&admin, &admin, json!({ "roles": ["admin"] })).await.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn whoever_lost_a_right_cannot_use_it_with_an_old_token() {
    let (world, club) = started().await;
    let (admin, manager) = (a(&world, &club, "admin").await, a(&world, &club, "manager").await);
    let ana = world.member(&club, "ana").await;
    let member = json!({ "roles": ["member"] });
    put_roles(&world, &club.owner.token, admin.account, member.clone()).await.data(200);
    put_roles(&world, &admin.token, ana.account, member).await.refused(403, "PERMISSION_MISSING");
    verb(&world, &admin.token, ana.account, "suspend").await.refused(403, "PERMISSION_MISSING");
    let invited = json!({ "email": "eve@example.org", "roles": ["member"] });
    let answer = world.test.post("/v1/invitations", &admin.token, invited).await;
    answer.refused(403, "PERMISSION_MISSING");
    verb(&world, &club.owner.token, manager.account, "suspend").await.data(200);
    let answer = verb(&world, &manager.token, manager.account, "reinstate").await;
    answer.refused(403, "MEMBER_SUSPENDED");
    assert_eq!(expel(&world, &club.owner.token, manager.account).await.status, 204);
    let answer = verb(&world, &manager.token, ana.account, "suspend").await;
    answer.refused(403, "MEMBER_SUSPENDED");
}

#[tokio::test]
async fn roles_must_be_the_club_s_and_venues_too() {
    let (world, club) = started().await;
    let sur = world.club("sur").await;
    let (venue, _) = world.venue(&club, 0).await;
    let (foreign, _) = world.venue(&sur, 0).await;
    let (ana, owner) = (world.member(&club, "ana").await, &club.owner.token);
    let put = async |body: Value| put_roles(&world, owner, ana.account, body).await;
    let at = |venue: VenueId, roles: Value| json!({ "roles": ["member"], "venue_roles": { venue.to_string(): roles } });
    put(json!({ "roles": ["night_porter"] })).await.refused(422, "ROLE_UNKNOWN");
    put(json!({ "roles": ["operator"] })).await.refused(422, "ROLE_UNKNOWN");
    put(at(venue, json!(["night_porter"]))).await.refused(422, "ROLE_UNKNOWN");
    put(at(venue, json!(["owner"]))).await.refused(422, "ROLE_NOT_FOR_VENUES");
    put(at(foreign, json!(["coach"]))).await.refused(404, "VENUE_NOT_FOUND");
    put(at(VenueId::new(), json!(["coach"]))).await.refused(404, "VENUE_NOT_FOUND");
    put(json!({ "roles": [] })).await.refused(422, "VALIDATION_FAILED");
    let many: Vec<_> = (0..11).map(|n| format!("role_{n}")).collect();
    put(json!({ "roles": many })).await.refused(422, "VALIDATION_FAILED");
    put(at(venue, json!(many))).await.refused(422, "VALIDATION_FAILED");
    let venues: serde_json::Map<_, _> =
        (0..21).map(|_| (VenueId::new().to_string(), json!(["coach"]))).collect();
    let everywhere = json!({ "roles": ["member"], "venue_roles": venues });
    put(everywhere).await.refused(422, "VALIDATION_FAILED");
    put(json!({ "roles": ["member"], "status": "active" })).await.refused(422, "BODY_INVALID");
    put(json!({ "roles": ["No"] })).await.refused(422, "BODY_INVALID");
    let nobody = put_roles(&world, owner, sur.owner.account, json!({ "roles": ["coach"] })).await;
    nobody.refused(404, "MEMBER_NOT_FOUND");
    let shown = put(at(venue, json!(["coach", "coach"]))).await.data(200);
    assert_eq!(shown["venue_roles"], json!({ venue.to_string(): ["coach"] }));
    let shown = put(json!({ "roles": ["member"], "venue_roles": { venue.to_string(): [] } })).await;
    assert_eq!(shown.data(200)["venue_roles"], json!({}));
}

#[tokio::test]
async fn an_old_version_of_a_member_is_not_changed_and_a_proof_must_be_fresh() {
    let (world, club) = started().await;
    let (ana, owner) = (world.member(&club, "ana").await, &club.owner.token);
    let path = format!("/v1/members/{}", ana.account);
    let first = world.test.get(&path, owner).await.header("etag").unwrap().to_owned();
    let put = async |version: &str, role: &str| {
        let call = world.test.call("PUT", &format!("{path}/roles")).token(owner);
        call.header("if-match", version).json(&json!({ "roles": [role] })).send().await
    };
    let same = put(&first, "member").await;
    assert_eq!(same.header("etag"), Some(&*first), "what changes nothing keeps the version");
    put(&first, "coach").await.data(200);
    put(&first, "guest").await.refused(412, "STALE_VERSION");
    put("*", "guest").await.data(200);

    let mut claims = world.test.claims(club.owner.account, Some(club.id), &[Role::Owner]);
    claims.auth_time -= 901;
    let stale = world.test.keys.sign(&claims);
    let body = json!({ "roles": ["coach"] });
    put_roles(&world, &stale, ana.account, body).await.refused(403, "STEP_UP_REQUIRED");
    verb(&world, &stale, ana.account, "suspend").await.data(200);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let (world, club) = started().await;
    let (owner, token) = (club.owner.account, &club.owner.token);
    let member = json!({ "roles": ["member"] });
    leave(&world, token).await.refused(409, "LAST_OWNER");
    put_roles(&world, token, owner, member.clone()).await.refused(409, "LAST_OWNER");
    verb(&world, token, owner, "suspend").await.refused(409, "LAST_OWNER");
    expel(&world, token, owner).await.refused(409, "LAST_OWNER");

    let second = staff(&world, &club, "second", json!({ "roles": ["owner"] })).await;
    verb(&world, token, second.account, "suspend").await.data(200);
    // Whoever is suspended cannot act for the club.
    leave(&world, token).await.refused(409, "LAST_OWNER");
    verb(&world, token, second.account, "reinstate").await.data(200);
    put_roles(&world, &second.token, owner, member).await.data(200);
    leave(&world, &second.token).await.refused(409, "LAST_OWNER");
    assert_eq!(leave(&world, token).await.status, 204, "who is no owner any more may go");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_owners_who_demote_each_other_at_once_one_succeeds() {
    for round in ["demote", "suspend", "expel", "leave"] {
        let (world, club) = started().await;
        let second = staff(&world, &club, "second", json!({ "roles": ["owner"] })).await;
        let owners = [(&club.owner, &second), (&second, &club.owner)];
        let tries = owners.map(|(by, whom)| {
            let world = &world;
            async move {
                match round {
                    "demote" => {
                        let body = json!({ "roles": ["member"] });
                        put_roles(world, &by.token, whom.account, body).await
                    }
                    "suspend" => verb(world, &by.token, whom.account, "suspend").await,
                    "expel" => expel(world, &by.token, whom.account).await,
                    _ => leave(world, &by.token).await,
                }
            }
        });
        let answers = join_all(tries).await;
        let succeeded = answers.iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!(succeeded, 1, "{round}: {answers:?}");
        let refused = answers.iter().find(|answer| !answer.status.is_success()).unwrap();
        let code = refused.body["error"]["code"].as_str().unwrap();
        let codes = ["LAST_OWNER", "CONCURRENT_CHANGE", "PERMISSION_MISSING", "MEMBER_SUSPENDED"];
        assert!(codes.contains(&code), "{round}: {code}");
        let items = world.test.database.items();
        let count = items.iter().find(|item| item["SK"]["S"] == "OWNERS").unwrap();
        assert_eq!(count["count"]["N"], "1", "{round}");
        let owns = |item: &&Value| {
            item["roles"]["L"]
                .as_array()
                .is_some_and(|roles| roles.contains(&json!({ "S": "owner" })))
        };
        let members = items.iter().filter(|item| item["kind"]["S"] == "Membership");
        let left = members.filter(|item| item["status"]["S"] == "active").filter(owns).count();
        assert_eq!(left, 1, "{round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_owners_who_leave_at_once_one_stays() {
    let (world, club) = started().await;
    let mut tokens = vec![club.owner.token.clone()];
    for name in ["ana", "bruno", "carla"] {
        tokens.push(staff(&world, &club, name, json!({ "roles": ["owner"] })).await.token);
    }
    let answers = join_all(tokens.iter().map(|token| leave(&world, token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 3);
    let stays = answers.into_iter().find(|answer| answer.status != 204).unwrap();
    stays.refused(409, "LAST_OWNER");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_was_overtaken_is_refused() {
    let (world, club) = started().await;
    let (ana, owner) = (world.member(&club, "ana").await, &club.owner.token);
    let table = table(&world, &club);
    let before = store::member(&table, ana.account).await.unwrap();
    let suspended = before.with_status(MembershipStatus::Suspended);
    let late = || store::change(&table, &before, &suspended).unwrap();
    verb(&world, owner, ana.account, "suspend").await.data(200);
    assert_eq!(table.write(late()).await.unwrap_err().code(), "CONCURRENT_CHANGE");
    let gone = async |writes| table.write(writes).await.unwrap_err().code();
    assert_eq!(gone(store::expel(&table, &before)).await, "CONCURRENT_CHANGE");
    let (one, other) =
        join(expel(&world, owner, ana.account), expel(&world, owner, ana.account)).await;
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert!([[204, 404], [204, 409]].contains(&statuses), "{statuses:?}");
    assert_eq!(gone(late()).await, "MEMBER_NOT_FOUND");
}

#[tokio::test]
async fn whoever_left_or_was_expelled_comes_back_by_invitation_alone() {
    let (world, club) = started().await;
    let (ana, bea) = (world.member(&club, "ana").await, world.member(&club, "bea").await);
    assert_eq!(expel(&world, &club.owner.token, ana.account).await.status, 204);
    assert_eq!(leave(&world, &bea.token).await.status, 204);
    leave(&world, &bea.token).await.refused(403, "MEMBER_SUSPENDED");
    expel(&world, &club.owner.token, ana.account).await.refused(404, "MEMBER_NOT_FOUND");
    assert_eq!(names(&world, &club, "").await, ["Olga Owner"]);
    assert_eq!(names(&world, &club, "name=").await, ["Olga Owner"]);
    for person in [&ana, &bea] {
        log_in(&world, person, &club).await.refused(401, "INVALID_CREDENTIALS");
        let mut body = json!({
            "club": "norte", "email": person.email, "name": "X", "password": "correct horse battery",
        });
        let register = async |body: &Value| {
            world.test.call("POST", "/v1/auth/register").json(body).send().await
        };
        register(&body).await.refused(409, "EMAIL_TAKEN");
        let invited = json!({ "email": person.email, "roles": ["member"] });
        world.test.post("/v1/invitations", &club.owner.token, invited).await.data(201);
        world.drain().await;
        body["invitation"] = json!(world.invitation_of(&person.email));
        register(&body).await.data(201);
        log_in(&world, person, &club).await.data(200);
    }
}

#[tokio::test]
async fn whoever_has_a_role_at_a_venue_changes_that_venue_alone() {
    let (world, club) = started().await;
    let (here, courts) = world.venue(&club, 1).await;
    let (there, others) = world.venue(&club, 1).await;
    let body = json!({ "roles": ["member"], "venue_roles": { here.to_string(): ["manager"] } });
    let keeper = staff(&world, &club, "keeper", body).await;
    let token = &keeper.token;
    let court = json!({
        "name": "Court 9", "sport": "tennis", "surface": "clay", "indoor": false,
        "durations_minutes": [60], "price_per_hour": { "amount": 100, "currency": "ARS" },
    });
    let name = json!({ "name": "New name" });
    let at = |venue: VenueId| format!("/v1/venues/{venue}");
    let missing = "PERMISSION_MISSING";

    world.test.patch(&at(here), token, name.clone()).await.data(200);
    world.test.post(&format!("{}/courts", at(here)), token, court.clone()).await.data(201);
    let own = format!("{}/courts/{}", at(here), courts[0]);
    world.test.patch(&own, token, name.clone()).await.data(200);
    assert_eq!(world.test.delete(&own, token).await.status, 204);

    world.test.patch(&at(there), token, name.clone()).await.refused(403, missing);
    let answer = world.test.post(&format!("{}/courts", at(there)), token, court).await;
    answer.refused(403, missing);
    let other = format!("{}/courts/{}", at(there), others[0]);
    world.test.patch(&other, token, name.clone()).await.refused(403, missing);
    world.test.delete(&other, token).await.refused(403, missing);
    // A court is of one venue only, whatever the path says.
    let mixed = format!("{}/courts/{}", at(here), others[0]);
    world.test.patch(&mixed, token, name).await.refused(404, "COURT_NOT_FOUND");
    // Making and retiring venues is the whole club's.
    world.test.delete(&at(here), token).await.refused(403, missing);
    let venue = json!({ "name": "Third", "time_zone": "America/Lima" });
    world.test.post("/v1/venues", token, venue).await.refused(403, missing);

    let may = world.test.get("/v1/auth/permissions", token).await.data(200);
    assert_eq!((&may["roles"], &may["club_id"]), (&json!(["member"]), &json!(club.id)));
    assert_eq!(may["permissions"], json!(["profile:self", "facility:read", "booking:self"]));
    let there = may["venues"][here.to_string()].as_array().unwrap();
    assert!(there.contains(&json!("facility:manage")), "{may}");
    let operator = world.test.get("/v1/auth/permissions", &world.operator).await.data(200);
    assert_eq!((&operator["club_id"], &operator["venues"]), (&Value::Null, &json!({})));
}

#[tokio::test]
async fn a_program_s_key_is_judged_by_what_it_was_given() {
    let (world, club) = started().await;
    let mut claims = world.test.claims(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    claims.amr = vec![Method::Key];
    let key = world.test.keys.sign(&claims);
    let invite = async |role: &str| {
        let body = json!({ "email": "ana@example.org", "roles": [role] });
        world.test.post("/v1/invitations", &key, body).await
    };
    invite("member").await.data(201);
    invite("manager").await.refused(403, "GRANT_EXCEEDS_OWN");
    put_roles(&world, &key, club.owner.account, json!({ "roles": ["coach"] }))
        .await
        .refused(403, "PERMISSION_MISSING");
}
