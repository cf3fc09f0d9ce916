//! One to ten open questions. There is no score: the picture shows who has answered, the reasons are the result.

use super::{Instrument, Marks};

/// The mark of everybody who answered.
pub(super) const MARK: i32 = 1;

/// The survey.
pub(super) static INSTRUMENT: Instrument = Instrument {
    title: "survey",
    about: "asks open questions and groups what people say",
    stimulus: "what it is about; the questions stand in the field Questions or in the front matter",
    scale: (0, 2),
    mark: |_| "answered".to_owned(),
    first: None,
    marks: Marks::Answers,
    main: None,
    value: f64::from,
    shares: |_| Vec::new(),
    headline: &[],
};
