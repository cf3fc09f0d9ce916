//! Time limit of a call under way. A call ends with its reply or when it is given up; one that is given up is booked at
//! what such calls were seen to cost, because the service may charge for it.

use std::time::Duration;

use crate::app::{Core, StudyCancel};

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
