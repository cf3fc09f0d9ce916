//! What was learnt of model services beyond the end of the daemon: which parts of a request each refuses, and how long its
//! replies really are. It is kept by engine and holds for the settings with which it was learnt.

use std::collections::BTreeMap;

use protocol::service::Reply;

use crate::inference::registry::KeptLearning;
use crate::store::Writes;
use crate::store::rows::{LearntOfEngine, LearntRow};

use crate::app::{Caller, Core, Scope};

impl Core {
    /// Tells the engines what was learnt of their services before.
    pub(crate) async fn recall_learnt(&self, caller: &Caller) -> Reply<()> {
        caller.may(Scope::Operate)?;
        self.looking(|core| {
            let Some(models) = &core.settings().models else { return Ok(()) };
            let key = LearntRow::KEY.to_owned();
            let LearntRow(kept) =
                core.look(|reader| Ok(reader.get::<LearntRow>(&key)?))?.unwrap_or_default();
            let read = |(name, LearntOfEngine { settings, learnt })| {
                // What a later version learnt and this one cannot read is learnt again.
                let learnt = serde_json::from_value(learnt).ok()?;
                Some((name, KeptLearning { settings, learnt }))
            };
            models.recall(kept.into_iter().filter_map(read).collect());
            Ok(())
        })
        .await
    }

    /// Keeps what was learnt, where it has changed.
    pub(crate) async fn keep_learnt(&self, caller: &Caller) -> Reply<()> {
        caller.may(Scope::Operate)?;
        let Some(kept) = self.settings().models.as_ref().and_then(|models| models.to_keep()) else {
            return Ok(());
        };
        let mut row = BTreeMap::new();
        for (name, KeptLearning { settings, learnt }) in kept {
            if let Ok(learnt) = serde_json::to_value(learnt) {
                row.insert(name, LearntOfEngine { settings, learnt });
            }
        }
        let now = self.world().clock.now();
        self.store()
            .write(move |_| {
                let mut writes = Writes::at(now);
                writes.put(&LearntRow::KEY.to_owned(), &LearntRow(row));
                Ok(((), writes))
            })
            .await
    }
}
