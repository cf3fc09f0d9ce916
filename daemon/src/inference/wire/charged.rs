//! What a service says that a call cost: routers tell it in dollars beside the counts of tokens. A pure function of what is
//! told of the usage.

use serde_json::Value;

/// Most dollars of one call that are believed.
const DOLLARS_MAX: f64 = 100.0;

/// The dollars in the fields for a cost, the highest where there are several; `None` where none is told, or it is free.
pub(super) fn dollars(usage: &Value) -> Option<f64> {
    const KEYS: [&str; 3] = ["cost", "total_cost", "upstream_inference_cost"];
    const WITHIN: [&str; 2] = ["cost", "cost_details"];
    let inner = WITHIN.iter().filter_map(|key| usage.get(*key));
    let places = std::iter::once(usage).chain(inner);
    let told = places.flat_map(|place| KEYS.iter().filter_map(move |key| amount(place.get(*key)?)));
    told.reduce(f64::max)
}

/// An amount above zero, as a number or as the text of one.
fn amount(value: &Value) -> Option<f64> {
    let amount = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    amount.filter(|dollars| *dollars > 0.0 && *dollars <= DOLLARS_MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cost_is_read_in_each_place_where_services_tell_it() {
        for (usage, told) in [
            (json!({ "cost": 0.05 }), Some(0.05)),
            (json!({ "cost": "0.05" }), Some(0.05)),
            (json!({ "total_cost": 0.25, "cost": 0.05 }), Some(0.25)),
            (json!({ "cost": { "total_cost": 0.5, "currency": "USD" } }), Some(0.5)),
            (
                json!({ "cost": 0, "cost_details": { "upstream_inference_cost": 0.125 } }),
                Some(0.125),
            ),
            (json!({ "cost_details": { "upstream_inference_cost": null } }), None),
            (json!({ "cost": 0 }), None),
            (json!({ "cost": -1.0 }), None),
            (json!({ "cost": 1e9 }), None),
            (json!({ "cost": "NaN" }), None),
            (json!({ "prompt_tokens": 3 }), None),
        ] {
            assert_eq!(dollars(&usage), told, "{usage}");
        }
    }
}
