//! The table of tools: name, words for an agent, schema of the arguments, and what each may change. A tool is a line here and an
//! arm in `call`; both transports serve this table.

use std::sync::Arc;

use protocol::cost_request::{CostDecision, CostRequest, CostRequestId, CostRequestState};
use protocol::error::{ApiError, ErrorCode};
use protocol::ranking::RankQuestion;
use protocol::safe;
use protocol::service::Reply;
use protocol::study::Draft;
use rmcp::RoleServer;
use rmcp::model::{CallToolRequestParams, InputRequiredResult, JsonObject, Tool, ToolAnnotations};
use rmcp::service::RequestContext;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::arguments::{
    self, CompareStudies, GetExternal, GetFindings, GetStudy, ListExternal, ListStudies,
    NoArguments, Order, Rank, ReviewContent, RunStudy, WaitStudy,
};
use crate::consent::{self, Answered, Questions};
use crate::fit::fitting;
use crate::use_cases::{CostRule, UseCases};
use crate::{told, wait};

/// The tools, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToolName {
    /// Runs a study.
    RunStudy,
    /// Has experts score a content.
    ReviewContent,
    /// A study with its results.
    GetStudy,
    /// Waits for a study.
    WaitStudy,
    /// Lists studies.
    ListStudies,
    /// Compares two studies.
    CompareStudies,
    /// Ranks studies.
    Rank,
    /// Findings of a study.
    GetFindings,
    /// Lists results of other services.
    ListExternal,
    /// A result of another service.
    GetExternal,
    /// The budget.
    Credits,
}

/// One line of the table.
struct ToolEntry {
    tool: ToolName,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    effect: Effect,
    arguments: fn() -> JsonObject,
}

/// What a tool does beyond answering.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// Nothing.
    Reads,
    /// It makes a study, and uses up credits.
    Runs,
}

const TABLE: [ToolEntry; 11] = [
    ToolEntry {
        tool: ToolName::RunStudy,
        name: "run_study",
        title: "Run a study",
        description: "Test a text (a product idea, a pitch, a message, two variants) on a panel of synthetic people: every \
            respondent reads it and answers. Returns the results when they are there within `wait_seconds`, else the study's \
            id for wait_study. Study types: concept_test (score 1 to 10, would they buy, reasons for and against), sentiment, \
            nps (would they recommend it), survey (your open questions), ab_test (text against variant_b). The built-in \
            engine is free of charge and takes seconds; one answer uses one credit. What costs money may wait as a `request` until \
            the user agrees; the same call never asks or runs twice meanwhile. To find the best of several texts run \
            each with the same `seed` (or `like` the first one) and call rank. Ask real people before money is bet on a result.",
        effect: Effect::Runs,
        arguments: schema::<RunStudy>,
    },
    ToolEntry {
        tool: ToolName::ReviewContent,
        name: "review_content",
        title: "Have experts review a content",
        description: "Have a panel of synthetic experts score a piece of content that exists (a title, a landing page, an email, \
            an ad, a post), say what to fix first, and, with `rounds` from 2 on, rewrite it, score the rewrites and prove or \
            deny the gain with a fresh panel. Returns the results, or the study's id for wait_study. Use run_study for an \
            idea, this for finished words.",
        effect: Effect::Runs,
        arguments: schema::<ReviewContent>,
    },
    ToolEntry {
        tool: ToolName::GetStudy,
        name: "get_study",
        title: "Read a study",
        description: "The state of a study and its results so far: each number in `estimates` with its interval and n, what the \
            respondents like and miss with quotes, which groups differ. With `by` one result is broken down by demographic \
            groups instead.",
        effect: Effect::Reads,
        arguments: schema::<GetStudy>,
    },
    ToolEntry {
        tool: ToolName::WaitStudy,
        name: "wait_study",
        title: "Wait for a study",
        description: "Waits until a study has ended and returns the same as get_study; after `wait_seconds` it returns the study \
            as it is, and can be called again.",
        effect: Effect::Reads,
        arguments: schema::<WaitStudy>,
    },
    ToolEntry {
        tool: ToolName::ListStudies,
        name: "list_studies",
        title: "List studies",
        description: "The studies of this installation, newest first, each with its main result. Begin here to find what was \
            tested before.",
        effect: Effect::Reads,
        arguments: schema::<ListStudies>,
    },
    ToolEntry {
        tool: ToolName::CompareStudies,
        name: "compare_studies",
        title: "Compare two studies",
        description: "Two studies of one type against each other: the difference with its interval and p, person by person where \
            the same people answered both (same seed, panel and audience), which findings are new, still there or fixed.",
        effect: Effect::Reads,
        arguments: schema::<CompareStudies>,
    },
    ToolEntry {
        tool: ToolName::Rank,
        name: "rank",
        title: "Rank studies",
        description: "The order of several ended studies of one type, who cannot be told apart (a common letter in `groups`), and \
            how probable it is that each is the best. Run the texts with one seed first, so that the same people answer all.",
        effect: Effect::Reads,
        arguments: schema::<Rank>,
    },
    ToolEntry {
        tool: ToolName::GetFindings,
        name: "get_findings",
        title: "Findings of a study",
        description: "What to act on: each finding with its priority (P0 blocks success, P3 is worth knowing), how many \
            respondents name it, quotes, who says the opposite, and what to change.",
        effect: Effect::Reads,
        arguments: schema::<GetFindings>,
    },
    ToolEntry {
        tool: ToolName::ListExternal,
        name: "list_external",
        title: "List results of other services",
        description: "Results that other services told this daemon by webhooks, newest first. Nothing of them was asked, counted \
            or checked here, and most have no intervals.",
        effect: Effect::Reads,
        arguments: schema::<ListExternal>,
    },
    ToolEntry {
        tool: ToolName::GetExternal,
        name: "get_external",
        title: "Read a result of another service",
        description: "What another service found, as it told it: its numbers, with an interval where it gave one, its findings \
            and the texts that it proposes.",
        effect: Effect::Reads,
        arguments: schema::<GetExternal>,
    },
    ToolEntry {
        tool: ToolName::Credits,
        name: "credits",
        title: "Credits",
        description: "The credits that can be spent, and what models cost in dollars this month.",
        effect: Effect::Reads,
        arguments: schema::<NoArguments>,
    },
];

