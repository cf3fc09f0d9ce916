//! Workstation: a keyboard-driven terminal interface in screens. The model is pure and independent of
//! terminals; `update` changes it and returns effects; `screens` draws it; only `driver` does I/O.

pub mod action;
mod driver;
pub mod effect;
mod estimate;
pub mod frames;
pub mod input;
pub mod key;
pub mod keymap;
mod layout;
pub mod look;
pub mod model;
pub mod msg;
pub mod picture;
pub mod screens;
mod symbols;
#[cfg(test)]
pub(crate) mod testing;
pub mod theme;
mod update;
mod widgets;

pub(crate) use driver::forget_drafts;
pub use driver::{Mouse, NotifyWay, StationError, StationOptions, run};
pub use update::update;

/// The front matter keys that have a form field.
#[cfg(test)]
pub(crate) fn form_keys() -> Vec<&'static str> {
    let key = protocol::id::SubmitKey(uuid::Uuid::nil());
    let form = model::compose::Compose::new(&model::saved::Form::default(), key);
    form.fields.iter().map(|field| field.key).collect()
}
