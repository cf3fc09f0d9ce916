//! The link to the daemon: the first connection starts one when none listens, later ones try again with growing pauses
//! and say when. Every answer and every loss becomes a message; nothing here decides what is asked.

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

/// How long the daemon holds a question for news; a bit longer is waited for its answer.
const WAIT: Duration = Duration::from_secs(25);
const WAIT_SLACK: Duration = Duration::from_secs(10);
/// Events of one page.
const EVENTS: u32 = 1000;
/// First and longest pause between two attempts to connect.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// The link.
pub(super) struct Daemon {
    client: Option<DemoscopeClient>,
    messages: mpsc::Sender<Msg>,
    arrivals: mpsc::Receiver<DemoscopeClient>,
    connected: mpsc::Sender<DemoscopeClient>,
    paths: Paths,
    follower: Option<JoinHandle<()>>,
    /// News are read at most this often, and not again before.
    pace: Duration,
    rested: Instant,
    starter: Option<JoinHandle<()>>,
}

impl Daemon {
    /// Connects, and starts a daemon before that when none listens.
    /// News are read at most once in `pace`: many events become one page.
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
        // The channel is new and empty; there is room.
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

    /// Asks, in the background.
    pub(super) fn call(&mut self, call: Call) {
        let Some(client) = self.client() else { return };
        let messages = self.messages.clone();
        drop(tokio::spawn(async move {
            let msg = call::ask(&client, call).await;
            // Nobody listens any more when the workstation is being left.
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

    /// Waits for news after a cursor.
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

    /// Starts a daemon when none listens.
    pub(super) fn start(&mut self) {
        let paths = self.paths.clone();
        let messages = self.messages.clone();
        let starter = tokio::spawn(async move {
            let told = match wire::connect(&paths).await {
                Ok(_) => "The daemon is running.".to_owned(),
                Err(_) => match link::start_daemon(&paths).await {
                    Ok(_) => "The daemon has been started.".to_owned(),
                    Err(error) => [vec![error.message], error.hints].concat().join(". ") + ".",
                },
            };
            drop(messages.send(Msg::Told(told)).await);
        });
        if let Some(before) = self.starter.replace(starter) {
            before.abort();
        }
    }
}

/// The daemon answers, and has said where its history ends: what is older is in the first look at the list.
fn greeted(welcome: &Welcome) -> Msg {
    Msg::Connected { version: welcome.version.clone(), cursor: welcome.head }
}

/// Hands the daemon what this environment holds of the variables that engines read. Without it models that need a key
/// are missing, which the daemon says where one is asked for.
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

/// The next page of news; the daemon holds the question until there are some.
async fn page(client: &DemoscopeClient, after: Cursor) -> Result<EventPage, ApiError> {
    let wait_ms = u64::try_from(WAIT.as_millis()).unwrap_or(u64::MAX);
    call!(client, WAIT + WAIT_SLACK, events(after, EVENTS, wait_ms))
}

/// Tries again with growing pauses, saying when, until the daemon answers. One of a version that does not fit may be
/// replaced by one that does, so it is tried again too.
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
