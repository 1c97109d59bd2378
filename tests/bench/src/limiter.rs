//! What keeping count of a busy client costs: requests at the pace of its limit, and the updates of the
//! table that they took.

use kernel::{AccountId, Clock, ClubId, Permission, Role, jiff::SignedDuration};
use runtime::Routes;
use testkit::TestApp;
use utoipa_axum::routes;
use web::{Outcome, Reply, limits::ACCOUNT_PER_MINUTE};

const REQUESTS: u32 = 1_000;
const PATH: &str = "/v1/nothing";

#[utoipa::path(get, path = "/v1/nothing", responses((status = 204)))]
async fn nothing() -> Outcome<()> {
    Ok(Reply::no_content())
}

/// What a thousand requests of one account took.
pub(crate) struct Kept {
    /// Round trips to the table.
    round_trips: u64,
}

/// Sends them evenly, at the limit's pace, by a clock that is moved by hand.
pub(crate) async fn measure() -> Kept {
    let routes = Routes::new().allow(Permission::FacilityRead, routes!(nothing));
    let test = TestApp::start(vec![routes], Clock::system().now(), &[]).await;
    let mut claims = test.claims(AccountId::new(), Some(ClubId::new()), &[Role::Member]);
    claims.exp += i64::from(REQUESTS);
    let token = test.keys.sign(&claims);
    let pace = SignedDuration::from_micros(60_000_000 / i64::from(ACCOUNT_PER_MINUTE));
    for _ in 0..REQUESTS {
        assert_eq!(test.get(PATH, &token).await.status, 204, "nobody is limited at this pace");
        test.clock.advance(pace);
    }
    Kept { round_trips: test.app.table().meter().usage().round_trips }
}

impl Kept {
    /// One line.
    pub(crate) fn line(&self) -> String {
        let ratio = f64::from(REQUESTS) / f64::from(u32::try_from(self.round_trips).unwrap_or(1));
        format!(
            "limits: {REQUESTS} requests of one account at {ACCOUNT_PER_MINUTE} a minute took {} round \
             trips to the table, one for {ratio:.0} requests, the club's limit and record included.",
            self.round_trips
        )
    }
}
