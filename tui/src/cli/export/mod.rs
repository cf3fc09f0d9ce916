//! The `demoscope export` command: a study with every answer as lossless JSON or as a spreadsheet-safe table, or its
//! report as a page. Answers are read in pages, and a file appears under its name only when it is complete.

mod answers;
mod bundle;
mod codebook;
mod csv;
mod document;
mod external;
mod extra;
pub(crate) mod file;
mod findings_table;
mod html;
mod json;
mod markdown;
mod ranking;
mod rounds_table;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use answers::Writer;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use protocol::analysis::Asked;
use protocol::results::Report;
use protocol::safe;

use crate::cli::pages::Answers;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::thousands;
use crate::ui::Ui;
use document::Document;
pub(crate) use file::{Existing, NewFile};
pub(crate) use ranking::page as ranking_page;
use shape::{CellForm, CellSeparator, TableShape};

/// Write a study to a file: its answers, or its report as a page
///
/// JSON holds everything, without loss. CSV has one row for each answer, with a codebook, the findings and the rounds beside it; lines that a
/// spreadsheet would take for a formula get an apostrophe in front, and so do those that begin with one: take one from each to undo it.
/// HTML and Markdown hold the report, without single answers: one page that says what was asked, of whom, what came out and how sure it is. A bundle is the evidence: every prompt,
/// reply, order and cost, sealed line by line, from which `demoscope replay` rebuilds the same results.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope export @ --format html -o report.html
  demoscope export @ --format csv -o answers.csv      answers.codebook.csv comes with it
  demoscope export @ --format csv --cells spreadsheet --separator semicolon -o answers.csv      for a double click
  demoscope export 3f2a --format json -o meal-kit.json
  demoscope export @ --format bundle -o study.evidence      for demoscope replay
  demoscope export @ --format json | jq .results.estimates")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// Which format
    #[arg(long, short, value_enum)]
    format: Format,
    /// Where to; standard output when left out or -
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "output")]
    force: bool,
    /// What is done to the cells of a CSV; guarded where left out
    #[arg(long, value_enum)]
    cells: Option<CellForm>,
    /// What is between the cells of a CSV; a comma where left out
    #[arg(long, value_enum)]
    separator: Option<CellSeparator>,
}

