//! Tests of every study type from its file to its report: the questionnaire, the results, the report's text, and the
//! consistency of its numbers.

use harness::{Home, studies};
use serde_json::Value;

/// Runs a file and gives back what it printed as JSON and what `show` prints for people.
fn ran(home: &Home, text: &str) -> (Value, String) {
    home.write("study.md", text);
    let printed = home.run(["run", "study.md", "--json", "--answers"]).expect(0).json();
    let shown = home.run(["show", "@"]).expect(0).out();
    (printed, shown)
}

/// The numbers under a key of the results.
fn sum(results: &Value, fields: &[&str]) -> f64 {
    fields.iter().map(|field| results[*field].as_f64().unwrap()).sum()
}

/// Every estimate stands inside its interval, and says how it was computed.
fn estimates_hold(results: &Value) {
    let estimates = results["estimates"].as_object().unwrap();
    assert!(!estimates.is_empty());
    for (field, estimate) in estimates {
        let value = estimate["value"].as_f64().unwrap();
        if let (Some(low), Some(high)) = (estimate["low"].as_f64(), estimate["high"].as_f64()) {
            assert!(low <= value && value <= high, "{field}: {estimate}");
        }
        assert!(!estimate["method"].as_str().unwrap().is_empty(), "{field}");
    }
    for contrast in results["contrasts"].as_array().unwrap() {
        let (small, differs) = (contrast["small"] == true, contrast["differs"] == true);
        assert!(!(small && differs), "{contrast}");
    }
}

fn conclusions(results: &Value) -> Vec<&str> {
    results["conclusions"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect()
}

#[test]
fn a_sentiment_study_says_how_people_feel_and_how_sure_that_is() {
    let home = Home::new();
    let text = format!("---\nstudy: sentiment\npanel: 120\nseed: 7\n---\n{}", studies::CONCEPT);
    let (printed, shown) = ran(&home, &text);
    let results = &printed["results"];
    let feelings = ["positive_pct", "negative_pct", "neutral_pct", "mixed_pct"];
    assert!((sum(results, &feelings) - 100.0).abs() < 1e-9);
    let confidence = results["confidence"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&confidence));
    estimates_hold(results);
    assert!(conclusions(results)[0].contains("feelings lead with "), "{results}");
    for answer in results["responses"].as_array().unwrap() {
        assert!(!answer["key_theme"].as_str().unwrap().is_empty());
    }
    for wanted in ["IN SHORT", "HOW THEY FEEL ABOUT IT", "SYNTHETIC PANEL", "WHO DIFFERS"] {
        assert!(shown.contains(wanted), "{wanted} is missing:\n{shown}");
    }
}

#[test]
fn a_survey_counts_what_is_named_and_admits_what_nobody_could_answer() {
    let home = Home::new();
    let text = format!(
        "---\nstudy: survey\npanel: 90\nseed: 7\nquestions:\n  - What would stop you from getting it?\n  - How do you \
         commute to work?\n---\n{}",
        studies::CONCEPT
    );
    let (printed, shown) = ran(&home, &text);
    let results = &printed["results"];
    let questions = results["question_results"].as_array().unwrap();
    assert_eq!(
        (&questions[0]["supported"], &questions[1]["supported"]),
        (&true.into(), &false.into())
    );
    let answered = questions[0]["answered"].as_u64().unwrap();
    for theme in questions[0]["themes"].as_array().unwrap() {
        assert!(theme["count"].as_u64().unwrap() <= answered);
        for quote in theme["quotes"].as_array().unwrap() {
            let said = results["responses"]
                .as_array()
                .unwrap()
                .iter()
                .find(|answer| answer["id"] == quote["answer"])
                .unwrap()["answers"]["What would stop you from getting it?"]
                .as_str()
                .unwrap();
            assert!(said.contains(quote["text"].as_str().unwrap()), "{quote}");
        }
    }
    let told = conclusions(results);
    assert!(told.iter().any(|told| told.starts_with("Question 1: most often ")), "{told:?}");
    assert!(told.contains(&"Question 2: nobody could answer it, so it has no result."));
    assert!(told.iter().any(|told| told.starts_with("Saturation: ")), "{told:?}");
    assert!(shown.contains("Not supported: nobody could answer this question"), "{shown}");
}

