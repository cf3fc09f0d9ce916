//! The features of a text: cues for and against, the price, how hard it reads, how much hype it has. They are a pure
//! function of the text and count occurrences, so an addition to a text changes a count only by what the addition
//! contains.

mod amounts;
pub mod clauses;
mod cues;
mod hype;
pub mod judge;
mod readability;
pub(crate) mod recent;
mod sense;
mod signs;
mod span;
mod tokenise;

use std::collections::BTreeSet;

use encoder::Damaged;

use self::clauses::Clause;
use self::judge::Judgement;
use super::Reader;
use super::lexicon::{Lexicon, Theme};
use super::meaning::{self, Meaning};
use super::theme::{Benefit, Concern};
use super::topics::{self, TopicMention};
use super::usual;
use super::veto::{self, Suspicion, VetoKind};
pub use amounts::Price;
pub use span::Span;
pub use tokenise::{Token, tokenise, unwrapped};

/// How often a theme occurs, with the words that say so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mass {
    /// Sum of what the clauses that speak of it count.
    pub count: f64,
    /// The clauses that an answer may name, strongest first, each with what it added.
    pub evidence: Vec<Evidence>,
}

/// A clause of the text, and how much it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// The clause.
    pub span: Span,
    /// What it added to the count.
    pub count: f64,
    /// Whether a sentence of the theme is true of it.
    pub theme_is_sure: bool,
}

impl Mass {
    /// The clause that somebody notices: one of those that count nearly as much as the strongest.
    #[must_use]
    pub fn noticed(&self, attention: u64) -> Option<Evidence> {
        /// Clauses of at least this share of the strongest are as likely to be noticed.
        const NEARLY: f64 = 0.7;
        let strongest = self.evidence.first()?.count;
        let near = self.evidence.iter().take_while(|one| one.count >= NEARLY * strongest);
        let near: Vec<Evidence> = near.copied().collect();
        let place = attention % (near.len().max(1) as u64);
        usize::try_from(place).ok().and_then(|place| near.get(place)).copied()
    }
}

/// Everything the reader takes from a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// By [`Benefit::index`].
    pub benefits: Vec<Mass>,
    /// By [`Concern::index`].
    pub concerns: Vec<Mass>,
    /// The largest price, per month.
    pub price: Option<Price>,
    /// Reading grade of the hardest sentence, in years of schooling.
    pub grade: f64,
    /// Superlatives, exclamations and buzzwords, counted.
    pub hype: f64,
    /// Numbers, units and names in sentences without a concern, counted.
    pub specificity: f64,
    /// Why nobody would want it, with the clause that gives it away.
    pub veto: Option<(VetoKind, Span)>,
    /// What it speaks of that matters more to some people than to others.
    pub topics: Vec<TopicMention>,
    /// Share of the text that makes sense, 0 to 1; below [`Features::SENSE`] it is noise.
    pub sense: f64,
    /// Hashes of the distinct content stems, sorted.
    pub stems: Vec<u64>,
}

impl Features {
    /// Below this a text is noise.
    pub const SENSE: f64 = 0.5;

    /// Whether the text makes sense at all.
    #[must_use]
    pub fn makes_sense(&self) -> bool {
        self.sense >= Self::SENSE
    }

    /// Whether everybody rejects the text, or nobody can make sense of it.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.veto.is_some() || !self.makes_sense()
    }
}

