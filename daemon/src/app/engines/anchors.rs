//! The anchor calibration: what an embedding model makes of the anchors, computed once for each service, model and set
//! of sentences, and stored. The embedding calls for it are paid like any other call.

use std::sync::Arc;
use std::time::Duration;

use protocol::channels::Construct;
use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::service::Reply;

use crate::domain::exchange::address;
use crate::domain::instrument::channels::{AnchorCalibration, Library};
use crate::domain::outcome::Usage;
use crate::inference::chat::Remedy;
use crate::inference::embed::{EmbedPermit, Embedder, TEXTS_MAX};
use crate::store::rows::AnchorsRow;
use crate::store::{Fault, Writes};

use crate::app::{Caller, Core, Scope, StudyPurse, call_once};

/// The anchors of one construct.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Anchors {
    /// Their vectors, set after set.
    pub vectors: Vec<Vec<f32>>,
    /// What the model makes of them.
    pub bench: AnchorCalibration,
}

/// Why there are none, for now or at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnchorsUnavailable {
    /// Why.
    pub why: String,
    /// When asking again may help; `None` where it will not.
    pub again: Option<Duration>,
}

impl AnchorsUnavailable {
    fn for_good(why: impl Into<String>) -> Self {
        Self { why: why.into(), again: None }
    }
}

impl Core {
    /// The anchors of a construct, embedded now unless they are kept; says what that took. One try.
    pub(crate) async fn anchors(
        &self,
        caller: &Caller,
        number: u32,
        cap: Option<UsdMicros>,
        embedder: &Arc<Embedder>,
        construct: Construct,
    ) -> (Result<Anchors, AnchorsUnavailable>, Usage) {
        if let Err(error) = caller.may(Scope::Operate) {
            return (Err(AnchorsUnavailable::for_good(error.message)), Usage::default());
        }
        let library = match Library::shipped() {
            Ok(library) => library,
            Err(error) => {
                return (Err(AnchorsUnavailable::for_good(error.to_string())), Usage::default());
            }
        };
        let key = address(&embedder.parameters(), library.hash(), construct.as_str());
        match self.kept_anchors(&key).await {
            Ok(Some(row)) => return (of_row(&row), Usage::default()),
            Ok(None) => {}
            Err(error) => {
                return (Err(AnchorsUnavailable::for_good(error.message)), Usage::default());
            }
        }
        let mut usage = Usage::default();
        let mut vectors = Vec::new();
        for texts in library.sentences(construct).chunks(TEXTS_MAX) {
            let stake = embedder.stake(texts);
            let purse = StudyPurse { core: self, number, cap };
            let clock = &self.world().clock;
            let turn = async { Some(embedder.admit(clock, number, texts).await) };
            let embed = |turn: EmbedPermit| turn.embed(texts);
            let spent = match call_once(&purse, stake, turn, embed, std::future::pending()).await {
                Ok(spent) => spent,
                Err(why) => return (Err(AnchorsUnavailable::for_good(why.to_string())), usage),
            };
            usage = usage.plus(spent.usage());
            match spent.reply {
                Ok(made) => vectors.extend(made.vectors),
                Err(error) => {
                    let again = match error.remedy() {
                        Remedy::Again(after) => Some(after.unwrap_or_default()),
                        Remedy::Drop | Remedy::Stop => None,
                    };
                    return (Err(AnchorsUnavailable { why: error.to_string(), again }), usage);
                }
            }
        }
        let row = AnchorsRow::new(embedder.model(), &vectors);
        let made = of_row(&row);
        if made.is_ok()
            && let Err(error) = self.keep_anchors(key, row).await
        {
            return (Err(AnchorsUnavailable::for_good(error.message)), usage);
        }
        (made, usage)
    }

    async fn kept_anchors(&self, key: &str) -> Reply<Option<AnchorsRow>> {
        let key = key.to_owned();
        self.looking(move |core| {
            let found = core.store().read(|reader| -> Result<_, Fault> { reader.get(&key) })?;
            Ok(found)
        })
        .await
    }

    async fn keep_anchors(&self, key: String, row: AnchorsRow) -> Reply<()> {
        let now = self.world().clock.now();
        self.store()
            .write(move |_| {
                let mut writes = Writes::at(now);
                writes.put(&key, &row);
                Ok(((), writes))
            })
            .await
    }
}

/// The most that embedding every anchor can cost there.
///
/// # Errors
/// When the anchors that are compiled in do not read.
pub(in crate::app) fn worst_of_anchors(embedder: &Embedder) -> Reply<UsdMicros> {
    let library = Library::shipped()
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()).because(&error))?;
    let mut worst = UsdMicros::ZERO;
    for construct in Construct::ALL {
        for texts in library.sentences(*construct).chunks(TEXTS_MAX) {
            let each = embedder.worst(texts.iter().map(String::len).sum());
            worst = worst.checked_add(each).unwrap_or(worst);
        }
    }
    Ok(worst)
}

fn of_row(row: &AnchorsRow) -> Result<Anchors, AnchorsUnavailable> {
    let damaged =
        || AnchorsUnavailable::for_good("the vectors that are kept of the anchors are damaged");
    let vectors = row.vectors().ok_or_else(damaged)?;
    let bench =
        AnchorCalibration::of(row.model(), &vectors).map_err(AnchorsUnavailable::for_good)?;
    Ok(Anchors { vectors, bench })
}
