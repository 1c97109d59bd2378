use kernel::{Currency, Money, jiff::tz::TimeZone};

use super::*;
use crate::{BookingFacts, GivenBack, SeriesFacts, Template, notice::TimedLink};

fn booking() -> BookingFacts {
    BookingFacts {
        court: "Padel 1 & <2>".into(),
        venue: "Costanera".into(),
        starts_at: "2026-11-26T21:00:00Z".parse().unwrap(),
        ends_at: "2026-11-26T22:30:00Z".parse().unwrap(),
        price: Money::new(1_200_000, Currency::Ars),
    }
}

const LINK: &str = "https://example.org/docs#invitation=abc&club=norte";

fn notices() -> Vec<Notice> {
    let card = GivenBack { amount: Money::new(600_000, Currency::Ars), to_wallet: false };
    let wallet = GivenBack { to_wallet: true, ..card };
    let until = booking().starts_at;
    let due = Due { amount: Money::new(400_000, Currency::Ars), by: Some(until) };
    let now = Due { by: None, ..due };
    let link = LINK.to_owned();
    let timed = || TimedLink { link: link.clone(), expires_at: until };
    vec![
        Notice::BookingConfirmed { booking: booking(), due: None },
        Notice::BookingConfirmed { booking: booking(), due: Some(due) },
        Notice::BookingCancelled { booking: booking(), refund: Some(card), due: None },
        Notice::BookingCancelled { booking: booking(), refund: Some(wallet), due: None },
        Notice::BookingCancelled { booking: booking(), refund: None, due: Some(now) },
        Notice::BookingClosedOut {
            booking: booking(),
            reason: "Rain & <wind>".into(),
            refund: Some(card),
            rebook: Some(link.clone()),
        },
        Notice::BookingClosedOut {
            booking: booking(),
            reason: "Rain".into(),
            refund: None,
            rebook: None,
        },
        Notice::ClosureAnnounced { booking: booking(), reason: "Works".into() },
        Notice::BookingExpired(booking()),
        Notice::BookingMoved { booking: booking(), refund: Some(card), due: None },
        Notice::BookingMoved { booking: booking(), refund: Some(wallet), due: None },
        Notice::BookingMoved { booking: booking(), refund: None, due: Some(due) },
        Notice::BookingMissed(booking()),
        Notice::SeriesBooked(series(3, 0)),
        Notice::SeriesBooked(series(60, 25)),
        Notice::SeriesChanged(series(20, 1)),
        Notice::SeriesCancelled(series(21, 0)),
        Notice::PaymentDeclined { booking: booking(), held_until: until, checkout: None },
        Notice::PaymentDeclined {
            booking: booking(),
            held_until: until,
            checkout: Some(link.clone()),
        },
        Notice::PaymentAsked { booking: booking(), due, is_cancelled: false, link: link.clone() },
        Notice::PaymentAsked {
            booking: booking(),
            due: now,
            is_cancelled: true,
            link: link.clone(),
        },
        Notice::PaymentOwed { booking: booking(), amount: card.amount, link: link.clone() },
        Notice::PaymentRefunded { booking: booking(), refund: card },
        Notice::PaymentRefunded { booking: booking(), refund: wallet },
        Notice::WaitlistOffer { booking: booking(), held_until: until },
        Notice::WaitlistSlotFree(booking()),
        Notice::WaitlistBooked(booking()),
        Notice::MemberWelcome(None),
        Notice::MemberWelcome(Some(timed())),
        Notice::OwnerInvitation { link: link.clone(), expires_at: until },
        Notice::Invitation { link: link.clone(), expires_at: until },
        Notice::PasswordReset(timed()),
        Notice::VerifyEmail(timed()),
        Notice::EmailChange(timed()),
        Notice::EmailChangeRequested,
        Notice::PasswordChanged,
        Notice::EmailChanged,
    ]
}

fn rendered(language: Language, notice: Notice) -> Rendered {
    let letter = Letter {
        recipient: "Ana <b>Ferreyra</b>".parse().unwrap(),
        language,
        club: "Club Norte".into(),
        time_zone: TimeZone::get("America/Argentina/Buenos_Aires").unwrap(),
        notice,
    };
    render(&letter, &Wording::built_in(letter.notice.template(), language)).unwrap()
}

