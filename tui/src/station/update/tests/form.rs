//! Tests of the form: a draft is written, checked, paid for and submitted, and never lost.

use protocol::error::{ApiError, ErrorCode};
use protocol::run::State;

use super::{calls, rig};
use crate::station::effect::{Call, Effect};
use crate::station::model::Screen;
use crate::station::model::drafts::{Drafts, Origin};
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, id, study};

/// The specification of a study, as a message.
fn asked(study: u128, stimulus: &str) -> Msg {
    let spec = protocol::study::StudySpec {
        name: "Meal kit that learns".to_owned(),
        instrument: protocol::study::Instrument::ConceptTest { stimulus: stimulus.to_owned() },
        panel: 100,
        audience: protocol::audience::Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: protocol::study::EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        webhook: None,
        measurement: protocol::measurement::Measurement::default(),
    };
    let margins = protocol::results::Margins::default();
    let asked = protocol::analysis::Asked { spec, questionnaire: String::new(), margins };
    Msg::Asked(id(study), Ok(Box::new(asked)))
}

/// The text in the form.
fn written(rig: &Rig) -> String {
    rig.model.compose.as_ref().unwrap().form().text
}

#[test]
fn an_edited_study_goes_through_the_editor_into_the_form() {
    let mut rig = rig();
    let effects = rig.keys("e");
    assert!(calls(&effects).contains(&&Call::Asked(id(MAIN))), "{effects:?}");
    let effects = rig.tell(asked(MAIN, "Five dinners a week."));
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Edit(text) if text.contains("Five"))),
        "{effects:?}"
    );
    rig.tell(Msg::Edited(Ok("Six dinners a week.".to_owned())));
    assert_eq!(rig.model.compose.as_ref().unwrap().form().text, "Six dinners a week.");
}

#[test]
fn a_draft_is_checked_saved_and_sent_once() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    let effects = rig.wait(300);
    assert!(matches!(calls(&effects)[..], [Call::Check { .. }]), "{effects:?}");
    let effects = rig.wait(2_000);
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::SaveDraft(Origin::New, form) if form.text.contains("kettle"))
        )
    );
    let effects = rig.keys("ctrl-r");
    let Some(Call::Submit { key, draft, cost_confirmed: false }) = calls(&effects).first().copied()
    else {
        panic!("{effects:?}")
    };
    assert!(draft.text.sent().contains("kettle") && draft.overrides.is_empty());
    assert!(rig.keys("ctrl-r").is_empty(), "it is on its way");
    rig.tell(Msg::Submitted(Err(ApiError::new(
        ErrorCode::Unreachable,
        "The connection was lost.",
    ))));
    let again = rig.keys("ctrl-r");
    let Some(Call::Submit { key: second, .. }) = calls(&again).first().copied() else {
        panic!("{again:?}")
    };
    assert_eq!(key, second, "the same draft is the same submission");
    let new = study(77, "A kettle", State::Queued, 0, 100);
    rig.tell(Msg::Submitted(Ok(new)));
    assert_eq!((rig.model.screen, rig.model.open_study.study), (Screen::Live, Some(id(77))));
}

/// The front matter decides about unedited fields; an edited field overrides it.
#[test]
fn the_head_of_the_text_decides_about_fields_that_nobody_touched() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste(
        "---\npanel: 250\naudience: { region: us_national, age_range: [25, 64] }\n---\nA kettle.",
    );
    let compose = |rig: &Rig| rig.model.compose.clone().unwrap();
    let left: Vec<&str> = {
        let form = compose(&rig);
        form.fields.iter().filter(|field| form.is_left_to_text(field)).map(|f| f.key).collect()
    };
    assert_eq!(left, ["panel", "audience.region", "audience.age_range"]);
    assert!(compose(&rig).draft().overrides.is_empty());
    assert!(rig.text().contains("as the text says"), "{}", rig.text());
    let at = compose(&rig).fields.iter().position(|field| field.key == "panel").unwrap();
    rig.model.compose.as_mut().unwrap().at = at;
    // The default value is replaced by typed text.
    rig.paste("1");
    rig.paste("00");
    let draft = compose(&rig).draft();
    assert_eq!(draft.overrides.get("panel").map(String::as_str), Some("100"));
}

