//! Serialisation of events: events stored or sent by this version are read and written again byte for byte.

use std::collections::BTreeSet;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::credits::Credits;
use crate::finding::FindingStatus;
use crate::run::RoundProgress;
use crate::study::Problem;
use crate::watch::SaveOutcome;

/// An event of every kind as it is stored and sent, then those of deleted studies, which keep counts only.
const WRITTEN: [&str; 32] = [
    r#"{"seq":1,"at":"2026-11-22T10:00:00Z","kind":"study.queued","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"A kit for 40","panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"reason":null,"state":"queued"}}"#,
    r#"{"seq":2,"at":"2026-11-22T10:00:00Z","kind":"study.running","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"A kit for 40","panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"reason":null,"state":"running"}}"#,
    r#"{"seq":3,"at":"2026-11-22T10:00:00.5Z","kind":"answers.recorded","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"count":40,"delivered":38,"first":0,"last":39,"panel":{"delivered":38,"failed":0,"invalid":1,"refused":1,"requested":40}}}"#,
    r#"{"seq":4,"at":"2026-11-22T10:00:00Z","kind":"study.paused","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"A kit for 40","panel":{"delivered":38,"failed":0,"invalid":1,"refused":1,"requested":40},"reason":"paused by its owner","state":"paused"}}"#,
    r#"{"seq":5,"at":"2026-11-22T10:00:00Z","kind":"study.moved","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"place":2}}"#,
    r#"{"seq":6,"at":"2026-11-22T10:00:00Z","kind":"study.finalizing","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"A kit for 40","panel":{"delivered":38,"failed":0,"invalid":1,"refused":1,"requested":40},"reason":null,"state":"finalizing"}}"#,
    r#"{"seq":7,"at":"2026-11-22T10:00:00Z","kind":"study.completed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"A kit for 40","panel":{"delivered":38,"failed":0,"invalid":1,"refused":1,"requested":40},"reason":null,"state":"completed"}}"#,
    r#"{"seq":8,"at":"2026-11-22T10:00:00Z","kind":"study.failed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"A kit for 40","panel":{"delivered":0,"failed":40,"invalid":0,"refused":0,"requested":40},"reason":"no respondent gave a readable answer; 40 could not be asked","state":"failed"}}"#,
    r#"{"seq":9,"at":"2026-11-22T10:00:00Z","kind":"study.cancelled","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"name":"\"Kit\" für 40 \u0007","panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"reason":"cancelled by its owner","state":"cancelled"}}"#,
    r#"{"seq":10,"at":"2026-11-22T10:00:00Z","kind":"study.tagged","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"tags":["spring","wave 2"]}}"#,
    r#"{"seq":11,"at":"2026-11-22T10:00:00Z","kind":"study.tagged","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"tags":[]}}"#,
    r#"{"seq":12,"at":"2026-11-22T10:00:00Z","kind":"study.archived","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{}}"#,
    r#"{"seq":13,"at":"2026-11-22T10:00:00Z","kind":"study.unarchived","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{}}"#,
    r#"{"seq":14,"at":"2026-11-22T10:00:00Z","kind":"study.deleted","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{}}"#,
    r#"{"seq":15,"at":"2026-11-22T10:00:00Z","kind":"credits.granted","data":{"credits":77}}"#,
    r#"{"seq":16,"at":"2026-11-22T10:00:00Z","kind":"events.folded","data":{"from":3,"kinds":["answers.recorded"],"to":16,"why":"studies that ended long ago tell of single answers no more; the setting is events.keep_days"}}"#,
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"finding.changed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"finding":2,"note":"the price stands first now","status":"resolved"}}"#,
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"draft.saved","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"file":"/home/ada/launch.md","outcome":"queued","version":2}}"#,
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"draft.saved","data":{"file":"/home/ada/launch.md","outcome":"broken","problems":[{"hint":"did you mean 'panel'?","place":"/home/ada/launch.md:2","what":"unknown key 'panle'"}]}}"#,
    // Of deleted studies.
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"draft.saved","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"outcome":"queued","version":2}}"#,
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"finding.changed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"finding":2,"status":"resolved"}}"#,
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"study.queued","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"state":"queued"}}"#,
    r#"{"seq":18,"at":"2026-11-22T10:00:00Z","kind":"study.cancelled","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"state":"cancelled"}}"#,
    r#"{"seq":19,"at":"2026-11-22T10:00:00Z","kind":"study.tagged","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{}}"#,
    // Of other versions.
    r#"{"seq":20,"at":"2026-11-22T10:00:00Z","kind":"garden.changed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"deep":[1,-2,3.5,1e+300,null,{"a":true}],"flower":"f1","smell":"kept"}}"#,
    r#"{"seq":21,"at":"2026-11-22T10:00:00Z","kind":"answers.recorded","study":"9e3779b9-7f4a-7c15-0000-000000000001","respondent":7,"data":null}"#,
    // Of the rounds of a chain.
    r#"{"seq":22,"at":"2026-11-22T10:00:00Z","kind":"round.completed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"asked":{"delivered":40,"failed":0,"invalid":0,"refused":0,"requested":40},"round":1}}"#,
    r#"{"seq":23,"at":"2026-11-22T10:00:00Z","kind":"round.rewritten","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"round":1,"taken":true,"variants":5}}"#,
    // Of webhooks.
    r#"{"seq":24,"at":"2026-11-22T10:00:00Z","kind":"hook.tested","data":{"endpoint":"9e3779b97f4a7c15"}}"#,
    // Of cost requests.
    r#"{"seq":25,"at":"2026-11-22T10:00:00Z","kind":"cost.requested","data":{"request":1}}"#,
    r#"{"seq":26,"at":"2026-11-22T10:00:00Z","kind":"cost.approved","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"request":1}}"#,
    r#"{"seq":27,"at":"2026-11-22T10:00:00Z","kind":"cost.declined","data":{"request":2}}"#,
];

