//! Sources of a `run` command: every file is a study, except that two files of an A/B test are one study together; an
//! example is compiled in.

use std::ffi::OsString;

use protocol::study::{Draft, DraftText, Problem, SecondFile};

use super::Args;
use crate::cli::{example, input};
use crate::failure::{Exit, Failure};
use crate::kinds;
use crate::ui::Ui;

/// The drafts, with the errors of files that gave none.
pub(super) struct Sources {
    pub(super) drafts: Vec<Draft>,
    pub(super) worst: Exit,
}

/// Reads every named source and reports all that cannot be read.
pub(super) fn read(args: &Args, ui: &mut Ui) -> Result<Sources, Failure> {
    let overrides = args.settings.overrides();
    if let Some(name) = &args.example {
        let source = example::find(name)?;
        let (text, like) = (DraftText::File(source.text), args.like.clone());
        let draft = Draft { file: source.name, text, overrides, like, ..Draft::default() };
        return Ok(Sources { drafts: vec![draft], worst: Exit::Done });
    }
    let study_type = overrides.get("study").and_then(|study| study.trim().parse().ok());
    let compares = study_type.is_some_and(|study_type| !kinds::view(study_type).against.is_empty());
    if compares && args.files.len() > 2 {
        return Err(Failure::invalid("An A/B test compares two variants")
            .hint("Give one file with both, or one file for each"));
    }
    let mut faults = Vec::new();
    let mut read = read_all(&args.files, &mut faults);
    let complete = faults.is_empty();
    let drafts: Vec<Draft> = if compares && args.files.len() == 2 {
        match (complete, read.pop(), read.pop()) {
            (true, Some(second), Some(first)) => {
                let text = DraftText::File(second.text);
                let variant_b = Some(SecondFile { file: second.name, text });
                let (text, like) = (DraftText::File(first.text), args.like.clone());
                let draft = Draft { file: first.name, text, overrides, ..Draft::default() };
                vec![Draft { variant_b, like, ..draft }]
            }
            _ => Vec::new(),
        }
    } else {
        read.into_iter()
            .map(|source| Draft {
                file: source.name,
                text: DraftText::File(source.text),
                overrides: overrides.clone(),
                like: args.like.clone(),
                ..Draft::default()
            })
            .collect()
    };
    let mut worst = Exit::Done;
    if !faults.is_empty() {
        let message = match (faults.len(), args.files.len()) {
            (1, 1) => "The file cannot be used".to_owned(),
            (bad, all) => format!("{bad} of {all} files cannot be used"),
        };
        let failure = Failure::problems(message, faults);
        ui.fail(&failure);
        worst = failure.exit;
    }
    Ok(Sources { drafts, worst })
}

fn read_all(files: &[OsString], faults: &mut Vec<Problem>) -> Vec<input::Source> {
    let mut read = Vec::new();
    for file in files {
        match input::read(file) {
            Ok(source) => read.push(source),
            Err(problem) => faults.push(problem),
        }
    }
    read
}
