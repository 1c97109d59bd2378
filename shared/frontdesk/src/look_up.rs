//! Everything that decides about a booking, in one round of reads.

use std::sync::Arc;

use booking::{
    BookingPolicy, CourtDays, Diary, Needs, Person, Player, RuleBook, court_days, day_keys,
    diary_key, policy_key, rule_book_key, take_diary, take_policy, take_rule_book,
};
use facilities::{
    Court, Resource, Venue, court_key, court_not_found, resource_key, resource_not_found,
    venue_key, venue_not_found,
};
use futures::future::try_join;
use identity::{Membership, MembershipStatus, store::member_key};
use kernel::{AccountId, CourtId, Result, Sport, jiff::civil::Date};
use pricing::PriceBook;
use profiles::{
    Profile, SportPreference, age_on,
    store::{profile_key, sport_key},
};
use table::{Items, Key, TenantTable};

use crate::{Asked, expected, family};

/// What was found.
#[derive(Debug, Clone)]
pub struct LookUp {
    /// Where.
    pub venue: Venue,
    /// On which court.
    pub court: Court,
    /// Who has which slots on the days it touches.
    pub days: CourtDays,
    /// What they have booked already.
    pub diary: Diary,
    /// What the venue asks of bookings once they are made.
    pub policy: BookingPolicy,
    /// What the club asks there.
    pub rules: RuleBook,
    /// Who they are, as far as rules ask. Nobody of this club has no roles.
    pub person: Person,
    /// Whether they are a member of this club.
    pub is_member: bool,
    /// The members who play along, where rules ask about them.
    pub players: Vec<Player>,
    /// Who plays along and is no member of this club.
    pub strangers: Vec<AccountId>,
    /// The others of their family, where bookings are counted together.
    pub family: Family,
    /// What they want beside the court.
    pub resources: Vec<Resource>,
    /// The prices that hold on the day it starts; none where courts have their own.
    pub price_book: Option<PriceBook>,
}

/// The others of a family, and what each has booked.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// Who they are.
    pub accounts: Vec<AccountId>,
    /// The diary of each.
    pub diaries: Vec<Diary>,
}

impl LookUp {
    /// One round. A second one where the court is made of others, or keeps time free past midnight, whose days
    /// nobody knew before, or where the rules want to know more than they did last time.
    pub async fn of(table: &TenantTable, asked: &Asked) -> Result<Self> {
        let mut known = expected::needs(table, asked.venue_id).await;
        loop {
            let found = Box::pin(Self::knowing(table, asked, &known)).await?;
            let needs = found.rules.needs();
            let enough = known.cover(&needs);
            if *known != needs {
                known = Arc::new(needs);
                expected::remember(table, asked.venue_id, known.clone()).await;
            }
            if enough {
                return Ok(found);
            }
        }
    }

    async fn knowing(table: &TenantTable, asked: &Asked, needs: &Needs) -> Result<Self> {
        let keys = Keys::of(table, asked, needs).await?;
        let prices = pricing::store::active(table, asked.venue_id, asked.wish.start.date());
        let all = keys.all();
        let (mut items, price_book) = try_join(table.batch_get(&all), prices).await?;
        let venue: Venue = items.take(&keys.venue)?.ok_or_else(venue_not_found)?;
        let court: Court = items.take(&keys.court)?.ok_or_else(court_not_found)?;
        let dates = asked.wish.days_on(&court);
        let days = if court.made_of.is_empty() && dates == asked.wish.days() {
            court_days(&mut items, &keys.days)?
        } else {
            let days = day_keys(table, asked.venue_id, court.takes(), &dates);
            let keys: Vec<_> = days.iter().map(|(_, key)| key.clone()).collect();
            court_days(&mut table.batch_get(&keys).await?, &days)?
        };
        // Before anything is taken: who plays along may be of the family.
        let (players, strangers) = keys.players(&items, asked, &court)?;
        let diary = take_diary(&mut items, &keys.diary)?;
        let rules = take_rule_book(&mut items, &keys.rules)?;
        let policy = take_policy(&mut items, &keys.policy, asked.venue_id)?;
        let (is_member, person) = keys.own.person(&items, asked, &court)?;
        let family = keys.family(&mut items)?;
        let resources = keys.resources.iter();
        let resources = resources.map(|key| items.take(key)?.ok_or_else(resource_not_found));
        let resources = resources.collect::<Result<_>>()?;
        Ok(Self {
            venue,
            court,
            days,
            diary,
            policy,
            rules,
            person,
            is_member,
            players,
            strangers,
            family,
            resources,
            price_book,
        })
    }
}

/// What one round reads.
struct Keys {
    venue: Key,
    court: Key,
    days: Vec<((CourtId, Date), Key)>,
    diary: Key,
    rules: Key,
    policy: Key,
    own: PersonKeys,
    party: Vec<PersonKeys>,
    family: Vec<(AccountId, Key)>,
    resources: Vec<Key>,
}

