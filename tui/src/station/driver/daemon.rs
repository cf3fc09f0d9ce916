//! Connection to the daemon: the first attempt starts one if none runs; later attempts are repeated with growing
//! pauses, which are reported. Every response and every loss becomes a message; what to request is decided by the
//! model.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Cursor, EventPage};
use protocol::id::StudyId;
use protocol::paths::Paths;
use protocol::service::{DemoscopeClient, Welcome};
use protocol::wire::{self, within};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{call, export};
use crate::link::{self, call};
use crate::station::effect::{Call, Export};
use crate::station::msg::Msg;

/// Time that the daemon holds a request for events; the client waits a little longer.
const WAIT: Duration = Duration::from_secs(25);
const WAIT_SLACK: Duration = Duration::from_secs(10);
/// Events in a page.
const EVENTS: u32 = 1000;
/// Shortest and longest pause between two attempts to connect.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// The connection.
pub(super) struct Daemon {
    client: Option<DemoscopeClient>,
    messages: mpsc::Sender<Msg>,
    arrivals: mpsc::Receiver<DemoscopeClient>,
    connected: mpsc::Sender<DemoscopeClient>,
    paths: Paths,
    follower: Option<JoinHandle<()>>,
    /// Minimum time between two reads of events.
    pace: Duration,
    rested: Instant,
    starter: Option<JoinHandle<()>>,
}

impl Daemon {
    /// Connects, after starting a daemon if none runs. Events are read at most once in `pace`: many events arrive as
    /// one page.
    pub(super) async fn open(
        paths: &Paths,
        messages: mpsc::Sender<Msg>,
        pace: Duration,
    ) -> Result<Self, ApiError> {
        let connection = match wire::connect(paths).await {
            Err(error) if error.code == ErrorCode::Unreachable => link::start_daemon(paths).await?,
            connection => connection?,
        };
        let (connected, arrivals) = mpsc::channel(4);
        let hello = greeted(&connection.welcome);
        let client = connection.client.clone();
        drop(tokio::spawn(async move { offer(&client).await }));
        // The channel is new and empty, so there is room.
        drop(messages.try_send(hello));
        Ok(Self {
            client: Some(connection.client),
            messages,
            arrivals,
            connected,
            paths: paths.clone(),
            follower: None,
            pace,
            rested: Instant::now(),
            starter: None,
        })
    }

    fn client(&mut self) -> Option<DemoscopeClient> {
        while let Ok(client) = self.arrivals.try_recv() {
            self.client = Some(client);
        }
        self.client.clone()
    }

    /// Makes a call in the background.
    pub(super) fn call(&mut self, call: Call) {
        let Some(client) = self.client() else { return };
        let messages = self.messages.clone();
        drop(tokio::spawn(async move {
            let msg = call::ask(&client, call).await;
            // The receiver is gone when the workstation quits.
            drop(messages.send(msg).await);
        }));
    }

    /// Writes a study to a file, in the background.
    pub(super) fn export(&mut self, study: StudyId, export: Export) {
        let Some(client) = self.client() else { return };
        let messages = self.messages.clone();
        drop(tokio::spawn(async move {
            let written = export::write(&client, study, export).await;
            drop(messages.send(Msg::Written(written)).await);
        }));
    }

    /// Waits for events after a cursor.
    pub(super) fn follow(&mut self, cursor: Cursor) {
        let Some(client) = self.client() else { return };
        let (messages, connected, paths) =
            (self.messages.clone(), self.connected.clone(), self.paths.clone());
        let begin = self.rested.max(Instant::now());
        self.rested = begin + self.pace;
        if let Some(before) = self.follower.replace(tokio::spawn(async move {
            tokio::time::sleep_until(begin.into()).await;
            match page(&client, cursor).await {
                Ok(page) => drop(messages.send(Msg::Events(page)).await),
                Err(why) => reconnect(why, paths, messages, connected).await,
            }
        })) {
            before.abort();
        }
    }

    /// Starts a daemon if none runs.
    pub(super) fn start(&mut self) {
        let paths = self.paths.clone();
        let messages = self.messages.clone();
        let starter = tokio::spawn(async move {
            let told = match wire::connect(&paths).await {
                Ok(_) => "The daemon is running.".to_owned(),
                Err(_) => match link::start_daemon(&paths).await {
                    Ok(_) => "The daemon has been started.".to_owned(),
                    Err(error) => {
                        let hints = error.hints.iter().map(ToString::to_string);
                        let said: Vec<String> =
                            std::iter::once(error.message).chain(hints).collect();
                        said.join(". ") + "."
                    }
                },
            };
            drop(messages.send(Msg::Told(told)).await);
        });
        if let Some(before) = self.starter.replace(starter) {
            before.abort();
        }
    }
}

/// The daemon has responded with the end of its feed: older changes are part of the first list.
fn greeted(welcome: &Welcome) -> Msg {
    Msg::Connected { version: welcome.version.clone(), cursor: welcome.head }
}

/// Sends the daemon the values of the variables that engines read from this environment. Without them, models that need
/// a key are unavailable, which the daemon reports when one is used.
async fn offer(client: &DemoscopeClient) {
    let Ok(Ok(names)) = client.engine_variables(within(WAIT_SLACK)).await else { return };
    let held: BTreeMap<String, String> = names
        .into_iter()
        .filter_map(|name| Some((name.clone(), std::env::var(&name).ok()?)))
        .collect();
    if !held.is_empty() {
        drop(client.offer(within(WAIT_SLACK), held).await);
    }
}

/// The next page of events; the daemon holds the request until there are some.
async fn page(client: &DemoscopeClient, after: Cursor) -> Result<EventPage, ApiError> {
    let wait_ms = u64::try_from(WAIT.as_millis()).unwrap_or(u64::MAX);
    call!(client, WAIT + WAIT_SLACK, events(after, EVENTS, wait_ms))
}

/// Repeats attempts with growing pauses, which are reported, until the daemon responds. An incompatible daemon is tried
/// again too, because it may be replaced.
async fn reconnect(
    mut why: ApiError,
    paths: Paths,
    messages: mpsc::Sender<Msg>,
    connected: mpsc::Sender<DemoscopeClient>,
) {
    let mut pause = PAUSE.0;
    loop {
        if why.code == ErrorCode::Incompatible {
            pause = PAUSE.1;
        }
        let retry_in_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        if messages.send(Msg::Lost { why, retry_in_ms }).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
        match wire::connect(&paths).await {
            Ok(connection) => {
                let hello = greeted(&connection.welcome);
                offer(&connection.client).await;
                drop(connected.send(connection.client).await);
                drop(messages.send(hello).await);
                return;
            }
            Err(error) => why = error,
        }
    }
}
