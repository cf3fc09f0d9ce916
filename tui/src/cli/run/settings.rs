//! Flags of `demoscope run` that correspond to front matter keys. They carry the text as typed: the daemon reads and
//! checks it, so that files and flags have the same rules and messages.

#![expect(
    clippy::doc_markdown,
    reason = "the comments of flags are help pages, which are no Markdown"
)]

use std::collections::BTreeMap;

/// One flag for each key of the front matter.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings (they win over the file's)")]
pub(crate) struct Settings {
    /// What to ask: concept_test (the default), sentiment, nps, survey, ab_test or content_review
    #[arg(long, value_name = "TYPE")]
    study: Option<String>,
    /// What to call it; by default its first heading or first words
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// How many respondents; 100 by default, 20 experts in a content review
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    panel: Option<String>,
    /// What answers: offline (the default) or a configured engine
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// Which panel: standard (drawn from the seed) or anchor (the standing panel)
    #[arg(long, value_name = "MODE")]
    engine_mode: Option<String>,
    /// Decides panel and answers; drawn, recorded and printed when left out
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    seed: Option<String>,
    /// What respondents are told beforehand
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    context: Option<String>,
    /// What language the texts are in, where they are taken for another one by mistake: en. The built-in reader reads only
    /// English, and refuses what it takes for anything else
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Refuse to cost more than this, in US dollars
    #[arg(long, value_name = "USD", allow_hyphen_values = true)]
    max_cost_usd: Option<String>,
    /// A label to find it by; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// The project it belongs to
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// A public https address that is told when it ends, signed with the secret of `demoscope hooks secret`
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// An open question of a survey; may be given up to ten times
    #[arg(long = "question", value_name = "TEXT", allow_hyphen_values = true)]
    questions: Vec<String>,
    /// Which variant of an A/B test comes first: split (half the panel each) or both (everyone twice, one credit)
    #[arg(long, value_name = "ORDERS")]
    orders: Option<String>,
    /// How many are asked everything a second time, to tell people from chance; a tenth of a panel of 100 or more
    /// (at most 25) where a language model answers
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    replicates: Option<String>,
    /// Ask a subsample controls too: a text made to be bad, the same text presented otherwise, and the scale turned round;
    /// the report says whether the panel passed
    #[arg(long)]
    controls: bool,
    /// Ask a subsample again in so many other wordings, at most 4, to see whether the wording decides
    #[arg(long, value_name = "K", allow_hyphen_values = true)]
    wordings: Option<String>,
    /// How many are asked controls and other wordings; 30 by default, or the whole panel where it is smaller
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    subsample: Option<String>,
    /// How many questions one call to a language model puts: all (the default: one call a respondent), or one, so that no
    /// answer is given with an eye on another; costs as many calls as there are questions
    #[arg(long, value_name = "all|one")]
    questions_per_call: Option<String>,
    /// Channels besides the direct answer, as a list: direct,ssr,rater. ssr reads what people say in free words by its
    /// similarity to anchor sentences, rater has another model rate it
    #[arg(long, value_name = "CHANNELS")]
    elicitation: Option<String>,
    /// Which engine's service embeds texts for ssr; by default the one that answers, else the built-in 'local'
    #[arg(long, value_name = "NAME")]
    embedding_engine: Option<String>,
    /// Which engine rates texts: another model than the one that answers
    #[arg(long, value_name = "NAME")]
    rater: Option<String>,
    /// Ask a language model anew, also what it answered before
    #[arg(long)]
    fresh: bool,
    /// What the content is: youtube, thumbnail, blog_post, email, email_subject, landing_page, ad, social_post, tweet,
    /// linkedin, product_page, press_release, headline or other; other common names of them are known too
    #[arg(long, help_heading = "Content review", value_name = "TYPE")]
    content_type: Option<String>,
    /// How much is asked: quick_pulse (one glance, 1.5 credits an expert), expert_review (the default, 3) or
    /// deep_simulation (a feed, objections and a second look, 4.5)
    #[arg(long, help_heading = "Content review", value_name = "MODE")]
    mode: Option<String>,
    /// How many rounds at most, 1 to 5; with more than one the content is rewritten and asked again, each round charged
    #[arg(long, help_heading = "Content review", value_name = "N", allow_hyphen_values = true)]
    rounds: Option<String>,
    /// The overall score, 1 to 10, at which no further round follows
    #[arg(long, help_heading = "Content review", value_name = "SCORE", allow_hyphen_values = true)]
    target_score: Option<String>,
    /// End with the first round that gains nothing
    #[arg(long, help_heading = "Content review")]
    stop_on_no_gain: bool,
    /// Let a rewrite say what the content does not
    #[arg(long, help_heading = "Content review")]
    allow_new_claims: bool,
    /// A competitor that it stands beside; may be given up to 20 times; 50 credits in all
    #[arg(long = "competitor", help_heading = "Content review", value_name = "TEXT")]
    competitors: Vec<String>,
    /// Have competitors made up; 75 credits
    #[arg(long, help_heading = "Content review")]
    competitors_generated: bool,
    /// Whom it is for, in words; read as filters of the audience, which the flags below override
    #[arg(long, help_heading = "Content review", value_name = "TEXT")]
    target_audience: Option<String>,
    /// The field that it belongs to
    #[arg(long, help_heading = "Content review", value_name = "TEXT")]
    niche: Option<String>,
    /// How it is to sound
    #[arg(long, help_heading = "Content review", value_name = "TEXT")]
    tone: Option<String>,
    /// What it is to achieve
    #[arg(long, help_heading = "Content review", value_name = "TEXT")]
    goal: Option<String>,
    /// Where they live: us_national (the default), us_northeast, us_southeast, us_midwest, us_west,
    /// us_southwest, uk, eu, global
    #[arg(long, help_heading = "Audience", value_name = "REGION")]
    region: Option<String>,
    /// Youngest and oldest age, as 25-45; 18-80 by default
    #[arg(long, help_heading = "Audience", value_name = "AGES", allow_hyphen_values = true)]
    age_range: Option<String>,
    /// all, male, female or nonbinary
    #[arg(long, help_heading = "Audience")]
    gender: Option<String>,
    /// all, low, middle, upper_middle or high, relative to their country's median
    #[arg(long, help_heading = "Audience", value_name = "BRACKET")]
    income_bracket: Option<String>,
    /// all, high_school, some_college, bachelors or graduate
    #[arg(long, help_heading = "Audience", value_name = "LEVEL")]
    education: Option<String>,
    /// all, innovator, early_adopter, early_majority, late_majority or laggard
    #[arg(long, help_heading = "Audience", value_name = "CLASS")]
    tech_adoption: Option<String>,
}