/// Two offers, of which the first is plainly better.
fn offers(orders: &str, panel: u32) -> String {
    format!(
        "---\nstudy: ab_test\npanel: {panel}\nseed: 17\norders: {orders}\n---\n## Variant A\n\nSave up to 400 dollars a \
         year. Cancel any time, no contract, free delivery.\n\n## Variant B\n\nIt is expensive and slow. You are tied to \
         a contract of five years. There is a fee of 90 dollars, and nobody answers when it breaks.\n"
    )
}

#[test]
fn a_split_test_names_the_winner_the_order_and_the_paired_scores() {
    let home = Home::new();
    let (printed, shown) = ran(&home, &offers("split", 200));
    let results = &printed["results"];
    assert_eq!(results["winner"], "a");
    assert_eq!(results["orders_shown"], serde_json::json!([100, 100]));
    assert_eq!(results["contested"], Value::Null);
    let shares = ["variant_a_pct", "variant_b_pct", "no_preference_pct"];
    assert!((sum(results, &shares) - 100.0).abs() < 1e-9);
    assert_eq!(results["estimates"]["score_difference"]["method"], "paired_t");
    estimates_hold(results);
    let told = conclusions(results).join("\n");
    for wanted in ["A wins: ", "A minus B is +", "being shown first is worth ", "95 % interval "] {
        assert!(told.contains(wanted), "{wanted} is missing: {told}");
    }
    assert!(shown.contains("Shown first: A to 100, B to 100."), "{shown}");
}

#[test]
fn a_test_in_both_orders_asks_everyone_twice_for_one_credit() {
    let home = Home::new();
    let (printed, shown) = ran(&home, &offers("both", 60));
    let results = &printed["results"];
    assert_eq!(printed["meta"]["credits_used"], 60);
    assert_eq!(results["orders_shown"], serde_json::json!([60, 60]));
    let contested = results["contested"].as_u64().unwrap();
    assert!(contested <= 60);
    let responses = results["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 120);
    let mut seen: Vec<(&str, &str)> = responses
        .iter()
        .map(|answer| (answer["id"].as_str().unwrap(), answer["order"].as_str().unwrap()))
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 120, "an answer and its order name a row");
    assert!(shown.contains("Everyone saw both orders (A first 60, B first 60)"), "{shown}");
    let both = &results["estimates"]["order_effect_pct"];
    assert!(both["method"] == "paired_t", "{both}");
}

#[test]
fn the_net_promoter_score_is_the_difference_of_the_shares_it_is_printed_with() {
    let home = Home::new();
    home.write("nps.md", studies::nps(97, 11));
    let results = home.run(["run", "nps.md", "--json"]).expect(0).json()["results"].clone();
    let tenths = |field: &str| (results[field].as_f64().unwrap() * 10.0).round();
    assert!(
        (tenths("nps_score") - (tenths("promoters_pct") - tenths("detractors_pct"))).abs() < 0.1
    );
    estimates_hold(&results);
}

