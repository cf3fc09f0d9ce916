//! The list of tables. Keys and values are bytes to redb, so that a backup can copy every table without knowing it;
//! the types are in `rows`, where each row names its table, its key and its JSON.

use redb::TableDefinition;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A table of the file. Names are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Format version, ledger head, what was learnt of services: single rows.
    Meta,
    /// Submissions, by study number.
    Studies,
    /// Study id → study number.
    StudyNumbers,
    /// Idempotency key → study number.
    SubmitKeys,
    /// Progress of studies, by study number.
    Progress,
    /// Numbers of the unfinished studies.
    Unfinished,
    /// Calls that a study may have under way at model services.
    CallsUnderWay,
    /// Packed panels, in chunks.
    Panels,
    /// Outcomes by (study, round, respondent, task, replicate).
    Outcomes,
    /// Exchanges of an outcome, by its key.
    Exchanges,
    /// The response cache: address of a prompt → place of its newest reply.
    Remembered,
    /// Settings and templates of a study's engines, by (study, index).
    Blueprints,
    /// Hash of service, model and sentences → vectors of anchors.
    Anchors,
    /// What a content was rewritten to, by (study, round).
    Rewrites,
    /// Results of a chain's rounds, by (study, round).
    RoundResults,
    /// Results by study.
    Results,
    /// The statuses of findings by (study, number).
    Findings,
    /// Watches by number.
    Watches,
    /// Watched files by path.
    WatchedFiles,
    /// Lineages by id.
    Lineages,
    /// Versions by (lineage, version).
    Versions,
    /// Endpoints of webhooks by id.
    Endpoints,
    /// Deliveries by (event, endpoint).
    Deliveries,
    /// Deliveries that are due, by (endpoint, time, event).
    DueDeliveries,
    /// Default secrets of webhooks by owner.
    HookSecrets,
    /// Sources of hooks by name.
    HookSources,
    /// Hooks that came in, by digest.
    ReceivedHooks,
    /// Those that are to be acted on.
    PendingHooks,
    /// Results of other services by id.
    Externals,
    /// Keys of the HTTP listener by number: hashes, no keys.
    Keys,
    /// Studies of agents that wait until their owner agrees to the cost, by number.
    CostRequests,
    /// Holds by (study, attempt).
    Holds,
    /// Ledger transfers by number.
    Transfers,
    /// Transfer id → number.
    TransferIds,
    /// Account → balance.
    Accounts,
    /// Events by number.
    Events,
    /// Studies that were deleted, by their numbers: amounts and dates, no texts.
    Deleted,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 37] = [
        Self::Meta,
        Self::Studies,
        Self::StudyNumbers,
        Self::SubmitKeys,
        Self::Progress,
        Self::Unfinished,
        Self::CallsUnderWay,
        Self::Panels,
        Self::Outcomes,
        Self::Exchanges,
        Self::Remembered,
        Self::Blueprints,
        Self::Anchors,
        Self::Rewrites,
        Self::RoundResults,
        Self::Results,
        Self::Findings,
        Self::Watches,
        Self::WatchedFiles,
        Self::Lineages,
        Self::Versions,
        Self::Endpoints,
        Self::Deliveries,
        Self::DueDeliveries,
        Self::HookSecrets,
        Self::HookSources,
        Self::ReceivedHooks,
        Self::PendingHooks,
        Self::Externals,
        Self::Keys,
        Self::CostRequests,
        Self::Holds,
        Self::Transfers,
        Self::TransferIds,
        Self::Accounts,
        Self::Events,
        Self::Deleted,
    ];

    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Studies => "studies",
            Self::StudyNumbers => "study_numbers",
            Self::SubmitKeys => "submit_keys",
            Self::Progress => "progress",
            Self::Unfinished => "unfinished",
            Self::CallsUnderWay => "calls_under_way",
            Self::Panels => "panels",
            Self::Outcomes => "outcomes",
            Self::Exchanges => "exchanges",
            Self::Remembered => "remembered",
            Self::Blueprints => "blueprints",
            Self::Anchors => "anchors",
            Self::Rewrites => "rewrites",
            Self::RoundResults => "round_results",
            Self::Results => "results",
            Self::Findings => "findings",
            Self::Watches => "watches",
            Self::WatchedFiles => "watched_files",
            Self::Lineages => "lineages",
            Self::Versions => "versions",
            Self::Endpoints => "endpoints",
            Self::Deliveries => "deliveries",
            Self::DueDeliveries => "due_deliveries",
            Self::HookSecrets => "hook_secrets",
            Self::HookSources => "hook_sources",
            Self::ReceivedHooks => "received_hooks",
            Self::PendingHooks => "pending_hooks",
            Self::Externals => "externals",
            Self::Keys => "keys",
            Self::CostRequests => "cost_requests",
            Self::Holds => "holds",
            Self::Transfers => "transfers",
            Self::TransferIds => "transfer_ids",
            Self::Accounts => "accounts",
            Self::Events => "events",
            Self::Deleted => "deleted",
        }
    }

    pub(super) const fn definition(self) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
        TableDefinition::new(self.name())
    }
}

/// A key with the same order in memory and in the file.
pub trait Key: Sized {
    /// As bytes that sort like the key.
    fn encode(&self) -> Vec<u8>;
    /// From those bytes.
    fn decode(bytes: &[u8]) -> Option<Self>;
}

/// A row: JSON under a key in one table.
pub trait Row: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: Table;
    /// Its key.
    type Key: Key;
}

impl Key for u32 {
    fn encode(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Key for u64 {
    fn encode(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Key for (u32, u32) {
    fn encode(&self) -> Vec<u8> {
        [self.0.to_be_bytes(), self.1.to_be_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(4)?;
        Some((u32::decode(first)?, u32::decode(second)?))
    }
}

impl Key for (Uuid, u32) {
    fn encode(&self) -> Vec<u8> {
        [self.0.as_bytes().as_slice(), &self.1.to_be_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(16)?;
        Some((Uuid::decode(first)?, u32::decode(second)?))
    }
}

impl Key for (u64, Uuid) {
    fn encode(&self) -> Vec<u8> {
        [self.0.to_be_bytes().as_slice(), self.1.as_bytes()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (first, second) = bytes.split_at_checked(8)?;
        Some((u64::decode(first)?, Uuid::decode(second)?))
    }
}

impl Key for (Uuid, u64, u64) {
    fn encode(&self) -> Vec<u8> {
        let (endpoint, numbers) = (self.0.as_bytes().as_slice(), [self.1, self.2]);
        [endpoint, &numbers.map(u64::to_be_bytes).concat()].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_at_checked(16)?;
        let (second, third) = rest.split_at_checked(8)?;
        Some((Uuid::decode(first)?, u64::decode(second)?, u64::decode(third)?))
    }
}

impl Key for Uuid {
    fn encode(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Self::from_slice(bytes).ok()
    }
}

impl Key for String {
    fn encode(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Self::from_utf8(bytes.to_vec()).ok()
    }
}
