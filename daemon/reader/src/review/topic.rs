//! What a text is about, beside what it should be about: audience, niche and goal of the brief, and the title that a
//! thumbnail stands over.

use encoder::Damaged;
use protocol::review::ContentType;

use super::brief::Brief;
use super::nearness;
use crate::features::{stems, tokenise};
use crate::{Reader, Reading};

/// How a text stands to its brief and its title.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TopicLook {
    /// How far it speaks of what the brief is about, 0 to 1; nothing where the brief says nothing.
    pub(super) on_brief: Option<f64>,
    /// How much of the title a thumbnail says again, and how far it is from it, each 0 to 1; nothing without a title.
    pub(super) title: Option<(f64, f64)>,
}

/// Two texts of this cosine have nothing in common.
const STRANGE: f64 = 0.08;
/// A few words on a picture that belong to a title have this cosine with it.
const RELATED: f64 = 0.18;
/// Two of this are about the same.
const SAME: f64 = 0.42;

pub(super) fn look(
    reader: &Reader,
    reading: &Reading,
    brief: &Brief,
    title: Option<&str>,
) -> Result<TopicLook, Damaged> {
    let near = |one: &str, other: &str| -> Result<f64, Damaged> {
        Ok(((nearness::cosine(one, other)? - STRANGE) / (SAME - STRANGE)).clamp(0.0, 1.0))
    };
    let on_brief = match brief.context() {
        Some(context) => {
            let words = (reading.shared / 2.0).min(1.0);
            Some((0.65 * near(&reading.text, &context)? + 0.35 * words).min(1.0))
        }
        None => None,
    };
    let title = match title {
        Some(title) => {
            let lexicon = &reader.lexicon;
            let known = stems(lexicon, &tokenise(title));
            let said = stems(lexicon, &tokenise(&reading.text));
            let echoed = said.iter().filter(|stem| known.binary_search(stem).is_ok()).count();
            let echo = echoed as f64 / said.len().max(1) as f64;
            let cosine = nearness::cosine(&reading.text, title)?;
            Some((echo, 1.0 - (cosine / RELATED).clamp(0.0, 1.0)))
        }
        None => None,
    };
    Ok(TopicLook { on_brief, title })
}

/// The title that a thumbnail's description names in a line of its own, and the rest.
pub(super) fn titled<'a>(content: &'a str, brief: &Brief) -> Option<(&'a str, String)> {
    let of_line =
        |line: &&str| line.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("title:"));
    let line = content.lines().map(str::trim).find(of_line)?;
    let rest: Vec<&str> = content.lines().filter(|other| other.trim() != line).collect();
    let is_thumbnail = brief.content_type == ContentType::Thumbnail;
    is_thumbnail.then_some((line.get(6..)?.trim(), rest.join("\n")))
}