#[test]
fn the_same_people_are_compared_in_pairs_and_others_as_groups() {
    let home = Home::new();
    let run = |name: &str, price: u32, seed: u32| {
        let text = studies::CONCEPT.replace("60 dollars", &format!("{price} dollars"));
        home.write(name, format!("---\npanel: 150\nseed: {seed}\n---\n{text}"));
        studies::id(&home.run(["run", name, "--json"]).expect(0)).to_string()
    };
    let (first, dearer, others) =
        (run("first.md", 60, 7), run("dearer.md", 260, 7), run("others.md", 60, 8));
    let compare = |b: &str| home.run(["compare", &first, b, "--json"]).expect(0).json();
    let (paired, unpaired) = (compare(&dearer), compare(&others));
    assert_eq!((&paired["paired"], &unpaired["paired"]), (&true.into(), &false.into()));
    assert_eq!(paired["overall"]["difference"]["method"], "paired_t");
    assert_eq!(unpaired["overall"]["difference"]["method"], "welch_t");
    assert_eq!(paired["overall"]["difference"]["n"], 150);
    assert_eq!(unpaired["overall"]["difference"]["n"], 300);
    // What the two means differ by is what is reported.
    let mean = |side: &str| paired[side]["value"].as_f64().unwrap();
    let difference = paired["overall"]["difference"]["value"].as_f64().unwrap();
    assert!((mean("b") - mean("a") - difference).abs() < 1e-6, "{paired}");
    let women = &paired["segments"]["gender"]["female"];
    assert!(women["p_adjusted"].is_number() && women["small"] == false, "{women}");
    let shown = home.run(["compare", &first, &dearer]).expect(0).out();
    for wanted in ["MEAN SCORE", "second − first", "IN EACH GROUP", "compared one by one"] {
        assert!(shown.contains(wanted), "{wanted} is missing:\n{shown}");
    }
    home.write("nps.md", studies::nps(20, 7));
    drop(home.run(["run", "nps.md"]).expect(0));
    drop(home.run(["compare", &first, "@"]).expect(2).says("cannot be compared"));
}

#[test]
fn a_result_is_broken_down_by_two_dimensions_and_small_cells_never_differ() {
    let home = Home::new();
    drop(studies::run(&home, 200, 7));
    let table = home.run(["show", "@", "--by", "gender,age_band", "--json"]).expect(0).json();
    let cells = table["cells"].as_array().unwrap();
    let n: u64 = cells.iter().map(|cell| cell["n"].as_u64().unwrap()).sum();
    assert_eq!(n, 200);
    assert_eq!(table["adjustment"], "benjamini_hochberg");
    assert!(cells.iter().any(|cell| cell["small"] == true));
    assert!(cells.iter().all(|cell| !(cell["small"] == true && cell["differs"] == true)));
    assert!(home.run(["show", "@", "--by", "gender"]).expect(0).out().contains("BY GENDER"));
    drop(home.run(["show", "@", "--by", "shoe_size"]).expect(2).says("hint"));
}

#[test]
fn what_a_survey_found_is_broken_down_by_theme_and_other_numbers_by_name() {
    let home = Home::new();
    drop(home.run(["run", "--example", "heat-pump-questions", "--panel", "300"]).expect(0));
    let table = home.run(["show", "@", "--by", "gender", "--json"]).expect(0).json();
    let report = home.run(["show", "@", "--json"]).expect(0).json();
    // The theme that divides the panel most evenly, with the numbers that the report and its groups have.
    let halves = |theme: &Value| {
        let share = theme["share"]["value"].as_f64().unwrap();
        share * (1.0 - share)
    };
    let themes = report["results"]["themes"].as_array().unwrap();
    let divides = themes.iter().max_by(|one, other| halves(one).total_cmp(&halves(other))).unwrap();
    let field = format!("theme.{}", divides["theme"].as_str().unwrap());
    assert_eq!(table["field"], field.as_str());
    assert_eq!(table["all"], divides["share"]);
    let first = format!("theme.{}", themes[0]["theme"].as_str().unwrap());
    let by = ["show", "@", "--by", "gender", "--of", &first, "--json"];
    let most = home.run(by).expect(0).json();
    for cell in most["cells"].as_array().unwrap() {
        let class = cell["classes"][0].as_str().unwrap();
        let segment = &report["results"]["segments"]["gender"][class];
        assert_eq!(cell["estimate"], segment["estimates"][&first], "{class}");
    }
    let also = table["also"][0].as_str().unwrap().to_owned();
    let other = home.run(["show", "@", "--by", "age_band,gender", "--of", &also]).expect(0).out();
    assert!(
        other.to_lowercase().contains(&also.replace("theme.", "who names ").to_lowercase()),
        "{other}"
    );
    drop(
        home.run(["show", "@", "--by", "gender", "--of", "theme.Unicorns"]).expect(2).says("hint"),
    );
    drop(home.run(["show", "@", "--by", "gender", "--of", "mean_score"]).expect(2).says("hint"));
    drop(home.run(["compare", "@", "@", "--of", "theme.Unicorns"]).expect(2).says("hint"));
    let itself = home.run(["compare", "@", "@", "--json"]).expect(0).json();
    assert_eq!(
        (&itself["field"], &itself["overall"]["difference"]["value"]),
        (&table["field"], &0.0.into())
    );

    drop(home.run(["run", "--example", "meal-kit", "--panel", "200"]).expect(0));
    let by = ["show", "@", "--by", "age_band", "--of", "would_buy_pct", "--json"];
    let buyers = home.run(by).expect(0).json();
    let report = home.run(["show", "@", "--json"]).expect(0).json();
    assert_eq!(buyers["all"], report["results"]["estimates"]["would_buy_pct"]);
    drop(
        home.run(["show", "@", "--by", "gender", "--of", "would_by_pct"])
            .expect(2)
            .says("would_buy_pct"),
    );
}

