//! Who is written to, in which language and on whose clock.

use identity::{Account, store};
use kernel::{ClubId, Kind, Result, Tenant, jiff::tz::TimeZone};
use notification::{Language, Letter, Notice};
use runtime::App;
use tenancy::ClubSettings;

/// Who signs where no club does.
const PLATFORM: &str = "ClubPulse";

/// The owner of an account, and a club of theirs.
pub(crate) struct Addressee {
    account: Account,
    club: Option<ClubSettings>,
}

impl Addressee {
    /// The account as a member of this club, or of its first one where it is not in that.
    pub(crate) async fn find(
        app: &App,
        correlation: &str,
        account: Account,
        wanted: Option<ClubId>,
    ) -> Result<Self> {
        let clubs = store::memberships(&app.table().platform(), account.id).await?;
        let own = wanted.filter(|club| clubs.contains(club)).or_else(|| clubs.first().copied());
        let Some(club) = own else { return Ok(Self { account, club: None }) };
        let table = app.table().tenant(&Tenant::from_envelope(club, correlation));
        match tenancy::store::settings(&table).await {
            Ok(club) => Ok(Self { account, club: Some(club) }),
            Err(error) if error.kind() == Kind::NotFound => Ok(Self { account, club: None }),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn letter(&self, notice: Notice) -> Letter {
        let club = self.club.as_ref();
        let wishes: Vec<_> =
            std::iter::once(&self.account.locale).chain(club.map(|club| &club.locale)).collect();
        Letter {
            recipient: self.account.name.clone(),
            language: Language::choose(&wishes),
            club: club.map_or_else(|| PLATFORM.to_owned(), |club| club.name.clone().into()),
            time_zone: club.map_or(TimeZone::UTC, |club| club.time_zone.zone()),
            notice,
        }
    }
}
