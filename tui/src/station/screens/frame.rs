//! Frame of every screen: tabs and connection state on the first line, the breadcrumb on the second, keys on the last.
//! The footer shows the available actions from the table of actions; help is always last and never cut.

use protocol::finding::{Finding, FindingStatus};
use ratatui::layout::Rect;

use super::SYNTHETIC;
use crate::station::action::{ACTIONS, Action, Footer, Place};
use crate::station::model::chain::{DiffLayout, DiffUnit};
use crate::station::model::link::Link;
use crate::station::model::results::{Pane, View};
use crate::station::model::{Model, Screen, Tone};
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, fit, wrap};
use crate::station::widgets::format::{plural, span, stopped, thousands};

/// A fact on the second line.
type Fact = (String, Role);

/// Columns between two facts.
const GAP: u16 = 3;
/// Columns of a name on the second line before other facts are cut.
const NAME_AT_LEAST: u16 = 16;
/// Columns of a name that is cut as far as it may be before numbers go.
const NAME_AT_MOST_CUT: u16 = 7;
/// Columns from which on a fact is a sentence, which may be cut.
const SENTENCE: u16 = 28;
/// Columns of the pane about a daemon of another version.
const OTHER_VERSION: u16 = 72;
/// The width from which on the balance is shown.
const BALANCE_FROM: u16 = 80;
/// The width from which on every tab has its name; below it only the open one.
const NAMES_FROM: u16 = 100;
/// The width from which on there is room for the unit of the balance in full.
const ROOMY_FROM: u16 = 90;

/// The area between the first two lines and the last.
pub(crate) fn body(area: Rect) -> Rect {
    Rect::new(area.x, area.y + 2, area.width, area.height.saturating_sub(3))
}

/// Draws the first two lines and the last.
pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    tabs(model, canvas, area);
    link(model, canvas, area);
    let second = Rect::new(area.x, area.y + 1, area.width, 1);
    match &model.link {
        Link::Away { why, since, retry_at } => {
            let now = model.now.ms;
            let wait = retry_at.saturating_sub(now).div_ceil(1000);
            let age = span(now.saturating_sub(*since) / 1000);
            let start = model.keymap.keys(model.place(), Action::StartDaemon).into_iter().next();
            let start = start.map(|key| format!(", {key} starts it")).unwrap_or_default();
            let text = format!(
                " {} The daemon is away: this is {age} old. Next try in {wait}s{start}. {why}",
                canvas.glyphs().warning(),
            );
            canvas.cut(second.x, second.y, second.width, &text, Role::Warning);
        }
        Link::Incompatible { since, retry_at, .. } => {
            let now = model.now.ms;
            let wait = retry_at.saturating_sub(now).div_ceil(1000);
            let age = span(now.saturating_sub(*since) / 1000);
            let text = format!(
                " {} The daemon is of another version: this is {age} old. Next try in {wait}s.",
                canvas.glyphs().bad(),
            );
            canvas.cut(second.x, second.y, second.width, &text, Role::Bad);
        }
        Link::Connecting | Link::Connected { .. } => trail(model, canvas, second),
    }
    footer(model, canvas, Rect::new(area.x, area.bottom() - 1, area.width, 1));
}

/// Draws over the body why the daemon is incompatible, and what to do about it.
pub(super) fn other_version(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let Link::Incompatible { why, remedy, .. } = &model.link else { return };
    let width = OTHER_VERSION.min(body.width);
    let room = width.saturating_sub(4);
    let remedy = remedy.as_ref().map(|remedy| (format!("Hint: {}", stopped(remedy)), Role::Strong));
    let rest =
        "Studies go on in the daemon; so does this screen, as soon as a daemon answers that fits.";
    let lines: Vec<(String, Role)> = [Some((stopped(why), Role::Text)), remedy]
        .into_iter()
        .flatten()
        .chain([(rest.to_owned(), Role::Dim)])
        .flat_map(|(text, role)| wrap(&text, room).into_iter().map(move |line| (line, role)))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = super::layers::middle(body, width, height);
    canvas.clear(area);
    canvas.tint(area, Role::Text);
    let caption = Caption { title: "Another version", count: "", foot: "" };
    let inner = canvas.pane(area, caption, Focus::Elsewhere);
    for (y, (line, role)) in (inner.top()..inner.bottom()).zip(&lines) {
        canvas.text(inner.x + 1, y, room, line, *role);
    }
}

/// The content of a study's screens while no study is open.
pub(super) fn nothing_open(canvas: &mut Canvas<'_>, body: Rect, title: &str) {
    let inner = canvas.pane(body, Caption { title, count: "", foot: "" }, Focus::Here);
    canvas.missing(inner, "No study is open: 1 goes to the list.");
}

