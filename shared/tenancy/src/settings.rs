//! What a club has settled for itself, and what a template gives it to begin with.

use std::collections::BTreeMap;

use kernel::{Currency, Locale, Permission, PermissionSet, Role, Slug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ClubName, TimeZoneName};

/// A named beginning for a new club.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Open daily from 8 to 23 with starts at every half hour, and the built-in roles' own permissions.
    #[default]
    Standard,
}

impl Template {
    /// What each role of the club may do.
    pub fn roles(self) -> Vec<RolePermissions> {
        let of = |role: Role| {
            let granted = role.default_permissions().iter();
            RolePermissions {
                role,
                permissions: granted.map(|permission| permission.as_str().to_owned()).collect(),
            }
        };
        match self {
            Self::Standard => Role::OF_CLUBS.into_iter().map(of).collect(),
        }
    }

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

/// What one role may do in one club.
///
/// Permissions are kept as texts, so that an older version of a function meets a newer permission
/// without stumbling: what it does not know it does not grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolePermissions {
    /// The role.
    pub role: Role,
    /// `<context>:<action>` each.
    pub permissions: Vec<String>,
}

/// What these roles allow together in a club with these records.
///
/// A role without a record has its built-in permissions. No record of a club can grant what belongs to
/// the platform, and the platform's own role counts for nothing inside a club.
pub fn allowed(records: &[RolePermissions], roles: &[Role]) -> PermissionSet {
    let of = |role: Role| match records.iter().find(|record| record.role == role) {
        Some(record) => {
            let known = |text: &String| {
                Permission::ALL.iter().find(|permission| permission.as_str() == text).copied()
            };
            record.permissions.iter().filter_map(known).collect()
        }
        None => role.default_permissions().to_vec(),
    };
    roles
        .iter()
        .filter(|role| Role::OF_CLUBS.contains(role))
        .flat_map(|role| of(*role))
        .filter(|permission| *permission != Permission::PlatformClubs)
        .collect()
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(role: Role, permissions: &[&str]) -> RolePermissions {
        RolePermissions { role, permissions: permissions.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn the_standard_template_grants_the_built_in_permissions() {
        let records = Template::Standard.roles();
        assert_eq!(records.len(), Role::OF_CLUBS.len());
        for role in Role::OF_CLUBS {
            let built_in = role.default_permissions().iter().copied().collect();
            assert_eq!(allowed(&records, &[role]), built_in);
        }
    }

    #[test]
    fn a_club_s_record_replaces_the_built_in_permissions() {
        let records = [record(Role::Member, &["facility:read", "booking:manage"])];
        let granted = allowed(&records, &[Role::Member]);
        assert_eq!(
            granted,
            PermissionSet::from([Permission::FacilityRead, Permission::BookingManage])
        );
        // A role that the club has no record of keeps its own.
        assert!(allowed(&records, &[Role::FrontDesk]).contains(&Permission::PaymentRead));
    }

    #[test]
    fn no_club_can_grant_what_is_the_platform_s() {
        let records = [record(Role::Owner, &["platform:clubs", "facility:read", "moon:fly"])];
        assert_eq!(
            allowed(&records, &[Role::Owner, Role::Operator]),
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
