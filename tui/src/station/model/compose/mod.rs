//! Form for a new study. It holds what was typed; validation, cost and expected precision come from the daemon, so that
//! the form has the same rules as every other interface.

mod blank;
mod field;
mod told;

pub(crate) use field::{Field, Value};

use std::collections::{BTreeMap, BTreeSet};

use protocol::credits::Credits;
use protocol::error::ApiError;
use protocol::id::SubmitKey;
use protocol::run::Preview;
use protocol::setting::Settings;
use protocol::study::{Draft, DraftText, Problem, StudyType};

use super::drafts::Origin;
use super::saved::Form;
use crate::kinds;
use crate::station::widgets::textbox::Lines;

/// Delay after the last change before the draft is saved.
const SAVE_AFTER_MS: u64 = 2_000;
/// The name of the form's text in messages.
const FILE: &str = "text";

/// The key of the field that holds the size of the panel.
const PANEL: &str = "panel";
/// The key of the field that holds the text itself.
pub(crate) const TEXT: &str = "text";
/// The key of the field that names a file with the text.
pub(crate) const FILE_FIELD: &str = "file";

/// Whether the draft has been checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Checked {
    /// Not since the last change.
    #[default]
    Not,
    /// It is valid and would run like this.
    Good(Box<Preview>),
    /// It is invalid.
    Bad(ApiError),
}

/// The content of the named file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Attached {
    /// No file is named.
    #[default]
    None,
    /// The text of the file.
    Text(String),
    /// Why the file could not be read.
    Trouble(String),
}

/// The form for a new study.
#[derive(Clone, Debug)]
pub(crate) struct Compose {
    /// Why the form was opened.
    pub(crate) origin: Origin,
    /// In screen order.
    pub(crate) fields: Vec<Field>,
    /// The focused field.
    pub(crate) at: usize,
    /// Incremented with every change; responses to earlier revisions are dropped.
    pub(crate) revision: u64,
    /// The result of the daemon's check.
    pub(crate) checked: Checked,
    /// The daemon's possible values of the fields.
    pub(crate) settings: Settings,
    /// The content of the named file.
    pub(crate) attached: Attached,
    /// Completions of the typed file name.
    pub(crate) files: Vec<String>,
    /// The submission key: it stays the same while the draft is unchanged.
    pub(crate) key: SubmitKey,
    /// Fields that the user has edited: their values count as given even where they equal the default.
    touched: BTreeSet<&'static str>,
    /// When to save the draft.
    save_at: Option<u64>,
    /// When it was saved.
    pub(crate) saved_at: Option<u64>,
    /// Whether anything changed since the form was opened.
    is_changed: bool,
    /// Whether it is being submitted.
    pub(crate) sending: Sending,
}

/// Whether a submission is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sending {
    /// None is.
    #[default]
    Idle,
    /// One is.
    UnderWay,
}

impl Compose {
    /// An empty form, or one with a saved draft.
    pub(crate) fn new(form: &Form, key: SubmitKey) -> Self {
        let mut compose = Self {
            origin: Origin::default(),
            fields: blank::blank(),
            at: 2,
            revision: 0,
            checked: Checked::Not,
            settings: Settings::new(),
            attached: Attached::None,
            files: Vec::new(),
            key,
            touched: BTreeSet::new(),
            save_at: None,
            saved_at: None,
            is_changed: false,
            sending: Sending::Idle,
        };
        for field in &mut compose.fields {
            match field.key {
                TEXT => field.set(&form.text),
                FILE_FIELD => field.set(&form.file),
                key => {
                    if let Some(text) = form.fields.get(key) {
                        field.set(text);
                        compose.touched.insert(key);
                    }
                }
            }
        }
        compose.follow_type();
        compose
    }

