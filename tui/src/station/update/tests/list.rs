//! Tests of the study list: keys on one or many studies, filters and sorting.

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::results::Estimate;
use protocol::run::{Headline, State, Study};
use protocol::service::{Cancellation, Control};
use protocol::study::StudyType;

use super::{calls, rig};
use crate::station::effect::{Call, Effect};
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, id, report, study};

#[test]
fn cancel_tells_what_follows_and_needs_enter() {
    let mut rig = rig();
    rig.tell(Msg::Live(id(2), Err(ApiError::new(ErrorCode::NotFound, "gone"))));
    rig.keys("/");
    rig.paste("bank");
    let effects = rig.keys("enter x");
    assert_eq!(calls(&effects), [&Call::Cancellation(vec![id(2)])]);
    assert!(rig.text().contains("is being looked up"), "{}", rig.text());
    // What is told of other studies is not told here.
    let left = |answers, credits| Ok(Cancellation { answers, credits: Credits(credits) });
    rig.tell(Msg::Cancellation(vec![id(3)], left(7, 7)));
    assert!(rig.text().contains("is being looked up"), "{}", rig.text());
    rig.tell(Msg::Cancellation(vec![id(2)], left(412, 1_176)));
    let text = rig.text();
    assert!(text.contains("keeps 412 answers") && text.contains("1,176 unused credits"), "{text}");
    let effects = rig.keys("enter");
    assert_eq!(calls(&effects), [&Call::Control(id(2), Control::Cancel)]);
}

