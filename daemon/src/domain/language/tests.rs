//! Texts with what they are judged to be: the seen test texts of the reader, the example studies, and short texts of many
//! kinds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use super::words::WordLists;
use super::*;

fn read(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every text of a file of test texts, with its id.
fn texts(file: &str) -> Vec<(String, String)> {
    let parsed: Value = serde_json::from_str(&read(file)).unwrap();
    let items: Vec<Value> = match parsed {
        Value::Array(items) => items,
        Value::Object(items) => items.into_iter().map(|(_, text)| text).collect(),
        other => vec![other],
    };
    let mut found = Vec::new();
    for item in items {
        let id = item["id"].as_str().unwrap_or_default().to_owned();
        let keys = ["text", "better", "worse", "one", "other", "question"];
        found.extend(
            keys.iter().filter_map(|key| Some((id.clone(), item[*key].as_str()?.to_owned()))),
        );
        found.extend(item.as_str().map(|text| (id.clone(), text.to_owned())));
    }
    found
}

fn lines(file: &str) -> Vec<String> {
    let text = read(file);
    let lines = text.lines().filter(|line| !line.starts_with("# ") && !line.trim().is_empty());
    lines.map(ToOwned::to_owned).collect()
}

fn is_english(text: &str) -> bool {
    judge(text) == Judged::English
}

fn name(text: &str) -> String {
    match judge(text) {
        Judged::English => "English".to_owned(),
        Judged::Other(language) => language.to_string(),
    }
}

#[test]
fn the_lists_are_whole_and_keep_apart() {
    let lists = WordLists::read().unwrap();
    assert!(lists.languages().len() > 40);
    let mut names = BTreeSet::new();
    for list in lists.languages() {
        assert!(names.insert(&list.name), "{} twice", list.name);
        assert!(list.letters.chars().all(|letter| !letter.is_ascii()), "{}", list.name);
    }
    for word in ["the", "your", "delivered", "don't", "abeg", "cannae"] {
        assert!(lists.english(word).is_some(), "{word}");
    }
    let both: Vec<&str> =
        lists.other_words().filter(|word| lists.english(word).is_some()).collect();
    assert!(both.is_empty(), "words that tell two things: {both:?}");
}

#[test]
fn foreign_texts_are_recognised_and_english_ones_are_left_alone() {
    let mut counted = [0, 0];
    for kind in
        ["english", "harm", "one_fact", "pairs", "plain", "questions", "same_meaning", "foreign"]
    {
        for folder in ["seen", "public"] {
            if folder == "public" && ["english", "questions", "foreign"].contains(&kind) {
                continue;
            }
            for (id, text) in texts(&format!("tests/fixtures/reader/{folder}/{kind}.json")) {
                let foreign = kind == "foreign" || ["10-de", "12-ja"].contains(&id.as_str());
                assert_eq!(is_english(&text), !foreign, "{id}: {text}");
                counted[usize::from(foreign)] += 1;
            }
        }
    }
    assert!(counted[0] > 450 && counted[1] >= 44, "{counted:?}");
}

#[test]
fn short_texts_of_many_kinds() {
    for text in lines("tests/fixtures/language/english.txt") {
        assert!(is_english(&text), "{text}: {}", name(&text));
    }
    for text in lines("tests/fixtures/language/foreign.txt") {
        assert!(!is_english(&text), "{text}");
    }
}

#[test]
fn the_example_studies_and_the_controls_are_english() {
    for folder in ["studies", "controls"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets").join(folder);
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.splitn(3, "---\n").last().unwrap_or_default();
            assert!(is_english(text), "{}", path.display());
        }
    }
}

#[test]
fn a_language_is_named() {
    for (text, expected) in [
        ("Frische Brötchen ab sechs Uhr.", "German"),
        ("La cantine passe au bio sans augmenter ses prix", "French"),
        ("La biblioteca abre tambien los domingos por la manana, gratis para todos.", "Spanish"),
        ("Met de app reken je bij de kassa af zonder pinpas.", "Dutch"),
        ("Вода стала дешевле во всех магазинах города, и это надолго.", "Russian"),
        ("老人免費搭公車", "Chinese"),
        ("Galaxy Watch用の交換バンド。汗に強く、工具なしで付け替えられます。", "Japanese"),
        ("밤에 맡기면 아침에 문 앞에 걸어 두는 세탁 서비스입니다.", "Korean"),
        (
            "Ghar baithe apna bijli ka bill bhariye, koi charge nahi lagega.",
            "Hindi in Latin letters",
        ),
    ] {
        assert_eq!(name(text), expected, "{text}");
    }
}

