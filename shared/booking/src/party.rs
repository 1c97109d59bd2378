//! Who plays.

use kernel::{AccountId, PersonName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who plays, beside whose booking it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Party(Vec<Participant>);

/// Somebody who plays along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Participant {
    /// A member of the club.
    Member {
        /// Whose account.
        account_id: AccountId,
    },
    /// Somebody whom a member brings along.
    Guest {
        /// What they are called, if the member says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<PersonName>,
    },
}

impl Party {
    /// The most that a booking names.
    pub const MAX: usize = 31;

    /// These play along: none twice, and no more than [`Self::MAX`].
    pub fn of(participants: Vec<Participant>) -> Option<Self> {
        let repeated = |(place, one): (usize, &Participant)| {
            matches!(one, Participant::Member { .. }) && participants[..place].contains(one)
        };
        let fits =
            participants.len() <= Self::MAX && !participants.iter().enumerate().any(repeated);
        fits.then_some(Self(participants))
    }

    /// These and one more member; `None` where they play already, or there is no room.
    pub(crate) fn with(&self, account: AccountId) -> Option<Self> {
        let one = Participant::Member { account_id: account };
        Self::of(self.0.iter().cloned().chain([one]).collect())
    }

    /// These without a member.
    pub(crate) fn without(&self, account: AccountId) -> Self {
        let one = Participant::Member { account_id: account };
        Self(self.0.iter().filter(|other| **other != one).cloned().collect())
    }

    /// Whether nobody plays along.
    pub fn is_alone(&self) -> bool {
        self.0.is_empty()
    }

    /// Who plays along.
    pub fn participants(&self) -> &[Participant] {
        &self.0
    }

    /// How many guests there are.
    pub fn guests(&self) -> usize {
        self.0.iter().filter(|one| matches!(one, Participant::Guest { .. })).count()
    }

    /// The members who play along.
    pub fn members(&self) -> impl Iterator<Item = AccountId> {
        self.0.iter().filter_map(|one| match one {
            Participant::Member { account_id } => Some(*account_id),
            Participant::Guest { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_plays_once_and_guests_are_counted() {
        let member = Participant::Member { account_id: AccountId::new() };
        let guest = Participant::Guest { name: None };
        let party = Party::of(vec![member.clone(), guest.clone(), guest.clone()]).unwrap();
        assert_eq!((party.guests(), party.members().count()), (2, 1));
        assert!(Party::of(vec![member.clone(), member]).is_none());
        assert!(Party::of(vec![guest; Party::MAX + 1]).is_none());
    }
}