#[test]
fn power_answers_with_its_formula_and_without_a_daemon_to_ask_for_data() {
    let home = Home::new();
    let power = |args: &[&str]| home.run([&["power"], args].concat()).expect(0);
    // Cohen (1988), table 2.4.1: 64 in each group for half a standard deviation.
    let means = power(&["1", "--deviation", "2", "--json"]).json();
    assert_eq!(means["people"], 64);
    // Fleiss (1981) without the continuity correction.
    let shares = power(&["10", "--share", "40", "--json"]).json();
    assert_eq!(shares["people"], 388);
    let unpooled = power(&["10", "--share", "40", "--formula", "unpooled", "--json"]).json();
    assert_eq!(unpooled["people"], 385);
    let told = power(&["5", "--share", "40", "--panel", "500"]).out();
    assert!(told.contains("Fleiss") && told.contains("With 500 in each group"), "{told}");
    drop(home.run(["power", "0"]).expect(2).says("hint"));
}

#[test]
fn every_example_runs_and_concludes_something() {
    let home = Home::new();
    let listed = home.run(["examples"]).expect(0).out();
    let mut examples = 0;
    for file in std::fs::read_dir(harness::program::repository().join("assets/studies")).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        assert!(listed.contains(&name), "{name} is not listed:\n{listed}");
        let ran = home.run(["run", "--example", &name, "--json"]).expect(0).json();
        let results = &ran["results"];
        assert!(!conclusions(results).is_empty(), "{name} concludes nothing");
        estimates_hold_or_survey(results);
        examples += 1;
    }
    assert!(examples >= 8, "{examples} examples");
}

fn estimates_hold_or_survey(results: &Value) {
    if results["study_type"] != "survey" {
        estimates_hold(results);
    }
}

/// The list tells each study by its own number, and the very one of its report; open questions have none.
#[test]
fn a_list_tells_each_study_by_the_number_of_its_type() {
    let home = Home::new();
    let kinds = [
        ("concept_test", Some("mean_score")),
        ("nps", Some("nps_score")),
        ("sentiment", Some("net_sentiment")),
        ("survey", None),
    ];
    let mut reports = Vec::new();
    for (study, _) in kinds {
        let asks = if study == "survey" { "questions: [ \"What would stop you?\" ]\n" } else { "" };
        let text =
            format!("---\nstudy: {study}\n{asks}panel: 40\nseed: 7\n---\n{}", studies::CONCEPT);
        reports.push(ran(&home, &text).0);
    }
    reports.push(ran(&home, &offers("split", 40)).0);
    let kinds = kinds.into_iter().chain([("ab_test", Some("a_minus_b_pct"))]);
    let listed = home.run(["list", "--json"]).expect(0).json();
    let table = home.run(["list"]).expect(0).out();
    for ((study, own), report) in kinds.zip(&reports) {
        let entries = listed.as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["instrument"] == study).unwrap();
        let mut headline = entry["headline"].clone();
        let line = table.lines().find(|line| line.contains(study)).unwrap();
        let Some(own) = own else {
            assert_eq!(headline, Value::Null, "{study}");
            assert!(line.contains(" — "), "{line}");
            continue;
        };
        assert_eq!(headline["of"], own);
        headline.as_object_mut().unwrap().remove("of");
        assert_eq!(headline, report["results"]["estimates"][own], "{study}");
        // Its interval: half of it, or both ends where it is lopsided.
        assert!(line.contains(" \u{b1}") || line.contains('\u{2013}'), "{line}");
        // What has all results needs no headline.
        assert_eq!(report["study"]["headline"], Value::Null);
    }
}

