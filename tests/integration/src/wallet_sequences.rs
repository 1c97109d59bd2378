//! Random lives of a wallet against a slow model: after every step the balance is the model's, and in the end every
//! account of the books is.

use std::collections::BTreeMap;

use kernel::CourtId;
use serde_json::{Value, json};
use testkit::Answer;
use web::{Limits, standing};

use crate::{payments::Place, wallets::ars};

const STEPS: usize = 45;
const PRICES: [i64; 3] = [12_000, 5_000, 15_000];

/// What is remembered of a booking.
struct Paid {
    booking: String,
    payment: String,
    /// At the provider; none where the wallet paid.
    at_provider: Option<u64>,
    /// On which court.
    court: usize,
    start: String,
    /// All that was taken for it.
    taken: i64,
    price: i64,
    /// What is asked for since it became dearer, by card, and nobody pays here.
    asked_for: i64,
    to_wallet: i64,
    to_card: i64,
    charged_back: i64,
    is_charged_back: bool,
    is_live: bool,
}

impl Paid {
    fn left(&self) -> i64 {
        let left = self.taken - self.to_wallet - self.to_card;
        if self.is_charged_back { 0 } else { left.max(0) }
    }

    fn give_back(&mut self, amount: i64, to_wallet: bool) -> i64 {
        if to_wallet || self.at_provider.is_none() {
            self.to_wallet += amount;
            return amount;
        }
        self.to_card += amount;
        0
    }
}

struct Life {
    place: Place,
    courts: Vec<CourtId>,
    random: fastrand::Rng,
    /// Hours that nobody has booked yet: a day, and the tier it is in.
    free: Vec<(String, bool)>,
    paid: Vec<Paid>,
    balance: i64,
    /// What the desk took in and paid out, by account.
    desk: BTreeMap<&'static str, i64>,
    /// How often each thing was done, and how often it was refused for want of money.
    done: BTreeMap<&'static str, usize>,
}

impl Life {
    async fn begin(seed: u64) -> Self {
        let place = Place::open().await;
        let mut courts = vec![place.court];
        for price in &PRICES[1..] {
            courts.push(place.court_at(*price).await);
        }
        place.wallet_policy().await;
        let table = place.world.test.app.table();
        let own = table.tenant(&kernel::Tenant::from_envelope(place.club.id, "test"));
        let limits = Limits { club_per_minute: Some(1_000_000), ..Limits::default() };
        own.write(vec![standing::set_limits(&own, &limits, None).unwrap()]).await.unwrap();
        let mut free: Vec<_> =
            (15..22).map(|hour| (format!("2026-11-20T{hour:02}:00"), false)).collect();
        free.extend((9..22).flat_map(|hour| {
            (22..26).map(move |day| (format!("2026-11-{day}T{hour:02}:00"), true))
        }));
        let mut random = fastrand::Rng::with_seed(seed);
        random.shuffle(&mut free);
        let (paid, desk, done) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { place, courts, random, free, paid, balance: 0, desk, done }
    }

    fn note(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.place.world.test.post(path, &self.place.owner(), body).await
    }

    fn any_paid(&mut self, wanted: impl Fn(&Paid) -> bool) -> Option<usize> {
        let found: Vec<_> = (0..self.paid.len()).filter(|at| wanted(&self.paid[*at])).collect();
        (!found.is_empty()).then(|| found[self.random.usize(..found.len())])
    }

    async fn step(&mut self) {
        match self.random.u8(..16) {
            0..3 => self.pay_in_or_out().await,
            3..7 => self.book_from_wallet().await,
            7..9 => self.book_by_card().await,
            9..11 => self.cancel().await,
            11..14 => self.shift().await,
            14 => self.refund().await,
            _ => self.charge_back(),
        }
        self.place.settle_all().await;
        assert_eq!(self.place.balance_of(self.place.member.account).await, self.balance);
    }