impl Keys {
    async fn of(table: &TenantTable, asked: &Asked, needs: &Needs) -> Result<Self> {
        let (venue, account) = (asked.venue_id, asked.account_id);
        let others =
            if needs.family { family::others(table, account).await? } else { Arc::default() };
        let of_nobody = Needs::default();
        let of_players = if needs.participants { needs } else { &of_nobody };
        Ok(Self {
            venue: venue_key(table, venue),
            court: court_key(table, venue, asked.court_id),
            days: day_keys(table, venue, &[asked.court_id], &asked.wish.days()),
            diary: diary_key(table, account),
            rules: rule_book_key(table, venue),
            policy: policy_key(table, venue),
            own: PersonKeys::of(table, account, needs),
            party: asked.party.members().map(|it| PersonKeys::of(table, it, of_players)).collect(),
            family: others.iter().map(|other| (*other, diary_key(table, *other))).collect(),
            resources: asked
                .extras
                .iter()
                .map(|wish| resource_key(table, wish.resource_id))
                .collect(),
        })
    }

    fn all(&self) -> Vec<Key> {
        let Self { venue, court, diary, rules, policy, .. } = self;
        let days = self.days.iter().map(|(_, key)| key);
        let people = std::iter::once(&self.own).chain(&self.party).flat_map(PersonKeys::all);
        let family = self.family.iter().map(|(_, key)| key);
        let single = [venue, court, diary, rules, policy];
        let more = days.chain(people).chain(family).chain(&self.resources);
        single.into_iter().chain(more).cloned().collect()
    }

    /// Who plays along, as far as rules ask, and who of them is no member.
    fn players(
        &self,
        items: &Items,
        asked: &Asked,
        court: &Court,
    ) -> Result<(Vec<Player>, Vec<AccountId>)> {
        let (mut players, mut strangers) = (Vec::new(), Vec::new());
        for keys in &self.party {
            let account_id = keys.account;
            let (is_member, person) = keys.person(items, asked, court)?;
            if !is_member {
                strangers.push(account_id);
            }
            let diary = keys.diary.as_ref().map(|key| items.read::<Diary>(key)).transpose()?;
            let suspended_until = diary.flatten().and_then(|diary| diary.suspended_until);
            players.push(Player { account_id, person, suspended_until });
        }
        Ok((players, strangers))
    }

    fn family(&self, items: &mut Items) -> Result<Family> {
        let diaries = self.family.iter().map(|(_, key)| take_diary(items, key));
        let diaries = diaries.collect::<Result<_>>()?;
        Ok(Family { accounts: self.family.iter().map(|(account, _)| *account).collect(), diaries })
    }
}

/// What is read of one person.
struct PersonKeys {
    account: AccountId,
    member: Key,
    /// Where it is asked whether they are suspended from booking.
    diary: Option<Key>,
    profile: Option<Key>,
    levels: Vec<(Sport, Key)>,
}

impl PersonKeys {
    fn of(table: &TenantTable, account: AccountId, needs: &Needs) -> Self {
        let level = |sport: &Sport| (*sport, sport_key(table, account, *sport));
        Self {
            account,
            member: member_key(table, account),
            diary: needs.participants.then(|| diary_key(table, account)),
            profile: needs.birth_date.then(|| profile_key(table, account)),
            levels: needs.levels.iter().map(level).collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        let levels = self.levels.iter().map(|(_, key)| key);
        std::iter::once(&self.member).chain(&self.diary).chain(&self.profile).chain(levels)
    }

    /// Whether they are a member of this club, and what rules ask about them. Nobody of this club has no roles.
    fn person(&self, items: &Items, asked: &Asked, court: &Court) -> Result<(bool, Person)> {
        let member: Option<Membership> = items.read(&self.member)?;
        let level = self.levels.iter().find(|(sport, _)| *sport == court.sport);
        let level = level.map(|(_, key)| items.read::<SportPreference>(key)).transpose()?.flatten();
        let assessment = level.and_then(|level| level.assessment);
        let profile = self.profile.as_ref().map(|key| items.read::<Profile>(key)).transpose()?;
        let birth = profile.flatten().and_then(|profile| profile.birth_date);
        let roles = member.iter().flat_map(|member| {
            let there = member.venue_roles.get(&asked.venue_id).into_iter().flatten();
            member.roles.iter().chain(there).cloned()
        });
        let is_barred =
            member.as_ref().is_some_and(|member| member.status == MembershipStatus::Suspended);
        let person = Person {
            roles: roles.collect(),
            level_hundredths: assessment.map(|it| it.level().hundredths()),
            age_years: birth.map(|birth| age_on(birth, asked.wish.start.date().into())),
            is_barred,
        };
        Ok((member.is_some(), person))
    }
}
