//! The `demoscope list` command: the studies, newest first.

use jiff::tz::TimeZone;
use protocol::run::{Headline, State, Study};
use protocol::safe;
use protocol::service::StudyQuery;
use protocol::watch::VersionReport;
use unicode_width::UnicodeWidthStr;

use crate::cli::pages;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report;
use crate::report::estimates::{number, within};
use crate::report::version;
use crate::ui::Ui;

/// External results that stand below the studies.
const EXTERNALS_SHOWN: u32 = 10;
/// Columns kept for the name; below that the time of day is not shown.
const NAME_AT_LEAST: usize = 12;

/// List studies, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope list
  demoscope list --search kit --tag spring
  demoscope list --lineage @                   the versions of a watched file
  demoscope list --external                    what other services told by hooks
  demoscope list --json | jq -r '.[0].id'
  demoscope list --json | jq '.[] | {name, headline}'

SCORE is what the study type is about, with half its 95% interval: the mean score of a concept \
test (1 to 10), the NPS, positive minus negative, A minus B (points, -100 to 100). Only scores of \
one type can be compared.")]
pub(crate) struct Args {
    /// Only those whose name contains this text, in any case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those that carry this tag
    #[arg(long)]
    tag: Option<String>,
    /// The versions of the watched file that this study is one of: an id, the beginning of one, or @ for the latest
    // Empty where it was left out, so that what to give can be said.
    #[arg(
        long,
        value_name = "ID",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = ["search", "tag", "archived"]
    )]
    lineage: Option<String>,
    /// Those that were put away, instead of the others
    #[arg(long)]
    archived: bool,
    /// The results of other services that hooks told, instead of the studies
    #[arg(long, conflicts_with_all = ["search", "tag", "archived", "lineage"])]
    external: bool,
    /// At most this many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Print an array of studies
    #[arg(long)]
    json: bool,
}

/// Prints the studies that the arguments ask for.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    if args.lineage.as_ref().is_some_and(String::is_empty) {
        return Err(Failure::invalid("No version is named")
            .hint("Give the id of a study of the file, as `demoscope watch list` shows it, or @"));
    }
    let link = Link::open(ui, Absent::Start).await?;
    if let Some(name) = &args.lineage {
        return lineage(&link, name, args.json, ui).await;
    }
    if args.external {
        return externals(&link, &args, ui).await;
    }
    let filtered = args.search.is_some() || args.tag.is_some() || args.archived;
    let query = StudyQuery {
        search: args.search,
        tag: args.tag,
        archived: args.archived,
        ..StudyQuery::default()
    };
    let studies = pages::studies(&link, query, args.limit).await?;
    if args.json {
        ui.json(&studies)?;
    } else if studies.is_empty() {
        ui.say(if filtered {
            "No study fits."
        } else {
            "No studies yet. The first one: demoscope run idea.md"
        });
    } else {
        let table = table(&studies, &TimeZone::system(), ui.look);
        ui.data(&super::fitted(&table, ui.look))?;
    }
    if !args.json && !filtered {
        // Beside the studies, and told apart from them.
        let some = call!(link, externals(0, EXTERNALS_SHOWN))?;
        if !some.items.is_empty() {
            let text = report::external::externals(&some.items, &TimeZone::system(), ui.look);
            ui.data(&super::fitted(&format!("\n{text}"), ui.look))?;
        }
        if some.next.is_some() {
            ui.say("More of them: demoscope list --external");
        }
    }
    Ok(Exit::Done)
}