#[test]
fn every_kind_is_written_as_it_always_was() {
    for written in WRITTEN {
        let event: Event = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), written);
    }
}

fn read(written: &str) -> Event {
    serde_json::from_str(written).unwrap()
}

/// The event after writing and reading it.
fn again(event: &Event) -> Event {
    read(&serde_json::to_string(event).unwrap())
}

#[test]
fn every_kind_is_read_as_what_it_is() {
    let mut kinds = BTreeSet::new();
    for event in WRITTEN[..24].iter().chain(&WRITTEN[26..]).map(|written| read(written)) {
        assert!(!matches!(event.data, EventData::Other { .. }), "{event:?}");
        kinds.extend(event.kind());
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), EventKind::ALL, "the list has every kind");
    let recorded = read(WRITTEN[2]);
    let EventData::Recorded { first, last, count, delivered, panel, .. } = recorded.data else {
        panic!("{recorded:?}")
    };
    assert_eq!((first, last, count, delivered), (0, 39, 40, 38));
    assert_eq!((panel.settled(), recorded.panel()), (40, Some(panel)));
    let paused = read(WRITTEN[3]);
    assert_eq!((paused.state(), paused.panel()), (Some(State::Paused), Some(panel)));
    let words = paused.data.news().and_then(|news| news.words.clone()).unwrap();
    assert_eq!(words.reason.as_deref(), Some("paused by its owner"));
    assert_eq!(read(WRITTEN[15]).folded_from(), Some(3));
}

#[test]
fn kinds_and_data_of_other_versions_are_carried_as_they_are() {
    let later = read(WRITTEN[24]);
    assert_eq!((later.kind(), later.data.word()), (None, "garden.changed"));
    assert_eq!((later.state(), later.panel(), later.folded_from()), (None, None, None));
    // A known kind without its data keeps its kind.
    let bare = read(WRITTEN[25]);
    assert_eq!(bare.kind(), Some(EventKind::Recorded));
    assert!(matches!(bare.data, EventData::Other { .. }));
    // An added field does not hide the known fields of a known kind.
    let more = WRITTEN[2]
        .replace("\"first\":0,", "\"first\":0,\"for\":\"a\",")
        .replace("\"refused\":1,", "\"refused\":1,\"refusing\":2,");
    let event = read(&more);
    assert!(matches!(event.data, EventData::Recorded { first: 0, last: 39, .. }), "{event:?}");
    assert_eq!(serde_json::to_string(&event).unwrap(), more);
}

