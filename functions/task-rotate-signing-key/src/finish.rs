//! `finishSecret`.

use kernel::Result;

use crate::rotation::{Rotation, published, step_early};

/// The new keys sign from now on, if every one of them is published.
pub(crate) async fn finish(rotation: &Rotation<'_>) -> Result<()> {
    let keys = rotation.made().await?;
    let published = published(&rotation.edge().await?)?;
    if !keys.are_published_in(&published)? {
        return Err(step_early());
    }
    rotation.promote().await
}
