//! What stands around a text: its neighbours in the feed, and the audience and goal that its framing should fit.

use protocol::review::{ContentType, Neighbours};

use super::review;
use crate::review::Brief;

fn among(texts: &[&str]) -> Brief {
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    Brief { neighbours: Neighbours::Given { texts }, ..Brief::of_type(ContentType::Headline) }
}

#[test]
fn a_copy_of_a_neighbour_does_not_stand_out() {
    let text = "Why 61 nurses in Leeds quit one ward";
    let level = |texts: &[&str]| review(&among(texts), text).distinctiveness();
    let copy = level(&["Ten best shoes", text]);
    let alike = level(&["Why 58 nurses in Hull quit one hospital ward", "Nurses quit in Leeds"]);
    let other = level(&["Ten best shoes for the summer", "The new bridge opens on Monday"]);
    assert!((1.0..1.2).contains(&copy), "{copy}");
    assert!(alike < 4.0 && other > 7.0 && alike > copy, "{alike} {other}");
    let nearest = review(&among(&["Ten best shoes", text]), text);
    assert_eq!(nearest.nearest().map(|one| one.text.as_str()), Some(text));
}

#[test]
fn every_type_has_a_stock_feed_in_which_worn_forms_drown() {
    for kind in ContentType::ALL {
        let brief = Brief::of_type(*kind);
        let worn = crate::Reader::embedded().review.feeds.of(*kind)[0].clone();
        let own = "The lighthouse keeper of Sumburgh sold me his grandmother's radio for 12 pounds";
        let (low, high) =
            (review(&brief, &worn).distinctiveness(), review(&brief, own).distinctiveness());
        assert!(low < 1.2 && high > low + 4.0, "{}: {low:.1} {high:.1}", kind.as_str());
    }
}

#[test]
fn framing_fits_an_audience_of_its_own_orientation() {
    let gain = "Grow your sales, win more customers and reach your dream";
    let loss = "Avoid losses, protect your savings and never worry about a mistake";
    let fit = |audience: Option<&str>, text| {
        let audience = audience.map(str::to_owned);
        review(&Brief { audience, ..among(&[]) }, text).regulatory_fit()
    };
    for (audience, suits, jars) in
        [("ambitious startup founders", gain, loss), ("cautious retired homeowners", loss, gain)]
    {
        assert!(fit(Some(audience), suits) > 7.0, "{audience}");
        assert!(fit(Some(audience), jars) < 4.0, "{audience}");
    }
    assert_eq!(fit(None, gain), 5.5, "nobody's orientation is known");
    assert_eq!(fit(Some("people in Leeds"), loss), 5.5, "an audience without one");
}

#[test]
fn a_text_about_the_audience_is_more_relevant() {
    let brief = |audience: &str| Brief { audience: Some(audience.to_owned()), ..among(&[]) };
    let text = "What your dog's kidney diet costs in Leeds";
    let level =
        |audience| review(&brief(audience), text).level(protocol::review::Dimension::Relevance);
    let (owners, others) =
        (level("owners of old dogs with kidney disease"), level("buyers of concrete pumps"));
    assert!(owners > others + 0.5, "{owners} {others}");
}
