//! The form for a new study. It holds what was typed; whether that is right, what it would cost and how exact it would be
//! is asked of the daemon, so that the form has the same rules as every other door.

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
use protocol::study::{Draft, Problem, StudyType};

use super::drafts::Origin;
use super::saved::Form;
use crate::kinds;
use crate::station::widgets::textbox::Lines;

/// How long typing rests before the draft is saved.
const SAVE_AFTER_MS: u64 = 2_000;
/// What the form is called in messages.
const FILE: &str = "text";

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
    /// It would run like this.
    Good(Box<Preview>),
    /// It would not run.
    Bad(ApiError),
}

/// What was read from the named file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Attached {
    /// No file is named.
    #[default]
    None,
    /// Its text.
    Text(String),
    /// Why there is none.
    Trouble(String),
}

/// The form for a new study.
#[derive(Clone, Debug)]
pub(crate) struct Compose {
    /// What it was opened for.
    pub(crate) origin: Origin,
    /// In the order of the screen.
    pub(crate) fields: Vec<Field>,
    /// The field that is being typed into.
    pub(crate) at: usize,
    /// Rises with every change; answers to older questions are dropped.
    pub(crate) revision: u64,
    /// What the daemon says.
    pub(crate) checked: Checked,
    /// What it says the fields can be.
    pub(crate) settings: Settings,
    /// What was read from the named file.
    pub(crate) attached: Attached,
    /// Names of files that go on where the typed one stops.
    pub(crate) files: Vec<String>,
    /// The key of the submission: the same as long as the draft is.
    pub(crate) key: SubmitKey,
    /// Fields that were typed into or chosen in: what stands there is meant, also where it is what stands there at first.
    touched: BTreeSet<&'static str>,
    /// When the draft is to be saved.
    save_at: Option<u64>,
    /// When it was saved.
    pub(crate) saved_at: Option<u64>,
    /// Whether anything was changed since it was opened.
    is_changed: bool,
    /// Whether it is being submitted.
    pub(crate) sending: Sending,
}

/// Whether the study is on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sending {
    /// No.
    #[default]
    Idle,
    /// Yes.
    UnderWay,
}

impl Compose {
    /// An empty form, or one with what was saved.
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
        compose
    }

    /// The field of that key.
    pub(crate) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The field that is being typed into.
    pub(crate) fn current(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.at)
    }

    /// Whether the line that has the cursor holds what stands there at first, and nobody has touched it.
    pub(crate) fn stands_at_first(&self) -> bool {
        self.fields.get(self.at).is_some_and(|field| {
            let is_line =
                matches!(&field.value, Value::Typed(input) if input.lines() == Lines::One);
            is_line && field.shown() == field.default && !self.touched.contains(field.key)
        })
    }

    /// Which instrument is chosen.
    pub(crate) fn study_type(&self) -> StudyType {
        self.field("study").and_then(|field| field.shown().parse().ok()).unwrap_or(kinds::FIRST)
    }

    /// Something was changed: what was known about the draft no longer holds.
    pub(crate) fn changed(&mut self, now: u64, key: SubmitKey) {
        self.revision += 1;
        self.touched.extend(self.fields.get(self.at).map(|field| field.key));
        self.key = key;
        self.save_at = Some(now + SAVE_AFTER_MS);
        self.is_changed = true;
    }

    /// When the draft is to be saved.
    pub(crate) fn save_due(&self) -> Option<u64> {
        self.save_at
    }

    /// The draft to save, when it is time.
    pub(crate) fn take_save(&mut self, now: u64) -> Option<Form> {
        self.save_at.filter(|at| *at <= now)?;
        self.save_at = None;
        self.saved_at = Some(now);
        Some(self.form())
    }

    /// What must be kept when the form is left: nothing where nobody has changed anything.
    pub(crate) fn unkept(&self) -> Option<(Origin, Form)> {
        self.is_changed.then(|| (self.origin, self.form()))
    }

    /// What was typed, to be kept.
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

    /// Whether what stands in a field is asked for, rather than what stands there at first.
    fn is_meant(&self, field: &Field) -> bool {
        let is_chosen = self.touched.contains(field.key) && self.is_in_front_matter(field);
        field.shown().trim() != field.default || is_chosen
    }

    /// Whether the head of the text decides about a field that nobody has touched.
    pub(crate) fn is_left_to_text(&self, field: &Field) -> bool {
        !self.is_meant(field) && self.is_in_front_matter(field)
    }

    /// Whether the head of the text has a line about that field.
    fn is_in_front_matter(&self, field: &Field) -> bool {
        let text = match &self.attached {
            Attached::Text(text) => text.as_str(),
            Attached::None | Attached::Trouble(_) => {
                self.field(TEXT).map(Field::shown).unwrap_or_default()
            }
        };
        // Empty lines and comments may stand above; where the settings really begin is the daemon's to say.
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

    /// The draft as the daemon takes it.
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
            text,
            overrides: self.overrides(),
            variant_b: None,
        }
    }

    /// Goes to the next field that can be filled in, or to the one before.
    pub(crate) fn step(&mut self, by: isize) {
        let count = self.fields.len();
        for _ in 0..count {
            self.at = (self.at + count).saturating_add_signed(by) % count.max(1);
            if self.fields.get(self.at).is_some_and(|field| self.is_open(field)) {
                return;
            }
        }
    }

    /// What is wrong with a field.
    pub(crate) fn problem(&self, field: &Field) -> Option<&Problem> {
        let Checked::Bad(error) = &self.checked else { return None };
        error.problems.iter().find(|problem| self.place_of(problem) == Some(field.key))
    }

    /// The credits that are missing for it, as far as it was checked.
    pub(crate) fn missing_credits(&self) -> Option<Credits> {
        match &self.checked {
            Checked::Good(preview) => preview.missing_credits(),
            Checked::Not | Checked::Bad(_) => None,
        }
    }

    /// The field that a problem is about.
    pub(crate) fn place_of(&self, problem: &Problem) -> Option<&'static str> {
        if let Some(flag) = problem.place.strip_prefix("--") {
            let plain = |text: &str| text.replace('-', "_");
            return self
                .fields
                .iter()
                .find(|field| {
                    let last = field.key.rsplit('.').next().unwrap_or(field.key);
                    // One flag gives one tag.
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

/// Blanks, and the marks at the beginning of a text that nobody sees.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
