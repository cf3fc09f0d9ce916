//! Taking things out: files in four formats, and the clipboard. Names of files are made from the id, never from what
//! somebody wrote.

use std::fmt::Write as _;

use protocol::results::{Report, Response};

use crate::station::effect::Effect;
use crate::station::instrument::{self, Instrument};
use crate::station::model::layer::{Format, Layer};
use crate::station::model::lens::{Lens, LivePane, Loading};
use crate::station::model::people;
use crate::station::model::results::Pane;
use crate::station::model::{Model, Screen, Tone};
use crate::station::picture;
use crate::station::widgets::format::number;

/// Writes what is open in that format.
pub(super) fn write(model: &mut Model, format: Format) -> Vec<Effect> {
    let Some(id) = model.lens.study else { return Vec::new() };
    let needs_answers = matches!(format, Format::Csv | Format::Json);
    if needs_answers && model.lens.loading != Loading::All {
        let n = model.lens.responses.len();
        model.say(
            Tone::Trouble,
            format!("Answers are still being loaded ({n} so far): try again in a moment."),
        );
        super::results::want(model);
        return Vec::new();
    }
    let Some(kind) = model.studies.get(id).map(Lens::instrument) else { return Vec::new() };
    let (kind, content) = match format {
        Format::Csv => ("answers.csv", csv(&model.lens, kind)),
        Format::Json => match json(&model.lens) {
            Some(content) => ("report.json", content),
            None => return not_yet(model),
        },
        Format::Markdown => match &model.lens.report {
            Some(report) => ("report.md", markdown(report, &model.lens)),
            None => return not_yet(model),
        },
        Format::Svg => ("screen.svg", picture::of_screen(model)),
    };
    vec![Effect::Write { name: format!("demoscope-{}-{kind}", id.short()), content }]
}

fn not_yet(model: &mut Model) -> Vec<Effect> {
    model.say(Tone::Trouble, "There is no report yet: it comes with the last answer.");
    Vec::new()
}