/// Reads a text.
///
/// # Errors
/// Never, unless the shipped files are broken.
pub fn read(reader: &Reader, text: &str) -> Result<Features, Damaged> {
    let lexicon = &reader.lexicon;
    let tokens = tokenise(text);
    let sense = sense::share(lexicon, text, &tokens);
    let clauses = clauses::clauses(text, &tokens);
    let mut found = Vec::new();
    cues::find(lexicon, &tokens, &mut found);
    let (price, sums) = amounts::read(lexicon, text, &tokens, &mut found);
    // The height of a sum is weighed by itself: to the meaning of a clause every sum is the same.
    let plain: Vec<String> =
        clauses.iter().map(|clause| amounts::levelled(text, clause.span, &sums)).collect();
    let meanings = meaning::read(plain.iter().map(String::as_str))?;
    let context = usual::Context::new(&tokens);
    let judged: Vec<Option<Judgement>> = clauses
        .iter()
        .zip(&meanings)
        .map(|(clause, meaning)| {
            let own = found.iter().filter(|one| (clause.first..=clause.last).contains(&one.first));
            let number = clause
                .tokens(&tokens)
                .chunk_by(|one, other| one.clause == other.clause)
                .filter_map(|part| usual::judge(&reader.usual, text, part, &context))
                .max_by(|one, other| one.strength.total_cmp(&other.strength));
            let priced = sums
                .iter()
                .any(|price| clause.span.start <= price.start && price.end <= clause.span.end);
            // A single word is a heading or an exclamation, and claims nothing.
            (clause.first < clause.last)
                .then(|| judge::judge(own, number, meaning, priced))
                .flatten()
        })
        .collect();
    let (benefits, concerns, troubled) = gather(&tokens, &clauses, &judged);
    let specificity = sense::specificity(text, &tokens, &troubled);
    let stems = stems(lexicon, &tokens);
    Ok(Features {
        benefits,
        concerns,
        price,
        grade: readability::hardest(&tokens),
        hype: hype::count(lexicon, text, &tokens),
        specificity,
        veto: vetoed(
            &veto::look(&reader.vetoes, text, &tokens, &clauses),
            &clauses,
            &plain,
            &meanings,
            whole(text, &clauses)?.as_ref(),
        ),
        topics: topics::topics(&reader.topics, &tokens),
        sense,
        stems,
    })
}

/// Hashes of the distinct content stems, sorted.
pub(crate) fn stems(lexicon: &Lexicon, tokens: &[Token]) -> Vec<u64> {
    let mut stems: Vec<u64> = tokens
        .iter()
        .filter(|token| !lexicon.grammar.function_words.contains(&token.word))
        .map(|token| super::draw::hash(&token.stem))
        .collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

/// A meaning that deserves a veto with this probability is enough by itself.
const CERTAIN: f64 = 0.985;
/// Two clauses that deserve a veto of one kind with these probabilities in sum are enough. Of different kinds they are no
/// evidence of either: loud advertising looks a little like everything.
const TWO_CLAUSES: f64 = 1.6;
/// A clause is taken for one that deserves a veto only if it is at least so bad.
const BAD: f64 = -2.3;
/// A suspicion of the rules and the probability of the meaning that together are enough.
const TOGETHER: f64 = 1.2;
/// A suspicion below this needs more than the meaning of a clause.
const SUSPECT: f64 = 0.35;

/// Clauses of an ordinary text. Of more clauses some look bad by chance, so that the meaning of each must be surer.
const ORDINARY_CLAUSES: f64 = 20.0;

/// A whole text that deserves a veto with this probability is enough by itself, and with the other one beside a suspicion of
/// the rules that is rather sure. Of 970 ordinary and honest texts none reached the first one.
const WHOLE: f64 = 0.9967;
const WHOLE_SUSPECT: f64 = 0.953;
const RATHER_SURE: f64 = 0.5;
/// A whole text is taken for one that deserves a veto only if it is at least so bad: good clauses lift it.
const WHOLE_BAD: f64 = -1.5;

/// The meaning of the text as a whole: what its clauses say only together ("a carrier for babies", "several have fallen").
/// Nothing of a single clause, which is known, and of a long text, which speaks of many things.
fn whole(text: &str, clauses: &[Clause]) -> Result<Option<Meaning>, Damaged> {
    if clauses.len() < 2 || clauses.len() as f64 > ORDINARY_CLAUSES {
        return Ok(None);
    }
    Ok(meaning::read([text])?.pop())
}

/// A probability, or a sum of them, that is enough in a text of so many clauses: the doubt that is left is shared out among
/// them.
fn enough(in_ordinary: f64, most: f64, clauses: usize) -> f64 {
    most - (most - in_ordinary) * (ORDINARY_CLAUSES / clauses as f64).min(1.0)
}

/// The veto of a text: the rules are certain, or the meaning of a clause is, or both are moderately sure.
fn vetoed(
    suspicions: &[Suspicion],
    clauses: &[Clause],
    said: &[String],
    meanings: &[Meaning],
    whole: Option<&Meaning>,
) -> Option<(VetoKind, Span)> {
    let meant = |meaning: &Meaning| if meaning.valence <= BAD { meaning.veto().1 } else { 0.0 };
    let probability = |place: usize| meanings.get(place).map_or(0.0, meant);
    let highest = meanings.iter().map(meant).fold(0.0, f64::max);
    // What is said twice is no more evidence than what is said once.
    let mut heard = BTreeSet::new();
    let different = said.iter().zip(meanings).filter(|(said, _)| heard.insert(said.to_lowercase()));
    let two_of = two_highest(different.map(|(_, meaning)| (meaning.veto().0, meant(meaning))));
    let of_whole =
        whole.filter(|whole| whole.valence <= WHOLE_BAD).map_or(0.0, |whole| whole.veto().1);
    let by_rules = suspicions.iter().map(|one| {
        // In a long text the worst clause is no evidence of what the whole text is suspected of.
        let worst = if highest >= enough(0.0, 1.0, clauses.len()) { highest } else { 0.0 };
        let meant = one.clause.map_or(worst, probability);
        let is_enough = one.is_certain()
            || one.weight >= SUSPECT && one.weight + meant >= TOGETHER
            || one.weight >= RATHER_SURE && of_whole >= WHOLE_SUSPECT;
        let span = one.clause.and_then(|place| clauses.get(place)).map_or(one.span, |it| it.span);
        (if is_enough { one.weight + meant } else { 0.0 }, one.kind, span)
    });
    let certain = enough(CERTAIN, 1.0, clauses.len());
    let two_clauses = enough(TWO_CLAUSES, 2.0, clauses.len());
    // What physics forbids the meaning of a clause does not know: a lamp that goes off by itself looks as bad as one that never
    // needs power. A rule must speak of it too.
    let is_known = |kind: VetoKind| {
        kind != VetoKind::Impossible || suspicions.iter().any(|one| one.kind == kind)
    };
    let by_meaning = clauses.iter().zip(meanings).map(|(clause, meaning)| {
        let (probability, kind) = (meant(meaning), meaning.veto().0);
        let is_enough = is_known(kind)
            && (probability >= certain
                || (probability >= highest && sum_of(&two_of, kind) >= two_clauses));
        (if is_enough { probability } else { 0.0 }, kind, clause.span)
    });
    // The clause that gives it away is the one that is worst.
    let worst = clauses
        .iter()
        .zip(meanings)
        .min_by(|(_, one), (_, other)| one.valence.total_cmp(&other.valence))
        .map(|(clause, _)| clause.span);
    let by_whole = whole
        .filter(|_| of_whole >= WHOLE)
        .and_then(|whole| Some((of_whole, whole.veto().0, worst?)));
    by_rules
        .chain(by_meaning)
        .chain(by_whole)
        .filter(|(weight, ..)| *weight > 0.0)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, kind, span)| (kind, span))
}

