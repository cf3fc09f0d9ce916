//! What a language model proposes as rewrites: the form of its reply, how it is read, and which proposals are scored. A
//! proposal that says more than the content and its brief, or that could not be sent in, is dropped with its reason.

use protocol::safe;
use protocol::study::StudySpec;
use serde_json::{Value, json};

use super::guard::KnownContent;
use super::{Rewrite, spec_of_variant};
use crate::domain::exchange::{End, read_whole};
use crate::domain::instrument::types::{kind_of, review_of, stimuli};
use crate::domain::instrument::{Unreadable, extract_json};
use crate::domain::stimulus::{lost_in, set_apart};

/// Most proposals that the panel scores after one round.
const PROPOSALS_MAX: u16 = 2;
/// From so many characters on, a content is rewritten once and not twice: replies have a longest length.
const LONG: usize = 8_000;
/// Most principles of a proposal, and characters of one.
const PRINCIPLES_MAX: usize = 5;
const PRINCIPLE_CHARACTERS_MAX: usize = 160;

/// What a panel wants changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The title of the dimension that it would raise.
    pub dimension: String,
    /// What to do.
    pub suggestion: String,
    /// Why, with the words of the content that it is about.
    pub why: String,
}

/// What a writer is told beside the material.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RewriteBrief {
    /// What the panel wants changed, most important first.
    pub wishes: Vec<Wish>,
    /// Rewrites that were asked in a round and are not the content to rewrite: none of them is to be made again.
    pub tried: Vec<String>,
}

/// Characters of a tried rewrite that a writer is told.
const TRIED_CHARACTERS_MAX: usize = 600;

/// The rewrites that were asked in a round, but for that content.
#[must_use]
pub(crate) fn tried(rewrites: &[Rewrite], content: &StudySpec) -> Vec<String> {
    let contents = stimuli(&content.instrument);
    let asked = rewrites.iter().filter(|rewrite| rewrite.taken);
    let texts = asked.filter_map(|rewrite| rewrite.variants.first()).map(|variant| &variant.text);
    texts.filter(|text| !contents.contains(&text.as_str())).cloned().collect()
}

/// A proposed rewrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposed {
    /// The content.
    pub text: String,
    /// What was changed, as the model says it.
    pub principles: Vec<String>,
    /// The titles of the dimensions that this is about.
    pub dimensions: Vec<String>,
}

/// Proposals that the panel may score, and why others are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sifted {
    /// In the model's order, at most [`PROPOSALS_MAX`].
    pub kept: Vec<Proposed>,
    /// A sentence for each that was refused.
    pub refused: Vec<String>,
}

/// How many rewrites a model is asked for.
#[must_use]
pub(crate) fn proposals_of(spec: &StudySpec) -> u16 {
    let characters: usize = stimuli(&spec.instrument).iter().map(|text| text.chars().count()).sum();
    if characters < LONG { PROPOSALS_MAX } else { 1 }
}

/// What a model is told of the rewrite besides the material.
#[must_use]
pub(crate) fn rewrite_facts(spec: &StudySpec, brief: &RewriteBrief) -> Value {
    let wishes = brief.wishes.iter().map(
        |wish| json!({ "dimension": wish.dimension, "suggestion": wish.suggestion, "why": wish.why }),
    );
    json!({
        "wishes": wishes.collect::<Vec<_>>(),
        "tried": brief.tried.iter().map(|text| beginning(text)).collect::<Vec<_>>(),
        "count": proposals_of(spec),
        "keeps": source_of(spec).map(set_apart).unwrap_or_default(),
        "allow_new_claims": allows_new_claims(spec),
    })
}

/// As much of a text as tells it from others.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(TRIED_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
        None => text.to_owned(),
    }
}

/// The form of the reply, for services that can enforce one.
#[must_use]
pub(crate) fn rewrite_schema() -> Value {
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let variant = json!({
        "type": "object",
        "properties": { "text": { "type": "string" }, "principles": texts(), "dimensions": texts() },
        "required": ["text", "principles", "dimensions"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": { "variants": { "type": "array", "items": variant } },
        "required": ["variants"],
        "additionalProperties": false,
    })
}

/// Reads a model's reply.
///
/// # Errors
/// Why it has no rewrite.
pub(crate) fn read_proposals(
    spec: &StudySpec,
    end: &End,
    reply: &str,
) -> Result<Vec<Proposed>, Unreadable> {
    let fields = read_whole(end, reply, extract_json::fields)?.into_list();
    let listed = fields.iter().find(|(key, _)| key == "variants").map(|(_, value)| value);
    let proposals: Vec<Proposed> = match listed {
        Some(Value::Array(variants)) => {
            variants.iter().filter_map(|variant| proposed(spec, variant)).collect()
        }
        Some(one) => proposed(spec, one).into_iter().collect(),
        // One rewrite needs no list.
        None => proposed(spec, &Value::Object(fields.into_iter().collect())).into_iter().collect(),
    };
    if proposals.is_empty() {
        return Err(Unreadable::invalid("`variants` holds no object with a `text`"));
    }
    Ok(proposals)
}

/// The rewrites that a panel scored, in the order in which it did, from the last reply of each writer in turn: the first that
/// can be read counts.
#[must_use]
pub(crate) fn scored_rewrites<'r>(
    original: &StudySpec,
    from: &StudySpec,
    tried: &[String],
    replies: impl IntoIterator<Item = (&'r End, &'r str)>,
) -> Vec<Proposed> {
    let mut read = replies.into_iter().map(|(end, reply)| read_proposals(from, end, reply));
    let proposals = read.find_map(Result::ok).unwrap_or_default();
    sift(original, from, tried, proposals).kept
}

