//! Which topics a text has.

use super::{named, tables};

/// Texts and their topics, in alphabetical order.
const TEXTS: &[(&str, &[&str])] = &[
    // Texts that speak to everybody alike.
    ("It is a box. It is grey.", &[]),
    ("Olive oil from a single grove in Jaén, pressed within a day of picking.", &[]),
    ("Ten kitchen sponges, yellow and green. 99p.", &[]),
    ("We answer within an hour and refund you if we do not.", &[]),
    ("The umbrella keeps its shape in a storm and has a two-year guarantee.", &[]),
    ("A savings account that pays 3.1% a year on every dollar.", &[]),
    ("We will book a table for you and lift the mood of your evening.", &[]),
    ("Please cash in on the good weather while it lasts.", &[]),
    ("The installed base grew; the court passed the appeal.", &[]),
    ("Old-fashioned toffee with a pinch of salt.", &[]),
    ("He trained the staff and pierced the paper.", &[]),
    ("Members receive one kilogram of coffee each month.", &[]),
    // Charges and clubs.
    ("Returns cost $4.95 each, taken from your refund.", &["extra_charge"]),
    ("There is no booking fee.", &["no extra_charge"]),
    ("Members of our club return for free.", &["paid_club"]),
    // Bodies and getting about.
    ("A flat on the third floor without a lift.", &["stairs"]),
    ("Reached by steep stairs from the street.", &["stairs"]),
    ("You climb to the fourth floor.", &["stairs"]),
    ("There is no lift in the building.", &["stairs"]),
    ("There are no stairs anywhere in the house.", &["no stairs"]),
    ("Step-free from the door to the pool.", &["lift"]),
    ("A phone with big buttons and a loud ring.", &["eyesight", "hearing"]),
    ("The instructions come in tiny print.", &["tiny_print"]),
    ("Hearing loops at every desk.", &["hearing"]),
    ("A cream for stiff joints and arthritis.", &["age_medicine"]),
    ("The flu jab takes five minutes.", &["vaccination"]),
    ("A guide to the menopause.", &["menopause"]),
    ("A mascara that stays on in the rain.", &["make_up"]),
    ("A razor with five blades for a clean shave.", &["shaving"]),
    ("Kettlebells and a treadmill for the winter.", &["fitness"]),
    ("Tai chi by the lake every morning.", &["gentle_exercise"]),
    ("You carry the sacks to the door.", &["heavy"]),
    ("All rooms are on one level.", &["lift"]),
    ("For people who hear badly.", &["hearing"]),
    // Family and household.
    ("Nappies for newborns, delivered monthly.", &["babies"]),
    ("A forest nursery for toddlers.", &["toddlers"]),
    ("The primary school gives no homework at weekends.", &["school"]),
    ("Children eat free on Sundays.", &["family"]),
    ("An adults-only hotel by the sea.", &["adults_only"]),
    ("No children, please.", &["adults_only"]),
    ("Speed dating for singles on Thursday.", &["dating"]),
    ("A ready meal for one person.", &["for_one"]),
    ("A single supplement of $300 applies.", &["single_supplement"]),
    ("Gifts for grandchildren.", &["grandchildren"]),
    // Home and place.
    ("A lawn mower that runs for an hour.", &["gardening"]),
    ("A heat pump for your roof space, paid from the mortgage.", &["home_ownership"]),
    ("Tenants may ask the landlord for a second key.", &["renting"]),
    ("A cordless drill with two batteries.", &["tools"]),
    ("Food for old dogs.", &["pets"]),
    ("Milk from cattle on 40 hectares.", &["farming"]),
    ("You need a car to get there.", &["car_needed"]),
    ("The cabin can be reached without a car.", &["no car"]),
    ("The village shop stays open.", &["countryside"]),
    ("Bike lanes on every main street.", &["cycling"]),
    ("The bus runs every ten minutes.", &["public_transport"]),
    ("There is no bus on Sundays.", &["no public_transport"]),
    ("Charging points for electric cars.", &["electric_car"]),
    // Work, technology, money.
    ("You can work from home on Fridays.", &["home_office"]),
    ("Shift work with weekend work every month.", &["night_work"]),
    ("Half price for students in their last semester.", &["students", "thrift"]),
    ("Download the app to pay.", &["app_needed"]),
    ("No app needed.", &["no app_needed"]),
    ("Tickets are sold by app.", &["app"]),
    ("There is no app.", &["no app"]),
    ("The bank closes its last branch.", &["app_needed"]),
    ("Tickets are only sold in the app.", &["app_needed"]),
    ("An introduction to philosophy.", &["learned"]),
    ("An assistant with artificial intelligence.", &["ai"]),
    ("A chatbot answers your questions.", &["chatbot"]),
    ("It works with Alexa.", &["voice_assistant"]),
    ("Paper bills by post, as before.", &["printed"]),
    ("Speak to a real person at the counter.", &["in_person"]),
    ("We accept cash.", &["cash"]),
    ("Cash is not accepted.", &["cashless"]),
    ("A designer bag with a private concierge.", &["luxury"]),
    ("Second-hand coats and coupons for more.", &["thrift"]),
    ("An index fund with low dividends.", &["investing"]),
    ("A pension for the self-employed.", &["retirement"]),
    ("A club for the over-60s.", &["care_of_the_old"]),
    ("No carbon emissions.", &["sustainable"]),
    // Leisure and region.
    ("Guest list for the best clubs and techno until four.", &["nightlife"]),
    ("Three seats at the opera.", &["high_culture"]),
    ("A tent that is pitched in six minutes.", &["camping"]),
    ("Vegan sausages.", &["meat", "plant_based"]),
    ("Alcohol-free beer.", &["alcohol"]),
    ("The parish invites you to a prayer.", &["religion"]),
    ("Free for members of Medicare.", &["us_affairs"]),
    ("Booked through the NHS.", &["uk_affairs"]),
    ("A weekend in Texas.", &["southwest"]),
];

#[test]
fn texts_have_the_topics_that_they_speak_of() {
    let (table, _) = tables();
    assert!(TEXTS.len() >= 60);
    let wrong: Vec<String> = TEXTS
        .iter()
        .map(|(text, expected)| (text, named(table, text), expected))
        .filter(|(_, found, expected)| found != *expected)
        .map(|(text, found, expected)| format!("{text}: {found:?}, not {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_denial_is_heard_in_its_wordings() {
    let (table, _) = tables();
    for text in [
        "No smartphone or app needed.",
        "You never need an app.",
        "You don't need the app.",
        "An app is not required.",
        "An app is optional.",
        "Rather than an app, you get a key.",
        "It works without downloading any app.",
        "No trains, buses or trams.",
    ] {
        let found = named(table, text);
        assert!(
            !found.is_empty() && found.iter().all(|name| name.starts_with("no ")),
            "{text} {found:?}"
        );
    }
    for text in [
        "Not only an app, but a whole kit.",
        "Do not miss our app.",
        "No contract, and an app for your phone.",
        "It is not far from the app to the shop.",
        "No bus, an app for taxis.",
    ] {
        let found = named(table, text);
        assert!(found.contains(&"app".to_owned()), "{text} {found:?}");
    }
}

#[test]
fn a_topic_that_is_there_and_not_there_is_half_denied() {
    let (table, _) = tables();
    let found = super::mentions(table, "The house has stairs. The annexe has no stairs.");
    assert_eq!(found.len(), 1);
    assert!((found[0].denied - 0.5).abs() < 1e-9);
}
