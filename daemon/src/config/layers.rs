//! The layers of the settings, merged in order: defaults, file, variables. Each value keeps its source, and every
//! problem of a layer is collected with its place before anything is refused.

use std::path::Path;

use protocol::error::{ApiError, ErrorCode};
use protocol::study::Problem;
use serde::Deserialize;
use toml::{Table, Value};

use super::bounds::{self, BrokenBound};
use super::keys::{Keys, Misfit, leaves, parse};
use super::{Config, DEFAULTS, Loaded, Setting, SettingSource};

/// The settings of the defaults, the file and the variables, a later one over those before it.
pub(super) fn layer(
    file: &Path,
    text: Option<&str>,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<Loaded, ApiError> {
    let mut problems = Vec::new();
    let mut settings =
        leaves(&parse(DEFAULTS).map_err(|error| broken_defaults(&error))?, &SettingSource::Default);
    let keys = Keys::with(&settings);
    let mut put = |given: Setting, place: String, problems: &mut Vec<Problem>| match keys
        .fit(given, &settings)
    {
        Ok(given) => {
            settings.retain(|setting| setting.key != given.key);
            settings.push(given);
        }
        Err(Misfit { what, hint }) => {
            problems.push(Problem { place, what, hint: hint.into() });
        }
    };

    if let Some(text) = text {
        match parse(text) {
            Ok(table) => {
                for given in leaves(&table, &SettingSource::File(file.to_path_buf())) {
                    let place = place_of(file, text, &given.key);
                    put(given, place, &mut problems);
                }
            }
            Err(error) => {
                let line =
                    error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
                problems.push(Problem {
                    place: format!("{}:{line}", file.display()),
                    what: error.message().to_owned(),
                    hint: "settings are TOML: [section], then key = value".into(),
                });
            }
        }
    }
    for (name, value) in variables {
        let Some(key) = keys.of_variable(&name) else { continue };
        let value = value.parse::<Value>().unwrap_or(Value::String(value));
        let given = Setting { key, value, source: SettingSource::Variable(name.clone()) };
        put(given, format!("${name}"), &mut problems);
    }
    settings.sort_by(|one, other| one.key.cmp(&other.key));
    if problems.is_empty() {
        match typed(&settings) {
            Ok(config) => return Ok(Loaded { config, settings }),
            Err(problem) => problems.push(problem),
        }
    }
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The settings have problems");
    error.problems = problems;
    Err(error)
}

fn broken_defaults(error: &toml::de::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, format!("The built-in settings are broken: {error}"))
        .because(error)
}

/// `file:line` of the key, or the file where the line cannot be told.
fn place_of(file: &Path, text: &str, key: &str) -> String {
    let name = key.rsplit('.').next().unwrap_or(key);
    let line = text.lines().position(|line| {
        line.trim_start()
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
    });
    match line {
        Some(line) => format!("{}:{}", file.display(), line + 1),
        None => file.display().to_string(),
    }
}

/// Puts a value at its dotted key.
fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

fn typed(settings: &[Setting]) -> Result<Config, Problem> {
    let mut root = Table::new();
    for setting in settings {
        insert(&mut root, &setting.key, setting.value.clone());
    }
    let config = Config::deserialize(Value::Table(root)).map_err(|error| Problem {
        place: "settings".to_owned(),
        what: error.message().to_owned(),
        hint: "`demoscope config` shows each value and where it comes from".into(),
    })?;
    bounds::check(&config).map_err(|BrokenBound { key, what, hint }| Problem {
        place: settings
            .iter()
            .find(|setting| setting.key == key)
            .map_or(String::new(), |setting| setting.source.to_string()),
        what: format!("'{key}' {what}"),
        hint: hint.into(),
    })?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, ApiError> {
        let variables =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        layer(Path::new("config.toml"), Some(text), variables)
    }

    fn problems(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let error = load_text(text, variables).expect_err("it has problems");
        error.problems.iter().map(|p| format!("{}: {} · {}", p.place, p.what, p.hint)).collect()
    }

    #[test]
    fn defaults_alone_are_complete() {
        let loaded = layer(Path::new("config.toml"), None, std::iter::empty()).unwrap();
        assert_eq!(loaded.config.limits.panel_max, 10_000);
        assert_eq!(loaded.config.credits.monthly(), protocol::credits::Credits(10_000));
        assert!(loaded.settings.iter().all(|setting| setting.source == SettingSource::Default));
    }

    #[test]
    fn a_later_layer_wins_and_is_named() {
        let loaded = load_text(
            "[limits]\npanel_max = 5\nstudies_running = 2\n",
            &[("DEMOSCOPE_LIMITS_PANEL_MAX", "7"), ("DEMOSCOPE_HOME", "/x"), ("HOME", "/y")],
        )
        .unwrap();
        assert_eq!((loaded.config.limits.panel_max, loaded.config.limits.studies_running), (7, 2));
        let source =
            |key: &str| loaded.settings.iter().find(|s| s.key == key).unwrap().source.to_string();
        assert_eq!(source("limits.panel_max"), "$DEMOSCOPE_LIMITS_PANEL_MAX");
        assert_eq!(source("limits.studies_running"), "config.toml");
    }

    #[test]
    fn tiers_can_be_added() {
        let loaded =
            load_text("[credits]\ntier = \"team\"\n[credits.tiers]\nteam = 50\n", &[]).unwrap();
        assert_eq!(loaded.config.credits.monthly(), protocol::credits::Credits(50));
    }

    #[test]
    fn every_problem_is_told_with_its_place() {
        insta::assert_snapshot!(
            problems(
                "[limits]\npanle_max = 5\nstudies_running = \"two\"\n[colour]\nred = 1\n",
                &[("DEMOSCOPE_LOG_LEVLE", "info")]
            )
            .join("\n"),
            @r#"
        config.toml:5: unknown setting 'colour.red' · `demoscope config` lists every setting
        config.toml:2: unknown setting 'limits.panle_max' · did you mean 'limits.panel_max'?
        config.toml:3: 'limits.studies_running' takes a whole number, not a text in quotes · for example studies_running = 4
        $DEMOSCOPE_LOG_LEVLE: unknown setting 'log.levle' · did you mean 'log.level'?
        "#
        );
    }

    #[test]
    fn settings_that_were_dropped_are_refused_like_any_unknown_one() {
        let twice = problems("[engine.mine]\nmodel = \"m\"\nhedge_percent = 5\n", &[]);
        assert_eq!(twice.len(), 1, "{twice:?}");
        let told = "config.toml:3: unknown setting 'engine.mine.hedge_percent' · an engine takes ";
        assert!(twice[0].starts_with(told), "{twice:?}");
        for strategy in ["cheapest", "fastest", "blend"] {
            let text = format!("[engine.mine]\nengines = [\"a\"]\nstrategy = \"{strategy}\"\n");
            let told = problems(&text, &[]);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains("`round_robin` or `failover`"), "{told:?}");
        }
    }

    #[test]
    fn values_out_of_range_are_refused() {
        assert_eq!(problems("[limits]\npanel_max = 0\n", &[]).len(), 1);
        assert_eq!(problems("[limits]\npanel_max = -1\n", &[]).len(), 1);
        assert_eq!(problems("[credits]\ntier = \"gold\"\n", &[]).len(), 1);
        assert_eq!(problems("[limits\n", &[]).len(), 1);
    }
}