/// The tabs, with the columns of each.
pub(crate) fn tab_spans(model: &Model, area: Rect) -> Vec<(Screen, String, u16, u16)> {
    let mut x = area.x + 3;
    Screen::ALL
        .iter()
        .map(|(screen, digit, name)| {
            let open = model.screen == *screen;
            let label = if area.width >= NAMES_FROM || open {
                format!(" {digit} {name} ")
            } else {
                format!(" {digit} ")
            };
            let width = columns(&label);
            let start = x;
            x += width + u16::from(area.width >= NAMES_FROM);
            (*screen, label, start, width)
        })
        .collect()
}

fn tabs(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.text(area.x + 1, area.y, 2, canvas.glyphs().logo(), Role::Accent);
    for (screen, label, x, width) in tab_spans(model, area) {
        let open = model.screen == screen;
        let role = if open { Role::TabOpen } else { Role::Tab };
        // Without colour, brackets mark the open tab.
        let shown = if open && !canvas.theme.has_half_blocks() {
            format!("[{}]", label.trim())
        } else {
            label
        };
        canvas.text(x, area.y, width, &shown, role);
    }
}

fn link(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let glyphs = canvas.glyphs();
    let (mark, text, role) = match &model.link {
        Link::Connecting => (glyphs.waiting(), "connecting".to_owned(), Role::Dim),
        Link::Connected { version, .. } => {
            (glyphs.running(), format!("local {version}"), Role::Good)
        }
        Link::Away { retry_at, .. } => {
            let wait = retry_at.saturating_sub(model.now.ms).div_ceil(1000);
            (glyphs.bad(), format!("reconnecting in {wait}s"), Role::Warning)
        }
        Link::Incompatible { .. } => (glyphs.bad(), "incompatible".to_owned(), Role::Bad),
    };
    let credits = model.balance.as_ref().filter(|_| area.width >= BALANCE_FROM).map(|balance| {
        let amount = thousands(u64::try_from(balance.balance.0).unwrap_or(0));
        let unit = if area.width < ROOMY_FROM { "cr" } else { "credits" };
        format!("{amount} {unit}  ")
    });
    let shown = format!("{mark} {text} ");
    let width = columns(&shown);
    let x = area.right().saturating_sub(width);
    canvas.text(x, area.y, width, &shown, role);
    let tabs_end = tab_spans(model, area).last().map_or(0, |(_, _, start, width)| start + width);
    let badge = match model.cost_requests.waiting.len() {
        0 => None,
        waiting => Some(format!("{}  ", plural(waiting as u64, "request", "requests"))),
    };
    let mut end = x;
    if let Some(badge) = badge.filter(|badge| tabs_end + columns(badge) <= x) {
        let width = columns(&badge);
        end = x.saturating_sub(width);
        canvas.text(end, area.y, width, &badge, Role::Warning);
    }
    if let Some(credits) = credits.filter(|credits| tabs_end + columns(credits) <= end) {
        let width = columns(&credits);
        canvas.text(end.saturating_sub(width), area.y, width, &credits, Role::Dim);
    }
}

/// The breadcrumb, with facts about the current place.
fn trail(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let facts = match (&model.compose, model.screen) {
        (Some(form), _) => super::compose::trail(model, form),
        (None, Screen::Studies) => super::studies::trail(model),
        (None, Screen::Live) => super::live::trail(model),
        (None, Screen::Results) => super::results::trail(model),
        (None, Screen::Chain) => super::chain::trail(model),
        (None, Screen::Findings) => super::findings::trail(model),
        (None, Screen::Hooks) => super::hooks::trail(model),
        (None, Screen::Logs) => super::logs::trail(model),
    };
    let mut x = area.x + 1;
    for (text, role) in fitted(facts, area.width.saturating_sub(2), canvas.glyphs()) {
        let room = area.right().saturating_sub(x);
        x = canvas.cut(x, area.y, room, &text, role) + GAP;
    }
}

