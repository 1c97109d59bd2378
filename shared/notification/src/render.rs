//! From a notice and its wording to a message.

use kernel::{Error, Result};
use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use crate::{Due, Language, LeftOut, Letter, Notice, SeriesDate, Wording, words};

/// So many dates of a series are named one by one.
const DATES_TOLD: usize = 20;
/// What stands around the words of every HTML part.
const FRAME: &str = include_str!("../templates/frame.html");

/// A message, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part, a whole document.
    pub html: String,
}

/// The names that a wording may use. What a notice does not have is none, and may be asked for with `if`.
#[derive(Default, Serialize)]
struct Facts<'a> {
    language: &'static str,
    name: &'a str,
    club: &'a str,
    court: Option<&'a str>,
    venue: Option<&'a str>,
    day: Option<String>,
    start: Option<String>,
    hours: Option<String>,
    zone: Option<String>,
    price: Option<String>,
    /// What is or will be given back.
    amount: Option<String>,
    /// Whether that goes into their wallet.
    to_wallet: bool,
    /// What has to be paid, and until when.
    due: Option<String>,
    due_by: Option<String>,
    /// Whether the booking that is to be paid is cancelled.
    is_cancelled: bool,
    held_until: Option<String>,
    link: Option<&'a str>,
    expires: Option<String>,
    /// Why the club closes a court.
    reason: Option<&'a str>,
    /// Of a series: how many dates.
    count: usize,
    /// The first of them, and how many more.
    dates: Vec<String>,
    more: Option<usize>,
    /// The first that could not be what was asked for, with the reason, and how many more.
    left_out: Vec<String>,
    more_left_out: Option<usize>,
}

/// Says the letter's notice in these words. A wording that names something unknown is a defect.
pub fn render(letter: &Letter, wording: &Wording) -> Result<Rendered> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(broken)?;
    environment.set_syntax(syntax);
    let facts = Value::from(Serde(Facts::of(letter)));
    // The ending of the name decides what is escaped.
    let part = |name: &str, source: &str| {
        environment.render_named_str(name, source, facts.clone()).map_err(broken)
    };
    let subject = part("subject.txt", &wording.subject)?;
    let text = part("text.txt", &wording.text)?;
    let body = part("body.html", &wording.html)?;
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let framed = minijinja::context! { subject => subject.as_str(), body, language => letter.language.code() };
    let html = environment.render_named_str("frame.html", FRAME, framed).map_err(broken)?;
    Ok(Rendered { subject, text: paragraphs(&text), html })
}

/// The dates of a series, in words.
#[derive(Default)]
struct Dates {
    count: usize,
    named: Vec<String>,
    more: Option<usize>,
    left_out: Vec<String>,
    more_left_out: Option<usize>,
}

impl Dates {
    fn of(letter: &Letter) -> Self {
        let Some(series) = letter.notice.series() else { return Self::default() };
        let language = letter.language;
        let date = |date: &SeriesDate| {
            let local = |at: kernel::jiff::Timestamp| at.to_zoned(letter.time_zone.clone());
            let (from, to) = (local(date.starts_at), local(date.ends_at));
            format!("{}, {}", words::day(language, &from), words::hours(language, &from, &to))
        };
        let refused = |(of, why): &(SeriesDate, LeftOut)| {
            format!("{}: {}", date(of), words::left_out(language, *why))
        };
        let more = |all: usize| all.checked_sub(DATES_TOLD).filter(|more| *more > 0);
        Self {
            count: series.dates.len(),
            named: series.dates.iter().take(DATES_TOLD).map(date).collect(),
            more: more(series.dates.len()),
            left_out: series.left_out.iter().take(DATES_TOLD).map(refused).collect(),
            more_left_out: more(series.left_out.len()),
        }
    }
}

