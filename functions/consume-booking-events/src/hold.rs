//! `booking.held`: a message that appears when the hold ends.

use booking::BookingFact;
use kernel::{BookingId, ClubId, Error, Event, Result, jiff::Timestamp, timestamp_text};
use runtime::App;
use serde::Serialize;

/// The payload of the hold expiry queue.
#[derive(Serialize)]
struct HoldEnds<'a> {
    club_id: ClubId,
    booking_id: BookingId,
    hold_expires_at: String,
    correlation_id: &'a str,
}

pub(crate) async fn schedule_end(app: &App, event: &Event) -> Result<()> {
    let fact: BookingFact = event.data()?;
    let until = fact.hold_expires_at.ok_or_else(|| {
        Error::malformed("EVENT_MALFORMED", "booking.held does not say until when")
    })?;
    let message = HoldEnds {
        club_id: event.club_id,
        booking_id: fact.booking_id,
        hold_expires_at: timestamp_text(until),
        correlation_id: &event.correlation_id,
    };
    let body = serde_json::to_string(&message)
        .map_err(|cause| Error::internal("a message is not JSON").with_source(cause))?;
    let delay_seconds = delay_seconds(app.clock().now(), until);
    app.queue().send(app.config().hold_expiry_queue_url()?, body, delay_seconds).await
}

/// Just after the end: a message that came before it would have to come again. A longer hold than a
/// message can wait does not exist; the template's parameter sees to that.
fn delay_seconds(now: Timestamp, until: Timestamp) -> i32 {
    let seconds = until.duration_since(now).as_secs().saturating_add(1);
    let longest = i64::from(cloud::Queue::LONGEST_DELAY_SECONDS);
    i32::try_from(seconds.clamp(0, longest)).unwrap_or_default()
}
