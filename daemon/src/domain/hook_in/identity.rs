//! Which source a hook is of. A name can be given again after its source was removed; what came in before is not the new
//! one's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::digest::Digest;

/// One source, from when it is added until it is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SourceId(Uuid);

impl SourceId {
    /// The source that was added under that name at that time.
    #[must_use]
    pub(crate) fn new(name: &str, added_at: Timestamp) -> Self {
        let digest = Digest::new().text("hook source").text(name);
        Self(digest.raw(added_at.as_nanosecond().to_le_bytes()).finish_id())
    }
}
