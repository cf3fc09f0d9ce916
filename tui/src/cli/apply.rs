//! The `demoscope apply` command: writes the text of a round or of a variant into the file of its study. The settings at
//! the top of the file are kept, and so is a copy of the file as it was, from which `--undo` restores it.

use std::fs;
use std::path::{Path, PathBuf};

use protocol::results::Results;
use protocol::review::ImprovedVariant;
use protocol::safe;

use crate::cli::export::file::{Existing, NewFile};
use crate::failure::{Exit, Failure};
use crate::kinds;
use crate::link::{Absent, Link, call};
use crate::report::diff;
use crate::ui::Ui;

/// The ending of the copy of a file as it was.
const COPY: &str = "before-apply";

/// Write a better version into the file of a review
///
/// Without options it is the content of the best round, or of a review of one round the best variant. The settings at the top of
/// the file stay. A copy of the file as it was is kept beside it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope apply @
  demoscope apply @ --variant 2
  demoscope apply 3f2a --round 3 -o better.md
  demoscope apply @ --undo")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// The content of this round, from 1
    #[arg(long, value_name = "N", conflicts_with = "variant", value_parser = clap::value_parser!(u16).range(1..=5))]
    round: Option<u16>,
    /// This one of the improved variants, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    variant: Option<u32>,
    /// Write to this file instead
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write even where the file has another text than the one that was reviewed
    #[arg(long)]
    force: bool,
    /// Restore the file as it was before
    #[arg(long, conflicts_with_all = ["round", "variant", "force"])]
    undo: bool,
}

/// Writes the chosen text.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id.clone()))?;
    let source = call!(link, source_path(study.id))?.map(PathBuf::from);
    let target = match (&args.output, &source) {
        (Some(output), _) => output.clone(),
        (None, Some(source)) => source.clone(),
        (None, None) => {
            return Err(Failure::invalid("The study was not submitted from a file")
                .hint("Name the file to write with -o FILE"));
        }
    };
    if args.undo {
        restore(&target)?;
        ui.say(&format!("{} is as it was before", shown(&target)));
        ui.say(&format!("What was taken back stands in {}", shown(&undone(&target))));
        return Ok(Exit::Done);
    }
    let report = call!(link, report(study.id))?;
    let results = report.results.ok_or_else(|| {
        Failure::invalid("The study has no results yet").hint("Wait for it: `demoscope show`")
    })?;
    let chosen = choose(&results, args.round, args.variant)?;
    let other_text = if args.force { OtherText::Replaced } else { OtherText::Refused };
    // The original may be gone where another file is named.
    let source = source.filter(|source| args.output.is_none() || source.exists());
    replace(source.as_deref(), &target, &chosen, other_text)?;
    let look = ui.look;
    let difference = diff::paragraph(&chosen.original, &chosen.text, look);
    for line in look.wrap(&difference, "  ", "  ") {
        ui.say(&line);
    }
    ui.say(&format!("Written to {}", shown(&target)));
    if copy_of(&target).exists() {
        let to =
            args.output.as_ref().map_or_else(String::new, |_| format!(" -o {}", shown(&target)));
        ui.say(&format!("Undo it with: demoscope apply {} --undo{to}", study.id.short()));
    }
    Ok(Exit::Done)
}

/// What is done where the file has another text than the one that was reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherText {
    /// Nothing is written.
    Refused,
    /// It is replaced as well.
    Replaced,
}

/// The text to write, with the others of its study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The text that was reviewed.
    original: String,
    /// The chosen one.
    text: String,
    /// All rewrites of the study.
    rewrites: Vec<String>,
}

