//! `setSecret`.

use kernel::Result;

use crate::rotation::{Rotation, published};

/// Publishes the keys that it brings, with those whose tokens still live. Verifiers know them five minutes
/// later at most; none of the new ones signs before the next rotation.
pub(crate) async fn publish(rotation: &Rotation<'_>) -> Result<()> {
    let keys = rotation.made().await?.published()?;
    let edge = rotation.edge().await?;
    if published(&edge)? == keys {
        return Ok(());
    }
    rotation.publish(edge, &keys).await
}
