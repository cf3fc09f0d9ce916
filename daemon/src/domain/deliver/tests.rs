//! Tests of the rules of webhooks: the table of addresses, the vectors of Standard Webhooks, the verifiers that receivers
//! of the other format use, and what follows each outcome of an attempt.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use protocol::event::{Event, EventData, StudyNews, StudyWords};
use protocol::hook::HookFormat;
use protocol::id::StudyId;
use protocol::run::{PanelCounts, State};

use super::*;
use crate::domain::digest::{hmac_sha256, is_hmac_sha256};

/// Addresses that lead to this machine, a private network or a reserved block, in every spelling.
const PRIVATE: [&str; 40] = [
    "https://127.0.0.1/",
    "https://127.0.0.1:8443/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://①②⑦.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.0.1/",
    "https://100.64.0.1/",
    "https://[fd00::1]/",
    "https://[fc00::1]/",
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://foo.localhost/",
    "https://printer.local/",
    "https://vault.internal/",
    "https://router.home.arpa/",
    "https://intranet/",
    "https://good@127.0.0.1/",
    "https://127.0.0.1#@example.com/",
    "https://127.0.0.1?@example.com/",
    "https://%31%32%37.0.0.1/",
    "https://127。0。0。1/",
    "https://0300.0250.0.1/",
    "https://0xc0a80001/",
    "https://[::ffff:c0a8:1]/",
    "https://[0:0:0:0:0:ffff:a00:1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:c0a8:1::1]/",
    "https://ⓛocalhost/",
];

/// Addresses to which nothing is ever sent.
const NEVER: [&str; 26] = [
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://0.0.0.0/",
    "https://0/",
    "https://[::]/",
    "https://192.0.2.1/",
    "https://198.18.0.1/",
    "https://198.51.100.1/",
    "https://203.0.113.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:0/",
    "https://user:pass@example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "data:text/plain,hi",
    "https://example.com\\@evil.example/",
    "https://exam\tple.com/",
];

#[test]
fn private_addresses_need_permission_in_every_spelling() {
    for url in PRIVATE {
        assert!(target(url, false).is_err(), "{url}");
    }
    for url in PRIVATE.iter().filter(|url| !url.contains("good@") && !url.contains("%31")) {
        assert!(target(url, true).is_ok(), "{url}: {:?}", target(url, true));
    }
}

#[test]
fn some_addresses_are_never_reached() {
    let long = format!("https://example.com/{}", "a".repeat(8_000));
    let broken = [
        "https://example.com/\r\nX: y",
        "https://",
        "example.com",
        "",
        "https://[fe80::1%25lo]/",
        long.as_str(),
    ];
    for url in NEVER.into_iter().chain(broken) {
        for allow_private in [false, true] {
            assert!(target(url, allow_private).is_err(), "{url} {allow_private}");
        }
    }
    assert!(target("http://example.com/", false).is_err(), "anybody on the way can read it");
}

