//! A ranking as text: the order with whiskers on one scale, who cannot be told apart, the probability of being the best, and
//! the differences; and what asking for one would take.

use std::fmt::Write as _;

use protocol::credits::Credits;
use protocol::ranking::{RankedPair, RankedStudy, Ranking};
use protocol::run::Preview;
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::compare::{p_text, words};
use crate::report::dollars;
use crate::report::estimates::{number, range};
use crate::report::page::ReportPage;
use crate::report::segments::signed;
use crate::report::whisker::{self, Scale};

/// Columns of the value, the interval, the count, the group and the probability.
const COLUMNS: (usize, usize, usize, usize, usize) = (7, 15, 7, 8, 7);
/// Differences that are shown.
const PAIRS_SHOWN: usize = 20;

/// The ranking as text. It ends with a line break.
pub(crate) fn ranking(found: &Ranking, look: Look) -> String {
    let mut page = ReportPage::new(look);
    page.paragraph(&title(found), "", "  ", Some(Role::Strong));
    page.paragraph(
        "SYNTHETIC PANEL · computed, not asked: rank ideas by it, then ask people.",
        "",
        "  ",
        Some(Role::Warning),
    );
    page.gap();
    page.paragraph(&found.conclusion, "  ", "  ", None);
    order(found, &mut page);
    differences(found, &mut page);
    page.heading("What this is worth", "");
    for note in &found.notes {
        page.bullet(note);
    }
    crate::report::crosstab::also(&found.also, &mut page);
    page.finish()
}

/// What was ranked by what.
pub(crate) fn title(found: &Ranking) -> String {
    format!(
        "{} studies ({}) ranked by {}",
        found.studies.len(),
        kinds::view(found.study_type).title.to_lowercase(),
        words(&found.field).to_lowercase()
    )
}

/// The scale that holds every interval, so that small differences can be seen.
pub(crate) fn scale(found: &Ranking) -> Scale {
    let ends = found.studies.iter().flat_map(|study| {
        let estimate = &study.estimate;
        [
            estimate.value,
            estimate.low.unwrap_or(estimate.value),
            estimate.high.unwrap_or(estimate.value),
        ]
    });
    let (low, high) = ends
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
    Scale { low, high, mark: None }
}

/// A probability: the resamples do not resolve the ends.
pub(crate) fn chance(probability: f64) -> String {
    match probability {
        p if p > 0.99 => ">99%".to_owned(),
        p if p > 0.0 && p < 0.01 => "<1%".to_owned(),
        p => format!("{:.0}%", 100.0 * p),
    }
}

/// Where it stands: its groups, or the ranks that it may have where there are too many groups.
pub(crate) fn place(study: &RankedStudy) -> String {
    match (study.groups.as_str(), study.rank_best, study.rank_worst) {
        ("", best, worst) if best == worst => best.to_string(),
        ("", best, worst) => format!("{best}–{worst}"),
        (groups, ..) => groups.to_owned(),
    }
}

fn order(found: &Ranking, page: &mut ReportPage) {
    let look = page.look;
    let (value, interval, count, group, best) = COLUMNS;
    let lettered = found.studies.iter().all(|study| !study.groups.is_empty());
    let wide = look.width >= 76;
    let fixed = 2 + 4 + value + 2 + 1 + group + best + if wide { interval + count } else { 0 };
    let room = look.width.saturating_sub(fixed).max(16);
    let track = (room / 3).clamp(6, 40);
    let names = room.saturating_sub(track).max(8);
    let head = format!(
        "{}{}{}{}",
        if wide { pad_left("95 % interval", interval) } else { String::new() },
        if wide { pad_left("answers", count + 1) } else { String::new() },
        pad_left(if lettered { "group" } else { "places" }, group),
        pad_left("best", best)
    );
    page.heading(&words(&found.field), head.trim_start());
    let scale = scale(found);
    for study in &found.studies {
        let estimate = &study.estimate;
        let limits = estimate.low.zip(estimate.high);
        // At 80 columns the names need the room; their ids are in --json.
        let name = match look.width {
            100.. => format!("{} {}", study.id.short(), safe::line(&study.name)),
            _ => safe::line(&study.name).into_owned(),
        };
        let name = look.shorten(&name, names - 1);
        let mut line = format!(
            "  {} {}{}  {} ",
            pad_left(&study.rank.to_string(), 3),
            pad(&name, names),
            look.paint(Role::Strong, &pad_left(&number(&found.field, estimate.value), value)),
            whisker::draw(estimate.value, limits, scale, track, look),
        );
        if wide {
            let between = range(&found.field, limits, look);
            line.push_str(&look.paint(Role::Dim, &pad_left(&between, interval)));
            let n = thousands(i128::from(estimate.n));
            line.push_str(&look.paint(Role::Dim, &pad_left(&n, count)));
        }
        // Writing to a string cannot fail.
        let _ = write!(
            line,
            "{}{}",
            pad_left(&look.shorten(&place(study), group - 1), group),
            pad_left(&chance(study.best_probability), best)
        );
        page.line(line);
    }
    page.gap();
    let meaning = if lettered {
        "Texts with a common letter in \"group\" cannot be told apart."
    } else {
        "\"places\" are the ranks that each may have, as far as they can be told apart."
    };
    let which = if found.lowest_first { "lowest" } else { "highest" };
    page.paragraph(
        &format!(
            "{meaning} \"best\" is the probability of having the {which} value among such people."
        ),
        "  ",
        "  ",
        Some(Role::Dim),
    );
}

