//! The arguments of the tools. Their schemas, with a sentence on each, are all that an agent knows of a tool. What they
//! become is a draft, which the daemon checks as it checks a file: the rules and their messages are the same at every door.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use protocol::audience::{Choice, EducationFilter, Gender, IncomeBracket, Region, TechAdoption};
use protocol::error::{ApiError, ErrorCode};
use protocol::ranking::STUDIES_MAX;
use protocol::review::{ContentType, ReviewMode};
use protocol::safe;
use protocol::service::StudyQuery;
use protocol::study::{Draft, DraftText, Language, Orders, SecondFile, StudyType};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Map, Value};

use crate::fit::REVIEW;

/// The argument with the text of a study, and variant A.
const TEXT: &str = "text";
/// The argument with a content.
const CONTENT: &str = "content";
/// The argument with variant B.
const VARIANT_B: &str = "variant_b";
/// The study type that has two texts.
const AB_TEST: &str = "ab_test";
/// How long a tool waits for a study where the call does not say.
const WAIT_SECONDS: u32 = 20;
/// The longest wait of one call: clients give up on calls after a minute.
const WAIT_SECONDS_MAX: u32 = 50;
/// Studies on a page where the call does not say.
const PAGE: u32 = 20;
/// Most studies on a page.
const PAGE_MAX: u32 = 100;

/// Arguments of `run_study`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunStudy {
    /// What the respondents read: a concept, a pitch, a description, in plain text or Markdown, 10 to 5,000 characters.
    /// Every word of it is shown to them; settings are arguments and never stand in it. The built-in engine reads English
    /// only. With `ab_test` it is variant A.
    text: String,
    /// Variant B of an `ab_test`; only there.
    variant_b: Option<String>,
    /// What is asked; `concept_test` where it is left out.
    study_type: Option<AskedType>,
    /// Open questions of a `survey`, 1 to 10, each of at most 500 characters; only there.
    questions: Option<Vec<String>>,
    /// The order of the variants of an `ab_test`: `split` (half the panel each) or `both` (everybody twice).
    orders: Option<Orders>,
    #[serde(flatten)]
    common: CommonArguments,
}

/// A study type of `run_study`: all but the review of a content, which is another tool.
#[derive(Clone, Copy, Debug)]
struct AskedType(StudyType);

impl AskedType {
    fn words() -> impl Iterator<Item = &'static str> {
        StudyType::ALL.iter().map(|one| one.as_str()).filter(|word| *word != REVIEW)
    }
}

impl<'de> Deserialize<'de> for AskedType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Which words there are, the schema says.
        let word = String::deserialize(deserializer)?;
        let known = Self::words().find(|known| *known == word);
        let known = known.ok_or_else(|| D::Error::custom("unknown `study_type`"))?;
        known.parse().map(Self).map_err(D::Error::custom)
    }
}

impl JsonSchema for AskedType {
    fn schema_name() -> Cow<'static, str> {
        "AskedType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::words().collect();
        schemars::json_schema!({ "type": "string", "enum": words })
    }
}

/// Arguments of `review_content`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewContent {
    /// The content itself, 1 to 50,000 characters, in plain text or Markdown. The built-in engine reads English only.
    content: String,
    /// What the content is; it decides the dimensions that are scored.
    content_type: ContentType,
    /// How much is asked: `quick_pulse` (one glance, 1.5 credits an expert and round), `expert_review` (the default, 3)
    /// or `deep_simulation` (4.5).
    mode: Option<ReviewMode>,
    /// Rounds at most, 1 to 5. From 2 on the content is rewritten after each round and asked again; each round is charged.
    #[schemars(range(min = 1, max = 5))]
    rounds: Option<u16>,
    /// The overall score, 1 to 10, at which no further round follows.
    target_score: Option<f64>,
    /// For whom the content is, in words: "25-35 year old professionals".
    target_audience: Option<String>,
    /// Contents that it competes with, at most 20; 50 credits in all.
    competitors: Option<Vec<String>>,
    /// How it is to sound.
    tone: Option<String>,
    /// The field that it belongs to.
    niche: Option<String>,
    /// What it is to achieve.
    goal: Option<String>,
    #[serde(flatten)]
    common: CommonArguments,
}

