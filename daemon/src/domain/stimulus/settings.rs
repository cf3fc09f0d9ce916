//! The possible settings of a draft: which have no meaning in such a study and why, which names a setting accepts,
//! and the defaults. All of it comes from the rules that validate a draft, so that a form never contradicts a
//! validation error.

use protocol::channels::Channel;
use protocol::review::ContentType;
use protocol::setting::{Setting, Settings};
use protocol::study::{Draft, Language, Problem};

use super::given::Given;
use super::{
    Rules, SettingsReader, TextNotes, collect, elicitation, engine_of, front_matter, measuring,
    panel_of,
};
use crate::domain::instrument::{self, USUAL};

/// Inspects a draft, which may be wrong or empty; a setting that cannot be read counts as not given.
#[must_use]
pub(crate) fn settings(draft: &Draft, rules: &Rules<'_>) -> Settings {
    let Ok(parts) = front_matter::split(&draft.text) else { return Settings::new() };
    let given = collect(draft, &parts, &mut Vec::new(), &mut TextNotes::default());
    let mut reader = SettingsReader { given: &given, problems: Vec::new() };
    let study_type = reader.take("study", Given::word).unwrap_or(USUAL);
    let panel = panel_of(&mut reader, study_type, rules);
    let engine = engine_of(&mut reader, rules);
    let steady = rules.steady.contains(&engine.as_str());
    let mut settings = Settings::new();
    let mut put = |key: &str, setting: Setting| {
        if setting != Setting::default() {
            settings.insert(key.to_owned(), setting);
        }
    };

    let can_be_asked = |name: &&&str| {
        let known = rules.models.iter().find(|known| known.name == ***name);
        rules.steady.contains(*name) || known.is_some_and(|known| known.models.is_ok())
    };
    let engines = rules.engines.iter().filter(can_be_asked).map(|name| (*name).to_owned());
    put("engine", Setting { words: engines.collect(), ..Setting::default() });

    if instrument::takes(study_type, "content_type") {
        let words = ContentType::ALL.iter().map(ToString::to_string).collect();
        put("content_type", Setting { words, ..Setting::default() });
    }
    if let Some(own) = instrument::usual_panel(study_type) {
        put("panel", usual(own.min(rules.panel_max)));
    }

    let asked = Given::nowhere("elicitation");
    let unheard = elicitation::unheard(&asked, study_type, &engine, rules);
    let channels = elicitation::channels_of(&mut reader);
    for (key, channel) in [("embedding_engine", Channel::Ssr), ("rater", Channel::Rater)] {
        let given = Given::nowhere(key);
        put(
            key,
            if channels.contains(&channel) && unheard.is_none() {
                maker(&asked, &given, channel, &engine, rules)
            } else {
                needs("elicitation", elicitation::without_channel(&given, channel))
            },
        );
    }
    put("elicitation", refused(unheard));

    let measured = measuring::read(&mut reader, study_type, panel, steady);
    put("controls", refused(measuring::refused(&Given::nowhere("controls"), study_type)));
    put("wordings", refused(measuring::unworded(&Given::nowhere("wordings"), study_type, steady)));
    let called = Given::nowhere("questions_per_call");
    put("questions_per_call", refused(measuring::uncalled(&called, study_type, steady)));
    put(
        "subsample",
        if measured.checks_panel() {
            usual(measuring::usual_subsample(panel))
        } else {
            needs("controls", measuring::unchecked(&Given::nowhere("subsample")))
        },
    );
    put("replicates", usual(measuring::usual_replicates(panel, steady, measured.subsample)));

    let read = "a language model reads any language; none is refused";
    put(
        "language",
        Setting {
            words: if steady { vec![Language::English.to_string()] } else { Vec::new() },
            refused: (!steady).then(|| read.to_owned()),
            ..Setting::default()
        },
    );

    // These two change nothing for an engine of this process; giving them is not an error.
    if steady {
        for (key, why) in [
            ("reuse", "the built-in reader computes each answer anew; there are none to use again"),
            ("max_cost_usd", "the built-in reader costs no money"),
        ] {
            put(key, Setting { refused: Some(why.to_owned()), ..Setting::default() });
        }
    }
    settings
}

/// The engines that can serve a channel, and the default one.
fn maker(
    asked: &Given,
    given: &Given,
    channel: Channel,
    engine: &str,
    rules: &Rules<'_>,
) -> Setting {
    let made = |named: Option<(Given, String)>| match channel {
        Channel::Rater => elicitation::rater_engine(asked, named, engine, rules),
        Channel::Ssr | Channel::Direct => {
            elicitation::embedding_engine(asked, named, engine, rules)
        }
    };
    // The built-in encoder cannot answer or rate.
    let encoder = rules.encoder.filter(|_| channel == Channel::Ssr).map(ToOwned::to_owned);
    let names = rules.models.iter().map(|known| known.name.clone()).chain(encoder);
    let words = names.filter(|name| made(Some((given.clone(), name.clone()))).is_ok()).collect();
    Setting { words, usual: made(None).ok(), ..Setting::default() }
}

fn refused(problem: Option<Problem>) -> Setting {
    Setting { refused: problem.map(|problem| problem.what), ..Setting::default() }
}

fn needs(key: &str, problem: Problem) -> Setting {
    Setting { needs: Some(key.to_owned()), ..refused(Some(problem)) }
}

