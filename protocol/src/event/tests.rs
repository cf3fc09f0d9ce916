//! The form of events: what is stored and sent today is read, and written again byte for byte.

use super::*;

/// An event of every kind as it is stored and sent, then those of deleted studies, of which only counts are left.
const WRITTEN: [&str; 21] = [
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
    // Of studies that were deleted.
    r#"{"seq":17,"at":"2026-11-22T10:00:00Z","kind":"study.queued","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"state":"queued"}}"#,
    r#"{"seq":18,"at":"2026-11-22T10:00:00Z","kind":"study.cancelled","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"panel":{"delivered":0,"failed":0,"invalid":0,"refused":0,"requested":40},"state":"cancelled"}}"#,
    r#"{"seq":19,"at":"2026-11-22T10:00:00Z","kind":"study.tagged","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{}}"#,
    // Of other versions.
    r#"{"seq":20,"at":"2026-11-22T10:00:00Z","kind":"finding.changed","study":"9e3779b9-7f4a-7c15-0000-000000000001","data":{"deep":[1,-2,3.5,1e300,null,{"a":true}],"finding":"f1","status":"kept"}}"#,
    r#"{"seq":21,"at":"2026-11-22T10:00:00Z","kind":"answers.recorded","study":"9e3779b9-7f4a-7c15-0000-000000000001","respondent":7,"data":null}"#,
];

#[test]
fn every_kind_is_written_as_it_always_was() {
    for written in WRITTEN {
        let event: Event = serde_json::from_str(written).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), written);
    }
}