/// What every study can be given.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CommonArguments {
    /// How many respondents, 1 to 10,000 where its owner allows no more: 100 by default, 20 experts in a content review. Intervals narrow with the square
    /// root of it.
    #[schemars(range(min = 1, max = 1_000_000))]
    panel: Option<u32>,
    /// Who may be in the panel; adults of 18 to 80 in the United States where it is left out.
    audience: Option<AudienceArguments>,
    /// What the study is called in lists; its first words where it is left out.
    name: Option<String>,
    /// What respondents are told before they read the text, at most 2,000 characters.
    context: Option<String>,
    /// What answers: `offline` (the default: built in, free, immediate), or an engine that the owner configured, which
    /// costs real money.
    engine: Option<String>,
    /// Determines the panel and the built-in engine's answers, up to 2^53 − 1. Give two studies the same one and they
    /// have the same people.
    seed: Option<u64>,
    /// A study by its id: the same people, seed, engine and questions as there, so that the two can be compared person by
    /// person. Other arguments win.
    like: Option<String>,
    /// The language of the text, where the built-in engine takes English for another one by mistake: `en`.
    language: Option<Language>,
    /// The most that the study may cost in US dollars. It is a limit, and agrees to nothing.
    max_cost_usd: Option<f64>,
    /// Labels to find it by, without commas.
    tags: Option<Vec<String>>,
    /// Only tell what the study would ask, take in credits and cost in dollars; nothing is asked or stored.
    #[serde(default)]
    dry_run: bool,
    /// Seconds to wait for the results, 0 to 50; 20 by default. A study that has not ended goes on, and `wait_study` waits
    /// for it.
    #[schemars(range(max = 50))]
    wait_seconds: Option<u32>,
}

/// Who may be in a panel. What is left out is not restricted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceArguments {
    /// Where they live; `us_national` by default.
    region: Option<Region>,
    /// Youngest and oldest age in years, within 18 and 100: [25, 45].
    #[schemars(inner(range(min = 18, max = 100)))]
    age_range: Option<[u8; 2]>,
    /// Their gender.
    gender: Option<Choice<Gender>>,
    /// Household income relative to the median of their country.
    income_bracket: Option<Choice<IncomeBracket>>,
    /// Highest completed education.
    education: Option<Choice<EducationFilter>>,
    /// How early they take up new technology.
    tech_adoption: Option<Choice<TechAdoption>>,
}

/// Arguments of `get_study`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetStudy {
    /// The study: its id, an unambiguous beginning of one, `@` for the newest, or the request that it comes of, such as `r1`.
    pub(crate) study: String,
    /// Break one result down by one or two of `gender`, `age_band`, `income_bracket`, `education`,
    /// `tech_adoption`, `region`.
    pub(crate) by: Option<Vec<String>>,
    /// The result that is broken down, as `estimates` names it; the main one where it is left out. Only with `by`.
    pub(crate) of: Option<String>,
}

/// Arguments of `wait_study`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitStudy {
    /// The study: its id, an unambiguous beginning of one, `@` for the newest, or the request that it comes of, such as `r1`.
    pub(crate) study: String,
    /// Seconds to wait at most, 0 to 50; 20 by default. Call again while the study has not ended.
    #[schemars(range(max = 50))]
    wait_seconds: Option<u32>,
}

/// Arguments of `list_studies`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListStudies {
    /// Only studies whose name contains this text.
    search: Option<String>,
    /// Only studies with this label.
    tag: Option<String>,
    /// Whether to list the studies that were put away instead of the others.
    #[serde(default)]
    archived: bool,
    /// Studies to skip: the `next_offset` of the page before.
    offset: Option<u32>,
    /// Studies on the page, 1 to 100; 20 by default.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
}

