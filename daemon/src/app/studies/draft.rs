//! Drafts of studies: a draft is read and checked, then previewed (a dry run) or submitted. A dry run ends where a
//! submission continues; both sample the same panel.

use protocol::error::{ApiError, ErrorCode};
use protocol::run::{Preview, Study};
use protocol::service::{Reply, Submit};
use protocol::study::{Draft, Problem, StudySpec};

use crate::domain::instrument::WordingNoise;
use crate::domain::{instrument, stimulus};

use crate::app::money::cost_estimate::Priced;
use crate::app::studies::plan::must_rewrite;
use crate::app::studies::submit::{Plan, Submission, fingerprint};
use crate::app::{Caller, Core, Scope};

impl Core {
    /// Checks a draft and says what it would do. Stores nothing.
    pub(crate) async fn check(&self, caller: &Caller, draft: Draft) -> Reply<Preview> {
        caller.may(Scope::Read)?;
        self.looking(move |core| {
            let settings = core.with_rules(|rules| stimulus::settings(&draft, rules));
            match core.preview(&draft) {
                Ok(preview) => Ok(Preview { settings, ..preview }),
                Err(error) => Err(ApiError { settings: Some(Box::new(settings)), ..error }),
            }
        })
        .await
    }

    fn preview(&self, draft: &Draft) -> Reply<Preview> {
        let spec = self.read_draft(draft)?;
        if let Ok(engine) = self.engine(&spec.engine) {
            must_rewrite(&spec, &engine)?;
        }
        let panel = self.sample(&spec).map_err(|error| of_the_panel(draft, error))?;
        let balance = self.spendable()?;
        let credits = instrument::price(&spec).ok_or_else(too_expensive)?;
        let questionnaire = self.questionnaire(&spec, &panel)?;
        let mut notes = stimulus::notes(draft);
        let Priced { cost_usd, calls, notes: of_cost } = self.preview_cost(&spec)?;
        notes.extend(of_cost);
        notes.extend(instrument::material_notes(&spec.instrument));
        notes.extend(stimulus::audience_note(&spec));
        notes.extend(self.context_note(&spec));
        notes.extend(instrument::besides(&spec));
        notes.extend(self.beside_note(&spec));
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
            name: spec.name,
            engine: spec.engine,
        })
    }

    /// Checks a draft and takes the study on, or finds the one that the same key made.
    pub(crate) async fn submit_draft(&self, caller: &Caller, submit: Submit) -> Reply<Study> {
        let owner = caller.may(Scope::Write)?.clone();
        let body = fingerprint(&(&submit.draft, caller.door()?, owner.to_string()));
        let Submit { key, draft, cost_confirmed, path, .. } = submit;
        let sent = body.clone();
        let look = move |core: &Self| {
            let mut notes = stimulus::notes(&draft);
            if let Some(study) = core.submitted(&owner, key, &sent)? {
                return Ok((Resubmission::Before(Box::new(study)), notes));
            }
            let spec = core.read_draft(&draft)?;
            notes.extend(instrument::material_notes(&spec.instrument));
            notes.extend(stimulus::audience_note(&spec));
            notes.extend(core.context_note(&spec));
            let announced = core.allow_cost(&spec, cost_confirmed)?;
            let plan = core.plan(spec).map_err(|error| of_the_panel(&draft, error))?;
            let announced = announced.map(|cost| (cost.low, cost.high));
            Ok((Resubmission::New(Box::new(Plan { announced, ..plan })), notes))
        };
        let (seen, notes) = self.looking(look).await?;
        let study = match seen {
            Resubmission::Before(study) => *study,
            Resubmission::New(plan) => {
                let plan = *plan;
                self.submit(caller, Submission { key, body, lineage: None, path, plan }).await?
            }
        };
        Ok(Study { notes, ..study })
    }

    fn read_draft(&self, draft: &Draft) -> Reply<StudySpec> {
        self.with_rules(|rules| stimulus::read(draft, rules)).map_err(invalid)
    }

    /// What is to be said of the language of a study's context.
    fn context_note(&self, spec: &StudySpec) -> Option<String> {
        self.with_rules(|rules| stimulus::context_note(spec, rules.steady))
    }

    /// Looks at something by what this installation allows.
    fn with_rules<T>(&self, look: impl FnOnce(&stimulus::Rules<'_>) -> T) -> T {
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
        };
        look(&rules)
    }
}

/// What a submission turned out to be.
enum Resubmission {
    /// The same call came before; this is its study.
    Before(Box<Study>),
    /// It is to be taken on.
    New(Box<Plan>),
}

fn invalid(problems: Vec<Problem>) -> ApiError {
    let sentence = match problems.len() {
        1 => "The study has a problem".to_owned(),
        count => format!("The study has {count} problems"),
    };
    let mut error = ApiError::new(ErrorCode::InvalidInput, sentence);
    error.problems = problems;
    error
}

/// An audience that cannot be sampled is a problem of the draft, like any other.
fn of_the_panel(draft: &Draft, error: ApiError) -> ApiError {
    if error.code != ErrorCode::InvalidInput {
        return error;
    }
    invalid(vec![Problem {
        place: draft.file.clone(),
        what: error.message,
        hint: error.hints.join("; "),
    }])
}

fn too_expensive() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidInput,
        "The study costs more credits than there are numbers for",
    )
    .hint("Ask for a smaller panel")
}
