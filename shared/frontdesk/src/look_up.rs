//! Everything that decides about a booking, in one round of reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use booking::{
    BookingPolicy, CourtDay, CourtDays, Diary, ExtraWish, InUse, InUseKeys, Needs, Person, Player,
    RuleBook, court_days, day_keys, diary_key, policy_key, rule_book_key, take_diary, take_policy,
    take_rule_book,
};
use facilities::{
    Court, Resource, Venue, court_key, court_not_found, resource_key, resource_not_found,
    venue_key, venue_not_found,
};
use futures::future::try_join;
use kernel::{
    AccountId, CourtId, Error, ResourceId, Result, VenueId,
    jiff::{SignedDuration, Timestamp, civil::Date},
};
use pricing::{PriceBook, active_on};
use profiles::store::{FamilyCount, family_key};
use table::{Items, Key, TenantTable};

use crate::{
    Asked, expected, family,
    people::{PersonKeys, Somebody},
};

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
    /// How much of that others have then.
    pub in_use: InUse,
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
    /// nobody knew before, where something is wanted beside the court, or where the rules want to know more than they did last time; more where a family is
    /// counted together, which is found person by person.
    pub async fn of(table: &TenantTable, asked: &Asked) -> Result<Self> {
        let found = Self::several(table, std::slice::from_ref(asked)).await?;
        found.into_iter().next().ok_or_else(|| Error::internal("nothing was looked up"))
    }

    /// The same for several wishes of one member at one venue, in their order: what they share is read once, and so
    /// is every day of a court.
    pub async fn several(table: &TenantTable, asked: &[Asked]) -> Result<Vec<Self>> {
        let Some(first) = asked.first() else { return Ok(Vec::new()) };
        let whose = |one: &Asked| (one.venue_id, one.account_id);
        if asked.iter().any(|one| whose(one) != whose(first)) {
            return Err(Error::internal("wishes of several members were looked up as one's"));
        }
        let mut known = expected::needs(table, first.venue_id).await;
        loop {
            let found = Box::pin(Self::knowing(table, asked, &known)).await?;
            let needs = found.first().map(|found| found.rules.needs()).unwrap_or_default();
            let enough = known.cover(&needs);
            if *known != needs {
                known = Arc::new(needs);
                expected::remember(table, first.venue_id, known.clone()).await;
            }
            if enough {
                return Ok(found);
            }
        }
    }

    async fn knowing(table: &TenantTable, asked: &[Asked], needs: &Needs) -> Result<Vec<Self>> {
        let mut keys = Keys::of(table, asked, needs).await;
        let (prices, all) = (prices(table, asked), keys.all());
        let (mut items, books) = try_join(table.batch_get(&all), prices).await?;
        keys.meet_family(table, &mut items).await?;
        let shared = Shared::take(&mut items, &keys)?;
        let courts = shared.courts(asked)?;
        let guessed = court_days(&mut items, &keys.days)?;
        let mut days: BTreeMap<_, _> = guessed.0.into_iter().collect();
        let wanted = asked.iter().zip(&courts).flat_map(|(one, court)| {
            day_keys(table, one.venue_id, court.takes(), &one.wish.days_on(court))
        });
        let more: Vec<_> = wanted.filter(|(of, _)| !days.contains_key(of)).collect();
        let extras = shared.in_use_keys(table, asked);
        let keys: Vec<_> = more.iter().map(|(_, key)| key).chain(extras.all()).cloned().collect();
        let mut in_use = InUse::default();
        if !keys.is_empty() {
            let mut items = table.batch_get(&keys).await?;
            days.extend(court_days(&mut items, &more)?.0);
            in_use = extras.take(&mut items)?;
        }
        let found = asked.iter().zip(courts);
        found
            .map(|(one, court)| {
                let in_use = in_use.of(wanted_by(one), shared.times(one).unwrap_or_default());
                Ok(LookUp { in_use, ..shared.look_up(one, court, &days, &books)? })
            })
            .collect()
    }
}

/// The price books among which those are that hold on the days that are asked about: one item for one day.
async fn prices(table: &TenantTable, asked: &[Asked]) -> Result<Vec<PriceBook>> {
    let dates = || asked.iter().map(|one| one.wish.start.date());
    let Some((first, last)) = dates().min().zip(dates().max()) else { return Ok(Vec::new()) };
    let venue = asked[0].venue_id;
    if first == last {
        return Ok(pricing::store::active(table, venue, first).await?.into_iter().collect());
    }
    pricing::store::published(table, venue, last).await
}

