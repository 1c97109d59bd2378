//! A lottery that anybody can check: the hash of its seed is published before the draw, the seed after it.

use std::fmt::Write;

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use kernel::{Error, Result, WaitlistEntryId};
use serde::{Deserialize, Serialize};

/// The lottery of a venue's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lottery {
    /// 64 hex digits, secret until the draw.
    pub seed: String,
    /// The entries up to this number take part; none before the draw. Who joins later comes after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn_through: Option<u64>,
}

impl Lottery {
    /// A lottery with a seed that nobody can guess.
    pub(crate) fn new() -> Result<Self> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes)
            .map_err(|_| Error::internal("the system has no random bytes to give"))?;
        Ok(Self { seed: hex(&bytes), drawn_through: None })
    }

    /// SHA-256 of the seed's text, in hex: what is published before the draw.
    pub fn commitment(&self) -> String {
        sha256(&self.seed)
    }

    /// SHA-256 of the seed's text and the entry's id, in hex: lowest first.
    pub fn ticket(&self, entry: WaitlistEntryId) -> String {
        sha256(&format!("{}{entry}", self.seed))
    }

    /// The entry's ticket, if the draw is done and it took part.
    pub fn drawn(&self, entry: WaitlistEntryId, number: u64) -> Option<String> {
        self.drawn_through.filter(|last| number <= *last).map(|_| self.ticket(entry))
    }
}

fn sha256(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_is_the_hash_of_the_published_text() {
        // printf 0 | sha256sum
        let lottery = Lottery { seed: "0".to_owned(), drawn_through: None };
        let hash = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
        assert_eq!(lottery.commitment(), hash);
        assert_eq!(Lottery::new().unwrap().seed.len(), 64);
        assert_ne!(Lottery::new().unwrap(), Lottery::new().unwrap());
    }

    #[test]
    fn who_joins_after_the_draw_has_no_ticket() {
        let id = WaitlistEntryId::new();
        let mut lottery = Lottery::new().unwrap();
        assert_eq!(lottery.drawn(id, 1), None);
        lottery.drawn_through = Some(2);
        assert_eq!(lottery.drawn(id, 2), Some(lottery.ticket(id)));
        assert_eq!(lottery.drawn(id, 3), None);
    }
}
