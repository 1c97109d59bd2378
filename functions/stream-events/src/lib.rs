//! Called by the table's stream: publishes the events that each change added, in the order of the stream.
//!
//! An event is published at least once: a change is told again from its first event where one of them
//! could not be published, and consumers are idempotent by the event's id. A change that adds no event
//! costs nothing. The runner answers the sequence number of the first change that failed, and the stream
//! resumes there.

use kernel::Result;
use runtime::{App, Change};

/// Publishes what one change of an item tells.
pub async fn handle(app: App, change: Change) -> Result<()> {
    for event in change.new_events()? {
        app.topic().publish(app.config().events_topic_arn()?, &event).await?;
    }
    Ok(())
}
