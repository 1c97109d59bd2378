//! `T#<club>#PERSON#<child>` / `GUARDIAN#<guardian>`, `T#<club>#PERSON#<guardian>` / `CHILD#<child>`, and at
//! both `FAMILY`, which counts.

use kernel::{
    AccountId, Error, Result,
    jiff::{SignedDuration, Timestamp},
    timestamp_text,
};
use serde::Deserialize;
use table::{Condition, Key, Query, TenantTable, Update, Write};

use super::person_key;
use crate::{CHILDREN_LIMIT, GUARDIANS_LIMIT, Guardianship, guardian_needed};

/// How long after an invitation of a child the next one waits.
const BETWEEN_INVITATIONS: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn guardian_key(table: &TenantTable, child: AccountId, guardian: AccountId) -> Key {
    person_key(table, child, format_args!("GUARDIAN#{guardian}"))
}

pub(super) fn child_key(table: &TenantTable, guardian: AccountId, child: AccountId) -> Key {
    person_key(table, guardian, format_args!("CHILD#{child}"))
}

/// `T#<club>#PERSON#<account>` / `FAMILY`, a [`FamilyCount`]: for a round of reads that asks more.
pub fn family_key(table: &TenantTable, account: AccountId) -> Key {
    person_key(table, account, "FAMILY")
}

/// How many people somebody acts for, and how many act for them. Nobody who never had either has it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct FamilyCount {
    children: Option<i64>,
    guardians: Option<i64>,
}

impl FamilyCount {
    /// Whether there is anybody.
    pub fn is_somebody(self) -> bool {
        [self.children, self.guardians].into_iter().flatten().any(|count| count > 0)
    }
}

/// Get `T#<club>#PERSON#<child>` / `GUARDIAN#<guardian>`.
pub async fn guardianship(
    table: &TenantTable,
    child: AccountId,
    guardian: AccountId,
) -> Result<Option<Guardianship>> {
    table.get(&guardian_key(table, child, guardian)).await
}

/// Query `T#<club>#PERSON#<child>` / `GUARDIAN#…`: who acts for them.
pub async fn guardians(table: &TenantTable, child: AccountId) -> Result<Vec<Guardianship>> {
    let partition = table.partition(format_args!("PERSON#{child}"));
    table.query_all(&Query::of(partition).begins_with("GUARDIAN#")).await
}

/// Query `T#<club>#PERSON#<guardian>` / `CHILD#…`: for whom they act.
pub async fn children(table: &TenantTable, guardian: AccountId) -> Result<Vec<Guardianship>> {
    let partition = table.partition(format_args!("PERSON#{guardian}"));
    table.query_all(&Query::of(partition).begins_with("CHILD#")).await
}

/// Put `GUARDIAN#<guardian>` at the child and `CHILD#<child>` at the guardian if absent, and count both in
/// their `FAMILY`: else `conflict`, `ALREADY_GUARDIAN`, `TOO_MANY_CHILDREN`, `TOO_MANY_GUARDIANS`.
pub fn link(table: &TenantTable, guardianship: &Guardianship) -> Result<Vec<Write>> {
    let Guardianship { guardian_id: guardian, child_id: child, .. } = *guardianship;
    let already =
        |_| Error::conflict("ALREADY_GUARDIAN", "this person is a guardian of that child already");
    Ok(vec![
        Write::put(guardian_key(table, child, guardian), "Guardianship", guardianship)?
            .if_absent()
            .or(already),
        Write::put(child_key(table, guardian, child), "Guardianship", guardianship)?
            .if_absent()
            .or(already),
        counted(table, guardian, "children", CHILDREN_LIMIT).or(|_| {
            let message = format!("one person acts for at most {CHILDREN_LIMIT} children");
            Error::conflict("TOO_MANY_CHILDREN", message)
        }),
        counted(table, child, "guardians", GUARDIANS_LIMIT).or(|_| {
            let message = format!("a child has at most {GUARDIANS_LIMIT} guardians");
            Error::conflict("TOO_MANY_GUARDIANS", message)
        }),
    ])
}

