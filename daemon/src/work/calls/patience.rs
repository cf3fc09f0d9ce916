//! Time limit of a call under way. A call ends with its reply or when it is given up; one that is given up is booked at
//! its worst case, because the service may charge for it.

use std::time::Duration;

use crate::app::{Core, StudyCancel};
use crate::inference::chat::{CallError, TIMED_OUT};
use crate::inference::model::{Pass, ReadyCall, Spent};
use crate::inference::price::Booked;

/// Resolves when a study was halted and its calls under way have used up their waiting time, or when the daemon stops
/// waiting.
pub(super) async fn out_of_patience(core: Core, cancel: StudyCancel, patience: Duration) {
    let halted = async {
        cancel.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = halted => {}
        () = core.over().cancelled() => {}
    }
}

/// Makes the call. If `enough` resolves before the reply arrives, the call is given up.
pub(super) async fn call(pass: Pass, ready: &ReadyCall, enough: impl Future<Output = ()>) -> Spent {
    tokio::select! {
        spent = pass.call(ready) => spent,
        () = enough => Spent {
            reply: Err(CallError::Network { why: TIMED_OUT }),
            input_tokens: 0,
            output_tokens: 0,
            booked: Booked::at_most(ready.worst),
        },
    }
}