    async fn pay_in_or_out(&mut self) {
        let ways = [
            ("cash", "assets:cash"),
            ("transfer", "assets:bank"),
            ("correction", "expenses:wallet_corrections"),
        ];
        let (method, account) = ways[self.random.usize(..3)];
        let amount = self.random.i64(-8_000..25_000);
        if amount == 0 {
            return;
        }
        let answer = self.place.enter(self.place.member.account, amount, method).await;
        if self.balance + amount < 0 {
            self.note("payout refused");
            answer.refused(409, "INSUFFICIENT_FUNDS");
            return;
        }
        self.note("entry");
        answer.data(201);
        self.balance += amount;
        *self.desk.entry(account).or_default() += amount;
    }

    async fn book_from_wallet(&mut self) {
        let Some((start, _)) = self.free.last().cloned() else { return };
        let court = self.random.usize(..3);
        let answer = self.place.book_from_wallet(self.courts[court], &start).await;
        if self.balance < PRICES[court] {
            self.note("booking refused");
            let refused = answer.refused(409, "INSUFFICIENT_FUNDS");
            assert_eq!(refused["details"]["balance"], ars(self.balance));
            return;
        }
        self.note("booking from wallet");
        let booked = answer.data(201);
        self.balance -= PRICES[court];
        let payment = booked["booking"]["payment_id"].clone();
        self.remember(&booked, &payment, None, court);
    }

    async fn book_by_card(&mut self) {
        let Some((start, _)) = self.free.last().cloned() else { return };
        let court = self.random.usize(..3);
        let mut wish = self.place.wish(self.courts[court], &start);
        wish["pay_with"] = json!("card");
        let token = &self.place.member.token;
        let booked = self.place.world.test.post("/v1/bookings", token, wish).await.data(201);
        let url = booked["checkout"]["url"].as_str().unwrap();
        let preference = url.rsplit('/').next().unwrap();
        let id = self.place.world.provider.make_payment(preference, "approved").unwrap();
        self.note("booking by card");
        self.remember(&booked, &booked["checkout"]["payment_id"], Some(id), court);
    }

    fn remember(
        &mut self,
        booked: &Value,
        payment: &Value,
        at_provider: Option<u64>,
        court: usize,
    ) {
        let (start, _) = self.free.pop().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.paid.push(Paid {
            booking: text(&booked["booking"]["id"]),
            payment: text(payment),
            at_provider,
            court,
            start,
            taken: PRICES[court],
            price: PRICES[court],
            asked_for: 0,
            to_wallet: 0,
            to_card: 0,
            charged_back: 0,
            is_charged_back: false,
            is_live: true,
        });
    }

    async fn cancel(&mut self) {
        let Some(at) = self.any_paid(|paid| paid.is_live) else { return };
        let path = format!("/v1/bookings/{}/cancel", self.paid[at].booking);
        let given = self.post(&path, Value::Null).await.data(200);
        let paid = &mut self.paid[at];
        // Today it is the second tier, which is for cards.
        let (percent, to_wallet) =
            if paid.start.starts_with("2026-11-20") { (50, false) } else { (90, true) };
        let share = (paid.left() * percent + 50) / 100;
        assert_eq!(given["cancellation"]["refund"]["amount"].as_i64().unwrap_or(0), share);
        paid.is_live = false;
        self.balance += paid.give_back(share, to_wallet);
        self.note("cancellation");
    }

    async fn shift(&mut self) {
        let Some(at) = self.any_paid(|paid| paid.is_live) else { return };
        let to = (self.paid[at].court + self.random.usize(1..3)) % 3;
        let path = format!("/v1/bookings/{}/move", self.paid[at].booking);
        let answer = self.post(&path, json!({ "court_id": self.courts[to] })).await;
        let paid = &mut self.paid[at];
        let rises_by = PRICES[to] - paid.price;
        let is_by_card = paid.at_provider.is_some();
        if rises_by > self.balance && !is_by_card {
            answer.refused(409, "INSUFFICIENT_FUNDS");
            return self.note("move refused");
        }
        answer.data(200);
        (paid.court, paid.price) = (to, PRICES[to]);
        if rises_by > 0 && is_by_card {
            paid.asked_for += rises_by;
            return self.note("dearer, and asked for");
        }
        if rises_by > 0 {
            paid.taken += rises_by;
            self.balance -= rises_by;
            return self.note("dearer");
        }
        // What is not paid yet falls away first.
        let falls_away = (-rises_by).min(paid.asked_for);
        paid.asked_for -= falls_away;
        let back = (-rises_by - falls_away).min(paid.left());
        self.balance += paid.give_back(back, false);
        self.note("cheaper");
    }

