//! Players share what a booking costs: each pays their own part, the owner sees all of them.

use futures::future::{join, join_all};
use kernel::{AccountId, Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::{actions, policy},
    payments::{Place, START},
    world::{Person, message},
};

const WEBHOOKS: &str = "payment-webhooks.fifo";
/// When what is unpaid of a booking at `START` is owed, from the beginning on.
pub(crate) const UNTIL_OWED: SignedDuration = SignedDuration::from_mins(36 * 60 + 2);

impl Place {
    /// A fresh token: tests move the clock further than one lasts.
    pub(crate) fn token_of(&self, person: &Person) -> String {
        self.world.test.token(person.account, Some(self.club.id), &[Role::Member])
    }

    pub(crate) fn desk(&self) -> String {
        self.world.test.token(AccountId::new(), Some(self.club.id), &[Role::FrontDesk])
    }

    pub(crate) fn wish_of(&self, players: &[&Person], payment: &Value) -> Value {
        let member = |one: &&Person| json!({ "kind": "member", "account_id": one.account });
        json!({
            "venue_id": self.venue, "court_id": self.court, "starts_at": START,
            "duration_minutes": 60, "participants": players.iter().map(member).collect::<Vec<_>>(),
            "payment": payment,
        })
    }

    /// The member books for 120.00, to be shared with these; what follows from that is done.
    pub(crate) async fn share(&self, players: &[&Person]) -> String {
        self.share_at(START, players).await
    }

    pub(crate) async fn share_at(&self, start: &str, players: &[&Person]) -> String {
        let mut wish = self.wish_of(players, &json!({ "split": "equal" }));
        wish["starts_at"] = json!(start);
        let token = self.token_of(&self.member);
        let booked = self.world.test.post("/v1/bookings", &token, wish).await.data(201);
        self.world.drain().await;
        booked["booking"]["id"].as_str().unwrap().to_owned()
    }

    /// The same, and the member has paid their part.
    pub(crate) async fn shared(&self, players: &[&Person]) -> String {
        self.shared_at(START, players).await
    }

    pub(crate) async fn shared_at(&self, start: &str, players: &[&Person]) -> String {
        let booking = self.share_at(start, players).await;
        self.pay(&self.member, &booking).await;
        booking
    }

    pub(crate) async fn checkout_of(&self, person: &Person, booking: &str) -> Answer {
        let path = format!("/v1/bookings/{booking}/checkout");
        self.world.test.call("POST", &path).token(&self.token_of(person)).send().await
    }