impl Args {
    /// The shape of tables, which only a CSV has.
    fn shape(&self) -> Result<TableShape, Failure> {
        let is_given = self.cells.is_some() || self.separator.is_some();
        if is_given && self.format != Format::Csv {
            return Err(Failure::invalid("--cells and --separator mean nothing in this format")
                .hint("Export it as csv, or leave them out"));
        }
        let (cells, separator) = (self.cells, self.separator);
        Ok(TableShape {
            cells: cells.unwrap_or_default(),
            separator: separator.unwrap_or_default(),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Everything, without loss
    Json,
    /// One row for each answer, with a codebook
    Csv,
    /// The report as Markdown
    Md,
    /// The report as one self-contained page
    Html,
    /// Every prompt, reply, order, cost and hash: what `demoscope replay` rebuilds the results from
    Bundle,
}

/// The destination of the export.
enum Sink<'a> {
    Stdout(&'a mut Ui),
    File(NewFile),
}

impl Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout(ui) => ui.bytes(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn is_closed(&self) -> bool {
        matches!(self, Self::Stdout(ui) if ui.reader_has_left())
    }
}

/// Writes the export to the destination in the arguments.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let shape = args.shape()?;
    let target = args.output.as_deref().filter(|path| *path != Path::new("-"));
    // The target is checked before the daemon reads a million answers.
    let file = target
        .map(|path| {
            NewFile::create(path, if args.force { Existing::Replace } else { Existing::Keep })
        })
        .transpose()?;
    let link = Link::open(ui, Absent::Start).await?;
    if let Some(found) = call!(link, external(args.id.clone()))? {
        let mut text = external::page(args.format, &found)?;
        if args.format == Format::Csv {
            text = String::from_utf8_lossy(&shape.again(text.into_bytes())?).into_owned();
        }
        return write_text(&text, file, ui);
    }
    let study = call!(link, find(args.id.clone()))?;
    let mut report = call!(link, report(study.id))?;
    if matches!(args.format, Format::Md | Format::Html) {
        return write_report(args.format, &report, file, &link, ui).await;
    }
    if args.format == Format::Bundle {
        return write_bundle(study.id, file, &link, ui).await;
    }
    let beside = match (args.format, target) {
        (Format::Csv, Some(path)) => Some(TablesBeside::create(path, args, shape, &report)?),
        _ => None,
    };
    let asked = call!(link, asked(study.id))?;

    let mut answers = Answers::of(study.id, None);
    let mut count = 0_usize;
    let mut sink = match file {
        Some(file) => Sink::File(file),
        None => Sink::Stdout(ui),
    };
    let mut writer = match args.format {
        Format::Json => {
            report.asked = Some(Box::new(asked.clone()));
            Writer::json(&report)?
        }
        Format::Csv | Format::Md | Format::Html | Format::Bundle => {
            Writer::csv_in(shape, &report.study, &asked.spec)?
        }
    };
    loop {
        sink.write(&writer.take())?;
        if sink.is_closed() {
            return Ok(Exit::Done);
        }
        let page = answers.page(&link).await?;
        if page.is_empty() {
            break;
        }
        count += page.len();
        page.iter().try_for_each(|response| writer.add(response))?;
    }
    let touched = writer.touched();
    sink.write(&writer.end())?;
    if let Sink::File(file) = sink {
        let path = file.finish()?;
        let shown = path.to_string_lossy();
        let count = thousands(i128::try_from(count).unwrap_or(i128::MAX));
        ui.say(&format!("Wrote {count} answers to {}.", safe::line(&shown)));
    }
    if let Some(beside) = beside {
        let codebook = codebook::table(&report, &asked, shape.cells, touched)?;
        beside.finish(shape, &codebook, ui)?;
    }
    Ok(Exit::Done)
}

/// Writes the evidence bundle.
async fn write_bundle(
    study: protocol::id::StudyId,
    file: Option<NewFile>,
    link: &Link,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut sink = match file {
        Some(file) => Sink::File(file),
        None => Sink::Stdout(ui),
    };
    let lines = bundle::write(study, link, &mut sink).await?;
    if let Sink::File(file) = sink {
        let path = file.finish()?;
        let lines = thousands(i128::try_from(lines).unwrap_or(i128::MAX));
        let shown = path.to_string_lossy();
        ui.say(&format!("Wrote the evidence to {} ({lines} lines).", safe::line(&shown)));
        ui.say(&format!("Rebuild the results from it: demoscope replay {}", safe::line(&shown)));
    }
    Ok(Exit::Done)
}

/// The format of a report page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// Markdown.
    Markdown,
    /// HTML, self-contained.
    Html,
}

/// The report as a page, with questionnaire and audience.
pub(crate) fn page(page: Page, report: &Report, asked: &Asked) -> String {
    let document = Document::of(report, asked);
    match page {
        Page::Markdown => markdown::page(&document),
        Page::Html => html::page(&document),
    }
}

/// The codebook of the guarded table of answers, as a table; so many cells of that have an apostrophe that was not said.
pub(crate) fn codebook(report: &Report, asked: &Asked, touched: usize) -> Result<Vec<u8>, Failure> {
    codebook::table(report, asked, CellForm::Guarded, touched)
}

/// Writes the report as a page.
async fn write_report(
    format: Format,
    report: &Report,
    file: Option<NewFile>,
    link: &Link,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let asked = call!(link, asked(report.study.id))?;
    let text = match format {
        Format::Md => page(Page::Markdown, report, &asked),
        _ => page(Page::Html, report, &asked),
    };
    write_text(&text, file, ui)
}

/// Writes a text to the destination.
fn write_text(text: &str, file: Option<NewFile>, ui: &mut Ui) -> Result<Exit, Failure> {
    match file {
        Some(mut file) => {
            file.write(text.as_bytes())?;
            let path = file.finish()?;
            ui.say(&format!("Wrote the report to {}.", safe::line(&path.to_string_lossy())));
        }
        None => ui.data(text)?,
    }
    Ok(Exit::Done)
}

/// The tables beside that of the answers, begun before these are read, so that none is in the way at the end.
struct TablesBeside {
    codebook: NewFile,
    findings: Option<NewFile>,
    rounds: Option<NewFile>,
}

impl TablesBeside {
    fn create(
        answers: &Path,
        args: &Args,
        shape: TableShape,
        report: &Report,
    ) -> Result<Self, Failure> {
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        let begin = |ending: &str| NewFile::create(&answers.with_extension(ending), existing);
        let table = |ending: &str,
                     rows: Option<Result<Vec<u8>, Failure>>|
         -> Result<Option<NewFile>, Failure> {
            let Some(rows) = rows else { return Ok(None) };
            let mut file = begin(ending)?;
            file.write(&shape.again(rows?)?)?;
            Ok(Some(file))
        };
        Ok(Self {
            codebook: begin("codebook.csv")?,
            findings: table("findings.csv", findings_table::table(report))?,
            rounds: table("rounds.csv", rounds_table::table(report))?,
        })
    }

    /// Lets them appear under their names.
    fn finish(mut self, shape: TableShape, codebook: &[u8], ui: &mut Ui) -> Result<(), Failure> {
        self.codebook.write(&shape.again(codebook.to_vec())?)?;
        for (what, file) in [
            ("What its columns mean", Some(self.codebook)),
            ("What to act on", self.findings),
            ("Its rounds", self.rounds),
        ] {
            if let Some(file) = file {
                let path = file.finish()?;
                ui.say(&format!("{what}: {}.", safe::line(&path.to_string_lossy())));
            }
        }
        Ok(())
    }
}
