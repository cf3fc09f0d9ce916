//! The list of studies: what its keys do to one study or to many, how it is filtered and sorted.

use protocol::error::{ApiError, ErrorCode};
use protocol::service::Control;

use super::{calls, rig};
use crate::station::effect::Call;
use crate::station::msg::Msg;
use crate::station::testing::id;

#[test]
fn cancel_tells_what_follows_and_needs_enter() {
    let mut rig = rig();
    rig.tell(Msg::Live(id(2), Err(ApiError::new(ErrorCode::NotFound, "gone"))));
    rig.keys("/");
    rig.paste("bank");
    rig.keys("enter x");
    let text = rig.text();
    assert!(text.contains("keeps 412 answers") && text.contains("588 unused credits"), "{text}");
    let effects = rig.keys("enter");
    assert_eq!(calls(&effects), [&Call::Control(id(2), Control::Cancel)]);
}

#[test]
fn pause_fits_the_state() {
    for (filter, control) in
        [("bank", Some(Control::Pause)), ("tagline", Some(Control::Resume)), ("refund", None)]
    {
        let mut rig = rig();
        rig.keys("/");
        rig.paste(filter);
        let effects = rig.keys("enter p");
        let sent: Vec<Control> = calls(&effects)
            .into_iter()
            .filter_map(|call| match call {
                Call::Control(_, control) => Some(*control),
                _ => None,
            })
            .collect();
        assert_eq!(sent, control.into_iter().collect::<Vec<_>>(), "{filter}");
    }
}

#[test]
fn marked_studies_are_changed_together() {
    let mut rig = rig();
    rig.keys("s n home");
    for _ in 0..6 {
        rig.keys("space");
    }
    let effects = rig.keys("a");
    // Three of the six have ended.
    assert_eq!(calls(&effects).len(), 3);
}

#[test]
fn filters_narrow_and_esc_brings_back() {
    let mut rig = rig();
    rig.keys("/");
    rig.paste("state:live");
    assert_eq!(rig.model.studies.counts(), (1, 6));
    rig.keys("esc");
    assert_eq!(rig.model.studies.counts(), (6, 6));
    for (filter, count) in
        [("tag:spr", 1), ("score<7", 1), ("n>=88", 3), ("MEAL kit", 1), ("type:nps", 1)]
    {
        rig.keys("/");
        rig.paste(filter);
        assert_eq!(rig.model.studies.counts().0, count, "{filter}");
        rig.keys("enter esc");
    }
}

#[test]
fn the_same_sort_again_turns_round_and_keeps_the_cursor() {
    let mut rig = rig();
    rig.keys("s n");
    let first = rig.model.studies.row(0).map(|study| study.name.clone());
    rig.keys("G");
    let selected = rig.model.studies.selected().map(|study| study.id);
    rig.keys("s n");
    assert_ne!(rig.model.studies.row(0).map(|study| study.name.clone()), first);
    assert_eq!(rig.model.studies.selected().map(|study| study.id), selected);
}
