//! Photos of venues and courts.

use futures::future::join_all;
use kernel::{CourtId, Role, VenueId};
use serde_json::{Value, json};
use testkit::{Answer, Service};

use crate::{
    photos::{PNG, send, shown},
    world::{Club, World},
};

struct Gallery {
    world: World,
    club: Club,
    venue: VenueId,
    court: CourtId,
}

impl Gallery {
    async fn open() -> Self {
        let (world, club) = World::with_club().await;
        let (venue, courts) = world.venue(&club, 1).await;
        Self { world, club, venue, court: courts[0] }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/venues/{}/{rest}", self.venue)
    }

    fn of_court(&self) -> String {
        self.path(&format!("photos?court_id={}", self.court))
    }

    async fn uploaded_to(&self, path: &str) -> Value {
        let body = json!({ "content_type": "image/png", "bytes": PNG.len() });
        let upload = self.world.test.post(path, &self.club.owner.token, body).await.data(201);
        assert_eq!(send(&self.world, &upload, "image/png", PNG).await, 200);
        upload["upload_id"].clone()
    }

    async fn uploaded(&self) -> Value {
        self.uploaded_to(&self.path("photo-uploads")).await
    }

    async fn add_to(&self, path: &str, upload: &Value) -> Answer {
        let body = json!({ "upload_id": upload });
        self.world.test.post(path, &self.club.owner.token, body).await
    }

    async fn added(&self) -> Value {
        let upload = self.uploaded().await;
        self.add_to(&self.path("photos"), &upload).await.data(201)["id"].clone()
    }

    async fn ids(&self, path: &str) -> Vec<Value> {
        let list = self.world.test.get(path, &self.club.owner.token).await.data(200);
        list.as_array().unwrap().iter().map(|photo| photo["id"].clone()).collect()
    }

    /// What lies where photos are shown from.
    fn objects(&self) -> usize {
        let kept = self.world.test.cloud.objects();
        kept.iter().filter(|key| key.starts_with("photos/")).count()
    }
}

#[tokio::test]
async fn a_photo_of_a_venue_is_uploaded_added_and_shown_to_members() {
    let gallery = Gallery::open().await;
    let (test, path) = (&gallery.world.test, gallery.path("photos"));
    let upload = gallery.uploaded().await;
    let body = json!({ "upload_id": upload, "caption": " The clay courts ", "alt": "Six courts" });
    let added = test.post(&path, &gallery.club.owner.token, body.clone()).await;
    assert_eq!(added.header("etag"), Some("\"1\""));
    let added = added.data(201);
    assert_eq!((&added["id"], &added["caption"]), (&upload, &json!("The clay courts")));
    let member = gallery.world.member(&gallery.club, "ana").await;
    let list = test.get(&path, &member.token).await;
    assert_eq!(list.header("etag"), Some("\"1\""));
    let list = list.data(200);
    assert_eq!((list.as_array().unwrap().len(), &list[0]["alt"]), (1, &json!("Six courts")));
    assert!(list[0]["url"].as_str().unwrap().contains("X-Amz-Expires=3600"));
    assert_eq!(shown(&gallery.world, &list[0]["url"]).await, PNG);
    // Adding it again changes nothing.
    let again = test.post(&path, &gallery.club.owner.token, body).await;
    assert_eq!(again.header("etag"), Some("\"1\""));
    assert_eq!(again.data(201)["id"], upload);
    assert_eq!(gallery.ids(&gallery.of_court()).await, [Value::Null; 0], "a court has its own");
    gallery.world.drain().await;
}

#[tokio::test]
async fn what_is_no_photo_or_not_uploaded_there_is_refused() {
    let gallery = Gallery::open().await;
    let (test, owner) = (&gallery.world.test, &gallery.club.owner.token);
    let never = json!("0123456789abcdef0123456789abcdef");
    let path = gallery.path("photos");
    gallery.add_to(&path, &never).await.refused(422, "PHOTO_NOT_UPLOADED");
    gallery.add_to(&path, &json!("../photos")).await.refused(422, "VALIDATION_FAILED");
    // An upload for the venue is no photo of its court.
    let upload = gallery.uploaded().await;
    gallery.add_to(&gallery.of_court(), &upload).await.refused(422, "PHOTO_NOT_UPLOADED");
    let key = format!("uploads/{}/{}/{}", gallery.club.id, gallery.venue, upload.as_str().unwrap());
    let storage = test.app.storage().unwrap();
    storage.put(&key, "text/html", b"<p>".to_vec()).await.unwrap();
    gallery.add_to(&path, &upload).await.refused(422, "PHOTO_INVALID");
    let large = json!({ "content_type": "image/png", "bytes": 5 * 1024 * 1024 + 1 });
    let uploads = gallery.path("photo-uploads");
    test.post(&uploads, owner, large).await.refused(422, "VALIDATION_FAILED");
    let long = json!({ "upload_id": upload, "caption": "x".repeat(201) });
    test.post(&path, owner, long).await.refused(422, "BODY_INVALID");
    let elsewhere = gallery.path(&format!("photos?court_id={}", CourtId::new()));
    test.get(&elsewhere, owner).await.refused(404, "COURT_NOT_FOUND");
    assert_eq!(gallery.objects(), 0);
}

