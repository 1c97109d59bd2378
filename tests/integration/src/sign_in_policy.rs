//! Whom a club asks for a second factor.

use futures::future::join_all;
use identity::store;
use kernel::{Method, Role, Tenant};
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, World};

const POLICY: &str = "/v1/sign-in-policy";

async fn start() -> (World, Club) {
    let (world, club) = World::with_club().await;
    (world, club)
}

fn policy(default: &str, by_role: &Value) -> Value {
    json!({
        "second_factor": { "default": default, "by_role": by_role }, "registration": "open",
        "platform_providers": true,
    })
}

async fn put(world: &World, club: &Club, etag: Option<&str>, body: &Value) -> Answer {
    let mut call = world.test.call("PUT", POLICY).token(&club.owner.token).json(body);
    if let Some(etag) = etag {
        call = call.header("if-match", etag);
    }
    call.send().await
}

#[tokio::test]
async fn a_club_chooses_whom_it_asks_for_a_second_factor() {
    let (world, club) = start().await;
    let read = world.test.get(POLICY, &club.owner.token).await;
    assert_eq!(read.header("etag"), Some("\"0\""));
    assert_eq!(read.data(200), policy("optional", &json!({})));

    let wanted = policy("optional", &json!({ "admin": "required", "coach": "required_for_local" }));
    let changed = put(&world, &club, Some("\"0\""), &wanted).await;
    assert_eq!(changed.header("etag"), Some("\"1\""));
    assert_eq!(changed.data(200), wanted);
    let table = world.test.app.table().tenant(&Tenant::from_platform_record(club.id, "test"));
    let kept = store::sign_in_policy(&table).await.unwrap();
    let (own, by_provider) = ([Method::Pwd], [Method::Fed]);
    assert!(kept.demands(&[Role::Member, Role::Admin], &by_provider));
    assert!(kept.demands(&[Role::Coach], &own) && !kept.demands(&[Role::Coach], &by_provider));
    assert!(!kept.demands(&[Role::Member], &own));

    // The same again is no change; the whole policy is replaced, not mixed.
    assert_eq!(put(&world, &club, None, &wanted).await.header("etag"), Some("\"1\""));
    let all = json!({ "second_factor": { "default": "required" } });
    let changed = put(&world, &club, Some("\"1\""), &all).await.data(200);
    assert_eq!(changed, policy("required", &json!({})));
    let read = world.test.get(POLICY, &club.owner.token).await;
    assert_eq!(read.header("etag"), Some("\"2\""));
    assert_eq!(read.data(200), changed);
}

#[tokio::test]
async fn a_policy_of_an_old_version_is_not_changed() {
    let (world, club) = start().await;
    let wanted = policy("required", &json!({}));
    put(&world, &club, Some("\"1\""), &wanted).await.refused(412, "STALE_VERSION");
    put(&world, &club, Some("\"0\""), &wanted).await.data(200);
    put(&world, &club, Some("\"0\""), &wanted).await.refused(412, "STALE_VERSION");
    put(&world, &club, Some("nonsense"), &wanted).await.refused(412, "STALE_VERSION");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_changes_of_one_version_at_once_one_is_kept() {
    let (world, club) = start().await;
    for (etag, demand) in [("\"0\"", "required"), ("\"1\"", "required_for_local")] {
        let bodies: Vec<_> = Role::OF_CLUBS
            .iter()
            .map(|role| policy("optional", &json!({ role.as_str(): demand })))
            .collect();
        let answers =
            join_all(bodies.iter().map(|body| put(&world, &club, Some(etag), body))).await;
        let kept = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(kept, 1, "{etag}");
        for answer in answers.into_iter().filter(|answer| answer.status != 200) {
            answer.refused(412, "STALE_VERSION");
        }
    }
}

#[tokio::test]
async fn a_policy_names_roles_that_the_club_has() {
    let (world, club) = start().await;
    let porter = policy("optional", &json!({ "night_porter": "required", "admin": "required" }));
    let error = put(&world, &club, None, &porter).await.refused(422, "ROLE_UNKNOWN");
    assert_eq!(error["details"]["roles"], json!(["night_porter"]));
    let operator = policy("optional", &json!({ "operator": "required" }));
    put(&world, &club, None, &operator).await.refused(422, "ROLE_UNKNOWN");
    for wrong in [
        policy("sometimes", &json!({})),
        policy("optional", &json!({ "Night Porter": "required" })),
        policy("optional", &json!({ "admin": true })),
        json!({ "second_factor": {} }),
        json!({ "second_factor": { "default": "optional", "x": 1 } }),
        json!({ "second_factor": { "default": "optional" }, "version": 9 }),
        json!({}),
    ] {
        put(&world, &club, None, &wrong).await.refused(422, "BODY_INVALID");
    }

    let table = world.test.app.table().tenant(&Tenant::from_platform_record(club.id, "test"));
    let role = tenancy::CustomRole {
        role: "night_porter".parse().unwrap(),
        description: String::new(),
        permissions: Vec::new(),
        version: 1,
    };
    table.write(vec![tenancy::store::create_role(&table, &role).unwrap()]).await.unwrap();
    put(&world, &club, None, &porter).await.data(200);
}

#[tokio::test]
async fn a_policy_is_changed_with_a_recent_proof_by_those_who_keep_the_club_safe() {
    let (world, club) = start().await;
    let member = world.member(&club, "ana").await;
    world.drain().await;
    world.test.get(POLICY, &member.token).await.refused(403, "PERMISSION_MISSING");
    let mut claims = world.test.claims(club.owner.account, Some(club.id), &[Role::Owner]);
    claims.auth_time -= 901;
    let old = world.test.keys.sign(&claims);
    world.test.get(POLICY, &old).await.data(200);
    let body = policy("required", &json!({}));
    let answer = world.test.call("PUT", POLICY).token(&old).json(&body).send().await;
    answer.refused(403, "STEP_UP_REQUIRED");
}