#[test]
fn of_two_languages_the_one_of_most_sentences_counts() {
    let german = "Unser neuer Tarif startet im Mai und kostet neun Euro.";
    let english = "Our new plan starts in May and costs nine euros.";
    let japanese = "新しいプランは五月に始まります。";
    let of = |parts: &[&str]| name(&parts.join(" "));
    assert_eq!(of(&[german, german, english]), "German");
    assert_eq!(of(&[german, english, english]), "English");
    assert_eq!(of(&[english, german]), "English", "one each: nothing is refused");
    assert_eq!(of(&["Good morning!", german, "Thank you!"]), "German", "greetings decide nothing");
    assert_eq!(of(&[japanese, japanese, english]), "Japanese");
    assert_eq!(of(&[japanese, english, english]), "English");
}

#[test]
fn texts_without_words_and_very_long_ones_are_judged_too() {
    for text in ["", " ", "12 34", "🐶🐶", "----", "a", "ß", "\u{0}", "'''", "l'", "\"", "“"]
    {
        assert!(is_english(text), "{text:?}");
    }
    let one_sentence = "and so we went on and on with the very same thing ".repeat(100);
    assert!(is_english(&one_sentence));
    let one_sentence = "und so ging es immer weiter mit der gleichen Sache ".repeat(100);
    assert_eq!(name(&one_sentence), "German");
}

#[test]
fn the_language_of_few_words_is_named() {
    for (text, expected) in [
        ("Haarschnitt 25 Euro", "German"),
        ("Livraison offerte", "French"),
        ("Zapatos nuevos $30", "Spanish"),
        ("Spedizione gratuita", "Italian"),
        ("Goedkope verzekering", "Dutch"),
        ("Begagnad cykel", "Swedish"),
        ("Strzyżenie męskie 50 zł", "Polish"),
        ("Ucuz sigorta", "Turkish"),
        ("Pengiriman cepat", "Indonesian"),
        ("Edullinen vakuutus", "Finnish"),
        ("Měsíční předplatné", "Czech"),
        ("Soldes -50%", "French"),
        ("Bonjour tout le monde", "French"),
        ("Friseur in Berlin", "German"),
        ("Guten Morgen zusammen", "German"),
        ("Buongiorno a tutti", "Italian"),
        ("God morgen alle sammen", "Norwegian"),
        ("Sommarrea", "Swedish"),
    ] {
        assert_eq!(name(text), expected, "{text}");
    }
}

#[test]
fn a_phrase_tells_its_language_also_where_its_words_alone_do_not() {
    for text in
        ["Zum Mitnehmen", "ZUM MITNEHMEN!", "Zimmer frei", "Pain frais", "Vers brood", "À vendre"]
    {
        assert!(!is_english(text), "{text}");
    }
    // An everyday word of English outweighs it, a name beside it does not.
    assert!(is_english("Vers brood bakery shop"));
    assert!(!is_english("Bäckerei Kranzler, heute frisch"));
    // What English borrowed stays English by itself.
    for text in ["Bonjour", "Bon appétit!", "Guten Tag", "Buenos días", "Merci"] {
        assert!(is_english(text), "{text}");
    }
}

#[test]
fn one_word_decides_only_beside_an_amount_that_english_writes_otherwise() {
    assert_eq!(name("Haarschnitt"), "English");
    assert_eq!(name("Haarschnitt $25"), "English");
    assert_eq!(name("Haarschnitt 25 €"), "German");
    assert_eq!(name("Haarschnitt 24,90"), "German");
    // What English borrowed is no evidence beside any amount, and neither is an invented name.
    assert_eq!(name("Baklava 6 €"), "English");
    assert_eq!(name("Zarvo 6 €"), "English");
}

#[test]
fn an_everyday_word_of_english_outweighs_a_foreign_one() {
    assert_eq!(name("Zapatos nuevos"), "Spanish");
    assert_eq!(name("Zapatos shoes"), "English");
    assert_eq!(name("Livraison bakery"), "English");
}

/// The language of the sentences that are not English, their count and that of all.
fn partly(text: &str) -> Option<(String, usize, usize)> {
    let found = foreign_part(text)?;
    Some((found.language.to_string(), found.sentences, found.of))
}

const PAGE: &str = "A lamp that gets brighter in the morning. It goes off by itself in the evening. It costs 39 euros \
                    and has a warranty of two years. You can return it within 30 days.";

