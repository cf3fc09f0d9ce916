//! The meaning of a clause to a reader: how much it raises or lowers the liking of an offer, which theme it speaks of,
//! and whether it alone gives away a swindle or a danger. A branch of the sentence encoder, trained on labelled clauses,
//! estimates it; `assets/reader/README.md` says how. A clause is read once and remembered.

mod memory;

use std::sync::LazyLock;

use encoder::{Branch, DIMENSIONS, Damaged, Encoder};

use crate::lexicon::Theme;
use crate::theme::{Benefit, Concern};
use crate::veto::VetoKind;

static BRANCH: &[u8] = include_bytes!("../../../../assets/reader/meaning.bin");

/// Labels of the theme head: none, then the benefits, then the concerns.
const THEMES: usize = 1 + Benefit::COUNT + Concern::COUNT;
/// Kinds of veto that the branch was trained to see in a clause; the others belong to a whole text.
const TRAINED: &[VetoKind] = &[
    VetoKind::Harm,
    VetoKind::Fraud,
    VetoKind::Quackery,
    VetoKind::Crime,
    VetoKind::Exploitation,
    VetoKind::Impossible,
];
/// Labels of the veto head: none, then the kinds.
const VETOES: usize = 1 + TRAINED.len();
/// A valence of 1 in the head is this much on the scale of the labels.
const SCALE: f64 = 3.0;

/// What a clause means.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Effect on the liking, −3 (strongly against) to 3 (strongly for); 0 for a mere description.
    pub valence: f64,
    /// Probability of each theme: none, then [`Benefit::ALL`], then [`Concern::ALL`].
    themes: Vec<f32>,
    /// Probability of each veto: none, then [`TRAINED`].
    vetoes: Vec<f32>,
}

impl Meaning {
    /// Probability that the clause speaks of a theme.
    #[must_use]
    pub fn theme(&self, theme: Theme) -> f64 {
        let place = match theme {
            Theme::Benefit(benefit) => 1 + benefit.index(),
            Theme::Concern(concern) => 1 + Benefit::COUNT + concern.index(),
        };
        self.themes.get(place).copied().unwrap_or_default().into()
    }

    /// The likeliest theme on one side, with its probability.
    #[must_use]
    pub fn likeliest(&self, good: bool) -> (Theme, f64) {
        let best = |list: &mut dyn Iterator<Item = Theme>| {
            list.map(|theme| (theme, self.theme(theme)))
                .max_by(|one, other| one.1.total_cmp(&other.1))
        };
        let found = if good {
            best(&mut Benefit::ALL.iter().copied().map(Theme::Benefit))
        } else {
            best(&mut Concern::ALL.iter().copied().map(Theme::Concern))
        };
        found.unwrap_or((Theme::Benefit(Benefit::Quality), 0.0))
    }

    /// Probability that the clause deserves a veto of some kind, and the likeliest kind.
    #[must_use]
    pub fn veto(&self) -> (VetoKind, f64) {
        let any = 1.0 - f64::from(self.vetoes.first().copied().unwrap_or(1.0));
        let kinds = TRAINED.iter().copied().zip(self.vetoes.iter().skip(1));
        let kind = kinds.max_by(|one, other| one.1.total_cmp(other.1));
        (kind.map_or(VetoKind::Harm, |(kind, _)| kind), any)
    }
}

/// The trained branch with its heads.
struct Model {
    encoder: &'static Encoder,
    branch: Branch,
}

static MODEL: LazyLock<Result<Model, Damaged>> = LazyLock::new(|| {
    let branch = Branch::read(BRANCH)?;
    Ok(Model { encoder: Encoder::shipped()?, branch })
});

/// The meaning of each clause, in order. A clause costs a few milliseconds unless it was read before.
///
/// # Errors
/// Never, unless the shipped files are broken.
pub fn read<'a>(clauses: impl IntoIterator<Item = &'a str>) -> Result<Vec<Meaning>, Damaged> {
    let model = MODEL.as_ref().map_err(|damaged| *damaged)?;
    let clauses: Vec<&str> = clauses.into_iter().collect();
    read_new(model, &clauses);
    clauses.into_iter().map(|clause| memory::remember(clause, || model.read(clause))).collect()
}

/// Fewer new clauses are not worth a second thread.
const CLAUSES_A_THREAD: usize = 16;

/// Reads the clauses of a long text that are new on all processors, into the memory. What a clause means depends on nothing but
/// its words.
fn read_new(model: &Model, clauses: &[&str]) {
    let new = memory::unknown(clauses);
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(new.len() / CLAUSES_A_THREAD);
    if threads < 2 {
        return;
    }
    std::thread::scope(|scope| {
        for part in new.chunks(new.len().div_ceil(threads)) {
            scope.spawn(move || {
                for clause in part {
                    // A fault is told by the reading that follows.
                    drop(memory::remember(clause, || model.read(clause)));
                }
            });
        }
    });
}

/// SHA-256 of the branch, as hexadecimal digits.
#[must_use]
pub fn hash() -> String {
    hex::encode(ring::digest::digest(&ring::digest::SHA256, BRANCH))
}

impl Model {
    fn read(&self, clause: &str) -> Result<Meaning, Damaged> {
        let vector = self.encoder.encode_with(&self.branch, clause);
        let mut heads = self.branch.heads();
        let valence = head(&mut heads, 1, &vector).ok_or(BROKEN)?;
        let themes = softmax(head(&mut heads, THEMES, &vector).ok_or(BROKEN)?);
        let vetoes = softmax(head(&mut heads, VETOES, &vector).ok_or(BROKEN)?);
        let valence = SCALE * f64::from(valence.first().copied().unwrap_or_default());
        Ok(Meaning { valence: valence.clamp(-3.0, 3.0), themes, vetoes })
    }
}

const BROKEN: Damaged = Damaged::new("the heads of the reader are cut off");

/// The outputs of a linear head, whose numbers are taken from the front: a row of weights for each output, then the
/// biases.
fn head(numbers: &mut &[f32], outputs: usize, vector: &[f32]) -> Option<Vec<f32>> {
    let (weights, rest) = numbers.split_at_checked(outputs * DIMENSIONS)?;
    let (biases, rest) = rest.split_at_checked(outputs)?;
    *numbers = rest;
    let rows = weights.chunks_exact(DIMENSIONS).zip(biases);
    Some(
        rows.map(|(row, bias)| {
            row.iter().zip(vector).fold(*bias, |sum, (weight, value)| sum + weight * value)
        })
        .collect(),
    )
}

fn softmax(mut values: Vec<f32>) -> Vec<f32> {
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in &mut values {
        *value = libm::expf(*value - largest);
        sum += *value;
    }
    for value in &mut values {
        *value /= sum;
    }
    values
}
