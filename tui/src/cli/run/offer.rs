//! After the very first study of a home: which language model on this machine could answer as well. Whoever has one running
//! need not read the documentation to learn that it can be asked.

use protocol::safe;
use protocol::service::{EngineInfo, StudyQuery};
use protocol::study::Draft;

use crate::failure::Failure;
use crate::link::{Link, call};
use crate::ui::Ui;

/// Models of a server that are named.
const NAMED: usize = 3;

/// Whether nothing was asked here before.
pub(super) async fn is_first(link: &Link) -> Result<bool, Failure> {
    for archived in [false, true] {
        let query = StudyQuery { archived, limit: 1, ..StudyQuery::default() };
        if !call!(link, studies(query))?.items.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Says which servers of this machine could answer, where the built-in model did.
pub(super) async fn offer(link: &Link, drafts: &[Draft], ui: &mut Ui) -> Result<(), Failure> {
    let path = drafts.first().map_or("FILE", |draft| draft.file.as_str());
    // A server that lists no models may be anything.
    let can_answer = |engine: &&EngineInfo| {
        engine.role.is_answers() && engine.listens == Some(true) && !engine.serves.is_empty()
    };
    for engine in call!(link, engines())?.iter().filter(can_answer) {
        ui.say(&sentence(engine, path));
    }
    Ok(())
}

fn sentence(engine: &EngineInfo, path: &str) -> String {
    let (name, path) = (safe::line(&engine.name), safe::line(path));
    let models: Vec<_> = engine.serves.iter().take(NAMED).map(|model| safe::line(model)).collect();
    let more = engine.serves.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!(
        "A language model runs on this machine: {name} with {}{more}. To ask it: demoscope run {path} --engine {name}",
        models.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_names_the_engine_some_of_its_models_and_the_command() {
        let engine = EngineInfo {
            serves: ["llama3.2", "qwen2.5", "gemma3", "phi4"].map(str::to_owned).to_vec(),
            ..EngineInfo::named("ollama".to_owned())
        };
        insta::assert_snapshot!(sentence(&engine, "idea.md"), @"A language model runs on this machine: ollama with llama3.2, qwen2.5, gemma3 and 1 more. To ask it: demoscope run idea.md --engine ollama");
    }
}
