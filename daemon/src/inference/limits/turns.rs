//! Turns between studies that share a service: start-time fair queueing. Each call advances its study's virtual time
//! by one part of its weight, and the study with the lowest time goes next; a new study starts at the current virtual
//! time, not at zero, so that it neither starves the others nor waits behind their whole queue.

use std::collections::BTreeMap;

/// Parts of a turn, so that weights divide evenly.
const TURN: u64 = 720_720;

#[derive(Clone, Copy, Debug)]
struct QueuePlace {
    time: u64,
    weight: u64,
    wants: bool,
}

/// The studies that share a service.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    places: BTreeMap<u32, QueuePlace>,
    present: u64,
}

impl Turns {
    /// Records that a study wants a turn; a new study is added.
    pub(super) fn want(&mut self, study: u32, weight: u32) {
        let present = self.present;
        let place = self.places.entry(study).or_insert(QueuePlace {
            time: present,
            weight: 1,
            wants: false,
        });
        place.weight = u64::from(weight.max(1));
        if !place.wants {
            // Unused time is not saved up.
            place.time = place.time.max(present);
            place.wants = true;
        }
    }

    /// The study that goes next.
    pub(super) fn next(&self) -> Option<u32> {
        self.places
            .iter()
            .filter(|(_, place)| place.wants)
            .min_by_key(|(study, place)| (place.time, **study))
            .map(|(study, _)| *study)
    }

    /// Gives the study its turn. The study counts as wanting the next one too, until it passes: otherwise another
    /// study that asks while this one is busy with its call would get ahead.
    pub(super) fn take(&mut self, study: u32) {
        if let Some(place) = self.places.get_mut(&study) {
            self.present = self.present.max(place.time);
            place.time += TURN / place.weight.min(TURN);
        }
    }

    /// Records that the study wants no turn for now.
    pub(super) fn pass(&mut self, study: u32) {
        if let Some(place) = self.places.get_mut(&study) {
            place.wants = false;
        }
    }

    /// Removes the study.
    pub(super) fn leave(&mut self, study: u32) {
        self.places.remove(&study);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether another study wants a turn.
    pub(super) fn others_want(&self, study: u32) -> bool {
        self.places.iter().any(|(other, place)| *other != study && place.wants)
    }
}
