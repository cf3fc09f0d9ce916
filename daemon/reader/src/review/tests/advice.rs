//! Advice that would be false: what a review must not say of texts that do what it denies, or do not do what it blames. Beside each kind
//! stand texts of which it is true, so that silence alone does not pass.

use protocol::review::ContentType;

use super::{alone, review};
use crate::review::Signal;

/// A signal whose fault would be false of the texts.
struct FalseAdvice {
    rule: Signal,
    of: &'static [(ContentType, &'static str)],
}

use ContentType::{
    Ad, BlogPost, Email, EmailSubject, Headline, LandingPage, Linkedin, Other, PressRelease,
    ProductPage, SocialPost, Thumbnail, Tweet, Youtube,
};

const FALSE: &[FalseAdvice] = &[
    FalseAdvice {
        rule: Signal::Jargon,
        of: &[
            (Ad, "Learn BSL in 12 evenings. Deaf teachers, groups of eight, £96."),
            (
                Email,
                "The facilities team cleans the fridge on Friday. Your parcel is delivered on Monday.",
            ),
            (
                ProductPage,
                "There is space for three jackets and a robust zip. Unpack it, and it stands.",
            ),
            (
                LandingPage,
                "Utilities are included in the rent of £640, and the bandwidth is 500 Mbit/s.",
            ),
            (Headline, "How quantum clocks learn to function in the cold"),
        ],
    },
    FalseAdvice {
        rule: Signal::Shouting,
        of: &[
            (
                PressRelease,
                "FOR IMMEDIATE RELEASE\n\nNASA and ESA name the crew\n\nLONDON, 4 May 2026 – NASA, ESA and JAXA name four people for the flight.",
            ),
            (Tweet, "TIL the IKEA in Leeds files its VAT with HMRC by FAX"),
            (
                Email,
                "The new fridge comes on Monday. It has a freezer! The old one goes on Friday at five. Anything that is still in it then goes into the bin, and so does the list on its door. Thanks!",
            ),
            (Headline, "GDPR: what NATO and UNICEF may keep about you"),
        ],
    },
    FalseAdvice {
        rule: Signal::Names,
        of: &[
            (Headline, "The Town That Banned Leaf Blowers Now Has a Queue for Rakes"),
            (Headline, "Leeds council votes to close two libraries in Armley and Beeston"),
            (Headline, "Apple cuts the price of its cheapest phone"),
            (Youtube, "Repairing a Bosch dishwasher that does not drain"),
            (
                ProductPage,
                "This kettle whistles in F sharp. It is made in Styria. Works on gas and induction.",
            ),
        ],
    },
    FalseAdvice {
        rule: Signal::OpenLoop,
        of: &[
            (Headline, "The town that banned leaf blowers now has a queue for rakes"),
            (Headline, "I sold my car. Here is what my knees say"),
            (Youtube, "He Built a House for $900 and Nobody Noticed"),
            (EmailSubject, "Your flight to Oslo moved to 06:45. Keep it or change it?"),
            (Headline, "One letter that cost a bank 3 million euros"),
        ],
    },
    FalseAdvice {
        rule: Signal::Action,
        of: &[
            (
                Email,
                "Hello Ms Okafor,\n\nyour invoice 20391 over €214.50 is open since 3 June. Pay it here: https://pay.kranz.example/20391",
            ),
            (Ad, "Next course: 7 January, Manchester Central Library. Book: bslnights.example"),
            (
                Email,
                "Your parcel waits at the kiosk. Bring your passport, and collect it by Friday.",
            ),
            (LandingPage, "A store room for £22 a month.\n\n[Reserve a room]"),
        ],
    },
    FalseAdvice {
        rule: Signal::ManyActions,
        of: &[
            (
                LandingPage,
                "Payroll for cafés.\n\n1. Photograph your rota.\n2. Check our draft.\n3. Tap approve.\n4. Read a book.\n\nStart with last month's rota.",
            ),
            (
                Ad,
                "Winter tyres fitted in Cardiff from £240. Call us, email us, or write to the shop.",
            ),
        ],
    },
    FalseAdvice {
        rule: Signal::Ease,
        of: &[
            (
                LandingPage,
                "Payroll for cafés.\n\n1. Photograph your rota on Sunday.\n2. Check our draft.\n3. Tap approve.",
            ),
            (
                LandingPage,
                "A store room for £22. The contract runs from month to month. Book online or call.",
            ),
        ],
    },
    FalseAdvice {
        rule: Signal::LongSentences,
        of: &[
            (Headline, "How a dentist in Derby lost a bet about chat and won a month"),
            (
                EmailSubject,
                "Your flight to Oslo moved to 06:45. Keep it or change it free by Thursday",
            ),
            (
                Tweet,
                "We moved our standup from 9:00 to 11:30 and lost zero meetings but gained 6 hours of quiet a week.",
            ),
            (Thumbnail, "Nobody told me what the roof of this house would cost"),
        ],
    },
    FalseAdvice {
        rule: Signal::Vague,
        of: &[
            (Youtube, "I Lived on €30 for a Week. Here's the One Thing I'd Never Do Again"),
            (LandingPage, "You need a photo ID and a bank card. A room costs £22 a month."),
            (
                BlogPost,
                "If there is still scale on the element, boil it again. The fridge needs a clean seal.",
            ),
        ],
    },
    FalseAdvice {
        rule: Signal::Hedges,
        of: &[
            (LandingPage, "Dinner in 20 minutes or less, and you would rather eat than cook."),
            (SocialPost, "What kind of bread is this? I could have asked, rather than guessed."),
        ],
    },
    FalseAdvice {
        rule: Signal::Filler,
        of: &[(SocialPost, "Bring just your own cup. Speak clearly, and label the jars clearly.")],
    },
    FalseAdvice {
        rule: Signal::Hype,
        of: &[
            (Email, "The outstanding balance is £40. Each box has a unique number."),
            (Headline, "The most common mistake in a lease, and the best time to find it"),
            (ProductPage, "\"An amazing kettle\", says Ada Holm of Leeds. It holds 1.5 litres."),
        ],
    },
    FalseAdvice {
        rule: Signal::Overclaim,
        of: &[
            (
                Email,
                "Your deposit is guaranteed by the state up to £85,000. No result is guaranteed.",
            ),
            (Headline, "Nobody knows why the bees came back"),
        ],
    },
    FalseAdvice {
        rule: Signal::Pressure,
        of: &[
            (
                PressRelease,
                "Buyers should stop using the stove immediately and return it to any branch.",
            ),
            (
                Email,
                "Please do not hesitate to call. Everyone is welcome, and nobody comes too late.",
            ),
        ],
    },
    FalseAdvice {
        rule: Signal::Obstacles,
        of: &[
            (
                ProductPage,
                "Delivered within 2 working days by post. No minimum term, no registration required.",
            ),
            (LandingPage, "Yoga is a form of rest. Scan the code at the door."),
        ],
    },
    FalseAdvice {
        rule: Signal::Clickbait,
        of: &[(Ad, "A family-owned bakery. Order today, delivered overnight.")],
    },
    FalseAdvice {
        rule: Signal::WornForm,
        of: &[(
            Linkedin,
            "I lost a bet in March.\n\nWe agree on one phone number for emergencies, and on one newsletter a month.",
        )],
    },
    FalseAdvice {
        rule: Signal::TitleStray,
        of: &[(Thumbnail, "RIP Windows 10?"), (Thumbnail, "It cost me £9,400")],
    },
    FalseAdvice {
        rule: Signal::Proof,
        of: &[
            (
                Ad,
                "Winter tyres fitted in Cardiff. Four tyres from £240 including fitting and balancing.",
            ),
            (Other, "Quiet hours are from 10 pm to 7 am. Bins go out on Tuesday evening."),
        ],
    },
    FalseAdvice {
        rule: Signal::PointFirst,
        of: &[(Email, "Hey all,\n\nthe fridge on the third floor dies on Friday at 5 pm.")],
    },
    FalseAdvice {
        rule: Signal::SlowOpening,
        of: &[(
            PressRelease,
            "The residents of Ballinacarrow have filed a case at the High Court in Dublin against Lumera Ltd, whose 96 satellites reflect sunlight onto solar parks at night, and over the village as well.",
        )],
    },
    FalseAdvice {
        rule: Signal::Headings,
        of: &[(
            PressRelease,
            "Leeds bakery opens its second shop\n\nLEEDS, 4 May 2026 – Hartley's opens a second bakery in Armley on Friday.\n\nThe shop employs nine people and bakes from four in the morning.\n\n\"We wanted a bigger oven,\" said Ann Hartley, its owner.",
        )],
    },
    FalseAdvice {
        rule: Signal::Reasons,
        of: &[
            (
                BlogPost,
                "Step 1: Take the lid off the filter.\nStep 2: Rinse the filter under the tap.\nStep 3: Let it dry for a day.",
            ),
            (
                BlogPost,
                "First you take the wheel out of the fork. Then you lift the tyre over the rim with two levers. Finally you put the new tube in and pump it up to three bar.",
            ),
        ],
    },
    FalseAdvice {
        rule: Signal::Tellable,
        of: &[(
            Tweet,
            "TIL the IKEA in Älmhult has a museum with a 1:1 copy of the founder's office",
        )],
    },
];

