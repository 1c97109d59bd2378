//! Photos, by addresses that are signed, against a bucket that checks the signatures.

use kernel::Role;
use serde_json::{Value, json};
use testkit::{Answer, Service};

use crate::world::{Club, Person, World};

const PHOTO: &str = "/v1/users/me/photo";
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

async fn start() -> (World, Club, Person) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

async fn ask(world: &World, token: &str, bytes: usize) -> Value {
    let body = json!({ "content_type": "image/png", "bytes": bytes });
    world.test.post(PHOTO, token, body).await.data(201)
}

/// Makes the request that the API signed, with this type and body.
pub(crate) async fn send(world: &World, upload: &Value, kind: &str, body: &[u8]) -> u16 {
    assert_eq!(upload["method"], "PUT");
    let http = world.test.app.http().unwrap();
    let url = upload["url"].as_str().unwrap();
    let request = http.put(url).header("content-type", kind).body(body.to_vec());
    request.send().await.unwrap().status().as_u16()
}

async fn confirm(world: &World, token: &str, upload: &Value) -> Answer {
    let body = json!({ "upload_id": upload["upload_id"] });
    world.test.call("PUT", PHOTO).token(token).json(&body).send().await
}

pub(crate) async fn shown(world: &World, url: &Value) -> Vec<u8> {
    let http = world.test.app.http().unwrap();
    let answer = http.get(url.as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_photo_is_uploaded_confirmed_and_shown() {
    let (world, club, ana) = start().await;
    let upload = ask(&world, &ana.token, PNG.len()).await;
    assert_eq!(upload["headers"]["content-type"], "image/png");
    assert_eq!(upload["headers"]["content-length"], PNG.len().to_string());
    assert_eq!(upload["expires_at"], "2026-11-20T12:10:00.000Z");
    assert!(upload["url"].as_str().unwrap().contains("X-Amz-Expires=600"));
    confirm(&world, &ana.token, &upload).await.refused(422, "PHOTO_NOT_UPLOADED");
    assert_eq!(send(&world, &upload, "image/png", PNG).await, 200);
    let url = confirm(&world, &ana.token, &upload).await.data(200)["photo_url"].clone();
    assert!(url.as_str().unwrap().contains("X-Amz-Expires=3600"));
    assert_eq!(shown(&world, &url).await, PNG);
    let me = world.test.get("/v1/users/me", &ana.token).await.data(200);
    assert_eq!(shown(&world, &me["photo_url"]).await, PNG);
    let path = format!("/v1/users/{}", ana.account);
    let seen = world.test.get(&path, &club.owner.token).await.data(200);
    assert_eq!(shown(&world, &seen["photo_url"]).await, PNG);
    let place = format!("photos/{}/{}", club.id, ana.account);
    assert_eq!(world.test.cloud.object(&place).unwrap().content_type, "image/png");

    // The upload's address is still good, and changes nothing that is shown.
    let other = vec![b'x'; PNG.len()];
    assert_eq!(send(&world, &upload, "image/png", &other).await, 200);
    confirm(&world, &ana.token, &upload).await.data(200);
    assert_eq!(shown(&world, &url).await, PNG);
}

#[tokio::test]
async fn a_signed_upload_takes_what_was_signed_and_nothing_else() {
    let (world, _, ana) = start().await;
    let upload = ask(&world, &ana.token, PNG.len()).await;
    assert_eq!(send(&world, &upload, "text/html", PNG).await, 403);
    assert_eq!(send(&world, &upload, "image/png", &PNG[1..]).await, 403);
    let url = upload["url"].as_str().unwrap();
    let elsewhere = json!({
        "method": "PUT", "url": url.replace("/uploads/", "/photos/"),
    });
    assert_eq!(send(&world, &elsewhere, "image/png", PNG).await, 403);
    assert_eq!(world.test.cloud.objects(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_photo_is_refused() {
    let (world, _, ana) = start().await;
    for (body, code) in [
        (json!({ "content_type": "image/svg+xml", "bytes": 10 }), "BODY_INVALID"),
        (json!({ "content_type": "image/png", "bytes": 0 }), "VALIDATION_FAILED"),
        (json!({ "content_type": "image/png", "bytes": 5 * 1024 * 1024 + 1 }), "VALIDATION_FAILED"),
    ] {
        world.test.post(PHOTO, &ana.token, body).await.refused(422, code);
    }
    for id in ["../../photos", "x", &"é".repeat(32)] {
        let answer = confirm(&world, &ana.token, &json!({ "upload_id": id })).await;
        answer.refused(422, "VALIDATION_FAILED");
    }
    // What lies there is looked at, whoever put it there.
    let upload = ask(&world, &ana.token, PNG.len()).await;
    let key = upload["url"].as_str().unwrap().split('?').next().unwrap().to_owned();
    let (_, key) = key.split_once("clubpulse-test-files/").unwrap();
    let storage = world.test.app.storage().unwrap();
    storage.put(key, "text/html", b"<p>".to_vec()).await.unwrap();
    confirm(&world, &ana.token, &upload).await.refused(422, "PHOTO_INVALID");
    let me = world.test.get("/v1/users/me", &ana.token).await.data(200);
    assert!(me["photo_url"].is_null());
}

#[tokio::test]
async fn a_new_photo_replaces_the_old_one_and_a_removed_one_is_gone() {
    let (world, club, ana) = start().await;
    let place = format!("photos/{}/{}", club.id, ana.account);
    for content in [PNG, b"another".as_slice()] {
        let upload = ask(&world, &ana.token, content.len()).await;
        send(&world, &upload, "image/png", content).await;
        confirm(&world, &ana.token, &upload).await.data(200);
        assert_eq!(world.test.cloud.object(&place).unwrap().content, content);
    }
    let kept = world.test.cloud.objects();
    assert_eq!(kept.iter().filter(|key| key.starts_with("photos/")).count(), 1);
    assert_eq!(world.test.delete(PHOTO, &ana.token).await.status, 204);
    assert!(world.test.cloud.object(&place).is_none());
    let me = world.test.get("/v1/users/me", &ana.token).await.data(200);
    assert!(me["photo_url"].is_null());
    assert_eq!(world.test.delete(PHOTO, &ana.token).await.status, 204);
}

#[tokio::test]
async fn a_bucket_that_does_not_answer_is_said_to_be_out() {
    let (world, _, ana) = start().await;
    let upload = ask(&world, &ana.token, PNG.len()).await;
    send(&world, &upload, "image/png", PNG).await;
    world.test.cloud.fail(Service::Storage, 10);
    confirm(&world, &ana.token, &upload).await.refused(503, "DEPENDENCY_UNAVAILABLE");
    world.test.cloud.fail(Service::Storage, 0);
    confirm(&world, &ana.token, &upload).await.data(200);
    world.test.cloud.fail(Service::Storage, 10);
    world.test.delete(PHOTO, &ana.token).await.refused(503, "DEPENDENCY_UNAVAILABLE");
    world.test.cloud.fail(Service::Storage, 0);
    // The profile shows none any more; removing it again removes what is left of it.
    assert_eq!(world.test.delete(PHOTO, &ana.token).await.status, 204);
    let kept = world.test.cloud.objects();
    assert!(kept.iter().all(|key| !key.starts_with("photos/")), "{kept:?}");
}

#[tokio::test]
async fn nobody_else_sets_a_photo_but_the_staff() {
    let (world, club, ana) = start().await;
    let path = format!("/v1/users/{}/photo", ana.account);
    let body = json!({ "content_type": "image/webp", "bytes": PNG.len() });
    let desk = world.test.token(club.owner.account, Some(club.id), &[Role::FrontDesk]);
    world.test.post(&path, &desk, body.clone()).await.refused(403, "NOT_GUARDIAN");
    world.test.delete(&path, &desk).await.refused(403, "NOT_GUARDIAN");
    let upload = world.test.post(&path, &club.owner.token, body).await.data(201);
    assert_eq!(send(&world, &upload, "image/webp", PNG).await, 200);
    // An upload for one person is no photo of another.
    confirm(&world, &club.owner.token, &upload).await.refused(422, "PHOTO_NOT_UPLOADED");
    let body = json!({ "upload_id": upload["upload_id"] });
    let set = world.test.call("PUT", &path).token(&club.owner.token).json(&body).send().await;
    assert_eq!(shown(&world, &set.data(200)["photo_url"]).await, PNG);
    for _ in 0..2 {
        assert_eq!(world.test.delete(&path, &club.owner.token).await.status, 204);
    }
    let log = format!("/v1/audit-log?target={}", ana.account);
    let log = world.test.get(&log, &club.owner.token).await.data(200);
    let log: Vec<_> = log.as_array().unwrap().iter().map(|it| &it["action"]).collect();
    assert_eq!(log, ["photo.removed", "photo.changed"], "and removing nothing is nothing");
}

#[tokio::test]
async fn what_was_looked_at_is_copied_and_nothing_else() {
    let (world, _, _) = start().await;
    let storage = world.test.app.storage().unwrap();
    assert_eq!(storage.head("uploads/a").await.unwrap(), None);
    storage.put("uploads/a", "image/png", PNG.to_vec()).await.unwrap();
    let seen = storage.head("uploads/a").await.unwrap().unwrap();
    assert_eq!((seen.bytes, &*seen.content_type), (PNG.len() as u64, "image/png"));
    storage.put("uploads/a", "text/html", b"<p>".to_vec()).await.unwrap();
    assert_eq!(storage.copy("uploads/a", &seen.etag, "photos/a").await.unwrap(), None);
    assert_eq!(storage.copy("uploads/b", &seen.etag, "photos/a").await.unwrap(), None);
    assert_eq!(world.test.cloud.objects(), ["uploads/a"]);
    let seen = storage.head("uploads/a").await.unwrap().unwrap();
    assert_eq!(storage.copy("uploads/a", &seen.etag, "photos/a").await.unwrap(), Some(()));
}