/// Writes the chosen text with the settings of `source` (or of the target itself) into `target`, and keeps a copy of that as
/// it was before the first rewrite.
///
/// # Errors
/// When the file has a text that is not of the study, or cannot be read or written.
pub(crate) fn replace(
    source: Option<&Path>,
    target: &Path,
    chosen: &Chosen,
    other_text: OtherText,
) -> Result<(), Failure> {
    let before = read(source, target)?;
    let source = source.unwrap_or(target);
    let (head, body) = split(&before);
    let is_rewrite = chosen.rewrites.iter().any(|rewrite| same(body, rewrite));
    let is_other = !body.is_empty() && !same(body, &chosen.original) && !is_rewrite;
    if is_other && other_text == OtherText::Refused {
        return Err(Failure::invalid(format!(
            "{} has another text than the one that was reviewed",
            shown(source)
        ))
        .hint("Use --force to write all the same: it was edited since, or marks such as ** would be lost")
        .hint("Name another file to write with -o FILE"));
    }
    let after = format!("{head}{}\n", chosen.text.trim_end());
    // A rewrite that is replaced by another is not what its owner wrote.
    let keeps_copy = is_rewrite && copy_of(target).exists();
    if target.exists() && !keeps_copy {
        write(&copy_of(target), &fs::read(target).map_err(|error| unread(target, &error))?)?;
    }
    write(target, after.as_bytes())
}

/// The original and the chosen text: that of a round or of a variant, else the best.
///
/// # Errors
/// When there is no such round or variant, or the study is no review.
pub(crate) fn choose(
    results: &Results,
    round: Option<u16>,
    variant: Option<u32>,
) -> Result<Chosen, Failure> {
    let found = kinds::found(&results.outcomes);
    let Some(original) = found.content else {
        return Err(Failure::invalid("Only a content review has better versions to apply"));
    };
    let chain = found.iterations.map(|iterations| &iterations.chain);
    let chosen = match (round, variant, found.iterations) {
        (Some(round), _, _) => {
            let rounds = chain.map_or(1, Vec::len);
            let of_round = chain.and_then(|chain| chain.iter().find(|one| one.round == round));
            match of_round {
                Some(one) => one.content.clone(),
                None if round == 1 => original.to_owned(),
                None => {
                    return Err(Failure::invalid(format!("There is no round {round}"))
                        .hint(format!("Choose one of 1 to {rounds}")));
                }
            }
        }
        (None, None, Some(iterations)) if iterations.best_round > 1 => {
            iterations.best_content.clone()
        }
        (None, None, _) if !has_better(results, found.variants) => {
            return Err(Failure::invalid("No version scores higher than the original")
                .hint("Name one all the same with --variant N"));
        }
        (None, wanted, _) => {
            let wanted = wanted.unwrap_or(1);
            let variant = found.variants.iter().find(|variant| variant.rank == wanted);
            let variant = variant.ok_or_else(|| {
                let missing = Failure::invalid(format!("There is no variant {wanted}"));
                match found.variants.len() {
                    0 => missing.hint("Read `demoscope show`: no better text was found"),
                    count => missing.hint(format!("Choose one of 1 to {count}")),
                }
            })?;
            variant.text.clone()
        }
    };
    let rounds = chain.into_iter().flatten().map(|round| &round.content);
    let rewrites = rounds.chain(found.variants.iter().map(|variant| &variant.text));
    let rewrites = rewrites.filter(|text| text.as_str() != original).cloned().collect();
    Ok(Chosen { original: original.to_owned(), text: chosen, rewrites })
}

/// Whether the best variant scores higher than the original, by the same experts.
fn has_better(results: &Results, variants: &[ImprovedVariant]) -> bool {
    let overall = results.estimates.get("overall").map_or(f64::INFINITY, |overall| overall.value);
    variants.first().is_none_or(|best| best.predicted_score > overall)
}

/// The file whose settings are kept; empty where there is none.
fn read(source: Option<&Path>, target: &Path) -> Result<String, Failure> {
    let path = source.unwrap_or(target);
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && source.is_none() => {
            Ok(String::new())
        }
        Err(error) => Err(unread(path, &error)),
    }
}