/// Texts of which it is true.
const TRUE: &[(Signal, ContentType, &str)] = &[
    (Signal::Jargon, LandingPage, "We leverage a holistic paradigm for your rota."),
    (Signal::Shouting, Ad, "AMAZING DEALS!!! Shop our BIGGEST SALE!!!"),
    (Signal::Shouting, Headline, "You MUST read this NOW before you buy a house"),
    (Signal::Names, Headline, "Some facts about sleep, and why you may want to know them"),
    (Signal::OpenLoop, Headline, "Council votes to close two libraries"),
    (
        Signal::Action,
        Email,
        "The workshop was full of people, and everybody had a good time there.",
    ),
    (
        Signal::ManyActions,
        Email,
        "The sale has begun.\n\nShop the sale. Follow us on the web. Read our story. Join the club.",
    ),
    (
        Signal::LongSentences,
        BlogPost,
        "When the man who had come to look at the roof of the old house by the river said that it would cost more than the house itself had cost when we bought it, we laughed.",
    ),
    (Signal::Vague, LandingPage, "We offer various solutions for all your needs."),
    (Signal::Hedges, Other, "It may possibly help you to save a little."),
    (Signal::Filler, BlogPost, "At the end of the day, bread is basically flour."),
    (Signal::Hype, Ad, "A revolutionary kettle, and an amazing lid."),
    (Signal::Overclaim, Ad, "It works for everyone, and cures all pain."),
    (Signal::Pressure, Email, "Hurry, act now, before it is too late!"),
    (Signal::Obstacles, LandingPage, "Registration is required, and restrictions apply."),
    (Signal::Clickbait, Headline, "You won't believe what happened next in this kitchen"),
    (Signal::WornForm, Tweet, "Unpopular opinion: mornings are overrated."),
    (
        Signal::Headings,
        BlogPost,
        "The roof was old, and the rain came in. We had it mended by a man from the next village.\n\nHe came on a Monday with a ladder and a boy. They took the slates off, and the roof stood open for a week. We slept in the kitchen with the dog and two buckets, and nobody minded it much.\n\nIn the end the new roof was as red as the old one had been, and the dog did not want to leave the kitchen any more.",
    ),
    (
        Signal::Reasons,
        BlogPost,
        "Bread is better than it was. Everybody likes a good loaf, and nobody bakes one at home. The shops sell what they sell.",
    ),
    (Signal::Proof, Ad, "The nicest lamp in town, and the best light for your eyes."),
];

