//! The `demoscope findings` command: every finding with its quotes and what became of it, and the change of that.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use protocol::external::ExternalResult;
use protocol::finding::{Finding, FindingChange, FindingStatus};
use protocol::id::StudyId;
use protocol::results::Report;
use protocol::run::{State, Study};
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::kinds;
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// List what to act on, with the answers behind it, and say what became of each
///
/// A finding is urgent (P0) when the whole result is so low that nothing else matters: a mean score below 4 of 10, fewer than
/// 10 % who would buy, a Net Promoter Score below −70, positive minus negative feelings below −50 (from 30 answers on; with
/// fewer when the whole interval lies below, else P1), or when the built-in reader rejects the text. A concern is a P1 when at
/// least 20 % name it and 0.3 points of the mean are sure to go along with it, a P2 when 20 % name it or 0.1 points go along
/// with it, else a P3; at an urgent level it counts one step more. What lies below the middle (5.5 of 10, or 0) is said in a
/// sentence. A survey has no level.
///
/// A status is kept with the study: resolve what you acted on, dismiss what you will not act on, reopen either.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  demoscope findings @
  demoscope findings @ --status open
  demoscope findings @ --round 2
  demoscope findings resolve @ 2 --note \"the price stands in the first line now\"
  demoscope findings dismiss 3f2a 4
  demoscope findings reopen 3f2a 4
  demoscope findings 3f2a --json | jq '.[] | select(.priority == \"P1\")'"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    act: Option<Act>,
    /// An id, the beginning of one, or @ for the latest
    #[arg(required = true)]
    id: Option<String>,
    /// Only those with this status
    #[arg(long, value_parser = statuses())]
    status: Option<FindingStatus>,
    /// Those of this round of a review, from 1, held against the round that it was rewritten from
    #[arg(long, value_name = "N", conflicts_with = "status", value_parser = clap::value_parser!(u16).range(1..=5))]
    round: Option<u16>,
    /// Print an array of findings
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Say that a finding was acted on
    #[command(
        after_help = "Examples:\n  demoscope findings resolve @ 2 --note \"the price stands first now\""
    )]
    Resolve(ChangeArgs),
    /// Say that a finding is not to be acted on
    #[command(after_help = "Examples:\n  demoscope findings dismiss @ 4 --note \"it is meant so\"")]
    Dismiss(ChangeArgs),
    /// Take either back
    #[command(after_help = "Examples:\n  demoscope findings reopen @ 2")]
    Reopen(ChangeArgs),
}

/// Which finding, and why.
#[derive(Debug, clap::Args)]
struct ChangeArgs {
    /// The study: an id, the beginning of one, or @ for the latest
    id: String,
    /// The number of the finding, as `demoscope findings ID` lists it
    number: u32,
    /// Why, in a few words
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Print the finding as one JSON object, with the status it had before
    #[arg(long)]
    json: bool,
}

/// Reads a status, and offers them in the help.
fn statuses() -> impl TypedValueParser<Value = FindingStatus> {
    let words = FindingStatus::ALL.iter().map(|status| status.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<FindingStatus>())
}

/// Prints the findings of the study, or sets the status of one.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    match &args.act {
        Some(Act::Resolve(change)) => set(change, FindingStatus::Resolved, ui).await,
        Some(Act::Dismiss(change)) => set(change, FindingStatus::Dismissed, ui).await,
        Some(Act::Reopen(change)) => set(change, FindingStatus::Open, ui).await,
        None => list(args, ui).await,
    }
}

/// Prints what another service says to act on; no status of ours is kept for it.
fn external(args: &Args, found: &ExternalResult, ui: &mut Ui) -> Result<Exit, Failure> {
    if args.status.is_some() || args.round.is_some() {
        return Err(Failure::invalid(
            "The findings of an external result have no status and no rounds",
        )
        .hint("Leave --status and --round out"));
    }
    if args.json {
        ui.json(&found.content.findings)?;
        return Ok(Exit::Done);
    }
    let mut only = found.clone();
    (only.content.numbers, only.content.rewrites) = (Vec::new(), Vec::new());
    let look = ui.look;
    ui.data(&report::external::external(&only, look))?;
    Ok(Exit::Done)
}

async fn list(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let id = args.id.clone().unwrap_or_default();
    if let Some(found) = call!(link, external(id.clone()))? {
        return external(args, &found, ui);
    }
    let study = call!(link, find(id))?;
    if let Some(round) = args.round {
        return of_round(&link, study.id, (round, args.json), ui).await;
    }
    let found = call!(link, report(study.id))?;
    let judged = found.found().is_some();
    let all = found.findings();
    let nothing_found = all.is_empty();
    let is_wanted = |finding: &Finding| args.status.is_none_or(|status| finding.status() == status);
    let findings: Vec<Finding> = all.into_iter().filter(is_wanted).collect();
    if args.json {
        ui.json(&findings)?;
    }
    if !judged {
        ui.say(&nothing_to_judge(&found.study));
    } else if !args.json {
        if !findings.is_empty() {
            let look = ui.look;
            ui.data(&report::findings(&findings, look))?;
        } else if let Some(status) = args.status.filter(|_| !nothing_found) {
            ui.say(&format!("No finding of this study is {status}."));
        }
        if let Some(level) = level(&found, nothing_found) {
            ui.say(&level);
        }
    }
    Ok(Exit::Done)
}

