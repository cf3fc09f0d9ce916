//! Turns between studies that share a service: start-time fair queueing. Each call moves its study's own time on by one
//! part of its weight, and the study that is furthest behind goes next; one that arrives late starts at the present, not
//! at zero, so that it neither starves the others nor waits behind their whole queue.

use std::collections::BTreeMap;

/// Parts of a turn, so that weights divide evenly.
const TURN: u64 = 720_720;

#[derive(Clone, Copy, Debug)]
struct Place {
    time: u64,
    weight: u64,
    wants: bool,
}

/// The studies that share a service.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    places: BTreeMap<u32, Place>,
    present: u64,
}

impl Turns {
    /// Notes that a study wants a turn; one that is new takes its place.
    pub(super) fn want(&mut self, study: u32, weight: u32) {
        let present = self.present;
        let place =
            self.places.entry(study).or_insert(Place { time: present, weight: 1, wants: false });
        place.weight = u64::from(weight.max(1));
        if !place.wants {
            // Time that it did not use is not saved up.
            place.time = place.time.max(present);
            place.wants = true;
        }
    }

    /// Whose turn it is.
    pub(super) fn next(&self) -> Option<u32> {
        self.places
            .iter()
            .filter(|(_, place)| place.wants)
            .min_by_key(|(study, place)| (place.time, **study))
            .map(|(study, _)| *study)
    }

    /// The study takes its turn. It is taken to want the next one too, until it passes: otherwise whoever happens to ask
    /// while it is busy with its call would get ahead.
    pub(super) fn take(&mut self, study: u32) {
        if let Some(place) = self.places.get_mut(&study) {
            self.present = self.present.max(place.time);
            place.time += TURN / place.weight.min(TURN);
        }
    }

    /// It wants none for now.
    pub(super) fn pass(&mut self, study: u32) {
        if let Some(place) = self.places.get_mut(&study) {
            place.wants = false;
        }
    }

    /// It is done.
    pub(super) fn leave(&mut self, study: u32) {
        self.places.remove(&study);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether anybody else wants a turn.
    pub(super) fn others_want(&self, study: u32) -> bool {
        self.places.iter().any(|(other, place)| *other != study && place.wants)
    }
}
