//! The meaningfulness of a text: random letters, filler text and one word repeated have none, whatever their words are.
//! For other texts also their specificity.

use std::collections::{BTreeMap, BTreeSet};

use super::super::lexicon::Lexicon;
use super::{Token, signs};

/// Words of the classic filler text.
const FILLER: &[&str] = &[
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "sed",
    "eiusmod",
    "tempor",
    "incididunt",
    "labore",
    "dolore",
    "magna",
    "aliqua",
    "enim",
    "minim",
    "veniam",
    "quis",
    "nostrud",
    "exercitation",
    "ullamco",
    "laboris",
    "nisi",
    "aliquip",
    "commodo",
    "consequat",
    "duis",
    "aute",
    "irure",
    "reprehenderit",
    "voluptate",
    "velit",
    "cillum",
    "fugiat",
    "nulla",
    "pariatur",
    "excepteur",
    "sint",
    "occaecat",
    "cupidatat",
    "proident",
    "culpa",
    "officia",
    "deserunt",
    "mollit",
    "laborum",
];

/// Fewer words than this need no small words to make sense.
const SHORT: usize = 8;

/// Share of the text that makes sense, 0 to 1.
pub(super) fn share(lexicon: &Lexicon, text: &str, tokens: &[Token]) -> f64 {
    if signs::is_code(text) {
        return 0.0;
    }
    let words = words_of_prose(text, tokens);
    if words.len() < 2 {
        return 0.0;
    }
    let n = words.len() as f64;
    // A word that is counted is another one each time: "Step 1", "Step 2".
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (token, number) in &words {
        *counts.entry((token.stem.as_str(), *number)).or_default() += 1;
    }
    let words: Vec<&Token> = words.into_iter().map(|(token, _)| token).collect();
    let content_top = counts
        .iter()
        .filter(|((word, _), _)| !lexicon.grammar.function_words.contains(*word))
        .map(|(_, &count)| count)
        .max()
        .unwrap_or(0);
    let repeated = words.len() >= 5 && content_top as f64 > 0.34 * n;
    let few = words.len() >= 12 && (counts.len() as f64) < 0.2 * n.min(60.0);
    if repeated || few || (words.len() > 2 && counts.len() == 1) {
        return 0.0;
    }
    let filler = words.iter().filter(|token| FILLER.contains(&token.word.as_str())).count() as f64;
    let known = words.iter().filter(|token| lexicon.knows(&token.word, &token.stem)).count() as f64;
    let small: BTreeSet<&str> = words
        .iter()
        .map(|token| token.word.as_str())
        .filter(|word| lexicon.grammar.function_words.contains(*word))
        .collect();
    if filler > 0.25 * n {
        return 0.0;
    }
    // Ordinary English is about half small words and common words; a name list is not.
    let familiar = (known / n / 0.4).min(1.0);
    if words.len() < SHORT {
        // Too short for small words: a name and a noun make sense when they look like words.
        let plausible = words.iter().filter(|token| lexicon.plausible(&token.word)).count() as f64;
        return familiar.max(plausible / n);
    }
    familiar * (small.len() as f64 / 2.0).min(1.0)
}

/// The words of a text, each with the number behind it, or nothing; without those of lines of code, where others are left.
fn words_of_prose<'a>(text: &str, tokens: &'a [Token]) -> Vec<(&'a Token, &'a str)> {
    let code = signs::code_lines(text);
    let is_code = |token: &Token| {
        let next = code.partition_point(|line| line.end <= token.start);
        code.get(next).is_some_and(|line| line.start <= token.start)
    };
    let word = |(at, token): (usize, &'a Token)| {
        let behind = tokens.get(at + 1).filter(|next| next.number.is_some());
        let is_word = token.word.chars().any(char::is_alphabetic);
        is_word.then_some((token, behind.map_or("", |next| next.word.as_str())))
    };
    let all: Vec<(&Token, &str)> = tokens.iter().enumerate().filter_map(word).collect();
    let prose: Vec<(&Token, &str)> =
        all.iter().copied().filter(|(token, _)| !is_code(token)).collect();
    if prose.len() < 2 { all } else { prose }
}

/// Numbers, units and names, counted in sentences without a concern, so that a detailed trouble is no advantage.
pub(super) fn specificity(text: &str, tokens: &[Token], troubled: &BTreeSet<usize>) -> f64 {
    let mut count = 0.0;
    for (at, token) in tokens.iter().enumerate() {
        if troubled.contains(&token.sentence) {
            continue;
        }
        let inside = at > 0 && tokens[at - 1].sentence == token.sentence;
        let capital = text
            .get(token.start..token.end)
            .is_some_and(|word| word.chars().next().is_some_and(char::is_uppercase));
        if token.number.is_some() {
            count += 1.0;
        } else if inside && capital && token.word.len() > 2 {
            count += 0.3;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use crate::Reader;

    fn makes_sense(text: &str) -> bool {
        Reader::embedded().features(text).unwrap().makes_sense()
    }

    #[test]
    fn prose_with_placeholders_brackets_commands_and_code_makes_sense() {
        for text in [
            "Hi {{first_name}},\n\nYour order {{order_id}} has shipped.\n\nBest,\n{{sender}}",
            "Dear [name], thank you for your visit. [Book now]",
            "[Book now]",
            "Step 1 → Step 2 → Step 3",
            "Step 1: Order the box. Step 2: Cook the meal. Step 3: Eat it.",
            "The price = 9 * 12 = 108 dollars a year, and you can cancel in any month.",
            "An A/B test of two landing pages, written in C++ and C#.",
            "# Changelog\n\n## 2.1\n\n- Added: `export_csv()` writes a file for each table.\n- Fixed: `read()` no longer fails on empty rows.",
            "A command that adds up the rows of a table and prints what is wrong with them.\n\n$ rows check --all data.csv\n\n$ rows fix \
             --dry-run data.csv\n\nIt is free for open source.",
            "Send us the name of a lamp, and we answer with its price and its colours in a second.\n\n{\n  \"name\": \"lamp\",\n  \
             \"price\": 49,\n  \"tags\": [\"oak\", \"linen\"]\n}\n\nEvery field is explained in the manual.",
            "Our library finds the rows that are wrong. You call it in one line.\n\nlet found = rows::check(&table)?;\nprintln!(\"{found}\");",
        ] {
            assert!(makes_sense(text), "{text}");
        }
    }

    #[test]
    fn code_filler_and_repeated_words_make_no_sense() {
        for text in [
            "fn total(rows: &[u32]) -> u32 {\n    rows.iter().sum();\n}",
            "for (let i = 0; i < rows.length; i++) { total += rows[i].price; }",
            "test test test test test test",
            "free 1 free 1 free 1 free 1 free 1",
            "{{first_name}}",
            "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor",
        ] {
            assert!(!makes_sense(text), "{text}");
        }
    }
}