/// Arguments of `compare_studies`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareStudies {
    /// The first study: its id, an unambiguous beginning of one, or `@` for the newest.
    pub(crate) first: String,
    /// The second one; differences are second minus first.
    pub(crate) second: String,
    /// The result that is compared, as `estimates` names it; the main one where it is left out.
    pub(crate) of: Option<String>,
}

/// Arguments of `rank`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rank {
    /// 2 to 200 studies that have ended, of one study type, each by its id or the beginning of one.
    studies: Vec<String>,
    /// The result by which they are ranked, as `estimates` names it; the main one where it is left out.
    pub(crate) of: Option<String>,
    /// Whether the lowest value is the best; left out, so it is of a concern.
    #[serde(default)]
    pub(crate) lowest_first: Option<bool>,
}

/// Arguments of `get_findings`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetFindings {
    /// The study: its id, an unambiguous beginning of one, or `@` for the newest.
    pub(crate) study: String,
}

/// Arguments of `list_external`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListExternal {
    /// Results to skip: the `next_offset` of the page before.
    offset: Option<u32>,
    /// Results on the page, 1 to 100; 20 by default.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
}

impl ListExternal {
    /// The results to skip, and how many are listed.
    pub(crate) fn page(&self) -> Result<(u32, u32), ApiError> {
        Ok((self.offset.unwrap_or(0), page_limit(self.limit)?))
    }
}

/// Arguments of `get_external`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetExternal {
    /// The result: its id, or an unambiguous beginning of one.
    pub(crate) id: String,
}

/// Arguments of a tool that takes none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoArguments {}

/// What a call asks for: a draft to submit, or only to look at.
#[derive(Debug, PartialEq)]
pub(crate) struct Order {
    pub(crate) draft: Draft,
    pub(crate) is_dry_run: bool,
    pub(crate) wait: Duration,
}

/// Reads the arguments of a call.
///
/// # Errors
/// What is wrong with them, and what is allowed.
pub(crate) fn read<T: DeserializeOwned>(arguments: Map<String, Value>) -> Result<T, ApiError> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| {
        let what = safe::line(&error.to_string()).into_owned();
        invalid(format!("The arguments are not as they must be: {what}"))
            .hint("See the schema of the tool for every argument with its values")
    })
}

impl RunStudy {
    /// The draft, and what is to be done with it.
    pub(crate) fn order(self) -> Result<Order, ApiError> {
        let Self { text, variant_b, study_type, questions, orders, common } = self;
        let is_ab_test = study_type.is_some_and(|one| one.0.as_str() == AB_TEST);
        if is_ab_test != variant_b.is_some() {
            return Err(invalid(
                "`variant_b` belongs to the study type `ab_test`, and that needs it",
            )
            .hint("Give both of them: `text` is variant A. Or leave both out"));
        }
        let variant_b = variant_b
            .map(|text| SecondFile { file: VARIANT_B.to_owned(), text: DraftText::plain(text) });
        let given = [
            ("study", study_type.map(|one| one.0.to_string())),
            ("questions", questions.as_deref().map(lines)),
            ("orders", orders.map(|one| one.to_string())),
        ];
        let draft = Draft { variant_b, ..without_settings(TEXT, text) };
        common.order(draft, given)
    }
}

impl ReviewContent {
    /// The draft, and what is to be done with it.
    pub(crate) fn order(self) -> Result<Order, ApiError> {
        let Self { content, content_type, mode, rounds, target_score, target_audience, .. } = self;
        let given = [
            ("study", Some(REVIEW.to_owned())),
            ("content_type", Some(content_type.to_string())),
            ("mode", mode.map(|one| one.to_string())),
            ("rounds", rounds.map(|count| count.to_string())),
            ("target_score", target_score.map(|score| score.to_string())),
            ("target_audience", target_audience),
            ("competitors", self.competitors.as_deref().map(lines)),
            ("tone", self.tone),
            ("niche", self.niche),
            ("goal", self.goal),
        ];
        self.common.order(without_settings(CONTENT, content), given)
    }
}

