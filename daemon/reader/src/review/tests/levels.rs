//! The levels stay on their scale, tell empty texts from good ones, and are the same every time.

use protocol::review::{ContentType, Dimension};

use super::{alone, mean, review};
use crate::review::Signal;

/// Texts that say nothing, or make no sense.
const EMPTY: &[&str] =
    &["Hi.", "Thing.", "🎉🎉🎉", "asdf qwer zxcv uiop hjkl", "https://a.example/b", "Some stuff."];

#[test]
fn what_says_nothing_is_low_in_everything() {
    for kind in ContentType::ALL {
        for text in EMPTY {
            let found = review(&alone(*kind), text);
            // Few words are the virtue of a thumbnail.
            let most = if *kind == ContentType::Thumbnail { 6.0 } else { 5.0 };
            assert!(mean(&found) < most, "{} {text:?}: {:.1?}", kind.as_str(), found.levels());
        }
    }
}

#[test]
fn a_better_text_is_higher_in_every_dimension_and_in_appeal() {
    let weak = "We are excited to announce that our company leverages various synergistic solutions. Hurry, it is 100% guaranteed!!! Prices on request.";
    let good = "You get your invoices out in 2 minutes. In our test with 412 shops, 9 of 10 saved two hours a week. It costs 12 euros a month, and you can stop any time. Start your free month by Friday.";
    for kind in [ContentType::Email, ContentType::LandingPage, ContentType::Ad] {
        let (one, other) = (review(&alone(kind), weak), review(&alone(kind), good));
        for dimension in kind.dimensions() {
            let (low, high) = (one.level(*dimension), other.level(*dimension));
            assert!(
                high > low + 0.5,
                "{} {}: {low:.1} {high:.1}",
                kind.as_str(),
                dimension.as_str()
            );
        }
        assert!(other.appeal() > one.appeal() + 1.5, "{}", kind.as_str());
    }
}

#[test]
fn levels_stay_on_their_scale_and_repeat() {
    let loud =
        "AMAZING!!! Hurry, act now: 100% guaranteed synergies leverage paradigms. ".repeat(6);
    for kind in ContentType::ALL {
        let found = review(&alone(*kind), &loud);
        for (dimension, level) in found.levels() {
            assert!((1.0..=10.0).contains(level), "{} {level}", dimension.as_str());
        }
        assert_eq!(found.levels(), review(&alone(*kind), &loud).levels());
    }
}

#[test]
fn a_dimension_of_another_type_is_in_the_middle() {
    let found = review(&alone(ContentType::Youtube), "Why I quit after 9 months");
    assert_eq!(found.level(Dimension::NewsValue), 5.5);
    assert!(found.signal(Signal::OpenLoop) > 0.3);
}

#[test]
fn a_swindle_is_not_trusted() {
    let honest = "Your savings earn 4.2 percent a year at the bank of Leeds. Reply by Friday to open the account.";
    let swindle = "Your account was chosen for 4.2 million dollars. Send us your password and 200 dollars in gift cards by Friday to get the money.";
    let level = |text| review(&alone(ContentType::Email), text).level(Dimension::Trust);
    assert!(level(honest) > level(swindle) + 2.0, "{} {}", level(honest), level(swindle));
}
