//! The `demoscope apply` command: writes the text of a round or of a variant into the file of its study. The settings at
//! the top of the file are kept, and so is a copy of the file as it was, from which `--undo` restores it.

mod copies;

use std::fs;
use std::path::{Path, PathBuf};

use protocol::results::Results;
use protocol::review::ImprovedVariant;
use protocol::rewritten_file::RewrittenFile;
use protocol::safe;
use protocol::study::Problem;

use crate::cli::export::file::{self, Existing, NewFile};
use crate::failure::{Exit, Failure};
use crate::kinds;
use crate::link::{Absent, Link, call};
use crate::report::chain::DIFFERENCE_LINES;
use crate::report::diff;
use crate::ui::Ui;

/// Write a better version into the file of a review
///
/// Without options it is the content of the best round, or of a review of one round the best variant. The settings at the top of
/// the file stay, and so does its Markdown wherever the words stand that it marks; what would be lost is named, and nothing is
/// written then without --plain. A copy of the file as it was is kept beside it. A version that scores no higher than the original
/// with the same experts, or that the fresh panel liked less, is written only where it is named.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope apply @
  demoscope apply @ --variant 2
  demoscope apply @ --diff
  demoscope apply 3f2a --round 3 -o better.md
  demoscope apply @ --undo")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that is there or not")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// The content of this round, from 1
    #[arg(long, value_name = "N", conflicts_with = "variant", value_parser = clap::value_parser!(u16).range(1..=5))]
    round: Option<u16>,
    /// This one of the improved variants, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    variant: Option<u32>,
    /// Write to this file instead, which must not exist yet
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write even where the file has another text than the one that was reviewed, or where -o names a file that exists
    #[arg(long)]
    force: bool,
    /// Write even where marks of Markdown would be lost; they are named
    #[arg(long)]
    plain: bool,
    /// Show the whole difference from the text as sent, and write nothing
    #[arg(long, conflicts_with_all = ["output", "force", "plain", "undo"])]
    diff: bool,
    /// Restore the file as it was before
    #[arg(long, conflicts_with_all = ["round", "variant", "force", "plain"])]
    undo: bool,
}

/// Writes the chosen text.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id.clone()))?;
    if args.diff {
        let report = call!(link, report(study.id))?;
        let results = found(report.found())?;
        let chosen = choose(results, args.round, args.variant)?;
        let parts = diff::of_version(results, &chosen.text);
        for line in diff::lines(&parts, ui.look, usize::MAX, "") {
            ui.say(&line);
        }
        return Ok(Exit::Done);
    }
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
        let undone = restore(&target)?;
        ui.say(&format!("{} is as it was before", shown(&target)));
        if let Some(undone) = undone {
            ui.say(&format!("What was taken back stands in {}", shown(&undone)));
        }
        return Ok(Exit::Done);
    }
    if args.output.is_some() && !args.force && !is_same_file(source.as_deref(), &target) {
        must_be_new(&target)?;
    }
    let report = call!(link, report(study.id))?;
    // The rounds that have ended are paid for, whatever becomes of the others.
    let results = found(report.found())?.clone();
    let chosen = choose(&results, args.round, args.variant)?;
    // The original may be gone where another file is named.
    let source = source.filter(|source| args.output.is_none() || source.exists());
    let before = read(source.as_deref(), &target)?;
    let rewritten = call!(link, with_other_text(before, chosen.text.clone()))?;
    let consent = ApplyConsent { other_text: args.force, lost_marks: args.plain };
    replace(source.as_deref(), &target, &chosen, &rewritten, consent)?;
    let look = ui.look;
    let whole = whole_difference(args, &study.id.short());
    let parts = diff::of_version(&results, &chosen.text);
    for line in diff::lines(&parts, look, DIFFERENCE_LINES, &whole) {
        ui.say(&line);
    }
    for lost in &rewritten.lost {
        ui.say(&format!("lost: {}", safe::line(lost)));
    }
    ui.say(&format!("Written to {}", shown(&target)));
    if let Some(caution) = caution(&results, &chosen.text) {
        ui.say(caution);
    }
    if copies::newest(&target).is_some() {
        let to =
            args.output.as_ref().map_or_else(String::new, |_| format!(" -o {}", shown(&target)));
        ui.say(&format!("Undo it with: demoscope apply {} --undo{to}", study.id.short()));
    }
    Ok(Exit::Done)
}