impl Settings {
    /// Whether a flag says who answers.
    pub(super) fn names_engine(&self) -> bool {
        self.engine.is_some()
    }

    /// The given keys, each with its text as typed.
    pub(crate) fn overrides(&self) -> BTreeMap<String, String> {
        let questions = (!self.questions.is_empty()).then(|| self.questions.join("\n"));
        let competitors = (!self.competitors.is_empty()).then(|| self.competitors.join("\n"));
        let truth = |flag: bool| flag.then(|| "true".to_owned());
        let tags = (!self.tags.is_empty()).then(|| self.tags.join(","));
        [
            ("study", &self.study),
            ("name", &self.name),
            ("panel", &self.panel),
            ("engine", &self.engine),
            ("engine_mode", &self.engine_mode),
            ("seed", &self.seed),
            ("context", &self.context),
            ("language", &self.language),
            ("max_cost_usd", &self.max_cost_usd),
            ("tags", &tags),
            ("project", &self.project),
            ("webhook", &self.webhook),
            ("questions", &questions),
            ("orders", &self.orders),
            ("replicates", &self.replicates),
            ("content_type", &self.content_type),
            ("mode", &self.mode),
            ("rounds", &self.rounds),
            ("target_score", &self.target_score),
            ("stop_on_no_gain", &truth(self.stop_on_no_gain)),
            ("allow_new_claims", &truth(self.allow_new_claims)),
            ("competitors", &competitors),
            ("competitors_generated", &truth(self.competitors_generated)),
            ("target_audience", &self.target_audience),
            ("niche", &self.niche),
            ("tone", &self.tone),
            ("goal", &self.goal),
            ("controls", &truth(self.controls)),
            ("wordings", &self.wordings),
            ("subsample", &self.subsample),
            ("questions_per_call", &self.questions_per_call),
            ("elicitation", &self.elicitation),
            ("embedding_engine", &self.embedding_engine),
            ("rater", &self.rater),
            ("reuse", &self.fresh.then(|| "never".to_owned())),
            ("audience.region", &self.region),
            ("audience.age_range", &self.age_range),
            ("audience.gender", &self.gender),
            ("audience.income_bracket", &self.income_bracket),
            ("audience.education", &self.education),
            ("audience.tech_adoption", &self.tech_adoption),
        ]
        .into_iter()
        .filter_map(|(key, text)| text.clone().map(|text| (key.to_owned(), text)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        settings: Settings,
    }

    /// Every flag has a field in the form of the workstation.
    #[test]
    fn every_flag_has_its_field_in_the_form() {
        use clap::CommandFactory;
        let command = Flags::command();
        let mut line = vec!["run".to_owned()];
        for argument in command.get_arguments().filter(|one| one.get_id() != "help") {
            line.extend(argument.get_long().map(|name| format!("--{name}")));
            if argument.get_action().takes_values() {
                line.push("1".to_owned());
            }
        }
        let flags = Flags::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
        let keys: Vec<String> = flags.settings.overrides().into_keys().collect();
        assert!(keys.len() > 25, "{keys:?}");
        let fields = crate::station::form_keys();
        for key in keys {
            assert!(fields.contains(&key.as_str()), "the form has no field for {key}");
        }
    }

    #[test]
    fn flags_become_the_keys_they_stand_for() {
        let flags = Flags::try_parse_from([
            "run",
            "--panel",
            "-5",
            "--region",
            "uk",
            "--age-range",
            "25-45",
            "--tag",
            "a",
            "--tag",
            "b",
        ])
        .unwrap_or_else(|error| panic!("{error}"));
        let given: Vec<String> = flags
            .settings
            .overrides()
            .into_iter()
            .map(|(key, text)| format!("{key}={text}"))
            .collect();
        assert_eq!(
            given,
            ["audience.age_range=25-45", "audience.region=uk", "panel=-5", "tags=a,b"]
        );
    }
}