fn is_blamed(rule: Signal, kind: ContentType, text: &str) -> bool {
    review(&alone(kind), text).faults().iter().any(|fault| fault.rule == rule)
}

#[test]
fn no_advice_is_false() {
    let mut wrong = Vec::new();
    for FalseAdvice { rule, of } in FALSE {
        for (kind, text) in of.iter().filter(|(kind, text)| is_blamed(*rule, *kind, text)) {
            wrong.push(format!("{} is blamed of {}: {text}", rule.as_str(), kind.as_str()));
        }
    }
    for (rule, kind, text) in TRUE {
        if !is_blamed(*rule, *kind, text) {
            wrong.push(format!("{} is not blamed of {}: {text}", rule.as_str(), kind.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn one_review_never_asks_for_a_thing_and_against_it() {
    let texts = [
        "Please do not hesitate to write. Shop the sale, follow us, read our story, join the club, and watch the film.",
        "Hurry, last chance! Act now.",
        "Registration is required. You must fill in the form with proof of residence.",
    ];
    for text in texts {
        for kind in ContentType::ALL {
            let found = review(&alone(*kind), text);
            let told = |rule: Signal| found.faults().iter().any(|fault| fault.rule == rule);
            assert!(!(told(Signal::Action) && told(Signal::ManyActions)), "{kind:?} {text}");
            assert!(!(told(Signal::Asks) && told(Signal::ManyActions)), "{kind:?} {text}");
            assert!(!(told(Signal::Deadline) && told(Signal::Pressure)), "{kind:?} {text}");
            assert!(!(told(Signal::Ease) && told(Signal::Obstacles)), "{kind:?} {text}");
        }
    }
}

#[test]
fn tags_are_no_words() {
    let text = "We bake <b>every</b> morning at five, and <span style=\"color: red\">you</span> get it warm.<br/>The first loaf is yours.";
    let found = review(&alone(Other), text);
    assert!(found.reading.features.makes_sense());
    let plain = text.replace("<b>", "   ").replace("</b>", "    ");
    assert_eq!(review(&alone(Other), &plain).levels(), found.levels());
    let quotes = found.faults().iter().filter_map(|fault| Some(found.quote(fault.span?)));
    assert!(quotes.into_iter().all(|quote| quote != "span" && quote != "style" && quote != "b"));
}
