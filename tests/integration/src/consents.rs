//! What a club asks people to agree to, and what they answer.

use futures::future::join_all;
use kernel::Role;
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, Person, World};

const OWN: &str = "/v1/users/me/consents";

async fn start() -> (World, Club, Person) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

async fn publish(world: &World, token: &str, name: &str, body: Value) -> Answer {
    let path = format!("/v1/consent-documents/{name}");
    world.test.call("PUT", &path).token(token).json(&body).send().await
}

fn rules(text: &str, audience: &str) -> Value {
    json!({ "title": "Rules", "text": text, "required": true, "for": audience })
}

fn say(document: &str, version: u64, granted: bool) -> Value {
    json!({ "document": document, "version": version, "granted": granted })
}

async fn standing(world: &World, token: &str, path: &str) -> (Value, Value) {
    let state = world.test.get(path, token).await.data(200);
    (state["complete"].clone(), state["documents"][0]["standing"].clone())
}

#[tokio::test]
async fn a_change_of_a_document_is_a_version_that_everybody_is_asked_about_again() {
    let (world, club, ana) = start().await;
    let owner = &club.owner.token;
    let first = publish(&world, owner, "rules", rules("Be kind.", "everyone")).await;
    let etag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.data(200)["version"], 1);
    let same = publish(&world, owner, "rules", rules("Be kind.", "everyone")).await;
    assert_eq!(same.data(200)["version"], 1, "what changes nothing makes no version");
    assert_eq!(standing(&world, &ana.token, OWN).await, (json!(false), json!("missing")));
    let given = world.test.post(OWN, &ana.token, say("rules", 1, true)).await.data(201);
    assert_eq!(
        (&given["standing"], &given["answer"]["given_as"]),
        (&json!("given"), &json!("self"))
    );
    assert_eq!(given["answer"]["at"], "2026-11-20T12:00:00.000Z");
    assert_eq!(standing(&world, &ana.token, OWN).await, (json!(true), json!("given")));

    let call = world.test.call("PUT", "/v1/consent-documents/rules").token(owner);
    let second = rules("Be kind. Sweep the clay.", "everyone");
    let second = call.header("if-match", &etag).json(&second).send().await.data(200);
    assert_eq!(second["version"], 2);
    let call = world.test.call("PUT", "/v1/consent-documents/rules").token(owner);
    let stale = call.header("if-match", &etag).json(&rules("Be.", "everyone")).send().await;
    stale.refused(412, "STALE_VERSION");
    assert_eq!(standing(&world, &ana.token, OWN).await, (json!(false), json!("outdated")));
    let old = world.test.post(OWN, &ana.token, say("rules", 1, true)).await;
    old.refused(409, "CONSENT_OUTDATED");

    let listed = world.test.get("/v1/consent-documents", &ana.token).await.data(200);
    assert_eq!(listed, json!([second]));
    let before = "/v1/consent-documents/rules/versions/1";
    assert_eq!(world.test.get(before, &ana.token).await.data(200)["text"], "Be kind.");
    let after = "/v1/consent-documents/rules/versions/3";
    world.test.get(after, &ana.token).await.refused(404, "CONSENT_DOCUMENT_NOT_FOUND");
}

#[tokio::test]
async fn answers_are_a_ledger_that_only_grows() {
    let (world, club, ana) = start().await;
    publish(&world, &club.owner.token, "rules", rules("Be kind.", "everyone")).await.data(200);
    let answer = async |version, granted| {
        world.test.post(OWN, &ana.token, say("rules", version, granted)).await
    };
    answer(1, true).await.data(201);
    answer(1, true).await.data(200);
    publish(&world, &club.owner.token, "rules", rules("Be.", "everyone")).await.data(200);
    answer(1, false).await.data(201);
    assert_eq!(standing(&world, &ana.token, OWN).await, (json!(false), json!("withdrawn")));
    answer(1, false).await.refused(409, "CONSENT_OUTDATED");
    answer(2, true).await.data(201);
    let kept = |world: &World| {
        let items = world.test.database.items();
        items.iter().filter(|item| item["kind"]["S"] == "Consent").count()
    };
    assert_eq!(kept(&world), 3);

    // Of many who withdraw at once, one line is added.
    let answers = join_all((0..6).map(|_| answer(2, false))).await;
    let added = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((added, kept(&world)), (1, 4));
    for answer in answers.into_iter().filter(|answer| !answer.status.is_success()) {
        answer.refused(409, "CONCURRENT_CHANGE");
    }
    world
        .test
        .post(OWN, &ana.token, say("moon", 1, true))
        .await
        .refused(404, "CONSENT_DOCUMENT_NOT_FOUND");
    let wrong = json!({ "document": "rules", "version": 2, "granted": "yes" });
    world.test.post(OWN, &ana.token, wrong).await.refused(422, "BODY_INVALID");
}