#[test]
fn every_notice_is_said_in_every_language_with_nothing_left_open() {
    let mut said: Vec<Template> = notices().iter().map(Notice::template).collect();
    said.dedup();
    assert_eq!(said.len(), Template::ALL.len(), "each template has a notice above");
    for (language, notice) in
        Language::ALL.into_iter().flat_map(|l| notices().into_iter().map(move |n| (l, n)))
    {
        let message = rendered(language, notice.clone());
        let told = format!("{language:?} {notice:?}\n{}\n{}", message.subject, message.text);
        for part in [&message.subject, &message.text, &message.html] {
            assert!(
                !part.contains("none") && !part.contains("{{") && !part.contains("{%"),
                "{told}"
            );
        }
        assert!(message.text.starts_with(|c: char| c.is_alphabetic()), "{told}");
        assert!(!message.text.contains("\n\n\n") && message.text.ends_with('\n'), "{told}");
        let timed = matches!(
            notice,
            Notice::MemberWelcome(Some(_))
                | Notice::PasswordReset(_)
                | Notice::VerifyEmail(_)
                | Notice::EmailChange(_)
        );
        if timed {
            assert!(message.text.contains(&format!("\n{LINK}\n")), "{told}");
            assert!(message.text.contains("18:00") && message.html.contains("href="), "{told}");
        }
        if notice.booking().is_some() {
            assert!(message.text.contains("18:00") && message.text.contains("UTC-3"), "{told}");
            assert!(message.text.contains("2026"), "{told}");
        }
    }
}

#[test]
fn what_people_wrote_is_escaped_in_html_and_left_alone_in_text() {
    let message =
        rendered(Language::Spanish, Notice::BookingConfirmed { booking: booking(), due: None });
    assert!(message.html.contains("Ana &lt;b&gt;Ferreyra&lt;&#x2f;b&gt;"), "{}", message.html);
    assert!(message.html.contains("Padel 1 &amp; &lt;2&gt;"), "{}", message.html);
    assert!(message.html.contains("<strong>confirmada</strong>"), "{}", message.html);
    assert!(message.text.contains("Hola, Ana <b>Ferreyra</b>:"), "{}", message.text);
    assert_eq!(
        message.subject,
        "Reserva confirmada: Padel 1 & <2>, jueves 26 de noviembre de 2026, 18:00"
    );
}

/// So many weeks of booked dates, and of dates that are not.
fn series(booked: usize, left_out: usize) -> SeriesFacts {
    let BookingFacts { court, venue, starts_at, ends_at, price } = booking();
    let week = |number: usize| {
        let weeks = kernel::jiff::SignedDuration::from_hours(168 * i64::try_from(number).unwrap());
        SeriesDate { starts_at: starts_at + weeks, ends_at: ends_at + weeks }
    };
    let refused = |number| (week(number), LeftOut::Taken);
    SeriesFacts {
        court,
        venue,
        dates: (0..booked).map(week).collect(),
        left_out: (booked..booked + left_out).map(refused).collect(),
        price,
    }
}

#[test]
fn a_series_is_told_at_once_and_not_at_any_length() {
    let message = rendered(Language::English, Notice::SeriesBooked(series(2, 1)));
    assert_eq!(
        message.text,
        "Hello Ana <b>Ferreyra</b>,\n\nYour series at Club Norte is booked:\n\n\
         Padel 1 & <2>, Costanera (Buenos Aires time, UTC-3)\n\
         - Thursday 26 November 2026, 18:00 to 19:30\n\
         - Thursday 3 December 2026, 18:00 to 19:30\n\
         In all: ARS 12,000.00\n\nThese dates could not be booked:\n\
         - Thursday 10 December 2026, 18:00 to 19:30: the court is taken\n\nClub Norte\n"
    );
    let message = rendered(Language::Spanish, Notice::SeriesChanged(series(60, 25)));
    assert_eq!(message.text.matches("\n- jueves").count(), 40);
    assert!(message.text.contains("\n- y 40 más\n"), "{}", message.text);
    assert!(message.html.contains("<li>y 5 más</li>"), "{}", message.html);
    assert_eq!(message.subject, "Serie cambiada: Padel 1 & <2>, 60 fechas");
}

#[test]
fn a_confirmation_reads_like_this() {
    let message =
        rendered(Language::English, Notice::BookingConfirmed { booking: booking(), due: None });
    assert_eq!(
        message.text,
        "Hello Ana <b>Ferreyra</b>,\n\nYour booking at Club Norte is confirmed.\n\n\
         Padel 1 & <2>, Costanera\nThursday 26 November 2026\n\
         18:00 to 19:30 (Buenos Aires time, UTC-3)\nARS 12,000.00\n\nClub Norte\n"
    );
}