/// The facts that have room in so many columns. The name is cut first, then sentences; then facts go, the last one first, dim
/// ones before numbers and those before warnings. That the numbers are synthetic is said at any width.
fn fitted(mut facts: Vec<Fact>, width: u16, glyphs: Glyphs) -> Vec<Fact> {
    let over = |facts: &[Fact]| {
        let gaps = usize::from(GAP) * facts.len().saturating_sub(1);
        let words: usize = facts.iter().map(|(text, _)| usize::from(columns(text))).sum();
        (words + gaps).saturating_sub(usize::from(width))
    };
    let stays = |(text, _): &Fact| text.ends_with(SYNTHETIC);
    let cut = |facts: &mut [Fact], at: usize, least: u16| {
        let over = u16::try_from(over(facts)).unwrap_or(u16::MAX);
        let wide = columns(&facts[at].0);
        if over > 0 && wide > least {
            let text = fit(&facts[at].0, wide.saturating_sub(over).max(least), glyphs);
            facts[at].0 = text.into_owned();
        }
    };
    let Some(name) = facts.first().cloned() else { return facts };
    cut(&mut facts, 0, NAME_AT_LEAST);
    for at in 1..facts.len() {
        if !stays(&facts[at]) && columns(&facts[at].0) > SENTENCE {
            cut(&mut facts, at, SENTENCE);
        }
    }
    let goes: [fn(Role) -> bool; 3] =
        [|role| role == Role::Dim, |role| !matches!(role, Role::Warning | Role::Bad), |_| true];
    for (step, may_go) in goes.into_iter().enumerate() {
        if step > 0 {
            cut(&mut facts, 0, NAME_AT_MOST_CUT);
        }
        while over(&facts) > 0 {
            let mut from_end = facts.iter().enumerate().skip(1).rev();
            let Some((at, _)) = from_end.find(|(_, fact)| !stays(fact) && may_go(fact.1)) else {
                break;
            };
            facts.remove(at);
        }
    }
    // What went may have left room for more of the name.
    facts[0] = name;
    cut(&mut facts, 0, 3);
    facts
}

/// The available keys, with their labels.
pub(crate) fn hints(model: &Model) -> Vec<(String, &'static str)> {
    let place = model.place();
    let mut actions: Vec<(Footer, Action)> = ACTIONS
        .iter()
        .filter(|entry| entry.footer != Footer::No && entry.action.works_in(place))
        .map(|entry| (entry.footer, entry.action))
        .collect();
    actions.sort_by_key(|(rank, _)| *rank);
    actions
        .into_iter()
        .filter(|(_, action)| is_useful(model, *action))
        .filter_map(|(_, action)| {
            let key = model.keymap.keys(place, action).into_iter().next()?;
            Some((key, label(model, action)))
        })
        .collect()
}

/// Whether an action has a target.
fn is_useful(model: &Model, action: Action) -> bool {
    use protocol::run::State;
    let state = model.study().map(|study| study.state);
    match action {
        Action::Back => model.screen != Screen::Studies || model.place() != Place::Studies,
        // An empty list offers the example, once it is known to be empty.
        Action::Open => {
            let opens = match model.screen {
                Screen::Results => super::results::opens(model),
                Screen::Findings => quoted(model),
                Screen::Hooks => false,
                Screen::Studies | Screen::Live | Screen::Chain => true,
                Screen::Logs => false,
            };
            (state.is_some() && opens) || offers_example(model)
        }
        Action::Requests => !model.cost_requests.waiting.is_empty(),
        Action::ShowResults => model.place() == Place::Live && state == Some(State::Completed),
        Action::ShowLive => {
            model.place() == Place::Results && state.is_some_and(|state| !state.is_final())
        }
        Action::NextVersion
        | Action::PreviousVersion
        | Action::SetBase
        | Action::DiffUnit
        | Action::DiffLayout
        | Action::Apply => super::chain::has_any(model),
        Action::TakeBack => model.open_study.chain.is_applied,
        // Arrow keys need no label, except where they make a choice.
        Action::Right => choice_here(model),
        Action::Complete => choice_here(model) || file_here(model) || names_here(model),
        Action::Editor => text_here(model),
        Action::Run => model.compose.as_ref().is_none_or(|form| form.missing_credits().is_none()),
        Action::Resolve | Action::Dismiss => status(model) == Some(FindingStatus::Open),
        Action::Reopen => status(model).is_some_and(|status| status != FindingStatus::Open),
        Action::UndoStatus => model.open_study.findings.last_change().is_some(),
        Action::UndoVersion => model.saved_version.is_some() || model.put_away.is_some(),
        Action::NextStatus => super::findings::has_any(model),
        Action::Pause => matches!(state, Some(State::Queued | State::Running | State::Paused)),
        Action::Cancel => state.is_some_and(|state| !state.is_final()),
        Action::Retry => model.study().is_some_and(|study| study.can_retry),
        Action::Archive => state.is_some_and(State::is_final),
        Action::CrossTab => state.is_some(),
        Action::Rank => model.studies.marked.len() >= protocol::ranking::STUDIES_MIN,
        Action::Worth => next_worth(model).is_some(),
        Action::GroupBy => {
            model.study().is_some_and(has_scores) || model.open_study.results.view == View::Cross
        }
        Action::Sort if model.screen == Screen::Results => model.study().is_some_and(has_scores),
        Action::Redeliver => model
            .hooks
            .delivery()
            .is_some_and(|one| one.state != protocol::hook::DeliveryState::Pending),
        Action::TestEndpoint | Action::PauseEndpoint => model.hooks.endpoint().is_some(),
        Action::Copy | Action::CopyCommand if model.screen == Screen::Hooks => {
            model.hooks.delivery().is_some()
        }
        Action::Zoom if model.screen == Screen::Hooks => true,
        Action::Filter | Action::Copy if model.screen == Screen::Logs => true,
        Action::Export
        | Action::Duplicate
        | Action::Edit
        | Action::Copy
        | Action::CopyCommand
        | Action::Zoom
        | Action::Tag
        | Action::Mark
        | Action::Filter
        | Action::Sort => state.is_some(),
        _ => true,
    }
}

