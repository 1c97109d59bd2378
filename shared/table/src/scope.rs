//! Whose data is touched: a tenant's or the platform's.

use std::{fmt::Display, ops::Deref};

use kernel::{Event, Result, Tenant, jiff::Timestamp};
use serde::Serialize;

use crate::{Engine, Key, Partition};

/// The table before it is known for whom.
#[derive(Debug, Clone)]
pub struct Table {
    engine: Engine,
}

impl Table {
    /// The table behind an engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// The data of one club. (A silo club's engine is chosen here, once there are any.)
    pub fn tenant(&self, tenant: &Tenant) -> TenantTable {
        TenantTable { engine: self.engine.clone(), tenant: tenant.clone() }
    }

    /// The platform's own data: accounts, the list of clubs, onboardings.
    pub fn platform(&self) -> PlatformTable {
        PlatformTable { engine: self.engine.clone() }
    }

    /// What the engine has done so far, for the log line of an invocation.
    pub fn meter(&self) -> &crate::Meter {
        self.engine.meter()
    }
}

/// One club's data: every key starts with `T#<club>#`.
#[derive(Debug, Clone)]
pub struct TenantTable {
    engine: Engine,
    tenant: Tenant,
}

impl TenantTable {
    /// Whose data it is.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The key of an item of this club.
    pub fn key(&self, pk: impl Display, sk: impl Display) -> Key {
        Key::new(format!("T#{}#{pk}", self.tenant.club()), sk.to_string())
    }

    /// A partition of this club, of the table or of an index.
    pub fn partition(&self, pk: impl Display) -> Partition {
        Partition::new(format!("T#{}#{pk}", self.tenant.club()))
    }

    /// A partition of one of the platform's indexes, where an item of this club is found among those of all clubs:
    /// by jobs, which act for whichever club is due.
    pub fn platform_partition(&self, pk: impl Display) -> Partition {
        Partition::new(format!("P#{pk}"))
    }

    /// A fact of this club, to be stored on the item whose change it tells.
    pub fn event(
        &self,
        kind: &str,
        version: u16,
        time: Timestamp,
        data: &impl Serialize,
    ) -> Result<Event> {
        Event::new(&self.tenant, kind, version, time, data)
    }
}

impl Deref for TenantTable {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

/// The platform's own data: every key starts with `P#`.
#[derive(Debug, Clone)]
pub struct PlatformTable {
    engine: Engine,
}

impl PlatformTable {
    /// The key of an item of the platform.
    pub fn key(&self, pk: impl Display, sk: impl Display) -> Key {
        Key::new(format!("P#{pk}"), sk.to_string())
    }

    /// A partition of the platform, of the table or of an index.
    pub fn partition(&self, pk: impl Display) -> Partition {
        Partition::new(format!("P#{pk}"))
    }
}

impl Deref for PlatformTable {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}