#[test]
fn public_addresses_are_taken_and_normalised() {
    for (url, normal) in [
        ("https://Example.com/hook?a=b#part", "https://example.com/hook?a=b"),
        ("https://example.com:443/", "https://example.com/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
    ] {
        assert_eq!(target(url, false).unwrap().url.as_str(), normal);
    }
    assert!(target("http://127.0.0.1:9000/hook", true).is_ok());
}

#[test]
fn patterns_name_events_or_are_refused() {
    use HookFormat::{Candor, Refynd, Standard};
    let patterns = ["study.*".to_owned(), "finding.changed".to_owned()];
    let is_wanted = |word| wants(&patterns, word, word);
    assert!(is_wanted("study.completed") && is_wanted("finding.changed"));
    assert!(!is_wanted("studying.hard") && !is_wanted("answers.recorded"));
    assert!(wants(&["*".to_owned()], "anything.at.all", "anything.at.all"));
    for format in [Candor, Refynd, Standard] {
        for good in ["*", "study.*", "study.completed", "answers.*"] {
            assert_eq!(bad_pattern(good, format), None, "{good}");
        }
        for bad in ["", "studdy.*", "study.done", "st*dy.*", "**", "study*"] {
            assert!(bad_pattern(bad, format).is_some(), "{bad}");
        }
    }
}

#[test]
fn an_endpoint_of_candor_can_ask_for_events_in_the_words_that_it_is_told() {
    use HookFormat::{Candor, Standard};
    let id = StudyId(uuid::Uuid::from_u128(7));
    let news = StudyNews { state: State::Running, panel: PanelCounts::default(), words: None };
    let running = Event::new(9, at(1_775_990_000), Some(id), EventData::Running(news));
    let is_wanted = |pattern: &str, format| {
        wants(&[pattern.to_owned()], running.data.word(), word_in(format, &running))
    };
    for pattern in ["study.launched", "study.running", "study.*"] {
        assert!(is_wanted(pattern, Candor), "{pattern}");
        assert_eq!(bad_pattern(pattern, Candor), None, "{pattern}");
    }
    assert!(is_wanted("study.running", Standard) && !is_wanted("study.launched", Standard));
    assert!(bad_pattern("study.launched", Standard).is_some());
    let of = HookEvent { id: "msg_1f", event: &running, result: None };
    assert_eq!(candor(of).unwrap().kind, "study.launched");
    for pattern in ["participant.*", "participant.submitted", "study.published"] {
        assert_eq!(bad_pattern(pattern, Candor), None, "{pattern}");
    }
    // Nobody moves or speaks in our studies.
    let hint = bad_pattern("transcript.*", Candor).unwrap();
    assert!(hint.contains("study.*") && hint.contains("participant.*"), "{hint}");
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn header<'a>(headers: &'a [(&'static str, String)], name: &str) -> &'a str {
    &headers.iter().find(|(own, _)| *own == name).unwrap().1
}

/// The vector that the specification of Standard Webhooks prints.
#[test]
fn standard_signatures_are_those_of_the_specification() {
    let secret = SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    let hook = HookToSign {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        kind: "test",
        body: br#"{"test": 2432232314}"#,
        emitted: at(1_614_265_300),
        hops: 0,
    };
    let now = at(1_614_265_330);
    let headers = headers(HookFormat::Standard, hook, &[&secret], now).unwrap();
    assert_eq!(header(&headers, "webhook-id"), "msg_p5jXN8AQM9LWM0D4loKWxJek");
    assert_eq!(header(&headers, "webhook-timestamp"), "1614265330");
    let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_eq!(header(&headers, "webhook-signature"), signature);
    assert_eq!(header(&headers, "demoscope-hop"), "1");
}

#[test]
fn a_tag_of_another_length_or_content_is_no_signature() {
    let tag = hmac_sha256(b"key", b"message");
    assert!(is_hmac_sha256(b"key", b"message", &tag));
    for wrong in [&tag[..31], &tag[..0], &[tag.as_slice(), &[0]].concat(), &[0; 32]] {
        assert!(!is_hmac_sha256(b"key", b"message", wrong));
    }
    assert!(!is_hmac_sha256(b"kez", b"message", &tag) && !is_hmac_sha256(b"key", b"massage", &tag));
}

#[test]
fn secrets_have_a_form_and_take_the_place_of_one_another() {
    let made = make(HookFormat::Standard, &[7; 32]);
    assert!(is_usable(&made.0, HookFormat::Standard).is_ok());
    for bad in ["", "short", "whsec_AAAA", "whsec_!!!!", &"a".repeat(200)] {
        assert!(is_usable(bad, HookFormat::Standard).is_err(), "{bad}");
    }
    assert!(is_usable("12345", HookFormat::Candor).is_err());
    assert!(is_usable(&make(HookFormat::Candor, &[7; 32]).0, HookFormat::Candor).is_ok());
    assert_eq!(format!("{made:?}"), "SigningSecret(…)");

    let (first, second) = (made, make(HookFormat::Standard, &[8; 32]));
    let now = at(1_000_000);
    let rotated =
        Secrets::new(first.clone(), now).rotated(second.clone(), HookFormat::Standard, now);
    assert_eq!(rotated.signing(now), [&second, &first], "both sign");
    let day = now + SignedDuration::from_hours(24);
    assert_eq!(rotated.signing(day), [&second], "for a day");
    let waiting = Secrets::new(first.clone(), now).rotated(second.clone(), HookFormat::Candor, now);
    assert_eq!(waiting.signing(now), [&first], "receivers know one secret only");
    assert_eq!(waiting.promoted(day).unwrap().signing(day), [&second]);
    assert_eq!(Secrets::new(first, now).promoted(now), None);
}

fn event() -> Event {
    let id = StudyId(uuid::Uuid::from_u128(7));
    let words = StudyWords { name: "A \"kit\" für 40".to_owned(), reason: None };
    let news =
        StudyNews { state: State::Completed, panel: PanelCounts::default(), words: Some(words) };
    Event::new(9, at(1_775_990_000), Some(id), EventData::Completed(news))
}

#[test]
fn bodies_have_the_form_of_their_format() {
    let event = event();
    let of = HookEvent { id: "msg_1f", event: &event, result: None };
    let standard = standard(of).unwrap();
    let body: serde_json::Value = serde_json::from_str(&standard.body).unwrap();
    assert_eq!((standard.kind.as_str(), &body["type"]), ("study.completed", &body["type"]));
    assert_eq!(body["timestamp"], event.at.to_string());
    assert_eq!(body["data"]["seq"], 9);
    assert_eq!(body["data"]["study"], event.study.unwrap().to_string());
    assert_eq!(body["data"]["name"], "A \"kit\" für 40");
    let candor = candor(of).unwrap();
    let shown = "{\"id\":\"evt_1f\",\"type\":\"study.completed\",\"createdAt\":\"2026-04-12T10:33:20.000Z\",\
                 \"data\":{\"studyId\":\"00000000-0000-0000-0000-000000000007\",\
                 \"message\":\"All participants have submitted — study complete\"}}";
    assert_eq!(candor.body, shown);
}

#[test]
fn four_attempts_are_made_and_a_receiver_can_ask_for_patience_within_a_bound() {
    use HookFormat::{Candor, Refynd, Standard};
    let first = Duration::from_secs(5);
    let status = |status, wanted: Option<u64>| {
        AttemptResult::Status(status, wanted.map(Duration::from_secs))
    };
    let after = |result: &AttemptResult, tries, chance| {
        after_attempt(result, Standard, tries, first, chance)
    };
    for taken in [200, 201, 204, 299] {
        let outcome = after(&status(taken, None), 1, 0.5);
        assert_eq!(outcome, (NextStep::Delivered, EndpointNews::Healthy));
    }
    // Each wait is six times the one before, scattered.
    for (tries, seconds) in [(1, 5.0), (2, 30.0), (3, 180.0)] {
        for (chance, factor) in [(0.0, 0.9), (1.0, 1.3)] {
            let (next, _) = after(&status(500, None), tries, chance);
            assert_eq!(next, NextStep::Again(Duration::from_secs_f64(seconds * factor)));
        }
    }
    for failed in [301, 302, 307, 308, 400, 404, 429, 500] {
        let (next, news) = after(&status(failed, None), 4, 0.5);
        assert_eq!(next, NextStep::Dead, "{failed}");
        assert!(matches!(news, EndpointNews::Failing(_)), "{failed}");
    }
    let wait = |wanted| match after(&status(503, Some(wanted)), 1, 0.0).0 {
        NextStep::Again(wait) => wait.as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!((wait(0), wait(60), wait(99_999_999)), (4, 60, 3_600));
    let now = at(784_111_777);
    for (value, wait) in [
        ("120", Some(120)),
        (" 120 ", Some(120)),
        ("99999999999999999999999", Some(u64::MAX)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        ("Sun, 06 Nov 1924 08:49:37 GMT", Some(0)),
        ("-5", None),
        ("", None),
        ("soon", None),
    ] {
        assert_eq!(retry_after(value, now).map(|wait| wait.as_secs()), wait, "{value}");
    }
    let (next, _) =
        after(&AttemptResult::Status(429, retry_after("9".repeat(30).as_str(), now)), 1, 0.0);
    assert_eq!(next, NextStep::Again(RETRY_AFTER_MAX));
    let (next, _) = after(&status(500, Some(60)), 1, 0.0);
    assert_eq!(next, NextStep::Again(Duration::from_millis(4_500)), "only where it is away");
    // Gone: the standard says to stop, the others do not.
    let (next, news) = after(&status(410, None), 1, 0.5);
    assert!(next == NextStep::Dead && matches!(news, EndpointNews::Gone(_)));
    let (next, news) = after_attempt(&status(410, None), Candor, 1, first, 0.5);
    assert!(matches!(next, NextStep::Again(_)) && news == EndpointNews::Same);
    let (next, news) = after_attempt(&status(410, None), Refynd, 1, first, 0.5);
    assert!(next == NextStep::Dead && matches!(news, EndpointNews::Failing(_)));
    let refused = AttemptResult::Refused("it leads to a private network".to_owned());
    assert_eq!(after(&refused, 1, 0.5).0, NextStep::Dead, "trying again would change nothing");
}