/// The differences from the first, or from the next one where only those are known.
fn differences(found: &Ranking, page: &mut ReportPage) {
    let Some(first) = found.studies.first() else { return };
    let every = found.pairs.len() * 2 == found.studies.len() * (found.studies.len() - 1);
    let shown: Vec<&RankedPair> =
        found.pairs.iter().filter(|pair| !every || pair.first == first.id).collect();
    let title = if every { "Behind the first" } else { "Each behind the one above it" };
    let look = page.look;
    // A narrow page has no room for p; the verdict follows from it.
    let p_columns = if look.width >= 76 { 11 } else { 0 };
    let with_p = if p_columns > 0 { ", adjusted p" } else { "" };
    page.heading(title, &format!("difference, 95 % interval{with_p}"));
    let names = look.width.saturating_sub(2 + 8 + 18 + p_columns + 12).max(10);
    for pair in shown.iter().take(PAIRS_SHOWN) {
        let name = found.studies.iter().find(|study| study.id == pair.second);
        let name = name.map(|study| safe::line(&study.name).into_owned()).unwrap_or_default();
        let difference = &pair.difference.difference;
        let limits = match difference.low.zip(difference.high) {
            // First minus second, turned round: how far the second is behind.
            Some((low, high)) => {
                format!("{} to {}", signed(&found.field, -high), signed(&found.field, -low))
            }
            None => look.glyph("—", "--").to_owned(),
        };
        let p = pair.difference.p_adjusted.filter(|_| p_columns > 0);
        let p = p.map_or_else(String::new, |p| format!("p {}", p_text(p)));
        let verdict = match (pair.apart, difference.within_wording) {
            (true, _) => "apart",
            (false, true) => "wording",
            (false, false) => "not apart",
        };
        page.line(format!(
            "  {}{}{}{}{}",
            pad(&look.shorten(&name, names - 1), names),
            pad_left(&signed(&found.field, -difference.value), 8),
            look.paint(Role::Dim, &pad_left(&limits, 18)),
            look.paint(Role::Dim, &pad_left(&p, p_columns)),
            pad_left(verdict, 12),
        ));
    }
    if shown.iter().any(|pair| !pair.apart && pair.difference.difference.within_wording) {
        let meaning = "\"wording\": beyond chance, and less than another wording would make.";
        page.gap();
        page.paragraph(meaning, "  ", "  ", Some(Role::Dim));
    }
    if shown.len() > PAIRS_SHOWN {
        let more = shown.len() - PAIRS_SHOWN;
        page.paragraph(&format!("{more} more are in --json."), "  ", "  ", Some(Role::Dim));
    }
}

/// What asking about several texts takes in all.
#[derive(Debug)]
pub(crate) struct Takes {
    /// Credits that are held.
    pub(crate) credits: Credits,
    /// Credits that can be spent.
    pub(crate) balance: Credits,
    /// Real cost in dollars, at least and at most.
    pub(crate) cost_usd: (f64, f64),
    /// All of it in a sentence.
    pub(crate) sentence: String,
}

fn texts(count: usize) -> String {
    if count == 1 { "1 text".to_owned() } else { format!("{count} texts") }
}

/// The sum of those previews.
pub(crate) fn takes(previews: &[Preview]) -> Takes {
    let credits = previews.iter().fold(0_i64, |sum, one| sum.saturating_add(one.credits.0));
    let cost = previews
        .iter()
        .fold((0.0, 0.0), |sum, one| (sum.0 + one.cost_usd.0, sum.1 + one.cost_usd.1));
    let balance = previews.first().map_or(Credits::ZERO, |first| first.balance);
    let money = if cost.1 > 0.0 {
        format!("{} to {}", dollars(cost.0), dollars(cost.1))
    } else {
        "no money".to_owned()
    };
    let of_first = previews.first().map_or_else(String::new, |first| {
        let people = kinds::view(first.instrument).count(first.panel);
        let each = if previews.len() == 1 { "" } else { " each" };
        format!("{people}{each}, {} engine, seed {}", safe::line(&first.engine), first.seed)
    });
    let sentence = format!(
        "{}, {of_first}: {} credits of {}, {money}.",
        texts(previews.len()),
        thousands(i128::from(credits)),
        thousands(i128::from(balance.0))
    );
    Takes { credits: Credits(credits), balance, cost_usd: cost, sentence }
}

/// What a ranking of those would do. It ends with a line break.
pub(crate) fn plan(previews: &[Preview], look: Look) -> String {
    let mut page = ReportPage::new(look);
    let title = previews.first().map_or("", |first| kinds::view(first.instrument).title);
    let title = format!("A ranking of {} ({})", texts(previews.len()), title.to_lowercase());
    page.paragraph(&title, "", "  ", Some(Role::Strong));
    page.paragraph(
        "DRY RUN · nobody was asked, nothing was stored.",
        "",
        "  ",
        Some(Role::Warning),
    );
    page.heading("What it takes", "");
    page.paragraph(&takes(previews).sentence, "  ", "  ", None);
    page.paragraph("The same people would answer all of them.", "  ", "  ", None);
    page.heading("Texts", "");
    for preview in previews {
        page.bullet(&preview.name);
        for note in &preview.notes {
            page.paragraph(note, "      ", "      ", Some(Role::Dim));
        }
    }
    page.finish()
}
