//! Channels view: the direct answer, SSR readings and a second model's rating next to each other, each on its own scale
//! with its interval, plus the attainable range and missing readings.

use protocol::channels::{Construct, ConstructResult};
use protocol::results::{Estimate, Results};

use super::entry::{FindingEntry, Picture};
use crate::report::channels::{agreement, construct, missing, notes, reach, rows};
use crate::station::model::results::{Drill, Voice};
use crate::station::theme::Role;
use crate::station::widgets::whisker::Whisker;

/// The common scale for comparing channels visually.
const COMMON: (i32, i32) = (1, 5);

/// The entries of the page, construct by construct.
pub(super) fn entries(results: &Results) -> Vec<FindingEntry> {
    results.channels.iter().flat_map(|(of, result)| of_construct(*of, result)).collect()
}

fn of_construct(of: Construct, result: &ConstructResult) -> Vec<FindingEntry> {
    let mut entries = vec![FindingEntry::heading(construct(of))];
    for row in rows(result) {
        let picture = row.mean.as_ref().filter(|_| row.scale == COMMON).map(picture);
        let beside = match row.answers.as_str() {
            "" => row.interval,
            n => format!("{}, n={n}", row.interval),
        };
        let heard = Voice::Heard(of, row.channel);
        let what = format!("{} on {}", row.channel, construct(of).to_lowercase());
        let entry = FindingEntry::number(row.label, row.value, beside, picture);
        entries.push(match row.mean {
            Some(_) => entry.with(Drill { voice: Some((what, heard)), ..Drill::default() }),
            None => entry,
        });
        if !row.shares.is_empty() {
            entries
                .push(FindingEntry::sentence(format!("at each point: {}", row.shares), Role::Dim));
        }
    }
    if let Some(range) = &result.attainable {
        let ends = format!("{:.2} to {:.2}", range.low, range.high);
        let scale = (f64::from(COMMON.0), f64::from(COMMON.1));
        let picture = Picture::Range((range.low, range.high), scale);
        entries.push(FindingEntry::number("ssr can reach", "", ends, Some(picture)));
    }
    entries.extend(missing(result).into_iter().map(|unheard| {
        let what = format!("without {} on {}", unheard.channel, construct(of).to_lowercase());
        let voice = Voice::Unheard(of, unheard.channel, unheard.why);
        FindingEntry::sentence(unheard.sentence, Role::Warning)
            .with(Drill { voice: Some((what, voice)), ..Drill::default() })
    }));
    entries.extend(notes(result).map(|note| FindingEntry::sentence(note, Role::Warning)));
    let told = agreement(result).into_iter().chain(reach(result));
    entries.extend(told.map(|sentence| FindingEntry::sentence(sentence, Role::Text)));
    entries
}

fn picture(mean: &Estimate) -> Picture {
    Picture::Estimate(Whisker {
        value: mean.value,
        interval: mean.low.zip(mean.high),
        scale: (f64::from(COMMON.0), f64::from(COMMON.1)),
        role: Role::Accent,
    })
}