#[test]
fn a_question_about_what_has_ended_meanwhile_is_closed() {
    let mut rig = rig();
    rig.keys("/");
    rig.paste("bank");
    rig.keys("enter x");
    let mut listed = crate::station::testing::studies(200);
    let ended = listed.iter_mut().find(|study| study.id == id(2)).unwrap();
    ended.state = protocol::run::State::Completed;
    rig.tell(Msg::Studies(Ok(listed)));
    let text = rig.text();
    assert!(text.contains("ended meanwhile") && !text.contains("is being looked up"), "{text}");
    assert_eq!(
        calls(&rig.keys("enter")).iter().filter(|call| matches!(call, Call::Control(..))).count(),
        0
    );
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

/// A study that is paused before it costs more than was agreed goes on with a yes alone.
#[test]
fn a_higher_cost_is_agreed_to_with_enter_and_nothing_is_sent_without() {
    let mut rig = rig();
    let refused = || ApiError::new(ErrorCode::UnconfirmedCost, "Going on may cost $0.55 in all");
    rig.tell(Msg::MoreAsked(id(2), refused()));
    assert!(rig.text().contains("may cost $0.55 in all"), "{}", rig.text());
    assert_eq!(calls(&rig.keys("esc")), Vec::<&Call>::new());
    rig.tell(Msg::MoreAsked(id(2), refused()));
    let effects = rig.keys("enter");
    assert_eq!(calls(&effects), [&Call::Control(id(2), Control::Agree)]);
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
    let away = calls(&effects);
    assert_eq!(away.len(), 3);
    let [Call::Control(first, Control::Archive), ..] = away[..] else { panic!("{away:?}") };
    let put_away = Study { archived: true, ..rig.model.studies.get(*first).unwrap().clone() };
    rig.tell(Msg::Changed(Ok(put_away)));
    assert!(rig.text().contains("put away: A shows it (undo z)"), "{}", rig.text());
    let back: Vec<Call> = away
        .iter()
        .map(|call| match call {
            Call::Control(id, _) => Call::Control(*id, Control::Unarchive),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(calls(&rig.keys("z")), back.iter().collect::<Vec<_>>());
    assert!(calls(&rig.keys("z")).is_empty(), "it is taken back once");
}

#[test]
fn a_filter_without_a_hit_is_named_where_a_study_is_wanted() {
    let mut rig = rig();
    rig.keys("/");
    rig.paste("no such thing");
    rig.keys("enter 3");
    let text = rig.text();
    assert!(text.contains("No study meets the filter “no such thing”: Esc clears it"), "{text}");
}

#[test]
fn marked_studies_are_ranked_and_the_ranking_opens_into_them() {
    let mut rig = rig();
    rig.keys("s n home r");
    assert!(rig.text().contains("takes two or more marked studies"), "{}", rig.text());
    rig.keys("space");
    assert!(calls(&rig.keys("r")).is_empty(), "one is not enough");
    let effects = rig.keys("space space r");
    let [Call::Rank(asked)] = &calls(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(asked.len(), 3);
    assert!(rig.text().contains("is being computed"), "{}", rig.text());
    let asked = asked.clone();
    let mut found = crate::report::fixtures::ranking();
    found.studies[1].id = id(MAIN);
    // What was asked before is not shown on this page.
    rig.tell(Msg::Ranked(vec![id(9)], Ok(Box::new(found.clone()))));
    assert!(rig.text().contains("is being computed"));
    rig.tell(Msg::Ranked(asked.clone(), Ok(Box::new(found))));
    let text = rig.text();
    assert!(text.contains(">99%") && text.contains("beyond chance"), "{text}");
    let copied = rig.keys("Y");
    let names: Vec<String> = asked.iter().map(StudyId::short).collect();
    let text = format!("demoscope rank {}", names.join(" "));
    assert_eq!(copied, [Effect::Copy { what: "The command", text }]);
    let [Effect::Copy { text, .. }] = &rig.keys("y")[..] else { panic!("nothing is copied") };
    assert!(text.contains("SYNTHETIC PANEL"), "{text}");
    rig.keys("j enter");
    assert_eq!(rig.model.open_study.study, Some(id(MAIN)));

    rig.keys("1 r");
    let error = ApiError::new(ErrorCode::InvalidInput, "They share no scale").hint("Rank one type");
    rig.tell(Msg::Ranked(asked, Err(error)));
    assert!(rig.text().contains("They share no scale. Hint: Rank one type."), "{}", rig.text());
    rig.keys("esc");
    assert!(!rig.text().contains("share no scale"));
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

/// A headline on the scale of a study type.
fn headline(instrument: StudyType, value: f64) -> Option<Headline> {
    let of = match instrument {
        StudyType::ConceptTest => "mean_score",
        StudyType::Nps => "nps_score",
        StudyType::Sentiment => "net_sentiment",
        StudyType::AbTest => "a_minus_b_pct",
        StudyType::ContentReview => "overall",
        StudyType::Survey => return None,
    };
    let (low, high) = (Some(value - 0.5), Some(value + 0.5));
    let method = "t".to_owned();
    let (wording_sd, within_wording) = (None, false);
    let (level, n, effective_n) = (0.95, 50, 50.0);
    let estimate =
        Estimate { value, low, high, level, n, effective_n, method, wording_sd, within_wording };
    Some(Headline { of: of.to_owned(), estimate, round: None })
}

/// A list of many studies of every type, without any loaded report.
fn many(count: u128) -> Vec<Study> {
    (1..=count)
        .map(|number| {
            // Ids are random, so their order has no meaning.
            let id = 1_000 + number * 7_919 % 10_007;
            let kind = StudyType::ALL[usize::try_from(number).unwrap() % StudyType::ALL.len()];
            let small = f64::from(u32::try_from(number * 37 % 90).unwrap()) / 10.0;
            let value =
                if kind == StudyType::ConceptTest { 1.0 + small } else { small * 20.0 - 90.0 };
            let named = study(id, &format!("Bulk {number}"), State::Completed, 50, 50);
            let running = number % 40 == 0;
            let state = if running { State::Running } else { State::Completed };
            let headline = headline(kind, value).filter(|_| !running);
            Study { instrument: kind, state, headline, ..named }
        })
        .collect()
}

fn shown(rig: &Rig) -> Vec<Study> {
    let (rows, _) = rig.model.studies.counts();
    (0..rows).filter_map(|row| rig.model.studies.row(row).cloned()).collect()
}

fn value(study: &Study) -> Option<f64> {
    study.headline.as_ref().map(|headline| headline.estimate.value)
}

/// Filters apply to the whole list without any report, and only to scores of one study type.
#[test]
fn scores_are_filtered_over_the_whole_list_and_within_one_kind() {
    use StudyType::{AbTest, ConceptTest, Nps, Sentiment};
    let all = many(211);
    for (filter, kind, wanted) in [
        ("score<5", ConceptTest, (|value| value < 5.0) as fn(f64) -> bool),
        ("score>=7.5", ConceptTest, |value| value >= 7.5),
        ("mean<3", ConceptTest, |value| value < 3.0),
        ("nps<0", Nps, |value| value < 0.0),
        ("type:nps score<0", Nps, |value| value < 0.0),
        ("score<0 type:sent", Sentiment, |value| value < 0.0),
        ("net<-50", Sentiment, |value| value < -50.0),
        ("lead>10", AbTest, |value| value > 10.0),
        ("type:ab score<=10", AbTest, |value| value <= 10.0),
        ("Score < 5", ConceptTest, |value| value < 5.0),
        ("nps<\u{2212}20", Nps, |value| value < -20.0),
        ("score>99", ConceptTest, |_| false),
    ] {
        let mut rig = rig();
        rig.tell(Msg::Studies(Ok(all.clone())));
        rig.keys("/");
        rig.paste(filter);
        rig.keys("enter");
        let names = |studies: Vec<Study>| {
            let mut names: Vec<String> = studies.into_iter().map(|study| study.name).collect();
            names.sort();
            names
        };
        let truth = all.iter().filter(|study| study.instrument == kind);
        let truth = truth.filter(|study| value(study).is_some_and(wanted)).cloned().collect();
        assert_eq!(names(shown(&rig)), names(truth), "{filter}");
        let text = rig.text();
        let is_empty = rig.model.studies.counts().0 == 0;
        assert_eq!(text.contains("score<4 is about concept tests"), is_empty, "{text}");
        assert!(text.contains(&format!("filter: {filter} (")) && text.contains(" only)"), "{text}");
    }
}

/// A filter with a mistake is reported, and is not attributed to a type that it cannot refer to.
#[test]
fn a_comparison_that_cannot_be_is_told() {
    for (filter, told) in [
        ("score<abc", "'score<abc' is not a comparison: score<5. Esc clears it"),
        ("type:survey score>5", "Studies of the type you name have no score."),
        ("type:nps lead>10", "Studies of the type you name have no such score."),
    ] {
        let mut rig = rig();
        rig.tell(Msg::Studies(Ok(many(211))));
        rig.keys("/");
        rig.paste(filter);
        rig.keys("enter");
        let text = rig.text();
        assert!(text.contains(told) && !text.contains("No study meets"), "{text}");
        assert!(!text.contains(" only)") && !text.contains("about concept tests"), "{text}");
    }
}

/// Each study type is sorted by itself in either direction; studies without a score come last.
#[test]
fn scores_are_sorted_within_each_kind() {
    let mut rig = rig();
    rig.tell(Msg::Studies(Ok(many(211))));
    rig.keys("s s");
    for falling in [true, false] {
        let order: Vec<Study> = shown(&rig);
        assert_eq!(order.len(), 211);
        let scored = order.iter().take_while(|study| value(study).is_some()).count();
        assert!(order[scored..].iter().all(|study| value(study).is_none()), "they come last");
        let mut kinds: Vec<StudyType> = order[..scored].iter().map(|one| one.instrument).collect();
        kinds.dedup();
        assert_eq!(kinds.len(), 5, "each kind is one group: {kinds:?}");
        for pair in order[..scored].windows(2) {
            let (one, other) = (value(&pair[0]).unwrap(), value(&pair[1]).unwrap());
            let is_ordered = if falling { one >= other } else { one <= other };
            assert!(is_ordered || pair[0].instrument != pair[1].instrument, "{one} {other}");
        }
        rig.keys("s s");
    }
}

/// A study keeps its main result while other responses about it arrive, and loses it when it is retried.
#[test]
fn a_headline_stays_until_it_is_no_longer_true() {
    let mut rig = rig();
    let mut study = many(1).remove(0);
    study.instrument = StudyType::ConceptTest;
    study.headline = headline(StudyType::ConceptTest, 4.25);
    study.completed_at = Some(study.created_at);
    rig.tell(Msg::Studies(Ok(vec![study.clone()])));
    assert!(rig.text().contains("4.2 \u{b1}0.50"), "{}", rig.text());
    let tagged = Study { tags: vec!["spring".to_owned()], headline: None, ..study.clone() };
    rig.tell(Msg::Changed(Ok(tagged)));
    assert!(rig.text().contains("4.2 \u{b1}0.50"), "{}", rig.text());
    let again =
        Study { state: State::Running, completed_at: None, headline: None, ..study.clone() };
    rig.tell(Msg::Changed(Ok(again)));
    assert!(!rig.text().contains("4.2 \u{b1}0.50"), "{}", rig.text());
    // A single answer has no interval, so the number is not shown alone.
    if let Some(headline) = &mut study.headline {
        (headline.estimate.low, headline.estimate.high, headline.estimate.n) = (None, None, 1);
    }
    rig.tell(Msg::Studies(Ok(vec![study])));
    assert!(rig.text().contains("4.2 n=1"), "{}", rig.text());
}

/// However the cursor reaches a study, its report is requested once, and kept while it is selected.
#[test]
fn the_study_under_the_cursor_never_waits_for_a_report_that_nobody_asked_for() {
    let mut rig = rig();
    let mut all = many(211);
    all.retain(|study| study.state == State::Completed);
    let answer = |rig: &mut Rig, effects: Vec<Effect>| {
        let mut asked: Vec<_> = calls(&effects)
            .into_iter()
            .filter_map(|call| match call {
                Call::Report(id) => Some(*id),
                _ => None,
            })
            .collect();
        // The study under the cursor comes first: later reports must not displace it.
        let selected = rig.model.studies.selected().map(|study| study.id);
        asked.sort_by_key(|id| Some(*id) != selected);
        for id in asked {
            let study = rig.model.studies.get(id).unwrap().clone();
            let mut report = report(50);
            report.study = study;
            rig.tell(Msg::Report(id, Ok(Box::new(report))));
        }
    };
    let effects = rig.tell(Msg::Studies(Ok(all)));
    answer(&mut rig, effects);
    for keys in
        ["j", "G", "home", "ctrl-d", "ctrl-d ctrl-d", "s s", "s s", "s n", "G", "s c", "home"]
    {
        let effects = rig.keys(keys);
        answer(&mut rig, effects);
        assert!(!rig.text().contains("being loaded"), "{keys}: {}", rig.text());
    }
    for (filter, close) in
        [("score<5", "enter"), ("nps>0", "esc"), ("bulk 118", "enter"), ("", "enter")]
    {
        for keys in ["/", "ctrl-u"] {
            let effects = rig.keys(keys);
            answer(&mut rig, effects);
        }
        let effects = rig.paste(filter);
        answer(&mut rig, effects);
        assert!(!rig.text().contains("being loaded"), "{filter}: {}", rig.text());
        let effects = rig.keys(close);
        answer(&mut rig, effects);
        assert!(!rig.text().contains("being loaded"), "{filter}: {}", rig.text());
    }
    // All of them, one by one.
    rig.keys("home");
    for _ in 0..211 {
        let effects = rig.keys("j");
        answer(&mut rig, effects);
        assert!(!rig.text().contains("being loaded"), "{}", rig.text());
    }
}

/// A report that cannot be loaded is not shown as loading.
#[test]
fn a_report_that_cannot_be_read_says_so() {
    let mut rig = rig();
    let effects = rig.tell(Msg::Studies(Ok(many(3))));
    let id = rig.model.studies.selected().unwrap().id;
    assert!(calls(&effects).contains(&&Call::Report(id)));
    assert!(rig.text().contains("being loaded"), "{}", rig.text());
    let broken = ApiError::new(ErrorCode::Internal, "A row of the table is damaged.");
    let effects = rig.tell(Msg::Report(id, Err(broken)));
    assert!(!calls(&effects).contains(&&Call::Report(id)), "not again and again");
    rig.wait(10_000);
    let text = rig.text();
    assert!(text.contains("A row of the table is") && !text.contains("being loaded"), "{text}");
    // Selecting it again requests it again.
    rig.keys("j");
    let effects = rig.keys("k");
    assert!(calls(&effects).contains(&&Call::Report(id)), "{effects:?}");
}
