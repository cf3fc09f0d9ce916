//! The probation of respondents: a record, made before they are asked, of which respondents are being asked. It is used
//! only after an unclean end, so that a respondent whose processing ends the program can be found and excluded; all
//! others are asked without it.

use protocol::service::Reply;

use crate::domain::probation::Group;
use crate::store::Writes;

use crate::app::studies::lookup::of_number;
use crate::app::{Caller, Core, Scope};

impl Core {
    /// Writes down that this group is about to be asked, or that nobody in particular is.
    pub(crate) async fn watch_closely(
        &self,
        caller: &Caller,
        number: u32,
        group: Option<Group>,
    ) -> Reply<()> {
        let owner = caller.may(Scope::Work)?.clone();
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, number)?;
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
