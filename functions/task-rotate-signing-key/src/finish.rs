//! `finishSecret`.

use audit::Entry;
use identity::{SigningKeys, store};
use kernel::{Origin, Result};
use serde_json::json;

use crate::rotation::{Rotation, keys_missing, published, step_early};

/// The new keys sign from now on, if every one of them is published.
pub(crate) async fn finish(rotation: &Rotation<'_>) -> Result<()> {
    let keys = rotation.made().await?;
    let published = published(&rotation.edge().await?)?;
    if !keys.are_published_in(&published)? {
        return Err(step_early());
    }
    rotation.promote().await?;
    record(rotation, &keys).await
}

/// The step came again after the end: the one before may have been killed before it was told.
pub(crate) async fn tell(rotation: &Rotation<'_>) -> Result<()> {
    let keys = rotation.current().await?.ok_or_else(keys_missing)?;
    record(rotation, &keys).await
}

/// Into the platform's log, once for each rotation.
async fn record(rotation: &Rotation<'_>, keys: &SigningKeys) -> Result<()> {
    let (platform, now) = (rotation.app.table().platform(), rotation.app.clock().now());
    let target = format!("signing_key {}", keys.current.kid);
    let told = Entry::new(&Origin::platform(rotation.token), "signing_key.rotated", target);
    let told = told.making(&json!({ "rotation": rotation.token }))?;
    let writes = vec![store::tell_rotation(&platform, rotation.token, now)];
    match audit::write_platform(&platform, told, now, writes).await {
        Err(error) if error.code() == store::ROTATION_TOLD => Ok(()),
        told => told.map(drop),
    }
}
