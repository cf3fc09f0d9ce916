//! Sentences before and after the rules of words: each stays a sentence of the same meaning, or stays as it was.

use protocol::review::ContentType;

use super::by;
use crate::editor::EditorRule;

/// What the rule of plain words makes of a sentence.
const PLAIN: &[(&str, &str)] = &[
    // A verb with the sense of its plain one.
    ("You may terminate the contract at any time.", "You may end the contract at any time."),
    ("We utilize solar power.", "We use solar power."),
    ("The app utilizes your camera.", "The app uses your camera."),
    ("We utilized the old kiln for ten years.", "We used the old kiln for ten years."),
    ("Parking commences at nine.", "Parking starts at nine."),
    ("You will be notified by text.", "You will be told by text."),
    ("The office was relocated to Leeds.", "The office was moved to Leeds."),
    ("We assist you with the form.", "We help you with the form."),
    ("Submit your application by Friday.", "Send your application by Friday."),
    ("By utilizing the timer, you save power.", "By using the timer, you save power."),
    ("The plant ceased production in May.", "The plant stopped production in May."),
    ("Please verify your address.", "Please check your address."),
    ("It elevates your brand.", "It improves your brand."),
    ("Two playgrounds will be constructed here.", "Two playgrounds will be built here."),
    ("We anticipate a busy winter.", "We expect a busy winter."),
    // The same verb in another sense.
    (
        "Terminate the machine before you open the lid.",
        "Terminate the machine before you open the lid.",
    ),
    ("The train terminates here.", "The train terminates here."),
    ("Elevate your legs for ten minutes.", "Elevate your legs for ten minutes."),
    ("We live by an elevated railway.", "We live by an elevated railway."),
    ("An established brand needs no launch.", "An established brand needs no launch."),
    ("It is an illustrated guide.", "It is an illustrated guide."),
    ("Make an informed decision.", "Make an informed decision."),
    ("The company ceased to exist in 2019.", "The company ceased to exist in 2019."),
    ("Verified buyers rate it 4.7.", "Verified buyers rate it 4.7."),
    ("Never submit to pressure.", "Never submit to pressure."),
    ("Thousands demonstrate in the streets.", "Thousands demonstrate in the streets."),
    ("The talk was facilitated by Ada.", "The talk was facilitated by Ada."),
    ("We have selected a wine for you.", "We have selected a wine for you."),
    ("It is optimized for phones.", "It is optimized for phones."),
    ("A discontinued model costs less.", "A discontinued model costs less."),
    ("The car accelerates.", "The car accelerates."),
    // Quantities need things that can be counted.
    ("We tested approximately 40 numerous lamps.", "We tested about 40 numerous lamps."),
    ("Numerous guests came back.", "Many guests came back."),
    ("The options are numerous.", "The options are numerous."),
    ("A wide range of tools is waiting.", "A wide range of tools is waiting."),
    ("We rent out a wide range of equipment.", "We rent out a wide range of equipment."),
    ("We rent out a wide range of tools.", "We rent out many tools."),
    ("The majority of our guests come by train.", "Most of our guests come by train."),
    ("A large number of people asked.", "Many people asked."),
    ("They won by a majority of 12.", "They won by a majority of 12."),
    // Nouns that describe another noun stay.
    ("There is no termination fee.", "There is no termination fee."),
    ("The methodology is simple.", "The method is simple."),
    ("It was a paradigm shift.", "It was a paradigm shift."),
    ("An iron deficiency makes you tired.", "An iron deficiency makes you tired."),
    ("It differs by an order of magnitude.", "It differs by an order of magnitude."),
    ("With your assistance we will do it.", "With your help we will do it."),
    // Phrases in another sense, or within another word.
    ("Once upon a time there was a mill.", "Once upon a time there was a mill."),
    ("Read the frequently asked questions.", "Read the frequently asked questions."),
    ("The farm is self-sufficient.", "The farm is self-sufficient."),
    ("Shortly thereafter it rained.", "Shortly thereafter it rained."),
    ("It has end-to-end encryption.", "It has end-to-end encryption."),
    ("We ultimately chose oak.", "We ultimately chose oak."),
    ("He came with a view to buying.", "He came with a view to buying."),
    ("In some cases of flu it helps.", "In some cases of flu it helps."),
    ("In order to save power, it dims.", "To save power, it dims."),
    ("Prior to the move we called.", "Before the move we called."),
    ("It arrives upon request.", "It arrives on request."),
    ("Furthermore, we pay the fare.", "Also, we pay the fare."),
];

/// What other rules make of a sentence.
const OTHER: &[(EditorRule, &str, &str)] = &[
    (
        EditorRule::CutOpening,
        "It goes without saying that bread is best warm.",
        "Bread is best warm.",
    ),
    (EditorRule::CutOpening, "There is no doubt that the bread is warm.", "The bread is warm."),
    (
        EditorRule::CalmMarks,
        "The bread is warm!!! Come at nine.",
        "The bread is warm. Come at nine.",
    ),
    (
        EditorRule::CalmMarks,
        "Six loaves for $5!!! Come at nine.",
        "Six loaves for $5. Come at nine.",
    ),
    (
        EditorRule::CalmMarks,
        "Warm bread \u{1f525}!!! Come at nine.",
        "Warm bread \u{1f525}! Come at nine.",
    ),
    (
        EditorRule::CalmMarks,
        "WOW!!! this is warm. Come at nine.",
        "WOW! this is warm. Come at nine.",
    ),
    (EditorRule::CalmMarks, "Is it warm?!! Come at nine.", "Is it warm? Come at nine."),
    (EditorRule::CalmMarks, "We know that 3! = 6. Now add 4!", "We know that 3! = 6. Now add 4."),
];

#[test]
fn every_sentence_keeps_its_grammar_and_its_meaning() {
    assert!(PLAIN.len() + OTHER.len() >= 60);
    let plain = PLAIN.iter().map(|(before, after)| (EditorRule::PlainWords, *before, *after));
    let mut wrong = Vec::new();
    for (rule, before, after) in plain.chain(OTHER.iter().copied()) {
        let found = by(ContentType::Other, rule, before);
        if found != after {
            wrong.push(format!("{before}\n  is  {found}\n  not {after}"));
        }
    }
    assert!(wrong.is_empty(), "{} of them\n{}", wrong.len(), wrong.join("\n"));
}
