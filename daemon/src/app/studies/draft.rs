//! Drafts of studies: a draft is read and checked, then previewed (a dry run) or submitted. A dry run ends where a
//! submission continues; both sample the same panel.

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{self, Hint, Remedy};
use protocol::hook::HookFormat;
use protocol::key::KeyId;
use protocol::rejection::Rejection;
use protocol::rewritten_file::RewrittenFile;
use protocol::run::{Preview, Study};
use protocol::safe;
use protocol::service::{Reply, Submit};
use protocol::study::{Draft, DraftText, Origin, Problem, StudySpec};

use crate::domain::instrument::{StudyMetric, WordingNoise};
use crate::domain::stimulus::{FileProblem, SentAs};
use crate::domain::{instrument, stimulus};
use crate::store::rows::StudyRow;

use crate::app::keys::caps;
use crate::app::money::cost_estimate::Priced;
use crate::app::studies::lookup::by_name;
use crate::app::studies::plan::as_stored;
use crate::app::studies::submit::{AfterFailure, Plan, Submission, fingerprint};
use crate::app::{Caller, Core, Owner, Scope};

impl Core {
    /// Checks a draft and says what it would do. Stores nothing.
    pub(crate) async fn check(&self, caller: &Caller, draft: Draft) -> Reply<Preview> {
        let owner = caller.may(Scope::Read)?.clone();
        let key = caller.key();
        self.looking(move |core| {
            let settings = core.with_rules(|rules| stimulus::settings(&draft, rules));
            let preview = core
                .model_study(&owner, &draft)
                .and_then(|model| core.read_draft(&draft, model.as_ref(), key))
                .and_then(|read| core.preview(&owner, &draft, read));
            match preview {
                Ok(preview) => Ok(Preview { settings, ..preview }),
                Err(error) => Err(ApiError { settings: Some(Box::new(settings)), ..error }),
            }
        })
        .await
    }