#[test]
fn a_cost_is_agreed_to_before_it_is_paid() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    rig.keys("ctrl-r");
    rig.tell(Msg::Submitted(Err(ApiError::new(
        ErrorCode::UnconfirmedCost,
        "It costs up to $3.20.",
    ))));
    assert!(rig.text().contains("$3.20"));
    let effects = rig.keys("enter");
    assert!(
        matches!(calls(&effects).first(), Some(Call::Submit { cost_confirmed: true, .. })),
        "{effects:?}"
    );
}

#[test]
fn problems_stand_beside_their_field_and_stop_the_run() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    let effects = rig.wait(300);
    let Some(Call::Check { revision, .. }) = calls(&effects).first().copied() else {
        panic!("{effects:?}")
    };
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The study cannot run.");
    error.problems.push(protocol::study::Problem {
        place: "--panel".to_owned(),
        what: "'0' is too small".to_owned(),
        hint: "ask for 1 to 10000".into(),
    });
    rig.tell(Msg::Checked(*revision, Err(error)));
    assert!(rig.text().contains("'0' is too small"));
    assert_eq!(calls(&rig.keys("ctrl-r")), Vec::<&Call>::new());
    let compose = rig.model.compose.as_ref().unwrap();
    assert_eq!(compose.fields[compose.at].key, "panel");
}

#[test]
fn leaving_the_form_keeps_the_draft_for_the_next_time() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("half a thought");
    rig.keys("esc n");
    assert_eq!(rig.model.compose.as_ref().unwrap().form().text, "half a thought");
}

/// A repeated study has all of its measurement options, in a form that the daemon reads again.
#[test]
fn a_study_is_asked_again_with_everything_it_measured() {
    use crate::station::model::compose::Compose;
    use crate::station::model::saved::Form;
    use protocol::channels::{Channel, Elicitation};
    use protocol::measurement::{Control, Measurement, QuestionsPerCall, Reuse};
    let spec = protocol::study::StudySpec {
        name: "A kettle".to_owned(),
        instrument: protocol::study::Instrument::ConceptTest {
            stimulus: "A kettle that boils only what you need.".to_owned(),
        },
        panel: 60,
        audience: protocol::audience::Audience::default(),
        engine: "openai".to_owned(),
        engine_mode: protocol::study::EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: Some(protocol::credits::UsdMicros(2_500_000)),
        tags: Vec::new(),
        project: Some("kitchen".to_owned()),
        webhook: None,
        measurement: Measurement {
            replicates: 25,
            controls: [Control::Decoy, Control::Duplicate, Control::Reversed].into(),
            wordings: 2,
            subsample: 20,
            reuse: Reuse::Never,
            questions_per_call: QuestionsPerCall::One,
            elicitation: Some(Elicitation {
                channels: vec![Channel::Direct, Channel::Ssr, Channel::Rater],
                embedding_engine: Some("openai".to_owned()),
                rater: Some("claude".to_owned()),
            }),
        },
    };
    let rig = rig();
    let compose = Compose::new(&Form::of_spec(&spec), rig.model.now.key);
    let draft = compose.draft();
    for (key, value) in [
        ("controls", "true"),
        ("elicitation", "direct,ssr,rater"),
        ("embedding_engine", "openai"),
        ("engine", "openai"),
        ("max_cost_usd", "2.5"),
        ("project", "kitchen"),
        ("questions_per_call", "one"),
        ("rater", "claude"),
        ("replicates", "25"),
        ("reuse", "never"),
        ("subsample", "20"),
        ("wordings", "2"),
    ] {
        assert_eq!(draft.overrides.get(key).map(String::as_str), Some(value), "{key}");
    }
    let kept = Compose::new(&compose.form(), rig.model.now.key);
    assert_eq!(kept.draft(), draft, "a draft that was kept is the same draft");
}

