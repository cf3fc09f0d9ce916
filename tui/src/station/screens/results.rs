//! Screen 3, the results: the main pane shows one of several views; next to it are the scores, below it the answers for
//! the entry under the cursor. On large terminals the answers have a column of their own and the reasons are next to
//! the scores. Enter drills down from any number to the answers, Esc returns.

mod change;
mod channels;
mod checks;
mod cross;
mod dimensions;
mod entry;
pub(super) mod findings;
mod method;
mod quotes;
mod reasons;
mod scores;
mod segments;
#[cfg(test)]
mod tests;
mod versus;

use protocol::results::{Response, Results};
use protocol::run::{State, Study};
use ratatui::layout::Rect;

use super::{SO_FAR, SYNTHETIC, frame};
use crate::kinds::{self, Opening, Said};
use crate::report::version;
use crate::station::action::{Action, Place};
use crate::station::model::class::readable;
use crate::station::model::open_study::Loading;
use crate::station::model::results::{Axis, Drill, Pane, Scope, View};
use crate::station::model::{Model, Screen, Zoom};
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, fit};
use crate::station::widgets::format::{number, thousands};
use crate::station::widgets::versions;

/// The width from which on the scores have a fixed width.
const WIDE_FROM: u16 = 110;
/// The size from which on the answers have a column of their own, and the reasons a pane.
const ROOMY_FROM: (u16, u16) = (156, 38);

/// Below this width there is no room for all the facts of a panel that failed a check.
const NARROW_BELOW: u16 = 80;
/// Columns of a shortened name.
const NAME_CUT: u16 = 7;

/// The areas of the panes.
struct Panes {
    main: Option<Rect>,
    scores: Option<Rect>,
    reasons: Option<Rect>,
    quotes: Option<Rect>,
}

fn panes(model: &Model, body: Rect) -> Panes {
    let body = below_strip(model, body);
    let none = Panes { main: None, scores: None, reasons: None, quotes: None };
    if model.zoom == Zoom::One {
        return match model.open_study.results.pane {
            Pane::Main => Panes { main: Some(body), ..none },
            Pane::Scores => Panes { scores: Some(body), ..none },
            Pane::Quotes => Panes { quotes: Some(body), ..none },
        };
    }
    if body.width >= ROOMY_FROM.0 && body.height >= ROOMY_FROM.1 {
        let side = (body.width * 2 / 5).min(92);
        let column = Rect { width: body.width - side, ..body };
        let quotes = Rect { x: column.right(), width: side, ..body };
        let below = 22.min(column.height * 2 / 5);
        let main = Rect { height: column.height - below, ..column };
        let row = Rect { y: main.bottom(), height: below, ..column };
        let scores = Rect { width: row.width / 2, ..row };
        let reasons = Rect { x: scores.right(), width: row.width - scores.width, ..row };
        return Panes {
            main: Some(main),
            scores: Some(scores),
            reasons: Some(reasons),
            quotes: Some(quotes),
        };
    }
    let top = Rect { height: body.height - body.height * 2 / 5, ..body };
    let below = Rect { y: top.bottom(), height: body.height - top.height, ..body };
    let side = if body.width >= WIDE_FROM { (body.width / 3).min(60) } else { body.width / 3 };
    if !shows_scores(model) {
        return Panes { main: Some(top), quotes: Some(below), ..none };
    }
    let main = Rect { width: top.width - side, ..top };
    let scores = Rect { x: main.right(), width: side, ..top };
    Panes { main: Some(main), scores: Some(scores), reasons: None, quotes: Some(below) }
}

/// Whether the scores have a pane: on small terminals, pages of numbers with their intervals take the whole width.
pub(crate) fn shows_scores(model: &Model) -> bool {
    let is_page = matches!(
        model.open_study.results.view,
        View::Change | View::Dimensions | View::Channels | View::Checks
    );
    !is_page || model.size.0 >= WIDE_FROM
}

