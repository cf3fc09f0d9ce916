//! Form fields in screen order, with their default values.

use protocol::audience::{EducationFilter, Gender, IncomeBracket, Region, TechAdoption};
use protocol::measurement::{QuestionsPerCall, Reuse};
use protocol::study::{EngineMode, StudyType};

use super::field::Field;
use super::{FILE_FIELD, TEXT};
use crate::kinds;

/// Every combination of channels: the direct channel is always included.
const CHANNELS: [&str; 4] = ["direct", "direct,ssr", "direct,rater", "direct,ssr,rater"];
/// Possible numbers of other wordings.
const WORDINGS: [&str; 5] = ["0", "1", "2", "3", "4"];

/// An empty form.
pub(super) fn blank() -> Vec<Field> {
    let first = kinds::FIRST.as_str();
    let mut fields = vec![
        Field::choice(
            "study",
            "Study",
            words(first, StudyType::ALL, StudyType::as_str),
            "what is asked",
        ),
        Field::line("name", "Name", "", "what you call it; by default the first words"),
        Field::text(
            TEXT,
            "Text",
            "what respondents read: type it, paste it, or Ctrl-E for your editor",
        ),
        Field::line(
            FILE_FIELD,
            "or file",
            "",
            "a file that holds the text; Ctrl-O completes its name",
        ),
    ];
    for study_type in StudyType::ALL {
        let own = kinds::view(*study_type).fields.iter();
        fields.extend(own.map(|field| Field::of_type(*study_type, field)));
    }
    fields.extend([
        Field::line("panel", "People", "100", "how many are asked"),
        Field::choice(
            "audience.region",
            "Region",
            words(Region::UsNational.as_str(), Region::ALL, Region::as_str),
            "where they live",
        ),
        Field::line("audience.age_range", "Age", "18-80", "youngest and oldest"),
        Field::choice(
            "audience.gender",
            "Gender",
            words("all", Gender::ALL, Gender::as_str),
            "who is asked",
        ),
        Field::choice(
            "audience.income_bracket",
            "Income",
            words("all", IncomeBracket::ALL, IncomeBracket::as_str),
            "of their household",
        ),
        Field::choice(
            "audience.education",
            "Education",
            words("all", EducationFilter::ALL, EducationFilter::as_str),
            "highest they completed",
        ),
        Field::choice(
            "audience.tech_adoption",
            "Technology",
            words("all", TechAdoption::ALL, TechAdoption::as_str),
            "how soon they take it up",
        ),
        Field::choice(
            "engine_mode",
            "Panel",
            words(EngineMode::Standard.as_str(), EngineMode::ALL, EngineMode::as_str),
            "standard: sampled for this study; anchor: the same people every time",
        ),
        Field::line("engine", "Engine", "offline", "what answers"),
        Field::choice(
            "questions_per_call",
            "Each call",
            words(QuestionsPerCall::All.as_str(), QuestionsPerCall::ALL, QuestionsPerCall::as_str),
            "one: no answer is given with an eye on another",
        ),
        Field::choice("elicitation", "Channels", CHANNELS.to_vec(), "ways of hearing an opinion"),
        Field::line("embedding_engine", "Anchored by", "", "turns texts into vectors, for ssr"),
        Field::line("rater", "Rated by", "", "another model, which rates the texts"),
        Field::choice(
            "controls",
            "Controls",
            vec!["false", "true"],
            "a bad text, the text otherwise presented, the scale turned round",
        ),
        Field::choice("wordings", "Wordings", WORDINGS.to_vec(), "other wordings asked too"),
        Field::line("subsample", "Subsample", "", "so many are asked controls and wordings"),
        Field::line("replicates", "Asked twice", "", "so many, to tell people from chance"),
        Field::choice(
            "reuse",
            "Reuse",
            words(Reuse::Allowed.as_str(), Reuse::ALL, Reuse::as_str),
            "answers to the very same question",
        ),
        Field::line("max_cost_usd", "Most to pay", "", "in US dollars; it stops there"),
        Field::line("seed", "Seed", "", "the same seed asks the same people; drawn when empty"),
        Field::line("context", "Context", "", "what respondents are told beforehand"),
        Field::line("language", "Language", "", "en, where a text is taken for another language"),
        Field::line("project", "Project", "", "what it belongs to"),
        Field::line("webhook", "Webhook", "", "an https address that is told when it ends"),
        Field::line("tags", "Tags", "", "labels, separated by commas"),
    ]);
    fields
}

fn words<T: Copy>(
    first: &'static str,
    all: &[T],
    as_str: fn(T) -> &'static str,
) -> Vec<&'static str> {
    let rest = all.iter().map(|word| as_str(*word)).filter(|word| *word != first);
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use protocol::channels::Channel;
    use protocol::measurement::WORDINGS_MAX;

    use super::*;

    #[test]
    fn the_lists_hold_everything_there_is() {
        let most = CHANNELS.iter().map(|list| list.split(',').count()).max();
        assert_eq!(most, Some(Channel::ALL.len()));
        assert_eq!(WORDINGS.len(), usize::from(WORDINGS_MAX) + 1);
        assert_eq!(WORDINGS.last().map(|last| last.parse()), Some(Ok(WORDINGS_MAX)));
    }
}