impl<'a> Facts<'a> {
    fn of(letter: &'a Letter) -> Self {
        let Letter { language, time_zone, notice, .. } = letter;
        let language = *language;
        let local = |instant: kernel::jiff::Timestamp| instant.to_zoned(time_zone.clone());
        let (mut back, mut held_until, mut link, mut expires) = (None, None, None, None);
        let (mut reason, mut owing, mut is_cancelled) = (None, None, false);
        match notice {
            Notice::BookingConfirmed { due, .. } => owing = *due,
            Notice::BookingCancelled { refund, due, .. }
            | Notice::BookingMoved { refund, due, .. } => {
                (back, owing) = (*refund, *due);
            }
            Notice::PaymentAsked { due, is_cancelled: over, link: pay, .. } => {
                (owing, is_cancelled, link) = (Some(*due), *over, Some(pay.as_str()));
            }
            Notice::PaymentOwed { amount, link: pay, .. } => {
                owing = Some(Due { amount: *amount, by: None });
                link = Some(pay);
            }
            Notice::BookingClosedOut { reason: why, refund, rebook, .. } => {
                (reason, back, link) = (Some(why.as_str()), *refund, rebook.as_deref());
            }
            Notice::ClosureAnnounced { reason: why, .. } => reason = Some(why.as_str()),
            Notice::PaymentRefunded { refund, .. } => back = Some(*refund),
            Notice::PaymentDeclined { held_until: until, checkout, .. } => {
                held_until = Some(words::hour(&local(*until)));
                link = checkout.as_deref();
            }
            Notice::WaitlistOffer { held_until: until, .. } => {
                held_until = Some(words::hour(&local(*until)));
            }
            Notice::OwnerInvitation { link: accept, expires_at }
            | Notice::Invitation { link: accept, expires_at } => {
                link = Some(accept);
                expires = Some(moment(language, &local(*expires_at)));
            }
            Notice::MemberWelcome(Some(timed))
            | Notice::PasswordReset(timed)
            | Notice::VerifyEmail(timed)
            | Notice::EmailChange(timed) => {
                link = Some(&timed.link);
                expires = Some(moment(language, &local(timed.expires_at)));
            }
            Notice::BookingExpired(_)
            | Notice::BookingMissed(_)
            | Notice::SeriesBooked(_)
            | Notice::SeriesChanged(_)
            | Notice::SeriesCancelled(_)
            | Notice::WaitlistSlotFree(_)
            | Notice::WaitlistBooked(_)
            | Notice::MemberWelcome(None)
            | Notice::EmailChangeRequested
            | Notice::PasswordChanged
            | Notice::EmailChanged => {}
        }
        Self {
            amount: back.map(|back| words::money(language, back.amount)),
            to_wallet: back.is_some_and(|back| back.to_wallet),
            due: owing.map(|due| words::money(language, due.amount)),
            due_by: owing.and_then(|due| due.by).map(|by| moment(language, &local(by))),
            is_cancelled,
            held_until,
            link,
            expires,
            reason,
            ..Self::about(letter)
        }
    }

    /// The booking that it is about, or the series.
    fn about(letter: &'a Letter) -> Self {
        let Letter { recipient, language, club, time_zone, notice } = letter;
        let language = *language;
        let local = |instant: kernel::jiff::Timestamp| instant.to_zoned(time_zone.clone());
        let (booking, series) = (notice.booking(), notice.series());
        let starts = booking.map(|booking| local(booking.starts_at));
        let ends = booking.map(|booking| local(booking.ends_at));
        let first = series.and_then(|series| series.dates.first());
        let zoned = starts.clone().or_else(|| first.map(|date| local(date.starts_at)));
        let Dates { count, named: dates, more, left_out, more_left_out } = Dates::of(letter);
        let court = booking.map(|it| &it.court).or_else(|| series.map(|it| &it.court));
        let venue = booking.map(|it| &it.venue).or_else(|| series.map(|it| &it.venue));
        let price = booking.map(|it| it.price).or_else(|| series.map(|it| it.price));
        Self {
            language: language.code(),
            name: recipient.as_str(),
            club,
            court: court.map(String::as_str),
            venue: venue.map(String::as_str),
            count,
            dates,
            more,
            left_out,
            more_left_out,
            day: starts.as_ref().map(|starts| words::day(language, starts)),
            start: starts.as_ref().map(words::hour),
            hours: starts.as_ref().zip(ends).map(|(from, to)| words::hours(language, from, &to)),
            zone: zoned.as_ref().map(|starts| words::zone(language, starts)),
            price: price
                .filter(|price| !price.is_zero())
                .map(|price| words::money(language, price)),
            ..Self::default()
        }
    }
}

/// `jueves 26 de noviembre de 2026, 18:00 (hora de Buenos Aires, UTC-3)`.
fn moment(language: Language, at: &kernel::jiff::Zoned) -> String {
    format!("{}, {} ({})", words::day(language, at), words::hour(at), words::zone(language, at))
}

/// One empty line between paragraphs, whatever an `if` left out.
fn paragraphs(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.trim().lines().map(str::trim_end) {
        if !(line.is_empty() && tidy.ends_with("\n\n")) {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy
}

fn broken(cause: minijinja::Error) -> Error {
    Error::internal("a notice's wording cannot be rendered").with_source(cause)
}

#[cfg(test)]
mod tests;
