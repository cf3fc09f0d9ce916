//! Writes a study to a file, with the very code of `demoscope export`: what an analyst sends on is the same from either
//! door. Answers are read page by page from the daemon, which has all of them.

use protocol::error::ApiError;
use protocol::id::StudyId;
use protocol::service::DemoscopeClient;
use protocol::wire::call_failed;

use super::call::{ANSWERS, WITHIN, answers, asked};
use super::files;
use crate::cli::export::{Everything, Page, Table, codebook, page};
use crate::failure::Failure;
use crate::station::effect::Export;

/// Writes it into the folder the workstation was started in; gives the path, or why there is none.
pub(super) async fn write(
    client: &DemoscopeClient,
    study: StudyId,
    export: Export,
) -> Result<String, String> {
    try_write(client, study, export).await.map_err(|failure| match failure {
        Trouble::Daemon(error) => error.message,
        Trouble::Content(failure) => failure.message().to_owned(),
        Trouble::File(why) => why,
    })
}

/// Why nothing was written.
enum Trouble {
    Daemon(ApiError),
    Content(Failure),
    File(String),
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Daemon(error)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Content(failure)
    }
}

async fn try_write(
    client: &DemoscopeClient,
    study: StudyId,
    export: Export,
) -> Result<String, Trouble> {
    let mut report = asked!(client, report(study))?;
    let questions = asked!(client, asked(study))?;
    let (kind, content) = match export {
        Export::Markdown => ("report.md", page(Page::Markdown, &report, &questions).into_bytes()),
        Export::Html => ("report.html", page(Page::Html, &report, &questions).into_bytes()),
        Export::Json => {
            report.asked = Some(Box::new(questions));
            let mut everything = Everything::begin(&report)?;
            let mut from = Some(0);
            while let Some(offset) = from {
                let answers = answers(client, study, offset, ANSWERS).await?;
                answers.items.iter().try_for_each(|answer| everything.add(answer))?;
                from = answers.next;
            }
            everything.end();
            ("report.json", everything.take())
        }
        Export::Csv => {
            let mut table = Table::begin(&report.study, &questions.spec)?;
            let mut from = Some(0);
            while let Some(offset) = from {
                let answers = answers(client, study, offset, ANSWERS).await?;
                answers.items.iter().try_for_each(|answer| table.add(answer))?;
                from = answers.next;
            }
            let book = format!("demoscope-{}-answers.codebook.csv", study.short());
            let _path =
                files::export(&book, &codebook(&report, &questions)?).map_err(Trouble::File)?;
            ("answers.csv", table.take())
        }
    };
    let name = format!("demoscope-{}-{kind}", study.short());
    files::export(&name, &content).map_err(Trouble::File)
}