/// The status of the finding under the cursor.
fn status(model: &Model) -> Option<FindingStatus> {
    let selected = super::findings::selected(model).filter(|_| super::findings::have_status(model));
    selected.map(Finding::status)
}

/// Whether the finding under the cursor quotes answers.
fn quoted(model: &Model) -> bool {
    super::findings::selected(model).is_some_and(|finding| !finding.key_quotes.is_empty())
}

/// The next view on the reliability of the numbers.
fn next_worth(model: &Model) -> Option<View> {
    let report = model.open_study.report.as_ref();
    model.open_study.results.view.worth(model.study()?.instrument, report)
}

/// Whether there is an estimate for comparing groups.
fn has_scores(study: &protocol::run::Study) -> bool {
    crate::kinds::view(study.instrument).main.is_some()
}

fn offers_example(model: &Model) -> bool {
    use crate::station::model::studies::{Arrival, SavedFilter};
    let studies = &model.studies;
    model.screen == Screen::Studies
        && studies.counts() == (0, 0)
        && (studies.arrival, studies.saved_filter) == (Arrival::Here, SavedFilter::Current)
}

/// The focused field of the form.
fn field_here(model: &Model) -> Option<&crate::station::model::compose::Field> {
    model.compose.as_ref().and_then(|compose| compose.fields.get(compose.at))
}

fn choice_here(model: &Model) -> bool {
    use crate::station::model::compose::Value;
    model.place() == Place::Compose
        && field_here(model).is_some_and(|field| matches!(field.value, Value::Choice(..)))
}

fn file_here(model: &Model) -> bool {
    use crate::station::model::compose::FILE_FIELD;
    field_here(model).is_some_and(|field| field.key == FILE_FIELD)
}

/// Whether the focused line accepts one of several known names.
fn names_here(model: &Model) -> bool {
    let names = model.compose.as_ref().zip(field_here(model));
    names.is_some_and(|(form, field)| !form.names(field).is_empty())
}

fn text_here(model: &Model) -> bool {
    use crate::station::model::compose::TEXT;
    field_here(model).is_some_and(|field| field.key == TEXT)
}

/// The label of an action, where it depends on the state.
fn label(model: &Model, action: Action) -> &'static str {
    use crate::station::model::layer::{Layer, Yes};
    use protocol::run::State;
    match action {
        Action::Pause if model.study().is_some_and(|study| study.state == State::Paused) => "go on",
        Action::NextPane if model.place() == Place::Compose => "next field",
        Action::Worth if next_worth(model) == Some(View::Channels) => "channels",
        Action::Worth => "checks",
        Action::DiffUnit => match model.open_study.chain.unit {
            DiffUnit::Words => "by lines",
            DiffUnit::Lines => "by words",
        },
        Action::DiffLayout => match super::chain::layout(model) {
            DiffLayout::Split => "inline",
            DiffLayout::Inline => "split",
        },
        Action::PauseEndpoint
            if model
                .hooks
                .endpoint()
                .is_some_and(|one| one.state == protocol::hook::EndpointState::Paused) =>
        {
            "resume endpoint"
        }
        Action::Right => "choose",
        Action::Complete if choice_here(model) => "next choice",
        Action::Complete if names_here(model) => "next name",
        Action::Open => match model.screen {
            Screen::Studies if model.study().is_none() => "try the example",
            Screen::Studies => "open",
            Screen::Live => "who it is",
            Screen::Results if model.open_study.results.pane == Pane::Quotes => "read it",
            Screen::Results => "answers",
            Screen::Chain => "results",
            Screen::Findings => "read it",
            Screen::Hooks => "open",
            Screen::Logs => "open",
        },
        Action::Accept => match model.layers.last() {
            Some(Layer::Question(question)) => match question.by {
                Yes::Enter => question.yes,
                Yes::Letter => "stay",
            },
            Some(Layer::Ranking(_)) => "open",
            _ => action.entry().label,
        },
        _ => action.entry().label,
    }
}