/// The proposals that the panel may score: those that the guard allows, that could be sent in as a content, and that differ
/// from the content, from what was tried and from each other.
#[must_use]
pub(crate) fn sift(
    original: &StudySpec,
    best: &StudySpec,
    tried: &[String],
    proposals: Vec<Proposed>,
) -> Sifted {
    let known = KnownContent::of(
        [original, best].into_iter().flat_map(|spec| stimuli(&spec.instrument)).chain(brief(best)),
    );
    let mut sifted = Sifted::default();
    let mut texts: Vec<String> = [original, best]
        .into_iter()
        .flat_map(|spec| stimuli(&spec.instrument))
        .chain(tried.iter().map(String::as_str))
        .map(wording)
        .collect();
    for (place, proposal) in proposals.into_iter().enumerate() {
        if sifted.kept.len() >= usize::from(proposals_of(best)) {
            break;
        }
        match verdict(best, &known, &texts, &proposal) {
            Ok(()) => {
                texts.push(wording(&proposal.text));
                sifted.kept.push(proposal);
            }
            Err(why) => {
                let number = place + 1;
                sifted.refused.push(format!("Rewrite {number} of the model was refused: {why}."));
            }
        }
    }
    sifted
}

fn verdict(
    best: &StudySpec,
    known: &KnownContent,
    texts: &[String],
    proposal: &Proposed,
) -> Result<(), String> {
    if proposal.text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if texts.contains(&wording(&proposal.text)) {
        return Err("it says the same in the same words as a text before it".to_owned());
    }
    let spec = spec_of_variant(best, proposal.text.clone());
    let violations = spec.map(|spec| kind_of(&spec.instrument).check(&spec.instrument));
    if let Some(violation) = violations.into_iter().flatten().next() {
        return Err(violation.what);
    }
    if let Some(lost) = lost_marks(best, &proposal.text).into_iter().next() {
        return Err(format!("{lost} would be lost"));
    }
    if allows_new_claims(best) { Ok(()) } else { known.allows(&proposal.text) }
}

/// What its author marked in the content that would be lost with that text: such a rewrite cannot be applied.
#[must_use]
pub(crate) fn lost_marks(spec: &StudySpec, text: &str) -> Vec<String> {
    source_of(spec).map(|source| lost_in(source, text)).unwrap_or_default()
}

/// The Markdown of the content, where its author marked something in it.
fn source_of(spec: &StudySpec) -> Option<&str> {
    review_of(&spec.instrument)?.source.as_deref()
}

/// What the owner says about the content beside it: the guard takes it as said.
fn brief(spec: &StudySpec) -> impl Iterator<Item = &str> {
    let review = review_of(&spec.instrument);
    let parts = review
        .into_iter()
        .flat_map(|review| [&review.target_audience, &review.niche, &review.tone, &review.goal]);
    parts.filter_map(|part| part.as_deref()).chain(spec.context.as_deref())
}

fn allows_new_claims(spec: &StudySpec) -> bool {
    review_of(&spec.instrument).is_some_and(|review| review.allow_new_claims)
}

/// A text without what its blanks and breaks make different.
fn wording(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn proposed(spec: &StudySpec, variant: &Value) -> Option<Proposed> {
    let text = safe::block(variant.get("text")?.as_str()?).trim().to_owned();
    let titles = kind_of(&spec.instrument).dimension_titles(&spec.instrument);
    let letters = |name: &str| -> String {
        name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let named: Vec<String> = texts(variant, "dimensions").map(letters).collect();
    let dimensions = titles.into_iter().filter(|title| named.contains(&letters(title))).collect();
    let mut principles: Vec<String> = Vec::new();
    for said in texts(variant, "principles") {
        let line: String = safe::line(said).trim().chars().take(PRINCIPLE_CHARACTERS_MAX).collect();
        if !line.is_empty() && !principles.contains(&line) && principles.len() < PRINCIPLES_MAX {
            principles.push(line);
        }
    }
    Some(Proposed { text, principles, dimensions })
}

/// The texts under a key: of a list, or one alone.
fn texts<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    let of = value.get(key);
    let listed = of.and_then(Value::as_array).into_iter().flatten();
    listed.chain(of.filter(|of| of.is_string())).filter_map(Value::as_str)
}
