//! The end of a call that is under way: its reply, or the moment from which nobody waits for it any longer. A call that
//! is given up is booked at the most it can have cost, because its service may charge for it all the same.

use std::time::Duration;

use crate::app::{Core, Gate};
use crate::inference::chat::{CallError, TIMED_OUT};
use crate::inference::model::{Pass, ReadyCall, Spent};
use crate::inference::price::Booked;

/// Ends when a study was halted and what is under way was waited for long enough, or when the daemon waits no longer.
pub(super) async fn out_of_patience(core: Core, gate: Gate, patience: Duration) {
    let halted = async {
        gate.cancelled().await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        () = halted => {}
        () = core.over().cancelled() => {}
    }
}

/// Makes the call. When `enough` ends before the reply comes, the call is given up.
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