fn footer(model: &Model, canvas: &mut Canvas<'_>, area: Rect) {
    let help = model.keymap.keys(model.place(), Action::Help).into_iter().next();
    let help = help.map(|key| (key, "help ")).unwrap_or_default();
    let help_width = columns(&help.0) + 1 + columns(help.1);
    let end = area.right().saturating_sub(if help.0.is_empty() { 0 } else { help_width + 1 });
    let mut x = area.x + 1;
    for (key, label) in hints(model) {
        let key = canvas.glyphs().keys(&key);
        let width = columns(&key) + 1 + columns(label);
        if x + width > end {
            continue;
        }
        let after = canvas.text(x, area.y, width, &key, Role::Key);
        canvas.text(after + 1, area.y, width, label, Role::KeyText);
        x += width + 2;
    }
    if !help.0.is_empty() {
        let x = area.right().saturating_sub(help_width);
        let after = canvas.text(x, area.y, help_width, &help.0, Role::Key);
        canvas.text(after + 1, area.y, help_width, help.1, Role::KeyText);
    }
}

/// Most lines of a message.
const NOTICE_LINES: usize = 3;

/// A message at the bottom right of the body, on several lines where it is long: a path at its end is to be read.
pub(crate) fn notice(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(notice) = &model.notice else { return };
    if body.height == 0 {
        return;
    }
    let (mark, role) = match notice.tone {
        Tone::Done => (canvas.glyphs().good(), Role::Accent),
        Tone::Trouble => (canvas.glyphs().warning(), Role::Warning),
    };
    let room = body.width.saturating_sub(2);
    let mut lines = wrap(&notice.text, room.saturating_sub(columns(mark) + 3));
    let most = usize::from(body.height).min(NOTICE_LINES);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    let indent = " ".repeat(usize::from(columns(mark)));
    let glyphs = canvas.glyphs();
    let lines: Vec<String> = std::iter::once(mark)
        .chain(std::iter::repeat(indent.as_str()))
        .zip(&lines)
        .map(|(begins, line)| fit(&format!(" {begins} {line} "), room, glyphs).into_owned())
        .collect();
    let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
    let height = u16::try_from(lines.len()).unwrap_or(1);
    let x = body.right().saturating_sub(width + 1);
    let area = Rect::new(x, body.bottom().saturating_sub(height), width, height);
    canvas.clear(area);
    for (y, line) in (area.y..).zip(&lines) {
        canvas.text(x, y, width, line, role);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(facts: &[(&str, Role)], width: u16) -> String {
        let facts = facts.iter().map(|(text, role)| ((*text).to_owned(), *role)).collect();
        let kept: Vec<String> =
            fitted(facts, width, Glyphs::Unicode).into_iter().map(|(text, _)| text).collect();
        kept.join("   ")
    }

    #[test]
    fn the_label_of_synthetic_numbers_stays_and_other_facts_go_first() {
        let chain = [
            ("A newsletter about the spring sale of kettles", Role::Text),
            ("round 3 of 3: 12/20", Role::Running),
            ("5.62 → 5.66 (+0.04)", Role::Strong),
            ("so far", Role::Running),
            ("2 of 3 rounds", Role::Dim),
            ("n=20 synthetic", Role::Dim),
        ];
        assert_eq!(
            shown(&chain, 78),
            "A newsl…   round 3 of 3: 12/20   5.62 → 5.66 (+0.04)   so far   n=20 synthetic"
        );
        for width in 20..140 {
            let text = shown(&chain, width);
            assert!(text.ends_with("n=20 synthetic") && columns(&text) <= width, "{width}: {text}");
        }
        assert!(shown(&chain, 140).contains("kettles   round 3"));
        let halted = [
            ("Kettles", Role::Text),
            (
                "paused: the cap of the day is reached, and it goes on tomorrow at noon",
                Role::Warning,
            ),
            ("12/20", Role::Text),
            ("synthetic", Role::Dim),
        ];
        assert_eq!(
            shown(&halted, 58),
            "Kettles   paused: the cap of the day …   12/20   synthetic"
        );
    }
}
