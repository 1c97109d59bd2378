//! `P#SIGNING_KEYS` / `ROTATION#<token>`.

use kernel::{Error, jiff::Timestamp};
use table::{Condition, PlatformTable, Update, Write};

/// The code of [`tell_rotation`]'s refusal.
pub const ROTATION_TOLD: &str = "ROTATION_TOLD";

/// Put `P#SIGNING_KEYS` / `ROTATION#<token>` if absent: the rotation of this token is over, and told. Else
/// `conflict`, `ROTATION_TOLD`.
pub fn tell_rotation(table: &PlatformTable, token: &str, now: Timestamp) -> Write {
    let key = table.key("SIGNING_KEYS", format_args!("ROTATION#{token}"));
    let update = Update::new().set("kind", "SigningKeyRotation").set("finished_at", now);
    let told = |_| Error::conflict(ROTATION_TOLD, "this rotation is in the log already");
    Write::update(key, update).when(Condition::absent("PK")).or(told)
}