impl ToolName {
    /// The tool of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.tool)
    }
}

/// Why a call has no result.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It is refused.
    Refused(ApiError),
    /// The client is to ask its user first.
    Ask(Box<InputRequiredResult>),
}

impl From<ApiError> for Halt {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

/// The tools as a client lists them, for a caller who may run studies or may not.
pub(crate) fn list(may_run: bool) -> Vec<Tool> {
    let of_caller = |entry: &ToolEntry| {
        let mut tool = described(entry);
        if !may_run && entry.effect == Effect::Runs {
            tool.description = Some(format!("{NOT_ALLOWED} {}", entry.description).into());
        }
        tool
    };
    TABLE.iter().map(of_caller).collect()
}

/// What stands before the description of a tool that the caller may not use.
const NOT_ALLOWED: &str =
    "Not allowed with this key, which may only read: ask the user for one with the scope `run`.";

/// The names of the tools.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|entry| entry.name)
}

/// The names of the arguments of a tool.
pub(crate) fn arguments(tool: ToolName) -> Vec<String> {
    let entry = TABLE.iter().find(|entry| entry.tool == tool);
    let schema = entry.map(|entry| (entry.arguments)()).unwrap_or_default();
    let names = schema.get("properties").and_then(Value::as_object);
    names.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// One of them, by its name.
pub(crate) fn find(name: &str) -> Option<Tool> {
    TABLE.iter().find(|entry| entry.name == name).map(described)
}

fn described(entry: &ToolEntry) -> Tool {
    let effect = ToolAnnotations::new()
        .read_only(entry.effect == Effect::Reads)
        .destructive(false)
        .idempotent(entry.effect == Effect::Reads)
        .open_world(false);
    Tool::new(entry.name, entry.description, Arc::new((entry.arguments)()))
        .with_title(entry.title)
        .annotate(effect)
}

/// The schema of a tool's arguments, whole, without references: not every client follows them.
pub(crate) fn schema<T: JsonSchema>() -> JsonObject {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut object = match plain(schema.to_value()) {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    };
    object.remove("title");
    object.remove("description");
    object.insert("type".to_owned(), "object".into());
    object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    object
}

/// A schema in the words that every client knows: lists of words as `enum`, and nothing of null, since an argument that is not
/// given is left out.
fn plain(schema: Value) -> Value {
    match schema {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(mut fields) => {
            if let Some(Value::Array(choices)) = fields.remove("anyOf") {
                let only = choices.into_iter().find(|choice| choice["type"] != "null");
                for (name, value) in only.as_ref().and_then(Value::as_object).into_iter().flatten()
                {
                    fields.entry(name.as_str()).or_insert_with(|| value.clone());
                }
            }
            if let Some(Value::Array(words)) = fields.remove("oneOf") {
                let words: Vec<Value> = words.iter().map(|word| word["const"].clone()).collect();
                fields.insert("type".to_owned(), "string".into());
                fields.insert("enum".to_owned(), words.into());
            }
            if let Some(Value::Array(types)) = fields.get("type") {
                let only = types.iter().find(|kind| **kind != "null").cloned();
                fields.insert("type".to_owned(), only.unwrap_or_default());
            }
            if let Some(Value::Array(words)) = fields.get_mut("enum") {
                words.retain(|word| !word.is_null());
            }
            // How large a number may be, where its type alone says it.
            if fields.get("format").is_some_and(|format| format == "uint32") {
                fields.entry("maximum").or_insert_with(|| u32::MAX.into());
            }
            for name in ["format", "default"] {
                if fields.get(name).is_some_and(|value| !value.is_object()) {
                    fields.remove(name);
                }
            }
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = text.replace('\n', " ");
            }
            Value::Object(fields.into_iter().map(|(name, value)| (name, plain(value))).collect())
        }
        other => other,
    }
}