impl CommonArguments {
    fn order<const N: usize>(
        self,
        draft: Draft,
        given: [(&str, Option<String>); N],
    ) -> Result<Order, ApiError> {
        let audience = self.audience.unwrap_or_default();
        let common = [
            ("panel", self.panel.map(|count| count.to_string())),
            ("name", self.name),
            ("context", self.context),
            ("engine", self.engine),
            ("seed", self.seed.map(|seed| seed.to_string())),
            ("language", self.language.map(|one| one.to_string())),
            ("max_cost_usd", self.max_cost_usd.map(|usd| usd.to_string())),
            ("tags", self.tags.as_deref().map(labels).transpose()?),
            ("audience.region", audience.region.map(|one| one.to_string())),
            ("audience.age_range", audience.age_range.map(|[from, to]| format!("{from}-{to}"))),
            ("audience.gender", audience.gender.map(|one| one.to_string())),
            ("audience.income_bracket", audience.income_bracket.map(|one| one.to_string())),
            ("audience.education", audience.education.map(|one| one.to_string())),
            ("audience.tech_adoption", audience.tech_adoption.map(|one| one.to_string())),
        ];
        let overrides: BTreeMap<String, String> = given
            .into_iter()
            .chain(common)
            .filter_map(|(key, text)| Some((key.to_owned(), text?)))
            .collect();
        let draft = Draft { overrides, like: self.like, ..draft };
        Ok(Order { draft, is_dry_run: self.dry_run, wait: wait(self.wait_seconds)? })
    }
}

impl WaitStudy {
    /// How long to wait.
    pub(crate) fn wait(&self) -> Result<Duration, ApiError> {
        wait(self.wait_seconds)
    }
}

impl Rank {
    /// The studies by their names, of which each is looked up by itself.
    pub(crate) fn names(&self) -> Result<&[String], ApiError> {
        let count = self.studies.len();
        if count > STUDIES_MAX {
            let what =
                format!("A ranking takes at most {STUDIES_MAX} studies, and these are {count}");
            return Err(invalid(what).hint(format!("Give 2 to {STUDIES_MAX} of them")));
        }
        Ok(&self.studies)
    }
}

impl ListStudies {
    /// What is listed.
    pub(crate) fn query(self) -> Result<StudyQuery, ApiError> {
        let limit = page_limit(self.limit)?;
        Ok(StudyQuery {
            search: self.search,
            tag: self.tag,
            archived: self.archived,
            offset: self.offset.unwrap_or(0),
            limit,
        })
    }
}

/// How many items a page has.
fn page_limit(given: Option<u32>) -> Result<u32, ApiError> {
    match given.unwrap_or(PAGE) {
        limit @ 1..=PAGE_MAX => Ok(limit),
        limit => Err(invalid(format!("`limit` is {limit}"))
            .hint(format!("Give a number from 1 to {PAGE_MAX}"))),
    }
}

fn wait(seconds: Option<u32>) -> Result<Duration, ApiError> {
    match seconds.unwrap_or(WAIT_SECONDS) {
        seconds @ ..=WAIT_SECONDS_MAX => Ok(Duration::from_secs(u64::from(seconds))),
        seconds => Err(invalid(format!("`wait_seconds` is {seconds}"))
            .hint(format!("Give a number from 0 to {WAIT_SECONDS_MAX}, and call again"))),
    }
}

/// A draft of that text, of which nothing is a setting: an agent passes on texts that it found, and those must not decide who
/// answers or who is told.
fn without_settings(argument: &str, text: String) -> Draft {
    Draft { file: argument.to_owned(), text: DraftText::plain(text), ..Draft::default() }
}

/// A text of a list on one line, so that it stays one entry.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Texts as a setting takes them: each on a line of its own.
fn lines(texts: &[String]) -> String {
    texts.iter().map(|text| one_line(text)).collect::<Vec<_>>().join("\n")
}

