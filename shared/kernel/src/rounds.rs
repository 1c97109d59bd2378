//! Deciding again, where others change what a decision rests on.

use crate::{Error, Result};

/// Reads, decides and writes anew while something else changes what was read: `rounds` times at most, and what comes of
/// the last one stands.
///
/// Each round reads for itself. Only what `is_race` names is decided again; anything else stands at once.
pub async fn in_rounds<T, F: Future<Output = Result<T>>>(
    rounds: usize,
    is_race: impl Fn(&Error) -> bool,
    mut round: impl FnMut() -> F,
) -> Result<T> {
    for _ in 1..rounds {
        match round().await {
            Err(error) if is_race(&error) => {}
            stands => return stands,
        }
    }
    round().await
}

#[cfg(test)]
mod tests {
    use std::{
        future::ready,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    /// How many rounds it takes, and what comes of it, where each round answers the next of these codes; "" is success.
    fn rounds(most: usize, answers: &[&'static str]) -> (usize, Result<usize, &'static str>) {
        let mut count = 0;
        let done = {
            let round = || {
                count += 1;
                ready(match answers[count - 1] {
                    "" => Ok(count),
                    code => Err(Error::conflict(code, "not so")),
                })
            };
            let mut future = pin!(in_rounds(most, |error| error.code() == "CHANGED", round));
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(done) => done.map_err(|error| error.code()),
                Poll::Pending => panic!("nothing waits"),
            }
        };
        (count, done)
    }

    #[test]
    fn only_a_race_is_decided_again_and_the_last_round_stands() {
        assert_eq!(rounds(4, &[""]), (1, Ok(1)));
        assert_eq!(rounds(4, &["CHANGED", "CHANGED", ""]), (3, Ok(3)));
        assert_eq!(rounds(4, &["CHANGED", "TAKEN"]), (2, Err("TAKEN")));
        assert_eq!(rounds(3, &["CHANGED"; 3]), (3, Err("CHANGED")));
        assert_eq!(rounds(1, &["CHANGED"]), (1, Err("CHANGED")));
    }
}
