//! People, as far as rules ask about them: whose booking it will be, and who plays along.

use std::collections::BTreeMap;

use booking::{Diary, Needs, Person, diary_key};
use facilities::Court;
use identity::{Membership, MembershipStatus, store::member_key};
use kernel::{AccountId, Result, Sport, jiff::Timestamp};
use profiles::{
    Profile, SportPreference, age_on,
    store::{profile_key, sport_key},
};
use table::{Items, Key, TenantTable};

use crate::Asked;

/// What is read of one person.
pub(crate) struct PersonKeys {
    pub(crate) account: AccountId,
    member: Key,
    /// Where it is asked whether they are suspended from booking.
    diary: Option<Key>,
    profile: Option<Key>,
    levels: Vec<(Sport, Key)>,
}

impl PersonKeys {
    pub(crate) fn of(table: &TenantTable, account: AccountId, needs: &Needs) -> Self {
        let level = |sport: &Sport| (*sport, sport_key(table, account, *sport));
        Self {
            account,
            member: member_key(table, account),
            diary: needs.participants.then(|| diary_key(table, account)),
            profile: needs.birth_date.then(|| profile_key(table, account)),
            levels: needs.levels.iter().map(level).collect(),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        let levels = self.levels.iter().map(|(_, key)| key);
        std::iter::once(&self.member).chain(&self.diary).chain(&self.profile).chain(levels)
    }

    pub(crate) fn read(&self, items: &Items) -> Result<Somebody> {
        let mut levels = BTreeMap::new();
        for (sport, key) in &self.levels {
            levels.extend(items.read::<SportPreference>(key)?.map(|level| (*sport, level)));
        }
        let diary = self.diary.as_ref().map(|key| items.read::<Diary>(key)).transpose()?;
        let profile = self.profile.as_ref().map(|key| items.read(key)).transpose()?;
        Ok(Somebody {
            member: items.read(&self.member)?,
            profile: profile.flatten(),
            levels,
            suspended_until: diary.flatten().and_then(|diary| diary.suspended_until),
        })
    }
}

/// What was found of one person.
pub(crate) struct Somebody {
    member: Option<Membership>,
    profile: Option<Profile>,
    levels: BTreeMap<Sport, SportPreference>,
    pub(crate) suspended_until: Option<Timestamp>,
}

impl Somebody {
    pub(crate) fn is_member(&self) -> bool {
        self.member.is_some()
    }

    /// What rules ask about them. Nobody of this club has no roles.
    pub(crate) fn person(&self, asked: &Asked, court: &Court) -> Person {
        let level = self.levels.get(&court.sport);
        let assessment = level.and_then(|level| level.assessment.as_ref());
        let birth = self.profile.as_ref().and_then(|profile| profile.birth_date);
        let member = self.member.as_ref();
        let roles = member.map(|member| {
            let there = member.venue_roles.get(&asked.venue_id).into_iter().flatten();
            member.roles.iter().chain(there).cloned().collect()
        });
        Person {
            roles: roles.unwrap_or_default(),
            level_hundredths: assessment.map(|it| it.level().hundredths()),
            age_years: birth.map(|birth| age_on(birth, asked.wish.start.date().into())),
            is_barred: member.is_some_and(|member| member.status == MembershipStatus::Suspended),
        }
    }
}
