//! `createSecret`.

use kernel::Result;

use crate::rotation::{Rotation, keys_missing};

/// Makes the keys after this rotation, once: keys that are made already stay.
pub(crate) async fn create(rotation: &Rotation<'_>) -> Result<()> {
    if rotation.pending().await?.is_some() {
        return Ok(());
    }
    let keys = rotation.current().await?.ok_or_else(keys_missing)?;
    let now = rotation.app.clock().now();
    rotation.make(&keys.rotated(rotation.versions.last_rotated, now)?).await
}
