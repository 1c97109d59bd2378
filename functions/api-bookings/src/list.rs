//! `GET /v1/bookings`.

use axum::extract::State;
use booking::LocalDate;
use garde::Validate;
use kernel::{AccountId, Error, Permission, Result, VenueId, Violation};
use profiles::acting_for;
use runtime::App;
use serde::Deserialize;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

use crate::read::BookingView;

/// Which bookings, and which page of them.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Filter {
    /// With `date`: everybody's bookings at this venue.
    venue_id: Option<VenueId>,
    /// With `venue_id`: those that start on this day of its calendar.
    date: Option<LocalDate>,
    /// Whose bookings: one's own if absent. One's child's, or with `booking:manage` any member's.
    account_id: Option<AccountId>,
    /// 1 to 100; 20 if absent.
    limit: Option<u8>,
    /// `meta.page.next_cursor` of the page before.
    cursor: Option<String>,
}

impl Filter {
    fn day(&self) -> Result<Option<(VenueId, LocalDate)>> {
        let wrong = |path: &str, message: &str| {
            let (path, message) = (path.to_owned(), message.to_owned());
            Error::violations(&[Violation { path, message }])
        };
        let together = "venue_id and date belong together";
        match (self.venue_id, self.date) {
            (None, None) => Ok(None),
            (None, _) => Err(wrong("venue_id", together)),
            (_, None) => Err(wrong("date", together)),
            (Some(_), Some(_)) if self.account_id.is_some() => {
                Err(wrong("account_id", "a venue's day is everybody's"))
            }
            (Some(venue), Some(date)) => Ok(Some((venue, date))),
        }
    }
}

/// List one's own bookings or one's child's, latest start first; or, with `booking:manage`, any member's, or a
/// venue's day by start.
#[utoipa::path(
    get,
    path = "/v1/bookings",
    tag = "bookings",
    params(Filter),
    responses(
        (status = 200, body = PageEnvelope<BookingView>, description = "One page."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING: a venue's day is for staff."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, USER_NOT_FOUND."),
        (status = 422, body = Problem, description = "VALIDATION_FAILED, LIMIT_OUT_OF_RANGE, CURSOR_INVALID, QUERY_INVALID."),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(filter): Params<Filter>,
) -> Outcome<Vec<BookingView>> {
    let table = app.tenant_table(&caller)?;
    let day = filter.day()?;
    let account = filter.account_id.unwrap_or(caller.account());
    let list = match day {
        Some((venue, date)) => format!("bookings.{venue}.{}", date.get()),
        None => format!("bookings.{account}"),
    };
    let page = caller.page(&list, filter.limit, filter.cursor.as_deref())?;
    let limit = page.limit;
    let bookings = if let Some((venue, date)) = day {
        if !caller.may(Permission::BookingManage) {
            let message = "a venue's bookings need the permission booking:manage";
            return Err(Error::forbidden("PERMISSION_MISSING", message).into());
        }
        facilities::venue(&table, venue).await?;
        booking::bookings_of_day(&table, venue, date.get(), page).await?
    } else {
        let (who, is_staff) = ((caller.account(), account), caller.may(Permission::BookingManage));
        acting_for(&table, who, is_staff, app.clock().now()).await?;
        booking::bookings_of_account(&table, account, page).await?
    };
    let now = app.clock().now();
    let bookings = bookings.map(|booking| BookingView::at(booking, now));
    Ok(Reply::page(bookings, &caller, &list, limit))
}
