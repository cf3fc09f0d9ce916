//! Tests of hooks that come in: every part of a signature in turn is missing, cut, of another hook or of another time,
//! and nothing of a body becomes more than a text.

use jiff::Timestamp;
use protocol::hook_in::SourceKind;

use super::verify::NotSigned;
use super::*;
use crate::domain::deliver::SigningSecret;
use crate::domain::digest::{hmac_sha256, sha256_hex};

const NOW: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn secret() -> SigningSecret {
    SigningSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())
}

/// The headers of the vector that the specification of Standard Webhooks prints.
fn vector() -> Vec<(String, String)> {
    [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn standard(headers: Vec<(String, String)>, body: &[u8], now: i64) -> bool {
    verify(SourceKind::Standard, &secret(), &HookHeaders::new(headers), body, at(now)).is_ok()
}

fn with(name: &str, value: &str) -> Vec<(String, String)> {
    let mut headers = vector();
    let place = headers.iter().position(|(known, _)| known == name).unwrap();
    value.clone_into(&mut headers[place].1);
    headers
}

#[test]
fn the_vector_of_standard_webhooks_is_taken_within_five_minutes() {
    for (now, is_taken) in
        [(NOW, true), (NOW + 299, true), (NOW - 299, true), (NOW + 301, false), (NOW - 301, false)]
    {
        assert_eq!(standard(vector(), BODY, now), is_taken, "{now}");
    }
    let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let among = format!("v1,AAAA v2,xyz v1a,{} {good}", &good[3..]);
    assert!(standard(with("webhook-signature", &among), BODY, NOW), "one of several");
}

#[test]
fn every_fault_of_a_standard_signature_is_refused() {
    for (name, _) in vector() {
        let without = vector().into_iter().filter(|(known, _)| *known != name).collect();
        assert!(!standard(without, BODY, NOW), "without {name}");
        let mut twice = vector();
        twice.push(vector().into_iter().find(|(known, _)| *known == name).unwrap());
        assert!(!standard(twice, BODY, NOW), "{name} twice");
    }
    let good = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let many = vec!["v1,AAAA"; 99].join(" ") + " v1," + good;
    for signature in [
        "",
        "v1,",
        "v2,",
        good,
        &format!("v1,{}", &good[..43]),
        &format!("v1,{}", &good[..20]),
        &format!("v2,{good}"),
        &format!("v1,{}", hex::encode([7; 32])),
        "v1,gØhM",
        many.as_str(),
    ] {
        assert!(!standard(with("webhook-signature", signature), BODY, NOW), "{signature}");
    }
    for time in
        ["", "-1", "1e9", "1614265330000", "9223372036854775808", "1614265330.0", "+1614265330"]
    {
        assert!(!standard(with("webhook-timestamp", time), BODY, NOW), "{time}");
    }
    for id in ["", "msg_other", &"x".repeat(10_000), "a b", "a\u{7}"] {
        assert!(!standard(with("webhook-id", id), BODY, NOW), "{id}");
    }
    for body in [&b""[..], br#"{"test":2432232314}"#, br#"{"test": 2432232315}"#] {
        assert!(!standard(vector(), body, NOW));
    }
    let other = SigningSecret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    let headers = HookHeaders::new(vector());
    assert_eq!(verify(SourceKind::Standard, &other, &headers, BODY, at(NOW)), Err(NotSigned));
}

fn signed(kind: SourceKind, key: &str, body: &[u8], now: i64) -> Vec<(String, String)> {
    let tag = format!("sha256={}", hex::encode(hmac_sha256(key.as_bytes(), body)));
    let millis = (now * 1_000).to_string();
    let headers: Vec<(&str, &str)> = match kind {
        SourceKind::Github => {
            vec![
                ("X-Hub-Signature-256", &tag),
                ("X-GitHub-Delivery", "72d3"),
                ("X-GitHub-Event", "push"),
            ]
        }
        SourceKind::Candor => {
            vec![
                ("X-Candor-Signature", &tag),
                ("X-Candor-Delivery-Id", "d1"),
                ("X-Candor-Event", "study.completed"),
            ]
        }
        SourceKind::Refynd => {
            vec![
                ("X-Refynd-Signature", &tag),
                ("X-Refynd-Timestamp", &millis),
                ("X-Refynd-Event", "evaluation.complete"),
            ]
        }
        SourceKind::Generic | SourceKind::Standard => vec![("X-Signature", &tag)],
    };
    headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn signatures_of_the_other_kinds_are_over_the_raw_body_too() {
    let body = br#"{"data":{"testRunId":"k57abc","status":"complete"}}"#;
    let api_key = SigningSecret("rfnd_live_0123456789abcdef".to_owned());
    for kind in [SourceKind::Github, SourceKind::Candor, SourceKind::Refynd, SourceKind::Generic] {
        // The verifiers of that contract sign with the hexadecimal text of the key's digest.
        let key =
            if kind == SourceKind::Refynd { sha256_hex(&api_key.0) } else { api_key.0.clone() };
        let good = signed(kind, &key, body, NOW);
        let check = |headers: Vec<(String, String)>, body: &[u8], now| {
            verify(kind, &api_key, &HookHeaders::new(headers), body, at(now))
        };
        let taken = check(good.clone(), body, NOW).unwrap();
        let id = match kind {
            SourceKind::Github => "72d3".to_owned(),
            SourceKind::Candor => "d1".to_owned(),
            SourceKind::Refynd => "k57abc evaluation.complete".to_owned(),
            SourceKind::Generic | SourceKind::Standard => sha256_hex(body),
        };
        assert_eq!(taken.id, id);
        assert!(
            check(good.clone(), br#"{"data":{"testRunId":"k57abd","status":"complete"}}"#, NOW)
                .is_err()
        );
        for place in 0..good.len() {
            let mut less = good.clone();
            let (name, _) = less.remove(place);
            let may_lack = name.ends_with("Event");
            assert_eq!(check(less, body, NOW).is_ok(), may_lack, "{kind} without {name}");
        }
        let mut cut = good.clone();
        cut[0].1.truncate(50);
        assert!(check(cut, body, NOW).is_err(), "{kind}: a cut signature");
        let mut bare = good.clone();
        bare[0].1 = bare[0].1.replace("sha256=", "");
        assert!(check(bare, body, NOW).is_err(), "{kind}: no algorithm");
        let other = signed(kind, "another key altogether", body, NOW);
        assert!(check(other, body, NOW).is_err());
        assert_eq!(check(good, body, NOW + 301).is_ok(), kind != SourceKind::Refynd);
    }
    // What is signed and cannot be read is no fault of the signature.
    let broken = br#"{"data":{"testRunId":5"#;
    let headers = signed(SourceKind::Refynd, &sha256_hex(&api_key.0), broken, NOW);
    let taken = verify(SourceKind::Refynd, &api_key, &HookHeaders::new(headers), broken, at(NOW));
    assert!(taken.unwrap().id.starts_with(&sha256_hex(broken)));
    assert!(is_source_secret(SourceKind::Github, "12345").is_err());
    assert!(is_source_secret(SourceKind::Standard, "rfnd_live_0123456789abcdef").is_err());
}

#[test]
fn a_text_of_a_body_is_a_text_and_nothing_else() {
    let template = "---\nstudy: concept_test\npanel: 20\n---";
    assert_eq!(is_template(template), Ok(()));
    for bad in ["", "study: nps", "---\nstudy: nps", "text\n---\n---"] {
        assert!(is_template(bad).is_err(), "{bad}");
    }
    let body = br#"{"a":{"b":["---\npanel: 9\n---\nHi"]},"n":7,"e":" "}"#;
    let text = content_of(body, "/a/b/0").unwrap();
    let draft = draft_text(template, text.clone());
    assert_eq!(draft.sent(), text);
    let of_type = |template: &str| protocol::study::Draft {
        file: "body".to_owned(),
        text: draft_text(template, "study: nps\n---\nHi".to_owned()),
        ..protocol::study::Draft::default()
    };
    let names_its_type = |template| crate::domain::stimulus::names_its_type(&of_type(template));
    assert_eq!((names_its_type(template), names_its_type("---\n---")), (true, false));
    // A head of remarks alone is none, and what follows is not taken for one.
    assert!(!names_its_type("---\n# which panel?\n  # panel: 20\n\n---"));
    for bad in ["/n", "/e", "/x", "a/b", "/a"] {
        assert!(content_of(body, bad).is_err(), "{bad}");
    }
    assert!(content_of(b"{", "/a").is_err() && content_of(&[0xff], "/a").is_err());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(content_of(deep.as_bytes(), "/0").is_err());
    for twice in [r#"{"a":"one","a":"two"}"#, r#"{"a":"one","x":{"y":1,"y":2}}"#] {
        let why = content_of(twice.as_bytes(), "/a").unwrap_err();
        assert!(why.starts_with("a field of the body stands twice, at line 1, column "), "{why}");
    }
    assert_eq!(content_of(br#""the text""#, ""), Ok("the text".to_owned()));
}