/// The two highest probabilities of each kind, in one pass: a long list has thousands of clauses.
fn two_highest(of_clauses: impl Iterator<Item = (VetoKind, f64)>) -> Vec<(VetoKind, f64, f64)> {
    let mut all: Vec<(VetoKind, f64, f64)> = Vec::new();
    for (kind, probability) in of_clauses {
        match all.iter_mut().find(|(known, ..)| *known == kind) {
            None => all.push((kind, probability, 0.0)),
            Some((_, first, second)) if probability > *first => {
                (*first, *second) = (probability, *first);
            }
            Some((_, _, second)) => *second = second.max(probability),
        }
    }
    all
}

/// The sum of those of a kind.
fn sum_of(highest: &[(VetoKind, f64, f64)], kind: VetoKind) -> f64 {
    highest.iter().find(|(known, ..)| *known == kind).map_or(0.0, |(_, one, other)| one + other)
}

/// Something that was found in the text.
#[derive(Clone, Copy, Debug)]
pub struct TextMatch {
    pub theme: Theme,
    pub count: f64,
    /// Its first token.
    pub first: usize,
}

/// Most bytes of a sentence that is quoted whole for one of its clauses.
const SENTENCE_MAX: usize = 90;

/// What is quoted for a clause: its sentence, which reads better than a part of it, if that is short and nothing in it speaks
/// the other way.
fn quoted_with(
    tokens: &[Token],
    clauses: &[Clause],
    judged: &[Option<Judgement>],
    clause: &Clause,
) -> Span {
    let sentence = |clause: &Clause| tokens.get(clause.first).map(|token| token.sentence);
    let own = sentence(clause);
    let is_good = |judgement: &Judgement| matches!(judgement.theme, Theme::Benefit(_));
    let mut whole = clause.span;
    let mut directions = BTreeSet::new();
    for (one, judgement) in clauses.iter().zip(judged).filter(|(one, _)| sentence(one) == own) {
        whole = Span { start: whole.start.min(one.span.start), end: whole.end.max(one.span.end) };
        directions.extend(judgement.as_ref().map(is_good));
    }
    if directions.len() == 1 && whole.end - whole.start <= SENTENCE_MAX {
        whole
    } else {
        clause.span
    }
}