#[test]
fn whole_sentences_of_another_language_in_an_english_text_are_found() {
    for (language, foreign) in [
        (
            "German",
            "Die Lampe wird am Morgen langsam heller. Sie geht am Abend von selbst wieder aus.",
        ),
        (
            "Spanish",
            "La lámpara se enciende poco a poco por la mañana. Se apaga sola por la noche, sin hacer nada.",
        ),
        (
            "French",
            "La lampe s'allume doucement le matin. Elle s'éteint toute seule le soir, sans rien faire.",
        ),
        (
            "Italian",
            "La lampada si accende piano la mattina. La sera si spegne da sola, senza fare nulla.",
        ),
        (
            "Dutch",
            "De lamp wordt elke ochtend langzaam lichter. Zij gaat in de avond ook weer vanzelf uit.",
        ),
        (
            "Turkish",
            "Bu lamba sabah yavaş yavaş daha çok ışık verir. Akşam ise kendi kendine kapanır ve her gün böyle olur.",
        ),
        (
            "Polish",
            "Ta lampa rano powoli świeci coraz jaśniej. Wieczorem sama się wyłącza i nie trzeba nic robić.",
        ),
        (
            "Russian",
            "Утром эта лампа медленно становится ярче. Вечером она сама выключается, и это очень удобно.",
        ),
    ] {
        let text = format!("{PAGE}\n\n{foreign}");
        let (told, sentences, of) = partly(&text).unwrap_or_else(|| panic!("{foreign}"));
        assert_eq!((told.as_str(), sentences, of), (language, 2, 6), "{foreign}");
        let first = foreign_part(&text).unwrap().places[0].clone();
        assert!(foreign.starts_with(&text[first]), "{foreign}");
        assert_eq!(english_part(&text).trim_end(), PAGE);
        assert_eq!(english_part(&text).len(), text.len());
    }
}

#[test]
fn a_sentence_over_two_lines_is_one() {
    let wrapped = "Eine Lampe, die morgens langsam heller wird und abends von\nselbst ausgeht. Sie kostet 39 Euro \
                   und kann 30 Tage lang ohne Kosten zurück.";
    let found = foreign_part(&format!("{PAGE}\n\n{wrapped}")).unwrap();
    assert_eq!((found.sentences, found.of), (2, 6));
}

#[test]
fn names_dishes_quotations_and_single_slogans_make_no_text_of_two_languages() {
    for beside in [
        "",
        "Die Zukunft gehört allen.",
        "“Die beste Lampe, die ich je hatte. Ich gebe sie nie wieder her.”",
        "\"Es la mejor lámpara que he tenido. No la cambio por nada.\"",
        "Crème brûlée, tarte tatin, moules marinière. Pasta e fagioli con pane. Pollo con arroz y frijoles.",
        "Sopa de lima con pollo. Tacos de carnitas con salsa verde.",
        "Veni, vidi, vici. Per aspera ad astra.",
        "Sold in Rio de Janeiro, São Paulo, Bad Wörishofen and Las Palmas de Gran Canaria.",
        "Die Zauberflöte. Così fan tutte. La Traviata. Le nozze di Figaro.",
        "Calle de Alcalá 42, Madrid. 12 Rue de la Paix, Paris. Piazza San Marco 5, Venezia.",
        "Villeroy & Boch. Dolce & Gabbana. Yves Saint Laurent. El Corte Inglés.",
        "We serve jamón ibérico de bellota, huevos rancheros and crema catalana.",
        "Abeg buy am for your mama. E no dear at all.",
    ] {
        assert_eq!(partly(&format!("{PAGE}\n\n{beside}")), None, "{beside}");
    }
}

#[test]
fn what_english_texts_name_makes_none_of_two_languages() {
    let named = lines("tests/fixtures/language/english.txt");
    for five in named.chunks(5) {
        let text = format!("{PAGE}\n\n{}.", five.join(". "));
        assert_eq!(partly(&text), None, "{text}");
    }
}

#[test]
fn a_text_that_is_in_another_language_altogether_has_no_english_part() {
    let german =
        "Die Lampe wird am Morgen langsam heller. Sie geht am Abend von selbst wieder aus.";
    assert_eq!(partly(german), None);
    assert_eq!(english_part(german), german);
}

#[test]
fn two_foreign_sentences_in_a_long_english_text_are_its_owners_affair() {
    let german =
        "Die Lampe wird am Morgen langsam heller. Sie geht am Abend von selbst wieder aus.";
    let text = format!("{PAGE}\n\n{PAGE}\n\n{german}\n\n{PAGE}");
    assert_eq!(partly(&text), None);
}
