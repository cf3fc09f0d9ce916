//! What of a request changes nothing, told in the reply: fields that the contract does not know, and those of other study types.

use serde_json::{Map, Value};

use crate::gateway::http::fields::GivenFields;
use crate::gateway::http::unknown::{self, KnownFields};

/// The fields of a body. `stimulus_b` is the contract's older name of `variant_b`.
const KNOWN: KnownFields = KnownFields {
    own: &[
        "study_type",
        "stimulus",
        "variant_a",
        "variant_b",
        "stimulus_b",
        "questions",
        "panel_size",
        "audience",
        "context",
        "engine_mode",
    ],
    within: &[(
        "audience",
        &["size", "age_range", "gender", "region", "income_bracket", "education", "tech_adoption"],
    )],
};

/// Fields that one study type alone has, with that type.
const OF_ONE_TYPE: [(&str, &str); 4] = [
    ("questions", "survey"),
    ("variant_a", "ab_test"),
    ("variant_b", "ab_test"),
    ("stimulus_b", "ab_test"),
];

/// A sentence for each field that is ignored in a study of that type. One that is nearly a known field is a fault.
pub(super) fn warnings(
    fields: &mut GivenFields<'_>,
    body: &Map<String, Value>,
    study_type: &str,
) -> Vec<String> {
    let is_given = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    let of_others = OF_ONE_TYPE.iter().filter(|(name, of)| *of != study_type && is_given(name));
    let mut said: Vec<String> = of_others
        .map(|(name, of)| {
            format!(
                "The field '{name}' belongs to study_type {of} and was ignored: nobody of this {study_type} was shown or asked it"
            )
        })
        .collect();
    // Two variants by their newer names stand for themselves.
    if study_type == "ab_test" && (is_given("variant_a") || is_given("variant_b")) {
        let older = ["stimulus", "stimulus_b"].into_iter().filter(|name| is_given(name));
        said.extend(older.map(|name| {
            format!("The field '{name}' was ignored: variant_a and variant_b are what was compared")
        }));
    }
    let others = unknown::refuse_slips(fields, unknown::unknown(body, KNOWN));
    said.extend(unknown::warnings(others));
    said
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_of_the_contract_is_known_and_those_of_other_types_are_named() {
        let body = json!({
            "study_type": "survey", "stimulus": "a", "variant_a": null, "questions": ["Why?"], "panel_size": 1,
            "context": "", "engine_mode": "anchor",
            "audience": {
                "size": 10, "age_range": [18, 80], "gender": "all", "region": "uk", "income_bracket": "all",
                "education": "all", "tech_adoption": "all",
            },
        });
        let body = body.as_object().unwrap();
        let mut fields = GivenFields::new(body);
        assert_eq!(warnings(&mut fields, body, "survey"), [""; 0]);
        let said = warnings(&mut fields, body, "concept_test").join("\n");
        assert!(fields.faults.is_empty());
        assert!(said.contains("'questions' belongs to study_type survey"), "{said}");
        let strange =
            json!({ "webhook_url": "", "variant_b": "b", "audience": { "country": "uk" } });
        let strange = strange.as_object().unwrap();
        let mut fields = GivenFields::new(strange);
        let said = warnings(&mut fields, strange, "nps").join("\n");
        assert!(fields.faults.is_empty(), "{:?}", fields.faults);
        for named in ["'webhook_url'", "'audience.country'", "'variant_b'"] {
            assert!(said.contains(named), "{named}: {said}");
        }
    }

    #[test]
    fn a_field_that_is_nearly_a_known_one_is_a_fault() {
        let slips = json!({
            "panelSize": 20, "study-type": "nps", "gender": "all", "audience": { "ageRange": [18, 30], "Regions": "uk" },
        });
        let slips = slips.as_object().unwrap();
        let mut fields = GivenFields::new(slips);
        assert_eq!(warnings(&mut fields, slips, "nps"), [""; 0]);
        let told: Vec<(String, String)> = fields
            .faults
            .iter()
            .map(|fault| (fault.place.clone(), fault.hint.to_string()))
            .collect();
        let is_told = |place: &str, meant: &str| {
            let hint = format!("did you mean '{meant}'?");
            assert!(told.contains(&(place.to_owned(), hint)), "{place}: {told:?}");
        };
        is_told("panelSize", "panel_size");
        is_told("study-type", "study_type");
        is_told("audience.ageRange", "audience.age_range");
        is_told("audience.Regions", "audience.region");
        is_told("gender", "audience.gender");
    }
}