/// The results of the open study, if loaded.
fn results(model: &Model) -> Option<&Results> {
    model.open_study.found()
}

/// The breadcrumb: the study, its main result, and the drill-down.
pub(super) fn trail(model: &Model) -> Vec<(String, Role)> {
    let Some(study) = model.study() else { return vec![("no study".to_owned(), Role::Dim)] };
    let glyphs = model.theme.glyphs();
    let mut facts = vec![(study.name.clone(), Role::Text)];
    if let Some(round) = model.open_study.round {
        facts.push((format!("round {round}"), Role::Accent));
    } else if model.open_study.is_unfinished() {
        facts.push((SO_FAR.to_owned(), Role::Running));
    }
    if let Some(text) = headline(model, study, glyphs) {
        facts.push((text, Role::Strong));
    }
    // A warning against the number is next to it; the method view explains what the number is.
    if results(model).is_some_and(|results| results.diagnostics.failures().next().is_some()) {
        let said =
            if model.size.0 < WIDE_FROM { "failed a check" } else { "the panel failed a check" };
        facts.push((said.to_owned(), Role::Bad));
        if model.size.0 < NARROW_BELOW {
            // There is room for the warning and the label of the number, but only for a short name.
            facts[0].0 = fit(&study.name, NAME_CUT, glyphs).into_owned();
            facts.push((SYNTHETIC.to_owned(), Role::Dim));
            return facts;
        }
    }
    let mut panel = study.panel;
    if model.open_study.round.is_some()
        && let Some(estimate) = results(model).and_then(|results| results.estimates.get("overall"))
    {
        panel.delivered = u32::try_from(estimate.n).unwrap_or(u32::MAX);
    }
    let role = if panel.delivered < panel.requested { Role::Warning } else { Role::Dim };
    facts.push((format!("n={} {SYNTHETIC}", thousands(panel.delivered.into())), role));
    if panel.delivered < panel.requested {
        facts.push((format!("of {} asked", thousands(panel.requested.into())), Role::Warning));
    }
    let way = way_down(&model.open_study.results.drill);
    if !way.is_empty() {
        facts.push((format!("{} {way}", glyphs.arrow()), Role::Match));
    }
    facts
}

/// The main estimate with its interval.
fn headline(model: &Model, study: &Study, glyphs: Glyphs) -> Option<String> {
    let measure = kinds::view(study.instrument).main?;
    let estimate = results(model)?.estimates.get(measure.field)?;
    let show = |value| number(value, measure.decimals.max(1), glyphs);
    let interval = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", show(low), show(high)),
        _ => String::new(),
    };
    Some(format!("{} {}{interval}", measure.label, show(estimate.value)))
}

/// The filter on the answers, in words.
fn way_down(drill: &Drill) -> String {
    let mut steps: Vec<String> = drill
        .classes
        .iter()
        .map(|(dimension, class)| format!("{} {}", dimension.label(), readable(*dimension, class)))
        .collect();
    if let Some((what, _)) = &drill.said {
        steps.push(what.clone());
    }
    if let Some((what, _)) = &drill.cited {
        steps.push(what.clone());
    }
    if let Some((what, _)) = &drill.voice {
        steps.push(what.clone());
    }
    if !drill.words.is_empty() {
        steps.push(format!("/{}", drill.words));
    }
    steps.join(", ")
}

/// Draws the screen.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(study) = model.study() else {
        frame::nothing_open(canvas, body, "Results");
        return;
    };
    draw_strip(model, canvas, body);
    let panes = panes(model, body);
    if let Some(area) = panes.main {
        draw_main(model, study, canvas, area);
    }
    if let Some(area) = panes.scores {
        scores::draw(model, study, canvas, area);
    }
    if let Some(area) = panes.reasons {
        draw_beside(model, study, canvas, area);
    }
    if let Some(area) = panes.quotes {
        quotes::draw(model, study, canvas, area);
    }
}

