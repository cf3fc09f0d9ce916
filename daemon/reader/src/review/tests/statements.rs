//! What a review says of a whole text is true of it: that it names no figure, does not say what to do next, does not speak to
//! the reader, or bears nothing out. Half of the texts of each statement do what it denies, in the forms that real copy has.

use protocol::review::ContentType;

use super::{alone, review};

/// Sentences that do none of it, so that what a text does is a small part of it.
const ASIDE: &str = "The lamp stands on the table by the window. It glows softly in the evening. The wood is oiled by hand. \
    Its shade is made of linen, and its cord is black. The foot is heavy, which keeps it upright. Nobody hears it. \
    Guests like its colour, and children like its shape. Dust hardly shows on it. It fits a shelf, a desk and a sill.";

/// A statement, a type of content in which it is made, texts of which it is false, and texts of which it is true.
struct Statement {
    said: &'static str,
    kind: ContentType,
    is_false_of: [&'static str; 10],
    is_true_of: [&'static str; 10],
}

const STATEMENTS: [Statement; 4] = [
    Statement {
        said: "It names no figure.",
        kind: ContentType::ProductPage,
        is_false_of: [
            "The desk lamp costs $49 and dims with a touch of its foot.",
            "Three in four owners use this lamp every evening of the winter.",
            "The lamp uses 50% less power than the bulb it replaces.",
            "| Model | Hours |\n| --- | --- |\nThe small lamp: 12 h of light.\nThe large lamp: 30 h of light.",
            "A charge takes half an hour and lasts a weekend of reading.",
            "- light: 800 lumens\n- cord: black linen\n- foot: oiled oak",
            "Rated 4.7 by readers who keep the lamp beside their bed.",
            "The lamp comes with a two-year guarantee on every part of it.",
            "Dozens of schools light their libraries with this lamp.",
            "£1.2bn is what offices waste on light that nobody reads by.",
        ],
        is_true_of: [
            "The desk lamp has a linen shade, and dims with a touch of its foot.",
            "Most owners use this lamp every evening of the winter.",
            "The lamp uses far less power than the bulb it replaces.",
            "A charge takes a short while and lasts through a weekend of reading.",
            "- light: warm\n- cord: black linen\n- foot: oiled oak",
            "Readers keep the lamp beside their bed, and love the colour of its light.",
            "The lamp comes with a long guarantee on every part of it.",
            "Many schools light their libraries with this lamp.",
            "Offices waste a great deal of money on light that nobody reads by.",
            "Oak, linen and brass, made to stay in the family.",
        ],
    },
    Statement {
        said: "It does not say what to do next.",
        kind: ContentType::Email,
        is_false_of: [
            "Hello Ada,\nthe workshop has places left. Reply to this mail and one is yours.",
            "The evening class on lamps begins in May. Book your seat before it is full.",
            "The catalogue is out.\n\n[Download the catalogue]",
            "The sale of the lamps has begun.\n→ Shop the sale",
            "The lamp is back. Get yours at lamps.example.com",
            "The keynote is at noon. RSVP by Friday, and bring a friend.",
            "Want to hear more about it? Just text LAMP to our number.",
            "The tickets are on sale: https://lamps.example.com/tickets",
            "Pick a time that suits and call Ada on 0800 123 456.",
            "- Scan the code on the box\n- Choose a colour\n- Press the foot",
        ],
        is_true_of: [
            "Hello Ada,\nthe workshop was full of people, and everybody had a good time there.",
            "The evening class on lamps began in May, and all its seats were taken.",
            "The catalogue has the lamps of the year, in all the colours that they come in.",
            "The lamps were sold in a day, and the shelves of the shop are empty now.",
            "The lamp was made in a small town, where the trade has been known for ages.",
            "The keynote was at noon, and the hall was dark but for a lamp on the stage.",
            "We have moved the workshop to the old mill, which has more light.",
            "The people of the town have made lamps for ages, and are known for it.",
            "The shade is made of linen, the cord is black, and the foot is oiled oak.",
            "The team has grown, and the workshop has become a place where people meet.",
        ],
    },
    Statement {
        said: "It does not speak to the reader.",
        kind: ContentType::LandingPage,
        is_false_of: [
            "This lamp follows your eyes from the first page to the last one.",
            "You’ll read longer by it, because the light is warm and does not flicker.",
            "When the light is warm, you'll read longer, and sleep comes sooner.",
            "A lamp for readers: yours for as long as the evening lasts.",
            "Book your seat at the evening class on lamps.",
            "Treat yourself to an evening by the window with the lamp.",
            "The lamp knows when you’re asleep, and goes out by itself.",
            "Start the evening with a warm light on the page of a book.",
            "Join the people who read by a warm light every evening.",
            "Is the light in the room too cold? Then try the lamp for a month.",
        ],
        is_true_of: [
            "This lamp lights a page from the first line to the last one.",
            "People read longer by it, because the light is warm and does not flicker.",
            "When the light is warm, people sleep sooner.",
            "The lamp was made by a small firm that has made lamps for ages.",
            "We have made lamps for ages, and we are proud of our work.",
            "Our team has moved to the old mill, where we make our lamps by hand.",
            "The lamp knows when its owner sleeps, and goes out by itself.",
            "The evening begins with a warm light on the page of a book.",
            "Our lamps are sold in many shops, and our firm is known for them.",
            "The foot is oak, the shade is linen, and the cord is black.",
        ],
    },
    Statement {
        said: "Nothing bears out what it claims.",
        kind: ContentType::Ad,
        is_false_of: [
            "The lamp for people who read in bed. Rated 4.7 by 12,000 readers.",
            "According to NICE, warm light in the evening helps people to sleep.",
            "Three in four owners read longer by it than by their old lamp.",
            "“I read a whole book by it”, says Ada Holm, a nurse in Leeds.",
            "The lamp that the museum of Leeds has chosen for its library. ★★★★★",
            "Tested for nine months in the reading room of a library.",
            "The lamp uses 40% less power than the bulb it replaces.",
            "Winner of the design award of the city of Leeds.",
            "A study of a university found that people sleep sooner by it.",
            "Money back within a month, and a five year guarantee.",
        ],
        is_true_of: [
            "The lamp for people who read in bed, and for all others too.",
            "Warm light in the evening is good for sleep.",
            "It is the nicest lamp in town, and it makes evenings long.",
            "A whole book by it in an evening, and no eye hurts.",
            "The lamp that every library should have.",
            "The light is warm, and the eyes stay fresh.",
            "The lamp uses hardly any power at all.",
            "The lamp with the nicest shade in the city of Leeds.",
            "Warm light, soft shade, long evenings.",
            "The oak foot keeps it upright, and the shade keeps the light soft.",
        ],
    },
];

/// Whether the sentence is among what lowers a dimension of a text.
fn is_said(statement: &Statement, text: &str) -> bool {
    let found = review(&alone(statement.kind), text);
    found.faults().iter().any(|fault| fault.sentence == statement.said)
}

#[test]
fn what_is_said_of_a_whole_text_is_true_of_it() {
    let mut wrong = Vec::new();
    for statement in &STATEMENTS {
        for text in statement.is_false_of {
            let long = format!("{text}\n\n{ASIDE}\n\n{ASIDE}");
            let last = format!("{ASIDE}\n\n{ASIDE}\n\n{text}");
            for text in [text, &long, &last] {
                if is_said(statement, text) {
                    wrong.push(format!("{} is said of: {text}", statement.said));
                }
            }
        }
        for text in statement.is_true_of {
            if !is_said(statement, text) {
                wrong.push(format!("{} is not said of: {text}", statement.said));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_sentence_that_points_has_a_place_to_point_at() {
    for statement in &STATEMENTS {
        for text in statement.is_false_of.iter().chain(&statement.is_true_of) {
            let found = review(&alone(statement.kind), text);
            let points = found.faults().iter().filter(|fault| fault.sentence.starts_with("This "));
            for fault in points {
                let quote = fault.span.map(|span| found.quote(span)).unwrap_or_default();
                assert!(!quote.is_empty() && text.contains(quote), "{fault:?} of {text}");
            }
        }
    }
}

#[test]
fn code_is_left_out_of_the_reading() {
    let code = "let perhaps = synergy(leverage, 49);\nif perhaps > 12 { return various; }";
    let text =
        format!("Your lamp goes out by itself.\n\n{code}\n\nThe shade keeps the light soft.");
    let mut brief = alone(ContentType::ProductPage);
    brief.code = vec![code.to_owned()];
    let found = review(&brief, &text);
    let quotes: Vec<&str> =
        found.faults().iter().filter_map(|fault| Some(found.quote(fault.span?))).collect();
    assert!(quotes.iter().all(|quote| !code.contains(quote)), "{quotes:?}");
    assert!(found.faults().iter().any(|fault| fault.sentence == "It names no figure."));
    assert!(found.reading.features.makes_sense());
}
