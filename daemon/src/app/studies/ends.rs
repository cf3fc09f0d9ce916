//! Waiting for the end of a study. Whoever waits is told by the transaction that ended it, and reads nothing while other
//! studies go on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::id::StudyId;
use protocol::service::Reply;
use tokio::sync::Notify;

use crate::app::studies::lookup::by_id;
use crate::app::{Caller, Core};

/// The studies whose end somebody waits for.
#[derive(Debug, Default)]
pub(in crate::app) struct StudyEnds(Mutex<HashMap<StudyId, WaitedFor>>);

/// A study whose end so many wait for.
#[derive(Debug, Default)]
struct WaitedFor {
    waiting: usize,
    ended: Arc<Notify>,
}

impl StudyEnds {
    fn waited_for(&self) -> MutexGuard<'_, HashMap<StudyId, WaitedFor>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells that a study has ended.
    pub(in crate::app) fn tell(&self, id: StudyId) {
        if let Some(study) = self.waited_for().remove(&id) {
            study.ended.notify_waiters();
        }
    }

    fn wait_for(&self, id: StudyId) -> Waiting<'_> {
        let mut waited_for = self.waited_for();
        let study = waited_for.entry(id).or_default();
        study.waiting += 1;
        Waiting { ends: self, id, ended: Arc::clone(&study.ended) }
    }
}

/// Somebody who waits, and may give up.
struct Waiting<'a> {
    ends: &'a StudyEnds,
    id: StudyId,
    ended: Arc<Notify>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waited_for = self.ends.waited_for();
        // A study that has ended may be waited for again, once it is asked anew.
        let Some(study) = waited_for.get_mut(&self.id) else { return };
        if Arc::ptr_eq(&study.ended, &self.ended) {
            study.waiting -= 1;
            if study.waiting == 0 {
                waited_for.remove(&self.id);
            }
        }
    }
}

impl Core {
    /// Waits until a study has ended.
    pub(crate) async fn ended(&self, caller: &Caller, id: StudyId) -> Reply<()> {
        let waiting = self.shared.ends.wait_for(id);
        let mut told = std::pin::pin!(waiting.ended.notified());
        // Before the look, so that an end between look and wait is not slept through.
        told.as_mut().enable();
        let is_over = self
            .view(caller, move |_, reader, owner| {
                Ok(by_id(reader, owner, id)?.progress.state.is_final())
            })
            .await?;
        if !is_over {
            told.await;
        }
        Ok(())
    }
}