#[test]
fn a_closed_out_booking_says_why_what_comes_back_and_where_to_book_again() {
    let notice = Notice::BookingClosedOut {
        booking: booking(),
        reason: "Rain & <wind>".into(),
        refund: Some(GivenBack { amount: Money::new(600_000, Currency::Ars), to_wallet: false }),
        rebook: Some(LINK.to_owned()),
    };
    let message = rendered(Language::English, notice);
    assert!(message.text.contains("closed then: Rain & <wind>\n"), "{}", message.text);
    assert!(message.text.contains("ARS 6,000.00"), "{}", message.text);
    assert!(message.text.contains(&format!("\n{LINK}\n")), "{}", message.text);
    assert!(message.html.contains("Rain &amp; &lt;wind&gt;"), "{}", message.html);
    assert!(message.html.contains("href="), "{}", message.html);
}

#[test]
fn a_refund_says_where_it_goes() {
    let card = ["medio de pago", "payment method", "meio de pagamento"];
    let wallet = ["saldo en Club Norte", "wallet at Club Norte", "saldo no Club Norte"];
    for (to_wallet, said, unsaid) in [(false, card, wallet), (true, wallet, card)] {
        let back = GivenBack { amount: Money::new(600_000, Currency::Ars), to_wallet };
        let refund = Some(back);
        let notices = [
            Notice::BookingCancelled { booking: booking(), refund, due: None },
            Notice::BookingMoved { booking: booking(), refund, due: None },
            Notice::BookingClosedOut {
                booking: booking(),
                reason: "Rain".into(),
                refund,
                rebook: None,
            },
            Notice::PaymentRefunded { booking: booking(), refund: back },
        ];
        for notice in notices {
            for language in Language::ALL {
                let message = rendered(language, notice.clone());
                for part in [&message.text, &message.html] {
                    assert!(said.iter().any(|words| part.contains(words)), "{part}");
                    assert!(!unsaid.iter().any(|words| part.contains(words)), "{part}");
                }
            }
        }
    }
}

#[test]
fn what_is_to_be_paid_is_said_with_its_time() {
    let by = booking().starts_at - kernel::jiff::SignedDuration::from_hours(6);
    let due = Due { amount: Money::new(400_000, Currency::Ars), by: Some(by) };
    let said = ["4.000,00", "4,000.00"];
    let asked = |due, is_cancelled| Notice::PaymentAsked {
        booking: booking(),
        due,
        is_cancelled,
        link: LINK.to_owned(),
    };
    let notices = [
        Notice::BookingConfirmed { booking: booking(), due: Some(due) },
        Notice::BookingMoved { booking: booking(), refund: None, due: Some(due) },
        Notice::BookingCancelled { booking: booking(), refund: None, due: Some(due) },
        asked(due, false),
        asked(due, true),
    ];
    for notice in notices {
        for language in Language::ALL {
            let message = rendered(language, notice.clone());
            for part in [&message.text, &message.html] {
                assert!(said.iter().any(|amount| part.contains(amount)), "{part}");
                assert!(part.contains("12:00"), "{part}");
            }
        }
    }
    let message = rendered(Language::English, asked(Due { by: None, ..due }, true));
    assert_eq!(
        message.text,
        format!(
            "Hello Ana <b>Ferreyra</b>,\n\nThis booking at Club Norte has been cancelled. By the \
             club's cancellation policy, your part of it is still to be paid.\n\n\
             Padel 1 & <2>, Costanera\nThursday 26 November 2026\n\
             18:00 to 19:30 (Buenos Aires time, UTC-3)\n\nYour part: ARS 4,000.00\n\n\
             Pay here:\n\n{LINK}\n\nClub Norte\n"
        )
    );
}

#[test]
fn a_booking_free_of_charge_names_no_price() {
    let free = BookingFacts { price: Money::new(0, Currency::Ars), ..booking() };
    let message =
        rendered(Language::Spanish, Notice::BookingConfirmed { booking: free, due: None });
    assert!(!message.text.contains("ARS") && !message.html.contains("ARS"), "{}", message.text);
    assert!(!message.text.contains("none") && !message.html.contains("none"));
}

#[test]
fn a_wording_that_names_something_unknown_is_refused() {
    let letter = Letter {
        recipient: "Ana".parse().unwrap(),
        language: Language::Spanish,
        club: "Club Norte".into(),
        time_zone: TimeZone::UTC,
        notice: Notice::MemberWelcome(None),
    };
    let wording = Wording { subject: "{{ secret }}".into(), text: "a".into(), html: "b".into() };
    assert_eq!(render(&letter, &wording).unwrap_err().code(), "INTERNAL");
}