/// The strip of the lineage in the first line, for a version of a watched file.
fn draw_strip(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let report = model.open_study.report.as_ref();
    if let Some(mut strip) = report.and_then(|report| versions::strip(report, canvas.glyphs())) {
        if let Some(told) = newer_version(model) {
            // Narrow terminals cut the strip at its end.
            strip.insert(1, (format!("{told}  "), Role::Accent));
        }
        let pieces: Vec<(&str, Role)> =
            strip.iter().map(|(text, role)| (text.as_str(), *role)).collect();
        canvas.pieces(body.x + 1, body.y, body.width.saturating_sub(2), &pieces);
    }
}

/// That a newer version has ended, and the key that opens it.
pub(super) fn newer_version(model: &Model) -> Option<String> {
    let found = model.open_study.report.as_ref()?.version.as_deref()?;
    let newer = version::newer(found)?;
    let place = if model.screen == Screen::Findings { Place::Findings } else { Place::Results };
    let key = model.keymap.keys(place, Action::Newest).into_iter().next();
    let opens = key.map(|key| format!(": {key} opens it")).unwrap_or_default();
    Some(format!("version {} is there{opens}", newer.version))
}

/// What the strip leaves of the body.
fn below_strip(model: &Model, body: Rect) -> Rect {
    let has_strip = model.open_study.report.as_ref().is_some_and(|report| report.version.is_some());
    let taken = u16::from(has_strip);
    Rect { y: body.y + taken, height: body.height.saturating_sub(taken), ..body }
}

/// The pane next to the scores on large terminals: the reasons, or the findings while the main view is the reasons.
fn draw_beside(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let shows_reasons = model.open_study.results.view != View::Reasons;
    let title = if shows_reasons { View::Reasons.title() } else { "Conclusions" };
    let inner = canvas.pane(area, Caption { title, count: "", foot: "" }, Focus::Elsewhere);
    match results(model) {
        Some(results) if shows_reasons => reasons::draw(model, results, canvas, inner),
        Some(results) => {
            findings::draw_conclusions(results, canvas, inner);
        }
        None => canvas.missing(inner, waits_for(study)),
    }
}

/// Why there is no report.
pub(super) fn waits_for(study: &Study) -> &'static str {
    match study.state {
        State::Completed => "The report is being loaded.",
        State::Failed => "This study has no answers, so there is nothing to report. R asks again.",
        State::Cancelled => "This study was cancelled; its answers can be read here.",
        _ => "The report comes with the last answer: 2 shows how it fills.",
    }
}

fn draw_main(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let view = &model.open_study.results;
    let name = view.view.title();
    let title = match (view.view, view.scope) {
        (View::Segments, Scope::Every) => format!("{name} of every attribute"),
        (View::Segments, Scope::One) => format!("{name} by {}", view.by.label()),
        (View::Cross, _) => {
            let theme =
                model.open_study.table().and_then(|table| table.field.strip_prefix("theme."));
            let of = theme.map_or_else(String::new, |theme| format!("{theme}: "));
            format!(
                "{name} {of}{} {} {}",
                view.by.label(),
                canvas.glyphs().times(),
                view.across.label()
            )
        }
        (
            View::Change
            | View::Versus
            | View::Dimensions
            | View::Reasons
            | View::Findings
            | View::Channels
            | View::Checks
            | View::Method,
            _,
        ) => name.to_owned(),
    };
    let views = View::of(study.instrument, model.open_study.report.as_ref());
    let place = views.iter().position(|one| *one == view.view).map_or(1, |place| place + 1);
    let count = format!("view {place} of {}", views.len());
    let caption = Caption { title: &title, count: &count, foot: "" };
    let inner = canvas.pane(area, caption, Focus::of(&Pane::Main, &view.pane));
    let Some(results) = results(model) else {
        canvas.missing(inner, waits_for(study));
        return;
    };
    match view.view {
        View::Segments => segments::draw(model, study, canvas, inner),
        View::Dimensions => dimensions::draw(model, study, results, canvas, inner),
        View::Versus => versus::draw(model, study, results, canvas, inner),
        View::Cross => cross::draw(model, study, canvas, inner),
        View::Reasons => reasons::draw(model, results, canvas, inner),
        View::Findings => findings::draw(model, results, canvas, inner),
        View::Change => entry::draw(model, &changes(model), canvas, inner),
        View::Channels => entry::draw(model, &channels::entries(results), canvas, inner),
        View::Checks => entry::draw(model, &checks::entries(results), canvas, inner),
        View::Method => method::draw(model, study, results, canvas, inner),
    }
}