fn usual(count: u32) -> Setting {
    Setting { usual: Some(count.to_string()), ..Setting::default() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{KnownEngine, read};
    use super::*;
    use protocol::study::{DraftText, StudyType};

    fn check(flags: &[(&str, &str)], see: impl FnOnce(Settings, Vec<Problem>)) {
        let known = |name: &str, models: Result<&str, &str>, embeds: Option<&str>| KnownEngine {
            name: name.to_owned(),
            models: models.map(|model| vec![model.to_owned()]).map_err(ToOwned::to_owned),
            embeds: embeds.map(ToOwned::to_owned),
        };
        let models = [
            known("gpt", Ok("gpt-4.1-mini"), Some("gpt")),
            known("claude", Ok("claude-haiku-4-5"), None),
            known("dark", Err("$KEY is not set"), None),
        ];
        let rules = Rules {
            models: &models,
            panel_max: 10_000,
            engines: &["offline", "gpt", "claude", "dark"],
            fresh_seed: 42,
            steady: &["offline"],
            encoder: Some("local"),
            private_hooks: false,
        };
        let flags = flags.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        let mut overrides: BTreeMap<String, String> = flags.collect();
        if overrides.get("study").is_some_and(|study| study == "survey") {
            overrides.insert("questions".to_owned(), "Why this one?".to_owned());
        }
        let ab = overrides.get("study").is_some_and(|study| study == "ab_test");
        let text = "A meal kit delivery service that learns your taste.";
        let text = if ab {
            format!("## Variant A\n\n{text}\n\n## Variant B\n\n{text} Cheaper.")
        } else {
            text.to_owned()
        };
        let text = DraftText::File(text);
        let draft = Draft { file: "idea.md".to_owned(), text, overrides, ..Draft::default() };
        see(settings(&draft, &rules), read(&draft, &rules).err().unwrap_or_default());
    }

    /// A setting that is reported as meaningless is rejected with the same words, and no other setting is rejected as
    /// meaningless.
    #[test]
    fn what_a_form_is_told_is_what_a_refusal_says() {
        let given = [
            ("controls", "true"),
            ("wordings", "2"),
            ("elicitation", "direct,ssr"),
            ("questions_per_call", "one"),
            ("subsample", "5"),
        ];
        let makers = [("rater", "claude"), ("embedding_engine", "gpt")];
        for study in StudyType::ALL {
            for engine in ["offline", "gpt", "claude"] {
                for besides in
                    [vec![], vec![("elicitation", "direct,rater")], vec![("controls", "true")]]
                {
                    let base: Vec<_> = [("study", study.as_str()), ("engine", engine)]
                        .into_iter()
                        .chain(besides.clone())
                        .collect();
                    let mut told = Settings::new();
                    check(&base, |settings, _| told = settings);
                    for (key, value) in given.into_iter().chain(makers) {
                        if base.iter().any(|(other, _)| *other == key) {
                            continue;
                        }
                        let flags: Vec<_> = base.iter().copied().chain([(key, value)]).collect();
                        let place = format!("--{}", key.replace('_', "-"));
                        check(&flags, |_, problems| {
                            let refusal = problems.iter().find(|problem| {
                                problem.place == place
                                    && (problem.what.contains("means nothing")
                                        || problem.what.contains("direct answer"))
                            });
                            let said = told.get(key).and_then(|setting| setting.refused.clone());
                            // A subsample is not reported while something else is wrong.
                            if key == "subsample" && !problems.is_empty() && refusal.is_none() {
                                return;
                            }
                            let senseless = besides.first().is_some_and(|(key, _)| {
                                told.get(*key).is_some_and(|setting| setting.refused.is_some())
                            });
                            // A setting that depends on a rejected one is reported as rejected with it.
                            if refusal.is_none() && senseless {
                                return;
                            }
                            let refused = refusal.map(|problem| problem.what.clone());
                            assert_eq!(said, refused, "{flags:?}: {problems:?}");
                        });
                    }
                }
            }
        }
    }

    #[test]
    fn names_and_usual_values_are_told() {
        let ssr = [("engine", "gpt"), ("elicitation", "direct,ssr,rater"), ("panel", "200")];
        check(&ssr, |settings, _| {
            assert_eq!(settings["engine"].words, ["offline", "gpt", "claude"], "one lacks its key");
            assert_eq!(settings["rater"].words, ["claude"], "nobody rates their own texts");
            assert_eq!(settings["embedding_engine"].words, ["gpt", "local"]);
            assert_eq!(settings["embedding_engine"].usual.as_deref(), Some("gpt"));
            assert_eq!(settings["replicates"].usual.as_deref(), Some("20"));
            assert_eq!(settings["subsample"].needs.as_deref(), Some("controls"));
        });
        check(&[("engine", "claude"), ("elicitation", "direct,ssr")], |settings, _| {
            assert_eq!(settings["embedding_engine"].usual.as_deref(), Some("local"));
        });
        check(&[("engine", "gpt"), ("panel", "200"), ("wordings", "1")], |settings, _| {
            assert_eq!(settings["subsample"].usual.as_deref(), Some("30"));
            assert_eq!(settings["replicates"].usual.as_deref(), Some("30"));
            assert_eq!(settings["rater"].needs.as_deref(), Some("elicitation"));
        });
        check(&[("panel", "none")], |settings, problems| {
            assert_eq!(problems.len(), 1);
            assert_eq!(settings["replicates"].usual.as_deref(), Some("0"), "a draft may be wrong");
        });
    }
}