    /// Opens the page of somebody's part; the provider's name of it.
    pub(crate) async fn page(&self, person: &Person, booking: &str) -> String {
        let url = self.checkout_of(person, booking).await.data(200)["url"].clone();
        url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// Somebody pays there, and the webhooks wait.
    async fn pay_at(&self, page: &str) -> u64 {
        let id = self.world.provider.make_payment(page, "approved").unwrap();
        self.world.provider.idle().await;
        id
    }

    /// Somebody pays their part, and everything that follows is done.
    pub(crate) async fn pay(&self, person: &Person, booking: &str) -> u64 {
        let page = self.page(person, booking).await;
        let id = self.pay_at(&page).await;
        self.quiet().await;
        id
    }

    /// Everything that is under way is done, the provider's answers included.
    pub(crate) async fn quiet(&self) {
        self.world.drain().await;
        self.world.provider.idle().await;
        self.world.drain().await;
    }

    pub(crate) async fn parts(&self, token: &str, booking: &str) -> Vec<Value> {
        let path = format!("/v1/bookings/{booking}");
        let seen = self.world.test.get(&path, token).await.data(200);
        seen["payments"].as_array().unwrap().clone()
    }

    /// Who pays how much, and how that stands, as staff see it.
    pub(crate) async fn standing_of(&self, booking: &str) -> Vec<(String, i64, String)> {
        let parts = self.parts(&self.owner(), booking).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let line = |part: &Value| {
            let amount = part["amount"]["amount"].as_i64().unwrap();
            (text(&part["account_id"]), amount, text(&part["state"]))
        };
        parts.iter().map(line).collect()
    }

    /// What the club has earned by the books.
    pub(crate) async fn income(&self) -> i64 {
        let accounts = self.accounts().await.into_iter();
        accounts.filter(|(name, _)| name.starts_with("income:")).map(|(_, sum)| -sum).sum()
    }

    pub(crate) async fn verb(&self, token: &str, booking: &str, verb: &str) -> Answer {
        let path = format!("/v1/bookings/{booking}/{verb}");
        self.world.test.post(&path, token, Value::Null).await
    }
}

fn line(person: &Person, amount: i64, state: &str) -> (String, i64, String) {
    (person.account.to_string(), amount, state.to_owned())
}

async fn with_players() -> (Place, Person, Person) {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    let carla = place.world.member(&place.club, "carla").await;
    place.world.drain().await;
    (place, ben, carla)
}

#[tokio::test]
async fn each_pays_their_own_part_and_the_owner_sees_all() {
    let (place, ben, carla) = with_players().await;
    let booking = place.share(&[&ben, &carla]).await;
    let ana = &place.member;
    assert_eq!(
        place.standing_of(&booking).await,
        [line(ana, 4_000, "open"), line(&ben, 4_000, "open"), line(&carla, 4_000, "open")]
    );
    place.checkout_of(&ben, &booking).await.refused(409, "BOOKING_HELD");
    place.pay(ana, &booking).await;
    let path = format!("/v1/bookings/{booking}");
    let seen = place.world.test.get(&path, &place.token_of(ana)).await.data(200);
    assert_eq!(seen["status"], "confirmed", "the owner's part confirms it");
    place.pay(&ben, &booking).await;
    let mine = place.parts(&place.token_of(&ben), &booking).await;
    assert_eq!((mine.len(), &mine[0]["state"]), (1, &json!("paid")), "others' parts are theirs");
    assert_eq!(
        (&mine[0]["purpose"], &mine[0]["due_at"]),
        (&json!("share"), &json!("2026-11-21T21:00:00.000Z"))
    );
    let listed = place.world.test.get("/v1/payments", &place.token_of(&ben)).await.data(200);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["booking_id"]), (1, &json!(booking)));
    assert_eq!((&listed[0]["state"], &listed[0]["purpose"]), (&json!("paid"), &json!("share")));
    let all = place.parts(&place.token_of(ana), &booking).await;
    let states: Vec<_> = all.iter().map(|part| part["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["paid", "paid", "open"]);
    assert_eq!((place.income().await, place.references().await.len()), (8_000, 2));
    place.checkout_of(&ben, &booking).await.refused(409, "PAYMENT_ALREADY_MADE");
    place.checkout_of(ana, &booking).await.refused(409, "BOOKING_CONFIRMED");
    let nora = place.world.member(&place.club, "nora").await;
    place.checkout_of(&nora, &booking).await.refused(403, "BOOKING_NOT_YOURS");
    let of = |part: &Value| {
        format!("{path}/checkout?payment_id={}", part["payment_id"].as_str().unwrap())
    };
    let other = place.world.test.call("POST", &of(&all[2])).token(&place.token_of(&ben));
    other.send().await.refused(403, "PAYMENT_NOT_YOURS");
    let own = place.world.test.call("POST", &of(&all[2])).token(&place.token_of(&carla));
    own.send().await.data(200);
    let unknown = format!("{path}/checkout?payment_id=pay_00000000000000000000000000000000");
    let unknown = place.world.test.call("POST", &unknown).token(&place.token_of(&carla));
    unknown.send().await.refused(404, "PAYMENT_NOT_FOUND");
}

#[tokio::test]
async fn what_cannot_be_divided_is_the_owner_s_and_nothing_costs_nothing() {
    let (place, ben, _) = with_players().await;
    let mut wish = place.wish_of(&[&ben], &json!({ "split": "equal" }));
    let guests = wish["participants"].as_array_mut().unwrap();
    guests.extend([json!({ "kind": "guest" }), json!({ "kind": "guest" })]);
    let token = place.token_of(&place.member);
    let booked = place.world.test.post("/v1/bookings", &token, wish).await.data(201);
    let booking = booked["booking"]["id"].as_str().unwrap();
    let expected = [line(&place.member, 6_000, "open"), line(&ben, 6_000, "open")];
    assert_eq!(place.standing_of(booking).await, expected, "guests pay no share");
    for wrong in [json!({ "split": "by_level" }), json!({ "halves": true }), json!("equal")] {
        let wish = place.wish_of(&[], &wrong);
        place.world.test.post("/v1/bookings", &token, wish).await.refused(422, "BODY_INVALID");
    }
}

#[tokio::test]
async fn a_cancellation_gives_each_payer_their_own_part_back() {
    let (place, ben, carla) = with_players().await;
    let terms = json!({ "cancellation": { "tiers": [{ "hours_before": 0, "percent": 50 }] } });
    policy(&place.world, &place.club, place.venue, terms).await;
    let booking = place.shared(&[&ben, &carla]).await;
    place.pay(&ben, &booking).await;
    let page = place.page(&carla, &booking).await;
    let token = place.token_of(&place.member);
    let dry = place.verb(&token, &booking, "cancel?dry_run=true").await.data(200);
    assert_eq!(dry["cancellation"]["refund"]["amount"], 4_000);
    assert_eq!(dry["cancellation"]["still_due"]["amount"], 2_000);
    let done = place.verb(&token, &booking, "cancel").await.data(200);
    assert_eq!(done["cancellation"]["refund"]["amount"], 4_000);
    place.quiet().await;
    assert_eq!(
        place.standing_of(&booking).await,
        [
            line(&place.member, 4_000, "paid"),
            line(&ben, 4_000, "paid"),
            line(&carla, 2_000, "open")
        ]
    );
    let back: Vec<_> =
        place.world.provider.refunds().iter().map(|one| one["amount"].clone()).collect();
    assert_eq!((back, place.income().await), (vec![json!(20), json!(20)], 4_000));
    let told = |person: &Person| {
        let mails = place.world.test.cloud.mails().into_iter();
        let own = mails.filter(|mail| mail.to == person.email).map(|mail| mail.text);
        own.skip(1).collect::<Vec<_>>()
    };
    let heard = |mail: &str, words: &[&str]| words.iter().all(|word| mail.contains(word));
    let ben_s = told(&ben);
    assert_eq!(ben_s.len(), 3, "of his part, that they do not play, and of his money: {ben_s:?}");
    assert!(heard(&ben_s[1], &["quedó cancelada"]) && !ben_s[1].contains("ARS"), "{ben_s:?}");
    let until = "hasta el sábado 21 de noviembre de 2026, 18:00";
    assert!(heard(&ben_s[0], &["Tu parte: ARS 40,00", until]), "{ben_s:?}");
    let carla_s = told(&carla);
    assert_eq!(carla_s.len(), 2, "carla is asked for her part, and for half of it: {carla_s:?}");
    let words = ["quedó cancelada", "debe pagarse igual", "Tu parte: ARS 20,00\n", &booking];
    assert!(heard(&carla_s[1], &words), "{carla_s:?}");
    // The page of the whole was open already.
    place.pay_at(&page).await;
    place.quiet().await;
    assert_eq!(place.income().await, 4_000, "what was paid for nothing goes back");
    place.pay(&carla, &booking).await;
    assert_eq!(place.standing_of(&booking).await[2], line(&carla, 2_000, "paid"));
    assert_eq!(place.income().await, 6_000, "a half of every part");
}

#[tokio::test]
async fn who_leaves_before_paying_leaves_their_share_to_the_owner() {
    let (place, ben, carla) = with_players().await;
    let booking = place.shared(&[&ben, &carla]).await;
    place.pay(&ben, &booking).await;
    let remove = async |token: &str, person: &Person| {
        let path = format!("/v1/bookings/{booking}/participants/{}", person.account);
        place.world.test.call("DELETE", &path).token(token).send().await
    };
    let ana = place.token_of(&place.member);
    remove(&place.token_of(&ben), &carla).await.refused(403, "BOOKING_NOT_YOURS");
    remove(&place.token_of(&ben), &ben).await.refused(409, "SHARE_PAID");
    remove(&ana, &ben).await.refused(409, "SHARE_PAID");
    assert_eq!(remove(&place.token_of(&carla), &carla).await.status, 204);
    remove(&ana, &carla).await.refused(404, "NOT_PLAYING");
    assert_eq!(
        place.standing_of(&booking).await,
        [
            line(&place.member, 4_000, "paid"),
            line(&ben, 4_000, "paid"),
            line(&place.member, 4_000, "open")
        ]
    );
    place.checkout_of(&carla, &booking).await.refused(403, "BOOKING_NOT_YOURS");
    place.pay(&place.member, &booking).await;
    assert_eq!(place.income().await, 12_000);
    let events = actions(&place.world, &place.club).await;
    assert!(!events.contains(&"booking.participant_removed".to_owned()), "it was carla herself");
}

#[tokio::test]
async fn the_owner_takes_a_share_over_and_it_is_paid_at_the_same_page() {
    let (place, ben, carla) = with_players().await;
    let booking = place.shared(&[&ben, &carla]).await;
    let page = place.page(&ben, &booking).await;
    let parts = place.parts(&place.owner(), &booking).await;
    let path =
        |part: &Value| format!("payments/{}/take-over", part["payment_id"].as_str().unwrap());
    let ana = place.token_of(&place.member);
    let refused = place.verb(&place.token_of(&carla), &booking, &path(&parts[1])).await;
    refused.refused(403, "BOOKING_NOT_YOURS");
    for _ in 0..2 {
        let taken = place.verb(&ana, &booking, &path(&parts[1])).await.data(200);
        assert_eq!(taken["account_id"], json!(place.member.account));
    }
    assert_eq!(place.page(&place.member, &booking).await, page);
    place.pay(&place.member, &booking).await;
    place.verb(&ana, &booking, &path(&parts[0])).await.data(200);
    place.pay(&carla, &booking).await;
    let paid = place.verb(&ana, &booking, &path(&parts[2])).await;
    paid.refused(409, "PAYMENT_ALREADY_MADE");
    let other = place.world.book(&place.member, place.venue, place.court, "2026-11-22T10:00").await;
    let other = other.data(201)["booking"]["id"].as_str().unwrap().to_owned();
    place.verb(&ana, &other, &path(&parts[2])).await.refused(404, "PAYMENT_NOT_FOUND");
    assert_eq!(place.income().await, 12_000);
}

#[tokio::test]
async fn a_hold_that_ends_unpaid_asks_nobody_for_a_share() {
    let (place, ben, _) = with_players().await;
    let booking = place.share(&[&ben]).await;
    place.world.test.clock.advance(SignedDuration::from_mins(11));
    let body = json!({
        "club_id": place.club.id, "booking_id": booking, "hold_expires_at": place.world.now(),
    });
    place.world.deliver("hold-expiry", vec![body.to_string()]).await;
    place.checkout_of(&ben, &booking).await.refused(409, "BOOKING_EXPIRED");
    place.world.test.clock.advance(UNTIL_OWED);
    job_unknown_payments::handle(place.world.test.app.clone()).await.unwrap();
    let debts = place.world.test.get("/v1/users/me/debts", &place.token_of(&ben)).await.data(200);
    assert_eq!(debts, json!([]));
    assert_eq!(place.standing_of(&booking).await[1].2, "closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_pay_one_share_at_once_pay_it_once() {
    let (place, ben, _) = with_players().await;
    let booking = place.shared(&[&ben]).await;
    let page = place.page(&ben, &booking).await;
    place.pay_at(&page).await;
    place.pay_at(&page).await;
    let deliveries =
        place.webhooks().into_iter().flat_map(|body| [body.clone(), body]).map(|body| {
            let body: Value = serde_json::from_str(&body).unwrap();
            tokio::spawn(consume_payments::handle(place.world.test.app.clone(), message(&body)))
        });
    for delivery in join_all(deliveries).await {
        delivery.unwrap().unwrap();
    }
    place.quiet().await;
    assert_eq!((place.income().await, place.world.provider.refunds().len()), (12_000, 1));
    assert_eq!(place.standing_of(&booking).await[1], line(&ben, 6_000, "paid"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_share_that_is_paid_while_its_booking_is_cancelled_goes_back() {
    for _ in 0..6 {
        let (place, ben, _) = with_players().await;
        let booking = place.shared(&[&ben]).await;
        let page = place.page(&ben, &booking).await;
        place.pay_at(&page).await;
        let webhooks = place.webhooks();
        let token = place.token_of(&place.member);
        let (cancelled, failed) = join(
            place.verb(&token, &booking, "cancel"),
            place.world.deliver(WEBHOOKS, webhooks.clone()),
        )
        .await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.body);
        if !failed.is_empty() {
            assert_eq!(place.world.deliver(WEBHOOKS, webhooks).await, [0_usize; 0]);
        }
        place.quiet().await;
        let standing = place.standing_of(&booking).await;
        assert_eq!(standing[1], line(&ben, 6_000, "refunded"), "{standing:?}");
        assert_eq!(place.income().await, 0);
    }
}