    /// The field of that key.
    pub(crate) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The focused field.
    pub(crate) fn current(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.at)
    }

    /// Whether the focused line holds its default and has not been edited.
    pub(crate) fn stands_at_first(&self) -> bool {
        self.fields.get(self.at).is_some_and(|field| {
            let is_line =
                matches!(&field.value, Value::Typed(input) if input.lines() == Lines::One);
            is_line && field.shown() == field.default && !self.touched.contains(field.key)
        })
    }

    /// The chosen study type.
    pub(crate) fn study_type(&self) -> StudyType {
        self.field("study").and_then(|field| field.shown().parse().ok()).unwrap_or(kinds::FIRST)
    }

    /// Handles a change: the result of the last check no longer applies.
    pub(crate) fn changed(&mut self, now: u64, key: SubmitKey) {
        self.revision += 1;
        self.touched.extend(self.fields.get(self.at).map(|field| field.key));
        self.follow_type();
        self.key = key;
        self.save_at = Some(now + SAVE_AFTER_MS);
        self.is_changed = true;
    }

    /// Sets the size of the panel to the usual one of the chosen study type, unless it was typed.
    fn follow_type(&mut self) {
        let usual = kinds::view(self.study_type()).panel;
        let is_typed = self.touched.contains(PANEL);
        let panel = self.fields.iter_mut().find(|field| field.key == PANEL);
        if let Some(panel) = panel.filter(|panel| panel.default != usual) {
            panel.default = usual;
            if !is_typed {
                panel.set(usual);
            }
        }
    }

    /// When to save the draft.
    pub(crate) fn save_due(&self) -> Option<u64> {
        self.save_at
    }

    /// The draft to save, when it is due.
    pub(crate) fn take_save(&mut self, now: u64) -> Option<Form> {
        self.save_at.filter(|at| *at <= now)?;
        self.save_at = None;
        self.saved_at = Some(now);
        Some(self.form())
    }

    /// The draft to save when the form is left; `None` without changes.
    pub(crate) fn unkept(&self) -> Option<(Origin, Form)> {
        self.is_changed.then(|| (self.origin, self.form()))
    }

    /// The typed values, for saving.
    pub(crate) fn form(&self) -> Form {
        let of =
            |key: &str| self.field(key).map(|field| field.shown().to_owned()).unwrap_or_default();
        Form { fields: self.overrides(), text: of(TEXT), file: of(FILE_FIELD) }
    }

    /// Fields that differ from the default, as flags.
    fn overrides(&self) -> BTreeMap<String, String> {
        self.fields
            .iter()
            .filter(|field| !matches!(field.key, TEXT | FILE_FIELD) && self.is_shown(field))
            .filter(|field| self.is_meant(field))
            .map(|field| (field.key.to_owned(), field.shown().trim().to_owned()))
            .collect()
    }

    /// Whether the value of a field counts as given, not as a default.
    fn is_meant(&self, field: &Field) -> bool {
        let is_chosen = self.touched.contains(field.key) && self.is_in_front_matter(field);
        field.shown().trim() != field.default || is_chosen
    }

    /// Whether the front matter of the text decides about an unedited field.
    pub(crate) fn is_left_to_text(&self, field: &Field) -> bool {
        !self.is_meant(field) && self.is_in_front_matter(field)
    }

    /// Whether the front matter of the text contains that field.
    fn is_in_front_matter(&self, field: &Field) -> bool {
        let text = match &self.attached {
            Attached::Text(text) => text.as_str(),
            Attached::None | Attached::Trouble(_) => {
                self.field(TEXT).map(Field::shown).unwrap_or_default()
            }
        };
        // Empty lines and comments may come first; the exact rule is the daemon's.
        let mut lines = text.lines().map(|line| line.trim_matches(is_blank));
        if !lines.any(|line| line == "---") {
            return false;
        }
        let name = field.key.rsplit('.').next().unwrap_or(field.key);
        lines.take_while(|line| *line != "---").any(|line| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let is_word =
                    before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
                is_word && line[at + name.len()..].trim_start().starts_with(':')
            })
        })
    }

    /// The draft in the form of the protocol.
    pub(crate) fn draft(&self) -> Draft {
        let (file, text) = match &self.attached {
            Attached::Text(text) => {
                (self.field(FILE_FIELD).map(|field| field.shown().to_owned()), text.clone())
            }
            Attached::None | Attached::Trouble(_) => {
                (None, self.field(TEXT).map(|field| field.shown().to_owned()).unwrap_or_default())
            }
        };
        Draft {
            file: file.unwrap_or_else(|| FILE.to_owned()),
            text: DraftText::File(text),
            overrides: self.overrides(),
            ..Draft::default()
        }
    }

    /// Moves the focus to the next or previous field that can be edited.
    pub(crate) fn step(&mut self, by: isize) {
        let count = self.fields.len();
        for _ in 0..count {
            self.at = (self.at + count).saturating_add_signed(by) % count.max(1);
            if self.fields.get(self.at).is_some_and(|field| self.is_open(field)) {
                return;
            }
        }
    }

    /// The problem of a field.
    pub(crate) fn problem(&self, field: &Field) -> Option<&Problem> {
        let Checked::Bad(error) = &self.checked else { return None };
        error.problems.iter().find(|problem| self.place_of(problem) == Some(field.key))
    }

    /// The missing credits, as of the last check.
    pub(crate) fn missing_credits(&self) -> Option<Credits> {
        match &self.checked {
            Checked::Good(preview) => preview.missing_credits(),
            Checked::Not | Checked::Bad(_) => None,
        }
    }

    /// The field of a problem.
    pub(crate) fn place_of(&self, problem: &Problem) -> Option<&'static str> {
        if let Some(flag) = problem.place.strip_prefix("--") {
            let plain = |text: &str| text.replace('-', "_");
            return self
                .fields
                .iter()
                .find(|field| {
                    let last = field.key.rsplit('.').next().unwrap_or(field.key);
                    // Each `--tag` flag gives one tag.
                    let one = if last == "tags" { "tag" } else { last };
                    [field.key, last, one].into_iter().any(|name| plain(flag) == plain(name))
                })
                .map(|field| field.key);
        }
        Some(match self.attached {
            Attached::Text(_) => FILE_FIELD,
            Attached::None | Attached::Trouble(_) => TEXT,
        })
    }
}

/// White space, and invisible marks at the beginning of a text.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
