//! Export of a study to a file, with the code of `demoscope export`, so that both give the same bytes. Answers are read
//! page by page from the daemon.

use protocol::id::StudyId;
use protocol::service::DemoscopeClient;

use super::call::WITHIN;
use super::files;
use crate::cli::export::{Page, Writer, codebook, page};
use crate::cli::pages::Answers;
use crate::failure::Failure;
use crate::link::call;
use crate::station::effect::Export;

/// Writes the file into the folder where the workstation was started; returns the path or an error.
pub(super) async fn write(
    client: &DemoscopeClient,
    study: StudyId,
    export: Export,
) -> Result<String, String> {
    try_write(client, study, export).await.map_err(|failure| failure.message().to_owned())
}

async fn try_write(
    client: &DemoscopeClient,
    study: StudyId,
    export: Export,
) -> Result<String, Failure> {
    let mut report = call!(client, WITHIN, report(study))?;
    let questions = call!(client, WITHIN, asked(study))?;
    let (kind, content) = match export {
        Export::Markdown => ("report.md", page(Page::Markdown, &report, &questions).into_bytes()),
        Export::Html => ("report.html", page(Page::Html, &report, &questions).into_bytes()),
        Export::Json => {
            report.asked = Some(Box::new(questions));
            ("report.json", answers(client, study, Writer::json(&report)?).await?.0)
        }
        Export::Csv => {
            let table = Writer::csv(&report.study, &questions.spec)?;
            let (table, touched) = answers(client, study, table).await?;
            let book = format!("demoscope-{}-answers.codebook.csv", study.short());
            let _path = files::export(&book, &codebook(&report, &questions, touched)?)
                .map_err(Failure::invalid)?;
            ("answers.csv", table)
        }
    };
    let name = format!("demoscope-{}-{kind}", study.short());
    files::export(&name, &content).map_err(Failure::invalid)
}

/// The writer's output for all answers, and how many cells of it have an apostrophe that was not said.
async fn answers(
    client: &DemoscopeClient,
    study: StudyId,
    mut writer: Writer,
) -> Result<(Vec<u8>, usize), Failure> {
    let mut answers = Answers::of(study, None).within(WITHIN);
    loop {
        let page = answers.page(client).await?;
        if page.is_empty() {
            let touched = writer.touched();
            return Ok((writer.end(), touched));
        }
        page.iter().try_for_each(|response| writer.add(response))?;
    }
}