/// What changed against the version before.
fn changes(model: &Model) -> Vec<entry::FindingEntry> {
    change::entries(model.open_study.report.as_ref())
}

/// Rows of the main pane that the cursor can reach.
pub(crate) fn main_rows(model: &Model) -> usize {
    let Some(study) = model.study() else { return 0 };
    let view = &model.open_study.results;
    match view.view {
        View::Segments => model.open_study.rows(study).len(),
        View::Versus => kinds::view(study.instrument).against.len(),
        View::Dimensions => {
            results(model).map_or(0, |results| dimensions::rows(study, results).len())
        }
        View::Cross => model.open_study.classes(Axis::Rows).len(),
        View::Reasons => results(model).map_or(0, |results| results.themes.len()),
        View::Findings => results(model).map_or(0, |results| results.findings.len()),
        View::Change => changes(model).len(),
        View::Channels => results(model).map_or(0, |results| channels::entries(results).len()),
        View::Checks => results(model).map_or(0, |results| checks::entries(results).len()),
        View::Method => results(model).map_or(0, |results| method::lines(study, results).len()),
    }
}

/// Rows of the scores.
pub(crate) fn score_rows(model: &Model) -> usize {
    let Some((study, results)) = model.study().zip(results(model)) else { return 0 };
    scores::lines(study, results).len()
}

/// The answers behind the number under the cursor.
pub(crate) fn behind(model: &Model) -> Option<Drill> {
    let study = model.study()?;
    let view = &model.open_study.results;
    if view.pane == Pane::Scores {
        let lines = scores::lines(study, results(model)?);
        return lines.get(view.scores.cursor).map(scores::ScoreLine::drill);
    }
    let row = view.main.cursor;
    match view.view {
        View::Segments => {
            let rows = model.open_study.rows(study);
            let row = rows.get(row)?;
            let classes = vec![(row.dimension, row.class.clone())];
            Some(Drill { classes, ..Drill::default() })
        }
        View::Versus => {
            let against = kinds::view(study.instrument).against.get(row)?;
            let said = against.mark.map(|mark| (against.label.to_owned(), Said::Mark(mark, mark)));
            Some(Drill { said, ..Drill::default() })
        }
        View::Cross => {
            let class = model.open_study.classes(Axis::Rows).get(row)?.clone();
            let across = model.open_study.classes(Axis::Columns).get(view.column)?.clone();
            Some(Drill {
                classes: vec![(view.by, class), (view.across, across)],
                ..Drill::default()
            })
        }
        View::Reasons => {
            let theme = results(model)?.themes.get(row)?;
            // Answers to open questions list their own themes; for other types the report cites answers.
            let asks_openly = kinds::view(study.instrument).opening == Opening::Reasons;
            let names = |response: &&Response| {
                kinds::parts(&response.answer).open.is_some_and(|open| open.names(&theme.theme))
            };
            let naming = model.open_study.responses.values().filter(names);
            Some(if asks_openly {
                cited(&theme.theme, naming.map(|response| response.id.0))
            } else {
                cited(&theme.theme, theme.quotes.iter().map(|quote| quote.answer.0))
            })
        }
        View::Findings => {
            let finding = results(model)?.findings.get(row)?;
            Some(cited(&finding.title, finding.key_quotes.iter().map(|quote| quote.answer.0)))
        }
        View::Channels => channels::entries(results(model)?).get(row)?.behind.clone(),
        View::Change | View::Dimensions | View::Checks | View::Method => None,
    }
}

