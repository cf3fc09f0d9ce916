//! Tests of `update` as sequences of keys and responses, without terminal, socket or clock.

mod cost_requests;
mod form;
mod keys;
mod lineage;
mod list;
mod logs;
mod news;
mod numbers;

use crate::station::action::Place;
use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::Model;
use crate::station::testing::{Rig, look};

fn rig() -> Rig {
    Rig::new((120, 36), look(Colours::True, Glyphs::Unicode))
}

fn calls(effects: &[Effect]) -> Vec<&Call> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Call(call) => Some(call),
            _ => None,
        })
        .collect()
}

fn place(model: &Model) -> Place {
    model.place()
}
