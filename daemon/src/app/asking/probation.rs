//! The probation of respondents: a record, made before they are asked, of which respondents are being asked. It is used
//! only after an unclean end, so that a respondent whose processing ends the program can be found and excluded; all
//! others are asked without it.

use protocol::service::Reply;

use crate::domain::probation::Group;
use crate::store::Writes;

use crate::app::Core;
use crate::app::studies::lookup::by_number;

impl Core {
    /// Writes down that this group is about to be asked, or that nobody in particular is.
    pub(crate) async fn watch_closely(&self, number: u32, group: Option<Group>) -> Reply<()> {
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut found = by_number(reader, number)?;
                let mut writes = Writes::at(now);
                if found.progress.probation != group {
                    found.progress.probation = group;
                    writes.put(&number, &found.progress);
                }
                Ok(((), writes))
            })
            .await
    }
}
