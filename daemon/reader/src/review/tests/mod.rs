//! Tests of the review through its public face: every dimension falls most with its own defect, good texts are high and
//! empty ones low, and what stands around a text counts.

mod advice;
mod defects;
mod feeds;
mod levels;
mod remarks;
mod statements;

use protocol::review::{ContentType, Neighbours};

use super::{Brief, ContentReading};
use crate::Reader;

/// A brief without a feed, so that nothing but the text counts.
fn alone(kind: ContentType) -> Brief {
    let neighbours = match kind {
        ContentType::Thumbnail => Neighbours::Stock,
        _ => Neighbours::Given { texts: Vec::new() },
    };
    Brief { neighbours, ..Brief::of_type(kind) }
}

fn review(brief: &Brief, text: &str) -> ContentReading {
    Reader::embedded().review(text.trim(), brief).unwrap()
}

fn mean(reading: &ContentReading) -> f64 {
    reading.levels().iter().map(|(_, level)| level).sum::<f64>() / reading.levels().len() as f64
}