/// What one round reads.
struct Keys {
    venue: Key,
    courts: Vec<(CourtId, Key)>,
    days: Vec<((CourtId, Date), Key)>,
    diary: Key,
    rules: Key,
    policy: Key,
    own: PersonKeys,
    party: Vec<PersonKeys>,
    family: Vec<(AccountId, Key)>,
    /// Whether there is a family, where it counts and nobody remembers.
    family_count: Option<Key>,
    resources: Vec<(ResourceId, Key)>,
    of: VenueId,
}

impl Keys {
    async fn of(table: &TenantTable, asked: &[Asked], needs: &Needs) -> Self {
        let (venue, account) = (asked[0].venue_id, asked[0].account_id);
        let (family, family_count) = if needs.family {
            match family::remembered(table, account).await {
                Some(others) => (diaries_of(table, &others), None),
                None => (Vec::new(), Some(family_key(table, account))),
            }
        } else {
            (Vec::new(), None)
        };
        let of_nobody = Needs::default();
        let of_players = if needs.participants { needs } else { &of_nobody };
        let players: BTreeSet<_> = asked.iter().flat_map(|one| one.party.members()).collect();
        let players = players.into_iter().map(|it| PersonKeys::of(table, it, of_players));
        let courts: BTreeSet<_> = asked.iter().map(|one| one.court_id).collect();
        let resources: BTreeSet<_> = asked.iter().flat_map(wanted_by).collect();
        let days: BTreeSet<_> = asked
            .iter()
            .flat_map(|one| one.wish.days().into_iter().map(|day| (one.court_id, day)))
            .collect();
        let day = |(court, day): (CourtId, Date)| day_keys(table, venue, &[court], &[day]);
        Self {
            venue: venue_key(table, venue),
            courts: courts.into_iter().map(|id| (id, court_key(table, venue, id))).collect(),
            days: days.into_iter().flat_map(day).collect(),
            diary: diary_key(table, account),
            rules: rule_book_key(table, venue),
            policy: policy_key(table, venue),
            own: PersonKeys::of(table, account, needs),
            party: players.collect(),
            family,
            family_count,
            resources: resources.into_iter().map(|id| (id, resource_key(table, id))).collect(),
            of: venue,
        }
    }

    /// Reads the diaries of a family that nobody knew before. Most members have none, which the first round tells.
    async fn meet_family(&mut self, table: &TenantTable, items: &mut Items) -> Result<()> {
        let Some(key) = self.family_count.take() else { return Ok(()) };
        let account = self.own.account;
        if !items.take::<FamilyCount>(&key)?.is_some_and(FamilyCount::is_somebody) {
            family::remember_nobody(table, account).await;
            return Ok(());
        }
        self.family = diaries_of(table, &family::others(table, account).await?);
        let keys: Vec<_> = self.family.iter().map(|(_, key)| key.clone()).collect();
        items.extend(table.batch_get(&keys).await?);
        Ok(())
    }

    fn all(&self) -> Vec<Key> {
        let Self { venue, diary, rules, policy, .. } = self;
        let courts = self.courts.iter().map(|(_, key)| key);
        let days = self.days.iter().map(|(_, key)| key);
        let people = std::iter::once(&self.own).chain(&self.party).flat_map(PersonKeys::all);
        let family = self.family.iter().map(|(_, key)| key).chain(&self.family_count);
        let resources = self.resources.iter().map(|(_, key)| key);
        let more = courts.chain(days).chain(people).chain(family).chain(resources);
        [venue, diary, rules, policy].into_iter().chain(more).cloned().collect()
    }
}

fn wanted_by(asked: &Asked) -> impl Iterator<Item = ResourceId> {
    asked.extras.iter().map(|wish| wish.resource_id)
}

fn diaries_of(table: &TenantTable, people: &[AccountId]) -> Vec<(AccountId, Key)> {
    people.iter().map(|person| (*person, diary_key(table, *person))).collect()
}

/// What wishes of one member at one venue have in common, out of what one round has found.
struct Shared {
    venue: Venue,
    courts: BTreeMap<CourtId, Court>,
    diary: Diary,
    policy: BookingPolicy,
    rules: RuleBook,
    own: Somebody,
    party: BTreeMap<AccountId, Somebody>,
    family: Family,
    resources: BTreeMap<ResourceId, Resource>,
}

