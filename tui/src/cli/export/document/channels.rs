//! Channel section of the document: the readings of each channel, one table per construct, with notes below.

use protocol::results::Results;

use super::{Block, Section};
use crate::report::channels::{ChannelRow, construct, rows, sentences};

/// The section; `None` where there is only the direct channel.
pub(super) fn section(results: &Results) -> Option<Section> {
    if results.channels.is_empty() {
        return None;
    }
    let mut section = Section::new("Channels side by side");
    section.text(
        "Direct is what respondents answered by number or word, and the headline of this report. SSR reads what they said in \
         free words by its similarity to anchor sentences; the rater is another model that rates the same words. They are \
         kept apart, each on its own scale.",
    );
    let head = ["Channel and scale", "Mean", "95 % interval", "Answers", "Share at each point"];
    for (of, result) in &results.channels {
        section.blocks.push(Block::Subheading(construct(*of).to_owned()));
        let cells =
            |row: ChannelRow| vec![row.label, row.value, row.interval, row.answers, row.shares];
        section.blocks.push(Block::Table {
            head: head.map(ToOwned::to_owned).to_vec(),
            rows: rows(result).into_iter().map(cells).collect(),
        });
        let sentences = sentences(result);
        if !sentences.is_empty() {
            section.blocks.push(Block::Bullets(sentences));
        }
    }
    Some(section)
}