/// One row an answer, quoted as RFC 4180 wants it; cells that a spreadsheet would compute are kept as text.
fn csv(lens: &Lens, kind: &Instrument) -> String {
    let mut text =
        String::from("answer,score,age,gender,place,work,education,income,technology,said\r\n");
    for response in lens.responses.values() {
        let person = &response.persona;
        let mark = (kind.mark)(instrument::mark(&response.answer));
        let cells = [
            response.id.to_string(),
            mark,
            person.age.to_string(),
            person.gender.to_string(),
            people::place(person).to_owned(),
            people::work(person),
            person.education.to_string(),
            person.income_bracket.to_string(),
            person.tech_adoption.to_string(),
            instrument::words(&response.answer).to_owned(),
        ];
        let row: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
        text.push_str(&row.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cell_of(text: &str) -> String {
    let guarded =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
            format!("'{text}")
        } else {
            text.to_owned()
        };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// The report with its answers, as `show --json --answers` prints it.
fn json(lens: &Lens) -> Option<String> {
    let mut report = lens.report.clone()?;
    if let Some(results) = &mut report.results {
        results.responses = Some(lens.responses.values().cloned().collect::<Vec<Response>>());
    }
    serde_json::to_string_pretty(&report).ok()
}

/// The report to read. Writing to a String cannot fail.
fn markdown(report: &Report, lens: &Lens) -> String {
    use crate::station::symbols::Glyphs::Unicode;
    let study = &report.study;
    let mut text = format!("# {}\n\n", study.name);
    let panel = &study.panel;
    let _ = writeln!(
        text,
        "{} with {} of {} synthetic respondents answering. Engine {} ({}), seed {}.\n",
        instrument::of(study.instrument).title,
        panel.delivered,
        panel.requested,
        study.engine,
        study.model,
        study.seed
    );
    let Some(results) = &report.results else { return text };
    text.push_str("| measure | estimate | 95 % interval | n |\n|---|---|---|---|\n");
    for (label, decimals, estimate) in instrument::headline(study.instrument, &results.estimates) {
        let show = |value| number(value, decimals.max(1), Unicode);
        let interval = match (estimate.low, estimate.high) {
            (Some(low), Some(high)) => format!("{} to {}", show(low), show(high)),
            _ => "undefined".to_owned(),
        };
        let _ =
            writeln!(text, "| {label} | {} | {interval} | {} |", show(estimate.value), estimate.n);
    }
    let by = lens.results.by;
    let _ = writeln!(
        text,
        "\n## By {}\n\n| class | n | estimate | 95 % interval |\n|---|---|---|---|",
        by.label()
    );
    let decimals = instrument::of(study.instrument).main.map_or(1, |main| main.decimals.max(1));
    for row in lens.rows(study) {
        let show = |value| number(value, decimals, Unicode);
        let interval = row.interval.map(|(low, high)| format!("{} to {}", show(low), show(high)));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            row.class.replace('_', " "),
            row.n,
            show(row.value),
            interval.unwrap_or_default()
        );
    }
    if !results.themes.is_empty() {
        text.push_str("\n## Reasons\n\n");
    }
    for theme in &results.themes {
        let share = number(theme.share.value * 100.0, 0, Unicode);
        let _ = writeln!(
            text,
            "- {} ({}): {share} % ({} answers)",
            theme.theme, theme.kind, theme.count
        );
        for quote in theme.quotes.iter().take(2) {
            let _ = writeln!(text, "  - “{}” ({})", quote.text, quote.answer);
        }
    }
    let _ = writeln!(text, "\n{}", report.meta.notice);
    text
}

/// The answer, row or number under the cursor, as text.
pub(super) fn copy(model: &mut Model) -> Vec<Effect> {
    let person = match model.layers.last() {
        Some(Layer::Person(person)) => person.people.get(person.at).copied(),
        _ => match (model.screen, model.lens.pane, model.lens.results.pane) {
            (Screen::Live, LivePane::Mosaic, _) => u32::try_from(model.lens.person).ok(),
            (Screen::Live, LivePane::Answers, _) => {
                model.lens.feed().get(model.lens.feed.cursor).copied()
            }
            (Screen::Results, _, Pane::Quotes) => {
                model.lens.results.found.get(model.lens.results.quotes.cursor).copied()
            }
            (Screen::Results, ..) => {
                let text = crate::station::screens::results::as_text(model);
                return copied(model, text);
            }
            (Screen::Studies, ..) => {
                let text =
                    model.studies.selected().map(|study| format!("{}  {}", study.id, study.name));
                return copied(model, text);
            }
        },
    };
    let response = person.and_then(|ordinal| model.lens.responses.get(&ordinal));
    let text = response.map(|response| {
        let mark = instrument::mark(&response.answer);
        let who = people::brief(&response.persona);
        format!("{mark}: “{}” ({who}, {})", instrument::words(&response.answer), response.id)
    });
    copied(model, text)
}

fn copied(model: &mut Model, text: Option<String>) -> Vec<Effect> {
    let Some(text) = text else {
        model.say(Tone::Trouble, "There is nothing under the cursor to copy.");
        return Vec::new();
    };
    model.say(Tone::Done, "Copied.");
    vec![Effect::Copy(text)]
}

/// The command line that shows the same.
pub(super) fn copy_command(model: &mut Model) -> Vec<Effect> {
    let text = match (model.screen, model.study()) {
        (_, None) => "demoscope list".to_owned(),
        (Screen::Studies | Screen::Live, Some(study)) => {
            format!("demoscope show {}", study.id.short())
        }
        (Screen::Results, Some(study)) => format!("demoscope show {} --answers", study.id.short()),
    };
    model.say(Tone::Done, format!("Copied: {text}"));
    vec![Effect::Copy(text)]
}