/// Prints the findings of one round, and which of them are new, still there, or fixed.
async fn of_round(
    link: &Link,
    study: StudyId,
    (round, json): (u16, bool),
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let of_round = call!(link, round_report(study, round))?;
    let findings = of_round.results.map(|results| results.findings).unwrap_or_default();
    if json {
        ui.json(&findings)?;
        return Ok(Exit::Done);
    }
    if findings.is_empty() {
        ui.say(&format!("Nothing that calls for action was found in round {round}."));
    } else {
        let look = ui.look;
        ui.data(&report::findings(&findings, look))?;
    }
    let whole = call!(link, report(study))?;
    let chain = whole.found().and_then(|results| kinds::found(&results.outcomes).iterations);
    let of_chain = chain.and_then(|chain| chain.chain.iter().find(|one| one.round == round));
    if let Some((from, across)) =
        of_chain.and_then(|one| one.from.zip(one.findings_across.as_ref()))
    {
        ui.say(&format!("Against round {from}: {}", report::chain::findings_across(across)));
    }
    Ok(Exit::Done)
}

/// Sets the status of a finding, and says how to take that back.
async fn set(args: &ChangeArgs, status: FindingStatus, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id.clone()))?;
    let note = args.note.clone();
    let set = call!(link, set_finding(study.id, args.number, status, note))?;
    if args.json {
        ui.json(&set)?;
    } else {
        ui.say(&told(&set));
    }
    Ok(Exit::Done)
}

/// What was done, and how to undo it.
fn told(set: &FindingChange) -> String {
    let (id, number) = (set.study.short(), set.finding.id);
    let (now, title) = (set.finding.status(), safe::line(&set.finding.title));
    if set.before == now {
        return format!("Finding {number} of {id} is {now} ({title}).");
    }
    let undo = match set.before {
        FindingStatus::Open => "reopen",
        FindingStatus::Resolved => "resolve",
        FindingStatus::Dismissed => "dismiss",
    };
    format!(
        "Finding {number} of {id} is {now} ({title}). Take it back with: demoscope findings {undo} {id} {number}"
    )
}

/// A note on the level of a study whose findings do not mention it.
fn level(found: &Report, nothing_found: bool) -> Option<String> {
    let view = kinds::view(found.study.instrument);
    match &found.below_middle {
        Some(low) => Some(format!("Below the middle, but not urgent: {}", safe::line(low))),
        None if !nothing_found => None,
        None if !view.has_level => Some(format!(
            "Nothing that calls for action was found; the level of a {}'s answers is not judged.",
            view.title
        )),
        None => Some("Nothing that calls for action was found.".to_owned()),
    }
}

/// Why a study without results has no findings, so that this is not read as a good result.
fn nothing_to_judge(study: &Study) -> String {
    let state = match study.state {
        State::Draft | State::Queued => "it waits for its turn",
        State::Running => "it is running",
        State::Paused => "it is paused",
        State::Finalizing => "its results are being computed",
        State::Completed => "nobody answered",
        State::Failed => "it failed",
        State::Cancelled => "it was cancelled",
    };
    let id = study.id.short();
    match study.panel.delivered {
        0 => {
            format!("There are no answers to judge: {state}. Look at it with: demoscope show {id}")
        }
        delivered => format!(
            "There are no results to judge: {state}, after {delivered} of {} answers. Read them with: demoscope answers {id}",
            study.panel.requested
        ),
    }
}

#[cfg(test)]
mod tests {
    use protocol::study::StudyType;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn what_is_below_the_middle_is_not_called_nothing() {
        let mut found = fixtures::concept_test();
        let nothing = level(&found, true);
        assert_eq!(level(&found, false), None);
        found.below_middle =
            Some("The mean score is 5.0 of 10: that is below 5.5 of 10.".to_owned());
        let low = level(&found, true);
        assert_eq!(level(&found, false), low);
        found.below_middle = None;
        found.study.instrument = StudyType::Survey;
        insta::assert_snapshot!([nothing, low, level(&found, true)].map(Option::unwrap).join("\n"), @r"
        Nothing that calls for action was found.
        Below the middle, but not urgent: The mean score is 5.0 of 10: that is below 5.5 of 10.
        Nothing that calls for action was found; the level of a survey's answers is not judged.
        ");
    }

    #[test]
    fn a_study_without_results_is_not_said_to_be_well() {
        let mut study = fixtures::concept_test().study;
        study.state = State::Cancelled;
        let some = nothing_to_judge(&study);
        study.panel.delivered = 0;
        let none = nothing_to_judge(&study);
        study.state = State::Running;
        insta::assert_snapshot!([some, none, nothing_to_judge(&study)].join("\n"), @r"
        There are no results to judge: it was cancelled, after 115 of 120 answers. Read them with: demoscope answers 3f2a9c1e
        There are no answers to judge: it was cancelled. Look at it with: demoscope show 3f2a9c1e
        There are no answers to judge: it is running. Look at it with: demoscope show 3f2a9c1e
        ");
    }
}
