//! Variables of the environment that other programs read where a service's own variable is not set. Their values are never
//! used: whoever has set one is told which name is read here.

use std::collections::BTreeMap;

use super::service::Unready;

/// Names of keys, after the one that is read here.
const KEYS: &[(&str, &[&str])] = &[
    ("OPENAI_API_KEY", &["OPENAI_KEY", "OPENAI_APIKEY", "OPENAI_API_TOKEN", "OPENAI_TOKEN"]),
    ("ANTHROPIC_API_KEY", &["ANTHROPIC_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_API_KEY"]),
    ("GEMINI_API_KEY", &["GEMINI_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GOOGLE_AI_API_KEY"]),
    ("GROQ_API_KEY", &["GROQ_KEY"]),
    ("MISTRAL_API_KEY", &["MISTRAL_KEY", "MISTRALAI_API_KEY"]),
    ("DEEPSEEK_API_KEY", &["DEEPSEEK_KEY"]),
    ("OPENROUTER_API_KEY", &["OPENROUTER_KEY", "OPEN_ROUTER_API_KEY"]),
    ("TOGETHER_API_KEY", &["TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHER_KEY"]),
    ("AZURE_OPENAI_API_KEY", &["AZURE_OPENAI_KEY", "AZURE_API_KEY"]),
];

/// Names of addresses, after the key of the same service and the one that is read here.
const ADDRESSES: &[(&str, &str, &[&str])] = &[
    (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        &["OPENAI_API_BASE", "OPENAI_API_BASE_URL", "OPENAI_URL"],
    ),
    ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", &["ANTHROPIC_API_BASE", "ANTHROPIC_API_URL"]),
    ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", &["AZURE_API_BASE", "AZURE_ENDPOINT"]),
];

/// All of these names: whether one is set is looked at in the environment of a command.
pub(super) fn near_variables() -> impl Iterator<Item = &'static str> {
    let keys = KEYS.iter().flat_map(|(_, near)| near.iter());
    keys.chain(ADDRESSES.iter().flat_map(|(_, _, near)| near.iter())).copied()
}

impl Unready {
    /// Tells a variable of a similar name that is set in that environment, where the key of that engine is not.
    pub(super) fn note_near(&mut self, engine: &str, environment: &BTreeMap<String, String>) {
        let Self::NoKey { variable, near } = self else { return };
        let variable = variable.as_str();
        let is_set =
            |name: &&&str| environment.get(**name).is_some_and(|text| !text.trim().is_empty());
        let key = KEYS.iter().find(|(own, _)| *own == variable);
        let key = key.and_then(|(_, names)| names.iter().find(is_set));
        let address = ADDRESSES.iter().find(|(key, _, _)| *key == variable);
        let address = address.and_then(|(_, own, names)| Some((own, names.iter().find(is_set)?)));
        *near = match (key, address) {
            (Some(name), _) => format!(
                "; ${name} is set: rename it, or write api_key_env = \"{name}\" in [engine.{engine}]"
            ),
            (None, Some((own, name))) => format!(
                "; ${name} is set: rename it to {own}, or write base_url in [engine.{engine}]"
            ),
            (None, None) => String::new(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_of_a_similar_name_is_told_with_the_setting_that_names_it() {
        let told = |variable: &str, set: &str, value: &str| {
            let environment = BTreeMap::from([(set.to_owned(), value.to_owned())]);
            let near = "; it was told before".to_owned();
            let mut unready = Unready::NoKey { variable: variable.to_owned(), near };
            unready.note_near("mine", &environment);
            unready.to_string()
        };
        for (variable, set, words) in [
            ("OPENAI_API_KEY", "OPENAI_KEY", "api_key_env = \"OPENAI_KEY\" in [engine.mine]"),
            ("OPENAI_API_KEY", "OPENAI_API_BASE", "rename it to OPENAI_BASE_URL"),
            ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "$ANTHROPIC_AUTH_TOKEN is set"),
            ("ANTHROPIC_API_KEY", "CLAUDE_API_KEY", "$CLAUDE_API_KEY is set"),
            ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY", "$TOGETHERAI_API_KEY is set"),
        ] {
            let told = told(variable, set, "sk-canary");
            assert!(told.contains(words) && !told.contains("canary"), "{told}");
        }
        for (set, value) in [("GROQ_KEY", "k"), ("OPENAI_KEY", " "), ("MINE", "k")] {
            assert_eq!(told("OPENAI_API_KEY", set, value), "$OPENAI_API_KEY is not set");
        }
    }
}
