//! A version of a reviewed text in the file of its study: writing it, with the code of `demoscope apply`, and restoring the
//! file as it was before.

use std::path::{Path, PathBuf};

use protocol::id::StudyId;
use protocol::safe;
use protocol::service::DemoscopeClient;

use super::call::WITHIN;
use crate::cli::apply;
use crate::failure::Failure;
use crate::link::call;
use crate::station::model::chain::{Applied, Choice};

/// Writes the version into the file; returns the path or an error.
pub(super) async fn apply(
    client: &DemoscopeClient,
    study: StudyId,
    choice: Choice,
) -> Result<Applied, String> {
    try_apply(client, study, choice).await.map(Applied::Written).map_err(|failure| told(&failure))
}

/// Restores the file; returns the path or an error.
pub(super) async fn restore(client: &DemoscopeClient, study: StudyId) -> Result<Applied, String> {
    try_restore(client, study).await.map(Applied::Restored).map_err(|failure| told(&failure))
}

async fn try_apply(
    client: &DemoscopeClient,
    study: StudyId,
    choice: Choice,
) -> Result<String, Failure> {
    let path = file(client, study).await?;
    let report = call!(client, WITHIN, report(study))?;
    let results =
        report.found().cloned().ok_or_else(|| Failure::invalid("The study has no results yet"))?;
    let (round, variant) = match choice {
        Choice::Round(round) => (Some(round), None),
        Choice::Variant(rank) => (None, Some(rank)),
    };
    let chosen = apply::choose(&results, round, variant)?;
    let before = apply::read(Some(&path), &path)?;
    let rewritten = call!(client, WITHIN, with_other_text(before, chosen.text.clone()))?;
    if let [first, ..] = rewritten.lost.as_slice() {
        let id = study.short();
        return Err(Failure::invalid(format!(
            "{} marks of the file would be lost ({first}); `demoscope apply {id}` names them",
            rewritten.lost.len()
        )));
    }
    apply::replace(Some(&path), &path, &chosen, &rewritten, apply::ApplyConsent::default())?;
    Ok(shown(&path))
}

async fn try_restore(client: &DemoscopeClient, study: StudyId) -> Result<String, Failure> {
    let path = file(client, study).await?;
    apply::restore(&path)?;
    Ok(shown(&path))
}

async fn file(client: &DemoscopeClient, study: StudyId) -> Result<PathBuf, Failure> {
    let path = call!(client, WITHIN, source_path(study))?;
    path.map(PathBuf::from)
        .ok_or_else(|| Failure::invalid("The study was not submitted from a file"))
}

fn shown(path: &Path) -> String {
    safe::line(&path.to_string_lossy()).into_owned()
}

/// An error in one line.
fn told(failure: &Failure) -> String {
    safe::line(failure.message()).into_owned()
}
