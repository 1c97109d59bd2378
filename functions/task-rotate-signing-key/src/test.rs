//! `testSecret`.

use kernel::Result;

use crate::rotation::{Rotation, published, step_early};

/// Signs with the keys that it brings and verifies with what is published.
///
/// Where a schedule is set up, Secrets Manager calls this step alone to try the function, with a version
/// that has no keys: then there is nothing to test.
pub(crate) async fn test(rotation: &Rotation<'_>) -> Result<()> {
    let Some(keys) = rotation.pending().await? else { return Ok(()) };
    let published = published(&rotation.edge().await?)?;
    keys.are_published_in(&published)?.then_some(()).ok_or_else(step_early)
}
