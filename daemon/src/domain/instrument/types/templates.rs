//! The prompt templates that study types share, as shipped. The first five types have one list, and so one hash,
//! because their studies were always hashed with all of it; a later type lists its own, from the parts that are named
//! here.

use super::Template;

/// The template around all questions.
pub(super) const FRAME: Template =
    ("frame.jinja", include_str!("../../../../../assets/prompts/frame.jinja"));
/// The template of the persona.
pub(super) const RESPONDENT: Template =
    ("respondent.jinja", include_str!("../../../../../assets/prompts/respondent.jinja"));

/// The list of the first five types. Nothing may be added to it, because that would change the instrument hash of all
/// their studies.
pub(super) const SHARED: [Template; 12] = [
    ("ab_test.jinja", include_str!("../../../../../assets/prompts/ab_test.jinja")),
    ("concept_test.jinja", include_str!("../../../../../assets/prompts/concept_test.jinja")),
    (
        "concept_test_reversed.jinja",
        include_str!("../../../../../assets/prompts/concept_test_reversed.jinja"),
    ),
    (
        "concept_test_wordings.jinja",
        include_str!("../../../../../assets/prompts/concept_test_wordings.jinja"),
    ),
    FRAME,
    ("nps.jinja", include_str!("../../../../../assets/prompts/nps.jinja")),
    ("nps_reversed.jinja", include_str!("../../../../../assets/prompts/nps_reversed.jinja")),
    ("nps_wordings.jinja", include_str!("../../../../../assets/prompts/nps_wordings.jinja")),
    RESPONDENT,
    ("sentiment.jinja", include_str!("../../../../../assets/prompts/sentiment.jinja")),
    (
        "sentiment_wordings.jinja",
        include_str!("../../../../../assets/prompts/sentiment_wordings.jinja"),
    ),
    ("survey.jinja", include_str!("../../../../../assets/prompts/survey.jinja")),
];