/// The results, once there are any.
fn found(results: Option<&Results>) -> Result<&Results, Failure> {
    results.ok_or_else(|| {
        Failure::invalid("The study has no results yet").hint("Wait for it: `demoscope show`")
    })
}

/// The command that shows all of the difference of the text that was chosen.
fn whole_difference(args: &Args, id: &str) -> String {
    let which = match (args.round, args.variant) {
        (Some(round), _) => format!(" --round {round}"),
        (None, Some(variant)) => format!(" --variant {variant}"),
        (None, None) => String::new(),
    };
    format!("demoscope apply {id} --diff{which}")
}

/// Whether both names lead to one file.
fn is_same_file(source: Option<&Path>, target: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    source.and_then(real).is_some_and(|source| real(target) == Some(source))
}

/// Refuses a file that is there.
fn must_be_new(target: &Path) -> Result<(), Failure> {
    if target.symlink_metadata().is_ok() { Err(file::taken(target)) } else { Ok(()) }
}

/// What the owner of a file agrees to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ApplyConsent {
    /// That another text than the one that was reviewed is replaced.
    pub(crate) other_text: bool,
    /// That marks are lost.
    pub(crate) lost_marks: bool,
}

/// The text to write, with the others of its study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The text that was reviewed.
    original: String,
    /// The chosen one.
    pub(crate) text: String,
    /// All rewrites of the study.
    rewrites: Vec<String>,
}

/// Writes the file with the chosen text, made of `source` (or of the target itself), into `target`, and keeps a copy of that as
/// it was before the first rewrite.
///
/// # Errors
/// When the file has a text that is not of the study, when marks would be lost, or when it cannot be read or written.
pub(crate) fn replace(
    source: Option<&Path>,
    target: &Path,
    chosen: &Chosen,
    rewritten: &RewrittenFile,
    consent: ApplyConsent,
) -> Result<(), Failure> {
    let source = source.unwrap_or(target);
    let said = rewritten.said.as_str();
    let is_rewrite = chosen.rewrites.iter().any(|rewrite| same(said, rewrite));
    let is_other = !said.is_empty() && !same(said, &chosen.original) && !is_rewrite;
    if is_other && !consent.other_text {
        return Err(Failure::invalid(format!(
            "{} has another text than the one that was reviewed",
            shown(source)
        ))
        .hint("Use --force to write all the same: it was edited since")
        .hint("Name another file to write with -o FILE"));
    }
    if !rewritten.lost.is_empty() && !consent.lost_marks {
        let problems = rewritten.lost.iter().map(|lost| Problem {
            place: shown(source),
            what: safe::line(lost).into_owned(),
            hint: String::new().into(),
        });
        let what = format!("{} would lose what its author marked", shown(target));
        let hint = if target.exists() {
            "Use --plain to write all the same; a copy of the file is kept"
        } else {
            "Use --plain to write all the same; the reviewed file stays as it is"
        };
        return Err(Failure::problems(what, problems.collect()).hint(hint));
    }
    // A rewrite that is replaced by another is not what its owner wrote.
    let keeps_copy = is_rewrite && copies::newest(target).is_some();
    if target.exists() && !keeps_copy {
        let bytes = fs::read(target).map_err(|error| unread(target, &error))?;
        write(&copies::next(target), &bytes, Some(target))?;
    }
    write(target, rewritten.text.as_bytes(), None)
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
            if let Some(fresh) = iterations.improvement.confirmation.as_ref()
                && fresh.original > fresh.rewrite
            {
                return Err(Failure::invalid(format!(
                    "The fresh panel liked the original better: {} of {} experts chose it, and {} the version of round {}",
                    fresh.original, fresh.experts, fresh.rewrite, iterations.best_round
                ))
                .hint(format!("Name it all the same with --round {}", iterations.best_round)));
            }
            iterations.best_content.clone()
        }
        (None, None, _) => match best_variant(results) {
            Some(variant) => variant.text.clone(),
            None if found.variants.is_empty() => {
                return Err(Failure::invalid("No better text was found")
                    .hint("Read `demoscope show`: what the experts miss has to come from you"));
            }
            None => {
                return Err(Failure::invalid("No version scores higher than the original")
                    .hint("Name one all the same with --variant N"));
            }
        },
        (None, Some(wanted), _) => {
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

/// The best variant that scores higher than the original, by the same experts. Of one that was asked in a round, what it scored
/// there counts, and not what was predicted.
fn best_variant(results: &Results) -> Option<&ImprovedVariant> {
    let found = kinds::found(&results.outcomes);
    let overall = results.estimates.get("overall")?.value;
    let rounds = || found.iterations.into_iter().flat_map(|iterations| &iterations.chain);
    let score = |variant: &ImprovedVariant| {
        let asked = rounds().find(|round| round.content == variant.text);
        asked.map_or(variant.predicted_score, |round| round.overall)
    };
    let better = found.variants.iter().filter(|variant| score(variant) > overall);
    better.reduce(|best, next| if score(next) > score(best) { next } else { best })
}

/// What must be said beside a text that is written though its gain is not proved.
pub(crate) fn caution(results: &Results, text: &str) -> Option<&'static str> {
    let found = kinds::found(&results.outcomes);
    let is_proved = found
        .iterations
        .is_some_and(|chain| chain.best_content == text && chain.improvement.is_proved());
    if is_proved {
        return None;
    }
    let overall = results.estimates.get("overall")?.value;
    let round = found.iterations.and_then(|all| all.chain.iter().find(|one| one.content == text));
    let variant = found.variants.iter().find(|one| one.text == text);
    let score = round.map(|one| one.overall).or(variant.map(|one| one.predicted_score))?;
    Some(if score > overall {
        "Its gain is not proved: it may be no better than the text as sent"
    } else {
        "The experts score it no higher than the text as sent"
    })
}