fn counted(table: &TenantTable, account: AccountId, what: &'static str, limit: u64) -> Write {
    let room = Condition::any([Condition::absent(what), Condition::at_most(what, limit - 1)]);
    Write::update(family_key(table, account), Update::new().add(what, 1_u64)).when(room)
}

/// Delete `GUARDIAN#<guardian>` at the child and `CHILD#<child>` at the guardian, and count both in their
/// `FAMILY`: else `not_found`, `GUARDIAN_NOT_FOUND`.
pub fn unlink(table: &TenantTable, child: AccountId, guardian: AccountId) -> Vec<Write> {
    let missing =
        |_| Error::not_found("GUARDIAN_NOT_FOUND", "that person is no guardian of this child");
    let there = Condition::item_exists;
    let less = |account, what| {
        Write::update(family_key(table, account), Update::new().add(what, -1_i64)).when(there())
    };
    vec![
        Write::delete(guardian_key(table, child, guardian)).when(there()).or(missing),
        Write::delete(child_key(table, guardian, child)),
        less(guardian, "children"),
        less(child, "guardians"),
    ]
}

/// Get `T#<club>#PERSON#<guardian>` / `FAMILY`: how many children they act for, as it is counted.
pub async fn children_count(table: &TenantTable, guardian: AccountId) -> Result<Option<i64>> {
    let family: Option<FamilyCount> = table.get(&family_key(table, guardian)).await?;
    Ok(family.and_then(|family| family.children))
}

/// Delete `GUARDIAN#<guardian>` at these children and `CHILD#<child>` at the guardian, and count both in their
/// `FAMILY`: the guardian goes, and each child has another one left: else `conflict`, [`guardian_needed`].
/// Where the guardian's count is no longer `counted`: `conflict`, `CONCURRENT_CHANGE`.
pub fn leave_children(
    table: &TenantTable,
    guardian: AccountId,
    counted: Option<i64>,
    children: &[AccountId],
) -> Vec<Write> {
    let same = match counted {
        Some(count) => Condition::equals("children", count),
        None => Condition::absent("children"),
    };
    let family = family_key(table, guardian);
    let own = if children.is_empty() {
        Write::check(family, same)
    } else {
        let gone = i64::try_from(children.len()).unwrap_or(i64::MAX);
        Write::update(family, Update::new().add("children", -gone)).when(same)
    };
    let mut writes = vec![own.or(|_| family_changed())];
    for child in children.iter().copied() {
        let others = Condition::at_most("guardians", 1_u64).negated();
        let others = Condition::exists("guardians").and(others);
        let less = Update::new().add("guardians", -1_i64);
        writes.push(
            Write::update(family_key(table, child), less)
                .when(others)
                .or(move |_| guardian_needed(&[child])),
        );
        writes.push(
            Write::delete(guardian_key(table, child, guardian))
                .when(Condition::item_exists())
                .or(|_| family_changed()),
        );
        writes.push(Write::delete(child_key(table, guardian, child)));
    }
    writes
}

fn family_changed() -> Error {
    let message = "somebody changed this family at the same moment; repeat";
    Error::conflict("CONCURRENT_CHANGE", message)
}

/// Update `T#<club>#PERSON#<child>` / `FAMILY`: invited now, if not a moment ago: else `conflict`,
/// `PROMOTION_SENT`.
pub fn mark_invited(table: &TenantTable, child: AccountId, now: Timestamp) -> Write {
    let update = Update::new().set("invited_at", now);
    let long_ago = timestamp_text(now - BETWEEN_INVITATIONS);
    let waited = Condition::any([
        Condition::absent("invited_at"),
        Condition::at_most("invited_at", long_ago),
    ]);
    Write::update(family_key(table, child), update).when(waited).or(|_| {
        let message = "an invitation was sent a moment ago; wait 15 minutes before the next one";
        Error::conflict("PROMOTION_SENT", message)
    })
}