/// Labels as a setting takes them: between commas.
fn labels(tags: &[String]) -> Result<String, ApiError> {
    let tags: Vec<String> = tags.iter().map(|tag| one_line(tag)).collect();
    if let Some(tag) = tags.iter().find(|tag| tag.contains(',')) {
        let what = format!("A tag has no comma, and one of `tags` is '{}'", safe::line(tag));
        return Err(invalid(what).hint("Give each tag by itself: [\"spring\", \"food\"]"));
    }
    Ok(tags.join(","))
}

fn invalid(what: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, what)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fit::fitting;
    use crate::tools::schema;

    fn order(arguments: Value) -> Result<Order, ApiError> {
        let Value::Object(arguments) = arguments else { unreachable!("an object") };
        let fitting = fitting("run_study", &schema::<RunStudy>(), arguments)?;
        read::<RunStudy>(fitting)?.order()
    }

    #[test]
    fn arguments_become_the_settings_of_a_file() {
        let order = order(json!({
            "text": "A kettle that texts you.", "study_type": "survey", "questions": ["Why?", "Why not?"], "panel": 50,
            "audience": { "region": "uk", "age_range": [25, 45] }, "seed": 7, "max_cost_usd": 0.5, "tags": ["a", "b"],
            "wait_seconds": 0, "dry_run": true,
        }))
        .unwrap();
        let given: Vec<String> =
            order.draft.overrides.iter().map(|(key, text)| format!("{key}={text}")).collect();
        assert_eq!(
            given,
            [
                "audience.age_range=25-45",
                "audience.region=uk",
                "max_cost_usd=0.5",
                "panel=50",
                "questions=Why?\nWhy not?",
                "seed=7",
                "study=survey",
                "tags=a,b"
            ]
        );
        assert!(order.is_dry_run && order.wait.is_zero());
    }

    #[test]
    fn a_wrong_argument_is_told_with_what_is_allowed() {
        for (wrong, wanted) in [
            (json!({}), "text: is missing"),
            (json!({ "text": null }), "text: is missing"),
            (json!({ "text": 5 }), "text: a text is expected"),
            (
                json!({ "text": "a", "study_type": "npx" }),
                "study_type: cannot be 'npx'; did you mean 'nps'?",
            ),
            (json!({ "text": "a", "study_type": "content_review" }), "tool `review_content`"),
            (json!({ "text": "a", "panel": "ten" }), "panel: a whole number is expected"),
            (json!({ "text": "a", "panel": 5.5 }), "panel: a whole number is expected"),
            (json!({ "text": "a", "panel": -1 }), "panel: -1 is out of range"),
            (json!({ "text": "a", "panel": 1e300 }), "panel: a whole number is expected"),
            (
                json!({ "text": "a", "panel": 5_000_000_000_u64 }),
                "panel: 5000000000 is out of range",
            ),
            (
                json!({ "text": "a", "panle": 5 }),
                "panle: there is no such argument; did you mean 'panel'?",
            ),
            (json!({ "text": "a", "dry_run": "yes" }), "dry_run: true or false is expected"),
            (json!({ "text": "a", "tags": "spring" }), "tags: a list of texts is expected"),
            (json!({ "text": "a", "tags": ["a", 5] }), "tags[1]: a text is expected"),
            (json!({ "text": "a", "wait_seconds": 51 }), "0 to 50"),
            (json!({ "text": "a", "audience": "uk" }), "audience: an object is expected"),
            (
                json!({ "text": "a", "audience": { "regoin": "fr" } }),
                "audience.regoin: there is no such argument; did you mean 'region'?",
            ),
            (
                json!({ "text": "a", "audience": { "gender": "men" } }),
                "audience.gender: cannot be 'men'",
            ),
            (
                json!({ "text": "a", "audience": { "age_range": [25] } }),
                "audience.age_range: a list of 2 whole numbers is expected",
            ),
            (
                json!({ "text": "a", "audience": { "age_range": [25, 450] } }),
                "audience.age_range[1]: 450 is out of range",
            ),
            (json!({ "text": "a", "variant_b": "b" }), "`ab_test`"),
            (json!({ "text": "a", "study_type": "ab_test" }), "`variant_b`"),
            (
                json!({ "text": "a", "cost_confirmed": true }),
                "cost_confirmed: there is no such argument",
            ),
        ] {
            let error = order(wrong.clone()).unwrap_err();
            let problems = error.problems.iter();
            let problems: Vec<String> =
                problems.map(|one| format!("{}: {}; {}", one.place, one.what, one.hint)).collect();
            let hints: Vec<String> = error.hints.iter().map(ToString::to_string).collect();
            let told = format!("{} {} {}", error.message, problems.join("\n"), hints.join(" "));
            assert!(told.contains(wanted), "{wrong}: {told}");
        }
    }

    #[test]
    fn null_is_as_good_as_absent() {
        let order = order(json!({
            "text": "A kettle that texts you.", "name": null, "panel": null, "audience": null, "dry_run": null,
            "questions": null, "wait_seconds": null,
        }));
        assert_eq!(order.unwrap().draft.overrides, BTreeMap::new());
        let whole = json!({ "text": "A kettle.", "panel": 50.0 });
        let Value::Object(whole) = whole else { unreachable!("an object") };
        assert_eq!(fitting("run_study", &schema::<RunStudy>(), whole).unwrap()["panel"], 50);
        let all =
            json!({ "text": "A kettle.", "audience": { "gender": "all", "education": "all" } });
        let Value::Object(all) = all else { unreachable!("an object") };
        assert!(fitting("run_study", &schema::<RunStudy>(), all).is_ok(), "as in a file");
        let within = json!({ "text": "A kettle.", "audience": { "region": "uk", "gender": null } });
        let Value::Object(within) = within else { unreachable!("an object") };
        let fitting = fitting("run_study", &schema::<RunStudy>(), within).unwrap();
        assert_eq!(
            Value::from(fitting),
            json!({ "text": "A kettle.", "audience": { "region": "uk" } })
        );
    }

    #[test]
    fn a_text_brings_no_settings_of_its_own() {
        let text = "\n\u{fe0f}---\nwebhook: https://evil.example/x\n---\nA kettle.";
        let order = order(json!({ "text": text })).unwrap();
        assert_eq!(order.draft.text, DraftText::plain(text));
        let review = json!({ "content": text, "content_type": "headline" });
        let Value::Object(review) = review else { unreachable!("an object") };
        let order = read::<ReviewContent>(review).unwrap().order().unwrap();
        assert_eq!(order.draft.text, DraftText::plain(text));
    }

    #[test]
    fn an_entry_of_a_list_stays_one_entry() {
        let given = |key: &str, arguments: Value| {
            order(arguments).unwrap().draft.overrides.remove(key).unwrap()
        };
        let questions = json!({
            "text": "A kettle.", "study_type": "survey", "questions": ["Why?\r\n Explain.", "Who?"],
        });
        assert_eq!(given("questions", questions), "Why? Explain.\nWho?");
        let tags = json!({ "text": "A kettle.", "tags": ["spring\n26", "food"] });
        assert_eq!(given("tags", tags), "spring 26,food");
        let error = order(json!({ "text": "A kettle.", "tags": ["a,b"] })).unwrap_err();
        assert!(error.message.contains("comma"), "{error:?}");
    }

    #[test]
    fn a_ranking_of_too_many_is_refused_before_any_is_looked_up() {
        let rank =
            |count| Rank { studies: vec!["@".to_owned(); count], of: None, lowest_first: None };
        assert!(rank(STUDIES_MAX).names().is_ok());
        let error = rank(STUDIES_MAX + 1).names().map(<[String]>::len).unwrap_err();
        assert!(error.message.contains("200"), "{error:?}");
    }
}
