//! Remedies, and the places of problems, in the words of an agent: arguments of the tool that was called, and names of tools.

use protocol::hint::{self, Feature, HintWording};

/// The words of a tool with these arguments.
pub(crate) struct InArguments<'a>(pub(crate) &'a [String]);

impl InArguments<'_> {
    /// The argument that a setting is, where the tool has it.
    fn argument(&self, setting: &str) -> Option<String> {
        let argument = if setting == "study" { "study_type" } else { setting };
        let name = argument.split('.').next().unwrap_or_default();
        self.0.iter().any(|known| known == name).then(|| argument.to_owned())
    }

    /// The argument that a place of a problem is; any other place as it is.
    pub(crate) fn place(&self, place: &str) -> String {
        let setting = hint::setting(place);
        setting.and_then(|setting| self.argument(&setting)).unwrap_or_else(|| {
            // A setting that is no argument of the tool came from the study that it is to be like.
            place.trim_start_matches("--").to_owned()
        })
    }
}

impl HintWording for InArguments<'_> {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        Some(format!("{aim}: `{}`: \"{value}\"", self.argument(setting)?))
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        let tool = match feature {
            Feature::Studies => "list_studies",
            Feature::Study(_) => "get_study",
            Feature::External(_) => "get_external",
            Feature::Run => "run_study",
            Feature::RunLike => "run_study and its argument `like`",
            Feature::RankTexts => "run_study, one `seed` for all, and rank",
            // What is done with a study that is there, its owner does.
            Feature::Controls(_) => return None,
            Feature::Control(..) => return Some(self.owner(aim, &feature.command())),
        };
        Some(format!("{aim} with {tool}"))
    }
}

#[cfg(test)]
mod tests {
    use protocol::hint::{Hint, Remedy};

    use super::*;

    #[test]
    fn an_agent_is_told_of_arguments_and_tools_and_of_what_the_owner_can_do() {
        let known = ["language", "audience", "study_type", "tags"].map(str::to_owned);
        let words = InArguments(&known);
        let told = |hint: Hint| hint.told(&words).unwrap_or_default();
        let foreign = Hint::from(Remedy::set("ask a language model", "engine", "NAME"))
            .or(Remedy::set("say so", "language", "en"));
        assert_eq!(told(foreign), "say so: `language`: \"en\"");
        let list = Remedy::with("List them", Feature::Studies);
        assert_eq!(told(list.into()), "List them with list_studies");
        let end = Feature::Control("cancel".to_owned(), "3f2a".to_owned());
        assert_eq!(
            told(Remedy::with("End it", end).into()),
            "The owner of this daemon can end it with `demoscope cancel 3f2a`"
        );
        for (place, argument) in [
            ("--study", "study_type"),
            ("--age-range", "audience.age_range"),
            ("--tag", "tags"),
            ("--panel", "panel"),
            ("text:4", "text:4"),
        ] {
            assert_eq!(words.place(place), argument);
        }
    }
}
