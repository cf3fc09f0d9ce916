//! Form fields and material of a study type: the fields that it adds to the form, and the texts and questions that a
//! study of it showed.

/// A field of the form that only one study type has.
#[derive(Debug)]
pub(crate) struct FormField {
    /// Its front matter key.
    pub(crate) key: &'static str,
    /// Its label on the screen.
    pub(crate) label: &'static str,
    /// A hint for what to enter.
    pub(crate) hint: &'static str,
    /// Its input type.
    pub(crate) input: FieldInput,
}

/// The input type of a form field.
#[derive(Debug)]
pub(crate) enum FieldInput {
    /// A line.
    Line,
    /// A text of several lines.
    Text,
    /// One of several words; the first is the default.
    Choice(&'static [&'static str]),
}

/// The stimuli and questions of a study.
#[derive(Debug, Default)]
pub(crate) struct Material<'a> {
    /// Every text, with a heading where there are several.
    pub(crate) texts: Vec<(Option<&'static str>, &'a str)>,
    /// Open questions, in the order asked.
    pub(crate) questions: &'a [String],
    /// How the texts were shown, as a sentence.
    pub(crate) remark: Option<&'static str>,
    /// The form fields that only this type has: key and text.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The column that distinguishes the rows of one respondent, where each has several.
    pub(crate) rows_by: Option<&'static str>,
}

impl<'a> Material<'a> {
    /// The material of a study with one text.
    pub(super) fn of_text(text: &'a str) -> Self {
        Self { texts: vec![(None, text)], ..Self::default() }
    }

    /// Its text in the form.
    pub(crate) fn text(&self) -> String {
        let headed = self.texts.iter().map(|(heading, text)| match heading {
            Some(heading) => format!("## {heading}\n\n{text}"),
            None => (*text).to_owned(),
        });
        headed.collect::<Vec<_>>().join("\n\n")
    }
}
