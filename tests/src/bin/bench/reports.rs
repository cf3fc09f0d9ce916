//! Benchmarks of analysis: from answers to results, and from a stored study to a report.

use std::time::{Duration, Instant};

use harness::{Home, process, studies};
use protocol::study::StudySpec;

use crate::builtin::{mebibytes, median, milliseconds};
use crate::row::Row;

/// All benchmarks.
pub(crate) fn rows() -> Vec<fn() -> Vec<Row>> {
    vec![reports]
}

/// Results with segments, contrasts, bootstrap and themes, then the reading commands on a stored study.
fn reports() -> Vec<Row> {
    let home = Home::new();
    let _daemon = home.daemon();
    home.write("idea.md", studies::concept(10_000, 7));
    let id = studies::id(&home.run(["run", "idea.md", "--json"]).expect(0));
    let spec = home.link().asked(id).unwrap().spec;
    let few = (0..5).map(|_| computed(&spec, 10_000)).collect();
    let many = computed(&spec, 1_000_000);
    let (before, _) = process::memory_kib(std::process::id()).unwrap();
    let _results = computed(&spec, 2_000_000);
    let (after, _) = process::memory_kib(std::process::id()).unwrap();
    let timed = |args: &[&str]| {
        let times = (0..5)
            .map(|_| {
                let begun = Instant::now();
                drop(home.run(args).expect(0));
                begun.elapsed()
            })
            .collect();
        milliseconds(median(times))
    };
    let report = |name: &str, args: &[&str]| Row::at_most(name, timed(args), 150.0, "ms");
    vec![
        Row::at_most("results of 10,000 answers, all in", milliseconds(median(few)), 150.0, "ms"),
        Row::at_most("results of 1,000,000 answers, all in", many.as_secs_f64(), 10.0, "s"),
        Row::at_most(
            "memory that 2,000,000 answers take beyond that",
            mebibytes(after.saturating_sub(before)),
            4.0,
            "MiB",
        ),
        report("show, 10,000 personas (command to exit)", &["show", "@"]),
        report("export as a page, 10,000 personas", &["export", "@", "--format", "html"]),
        report(
            "show --by two dimensions, 10,000 personas",
            &["show", "@", "--by", "gender,age_band"],
        ),
    ]
}

/// The time from the first answer to the results, with six classes a respondent and themes in each answer.
fn computed(spec: &StudySpec, answers: u32) -> Duration {
    use daemon::internals::{Accumulator, Answered, Assignment, FIRST_ROUND, Mention, Outcome};
    use protocol::results::{Answer, PurchaseIntent, Sentiment, ThemeKind};

    let said: Vec<Outcome> = (0..1_000_u32)
        .map(|number| {
            let mention = |kind, theme: &str| Mention {
                kind,
                theme: theme.to_owned(),
                quote: Some(format!("because of number {number}")),
            };
            Outcome::Answered(Answered {
                answer: Answer::ConceptTest {
                    score: u8::try_from(1 + number * 7 % 10).unwrap(),
                    sentiment: Sentiment::ALL[number as usize % Sentiment::ALL.len()],
                    reasoning: format!(
                        "I think so, because of number {number} and for no other reason."
                    ),
                    purchase_intent: PurchaseIntent::ALL
                        [number as usize % PurchaseIntent::ALL.len()],
                },
                mentions: vec![
                    mention(ThemeKind::Appeal, ["Ease", "Time", "Taste"][number as usize % 3]),
                    mention(ThemeKind::Concern, ["Price", "Trust"][number as usize % 2]),
                ],
                options: None,
                channels: None,
            })
        })
        .collect();
    let pick = |words: [&'static str; 4], number: u32| words[number as usize % 4];
    let begun = Instant::now();
    let mut accumulator = Accumulator::new(spec);
    for number in 0..answers {
        let classes = [
            ("gender", pick(["female", "male", "female", "male"], number)),
            ("age_band", pick(["18-24", "25-34", "35-44", "45-54"], number / 2)),
            ("income_bracket", pick(["low", "middle", "upper_middle", "high"], number / 3)),
            (
                "education",
                pick(["high_school", "some_college", "bachelors", "graduate"], number / 5),
            ),
            (
                "tech_adoption",
                pick(["innovator", "early_adopter", "early_majority", "laggard"], number / 7),
            ),
            (
                "region",
                pick(["us_west", "us_midwest", "us_northeast", "us_southeast"], number / 11),
            ),
        ];
        let at = Assignment::first(FIRST_ROUND, number);
        accumulator.add(at, &classes, &said[number as usize % said.len()]);
    }
    assert!(accumulator.finish(std::collections::BTreeMap::new()).is_some());
    begun.elapsed()
}