#[tokio::test]
async fn photos_are_put_into_order_by_who_read_them() {
    let gallery = Gallery::open().await;
    let (test, owner) = (&gallery.world.test, &gallery.club.owner.token);
    let path = gallery.path("photos");
    let (one, two) = (gallery.added().await, gallery.added().await);
    let order = json!({ "photos": [{ "id": two, "caption": "At night" }, { "id": one }] });
    let put = async |etag: &str, body: &Value| {
        test.call("PUT", &path).token(owner).header("if-match", etag).json(body).send().await
    };
    put("\"1\"", &order).await.refused(412, "STALE_VERSION");
    let arranged = put("\"2\"", &order).await;
    assert_eq!(arranged.header("etag"), Some("\"3\""));
    assert_eq!(arranged.data(200)[0]["caption"], "At night");
    assert_eq!(gallery.ids(&path).await, [two.clone(), one.clone()]);
    let same = put("\"3\"", &order).await;
    assert_eq!(same.header("etag"), Some("\"3\""), "nothing is different");
    for wrong in [json!([{ "id": one }]), json!([{ "id": one }, { "id": one }])] {
        put("\"3\"", &json!({ "photos": wrong })).await.refused(422, "PHOTOS_DIFFER");
    }
    let many = vec![json!({ "id": one }); 13];
    put("\"3\"", &json!({ "photos": many })).await.refused(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_photo_goes_with_its_object_even_after_a_removal_that_broke_off() {
    let gallery = Gallery::open().await;
    let (test, owner) = (&gallery.world.test, &gallery.club.owner.token);
    let (one, two) = (gallery.added().await, gallery.added().await);
    let path = |id: &Value| gallery.path(&format!("photos/{}", id.as_str().unwrap()));
    let stale = test.call("DELETE", &path(&one)).token(owner).header("if-match", "\"1\"");
    stale.send().await.refused(412, "STALE_VERSION");
    test.cloud.fail(Service::Storage, 10);
    test.delete(&path(&one), owner).await.refused(503, "DEPENDENCY_UNAVAILABLE");
    test.cloud.fail(Service::Storage, 0);
    assert_eq!(gallery.ids(&gallery.path("photos")).await, std::slice::from_ref(&two));
    assert_eq!(gallery.objects(), 2, "its object is left");
    for left in [1, 1] {
        assert_eq!(test.delete(&path(&one), owner).await.status, 204);
        assert_eq!(gallery.objects(), left);
    }
    assert_eq!(test.delete(&path(&two), owner).await.status, 204);
    assert_eq!(gallery.objects(), 0);
    test.delete(&gallery.path("photos/x"), owner).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_court_has_six_photos_even_where_they_come_at_once() {
    let gallery = Gallery::open().await;
    let uploads = gallery.path(&format!("photo-uploads?court_id={}", gallery.court));
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(gallery.uploaded_to(&uploads).await);
    }
    let of_court = gallery.of_court();
    let answers = join_all(ids.iter().map(|id| gallery.add_to(&of_court, id))).await;
    let (mut added, mut refused) = (0, 0);
    for answer in answers {
        match answer.status.as_u16() {
            201 => added += 1,
            409 => {
                answer.refused(409, "TOO_MANY_PHOTOS");
                refused += 1;
            }
            // Too many at once: whoever repeats it, gets in or hears that there is no room.
            _ => drop(answer.refused(412, "STALE_VERSION")),
        }
    }
    assert!(added <= 6 && refused <= 2, "{added} {refused}");
    for id in &ids {
        let again = gallery.add_to(&of_court, id).await;
        assert!([201, 409].contains(&again.status.as_u16()), "{}", again.body);
    }
    assert_eq!(gallery.ids(&of_court).await.len(), 6);
    assert_eq!(gallery.objects(), 6, "what found no room is not kept");
    let body = json!({ "content_type": "image/png", "bytes": 10 });
    let full = gallery.world.test.post(&uploads, &gallery.club.owner.token, body).await;
    full.refused(409, "TOO_MANY_PHOTOS");
}

#[tokio::test]
async fn an_upload_that_is_added_twice_at_once_is_one_photo() {
    let gallery = Gallery::open().await;
    let (upload, path) = (gallery.uploaded().await, gallery.path("photos"));
    for answer in join_all((0..4).map(|_| gallery.add_to(&path, &upload))).await {
        assert_eq!(answer.data(201)["id"], upload);
    }
    assert_eq!(gallery.ids(&path).await, [upload]);
}

#[tokio::test]
async fn a_retired_venue_gets_no_more_photos_and_only_who_manages_it_changes_them() {
    let gallery = Gallery::open().await;
    let (test, owner) = (&gallery.world.test, &gallery.club.owner.token);
    let photo = gallery.added().await;
    let upload = gallery.uploaded().await;
    let desk = test.token(gallery.club.owner.account, Some(gallery.club.id), &[Role::FrontDesk]);
    let body = json!({ "upload_id": upload });
    let path = gallery.path("photos");
    test.post(&path, &desk, body).await.refused(403, "PERMISSION_MISSING");
    let court = gallery.path(&format!("courts/{}", gallery.court));
    assert_eq!(test.delete(&court, owner).await.status, 204);
    gallery.add_to(&gallery.of_court(), &upload).await.refused(409, "COURT_RETIRED");
    assert_eq!(
        test.delete(&gallery.path("")[..gallery.path("").len() - 1], owner).await.status,
        204
    );
    gallery.add_to(&path, &upload).await.refused(409, "VENUE_RETIRED");
    assert_eq!(gallery.ids(&path).await, std::slice::from_ref(&photo));
    let one = gallery.path(&format!("photos/{}", photo.as_str().unwrap()));
    assert_eq!(test.delete(&one, owner).await.status, 204);
}