/// Whether Enter opens answers for the entry under the cursor.
pub(crate) fn opens(model: &Model) -> bool {
    let view = &model.open_study.results;
    match (view.pane, view.view) {
        (Pane::Main, View::Channels) => behind(model).is_some(),
        (Pane::Main, View::Change | View::Dimensions | View::Checks | View::Method) => false,
        _ => true,
    }
}

/// Why there are no answers to open for the line under the cursor.
pub(crate) fn why_nothing_behind(model: &Model) -> &'static str {
    match model.open_study.results.view {
        View::Checks => {
            "What is said to a check is nobody's answer: `export --format bundle` keeps all of it."
        }
        View::Channels => {
            "No single answers stand behind this line; those with a number have some."
        }
        _ => "No single answers stand behind this line.",
    }
}

fn cited(what: &str, answers: impl Iterator<Item = u32>) -> Drill {
    let ordinals = answers.map(|answer| answer.saturating_sub(1)).collect();
    Drill { cited: Some((what.to_owned(), ordinals)), ..Drill::default() }
}

/// The entry under the cursor, with a label and as text to copy: a name always with its number, a number always with
/// its interval.
pub(crate) fn as_text(model: &Model) -> Option<(&'static str, String)> {
    let study = model.study()?;
    let glyphs = model.theme.glyphs();
    let view = &model.open_study.results;
    let row = view.main.cursor;
    Some(match (view.pane, view.view) {
        (Pane::Main, View::Segments) => {
            let rows = model.open_study.rows(study);
            let row = rows.get(row)?;
            let interval = row.interval.map(|(low, high)| {
                format!(" [{}, {}]", number(low, 2, glyphs), number(high, 2, glyphs))
            });
            let value = number(row.value, 2, glyphs);
            let name = format!("{} {}", row.dimension.label(), readable(row.dimension, &row.class));
            let n = thousands(row.n);
            ("The group", format!("{name}: {value}{}, n={n}", interval.unwrap_or_default()))
        }
        (Pane::Main, View::Versus) => {
            ("The number", versus::as_text(study, results(model)?, row, glyphs)?)
        }
        (Pane::Main, View::Dimensions) => {
            ("The line", dimensions::rows(study, results(model)?).get(row)?.as_text())
        }
        (Pane::Main, View::Cross) => ("The cell", cross::as_text(model, study)?),
        (Pane::Main, View::Reasons) => {
            ("The reason", reasons::as_text(results(model)?.themes.get(row)?, glyphs))
        }
        (Pane::Main, View::Findings) => {
            ("The finding", findings::as_text(results(model)?.findings.get(row)?, glyphs))
        }
        (Pane::Main, View::Change) => ("The line", changes(model).get(row)?.text()),
        (Pane::Main, View::Channels) => {
            ("The line", channels::entries(results(model)?).get(row)?.text())
        }
        (Pane::Main, View::Checks) => {
            ("The check", checks::entries(results(model)?).get(row)?.text())
        }
        (Pane::Main, View::Method) => {
            ("The line", method::lines(study, results(model)?).get(row)?.0.clone())
        }
        (Pane::Scores, _) => {
            let lines = scores::lines(study, results(model)?);
            ("The number", lines.get(view.scores.cursor)?.as_text(study, glyphs))
        }
        (Pane::Quotes, _) => {
            ("The result", format!("{}: {}", study.name, headline(model, study, glyphs)?))
        }
    })
}

/// Whether all answers are loaded, as a caption for a pane.
fn loading(model: &Model) -> &'static str {
    let has_ended = model.study().is_some_and(|study| study.state.is_final());
    match model.open_study.loading {
        Loading::All => "",
        Loading::Some if !has_ended => "more answers are on their way",
        Loading::Some | Loading::Until(_) => "answers are being loaded",
    }
}
