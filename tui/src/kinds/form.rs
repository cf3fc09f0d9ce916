//! What is asked, in parts: the fields that a study type adds to the form, and the material that a study of it showed.

/// A field of the form that only one study type has.
#[derive(Debug)]
pub(crate) struct FormField {
    /// The key of the front matter.
    pub(crate) key: &'static str,
    /// Its name on the screen.
    pub(crate) label: &'static str,
    /// What belongs there.
    pub(crate) hint: &'static str,
    /// How it is filled in.
    pub(crate) input: FieldInput,
}

/// How a field of the form is filled in.
#[derive(Debug)]
pub(crate) enum FieldInput {
    /// With a text of several lines.
    Text,
    /// With one of several words; the first is the default.
    Choice(&'static [&'static str]),
}

/// What was shown and asked.
#[derive(Debug, Default)]
pub(crate) struct Material<'a> {
    /// Every text, under its heading where there are several.
    pub(crate) texts: Vec<(Option<&'static str>, &'a str)>,
    /// Open questions, in the order asked.
    pub(crate) questions: &'a [String],
    /// How the texts were shown, in a sentence.
    pub(crate) remark: Option<&'static str>,
    /// What stands in the fields of the form that only this type has: key and text.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The column that tells the rows of one respondent apart, where everybody has several.
    pub(crate) rows_by: Option<&'static str>,
}

impl<'a> Material<'a> {
    /// The material of a study that shows one text.
    pub(super) fn of_text(text: &'a str) -> Self {
        Self { texts: vec![(None, text)], ..Self::default() }
    }

    /// The text of the form that shows it.
    pub(crate) fn text(&self) -> String {
        let headed = self.texts.iter().map(|(heading, text)| match heading {
            Some(heading) => format!("## {heading}\n\n{text}"),
            None => (*text).to_owned(),
        });
        headed.collect::<Vec<_>>().join("\n\n")
    }
}
