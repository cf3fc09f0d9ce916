//! Tests of rejected texts: what the built-in reader rejects is part of the study from its submission on, and of no other
//! engine's study.

use protocol::rejection::RejectionKind;
use protocol::study::Instrument;

use crate::app::Core;
use crate::app::testing::{
    Disk, everyone_answers, me, options, settings, spec, submission_of, world,
};
use crate::inference::Engine;

const FRAUD: &str = "Send us 0.1 Bitcoin today and we send you 1 Bitcoin back within an hour. Profit is guaranteed.";

#[tokio::test]
async fn a_rejected_text_is_told_of_with_the_study_and_only_where_the_reader_answers() {
    let mut settings = settings(1_000, everyone_answers());
    let scripted = settings.engines.insert("offline".to_owned(), Engine::offline()).unwrap();
    settings.engines.insert("scripted".to_owned(), scripted);
    let disk = Disk::default();
    let core = Core::open_with(world().0, disk.storage(), settings.clone(), options()).unwrap();
    let mut ids = Vec::new();
    for (key, engine) in [(1, "offline"), (2, "scripted")] {
        let instrument = Instrument::ConceptTest { stimulus: FRAUD.to_owned() };
        let spec = protocol::study::StudySpec { instrument, engine: engine.to_owned(), ..spec(10) };
        let study = core.submit(&me(), submission_of(&core, key, spec)).await.unwrap();
        let is_rejected = study.rejected.iter().any(|one| one.kind == RejectionKind::Fraud);
        assert_eq!(is_rejected, engine == "offline", "{engine}");
        let json = serde_json::to_value(&study).unwrap();
        assert_eq!(json.get("rejected").is_some(), is_rejected, "absent where there is none");
        ids.push((study.id, study.rejected));
    }
    core.close();
    let core = Core::open_with(world().0, disk.storage(), settings, options()).unwrap();
    for (id, rejected) in ids {
        let report = core.report(&me(), id).await.unwrap();
        assert_eq!(report.study.rejected, rejected, "it is stored");
        let is_reader = report.study.engine == "offline";
        assert_eq!(report.meta.model_notice.is_some(), is_reader, "what the reader cannot do");
    }
    core.close();
}
