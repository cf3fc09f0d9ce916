//! Progress line of a running study: progress, rate, remaining time, and the running estimate. It is redrawn in place,
//! on terminals only.

use protocol::run::{Live, RoundProgress, State};
use protocol::spending::Spending;

use crate::kinds;
use crate::look::{Look, Role, thousands};
use crate::report::dollars;
use crate::ui::Talk;

/// Columns of the bar.
const BAR: usize = 24;
/// 97.5 % quantile of the normal distribution.
const Z: f64 = 1.96;

/// The sequence that erases the line.
pub(crate) fn clear(talk: Talk) -> &'static str {
    match talk {
        Talk::Live => "\r\x1b[K",
        Talk::Lines => "",
    }
}

/// The line, ready to overwrite the previous one.
pub(crate) fn line(live: &Live, look: Look) -> String {
    let panel = live.study.asked_now();
    let share = if panel.requested == 0 {
        0.0
    } else {
        f64::from(panel.settled()) / f64::from(panel.requested)
    };
    let mut parts: Vec<String> = live.study.round.map(round).into_iter().collect();
    parts.push(format!("{}/{}", thousands(panel.settled()), thousands(panel.requested)));
    match (live.study.state, &live.silence) {
        (State::Running, Some(silence)) => parts.push(silence.brief()),
        (State::Running, None) => {
            if let Some(rate) = rate(&live.recent) {
                parts.push(format!("{}/s", figure(rate)));
                let left = f64::from(panel.requested.saturating_sub(panel.settled()));
                parts.push(format!("{} left", seconds(left / rate)));
            }
        }
        (other, _) => parts.push(other.as_str().to_owned()),
    }
    parts.extend(running(live, look));
    parts.extend(live.spending.as_ref().map(money));
    let dot = look.glyph(" · ", " - ");
    let text = look.shorten(&parts.join(dot), look.width.saturating_sub(BAR + 4));
    format!("\r\x1b[K{} {text}", bar(share, look))
}

/// Which round is asked.
fn round(round: RoundProgress) -> String {
    if round.confirms {
        return "fresh panel".to_owned();
    }
    format!("round {} of {}", round.round, round.rounds)
}

fn bar(share: f64, look: Look) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the bar's length"
    )]
    let done = (share.clamp(0.0, 1.0) * BAR as f64).floor() as usize;
    let (full, rest) = look.glyph(("━", "─"), ("#", "."));
    let full = look.paint(Role::Accent, &full.repeat(done));
    let rest = look.paint(Role::Dim, &rest.repeat(BAR - done));
    format!("{full}{rest}")
}

/// Outcomes per second, over the last ten seconds with data.
fn rate(recent: &[u32]) -> Option<f64> {
    let last = &recent[recent.len().saturating_sub(10)..];
    let sum: u64 = last.iter().copied().map(u64::from).sum();
    (sum > 0).then(|| sum as f64 / last.len() as f64)
}

/// The running estimate, with the half width of its 95 % interval.
fn running(live: &Live, look: Look) -> Option<String> {
    let (first, _) = live.scale?;
    let n: u64 = live.scores.iter().sum();
    if n < 2 {
        return None;
    }
    let scored = live.scores.iter().zip(first..).map(|(&count, score)| (count, score));
    let (name, value) = kinds::view(live.study.instrument).running?;
    let n = n as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for (count, score) in scored {
        let x = value(score);
        sum += count as f64 * x;
        squares += count as f64 * x * x;
    }
    let mean = sum / n;
    let variance = ((squares - n * mean * mean) / (n - 1.0)).max(0.0);
    let half = Z * (variance / n).sqrt();
    let within = look.glyph("±", "+/-");
    Some(format!("{name} {mean:.1} {within} {half:.1}"))
}

/// The cost so far, and the projected cost.
fn money(spending: &Spending) -> String {
    let spent = dollars(spending.spent_usd);
    spending.projected.map_or(spent.clone(), |projected| {
        format!("{spent} of {} to {}", dollars(projected.low_usd), dollars(projected.high_usd))
    })
}

fn figure(rate: f64) -> String {
    if rate >= 10.0 {
        #[expect(clippy::cast_possible_truncation, reason = "outcomes a second, far below 2^63")]
        let whole = rate.round() as i64;
        thousands(whole)
    } else {
        format!("{rate:.1}")
    }
}

fn seconds(left: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and a negative time does not occur"
    )]
    let whole = left.ceil() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A duration in milliseconds, formatted for people.