/// What became of a draft.
enum Submitted {
    /// It is a study.
    Study(Box<protocol::run::Study>),
    /// It waits until its owner agrees to its cost, for that reason.
    Waits(Box<CostRequest>, String),
}

/// What a call is made with.
pub(crate) struct Call<'a, U> {
    pub(crate) use_cases: &'a U,
    pub(crate) questions: &'a Questions,
    pub(crate) context: &'a RequestContext<RoleServer>,
    pub(crate) request: CallToolRequestParams,
}

impl<U: UseCases> Call<'_, U> {
    /// Answers the call of a tool.
    pub(crate) async fn answer(mut self, tool: ToolName) -> Result<Value, Halt> {
        let mut given = self.request.arguments.take().unwrap_or_default();
        if let Some(entry) = TABLE.iter().find(|entry| entry.tool == tool) {
            given = fitting(entry.name, &(entry.arguments)(), given)?;
        }
        match tool {
            ToolName::RunStudy => self.run(arguments::read::<RunStudy>(given)?.order()?).await,
            ToolName::ReviewContent => {
                self.run(arguments::read::<ReviewContent>(given)?.order()?).await
            }
            ToolName::GetStudy => Ok(self.get(arguments::read(given)?).await?),
            ToolName::WaitStudy => Ok(self.wait(&arguments::read(given)?).await?),
            ToolName::ListStudies => {
                let query = arguments::read::<ListStudies>(given)?.query()?;
                Ok(told::studies(&self.use_cases.studies(query).await?))
            }
            ToolName::CompareStudies => Ok(self.compare(arguments::read(given)?).await?),
            ToolName::Rank => Ok(self.rank(arguments::read(given)?).await?),
            ToolName::GetFindings => {
                let GetFindings { study } = arguments::read(given)?;
                let study = self.find(study).await?;
                Ok(told::findings(&self.use_cases.report(study.id).await?))
            }
            ToolName::ListExternal => {
                let (offset, limit) = arguments::read::<ListExternal>(given)?.page()?;
                Ok(told::externals(&self.use_cases.externals(offset, limit).await?))
            }
            ToolName::GetExternal => {
                let GetExternal { id } = arguments::read(given)?;
                let found = self.use_cases.external(id.clone()).await?;
                Ok(told::external(&found.ok_or_else(|| no_external(&id))?))
            }
            ToolName::Credits => {
                let NoArguments {} = arguments::read(given)?;
                Ok(told::credits(&self.use_cases.credits().await?))
            }
        }
    }

    async fn run(&self, order: Order) -> Result<Value, Halt> {
        let Order { draft, is_dry_run, wait } = order;
        if is_dry_run {
            return Ok(told::preview(&self.use_cases.check(draft).await?));
        }
        let study = match self.submit(draft).await? {
            Submitted::Study(study) => study,
            Submitted::Waits(request, why) => return Ok(told::request(&request, Some(&why))),
        };
        let notes = study.notes.clone();
        let study = wait::until_ended(self.use_cases, study.id, wait).await?;
        Ok(self.told(&study, &notes).await?)
    }

    /// Submits a study. Where its cost needs a person's consent, it becomes a request, which is asked about at the client or waits
    /// for the owner at their own screen. The same call finds the study that was agreed to, and nobody is asked again.
    async fn submit(&self, draft: Draft) -> Result<Submitted, Halt> {
        if let Some((request, answered)) = self.questions.reply(&self.request, &draft) {
            return self.decided(request, answered, draft).await;
        }
        let error = match self.use_cases.submit(draft.clone()).await {
            Ok(study) => return Ok(Submitted::Study(Box::new(study))),
            Err(error) => error,
        };
        if error.code != ErrorCode::UnconfirmedCost {
            return Err(error.into());
        }
        match self.request(draft.clone(), error.message).await? {
            Submitted::Waits(request, why) if U::COST_RULE == CostRule::PersonAtClient => {
                self.ask(*request, draft, why).await
            }
            submitted => Ok(submitted),
        }
    }

    /// Asks whoever sits at the client about a request, which is made for that reason.
    async fn ask(
        &self,
        request: CostRequest,
        draft: Draft,
        why: String,
    ) -> Result<Submitted, Halt> {
        match consent::ask(self.questions, self.context, &request, &draft).await {
            Answered::Later(question) => Err(Halt::Ask(question)),
            Answered::Nobody => Ok(Submitted::Waits(Box::new(request), why)),
            answered => self.decided(request.id, answered, draft).await,
        }
    }

    /// Does what a person decided on a request. What costs more by now than they were told is asked about again.
    async fn decided(
        &self,
        request: CostRequestId,
        answered: Answered,
        draft: Draft,
    ) -> Result<Submitted, Halt> {
        let decision = match answered {
            Answered::Yes => CostDecision::Approve,
            _ => CostDecision::DeclineOnce,
        };
        match self.use_cases.decide_cost(request, decision).await {
            Ok(CostRequest { study: Some(study), .. }) => {
                let study = self.use_cases.find(study.to_string()).await?;
                Ok(Submitted::Study(Box::new(study)))
            }
            Ok(_) => Err(declined().into()),
            Err(error) if error.code == ErrorCode::UnconfirmedCost => {
                let changed = self.use_cases.cost_request(request).await?;
                Box::pin(self.ask(changed, draft, error.message)).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Has a study wait for its owner; or finds what became of it since the same call was made before.
    async fn request(&self, draft: Draft, why: String) -> Reply<Submitted> {
        let client = consent::client(self.context);
        let request = self.use_cases.request_cost(draft, client).await?;
        match (request.state, request.study) {
            (CostRequestState::Declined, _) => Err(declined()),
            (_, Some(study)) => {
                let study = self.use_cases.find(study.to_string()).await?;
                Ok(Submitted::Study(Box::new(study)))
            }
            (_, None) => Ok(Submitted::Waits(Box::new(request), why)),
        }
    }

    /// A study by its name, or by the request that it came of.
    async fn find(&self, name: String) -> Reply<protocol::run::Study> {
        let Some(id) = CostRequestId::named(name.trim()) else {
            return self.use_cases.find(name).await;
        };
        let request = self.use_cases.cost_request(id).await?;
        match request.study {
            Some(study) => self.use_cases.find(study.to_string()).await,
            None => {
                let what =
                    format!("The request {id} is {}, and there is no study of it", request.state);
                Err(ApiError::new(ErrorCode::Conflict, what).hint(told::of_request(&request)))
            }
        }
    }

    /// The request of that name, where it has led to no study.
    async fn without_study(&self, name: &str) -> Reply<Option<CostRequest>> {
        let Some(id) = CostRequestId::named(name.trim()) else { return Ok(None) };
        let request = self.use_cases.cost_request(id).await?;
        Ok(request.study.is_none().then_some(request))
    }

    async fn get(&self, asked: GetStudy) -> Reply<Value> {
        let GetStudy { study, by, of } = asked;
        if let Some(request) = self.without_study(&study).await? {
            return Ok(told::request(&request, None));
        }
        let study = self.find(study).await?;
        match by.filter(|by| !by.is_empty()) {
            Some(by) => Ok(told::cross(&study, &self.use_cases.cross(study.id, by, of).await?)),
            None if of.is_some() => Err(ApiError::new(
                ErrorCode::InvalidInput,
                "`of` says which result `by` breaks down, and there is no `by`",
            )
            .hint("Give `by` too, or leave `of` out: `estimates` has every result")),
            None => self.told(&study, &[]).await,
        }
    }

    async fn wait(&self, asked: &WaitStudy) -> Reply<Value> {
        let until = Instant::now() + asked.wait()?;
        if let Some(id) = CostRequestId::named(asked.study.trim()) {
            let request = wait::until_decided(self.use_cases, id, until).await?;
            if request.study.is_none() {
                return Ok(told::request(&request, None));
            }
        }
        let study = self.find(asked.study.clone()).await?;
        let left = until.saturating_duration_since(Instant::now());
        let study = wait::until_ended(self.use_cases, study.id, left).await?;
        self.told(&study, &[]).await
    }

    /// A study with its results, where it can have any.
    async fn told(&self, study: &protocol::run::Study, notes: &[String]) -> Reply<Value> {
        if study.panel.delivered == 0 && !study.state.is_final() {
            return Ok(told::study(study, notes));
        }
        Ok(told::report(&self.use_cases.report(study.id).await?, notes))
    }

    async fn compare(&self, asked: CompareStudies) -> Reply<Value> {
        let first = self.find(asked.first).await?;
        let second = self.find(asked.second).await?;
        let found = self.use_cases.compare(first.id, second.id, asked.of).await?;
        Ok(told::comparison(&first, &second, &found))
    }

    async fn rank(&self, asked: Rank) -> Reply<Value> {
        let mut studies = Vec::new();
        for name in asked.names()? {
            studies.push(self.find(name.clone()).await?.id);
        }
        let question = RankQuestion { studies, of: asked.of, lowest_first: asked.lowest_first };
        Ok(told::ranking(&self.use_cases.rank(question).await?))
    }
}

fn no_external(name: &str) -> ApiError {
    let name: String = safe::line(name).chars().take(40).collect();
    ApiError::new(ErrorCode::NotFound, format!("There is no external result '{name}'"))
        .hint("List them with list_external; a study is read with get_study")
}

fn declined() -> ApiError {
    ApiError::new(ErrorCode::UnconfirmedCost, "The cost was not agreed to, and nothing was run")
        .hint("Leave it, or ask the user how to go on: a smaller panel, or the built-in engine `offline`, which is free")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes() {
        let tools = list(true);
        assert_eq!(tools.len(), TABLE.len());
        for tool in tools {
            let schema = Value::Object((*tool.input_schema).clone());
            let text = schema.to_string();
            for word in ["$ref", "anyOf", "oneOf", "null"] {
                assert!(!text.contains(word), "{}: {text}", tool.name);
            }
            assert_eq!(schema["additionalProperties"], false, "{}", tool.name);
            for (name, argument) in schema["properties"].as_object().unwrap() {
                assert!(argument["description"].is_string(), "{} {name}: {argument}", tool.name);
            }
            assert!(tool.name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'));
        }
    }

    #[test]
    fn a_caller_who_may_only_read_is_told_which_tools_are_for_others() {
        let barred: Vec<String> = list(false)
            .into_iter()
            .filter(|tool| {
                tool.description.as_ref().is_some_and(|text| text.contains("Not allowed"))
            })
            .map(|tool| tool.name.into_owned())
            .collect();
        assert_eq!(barred, ["run_study", "review_content"]);
    }

    #[test]
    fn a_study_is_no_review_of_a_content() {
        let schema = find("run_study").unwrap().input_schema;
        let types = schema["properties"]["study_type"]["enum"].as_array().unwrap();
        assert_eq!(types.len(), 5, "{types:?}");
        assert!(!types.contains(&"content_review".into()), "{types:?}");
    }
}
