//! Who is next.

use facilities::Court;

use crate::{Entry, Lottery, Order};

/// The entries, who is first in front.
///
/// Of a lottery: those who took part by their tickets, then who joined later; before the draw, as they joined.
pub fn in_order<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    order: &Order,
    lottery: Option<&Lottery>,
) -> Vec<&'a Entry> {
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by_cached_key(|entry| key(entry, order, lottery));
    entries
}

type Key = (usize, String, u64);

fn key(entry: &Entry, order: &Order, lottery: Option<&Lottery>) -> Key {
    match order {
        Order::FirstCome => (0, String::new(), entry.number),
        Order::Priority { roles } => {
            let place = roles.iter().position(|role| entry.roles.contains(role));
            (place.unwrap_or(roles.len()), String::new(), entry.number)
        }
        Order::Lottery => match lottery.and_then(|it| it.drawn(entry.id, entry.number)) {
            Some(ticket) => (0, ticket, entry.number),
            None => (1, String::new(), entry.number),
        },
    }
}

/// An entry's place among those who want the same courts at the same time, from 1; of these, sorted.
pub fn position(entry: &Entry, in_order: &[&Entry], courts: &[Court]) -> usize {
    let before = in_order.iter().take_while(|other| other.id != entry.id);
    before.filter(|other| other.rivals(entry, courts)).count() + 1
}

#[cfg(test)]
mod tests {
    use kernel::Role;
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    fn entries(roles: &[u8]) -> Vec<Entry> {
        let venue = samples::venue(1);
        let numbered = roles.iter().enumerate().map(|(place, role)| {
            let mut entry = samples::entry(&venue, "18:00", "20:00", 60);
            entry.number = place as u64 + 1;
            entry.roles =
                vec![[Role::Member, Role::Coach, Role::Guest][usize::from(*role)].clone()];
            entry
        });
        numbered.collect()
    }

    fn orders() -> [Order; 3] {
        let roles = vec![Role::Coach, Role::Member];
        [Order::FirstCome, Order::Priority { roles }, Order::Lottery]
    }

    proptest! {
        /// Whatever order they are read in: everybody once, and always the same order, which is the one that
        /// comparing any two of them by the words of the policy gives.
        #[test]
        fn the_order_is_total_and_the_policy_s(
            roles in proptest::collection::vec(0_u8..3, 0..12),
            turn in 0_usize..12,
            drawn in proptest::option::of(0_u64..12),
        ) {
            let entries = entries(&roles);
            let mut turned = entries.clone();
            turned.rotate_left(turn.min(entries.len()));
            let lottery = Lottery { seed: "seed".to_owned(), drawn_through: drawn };
            for order in orders() {
                let sorted = in_order(&entries, &order, Some(&lottery));
                prop_assert_eq!(&sorted, &in_order(&turned, &order, Some(&lottery)));
                prop_assert_eq!(sorted.len(), entries.len());
                for (first, second) in sorted.iter().zip(sorted.iter().skip(1)) {
                    let earlier = first.number < second.number;
                    let fair = match &order {
                        Order::FirstCome => earlier,
                        Order::Priority { roles } => {
                            let rank = |it: &Entry| {
                                roles.iter().position(|role| it.roles.contains(role)).unwrap_or(9)
                            };
                            rank(first) < rank(second) || rank(first) == rank(second) && earlier
                        }
                        Order::Lottery => {
                            let took_part = |it: &Entry| drawn.is_some_and(|last| it.number <= last);
                            match (took_part(first), took_part(second)) {
                                (true, true) => lottery.ticket(first.id) < lottery.ticket(second.id),
                                (false, false) => earlier,
                                (first, _) => first,
                            }
                        }
                    };
                    prop_assert!(fair, "{order:?}");
                }
            }
        }
    }

    #[test]
    fn only_those_who_want_the_same_stand_before_one() {
        let venue = samples::venue(2);
        let mut entries = entries(&[0, 0, 0]);
        entries[0].from = "08:00".to_owned().try_into().unwrap();
        entries[0].until = "10:00".to_owned().try_into().unwrap();
        let sorted = in_order(&entries, &Order::FirstCome, None);
        let positions: Vec<_> =
            sorted.iter().map(|entry| position(entry, &sorted, &venue.courts)).collect();
        assert_eq!(positions, [1, 1, 2]);
    }
}
