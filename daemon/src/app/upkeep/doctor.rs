//! The doctor: a check of everything that must hold, which is the health of the store, every page of it, and every
//! invariant in `audit`.

use protocol::service::{Check, Reply};

use crate::store::{Fault, Unnoted};

use crate::app::upkeep::audit;
use crate::app::{Caller, Core, Scope};

impl Core {
    /// Audits every invariant. Reads the whole store, so it takes seconds on a large one.
    pub(crate) async fn doctor(&self, caller: &Caller) -> Reply<Vec<Check>> {
        caller.may(Scope::Operate)?;
        let mut checks = vec![self.health(), self.rewound()];
        checks.extend(self.backed_up());
        checks.push(match self.store().check_integrity().await {
            Ok(true) => audit::fine("store.pages", "every page holds what was written"),
            Ok(false) => audit::fine("store.pages", "the free-space map was mended"),
            Err(Fault::Closed) => return Err(Fault::Closed.into()),
            Err(fault @ (Fault::Io(_) | Fault::Degraded(_) | Fault::Astray(_) | Fault::Busy)) => {
                audit::broken(
                    "store.pages",
                    format!("could not be looked at: {fault}"),
                    "Look again once the store takes writes",
                )
            }
            Err(fault) => audit::broken(
                "store.pages",
                fault.to_string(),
                "Stop the daemon and put the newest backup back: `demoscope restore PATH`",
            ),
        });
        let core = self.clone();
        let audited = tokio::task::spawn_blocking(move || {
            core.store().read(|reader| -> Result<_, Fault> { Ok(audit::all(reader)) })
        })
        .await;
        match audited {
            Ok(Ok(audited)) => checks.extend(audited),
            Ok(Err(fault)) => checks.push(audit::broken(
                "store.reads",
                fault.to_string(),
                "Put the newest backup back: `demoscope restore PATH`",
            )),
            Err(error) => checks.push(audit::broken(
                "store.reads",
                error.to_string(),
                "Report it: this is a defect",
            )),
        }
        Ok(checks)
    }

    fn health(&self) -> Check {
        match self.store().degraded() {
            None => audit::fine("store.writes", "writes are taken"),
            Some(why) => audit::broken(
                "store.writes",
                why,
                if self.store().is_astray() {
                    "Save it with `demoscope backup PATH`, then put the file back or restore that copy"
                } else {
                    "Make room on the disk; writing resumes by itself"
                },
            ),
        }
    }

    /// Whether the last attempt at a daily backup went well; none where none are made.
    fn backed_up(&self) -> Option<Check> {
        let made = self.settings().backups.is_some() && self.settings().backups_daily;
        made.then(|| match self.backup_trouble() {
            None => audit::fine("backups.made", "no daily backup failed"),
            Some(why) => audit::broken(
                "backups.made",
                why,
                "Mend that; it is tried again each hour. `demoscope backup PATH` writes one elsewhere",
            ),
        })
    }

    fn rewound(&self) -> Check {
        let recovery = self.store().recovery();
        match recovery.rewound {
            None => match &recovery.unnoted {
                None => audit::fine("ledger.not_rewound", "no older ledger was put back"),
                Some(Unnoted::Absent) => audit::fine(
                    "ledger.not_rewound",
                    "no note of the ledger's end lay beside the store, so an older one could not be told from it",
                ),
                Some(Unnoted::Garbled(why)) => audit::broken(
                    "ledger.not_rewound",
                    format!(
                        "no note of the ledger's end could be read ({why}), so an older store could not be told from \
                         this one"
                    ),
                    "See that `demoscope credits` is as you left it. The note is written anew; the next start takes \
                     it as given",
                ),
            },
            Some((remembered, found)) => audit::broken(
                "ledger.not_rewound",
                format!(
                    "the ledger had {remembered} transfers and has {found}: an older file was put back, and what was \
                     spent since came back with it"
                ),
                "Nothing is lost if that was on purpose; the next start takes it as given",
            ),
        }
    }
}
