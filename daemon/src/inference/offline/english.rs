//! What the reader reads of a study's texts: it reads English only, so whole sentences in another language are left out, and
//! nothing is praised or blamed for them. Blanks stand in their place, and what is quoted stays where it is.

use std::borrow::Cow;

use protocol::review::ReviewMaterial;
use protocol::study::{Language, StudySpec};
use reader::review::Brief;

use crate::domain::language;

/// A text of a study as the reader reads it: all of it where its owner says that it is English.
pub(super) fn readable<'a>(spec: &StudySpec, text: &'a str) -> Cow<'a, str> {
    if spec.language.is_some() { Cow::Borrowed(text) } else { language::english_part(text) }
}

/// The brief of a review. Sentences in another language are no prose in it, as blocks of code are none.
pub(super) fn brief_of(review: &ReviewMaterial, language: Option<Language>) -> Brief {
    let mut brief = Brief::of(review);
    if language.is_none()
        && let Some(foreign) = language::foreign_part(&review.content)
    {
        let sentences = foreign.places.into_iter().filter_map(|place| review.content.get(place));
        brief.code.extend(sentences.map(str::to_owned));
    }
    brief
}

#[cfg(test)]
mod tests {
    use protocol::study::Instrument;

    use super::*;
    use crate::app::testing::spec;

    const ENGLISH: &str = "A lamp that follows the sun. It costs 79 euros and lasts two years.";
    const GERMAN: &str = "Eine Lampe, die der Sonne folgt. Sie kostet 79 Euro und hält zwei Jahre.";

    #[test]
    fn sentences_in_another_language_are_left_out_of_the_reading() {
        let text = format!("{ENGLISH}\n\n{GERMAN}");
        let instrument = Instrument::ConceptTest { stimulus: text.clone() };
        let spec = StudySpec { instrument, ..spec(10) };
        let read = readable(&spec, &text);
        assert_eq!(read.trim_end(), ENGLISH);
        assert_eq!(read.len(), text.len());
        let said = StudySpec { language: Some(Language::English), ..spec };
        assert_eq!(readable(&said, &text), text);
    }
}