impl Shared {
    fn take(items: &mut Items, keys: &Keys) -> Result<Self> {
        let venue = items.take(&keys.venue)?.ok_or_else(venue_not_found)?;
        // Before any diary is taken: who plays along may be of the family.
        let own = keys.own.read(items)?;
        let party = keys.party.iter().map(|one| Ok((one.account, one.read(items)?)));
        let party = party.collect::<Result<_>>()?;
        let mut courts = BTreeMap::new();
        for (id, key) in &keys.courts {
            courts.extend(items.take::<Court>(key)?.map(|court| (*id, court)));
        }
        let mut resources = BTreeMap::new();
        for (id, key) in &keys.resources {
            let resource = items.take::<Resource>(key)?.ok_or_else(resource_not_found)?;
            resources.insert(*id, resource);
        }
        let diaries = keys.family.iter().map(|(_, key)| take_diary(items, key));
        let diaries = diaries.collect::<Result<_>>()?;
        let accounts = keys.family.iter().map(|(account, _)| *account).collect();
        Ok(Self {
            venue,
            courts,
            diary: take_diary(items, &keys.diary)?,
            policy: take_policy(items, &keys.policy, keys.of)?,
            rules: take_rule_book(items, &keys.rules)?,
            own,
            party,
            family: Family { accounts, diaries },
            resources,
        })
    }

    /// When a wish begins and ends; `None` where the venue's clock does not show its start.
    fn times(&self, asked: &Asked) -> Option<(Timestamp, Timestamp)> {
        let from = asked.wish.start.resolve(self.venue.time_zone.rules()).ok()?;
        let lasts = SignedDuration::from_mins(asked.wish.duration_minutes.into());
        Some((from, from.saturating_add(lasts).ok()?))
    }

    /// What others have of what is wanted beside the courts.
    fn in_use_keys(&self, table: &TenantTable, asked: &[Asked]) -> InUseKeys {
        let mut keys = InUseKeys::default();
        for one in asked.iter().filter(|one| !one.extras.is_empty()) {
            if let Some(times) = self.times(one) {
                keys.add(table, wanted_by(one), times);
            }
        }
        keys
    }

    /// The court of each wish.
    fn courts(&self, asked: &[Asked]) -> Result<Vec<Court>> {
        let court = |one: &Asked| self.courts.get(&one.court_id).cloned();
        asked.iter().map(|one| court(one).ok_or_else(court_not_found)).collect()
    }

    fn look_up(
        &self,
        asked: &Asked,
        court: Court,
        days: &BTreeMap<(CourtId, Date), Option<CourtDay>>,
        books: &[PriceBook],
    ) -> Result<LookUp> {
        let dates = asked.wish.days_on(&court);
        let of_dates = |court: &CourtId| dates.iter().map(|day| (*court, *day)).collect::<Vec<_>>();
        let own = court.takes().iter().flat_map(of_dates);
        let own = own.map(|of| (of, days.get(&of).cloned().flatten())).collect();
        let resource = |wish: &ExtraWish| self.resources.get(&wish.resource_id).cloned();
        let resources =
            asked.extras.iter().map(|wish| resource(wish).ok_or_else(resource_not_found));
        Ok(LookUp {
            venue: self.venue.clone(),
            days: CourtDays(own),
            diary: self.diary.clone(),
            policy: self.policy.clone(),
            rules: self.rules.clone(),
            person: self.own.person(asked, &court),
            is_member: self.own.is_member(),
            players: self.players(asked, &court),
            strangers: self.strangers(asked),
            family: self.family.clone(),
            resources: resources.collect::<Result<_>>()?,
            in_use: InUse::default(),
            price_book: active_on(books, asked.wish.start.date()).cloned(),
            court,
        })
    }

    /// Who plays along, as far as rules ask.
    fn players(&self, asked: &Asked, court: &Court) -> Vec<Player> {
        let player = |account: AccountId| {
            let somebody = self.party.get(&account)?;
            let (person, suspended_until) =
                (somebody.person(asked, court), somebody.suspended_until);
            Some(Player { account_id: account, person, suspended_until })
        };
        asked.party.members().filter_map(player).collect()
    }

    fn strangers(&self, asked: &Asked) -> Vec<AccountId> {
        let is_known =
            |account: &AccountId| self.party.get(account).is_some_and(Somebody::is_member);
        asked.party.members().filter(|account| !is_known(account)).collect()
    }
}
