//! Members' wallets: the desk pays in and out, bookings are paid out of them.

use kernel::{AccountId, CourtId, Permission, Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::actions,
    payments::{Place, START},
    world::{Person, World},
};

pub(crate) fn ars(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "ARS" })
}

impl Place {
    /// The staff pay in, or out.
    pub(crate) async fn enter(&self, account: AccountId, amount: i64, method: &str) -> Answer {
        let body = json!({ "amount": ars(amount), "method": method, "reason": "At the desk" });
        let path = format!("/v1/users/{account}/wallet/entries");
        self.world.test.post(&path, &self.owner(), body).await
    }

    /// The member gets so much in cash.
    pub(crate) async fn top_up(&self, amount: i64) {
        self.enter(self.member.account, amount, "cash").await.data(201);
    }

    pub(crate) async fn balance_of(&self, account: AccountId) -> i64 {
        let path = format!("/v1/users/{account}/wallet");
        let wallet = self.world.test.get(&path, &self.owner()).await.data(200);
        assert_eq!(wallet["account_id"], account.to_string());
        wallet["balance"]["amount"].as_i64().unwrap()
    }

    /// What and how much, latest first; every page of two.
    pub(crate) async fn statement_of(&self, account: AccountId) -> Vec<(String, i64)> {
        let (mut entries, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/users/{account}/wallet/entries?limit=2{cursor}");
            let page = self.world.test.get(&path, &self.owner()).await;
            let next = page.body["meta"]["page"]["next_cursor"].as_str().map(ToOwned::to_owned);
            for entry in page.data(200).as_array().unwrap() {
                let what = entry["what"].as_str().unwrap().to_owned();
                entries.push((what, entry["amount"]["amount"].as_i64().unwrap()));
            }
            match next {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return entries,
            }
        }
    }

    /// What the member has, which is what their entries sum to, and a part of what the books owe to all.
    pub(crate) async fn balance(&self) -> i64 {
        let account = self.member.account;
        let (balance, entries) = (self.balance_of(account).await, self.statement_of(account).await);
        assert_eq!(balance, entries.iter().map(|(_, amount)| amount).sum::<i64>(), "{entries:?}");
        assert!(balance >= 0, "{balance}");
        balance
    }

    /// The member asks for an hour, paid out of their wallet.
    pub(crate) async fn book_from_wallet(&self, court: CourtId, starts_at: &str) -> Answer {
        let body = self.wish(court, starts_at);
        let token = self.world.test.token(self.member.account, Some(self.club.id), &[Role::Member]);
        self.world.test.post("/v1/bookings", &token, body).await
    }

    pub(crate) fn wish(&self, court: CourtId, starts_at: &str) -> Value {
        json!({
            "venue_id": self.venue, "court_id": court, "starts_at": starts_at,
            "duration_minutes": 60, "pay_with": "wallet",
        })
    }

