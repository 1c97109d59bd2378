//! Content lines (RFC 5545 3.1): folded by octets, texts escaped.

use kernel::jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The most octets of a line, its break apart.
const LINE_OCTETS: usize = 75;

/// The lines of a calendar.
#[derive(Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line whose value needs no escaping: times, numbers, ids.
    pub(super) fn plain(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A line of text (3.3.11). Other control characters than the end of a line are left out: no value may
    /// have them.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for character in value.chars() {
            match character {
                '\\' | ';' | ',' => escaped.extend(['\\', character]),
                '\n' => escaped.push_str("\\n"),
                control if control.is_control() => {}
                other => escaped.push(other),
            }
        }
        self.plain(name, &escaped);
    }

    /// The break goes between characters, as readers that unfold texts instead of octets need it.
    fn fold(&mut self, line: &str) {
        let mut octets = 0;
        for character in line.chars() {
            if octets + character.len_utf8() > LINE_OCTETS {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(character);
            octets += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// `20261121T180000`.
pub(super) fn local(wall: DateTime) -> String {
    wall.strftime("%Y%m%dT%H%M%S").to_string()
}

/// `20261121T210000Z`.
pub(super) fn utc(instant: Timestamp) -> String {
    local(TimeZone::UTC.to_datetime(instant)) + "Z"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut lines = Lines::default();
        lines.text("SUMMARY", "Court 1, A;B\\\r\nup\u{7}");
        assert_eq!(lines.into_text(), "SUMMARY:Court 1\\, A\\;B\\\\\\nup\r\n");
    }

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(utc("2026-11-21T18:00:00.75-03".parse().unwrap()), "20261121T210000Z");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn lines_are_short_and_unfold_to_what_they_were(text in "[a-zé€𝄞 ]{0,300}") {
            let mut lines = Lines::default();
            lines.text("X", &text);
            let folded = lines.into_text();
            for line in folded.split_terminator("\r\n") {
                prop_assert!(line.len() <= LINE_OCTETS, "{line}");
            }
            prop_assert_eq!(folded.replace("\r\n ", ""), format!("X:{text}\r\n"));
        }
    }
}