/// The balance, as a message.
fn balance(amount: i64) -> Msg {
    let credits = protocol::credits::Credits;
    Msg::Balance(Ok(protocol::ledger::Balance {
        tier: "local".to_owned(),
        balance: credits(amount),
        held: credits(0),
        used_this_month: credits(0),
        billing_period: "2026-11".to_owned(),
        cost_usd_this_month: 0.0,
    }))
}

/// Too few credits are reported with the same amount everywhere, until there are enough.
#[test]
fn a_draft_that_cannot_be_paid_is_not_ready() {
    use crate::station::testing::model_preview;
    use protocol::credits::Credits;
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut rig = Rig::new(
            size,
            crate::station::testing::look(
                crate::station::look::Colours::True,
                crate::station::look::Glyphs::Unicode,
            ),
        );
        rig.keys("n");
        rig.paste("A kettle that boils only what you need.");
        let effects = rig.wait(300);
        let [Call::Check { revision, .. }] = calls(&effects)[..] else { panic!("{effects:?}") };
        let short = Box::new(protocol::run::Preview {
            credits: Credits(10_000),
            balance: Credits(3_308),
            ..model_preview()
        });
        rig.tell(Msg::Checked(*revision, Ok(short)));
        let text = rig.text();
        assert!(!text.contains("ready to run") && !text.contains("runs it"), "{text}");
        assert!(!text.contains("Ctrl-R run"), "{text}");
        assert!(text.contains("6,692 credits missing") && text.contains("grant 6692"), "{text}");
        assert!(text.contains("3,308 cr"), "line 1 has heard it too: {text}");
        assert!(
            !rig.keys("ctrl-r")
                .iter()
                .any(|effect| { matches!(effect, Effect::Call(Call::Submit { .. })) })
        );
        assert!(rig.text().contains("6,692 credits are missing"), "{}", rig.text());
        // Another client grants some credits, then as many as are missing.
        rig.wait(100);
        rig.tell(balance(9_000));
        let text = rig.text();
        assert!(text.contains("1,000 credits missing") && !text.contains("6,692"), "{text}");
        rig.wait(100);
        rig.tell(balance(10_000));
        let text = rig.text();
        assert!(!text.contains("missing"), "{text}");
        assert!(text.contains("ready to run") && text.contains("10,000 of your 10,000"), "{text}");
        let effects = rig.wait(300);
        assert!(matches!(calls(&effects)[..], [Call::Check { .. }]), "{effects:?}");
        let effects = rig.keys("ctrl-r");
        assert!(matches!(calls(&effects).first(), Some(Call::Submit { .. })), "{effects:?}");
    }
}

/// An error and its hint are sentences with one full stop each.
#[test]
fn an_error_ends_each_sentence_once() {
    let mut rig = rig();
    let why = "101 credits are needed and 100 can be spent";
    let error = ApiError::new(ErrorCode::InsufficientCredits, why)
        .hint("Add them with `demoscope credits grant 1`");
    rig.tell(Msg::Changed(Err(error)));
    let text = rig.text();
    assert!(
        text.contains("100 can be spent. Hint: Add them with `demoscope credits grant 1`. "),
        "{text}"
    );
}