#[test]
fn a_review_scores_every_dimension_and_says_what_to_fix_first() {
    let home = Home::new();
    let printed =
        home.run(["run", "--example", "product-page", "--json", "--answers"]).expect(0).json();
    let results = &printed["results"];
    estimates_hold(results);
    assert_eq!(results["content"]["type"], "product_description");
    let dimensions = results["scores"]["dimensions"].as_array().unwrap();
    let names: Vec<&str> = dimensions.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["Benefit Clarity", "Specificity", "Trust", "Differentiation", "Call to Action"]
    );
    for field in ["overall", "clickRate", "feedDistinctiveness", "regulatoryFit", "dimension.trust"]
    {
        assert_eq!(results["estimates"][field]["n"], 20, "{field}");
    }
    let content = results["content"]["text"].as_str().unwrap();
    let mut quotes = 0;
    for answer in results["responses"].as_array().unwrap() {
        for one in answer["suggestions"].as_array().unwrap() {
            if let Some(quote) = one["quote"].as_str() {
                quotes += 1;
                assert!(content.contains(quote), "{quote}");
            }
        }
    }
    assert!(quotes > 10, "{quotes} quotes");
    // Deep simulation: 4.5 credits for each of 20 experts, and 50 for the competitors.
    assert_eq!(printed["meta"]["credits_used"], 140, "{}", printed["meta"]);
    let shown = home.run(["show", "@"]).expect(0).out();
    for wanted in
        ["IN SHORT", "Overall, 1–10", "Benefit Clarity", "WHAT TO FIX FIRST", "SYNTHETIC PANEL"]
    {
        assert!(shown.contains(wanted), "{wanted} is missing:\n{shown}");
    }
    for format in ["md", "html", "csv", "json"] {
        let told = home.run(["export", "@", "--format", format]).expect(0).out();
        assert!(told.contains("Benefit Clarity") || told.contains("benefit_clarity"), "{format}");
    }
}

#[test]
fn a_chain_is_broken_down_by_what_was_submitted() {
    let home = Home::new();
    home.write(
        "page.md",
        "---\nstudy: content_review\ncontent_type: landing_page\nrounds: 2\nseed: 3\n---\nWe leverage our revolutionary \
         technology in order to facilitate dinner!!! Our kit costs $9 a meal. Order today.\n",
    );
    let printed = home.run(["run", "page.md", "--json"]).expect(0).json();
    assert_eq!(printed["results"]["iterations"]["completedRounds"], 2, "a second round was asked");
    let table = home.run(["show", "@", "--by", "gender", "--json"]).expect(0).json();
    let all = &table["all"];
    assert_eq!(all["n"], 20, "{table}");
    assert_eq!(all["value"], printed["results"]["estimates"]["overall"]["value"]);
}

#[test]
fn content_that_everybody_rejects_sinks_and_is_not_rewritten() {
    let home = Home::new();
    home.write(
        "mail.md",
        "---\nstudy: content_review\ncontent_type: email\nrounds: 2\nseed: 3\n---\nSend $500 in gift cards today and I will \
         really, really double your money in 24 hours, guaranteed, no risk.\n",
    );
    let printed = home.run(["run", "mail.md", "--json"]).expect(0).json();
    assert_eq!(printed["study"]["rejected"][0]["kind"], "fraud");
    let scores = &printed["results"]["scores"];
    assert!(scores["overall"].as_f64().unwrap() < 3.0, "{scores}");
    assert_eq!(scores["clickRate"], 0.0);
    assert_eq!(printed["results"]["improvedVariants"], serde_json::json!([]));
}