    /// Checks drafts that are to be asked alike, for a ranking: what the first one decides holds for all. Stores nothing.
    pub(crate) async fn check_alike(
        &self,
        caller: &Caller,
        drafts: Vec<Draft>,
    ) -> Reply<Vec<Preview>> {
        let owner = caller.may(Scope::Read)?.clone();
        let key = caller.key();
        if drafts.len() > TEXTS_MAX {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("{} texts are too many to be asked at once", drafts.len()),
            )
            .hint(format!(
                "Give at most {TEXTS_MAX}; studies that have ended are ranked by their ids"
            )));
        }
        self.looking(move |core| {
            let mut first: Option<ModelStudy> = None;
            let (mut previews, mut problems) = (Vec::new(), Vec::new());
            let mut specs: Vec<StudySpec> = Vec::new();
            for draft in &drafts {
                let own = core.model_study(&owner, draft)?;
                let read = core.read_draft(draft, first.as_ref().or(own.as_ref()), key);
                let read = match read {
                    Ok(read) => read,
                    // Without the first one nobody knows what the others are to be.
                    Err(error) if first.is_none() || error.problems.is_empty() => {
                        return Err(error);
                    }
                    Err(error) => {
                        problems.extend(error.problems);
                        continue;
                    }
                };
                if let Some(first) = &first {
                    problems.extend(core.of_another_type(draft, first));
                }
                let (spec, model) = (&read.spec, core.model_of(&read.spec));
                specs.push(spec.clone());
                // Another type is told above, with the file that says so.
                if problems.is_empty() {
                    let all = specs.iter().map(|spec| (spec, ""));
                    instrument::rankable(all).map_err(|error| {
                        ApiError::new(ErrorCode::InvalidInput, error.to_string()).hint(error.hint())
                    })?;
                }
                let next = ModelStudy { spec: spec.clone(), name: spec.name.clone(), model };
                previews.push(core.preview(&owner, draft, read)?);
                first.get_or_insert(next);
            }
            if problems.is_empty() { Ok(previews) } else { Err(invalid(problems)) }
        })
        .await
    }

    /// A file with another text in place of its own. Writes nothing.
    pub(crate) async fn with_other_text(
        &self,
        caller: &Caller,
        file: String,
        text: String,
    ) -> Reply<RewrittenFile> {
        caller.may(Scope::Read)?;
        if file.len().max(text.len()) > stimulus::FILE_BYTES_MAX {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                "The file is too long to be rewritten",
            )
            .hint(format!("Give a file of at most {} bytes", stimulus::FILE_BYTES_MAX)));
        }
        self.looking(move |_| {
            stimulus::with_other_text(&DraftText::File(file), &text).map_err(
                |problem: FileProblem| {
                    ApiError::new(ErrorCode::InvalidInput, problem.to_string())
                        .because(&problem)
                        .hint(problem.hint().to_owned())
                },
            )
        })
        .await
    }

    /// The problem of a file that says by itself that it is of another type than the first one.
    fn of_another_type(&self, draft: &Draft, first: &ModelStudy) -> Option<Problem> {
        let alone = self.with_rules(|rules| stimulus::read(draft, rules)).ok()?;
        let (its, wanted) = (alone.instrument.study_type(), first.spec.instrument.study_type());
        (stimulus::names_its_type(draft) && its != wanted).then(|| Problem {
            place: draft.file.clone(),
            what: format!(
                "it says that it is a {its} study, and the first one is a {wanted} study"
            ),
            hint: Hint::from("rank texts of one type").or(Remedy::set(
                "have all of them be one",
                "study",
                wanted.as_str(),
            )),
        })
    }

    fn preview(&self, owner: &Owner, draft: &Draft, read: ReadDraft) -> Reply<Preview> {
        let ReadDraft { spec, notes: of_likeness } = read;
        let panel = self.sample(&spec).map_err(|error| of_the_panel(draft, error))?;
        let balance = self.spendable()?;
        let credits = instrument::price(&spec).ok_or_else(too_expensive)?;
        let priced = self.preview_cost(&spec)?;
        // The competitors that a model will write are not there yet.
        let spec = match self.engine(&spec.engine) {
            Ok(engine) => as_stored(spec, &engine),
            Err(_) => spec,
        };
        let questionnaire = self.questionnaire(&spec, &panel)?;
        let mut notes = stimulus::notes(draft);
        notes.extend(of_likeness);
        let Priced { cost_usd, calls, notes: of_cost } = priced;
        notes.extend(of_cost);
        notes.extend(instrument::material_notes(&spec.instrument));
        notes.extend(stimulus::audience_note(&spec));
        notes.extend(self.language_notes(&spec));
        notes.extend(self.rejection_notes(&spec));
        notes.extend(instrument::besides(&spec));
        notes.extend(self.beside_note(&spec));
        notes.extend(self.memory_note(owner, &spec, &panel)?);
        let engine = self.engine(&spec.engine).ok();
        let noise = engine.and_then(|engine| WordingNoise::of_model(engine.model()));
        Ok(Preview {
            instrument: spec.instrument.study_type(),
            panel: spec.panel,
            seed: spec.seed,
            margins: panel.margins(),
            questionnaire,
            credits,
            balance,
            cost_usd,
            expected_half_width: instrument::expected_half_width(&spec, noise),
            notes,
            calls,
            settings: protocol::setting::Settings::new(),
            estimates: instrument::estimate_fields(&spec.instrument),
            metrics: StudyMetric::names(&spec.instrument),
            name: spec.name,
            engine: spec.engine,
        })
    }

    /// Checks a draft and takes the study on, or finds the one that the same key made.
    pub(crate) async fn submit_draft(&self, caller: &Caller, submit: Submit) -> Reply<Study> {
        self.submit_draft_told(caller, submit, HookFormat::Standard).await
    }

    /// The same; the address that the draft names is told of the end in that format.
    pub(crate) async fn submit_draft_told(
        &self,
        caller: &Caller,
        submit: Submit,
        hook_format: HookFormat,
    ) -> Reply<Study> {
        self.submit_draft_as(caller, submit, hook_format, AfterFailure::Same).await
    }

    /// The same for a reply that waits for the results: a study of that key without any is asked anew.
    pub(crate) async fn submit_draft_awaited(
        &self,
        caller: &Caller,
        submit: Submit,
    ) -> Reply<Study> {
        self.submit_draft_as(caller, submit, HookFormat::Standard, AfterFailure::Anew).await
    }

    async fn submit_draft_as(
        &self,
        caller: &Caller,
        submit: Submit,
        hook_format: HookFormat,
        after_failure: AfterFailure,
    ) -> Reply<Study> {
        let owner = caller.may(Scope::Write)?.clone();
        let door = caller.door()?;
        let body = fingerprint(&(&submit.draft, door, owner.to_string()));
        let Submit { key, draft, cost_confirmed, path, .. } = submit;
        let sent = body.clone();
        let (key, now) = ((key, caller.key()), self.world().clock.now());
        let look = move |core: &Self| {
            let (key, api_key) = key;
            if let Some(study) = core.submitted(&owner, key, &sent, after_failure)? {
                return Ok((Resubmission::Before(Box::new(study)), stimulus::notes(&draft)));
            }
            let ReadDraft { spec, notes } = core.read_to_submit(&owner, &draft, api_key)?;
            // An agent is nobody in person, also where it needs no key.
            if door == Origin::Mcp {
                core.must_understand(&spec)?;
            }
            let sent_as = SentAs::of(&draft, &spec);
            let cap = match api_key {
                Some(key) => core.look(|reader| Ok(caps::cost_left(reader, key, now)?))?,
                None => None,
            };
            // The cap of a key is its owner's confirmation of cost.
            let announced = core.allow_cost(&spec, cost_confirmed || cap.is_some())?;
            if api_key.is_some()
                && cap.is_none()
                && let Some(cost) = announced.as_ref().filter(|cost| cost.high > UsdMicros::ZERO)
            {
                let refused = caps::without_cap(cost.high);
                // An agent can have its study wait until the owner agrees.
                let code =
                    if door == Origin::Mcp { ErrorCode::UnconfirmedCost } else { refused.code };
                return Err(ApiError { code, ..refused });
            }
            let mut spec = spec;
            if let (Some((of_day, left)), Some(cost)) = (cap, &announced) {
                if left < cost.low {
                    return Err(caps::too_dear(of_day, left, cost.low));
                }
                // What is announced is the agreed upper end; where it is not left of the cap, that is.
                let most = spec.max_cost_usd.map_or(cost.high, |cap| cap.min(cost.high));
                if left < most {
                    spec.max_cost_usd = Some(left);
                }
            }
            let plan = core.plan(spec).map_err(|error| of_the_panel(&draft, error))?;
            if api_key.is_some() || door == Origin::Mcp {
                core.must_answer(&plan)?;
            }
            if let Some((of_day, left)) = cap
                && let Some(worst) = core.worst_first_call(&plan)?.filter(|worst| *worst > left)
            {
                return Err(caps::too_dear(of_day, left, worst));
            }
            let announced = announced.map(|cost| (cost.low, cost.high));
            Ok((Resubmission::New(Box::new(Plan { announced, ..plan }), sent_as), notes))
        };
        let (seen, notes) = self.looking(look).await?;
        let study = match seen {
            Resubmission::Before(study) => *study,
            Resubmission::New(plan, sent) => {
                let (key, plan) = (key.0, *plan);
                let (version, hops, cost_request) = (None, 0, None);
                // Their keys' caps bound agents that have one.
                let by_itself = door == Origin::Mcp && !cost_confirmed && caller.key().is_none();
                let high = plan.announced.map_or(UsdMicros::ZERO, |(_, high)| high);
                let most = plan.spec.max_cost_usd.map_or(high, |cap| cap.min(high));
                let most = if by_itself { most } else { UsdMicros::ZERO };
                let submission = Submission {
                    key,
                    body,
                    after_failure,
                    version,
                    path,
                    sent,
                    hops,
                    hook_format,
                    unagreed: most,
                    cost_request,
                    plan,
                };
                self.submit(caller, submission).await?
            }
        };
        Ok(Study { notes, ..study })
    }

    /// A draft that is to be taken on for that owner, with what is to be said of it.
    pub(in crate::app) fn read_to_submit(
        &self,
        owner: &Owner,
        draft: &Draft,
        api_key: Option<KeyId>,
    ) -> Reply<ReadDraft> {
        // What is refused anyway costs no sampling.
        if let Some(key) = api_key {
            self.look(|reader| caps::must_have_room(reader, key))?;
        }
        let model = self.model_study(owner, draft)?;
        let mut notes = stimulus::notes(draft);
        let ReadDraft { spec, notes: of_likeness } =
            self.read_draft(draft, model.as_ref(), api_key)?;
        notes.extend(of_likeness);
        notes.extend(instrument::material_notes(&spec.instrument));
        notes.extend(stimulus::audience_note(&spec));
        notes.extend(self.language_notes(&spec));
        if api_key.is_some() {
            self.must_understand(&spec)?;
        }
        Ok(ReadDraft { spec, notes })
    }

    /// The draft as a specification, like the model study where there is one, by what the key that it came with allows.
    fn read_draft(
        &self,
        draft: &Draft,
        like: Option<&ModelStudy>,
        key: Option<KeyId>,
    ) -> Reply<ReadDraft> {
        let key = key.and_then(|KeyId(number)| self.key_ring().of(number));
        let private_hooks = key.is_some_and(|key| key.allow_private);
        self.with_rules(|rules| {
            let rules = &stimulus::Rules { private_hooks, ..rules.clone() };
            let spec = stimulus::read_like(draft, rules, like.map(|like| &like.spec));
            let spec = spec.map_err(|problems| invalid(self.with_added(problems)))?;
            let mut notes = Vec::new();
            if let Some(like) = like {
                let alone = stimulus::read(draft, rules).ok();
                let (theirs, name) = (&like.spec, like.name.as_str());
                notes = stimulus::like_notes(draft, rules, (theirs, name), alone.as_ref(), &spec);
                let model = self.model_of(&spec);
                if spec.engine == theirs.engine && model != like.model {
                    notes.push(format!(
                        "{} was answered by {}, and now {model} answers: part of a difference is the model",
                        safe::quoted(name),
                        like.model
                    ));
                }
            }
            Ok(ReadDraft { spec, notes })
        })
    }

    /// The problems of a draft, where one names an engine that is new in the file of settings with what to do about it.
    fn with_added(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        for problem in &mut problems {
            let hint = stimulus::unknown_engine(problem).and_then(|name| self.added_since(name));
            if let Some(hint) = hint {
                problem.hint = hint;
            }
        }
        problems
    }

    /// The study that a draft is to be like.
    fn model_study(&self, owner: &Owner, draft: &Draft) -> Reply<Option<ModelStudy>> {
        let Some(name) = &draft.like else { return Ok(None) };
        let found = self.look(|reader| by_name(reader, owner, name))?;
        let StudyRow { spec, model, .. } = found.row;
        Ok(Some(ModelStudy { name: spec.name.clone(), spec, model }))
    }

    /// The model that would answer now; empty where the engine is not known.
    fn model_of(&self, spec: &StudySpec) -> String {
        self.engine(&spec.engine).map(|engine| engine.model().to_owned()).unwrap_or_default()
    }

    /// What is to be said of the languages of a study's context and texts.
    fn language_notes(&self, spec: &StudySpec) -> Vec<String> {
        self.with_rules(|rules| stimulus::language_notes(spec, rules.steady))
    }

    /// What a report of that study would say of the texts that the reader rejects.
    fn rejection_notes(&self, spec: &StudySpec) -> Vec<String> {
        let rejected = self.engine(&spec.engine).map(|engine| engine.rejections(spec));
        let as_note =
            |rejection: Rejection| hint::lower(rejection.sentence().trim_end_matches('.'));
        rejected.unwrap_or_default().into_iter().map(as_note).collect()
    }

    /// Looks at something by what this installation allows.
    pub(in crate::app) fn with_rules<T>(&self, look: impl FnOnce(&stimulus::Rules<'_>) -> T) -> T {
        let settings = self.settings();
        let names = self.engine_names();
        let engines: Vec<&str> = names.iter().map(String::as_str).collect();
        let steady: Vec<&str> = settings.engines.keys().map(String::as_str).collect();
        let encoder = self.encoder();
        let rules = stimulus::Rules {
            panel_max: settings.panel_max,
            engines: &engines,
            fresh_seed: self.world().fresh_seed(),
            steady: &steady,
            models: &self.known_engines(),
            encoder: encoder.as_ref().map(|encoder| encoder.engine()),
            private_hooks: false,
        };
        look(&rules)
    }
}