#[test]
fn of_a_deleted_study_only_counts_are_left() {
    let left = |at: usize| read(WRITTEN[at]).without_words();
    for (before, after) in [(0, 21), (8, 22), (9, 23), (16, 20), (17, 19)] {
        assert!(read(WRITTEN[before]).has_words());
        assert!(!read(WRITTEN[after]).has_words());
        assert_eq!(left(before).data, read(WRITTEN[after]).data);
    }
    for silent in [2, 4, 11, 13, 26, 27] {
        assert!(!read(WRITTEN[silent]).has_words());
        assert_eq!(left(silent), read(WRITTEN[silent]));
    }
    let later = left(24);
    assert_eq!((later.data.word(), later.content()), ("garden.changed", serde_json::json!({})));
    let more = read(&WRITTEN[21].replace("\"state\"", "\"quote\":\"mine\",\"state\""));
    assert!(more.has_words());
    assert_eq!(more.without_words().content(), read(WRITTEN[21]).content());
}

fn panel() -> impl Strategy<Value = PanelCounts> {
    let counts = any::<[u32; 5]>();
    counts.prop_map(|[requested, delivered, refused, invalid, failed]| PanelCounts {
        requested,
        delivered,
        refused,
        invalid,
        failed,
    })
}

fn news() -> impl Strategy<Value = StudyNews> {
    let words = (any::<String>(), option::of(any::<String>()))
        .prop_map(|(name, reason)| StudyWords { name, reason });
    (select(State::ALL), panel(), option::of(words)).prop_map(|(state, panel, words)| StudyNews {
        state,
        panel,
        words,
    })
}

/// Data of a kind; a kind without a branch here does not compile.
fn data_of(kind: EventKind) -> BoxedStrategy<EventData> {
    match kind {
        EventKind::Queued
        | EventKind::Running
        | EventKind::Paused
        | EventKind::Finalizing
        | EventKind::Completed
        | EventKind::Failed
        | EventKind::Cancelled => {
            news().prop_map(move |news| EventData::of_study(kind, news).unwrap()).boxed()
        }
        EventKind::Archived => Just(EventData::Archived {}).boxed(),
        EventKind::Unarchived => Just(EventData::Unarchived {}).boxed(),
        EventKind::Deleted => Just(EventData::Deleted {}).boxed(),
        EventKind::Tagged => {
            let tags = option::of(vec(any::<String>(), 0..4));
            tags.prop_map(|tags| EventData::Tagged { tags }).boxed()
        }
        EventKind::Moved => any::<u64>().prop_map(|place| EventData::Moved { place }).boxed(),
        EventKind::Recorded => {
            let round = (any::<(u16, u16, bool)>(), panel()).prop_map(
                |((round, rounds, confirms), panel)| RoundProgress {
                    round,
                    rounds,
                    confirms,
                    panel,
                },
            );
            (any::<(u32, u32, u64, u32)>(), panel(), option::of(round))
                .prop_map(|((first, last, count, delivered), panel, round)| EventData::Recorded {
                    first,
                    last,
                    count,
                    delivered,
                    panel,
                    round,
                })
                .boxed()
        }
        EventKind::FindingChanged => {
            let status = select(FindingStatus::ALL);
            (any::<u32>(), status, option::of(any::<String>()))
                .prop_map(|(finding, status, note)| EventData::FindingChanged {
                    finding,
                    status,
                    note,
                })
                .boxed()
        }
        EventKind::DraftSaved => {
            let problem = any::<(String, String, String)>()
                .prop_map(|(place, what, hint)| Problem { place, what, hint: hint.into() });
            let words = (option::of(any::<String>()), option::of(any::<String>()));
            (words, select(SaveOutcome::ALL), option::of(any::<u32>()), vec(problem, 0..3))
                .prop_map(|((file, held), outcome, version, problems)| EventData::DraftSaved {
                    file,
                    outcome,
                    version,
                    held,
                    problems,
                })
                .boxed()
        }
        EventKind::RoundCompleted => (any::<u16>(), panel())
            .prop_map(|(round, asked)| EventData::RoundCompleted { round, asked })
            .boxed(),
        EventKind::RoundRewritten => any::<(u16, u32, bool)>()
            .prop_map(|(round, variants, taken)| EventData::RoundRewritten {
                round,
                variants,
                taken,
            })
            .boxed(),
        EventKind::HookTested => {
            any::<String>().prop_map(|endpoint| EventData::HookTested { endpoint }).boxed()
        }
        EventKind::CostRequested => {
            any::<u32>().prop_map(|request| EventData::CostRequested { request }).boxed()
        }
        EventKind::CostApproved => {
            any::<u32>().prop_map(|request| EventData::CostApproved { request }).boxed()
        }
        EventKind::CostDeclined => {
            any::<u32>().prop_map(|request| EventData::CostDeclined { request }).boxed()
        }
        EventKind::Granted => any::<i64>()
            .prop_map(|credits| EventData::Granted { credits: Credits(credits) })
            .boxed(),
        EventKind::Folded => {
            let known = select(EventKind::ALL).prop_map(KindWord::Known);
            let other = "[a-z]{1,4}\\.x[a-z]{1,4}".prop_map(KindWord::Other);
            (any::<(u64, u64, String)>(), vec(prop_oneof![known, other], 0..4))
                .prop_map(|((from, to, why), kinds)| EventData::Folded { from, to, kinds, why })
                .boxed()
        }
    }
}

