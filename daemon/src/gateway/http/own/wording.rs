//! Remedies in the words of our own API: fields of the body of a study, parameters of an address, and routes.

use protocol::hint::{Feature, HintWording};

use super::api::control_of;

/// Where studies are.
const STUDIES: &str = "/api/demoscope/v1/studies";

/// The words of our own API.
pub(super) struct OwnWording;

impl HintWording for OwnWording {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        Some(match setting {
            // It is asked of studies, and set in none.
            "of" => format!("{aim}: of={value} in the address"),
            _ => format!("{aim}: \"{setting}\": \"{value}\" in `settings`"),
        })
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        let way = match feature {
            Feature::Studies => format!("GET {STUDIES}"),
            Feature::Study(id) => format!("GET {STUDIES}/{id}"),
            Feature::External(id) => format!("GET /api/demoscope/v1/external/{id}"),
            Feature::Run => format!("POST {STUDIES}"),
            Feature::RunLike => format!("POST {STUDIES} and the same seed, panel and audience"),
            Feature::RankTexts => {
                format!("POST {STUDIES} for each, one seed, and GET /api/demoscope/v1/rank")
            }
            Feature::Controls(words) => return Some(format!("{aim}: {}", words.join(", "))),
            Feature::Control(word, id) => match control_of(word) {
                Some(_) => format!("POST {STUDIES}/{id}/{word}"),
                None => return Some(self.owner(aim, &feature.command())),
            },
        };
        Some(format!("{aim} with {way}"))
    }
}

/// The field of a body that a place of a problem is, where the core names a setting by its flag.
pub(super) fn place(place: &str) -> String {
    protocol::hint::setting(place)
        .map_or_else(|| place.to_owned(), |setting| format!("settings.{setting}"))
}