/// Most texts that are asked alike at once.
const TEXTS_MAX: usize = 20;

/// A study that others are to be like.
struct ModelStudy {
    spec: StudySpec,
    name: String,
    /// The model that answered, or would.
    model: String,
}

/// A draft that was read.
pub(in crate::app) struct ReadDraft {
    pub(in crate::app) spec: StudySpec,
    /// What is to be said of it, or of its likeness to another study.
    pub(in crate::app) notes: Vec<String>,
}

/// What a submission turned out to be.
enum Resubmission {
    /// The same call came before; this is its study.
    Before(Box<Study>),
    /// It is to be taken on, with what of it is read otherwise than it was sent.
    New(Box<Plan>, Option<SentAs>),
}

pub(in crate::app) fn invalid(problems: Vec<Problem>) -> ApiError {
    let sentence = match problems.len() {
        1 => "The study has a problem".to_owned(),
        count => format!("The study has {count} problems"),
    };
    let mut error = ApiError::new(ErrorCode::InvalidInput, sentence);
    error.problems = problems;
    error
}

/// An audience that cannot be sampled is a problem of the draft, like any other; so is a text that makes no sense.
pub(in crate::app) fn of_the_panel(draft: &Draft, error: ApiError) -> ApiError {
    if error.code != ErrorCode::InvalidInput {
        return error;
    }
    if !error.problems.is_empty() {
        let place = |problem| Problem { place: format!("{}:1", draft.file), ..problem };
        return invalid(error.problems.into_iter().map(place).collect());
    }
    let mut hints = error.hints.into_iter();
    let first = hints.next().unwrap_or_default();
    let hint = hints.fold(first, Hint::and);
    invalid(vec![Problem { place: draft.file.clone(), what: error.message, hint }])
}

pub(in crate::app) fn too_expensive() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidInput,
        "The study costs more credits than there are numbers for",
    )
    .hint("Ask for a smaller panel")
}
