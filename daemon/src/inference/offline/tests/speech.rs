//! What respondents say.

use super::people::panel;
use super::{ask_all, concept, json};

/// Prints reasonings of a file of texts, for reading.
#[test]
#[ignore = "for reading, not for checking"]
fn read_some() {
    let path = std::env::var("READ_FILE").unwrap();
    let n: usize = std::env::var("READ_N").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let texts: Vec<String> =
        std::fs::read_to_string(path).unwrap().split("\n---\n").map(str::to_owned).collect();
    let people = panel(n as u64, 11);
    let mut out = String::new();
    for text in &texts {
        out += &format!("\n### {text}\n");
        let features = super::Offline::embedded().features(text);
        for (theme, mass) in super::Benefit::ALL.iter().zip(&features.benefits) {
            for e in &mass.evidence {
                out += &format!("   + {} {:.2} [{}]\n", theme.as_str(), e.count, e.span.of(text));
            }
        }
        for (theme, mass) in super::Concern::ALL.iter().zip(&features.concerns) {
            for e in &mass.evidence {
                out += &format!("   - {} {:.2} [{}]\n", theme.as_str(), e.count, e.span.of(text));
            }
        }
        out += &format!(
            "   price {:?} grade {:.1} hype {} spec {:.1} tone +{:.2} -{:.2} sense {:.2}\n",
            features.price.map(|p| (p.monthly, p.span.of(text).to_owned())),
            features.grade,
            features.hype,
            features.specificity,
            features.pleasant,
            features.unpleasant,
            features.sense
        );
        for (reply, person) in ask_all(&concept(text, 3), &people).iter().zip(&people) {
            let answer = json(reply);
            out += &format!(
                "  {:>2} {} {} | {}, {} | {}\n",
                answer["score"],
                answer["sentiment"].as_str().unwrap(),
                answer["purchase_intent"].as_str().unwrap(),
                person.age,
                person.education,
                answer["reasoning"].as_str().unwrap()
            );
        }
    }
    std::fs::write(std::env::var("READ_OUT").unwrap(), out).unwrap();
}