#[tokio::test]
async fn nobody_answers_for_somebody_else() {
    let (world, club, ana) = start().await;
    publish(&world, &club.owner.token, "rules", rules("Be kind.", "everyone")).await.data(200);
    let path = format!("/v1/users/{}/consents", ana.account);
    let owner = world.test.post(&path, &club.owner.token, say("rules", 1, true)).await;
    owner.refused(403, "NOT_GUARDIAN");
    let desk = world.test.token(club.owner.account, Some(club.id), &[Role::FrontDesk]);
    assert_eq!(standing(&world, &desk, &path).await, (json!(false), json!("missing")));
    let bea = world.member(&club, "bea").await;
    world.drain().await;
    world.test.get(&path, &bea.token).await.refused(403, "NOT_GUARDIAN");
}

#[tokio::test]
async fn what_is_for_minors_a_guardian_answers() {
    let (world, club, ana) = start().await;
    let owner = &club.owner.token;
    publish(&world, owner, "waiver", rules("At your own risk.", "minors")).await.data(200);
    publish(&world, owner, "bar", rules("No spirits.", "adults")).await.data(200);
    let child = json!({ "name": "Nina", "birth_date": "2012-05-01" });
    let child = world.test.post("/v1/users/me/children", &ana.token, child).await.data(201);
    let path = format!("/v1/users/{}/consents", child["id"].as_str().unwrap());
    world.drain().await;

    let asked = world.test.get(&path, &ana.token).await.data(200);
    let names = |state: &Value| {
        let documents = state["documents"].as_array().unwrap();
        documents.iter().map(|it| it["document"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&asked), ["waiver"]);
    assert_eq!(names(&world.test.get(OWN, &ana.token).await.data(200)), ["bar"]);
    let given = world.test.post(&path, &ana.token, say("waiver", 1, true)).await.data(201);
    assert_eq!(given["answer"]["given_as"], "guardian");
    assert_eq!(given["answer"]["given_by"], json!(ana.account));
    let wrong = world.test.post(&path, &ana.token, say("bar", 1, true)).await;
    wrong.refused(422, "CONSENT_NOT_APPLICABLE");
    let wrong = world.test.post(OWN, &ana.token, say("waiver", 1, true)).await;
    wrong.refused(422, "CONSENT_NOT_APPLICABLE");

    // A child that signs in itself does not agree in its guardian's place, and may still say no.
    let child: kernel::AccountId = child["id"].as_str().unwrap().parse().unwrap();
    let child = world.test.token(child, Some(club.id), &[Role::Member]);
    let alone = world.test.post(OWN, &child, say("waiver", 1, true)).await;
    alone.refused(403, "GUARDIAN_REQUIRED");
    let withdrawn = world.test.post(OWN, &child, say("waiver", 1, false)).await.data(201);
    assert_eq!(withdrawn["standing"], "withdrawn");
}

#[tokio::test]
async fn a_document_without_sense_is_refused_with_all_its_faults() {
    let (world, club, _) = start().await;
    let owner = &club.owner.token;
    let body = json!({ "title": "", "url": "http://x", "required": true, "for": "everyone" });
    let error = publish(&world, owner, "rules", body).await.refused(422, "VALIDATION_FAILED");
    let paths = error["details"]["violations"].as_array().unwrap().iter();
    assert_eq!(paths.map(|it| it["path"].clone()).collect::<Vec<_>>(), ["title", "url"]);
    let nobody = rules("x", "nobody");
    publish(&world, owner, "rules", nobody).await.refused(422, "BODY_INVALID");
    publish(&world, owner, "Rules", rules("x", "everyone")).await.refused(404, "NOT_FOUND");
    for number in 0..20 {
        let name = format!("rules_{number}");
        publish(&world, owner, &name, rules("x", "everyone")).await.data(200);
    }
    let surplus = publish(&world, owner, "one_more", rules("x", "everyone")).await;
    surplus.refused(409, "TOO_MANY_DOCUMENTS");
    publish(&world, owner, "rules_3", rules("y", "everyone")).await.data(200);
}