/// Any JSON that is written as it was read.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(any_name(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Field names, known ones among them.
fn any_name() -> impl Strategy<Value = String> {
    let known = select(vec![
        "state",
        "panel",
        "name",
        "reason",
        "first",
        "last",
        "count",
        "delivered",
        "tags",
        "from",
        "kind",
        "data",
    ]);
    prop_oneof![known.prop_map(str::to_owned), any::<String>()]
}

/// Words of kinds, known ones among them.
fn any_word() -> impl Strategy<Value = String> {
    let known = select(EventKind::ALL).prop_map(|kind| kind.as_str().to_owned());
    prop_oneof![known, "[a-z]{1,8}\\.[a-z_]{1,8}", any::<String>()]
}

proptest! {
    #[test]
    fn data_of_every_kind_comes_back(
        data in select(EventKind::ALL).prop_flat_map(data_of),
        seq in any::<u64>(),
        study in option::of(any::<u128>()),
    ) {
        let study = study.map(|id| StudyId(uuid::Uuid::from_u128(id)));
        let event = Event::new(seq, Timestamp::UNIX_EPOCH, study, data.clone());
        prop_assert_eq!(&again(&event), &event);
        let alone: EventData = serde_json::from_value(serde_json::to_value(&data).unwrap()).unwrap();
        prop_assert_eq!(alone, data);
        prop_assert!(!event.without_words().has_words());
    }

    #[test]
    fn whatever_was_written_is_written_again(word in any_word(), content in json()) {
        let written = serde_json::json!({ "kind": word, "data": content });
        let (word, content) = (&written["kind"], &written["data"]);
        let line = format!(r#"{{"seq":1,"at":"2026-11-22T10:00:00Z","kind":{word},"data":{content}}}"#);
        let event = read(&line);
        prop_assert_eq!(event.data.word(), word.as_str().unwrap());
        prop_assert_eq!(serde_json::to_string(&event).unwrap(), line);
    }

    #[test]
    fn a_known_kind_keeps_what_is_added_to_it(
        data in select(EventKind::ALL).prop_flat_map(data_of),
        added in btree_map("later_[a-z]{1,4}", json(), 0..4),
    ) {
        let mut content = data.content();
        content.as_object_mut().unwrap().extend(added);
        let word = data.word();
        let line =
            format!(r#"{{"seq":1,"at":"2026-11-22T10:00:00Z","kind":"{word}","data":{content}}}"#);
        let event = read(&line);
        prop_assert_eq!(&event.data, &data);
        prop_assert_eq!(serde_json::to_string(&event).unwrap(), line);
    }
}