    async fn refund(&mut self) {
        let Some(at) = self.any_paid(|paid| paid.left() > 0) else { return };
        let (left, to_wallet) = (self.paid[at].left(), self.random.bool());
        let amount = self.random.i64(1..=left + left / 10);
        let to = if to_wallet { "wallet" } else { "card" };
        let answer = self.place.refund_to(&self.paid[at].payment, Some(amount), to).await;
        if amount > left {
            answer.refused(422, "REFUND_TOO_LARGE");
            return;
        }
        assert!(answer.status.is_success(), "{}", answer.body);
        self.balance += self.paid[at].give_back(amount, to_wallet);
        self.note("refund");
    }

    fn charge_back(&mut self) {
        let by_card = |paid: &Paid| paid.at_provider.is_some() && !paid.is_charged_back;
        let Some(at) = self.any_paid(|paid| by_card(paid) && paid.to_card < paid.taken) else {
            return;
        };
        let paid = &mut self.paid[at];
        let id = paid.at_provider.unwrap();
        paid.charged_back = paid.taken - paid.to_card;
        paid.is_charged_back = true;
        self.place.world.provider.set_status(id, "charged_back");
        self.place.world.provider.resend(id);
        self.note("chargeback");
    }

    /// Every account, counted again from the beginning.
    fn books(&self) -> Vec<(String, i64)> {
        let mut books = BTreeMap::<String, i64>::new();
        let mut add = |account: &str, amount: i64| {
            *books.entry(account.to_owned()).or_default() += amount;
        };
        for (account, amount) in &self.desk {
            add(account, *amount);
            add("liabilities:wallet", -amount);
        }
        for paid in &self.paid {
            add("income:court_bookings", -paid.taken + paid.to_wallet + paid.to_card);
            add("liabilities:wallet", -paid.to_wallet);
            if paid.at_provider.is_none() {
                add("liabilities:wallet", paid.taken);
                continue;
            }
            let fee = paid.taken / 20;
            add("expenses:provider_fees", fee);
            add("expenses:chargebacks", paid.charged_back);
            let kept = paid.taken - fee - paid.to_card - paid.charged_back;
            add("assets:provider:mercadopago", kept);
        }
        books.into_iter().filter(|(_, balance)| *balance != 0).collect()
    }

    async fn end(&self) {
        // Of the statement, too.
        assert_eq!(self.place.balance().await, self.balance);
        let mut accounts = self.place.accounts().await;
        accounts.retain(|(_, balance)| *balance != 0);
        assert_eq!(accounts, self.books());
        for paid in &self.paid {
            let path = format!("/v1/payments/{}", paid.payment);
            let told = self.place.world.test.get(&path, &self.place.owner()).await.data(200);
            let amounts = (&told["amount"], &told["refunded"], &told["refunded_to_wallet"]);
            let all = paid.to_wallet + paid.to_card;
            assert_eq!(amounts, (&ars(paid.taken), &ars(all), &ars(paid.to_wallet)));
            assert_eq!(told["refundable"], ars(paid.left()));
        }
    }
}

#[tokio::test]
async fn a_wallet_is_what_its_entries_say_whatever_happens() {
    let mut done = BTreeMap::<&'static str, usize>::new();
    for seed in 0..4 {
        let mut life = Box::pin(Life::begin(20_261_121 + seed)).await;
        for _ in 0..STEPS {
            Box::pin(life.step()).await;
        }
        Box::pin(life.end()).await;
        for (what, times) in &life.done {
            *done.entry(what).or_default() += times;
        }
    }
    // All of it has happened, or nothing was shown.
    for what in [
        "entry",
        "payout refused",
        "booking refused",
        "booking from wallet",
        "booking by card",
        "cancellation",
        "dearer",
        "cheaper",
        "move refused",
        "dearer, and asked for",
        "refund",
        "chargeback",
    ] {
        assert!(done.contains_key(what), "{what} never: {done:?}");
    }
}