/// Whatever else is opened, changed, left, submitted or interrupted: the draft under `n` stays under `n`.
#[test]
fn no_draft_takes_the_place_of_another() {
    let saved = |effects: &[Effect], wanted: Origin| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::SaveDraft(origin, _) if *origin == wanted))
    };
    let again = Origin::Again(id(MAIN));
    let mut rig = rig();
    rig.keys("n");
    rig.paste("half a thought");
    assert!(saved(&rig.keys("esc"), Origin::New));
    for key in ["d", "e"] {
        // Opened and left without a change: nothing is saved or reported as saved.
        rig.keys(key);
        rig.tell(asked(MAIN, "Five dinners a week."));
        rig.wait(10_000);
        let effects = rig.keys("esc");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::SaveDraft(..))));
        assert!(!rig.text().contains("The draft is kept"), "{}", rig.text());
    }
    // Changed, saved automatically, and left.
    rig.keys("d");
    rig.tell(asked(MAIN, "Five dinners a week."));
    rig.paste("Not five: six. ");
    let effects = rig.wait(2_500);
    assert!(saved(&effects, again) && !saved(&effects, Origin::New), "{effects:?}");
    let effects = rig.keys("esc");
    assert!(saved(&effects, again) && !saved(&effects, Origin::New), "{effects:?}");
    rig.keys("n");
    assert_eq!(written(&rig), "half a thought");
    rig.keys("esc");
    // There are now two ways to repeat the study: the saved draft, and the study itself.
    rig.keys("d");
    assert!(rig.text().contains("Go on with the draft"), "{}", rig.text());
    rig.keys("g");
    assert!(written(&rig).starts_with("Not five: six. "), "{}", written(&rig));
    rig.keys("esc d");
    let effects = rig.keys("f");
    assert_eq!(calls(&effects), [&Call::Asked(id(MAIN))]);
    rig.tell(asked(MAIN, "Five dinners a week."));
    assert_eq!(written(&rig), "Five dinners a week.");
    // After submission its draft is gone; the other one stays.
    let effects = rig.keys("ctrl-r");
    assert!(matches!(calls(&effects)[..], [Call::Submit { .. }]), "{effects:?}");
    let effects = rig.tell(Msg::Submitted(Ok(study(77, "Six", State::Queued, 0, 100))));
    assert!(saved(&effects, again) && !saved(&effects, Origin::New), "{effects:?}");
    rig.keys("1 n");
    assert_eq!(written(&rig), "half a thought");
    // Another window, later.
    let mut drafts = Drafts::default();
    drafts.keep(Origin::New, rig.model.drafts.of(Origin::New).unwrap().clone());
    rig.model = rig.model.resume(crate::station::model::saved::Settings::default(), drafts);
    rig.keys("esc n");
    assert_eq!(written(&rig), "half a thought");
}

/// A form that was opened while a response was on its way is not replaced by the response.
#[test]
fn a_late_answer_opens_nothing_over_what_was_begun_since() {
    let mut rig = rig();
    rig.keys("d n");
    rig.paste("half a thought");
    rig.tell(asked(MAIN, "Five dinners a week."));
    assert_eq!(written(&rig), "half a thought");
    // Submitted and left, then another one opened before the daemon has responded.
    rig.keys("ctrl-r esc d");
    rig.tell(asked(MAIN, "Five dinners a week."));
    rig.paste("Not five: six. ");
    rig.tell(Msg::Submitted(Ok(study(77, "Half", State::Queued, 0, 100))));
    assert!(written(&rig).starts_with("Not five: six. "), "{}", rig.text());
    assert!(rig.text().contains("Half was taken on."), "{}", rig.text());
    rig.keys("esc n");
    assert_eq!(written(&rig), "", "it was run");
}

/// The example at a first start is not a draft of the user's and replaces none.
#[test]
fn the_example_leaves_the_draft_alone() {
    let mut rig = rig();
    rig.keys("n");
    rig.paste("half a thought");
    rig.keys("esc");
    rig.tell(Msg::Studies(Ok(Vec::new())));
    rig.keys("enter");
    rig.paste("Dearer: ");
    rig.keys("esc n");
    assert_eq!(written(&rig), "half a thought");
    rig.keys("esc enter");
    assert!(written(&rig).starts_with("Dearer: "), "{}", written(&rig));
}
