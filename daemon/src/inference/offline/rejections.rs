//! The rejections of a study: what the built-in reader found against its texts, in the form that clients show beside the
//! headline.

use protocol::rejection::{Rejection, RejectionKind, Variant};
use protocol::study::StudySpec;
use reader::Reader;
use reader::veto::VetoKind;
use reader::voice;

use super::english::readable;
use crate::domain::instrument;

/// The rejected texts of a study, in the order of its texts.
pub(super) fn of(reader: &Reader, spec: &StudySpec) -> Vec<Rejection> {
    let texts = instrument::stimuli(&spec.instrument);
    let has_variants = texts.len() > 1;
    texts
        .into_iter()
        .enumerate()
        .filter_map(|(place, text)| {
            // The shipped files are sound, which a test shows.
            let reading = reader.read(&readable(spec, text), spec.context.as_deref()).ok()?;
            let features = &reading.features;
            let variant = if place == 0 { Variant::A } else { Variant::B };
            let variant = has_variants.then_some(variant);
            // What makes no sense is answered as nonsense, and as nothing else.
            if !features.makes_sense() {
                return Some(Rejection { variant, kind: RejectionKind::Nonsense, clause: None });
            }
            let (kind, span) = features.veto?;
            let clause = voice::quotation(&reading.text, span);
            Some(Rejection { variant, kind: kind_of(kind), clause })
        })
        .collect()
}

fn kind_of(kind: VetoKind) -> RejectionKind {
    match kind {
        VetoKind::Harm => RejectionKind::Harm,
        VetoKind::Fraud => RejectionKind::Fraud,
        VetoKind::Quackery => RejectionKind::Quackery,
        VetoKind::Crime => RejectionKind::Crime,
        VetoKind::Exploitation => RejectionKind::Exploitation,
        VetoKind::Impossible => RejectionKind::Impossible,
        VetoKind::Salad => RejectionKind::Salad,
        VetoKind::TooCheap => RejectionKind::TooCheap,
    }
}

#[cfg(test)]
mod tests {
    use protocol::study::{Instrument, Orders};

    use super::*;
    use crate::app::testing::spec;

    const FRAUD: &str = "Send us 0.1 Bitcoin today and we send you 1 Bitcoin back within an hour. Profit is guaranteed.";
    const HONEST: &str = "A savings account. It pays 2% interest a year, and you can withdraw your money at any time.";

    fn of(instrument: Instrument) -> Vec<Rejection> {
        super::of(Reader::embedded(), &StudySpec { instrument, ..spec(10) })
    }

    #[test]
    fn a_fraud_is_rejected_with_its_clause_and_an_honest_text_is_not() {
        let found = of(Instrument::ConceptTest { stimulus: FRAUD.to_owned() });
        let [one] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.variant, one.kind), (None, RejectionKind::Fraud));
        assert!(
            one.clause.as_ref().is_some_and(|clause| FRAUD.contains(clause.trim_end_matches(" …")))
        );
        assert_eq!(of(Instrument::ConceptTest { stimulus: HONEST.to_owned() }), Vec::new());
    }

    #[test]
    fn of_two_variants_the_rejected_one_is_named() {
        let (honest, fraud) = (HONEST.to_owned(), FRAUD.to_owned());
        let found =
            of(Instrument::AbTest { variant_a: honest, variant_b: fraud, orders: Orders::Both });
        let variants: Vec<_> = found.iter().map(|one| one.variant).collect();
        assert_eq!(variants, [Some(Variant::B)]);
    }

    #[test]
    fn every_kind_of_the_reader_has_one_of_its_own() {
        for kind in VetoKind::ALL {
            assert_eq!(kind_of(*kind).as_str(), kind.as_str());
        }
    }
}
