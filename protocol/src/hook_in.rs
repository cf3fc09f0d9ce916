//! Hooks that come in: the sources from which they are taken, what each does, and what came in. A secret is in a reply
//! once, when it is made, and nowhere else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::credits::{Credits, UsdMicros};
use crate::id::StudyId;

words! {
    /// How the hooks of a source are signed.
    SourceKind {
        /// Standard Webhooks, with a signed time.
        Standard = "standard",
        /// GitHub: `X-Hub-Signature-256`.
        Github = "github",
        /// Candor: `X-Candor-Signature`.
        Candor = "candor",
        /// Refynd: `X-Refynd-Signature`; the secret is the API key that was used there.
        Refynd = "refynd",
        /// Anything that signs its body with HMAC-SHA256 in `X-Signature: sha256=…`.
        Generic = "generic",
    }
}

/// What a hook of a source does. Nothing in a hook decides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum HookAction {
    /// It is noted, and nothing else happens.
    Note,
    /// A watched file is evaluated as if it had just been saved.
    Evaluate {
        /// The absolute path.
        path: String,
    },
    /// A study is submitted, whose text is a value of the body.
    Submit {
        /// The settings, as the front matter of a file: as they were when the source was added.
        template: String,
        /// Where the text is in the body, as a JSON pointer.
        content: String,
    },
    /// The result of another service is kept beside the studies, read-only.
    Import {
        /// Where it is fetched, of a service whose hooks only name it; without, such a hook is noted and nothing imported.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<ImportOrigin>,
    },
}

/// Where results are fetched, and which key is shown there and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOrigin {
    /// The address of the service's API.
    pub base_url: String,
    /// The environment variable that holds the key.
    pub key_env: String,
}

/// The most that the studies of one source may set aside in one calendar day (UTC). What they do not use comes back when
/// they end. A file that a hook has evaluated counts at its watch instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCaps {
    /// Credits; absent for no limit but the balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits_per_day: Option<Credits>,
    /// Announced cost, in millionths of a dollar; absent for no limit but those of the installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_per_day: Option<UsdMicros>,
}

impl SourceCaps {
    /// None: what holds for a source that was added before there were caps.
    pub const NONE: Self = Self { credits_per_day: None, cost_per_day: None };

    /// The same as [`Self::NONE`], for stored rows.
    #[must_use]
    pub const fn none() -> Self {
        Self::NONE
    }
}

impl Default for SourceCaps {
    /// 5 dollars a day, as for a watch.
    fn default() -> Self {
        Self { credits_per_day: None, cost_per_day: Some(UsdMicros(5_000_000)) }
    }
}

/// A request for a source.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRequest {
    /// Its name, which is in its address.
    pub name: String,
    /// How it signs.
    pub kind: SourceKind,
    /// What its hooks do.
    pub action: HookAction,
    /// Only hooks of these events do it; all but pings without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// The secret; none to make one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What its studies may use.
    #[serde(default)]
    pub caps: SourceCaps,
}

// A log line or a panic message must not show the secret.
impl std::fmt::Debug for SourceRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceRequest").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A source of hooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookSource {
    /// Its name.
    pub name: String,
    /// The path to which it sends: `/hooks/in/NAME`.
    pub path: String,
    /// How it signs.
    pub kind: SourceKind,
    /// What its hooks do.
    pub action: HookAction,
    /// The events that do it; all but pings without any.
    pub events: Vec<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// What its studies may use.
    #[serde(default = "SourceCaps::none")]
    pub caps: SourceCaps,
    /// Credits that its studies set aside or used today (UTC).
    #[serde(default)]
    pub credits_today: Credits,
    /// Cost that its studies announced today (UTC), in millionths of a dollar.
    #[serde(default)]
    pub cost_today: UsdMicros,
    /// Hooks of the last seven days.
    pub received: u32,
    /// The last hook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<ReceivedHook>,
    /// Why the last hook that was refused after its signature was checked was refused, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<(Timestamp, String)>,
}

/// A source that was just added, with its secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAdded {
    /// The source.
    pub source: HookSource,
    /// The secret that was made; absent where the owner gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

// As above.
impl std::fmt::Debug for SourceAdded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceAdded").field("source", &self.source).finish_non_exhaustive()
    }
}

words! {
    /// What became of a hook.
    ReceivedState {
        /// It is still to be acted on.
        Pending = "pending",
        /// What it does was done.
        Done = "done",
        /// Nothing was to be done.
        Noted = "noted",
        /// It could not be done.
        Failed = "failed",
    }
}

/// A hook that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedHook {
    /// The source.
    pub source: String,
    /// Its id, as the sender gave it or as it follows from the body.
    pub id: String,
    /// The event, as the sender calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// When it came in.
    pub at: Timestamp,
    /// What became of it.
    pub state: ReceivedState,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The study that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<StudyId>,
}