/// Prints the results of other services.
async fn externals(link: &Link, args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let wanted = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let (mut all, mut offset) = (Vec::new(), Some(0));
    while let Some(from) = offset.filter(|_| all.len() < wanted) {
        let page = call!(link, externals(from, u32::MAX))?;
        all.extend(page.items);
        offset = page.next.filter(|next| *next > from);
    }
    all.truncate(wanted);
    if args.json {
        ui.json(&all)?;
    } else if all.is_empty() {
        ui.say("No other service told a result. Take theirs with: demoscope hooks sources add NAME --do import");
    } else {
        let text = report::external::externals(&all, &TimeZone::system(), ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

/// Prints the versions of a study's file, and the change of the named one.
async fn lineage(link: &Link, name: &str, json: bool, ui: &mut Ui) -> Result<Exit, Failure> {
    let study = call!(link, find(name.to_owned()))?;
    let Some(found) = call!(link, lineage(study.id))? else {
        let what = format!("{} is no version of a watched file", safe::line(&study.name));
        return Err(Failure::invalid(what).hint("Name one to watch: `demoscope watch add FILE`"));
    };
    if json {
        ui.json(&found)?;
    } else {
        let text = versions(&found, &TimeZone::system(), ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

/// The versions of a lineage, newest first, below the change of one of them.
fn versions(found: &VersionReport, zone: &TimeZone, look: Look) -> String {
    let mut out = look.paint(Role::Strong, &version::title(found)) + "\n";
    for sentence in version::sentences(found) {
        for line in look.wrap(&safe::line(&sentence), "  ", "  ") {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.push('\n');
    for one in found.lineage.versions.iter().rev() {
        let mark = if one.version == found.version { look.glyph("▸", ">") } else { " " };
        let at = one.at.to_zoned(zone.clone()).strftime("%m-%d %H:%M").to_string();
        out.push_str(&format!(
            "{mark} {} {} {} {} {at}\n",
            pad_left(&format!("v{}", one.version), 5),
            look.paint(Role::Accent, &one.study.short()),
            look.paint(state_role(one.state), &pad(one.state.as_str(), 10)),
            pad_left(&of_headline(one.headline.as_ref(), look), 14),
        ));
    }
    out
}

fn table(studies: &[Study], zone: &TimeZone, look: Look) -> String {
    let panels: Vec<String> = studies
        .iter()
        .map(|study| {
            let panel = study.panel;
            format!("{}/{}", thousands(panel.delivered), thousands(panel.requested))
        })
        .collect();
    let widest = |columns: &mut dyn Iterator<Item = usize>| columns.max().unwrap_or(0);
    let counts = widest(&mut panels.iter().map(String::len)).max(7);
    let types = widest(&mut studies.iter().map(|study| study.instrument.as_str().len())).max(4);
    let scores: Vec<String> = studies.iter().map(|study| score(study, look)).collect();
    let values = widest(&mut scores.iter().map(|score| score.width())).max(5);
    let states = widest(&mut studies.iter().map(|study| study.state.as_str().len())).max(5);
    // The name gets the remaining columns: after an id of 8, a day or its time, and a space between any two.
    let others = |time: usize| 8 + types + states + counts + values + time + 6;
    let (submitted, time) =
        if look.width < others(11) + NAME_AT_LEAST { ("%m-%d", 9) } else { ("%m-%d %H:%M", 11) };
    let others = others(time);
    let room = look.width.saturating_sub(others).clamp(8, 44);

    let row =
        |id: &str, name: &str, kind: &str, state: &str, panel: &str, value: &str, at: &str| {
            format!(
                "{id} {} {} {state} {} {} {at}\n",
                pad(name, room),
                pad(kind, types),
                pad_left(panel, counts),
                pad_left(value, values)
            )
        };
    let state = pad("STATE", states);
    let head = row(&pad("ID", 8), "NAME", "TYPE", &state, "ANSWERS", "SCORE", "SUBMITTED");
    let mut out = format!("{}\n", look.paint(Role::Dim, head.trim_end()));
    for ((study, panel), score) in studies.iter().zip(&panels).zip(&scores) {
        let at = study.created_at.to_zoned(zone.clone()).strftime(submitted).to_string();
        out.push_str(&row(
            &look.paint(Role::Accent, &study.id.short()),
            &look.shorten(&safe::line(&study.name), room),
            study.instrument.as_str(),
            &look.paint(state_role(study.state), &pad(study.state.as_str(), states)),
            panel,
            score,
            &at,
        ));
    }
    out
}

/// The main result with the half width of its interval; without one, the number of answers.
fn score(study: &Study, look: Look) -> String {
    of_headline(study.headline.as_ref(), look)
}

fn of_headline(headline: Option<&Headline>, look: Look) -> String {
    let Some(Headline { of, estimate, round }) = headline else {
        return look.glyph("—", "--").to_owned();
    };
    let value = within(of, estimate, look).unwrap_or_else(|| {
        format!("{} n={}", number(of, estimate.value), thousands(i128::from(estimate.n)))
    });
    round.map_or_else(|| value.clone(), |round| format!("round {round}: {value}"))
}

/// The colour role of a state.
pub(crate) fn state_role(state: State) -> Role {
    match state {
        State::Completed => Role::Good,
        State::Failed => Role::Bad,
        State::Paused => Role::Warning,
        State::Cancelled | State::Draft => Role::Dim,
        State::Queued | State::Running | State::Finalizing => Role::Accent,
    }
}

#[cfg(test)]
mod tests {
    use protocol::results::Report;

    use super::*;
    use crate::report::fixtures;

    fn headline(report: &Report, of: &str) -> Headline {
        let estimate = report.results.as_ref().unwrap().estimates[of].clone();
        Headline { of: of.to_owned(), estimate, round: None }
    }

    #[test]
    fn the_table_stays_inside_its_columns() {
        let mut wide = fixtures::nps().study;
        wide.name = "日本語の名前がとても長い場合の調査 \u{1b}[31mred".into();
        wide.panel.requested = 1_000_000;
        wide.panel.delivered = 998_001;
        wide.headline = Some(headline(&fixtures::nps(), "nps_score"));
        let mut concept = fixtures::concept_test();
        concept.study.headline = Some(headline(&concept, "mean_score"));
        let mut alone = concept.study.clone();
        if let Some(headline) = &mut alone.headline {
            (headline.estimate.low, headline.estimate.high, headline.estimate.n) = (None, None, 1);
        }
        let mut running = fixtures::nps().study;
        running.state = State::Running;
        let studies = [concept.study, wide, alone, running];
        let table = table(&studies, &TimeZone::UTC, Look::PLAIN);
        insta::assert_snapshot!(table);
        for line in table.lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}