/// The file whose settings are kept; empty where there is none.
pub(crate) fn read(source: Option<&Path>, target: &Path) -> Result<String, Failure> {
    let path = source.unwrap_or(target);
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && source.is_none() => {
            Ok(String::new())
        }
        Err(error) => Err(unread(path, &error)),
    }
}

/// Whether two texts have the same words.
fn same(text: &str, other: &str) -> bool {
    text.split_whitespace().eq(other.split_whitespace())
}

/// Restores the file from its newest copy, which is removed. What stood there stays in a file beside it, whose name is returned.
///
/// # Errors
/// When there is no copy, or the file cannot be written.
pub(crate) fn restore(target: &Path) -> Result<Option<PathBuf>, Failure> {
    let copy = copies::newest(target).ok_or_else(|| {
        Failure::invalid(format!("There is no copy of {} as it was", shown(target)))
    })?;
    let bytes = fs::read(&copy).map_err(|error| unread(&copy, &error))?;
    // The file may have been edited since: what is taken back stays beside it.
    let now = fs::read(target).ok().filter(|now| *now != bytes);
    let undone = now.map(|now| {
        let undone = copies::undone(target);
        write(&undone, &now, Some(target)).map(|()| undone)
    });
    let undone = undone.transpose()?;
    write(target, &bytes, None)?;
    fs::remove_file(&copy).map_err(|error| unread(&copy, &error))?;
    Ok(undone)
}