/// Sums by theme what the clauses say, strongest first.
fn gather(
    tokens: &[Token],
    clauses: &[Clause],
    judged: &[Option<Judgement>],
) -> (Vec<Mass>, Vec<Mass>, BTreeSet<usize>) {
    let mut benefits = vec![Mass::default(); Benefit::COUNT];
    let mut concerns = vec![Mass::default(); Concern::COUNT];
    let mut troubled = BTreeSet::new();
    for (clause, judgement) in clauses.iter().zip(judged) {
        let Some(judgement) = judgement else { continue };
        let mass = match judgement.theme {
            Theme::Benefit(benefit) => benefits.get_mut(benefit.index()),
            Theme::Concern(concern) => {
                troubled.extend(tokens.get(clause.first).map(|token| token.sentence));
                concerns.get_mut(concern.index())
            }
        };
        let Some(mass) = mass else { continue };
        mass.count += judgement.count;
        if judgement.can_be_named {
            let span = quoted_with(tokens, clauses, judged, clause);
            let Judgement { count, theme_is_sure, .. } = *judgement;
            mass.evidence.push(Evidence { span, count, theme_is_sure });
        }
    }
    for mass in benefits.iter_mut().chain(&mut concerns) {
        mass.evidence
            .sort_by(|a, b| b.count.total_cmp(&a.count).then(a.span.start.cmp(&b.span.start)));
    }
    (benefits, concerns, troubled)
}

#[cfg(test)]
mod tests {
    use crate::Reader;
    use crate::veto::VetoKind;

    /// Harmless sentences, each a little different.
    fn long_text(sentences: usize) -> String {
        const WHO: [&str; 7] = [
            "The planner",
            "Our kitchen",
            "A box",
            "The driver",
            "The menu",
            "The support desk",
            "A courier",
        ];
        const DOES: [&str; 5] = ["delivers", "explains", "lists", "checks", "replaces"];
        const WHAT: [&str; 8] = [
            "fresh vegetables",
            "the allergens of each dish",
            "a free first delivery",
            "plain instructions",
            "the nearest depot",
            "your shopping",
            "a second helping",
            "an honest forecast",
        ];
        const HOW: [&str; 9] = [
            "before dinner",
            "for families of four",
            "in every city we serve",
            "after the first week",
            "at no extra charge",
            "as the label says",
            "when you cancel by phone",
            "on Monday",
            "by van",
        ];
        let sentence = |at: usize| {
            let (who, does) = (WHO[at % 7], DOES[at / 2 % 5]);
            format!("{who} {does} {} {}.", WHAT[at / 3 % 8], HOW[at / 5 % 9])
        };
        (0..sentences).map(sentence).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_long_harmless_text_is_not_rejected_for_one_odd_clause_and_a_fraud_within_it_is() {
        let reader = Reader::embedded();
        let plain = long_text(250);
        let found = reader.features(&plain).unwrap().veto;
        assert_eq!(found.map(|(kind, span)| (kind, &plain[span.start..span.end])), None);
        let fraud =
            "Send us $500 in Bitcoin today and we pay you back $5,000 within a week, guaranteed.";
        assert!(reader.features(&format!("{plain} {fraud}")).unwrap().is_rejected());
        assert!(reader.features(fraud).unwrap().is_rejected());
    }

    #[test]
    fn clauses_that_give_a_text_away_only_together_are_found_and_a_warning_is_not() {
        let reader = Reader::embedded();
        let veto = |text: &str| reader.features(text).unwrap().veto.map(|(kind, _)| kind);
        let together =
            "Deposit 1,000 today, take home 20,000 in a fortnight. Tell nobody, or the rate falls.";
        assert_eq!(veto(together), Some(VetoKind::Fraud));
        assert_eq!(veto("Tell nobody, or the rate falls."), None);
        let warning = "If a stranger says 'you have won a car, just pay the customs', it is a scam. Our free leaflet \
                       shows ten such tricks.";
        assert_eq!(veto(warning), None);
        let clever = "A lamp that slowly gets brighter in the morning and goes off by itself in the evening. It costs 39 euros, \
                      has a two-year guarantee and can be returned free of charge within 30 days.";
        assert_eq!(veto(clever), None);
        assert_eq!(
            veto(
                "Last chance! Our summer sale ends tonight. Up to 60 % off dresses. Free returns."
            ),
            None
        );
    }
}
