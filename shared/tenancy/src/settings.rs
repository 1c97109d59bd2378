//! What a club has settled for itself, and what a template gives it to begin with.

use std::collections::BTreeMap;

use kernel::{Currency, Locale, Permission, PermissionSet, Role, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ClubName, ClubStatus, TimeZoneName};

/// A named beginning for a new club.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Open daily from 8 to 23 with starts at every half hour, and no roles but the built-in ones.
    #[default]
    Standard,
}

impl Template {
    /// What a new venue starts with.
    pub fn venue_defaults(self) -> VenueDefaults {
        let day = || vec![OpeningSpan { opens: "08:00".to_owned(), closes: "23:00".to_owned() }];
        match self {
            Self::Standard => VenueDefaults {
                opening_hours: WEEKDAYS.iter().map(|name| ((*name).to_owned(), day())).collect(),
                start_every_minutes: 30,
            },
        }
    }

    /// The language the club writes in.
    pub fn locale(self) -> Locale {
        match self {
            Self::Standard => Locale::default(),
        }
    }
}

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// One of a club's own roles. The built-in ones are the same in every club.
///
/// Permissions are kept as texts, so that an older version of a function meets a newer permission
/// without stumbling: what it does not know it does not grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    /// The role.
    pub role: Role,
    /// What it is for, in the club's words.
    pub description: String,
    /// `<context>:<action>` each.
    pub permissions: Vec<String>,
    /// Grows with every change.
    pub version: u64,
}

/// What these roles allow together in a club with these roles of its own.
///
/// No role of a club can grant what belongs to the platform, or the ownership, and the platform's own
/// role counts for nothing inside a club.
pub fn allowed<'a>(own: &[CustomRole], roles: impl IntoIterator<Item = &'a Role>) -> PermissionSet {
    roles.into_iter().flat_map(|role| allows(own, role)).collect()
}

fn allows(own: &[CustomRole], role: &Role) -> Vec<Permission> {
    match role {
        Role::Operator => Vec::new(),
        Role::Custom(_) => {
            let record = own.iter().find(|record| record.role == *role);
            let texts = record.map(|record| record.permissions.as_slice()).unwrap_or_default();
            let is_named = |it: &&Permission| texts.iter().any(|text| it.as_str() == text);
            let grantable =
                |it: &&Permission| !matches!(it, Permission::PlatformClubs | Permission::ClubOwn);
            Permission::ALL.iter().filter(is_named).filter(grantable).copied().collect()
        }
        built_in => built_in.permissions().to_vec(),
    }
}

/// From when to when a venue is open, in its local time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningSpan {
    /// `HH:MM`.
    pub opens: String,
    /// `HH:MM`, up to `24:00`.
    pub closes: String,
}

/// What a new venue starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VenueDefaults {
    /// By weekday in English and lower case; a day that is missing is closed.
    pub opening_hours: BTreeMap<String, Vec<OpeningSpan>>,
    /// Bookings start on multiples of this after each opening.
    pub start_every_minutes: u16,
}

/// The club's own copy of what its functions need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClubSettings {
    /// Its name.
    pub name: ClubName,
    /// Its name in addresses.
    pub slug: Slug,
    /// What it charges in.
    pub currency: Currency,
    /// The zone its days are counted in.
    pub time_zone: TimeZoneName,
    /// The language it writes in to whoever has not chosen one.
    pub locale: Locale,
    /// Whether it is open: changes with the platform's record of it, in the same transaction.
    pub status: ClubStatus,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn porter(permissions: &[&str]) -> (Role, CustomRole) {
        let role: Role = "porter".parse().unwrap();
        let permissions = permissions.iter().map(ToString::to_string).collect();
        let record =
            CustomRole { role: role.clone(), description: String::new(), permissions, version: 1 };
        (role, record)
    }

    #[test]
    fn a_club_s_own_role_grants_what_the_club_says() {
        let (role, record) = porter(&["facility:read", "booking:manage"]);
        let granted = allowed(&[record], [&role]);
        let expected = [Permission::FacilityRead, Permission::BookingManage];
        assert_eq!(granted, PermissionSet::from(expected));
        assert!(allowed(&[], [&role]).is_empty(), "a role that was removed grants nothing");
    }

    #[test]
    fn no_club_can_grant_what_is_the_platform_s_or_the_owner_s() {
        let (role, record) = porter(&["platform:clubs", "club:own", "facility:read", "moon:fly"]);
        assert_eq!(
            allowed(&[record], [&role, &Role::Operator]),
            PermissionSet::from([Permission::FacilityRead])
        );
    }

    #[test]
    fn several_roles_add_up() {
        let both = allowed(&[], &[Role::Member, Role::FrontDesk]);
        assert!(
            both.contains(&Permission::BookingManage) && both.contains(&Permission::BookingSelf)
        );
        assert!(allowed(&[], &[]).is_empty());
    }

    #[test]
    fn the_standard_venue_is_open_every_day() {
        let defaults = Template::Standard.venue_defaults();
        assert_eq!(defaults.opening_hours.len(), 7);
        assert!(
            defaults.opening_hours.values().all(|day| day.len() == 1 && day[0].opens == "08:00")
        );
    }
}
