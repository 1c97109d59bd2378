//! `GET /v1/venues/{venue_id}/waitlist/lottery`.

use axum::extract::State;
use futures::future::try_join;
use kernel::{LocalDate, VenueId, WaitlistEntryId};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use waitlist::{DayList, Order};
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::day::Filter;

/// A day's lottery, as everybody may check it.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitlistLottery)]
pub(crate) struct LotteryView {
    venue_id: VenueId,
    date: LocalDate,
    /// SHA-256, in hex, of the text of the seed: fixed when the first entry joins. Null where nobody did, or the venue
    /// had no lottery.
    commitment: Option<String>,
    /// 64 hex digits; null before the draw.
    seed: Option<String>,
    /// Everybody who took part, lowest ticket first, whoever left since then too. Empty before the draw.
    order: Vec<Ticket>,
}

/// Somebody who took part.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitlistTicket)]
pub(crate) struct Ticket {
    entry_id: WaitlistEntryId,
    /// SHA-256, in hex, of the text of the seed followed by the entry's id.
    ticket: String,
}

/// Read a day's lottery: the hash of its seed, and after the draw the seed and the order that follows from it.
///
/// It is drawn when the day's first court comes free. Who joins later comes after everybody in it.
#[utoipa::path(
    get,
    path = "/v1/venues/{venue_id}/waitlist/lottery",
    tag = "waitlist",
    params(("venue_id" = VenueId, Path), Filter),
    responses(
        (status = 200, body = Envelope<LotteryView>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn lottery(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VenueId>,
    Params(filter): Params<Filter>,
) -> Outcome<LotteryView> {
    let table = app.tenant_table(&caller)?;
    let date = filter.date;
    let venue = facilities::venue(&table, id);
    let (_, list) = try_join(venue, waitlist::day_list(&table, id, date.get())).await?;
    let DayList { day, entries } = &list;
    let Some(lottery) = &day.lottery else {
        let (commitment, seed, order) = (None, None, Vec::new());
        return Ok(Reply::ok(LotteryView { venue_id: id, date, commitment, seed, order }));
    };
    let tickets = waitlist::in_order(entries, &Order::Lottery, Some(lottery)).into_iter();
    let order = tickets.filter_map(|entry| {
        let ticket = lottery.drawn(entry.id, entry.number)?;
        Some(Ticket { entry_id: entry.id, ticket })
    });
    Ok(Reply::ok(LotteryView {
        venue_id: id,
        date,
        commitment: Some(lottery.commitment()),
        seed: lottery.drawn_through.map(|_| lottery.seed.clone()),
        order: order.collect(),
    }))
}
