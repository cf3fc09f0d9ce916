//! The HTTP listener: an accept loop of our own with limits of time, size and number, the checks of every request before
//! it is routed, and the doors, each a folder with its routes and its envelope of errors. A new door is one line in
//! `DOORS`.

mod agents;
mod answer;
mod body;
pub(crate) mod description;
pub(crate) mod door;
mod enter;
pub(crate) mod fields;
mod guard;
mod hooks_in;
mod host;
pub(crate) mod idempotency;
mod instantfocus;
mod linger;
mod listen;
mod own;
mod patience;
mod places;
pub(crate) mod query;
mod raw;
pub(crate) mod refusal;
mod refynd;
pub(crate) mod reply;
pub(crate) mod request_id;
pub(crate) mod results;
pub(crate) mod unknown;
mod wrong_keys;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::routing::any;
use hyper_util::service::TowerToHyperService;
use protocol::key::Dialect;
use tokio_util::sync::CancellationToken;

pub(crate) use listen::{HttpListener, HttpState};

use crate::app::Core;
use crate::config;
use crate::layouts::Layouts;
use crate::world::World;
use body::BodyLimits;
use door::{Door, Route};
use host::Hosts;
use results::ToldResults;
use wrong_keys::WrongKeys;

/// The doors, our own first: it words what no other one does.
const DOORS: &[Door] = &[own::DOOR, instantfocus::DOOR, refynd::DOOR, agents::DOOR, hooks_in::DOOR];

/// A route with the keys that open it.
type DoorRoute = (Dialect, Route);

/// What every request works with.
#[derive(Debug)]
pub(crate) struct HttpContext {
    /// The use cases.
    pub(crate) core: Core,
    /// Time, and ids.
    pub(crate) world: World,
    /// The engine of studies whose key names none.
    engine: String,
    /// How studies are laid out for people, where that was handed in.
    pub(crate) layouts: Option<Layouts>,
    /// How long a reply waits for a study.
    sync_wait: Duration,
    /// Results of ended studies that were told lately.
    pub(crate) told: ToldResults,
    /// Cancelled when the daemon ends: whoever waits for something answers now.
    pub(crate) stopping: CancellationToken,
    /// The number of the user for whom the daemon runs.
    user: u32,
    tells_figures: bool,
    doors: &'static [Door],
    hosts: Hosts,
    wrong_keys: WrongKeys,
    body: BodyLimits,
    router: TowerToHyperService<Router>,
}

impl HttpContext {
    /// For a listener at that address.
    pub(super) fn new(
        core: Core,
        world: World,
        settings: &config::HttpSettings,
        engine: &str,
        layouts: Option<Layouts>,
        address: SocketAddr,
        doors: &'static [Door],
    ) -> Arc<Self> {
        Arc::new_cyclic(|shared| {
            let mut by_path: BTreeMap<&str, Vec<DoorRoute>> = BTreeMap::new();
            for door in doors {
                for route in (door.routes)() {
                    by_path.entry(route.path).or_default().push((door.dialect, route));
                }
            }
            let mut router = Router::new();
            for (path, routes) in by_path {
                let (shared, routes) = (shared.clone(), Arc::<[DoorRoute]>::from(routes));
                let handler = move |parts: Result<RawPathParams, _>, request: Request| async move {
                    match shared.upgrade() {
                        Some(shared) => answer::at_path(shared, routes, parts, request).await,
                        None => axum::response::Response::default(),
                    }
                };
                router = router.route(path, any(handler));
            }
            let shared = shared.clone();
            router = router.fallback(move |request: Request| async move {
                match shared.upgrade() {
                    Some(shared) => answer::nowhere(&shared, &request),
                    None => axum::response::Response::default(),
                }
            });
            Self {
                core,
                world,
                engine: engine.to_owned(),
                layouts,
                sync_wait: Duration::from_secs(u64::from(settings.sync_wait)),
                told: ToldResults::default(),
                stopping: CancellationToken::new(),
                doors,
                tells_figures: settings.metrics,
                user: rustix::process::geteuid().as_raw(),
                hosts: Hosts::new(&settings.hosts, address.ip()),
                wrong_keys: WrongKeys::default(),
                body: BodyLimits {
                    bytes: usize::try_from(settings.body_max_kib).unwrap_or(1).saturating_mul(1024),
                    within: Duration::from_secs(u64::from(settings.body_seconds)),
                },
                router: TowerToHyperService::new(router),
            }
        })
    }

    /// Whether the settings let it tell figures.
    fn tells_figures(&self) -> bool {
        self.tells_figures
    }

    /// The door that words the errors of a path.
    fn door_of(&self, path: &str) -> &'static Door {
        let length = |door: &&Door| {
            let its = door.paths.iter().filter(|own| path.starts_with(**own));
            its.map(|own| own.len()).max().unwrap_or(0)
        };
        // Of several that know nothing of the path, the first one counts.
        self.doors.iter().rev().max_by_key(length).unwrap_or(&own::DOOR)
    }
}

#[cfg(test)]
mod tests;
