//! Tests of the encoder through its public API, and of its tokens.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

fn encode(text: &str) -> Vec<f32> {
    Encoder::shipped().unwrap().encode(text).vector
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
}

#[test]
fn the_weights_are_those_that_the_hash_names() {
    let mut hash = Sha256::new();
    hash.update(WEIGHTS);
    hash.update(VOCABULARY);
    assert_eq!(hex::encode(hash.finalize()), WEIGHTS_SHA256);
}

#[test]
fn texts_fall_into_the_tokens_that_the_model_was_taught() {
    // As the model's own tokenizer splits them (tokenizers 0.22, tokenizer.json of all-MiniLM-L6-v2).
    let known: [(&str, &[usize]); 8] = [
        ("I would definitely buy this.", &[1045, 2052, 5791, 4965, 2023, 1012]),
        (
            "Café crème — naïve façade, 25 % off!",
            &[7668, 13675, 21382, 1517, 15743, 8508, 1010, 2423, 1003, 2125, 999],
        ),
        (
            "“skip a week” It's €9.50…",
            &[1523, 13558, 1037, 2733, 1524, 2009, 1005, 1055, 1574, 2683, 1012, 2753, 1529],
        ),
        (
            "买 it? Привет, мир!",
            &[
                100, 2009, 1029, 1194, 16856, 10325, 25529, 15290, 22919, 1010, 1191, 10325, 16856,
                999,
            ],
        ),
        (
            "supercalifragilisticexpialidocious",
            &[3565, 9289, 10128, 29181, 24411, 4588, 10288, 19312, 21273, 10085, 6313],
        ),
        ("\u{200b}zero\u{ad}width\ttabs\nlines", &[5717, 9148, 11927, 2232, 21628, 2015, 3210]),
        (
            "ÅNGSTRÖM İstanbul ﬁne ½ ² ☃ 🙂 don't",
            &[17076, 15687, 9960, 1984, 2638, 1092, 1082, 100, 100, 2123, 1005, 1056],
        ),
        (" \n ", &[]),
    ];
    let vocabulary = Vocabulary::read(VOCABULARY).unwrap();
    for (text, expected) in known {
        let found = vocabulary.tokens(text, TOKENS_MAX);
        assert_eq!((found.first(), found.last()), (Some(&101), Some(&102)), "{text}");
        assert_eq!(&found[1..found.len() - 1], expected, "{text}");
    }
    let long = vocabulary.tokens(&"word ".repeat(400), TOKENS_MAX);
    assert_eq!((long.len(), long.last()), (TOKENS_MAX, Some(&102)));
    let unknown = vocabulary.tokens(&format!("{} after", "x".repeat(120)), TOKENS_MAX);
    assert_eq!(unknown, [101, 100, 2044, 102]);
    assert!(!vocabulary.tokens("[CLS] [SEP]", TOKENS_MAX)[1..].contains(&101), "no forged marks");
}

#[test]
fn cosines_are_those_of_the_model_with_its_own_weights() {
    let texts = [
        "I would definitely buy this.",
        "I would probably buy this.",
        "I would never buy this.",
        "A reusable water bottle of steel that keeps drinks cold for a day.",
        "The bottle keeps my drinks cold all day, which I like.",
        "It rained in Lisbon.",
        "Café crème is naïve.",
    ];
    // sentence-transformers/all-MiniLM-L6-v2 with 32-bit floats, mean pooling: own computation outside of this program.
    let known = [
        [1.0, 0.920_298, 0.620_691, 0.145_19, 0.113_687, -0.014_39, 0.150_59],
        [0.920_298, 1.0, 0.6314, 0.170_072, 0.107_581, -0.001_162, 0.151_057],
        [0.620_691, 0.6314, 1.0, 0.150_283, 0.1587, 0.061_593, 0.199_886],
        [0.145_19, 0.170_072, 0.150_283, 1.0, 0.639_858, 0.111_644, 0.170_082],
        [0.113_687, 0.107_581, 0.1587, 0.639_858, 1.0, 0.063_847, 0.178_649],
        [-0.014_39, -0.001_162, 0.061_593, 0.111_644, 0.063_847, 1.0, 0.114_429],
        [0.150_59, 0.151_057, 0.199_886, 0.170_082, 0.178_649, 0.114_429, 1.0],
    ];
    let vectors: Vec<Vec<f32>> = texts.iter().map(|text| encode(text)).collect();
    for (one, known) in vectors.iter().zip(&known) {
        for (other, known) in vectors.iter().zip(known) {
            let found = cosine(one, other);
            assert!((found - known).abs() < 0.006, "{found} where the model says {known}");
        }
    }
}

#[test]
fn the_bits_are_the_same_on_every_machine() {
    let mut hash = Sha256::new();
    for text in ["I would probably buy it, though $9.50 adds up.", "", "Nein, danke! 🙂"] {
        for value in encode(text) {
            hash.update(value.to_le_bytes());
        }
    }
    let found = hex::encode(hash.finalize());
    assert_eq!(found, BITS, "whoever means to change them counts ARITHMETIC up");
}

/// Hash of the vectors of three texts in version 1 of the arithmetic.
const BITS: &str = "9ed73c61c9c0e8e722960828cb3fb26883479ca96dcacd2178429d0a0c34aa30";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_has_a_direction(text in "\\PC{0,60}") {
        let encoded = Encoder::shipped().unwrap().encode(&text);
        prop_assert_eq!(encoded.vector.len(), DIMENSIONS);
        prop_assert!((cosine(&encoded.vector, &encoded.vector) - 1.0).abs() < 1e-5);
        prop_assert!(encoded.tokens <= TOKENS_MAX - tokens::MARKS);
        // Case and spacing do not change the meaning.
        let louder = format!("  {} ", text.to_ascii_uppercase());
        prop_assert_eq!(encoded, Encoder::shipped().unwrap().encode(&louder));
    }
}
