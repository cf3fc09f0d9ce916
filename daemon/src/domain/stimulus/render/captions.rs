//! The captions of pictures that stand side by side in a paragraph. Each is a phrase of its own, so a sign comes between them,
//! where the pictures themselves had kept them apart.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::Range;

/// Signs behind which a caption needs no other one.
pub(in crate::domain::stimulus) const CAPTION_ENDS: [char; 7] = ['.', '!', '?', ';', ':', ',', '…'];

/// Where a walk through the events of a text is among pictures that stand side by side.
#[derive(Debug, Default)]
pub(super) struct Captions {
    /// How many pictures are open: a caption may have one in it.
    open: usize,
    /// The last letter of the caption that is open.
    last: Option<char>,
    /// The caption that stands directly before.
    behind: Option<CaptionBefore>,
}

/// A caption, and what stands behind it so far.
#[derive(Debug)]
struct CaptionBefore {
    last: char,
    /// The end of what was walked through behind it.
    end: usize,
    /// The blanks since, in bytes.
    gaps: Vec<Range>,
}

/// What comes between two captions.
#[derive(Debug)]
pub(super) struct Between {
    pub(super) sign: &'static str,
    /// The blanks in whose place it comes.
    pub(super) gaps: Vec<Range>,
}

impl Captions {
    /// Goes on to an event; what comes before the caption that begins with it, where one stands directly before.
    pub(super) fn go_on(
        &mut self,
        event: &Event<'_>,
        range: &Range,
        source: &str,
    ) -> Option<Between> {
        match event {
            Event::Start(Tag::Image { .. }) => {
                self.open += 1;
                return self.picture(range, source);
            }
            Event::End(TagEnd::Image) => self.picture_ends(range.end),
            Event::Text(text) | Event::Code(text) if self.open > 0 => {
                self.last = text.trim_end().chars().next_back().or(self.last);
            }
            _ if self.open > 0 => {}
            // A picture may be a link.
            Event::Start(Tag::Link { .. }) => {
                if let Some(behind) = &mut self.behind {
                    behind.gaps.push(behind.end..range.start);
                    behind.end = range.start + 1;
                }
            }
            Event::End(TagEnd::Link) => {
                if let Some(behind) = &mut self.behind {
                    behind.end = range.end;
                }
            }
            Event::SoftBreak => {}
            Event::Text(text) if text.trim().is_empty() => {}
            _ => self.behind = None,
        }
        None
    }

    fn picture(&mut self, range: &Range, source: &str) -> Option<Between> {
        if self.open > 1 {
            return None;
        }
        self.last = None;
        let mut behind = self.behind.take()?;
        behind.gaps.push(behind.end..range.start);
        let inside = source.get(range.start..).and_then(|rest| rest.strip_prefix("!["));
        if inside.is_none_or(|inside| inside.trim_start().starts_with(']')) {
            // One without a caption stands between nothing.
            self.behind = Some(behind);
            return None;
        }
        let sign = if CAPTION_ENDS.contains(&behind.last) { " " } else { "; " };
        Some(Between { sign, gaps: behind.gaps })
    }

    fn picture_ends(&mut self, end: usize) {
        self.open = self.open.saturating_sub(1);
        if self.open > 0 {
            return;
        }
        match (self.last.take(), &mut self.behind) {
            (Some(last), behind) => {
                *behind = Some(CaptionBefore { last, end, gaps: Vec::new() });
            }
            (None, Some(behind)) => behind.end = end,
            (None, None) => {}
        }
    }
}
