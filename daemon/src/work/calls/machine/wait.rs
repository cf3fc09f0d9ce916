//! How long the shell waits for the next event.

use std::time::Duration;

use super::{PanelMachine, Phase};

/// Delay before looking again for a respondent who waits and could already be asked.
const LOOK_SOON: Duration = Duration::from_millis(20);
/// Delay before looking again whether a resting engine can be asked.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// How the next event is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::work::calls) struct Wait {
    /// After that time a `Tick` is due.
    pub(in crate::work::calls) tick: Option<Duration>,
    /// When nothing happens, `Idle` is welcome at once.
    pub(in crate::work::calls) has_time: bool,
}

impl PanelMachine<'_> {
    /// How the next event is waited for from now on.
    pub(in crate::work::calls) fn wait(&mut self, now: Duration) -> Wait {
        if self.phase != Phase::Asking {
            let has_time = match self.phase {
                Phase::Preparing => self.may_look_up() && self.queue.goes_on(),
                _ => self.gives_up(),
            };
            let due = self.pause_by.filter(|by| *by < Duration::MAX);
            return Wait { tick: due.map(|by| by.saturating_sub(now)), has_time };
        }
        let due = self.waiting.keys().next().map(|(time, _)| time.saturating_sub(now));
        // Of several engines, the one that a respondent waits for may have its next call ready while others have no one
        // to ask.
        let are_several = self.engines.len() > 1;
        let least = if are_several { LOOK_SOON } else { Duration::ZERO };
        let due = due.map(|due| due.max(least));
        // When every engine has a call ready, retries that are due are looked at after one of the calls has been made.
        let somebody_can = self.engines.iter().any(|engine| engine.next.is_none());
        let due = due.filter(|_| somebody_can && !self.short);
        let rests = self.engines.iter().filter_map(super::EngineState::rests_until).min();
        let rests = rests.map(|until| until.saturating_sub(now));
        // No signal tells this study when others release money under a common cap, so it looks again by itself.
        let looks_again = (are_several && somebody_can) || self.waits_for_others();
        let again = looks_again.then_some(LOOK_AGAIN);
        // Questions are prepared between two replies; when a reply arrives, the next call is made first.
        let has_time = self.may_look_up() && self.queue.goes_on();
        Wait { tick: [due, rests, again].into_iter().flatten().min(), has_time }
    }
}