    /// One more court, at this price an hour.
    pub(crate) async fn court_at(&self, price: i64) -> CourtId {
        let court = json!({
            "name": format!("At {price}"), "sport": "tennis", "surface": "clay", "indoor": false,
            "durations_minutes": [60], "price_per_hour": ars(price),
        });
        let path = format!("/v1/venues/{}/courts", self.venue);
        let court = self.world.test.post(&path, &self.owner(), court).await.data(201);
        court["id"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) fn front_desk(&self) -> String {
        self.world.test.token(AccountId::new(), Some(self.club.id), &[Role::FrontDesk])
    }

    async fn account(&self, name: &str) -> i64 {
        let accounts = self.accounts().await;
        accounts.iter().find(|(account, _)| account == name).map_or(0, |(_, balance)| *balance)
    }
}

#[tokio::test]
async fn the_desk_pays_in_and_out_and_the_books_and_the_member_see_it() {
    let place = Place::open().await;
    let member = place.member.account;
    assert_eq!((place.balance_of(member).await, place.statement_of(member).await), (0, vec![]));
    let made = place.enter(member, 20_000, "cash").await;
    assert_eq!(made.header("location"), Some(&*format!("/v1/users/{member}/wallet")));
    let made = made.data(201);
    assert_eq!((&made["what"], &made["amount"]), (&json!("cash"), &ars(20_000)));
    assert_eq!(
        (&made["description"], &made["at"]),
        (&json!("At the desk"), &json!("2026-11-20T12:00:00.000Z"))
    );
    place.enter(member, 3_000, "transfer").await.data(201);
    place.enter(member, 500, "correction").await.data(201);
    place.enter(member, -5_000, "cash").await.data(201);
    let entries = [("cash", -5_000), ("correction", 500), ("transfer", 3_000), ("cash", 20_000)];
    let entries = entries.map(|(what, amount)| (what.to_owned(), amount));
    assert_eq!(place.statement_of(member).await, entries);
    assert_eq!(place.balance().await, 18_500);
    let expected = [
        ("assets:bank".to_owned(), 3_000),
        ("assets:cash".to_owned(), 15_000),
        ("expenses:wallet_corrections".to_owned(), 500),
        ("liabilities:wallet".to_owned(), -18_500),
    ];
    assert_eq!(place.accounts().await, expected, "members' accounts are one in the books");
    let own = place.world.test.get("/v1/users/me/wallet", &place.member.token).await.data(200);
    assert_eq!(own["balance"], ars(18_500));
    let told = actions(&place.world, &place.club).await;
    assert_eq!(told.iter().filter(|action| *action == "wallet.entered").count(), 4);
}

#[tokio::test]
async fn wrong_entries_are_refused_and_write_nothing() {
    let place = Place::open().await;
    place.top_up(1_000).await;
    let member = place.member.account;
    let path = format!("/v1/users/{member}/wallet/entries");
    let before = place.items();
    let body = |amount: Value, method: &str, reason: &str| json!({ "amount": amount, "method": method, "reason": reason });
    for (body, code) in [
        (body(ars(0), "cash", "x"), "VALIDATION_FAILED"),
        (body(ars(1_000_000_000_001), "cash", "x"), "VALIDATION_FAILED"),
        (body(ars(i64::MIN), "cash", "x"), "VALIDATION_FAILED"),
        (body(json!({ "amount": 5, "currency": "USD" }), "cash", "x"), "CURRENCY_MISMATCH"),
        (body(ars(5), "cheque", "x"), "BODY_INVALID"),
        (body(ars(5), "cash", "  "), "BODY_INVALID"),
        (body(ars(5), "cash", &"x".repeat(201)), "BODY_INVALID"),
        (json!({ "amount": ars(5), "method": "cash" }), "BODY_INVALID"),
    ] {
        place.world.test.post(&path, &place.owner(), body).await.refused(422, code);
    }
    let refused = place.enter(member, -1_001, "cash").await.refused(409, "INSUFFICIENT_FUNDS");
    assert_eq!(refused["details"], json!({ "balance": ars(1_000), "needed": ars(1_001) }));
    let nobody = AccountId::new();
    place.enter(nobody, 5, "cash").await.refused(404, "USER_NOT_FOUND");
    assert_eq!(place.items(), before);
    // There never was anything in it.
    let owner = place.club.owner.account;
    let refused = place.enter(owner, -1, "cash").await.refused(409, "INSUFFICIENT_FUNDS");
    assert_eq!(refused["details"]["balance"], ars(0));
}

#[tokio::test]
async fn the_front_desk_pays_in_and_those_who_give_money_back_pay_out() {
    let place = Place::open().await;
    let path = format!("/v1/users/{}/wallet/entries", place.member.account);
    let enter = async |token: &str, amount: i64, method: &str| {
        let body = json!({ "amount": ars(amount), "method": method, "reason": "At the desk" });
        place.world.test.post(&path, token, body).await
    };
    let desk = place.front_desk();
    enter(&desk, 5_000, "cash").await.data(201);
    for (amount, method) in [(-1, "cash"), (5, "correction"), (-5, "transfer")] {
        enter(&desk, amount, method).await.refused(403, "PERMISSION_MISSING");
    }
    enter(&place.member.token, 5, "cash").await.refused(403, "PERMISSION_MISSING");
    let manager = place.world.test.token(AccountId::new(), Some(place.club.id), &[Role::Manager]);
    enter(&manager, -1_000, "cash").await.data(201);
    assert_eq!(place.balance().await, 4_000);
}

#[tokio::test]
async fn a_wallet_is_seen_by_its_member_a_guardian_and_the_staff() {
    let place = Place::open().await;
    let test = &place.world.test;
    let child = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    let child = test.post("/v1/users/me/children", &place.member.token, child).await.data(201);
    let child = child["id"].as_str().unwrap();
    place.enter(child.parse().unwrap(), 700, "cash").await.data(201);
    let other = place.world.member(&place.club, "nora").await;
    for what in ["wallet", "wallet/entries"] {
        let path = format!("/v1/users/{child}/{what}");
        test.get(&path, &place.member.token).await.data(200);
        test.get(&path, &place.front_desk()).await.data(200);
        test.get(&path, &other.token).await.refused(403, "NOT_GUARDIAN");
        let absent = format!("/v1/users/{}/{what}", AccountId::new());
        test.get(&absent, &other.token).await.refused(404, "USER_NOT_FOUND");
        test.get(&absent, &place.owner()).await.refused(404, "USER_NOT_FOUND");
    }
    let seen = test.get(&format!("/v1/users/{child}/wallet"), &place.member.token).await;
    assert_eq!(seen.data(200)["balance"], ars(700));
    // Of age, they are their own.
    let grown = json!({ "birth_date": "2000-05-01" });
    test.patch(&format!("/v1/users/{child}"), &place.owner(), grown).await.data(200);
    let path = format!("/v1/users/{child}/wallet");
    test.get(&path, &place.member.token).await.refused(403, "NOT_GUARDIAN");
    // One wallet's cursor is no other's.
    place.top_up(1).await;
    place.top_up(2).await;
    let page = test.get("/v1/users/me/wallet/entries?limit=1", &place.member.token).await;
    let cursor = page.body["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let path = format!("/v1/users/{child}/wallet/entries?limit=1&cursor={cursor}");
    test.get(&path, &place.owner()).await.refused(422, "CURSOR_INVALID");
}

#[tokio::test]
async fn who_has_left_keeps_their_wallet_and_it_is_paid_out() {
    let place = Place::open().await;
    place.top_up(2_000).await;
    let member = place.member.account;
    let path = format!("/v1/members/{member}");
    assert_eq!(place.world.test.delete(&path, &place.owner()).await.status, 204);
    assert_eq!(place.balance().await, 2_000);
    place.enter(member, -2_000, "cash").await.data(201);
    assert_eq!(place.balance().await, 0);
}

#[tokio::test]
async fn a_booking_is_paid_out_of_the_wallet_and_confirmed_at_once() {
    let place = Place::open().await;
    place.top_up(20_000).await;
    let booked = place.book_from_wallet(place.court, START).await.data(201);
    assert_eq!((&booked["checkout"], &booked["checkout_problem"]), (&Value::Null, &Value::Null));
    let booking = &booked["booking"];
    assert_eq!(
        (&booking["status"], &booking["hold_expires_at"]),
        (&json!("confirmed"), &Value::Null)
    );
    assert_eq!(place.balance().await, 8_000);
    let path = format!("/v1/payments/{}", booking["payment_id"].as_str().unwrap());
    let payment = place.world.test.get(&path, &place.member.token).await.data(200);
    assert_eq!((&payment["status"], &payment["provider"]), (&json!("approved"), &json!("wallet")));
    assert_eq!((&payment["amount"], &payment["refundable"]), (&ars(12_000), &ars(12_000)));
    assert_eq!(place.account("income:court_bookings").await, -12_000);
    let path = format!("/v1/bookings/{}/checkout", booking["id"].as_str().unwrap());
    let again = place.world.test.post(&path, &place.member.token, Value::Null).await;
    again.refused(409, "BOOKING_CONFIRMED");
    // Nothing is held, nothing is asked of the provider, one mail says that it is confirmed.
    assert!(place.world.drain().await.is_empty());
    assert_eq!(place.mails().len(), 1);
    let what = place.statement_of(place.member.account).await;
    assert_eq!(what[0], ("payment".to_owned(), -12_000));

    let other = place.court_at(9_000).await;
    let before = place.items();
    let refused = place.book_from_wallet(other, "2026-11-22T18:00").await;
    let refused = refused.refused(409, "INSUFFICIENT_FUNDS");
    let expected = json!({ "balance": ars(8_000), "needed": ars(9_000), "price": ars(9_000) });
    assert_eq!(refused["details"], expected);
    assert_eq!(place.items(), before, "nothing was written");
    // That the court is taken says more than that there is no money.
    let nora = place.world.member(&place.club, "nora").await;
    let wish = place.wish(place.court, START);
    let taken = place.world.test.post("/v1/bookings", &nora.token, wish).await;
    taken.refused(409, "SLOT_TAKEN");
    let free = place.court_at(0).await;
    let booked = place.book_from_wallet(free, "2026-11-22T20:00").await.data(201);
    assert_eq!(booked["booking"]["payment_id"], Value::Null);
}

#[tokio::test]
async fn staff_pay_a_member_s_booking_out_of_the_member_s_wallet() {
    let place = Place::open().await;
    place.top_up(30_000).await;
    let mut wish = place.wish(place.court, START);
    wish["account_id"] = json!(place.member.account);
    let staff = |permissions: &[Permission]| {
        let mut claims =
            place.world.test.claims(AccountId::new(), Some(place.club.id), &[Role::FrontDesk]);
        claims.permissions = permissions.iter().copied().collect();
        place.world.test.keys.sign(&claims)
    };
    let weak = staff(&[Permission::BookingSelf, Permission::BookingManage]);
    let refused = place.world.test.post("/v1/bookings", &weak, wish.clone()).await;
    refused.refused(403, "PERMISSION_MISSING");
    assert_eq!(place.balance().await, 30_000);
    let booked = place.world.test.post("/v1/bookings", &place.front_desk(), wish).await.data(201);
    assert_eq!(booked["booking"]["status"], "confirmed");
    assert_eq!(place.balance().await, 18_000);
    let told = actions(&place.world, &place.club).await;
    assert_eq!(told.last().unwrap(), "wallet.charged");
    // Dearer, by staff who may not spend it, and by those who may.
    let dear = place.court_at(15_000).await;
    let path = format!("/v1/bookings/{}/move", booked["booking"]["id"].as_str().unwrap());
    let to = json!({ "court_id": dear });
    let refused = place.world.test.post(&path, &weak, to.clone()).await;
    refused.refused(403, "PERMISSION_MISSING");
    place.world.test.post(&path, &place.front_desk(), to).await.data(200);
    assert_eq!(place.balance().await, 15_000);
}

#[tokio::test]
async fn a_move_is_settled_with_the_wallet_that_paid() {
    let place = Place::open().await;
    place.top_up(14_000).await;
    let (cheap, dear) = (place.court_at(5_000).await, place.court_at(14_001).await);
    let booked = place.book_from_wallet(place.court, START).await.data(201);
    let id = booked["booking"]["id"].as_str().unwrap();
    let payment = booked["booking"]["payment_id"].as_str().unwrap();
    let shift = async |court: CourtId| {
        let (path, to) = (format!("/v1/bookings/{id}/move"), json!({ "court_id": court }));
        place.world.test.post(&path, &place.member.token, to).await
    };
    let before = place.items();
    let refused = shift(dear).await.refused(409, "INSUFFICIENT_FUNDS");
    let expected = json!({ "balance": ars(2_000), "needed": ars(2_001), "price": ars(14_001) });
    assert_eq!(refused["details"], expected);
    assert_eq!(place.items(), before, "whoever is refused keeps what they had");
    shift(cheap).await.data(200);
    assert_eq!(place.balance().await, 9_000);
    place.top_up(1).await;
    assert_eq!(shift(dear).await.data(200)["price"], ars(14_001));
    assert_eq!(place.balance().await, 0);
    let path = format!("/v1/payments/{payment}");
    let paid = place.world.test.get(&path, &place.member.token).await.data(200);
    assert_eq!((&paid["amount"], &paid["refunded"]), (&ars(21_001), &ars(7_000)));
    assert_eq!(
        (&paid["refundable"], &paid["status"]),
        (&ars(14_001), &json!("partially_refunded"))
    );
    shift(place.court).await.data(200);
    assert_eq!(place.balance().await, 2_001);
    let path = format!("/v1/bookings/{id}/cancel");
    let given = place.world.test.post(&path, &place.member.token, Value::Null).await.data(200);
    assert_eq!(given["cancellation"]["refund"], ars(12_000));
    assert_eq!(place.balance().await, 14_001);
    assert_eq!(place.account("income:court_bookings").await, 0);
    let paid = place.world.test.get(&format!("/v1/payments/{payment}"), &place.member.token).await;
    assert_eq!(paid.data(200)["status"], "refunded");
    place.world.drain().await;
    assert!(place.world.provider.refunds().is_empty(), "no provider was asked");
}

#[tokio::test]
async fn an_entry_is_made_once_for_its_key() {
    let place = Place::open().await;
    let path = format!("/v1/users/{}/wallet/entries", place.member.account);
    let body = |amount: i64| json!({ "amount": ars(amount), "method": "cash", "reason": "Cash" });
    let ask = async |amount: i64, key: &str| {
        let call = place.world.test.call("POST", &path).token(&place.owner());
        call.header("idempotency-key", key).json(&body(amount)).send().await
    };
    let first = ask(500, "one").await.data(201);
    assert_eq!(ask(500, "one").await.data(201), first);
    ask(600, "one").await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(ask(600, "two").await.data(201)["amount"], ars(600));
    assert_eq!(place.balance().await, 1_100);
    // The answers are forgotten after a day; what was entered is not, and is not taken for something new.
    place.world.test.clock.advance(SignedDuration::from_hours(25));
    ask(500, "one").await.refused(409, "ALREADY_POSTED");
    ask(700, "two").await.refused(409, "ALREADY_POSTED");
    assert_eq!(place.balance().await, 1_100);
}

#[tokio::test]
async fn another_club_s_wallet_is_another_wallet() {
    let world = World::start().await;
    let (norte, sur) = (world.club("norte").await, world.club("sur").await);
    let ana = world.member(&norte, "ana").await;
    world.join(&sur, &ana.email, &["member"]).await;
    let enter = async |owner: &Person, amount: i64| {
        let body = json!({ "amount": ars(amount), "method": "cash", "reason": "Cash" });
        let path = format!("/v1/users/{}/wallet/entries", ana.account);
        world.test.post(&path, &owner.token, body).await
    };
    enter(&norte.owner, 900).await.data(201);
    enter(&sur.owner, -1).await.refused(409, "INSUFFICIENT_FUNDS");
    enter(&sur.owner, 10).await.data(201);
    for (club, expected) in [(&norte, 900), (&sur, 10)] {
        let token = world.log_in(&ana.email, &club.slug).await;
        let own = world.test.get("/v1/users/me/wallet", &token).await.data(200);
        assert_eq!(own["balance"], ars(expected));
    }
}