pub(crate) fn duration(ms: u64) -> String {
    if ms < 10_000 { format!("{:.1} s", ms as f64 / 1000.0) } else { seconds(ms as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use protocol::run::{PanelCounts, Silence};
    use protocol::study::StudyType;

    use super::*;
    use crate::report::fixtures;

    fn at_work() -> Live {
        let mut study = fixtures::concept_test().study;
        study.state = State::Running;
        study.panel.requested = 10_000;
        study.panel.delivered = 4_115;
        Live {
            study,
            scale: Some((1, 10)),
            scores: vec![10, 20, 40, 80, 120, 150, 180, 90, 30, 10],
            exact: None,
            finished: Vec::new(),
            recent: vec![0, 500, 1250, 1250],
            elapsed_ms: 3_000,
            spending: None,
            silence: None,
            no_writes: None,
        }
    }

    #[test]
    fn the_line_says_how_far_how_fast_how_long_and_what_so_far() {
        let live = at_work();
        insta::assert_snapshot!(line(&live, Look::PLAIN).trim_start_matches("\r\u{1b}[K"), @"━━━━━━━━━─────────────── 4,120/10,000 · 750/s · 8 s left · mean 5.9 ± 0.1");
    }

    #[test]
    fn it_fits_the_terminal_and_says_nothing_it_does_not_know() {
        let mut live = at_work();
        live.recent = Vec::new();
        live.scores = vec![0; 10];
        live.study.panel = protocol::run::PanelCounts::default();
        let look = Look { width: 40, ..Look::PLAIN };
        let shown = line(&live, look);
        let shown = shown.trim_start_matches("\r\u{1b}[K");
        assert_eq!(shown, "──────────────────────── 0/0");
        live = at_work();
        let shown = line(&live, look);
        let shown = shown.trim_start_matches("\r\u{1b}[K");
        assert!(unicode_width::UnicodeWidthStr::width(shown) < 40, "{shown}");
    }

    #[test]
    fn a_service_that_keeps_quiet_is_told_of() {
        let mut live = at_work();
        let engine = "openai".to_owned();
        live.silence = Some(Silence {
            engine,
            seconds: 40,
            under_way: 20,
            limit_s: 120,
            rests_s: None,
            asks_s: None,
            paced_s: None,
        });
        insta::assert_snapshot!(line(&live, Look::PLAIN).trim_start_matches("\r\u{1b}[K"), @"━━━━━━━━━─────────────── 4,120/10,000 · no reply for 40 s · mean 5.9 ± 0.1");
        let sentence = live.silence.map(|silence| silence.sentence()).unwrap_or_default();
        insta::assert_snapshot!(sentence, @"openai has not replied for 40 s (20 calls under way, each given up after 120 s).");
    }

    #[test]
    fn a_service_that_asks_to_wait_is_told_of_and_no_time_is_promised() {
        let mut live = at_work();
        let engine = "openai".to_owned();
        let silence = Silence {
            engine,
            seconds: 4,
            under_way: 0,
            limit_s: 120,
            rests_s: None,
            asks_s: Some(3_596),
            paced_s: None,
        };
        let paced = Silence { asks_s: None, paced_s: Some(83), ..silence.clone() };
        insta::assert_snapshot!(silence.sentence(), @"openai asks to wait, for 59 min more; nobody is asked there until then.");
        insta::assert_snapshot!(paced.sentence(), @"openai takes its next call in 83 s, by the limits a minute that were set for it.");
        let wide = Look { width: 100, ..Look::PLAIN };
        live.silence = Some(silence);
        insta::assert_snapshot!(line(&live, wide).trim_start_matches("\r\u{1b}[K"), @"━━━━━━━━━─────────────── 4,120/10,000 · asks to wait, for 59 min more · mean 5.9 ± 0.1");
        live.silence = Some(paced);
        insta::assert_snapshot!(line(&live, wide).trim_start_matches("\r\u{1b}[K"), @"━━━━━━━━━─────────────── 4,120/10,000 · next call in 83 s, by its limits · mean 5.9 ± 0.1");
    }

    #[test]
    fn a_recommendation_study_shows_its_score() {
        let mut live = at_work();
        live.study.instrument = StudyType::Nps;
        live.scale = Some((0, 10));
        live.scores = vec![0, 0, 0, 0, 0, 0, 25, 25, 0, 25, 25];
        assert_eq!(running(&live, Look::PLAIN).as_deref(), Some("NPS 25.0 ± 16.3"));
    }

    #[test]
    fn a_later_round_counts_its_own_answers() {
        let mut live = at_work();
        let panel = PanelCounts { requested: 20, delivered: 5, ..PanelCounts::default() };
        let look = Look {
            width: 100,
            colour: crate::look::Colour::None,
            glyphs: crate::look::Glyphs::Unicode,
        };
        let said = |live: &Live| line(live, look).trim_start_matches("\r\u{1b}[K").to_owned();
        live.study.round = Some(RoundProgress { round: 2, rounds: 3, confirms: false, panel });
        assert!(said(&live).contains("round 2 of 3 · 5/20"), "{}", said(&live));
        live.study.round = Some(RoundProgress { round: 4, rounds: 3, confirms: true, panel });
        assert!(said(&live).contains("fresh panel · 5/20"), "{}", said(&live));
    }
}