/// Writes a file; a copy may be read by whoever may read the file that it is of.
fn write(target: &Path, bytes: &[u8], copy_of: Option<&Path>) -> Result<(), Failure> {
    let mut file = NewFile::create(target, Existing::Replace)?;
    if let Some(original) = copy_of {
        file.readable_as(original)?;
    }
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

    fn chosen(text: &str) -> Chosen {
        Chosen {
            original: "As sent".to_owned(),
            text: text.to_owned(),
            rewrites: vec!["First".to_owned(), "Second".to_owned()],
        }
    }

    /// The answer of the daemon for a file that says that.
    fn rewritten(said: &str, text: &str, lost: &[&str]) -> RewrittenFile {
        RewrittenFile {
            text: format!("---\nstudy: content_review\n---\n{text}\n"),
            said: said.to_owned(),
            lost: lost.iter().map(|one| (*one).to_owned()).collect(),
        }
    }

    /// The results of a chain with a change.
    fn results(change: impl Fn(&mut protocol::review::Iterations)) -> Results {
        let mut results = crate::station::testing::chain_report(20).results.unwrap();
        let protocol::results::Outcomes::ContentReview { iterations: Some(chain), .. } =
            &mut results.outcomes
        else {
            panic!("a chain")
        };
        change(chain);
        results
    }

    #[test]
    fn what_is_worse_is_written_only_where_it_is_named() {
        let told = |failure: Failure| {
            failure.render(crate::look::Look::PLAIN, crate::failure::Detail::Sentence)
        };
        let best = choose(&results(|_| ()), None, None).unwrap();
        assert!(best.text.contains("shared folder"), "{}", best.text);
        // The same experts scored it higher, and the fresh panel liked the original better.
        let disliked = results(|chain| {
            if let Some(fresh) = &mut chain.improvement.confirmation {
                (fresh.rewrite, fresh.original) = (3, 12);
            }
        });
        let refused = told(choose(&disliked, None, None).unwrap_err());
        assert!(refused.contains("12 of 20 experts") && refused.contains("--round 2"), "{refused}");
        assert_eq!(choose(&disliked, Some(2), None).unwrap().text, best.text);
        // Variants that were predicted to be better scored lower when they were asked.
        let lower = results(|chain| {
            chain.best_round = 1;
            chain.best_content.clone_from(&chain.chain[0].content);
            for round in &mut chain.chain[1..] {
                round.overall = 5.0;
            }
        });
        let refused = told(choose(&lower, None, None).unwrap_err());
        assert!(refused.contains("--variant N"), "{refused}");
        assert_eq!(choose(&lower, None, Some(1)).unwrap().text, best.text);
    }

    #[test]
    fn one_rewrite_after_another_keeps_the_first_copy_and_foreign_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("idea.md");
        let put = |said: &str, text: &str, consent: ApplyConsent| {
            replace(None, &file, &chosen(text), &rewritten(said, text, &[]), consent)
        };
        let none = ApplyConsent::default();
        fs::write(&file, "---\nstudy: content_review\n---\nAs sent\n").unwrap();
        put("As sent", "First", none).unwrap();
        put("First", "Second", none).unwrap();
        let now = fs::read_to_string(&file).unwrap();
        assert_eq!(now, "---\nstudy: content_review\n---\nSecond\n");
        // An edited text is replaced only with consent, and its copy does not take the place of the first one.
        fs::write(&file, "Edited since").unwrap();
        assert!(put("Edited since", "First", none).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "Edited since");
        put("Edited since", "First", ApplyConsent { other_text: true, ..none }).unwrap();
        restore(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "Edited since");
        restore(&file).unwrap();
        assert!(fs::read_to_string(&file).unwrap().ends_with("As sent\n"));
        assert!(restore(&file).is_err(), "there is nothing left to restore");
    }

    #[test]
    fn marks_are_lost_with_consent_only_also_in_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("idea.md"), folder.path().join("new.md"));
        fs::write(&file, "**As** sent").unwrap();
        let loses = rewritten("As sent", "First", &["bold “As”"]);
        let put = |target: &Path, lost_marks: bool| {
            let consent = ApplyConsent { lost_marks, ..ApplyConsent::default() };
            replace(Some(&file), target, &chosen("First"), &loses, consent)
        };
        let refused = put(&file, false).unwrap_err();
        let told = refused.render(crate::look::Look::PLAIN, crate::failure::Detail::Sentence);
        assert!(told.contains("bold “As”") && told.contains("--plain"), "{told}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "**As** sent");
        assert!(put(&other, false).is_err());
        assert!(!other.exists());
        put(&other, true).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "**As** sent");
        put(&file, true).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), loses.text);
    }

    #[test]
    fn another_file_is_not_replaced_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("idea.md"), folder.path().join("new.md"));
        fs::write(&file, "As sent").unwrap();
        must_be_new(&other).unwrap();
        fs::write(&other, "precious").unwrap();
        let refused = must_be_new(&other).unwrap_err();
        let told = refused.render(crate::look::Look::PLAIN, crate::failure::Detail::Sentence);
        assert!(told.contains("exists already") && told.contains("--force"), "{told}");
        // The file of the study by another name is that file.
        assert!(is_same_file(Some(&file), &folder.path().join(".").join("idea.md")));
        assert!(!is_same_file(Some(&file), &other));
    }

    #[test]
    fn what_is_taken_back_is_kept_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("idea.md");
        fs::write(&file, "As sent").unwrap();
        let mut kept = Vec::new();
        for text in ["First", "Second", "First"] {
            let now = rewritten("As sent", text, &[]);
            replace(None, &file, &chosen(text), &now, ApplyConsent::default()).unwrap();
            let undone = restore(&file).unwrap().unwrap();
            assert_eq!(fs::read_to_string(&undone).unwrap(), now.text);
            assert_eq!(fs::read_to_string(&file).unwrap(), "As sent");
            kept.push(undone);
        }
        assert!(kept.iter().all(|path| path.exists()));
        kept.dedup();
        assert_eq!(kept.len(), 3);
    }
}