/// The settings at the top of a file, with the line that closes them, and its text.
fn split(text: &str) -> (&str, &str) {
    let blank = text.len() - text.trim_start_matches(['\u{feff}', '\n', '\r', ' ']).len();
    let rest = &text[blank..];
    let is_mark = |line: &str| line.trim_end() == "---";
    let mut lines = rest.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| is_mark(line)) else { return ("", text) };
    let mut end = blank + first.len();
    for line in lines {
        end += line.len();
        if is_mark(line) {
            let gap = text[end..].len() - text[end..].trim_start_matches('\n').len();
            return text.split_at(end + gap);
        }
    }
    ("", text)
}

/// Whether two texts have the same words.
fn same(text: &str, other: &str) -> bool {
    text.split_whitespace().eq(other.split_whitespace())
}

fn copy_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".");
    name.push(COPY);
    PathBuf::from(name)
}

/// Restores the file from its copy, which is removed. What stood there stays in a file beside it.
///
/// # Errors
/// When there is no copy, or the file cannot be written.
pub(crate) fn restore(target: &Path) -> Result<(), Failure> {
    let copy = copy_of(target);
    let bytes = fs::read(&copy).map_err(|error| {
        Failure::invalid(format!("There is no copy of {} as it was", shown(target))).because(&error)
    })?;
    // The file may have been edited since: what is taken back stays beside it.
    if let Ok(now) = fs::read(target) {
        write(&undone(target), &now)?;
    }
    write(target, &bytes)?;
    fs::remove_file(&copy).map_err(|error| unread(&copy, &error))
}

/// Where the text that was taken back is kept.
fn undone(target: &Path) -> PathBuf {
    let mut name = copy_of(target).into_os_string();
    name.push(".undone");
    PathBuf::from(name)
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = NewFile::create(target, Existing::Replace)?;
    file.write(bytes)?;
    file.finish().map(drop)
}

fn shown(path: &Path) -> String {
    safe::line(&path.to_string_lossy()).into_owned()
}

fn unread(path: &Path, error: &std::io::Error) -> Failure {
    Failure::invalid(format!("{} cannot be read: {error}", shown(path))).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_of_a_file_are_kept_and_its_text_is_not() {
        for (text, head, body) in [
            ("Just a text\n", "", "Just a text\n"),
            ("---\nstudy: nps\n---\n\nA text\n", "---\nstudy: nps\n---\n\n", "A text\n"),
            (
                "\n---\na: b\n---\nText --- with a rule\n---\n",
                "\n---\na: b\n---\n",
                "Text --- with a rule\n---\n",
            ),
            ("---\nnever closed\n", "", "---\nnever closed\n"),
            ("---\r\na: b\r\n---\r\nText", "---\r\na: b\r\n---\r\n", "Text"),
            ("", "", ""),
        ] {
            assert_eq!(split(text), (head, body), "{text:?}");
        }
    }

    #[test]
    fn one_rewrite_after_another_keeps_the_first_copy_and_foreign_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("idea.md");
        let chosen = |text: &str| Chosen {
            original: "As sent".to_owned(),
            text: text.to_owned(),
            rewrites: vec!["First".to_owned(), "Second".to_owned()],
        };
        let put = |text: &str| replace(Some(&file), &file, &chosen(text), OtherText::Refused);
        assert!(put("First").is_err(), "there is no file");
        fs::write(&file, "---\nstudy: content_review\n---\nAs sent\n").unwrap();
        put("First").unwrap();
        put("Second").unwrap();
        let now = fs::read_to_string(&file).unwrap();
        assert_eq!(now, "---\nstudy: content_review\n---\nSecond\n");
        restore(&file).unwrap();
        assert!(fs::read_to_string(&file).unwrap().ends_with("As sent\n"));
        fs::write(&file, "Edited since").unwrap();
        assert!(put("First").is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "Edited since");
        let other = folder.path().join("new.md");
        replace(None, &other, &chosen("First"), OtherText::Refused).unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "First\n");
    }

    #[test]
    fn a_file_is_restored_once() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("idea.md");
        write(&target, b"new").unwrap();
        assert!(restore(&target).is_err(), "there is nothing to restore");
        write(&copy_of(&target), b"old").unwrap();
        restore(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert!(!copy_of(&target).exists());
    }
}
