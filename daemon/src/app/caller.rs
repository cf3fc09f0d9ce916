//! The caller of a use case: the owner whose studies it sees, the scopes that say what it may do, and where it comes
//! from. A door makes one for each call; what belongs to another owner does not exist for it. A driver has one for as
//! long as it runs, and sees the studies of every owner; no door makes such a caller.

use std::fmt;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Remedy;
use protocol::key::{KeyId, KeyScope};
use protocol::service::Reply;
use protocol::study::Origin;

use crate::domain::hook_in::SourceId;
use crate::store::rows::{DeletedRow, StudyNumber, StudyRow};
use crate::store::{Fault, Reader};

/// How rows name the local user, before their number.
const LOCAL: &str = "uid:";

/// Whose studies a caller sees, and who owns what it submits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The user for whom the daemon runs, by the system's number. A store has one: a folder that moves to a machine where
    /// the same person has another number keeps its owner.
    Local(u32),
    /// A program that acts for that user with a key: the same studies, and no files.
    Bearer(u32),
    /// Somebody else whom that user lets in, by name.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a door for others than the local user makes one")
    )]
    Guest(String),
    /// All of them together: for whom drivers work. Nothing is submitted for everyone.
    Everyone,
}

impl Owner {
    /// Whether a row that names that owner is theirs.
    pub(super) fn owns(&self, named: &str) -> bool {
        match self {
            Self::Local(_) | Self::Bearer(_) => is_local(named),
            Self::Guest(_) => self.to_string() == named,
            Self::Everyone => true,
        }
    }

    /// Whether they are told of a number that has no row: the store's own user is, and drivers are.
    pub(super) const fn is_told_of_unknown(&self) -> bool {
        matches!(self, Self::Local(_) | Self::Bearer(_) | Self::Everyone)
    }

    /// Whether they are told of files on this machine.
    pub(super) const fn is_told_of_files(&self) -> bool {
        matches!(self, Self::Local(_) | Self::Everyone)
    }

    /// Whether the study that a mark stands for was theirs.
    pub(super) fn owned(&self, mark: &DeletedRow) -> bool {
        self.owns(mark.owner.as_deref().unwrap_or(LOCAL))
    }
}

/// As rows and replies name them.
impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(number) | Self::Bearer(number) => write!(formatter, "{LOCAL}{number}"),
            Self::Guest(name) => write!(formatter, "guest:{name}"),
            Self::Everyone => formatter.write_str("everyone"),
        }
    }
}

/// Whether a row names the local user.
pub(super) fn is_local(named: &str) -> bool {
    named.starts_with(LOCAL)
}

/// Whether two rows name the same owner.
pub(super) fn same_owner(one: &str, other: &str) -> bool {
    one == other || (is_local(one) && is_local(other))
}

/// The owner as the mark of a deleted study names them: none is the local user.
pub(super) fn in_mark(named: String) -> Option<String> {
    (!is_local(&named)).then_some(named)
}

/// The part of a study's row that names its owner.
#[derive(serde::Deserialize)]
struct Owned {
    owner: String,
}

/// Whether the study of that number is, or was, that owner's.
pub(super) fn is_of(reader: &Reader<'_>, owner: &Owner, number: u32) -> Result<bool, Fault> {
    // Drivers ask this for every batch: it costs them no look at the store.
    if *owner == Owner::Everyone {
        return Ok(true);
    }
    if let Some(Owned { owner: named }) = reader.part::<StudyRow, _>(&number)? {
        return Ok(owner.owns(&named));
    }
    let mark = reader.get::<DeletedRow>(&number)?;
    Ok(mark.map_or(owner.is_told_of_unknown(), |mark| owner.owned(&mark)))
}

/// The same by its id.
pub(super) fn is_id_of(
    reader: &Reader<'_>,
    owner: &Owner,
    id: protocol::id::StudyId,
) -> Result<bool, Fault> {
    match reader.get::<StudyNumber>(&id.0)? {
        Some(StudyNumber(number)) => is_of(reader, owner, number),
        None => Ok(owner.is_told_of_unknown()),
    }
}

/// Something that a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Look at studies, answers, events and credits.
    Read,
    /// Submit studies, and change or delete them.
    Write,
    /// Run the installation: budget, books, backups, engines, settings, and its end.
    Operate,
    /// Bring studies on: begin them, record what respondents say, and end them. Drivers do, and no door gives it.
    Work,
}

impl Scope {
    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Write => 2,
            Self::Operate => 4,
            Self::Work => 8,
        }
    }

    /// Its name: for what a door gives, that of the scope of a key.
    #[must_use]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => KeyScope::Read.as_str(),
            Self::Write => KeyScope::Run.as_str(),
            Self::Operate => KeyScope::Admin.as_str(),
            Self::Work => "work",
        }
    }
}

/// All that a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scopes(u8);

impl Scopes {
    /// Everything that a door gives.
    pub(crate) const ALL: Self = Self::of(&[Scope::Read, Scope::Write, Scope::Operate]);

    /// What drivers may do: all that moves by itself. Nothing is submitted, changed or deleted by itself.
    const OF_DRIVERS: Self = Self::of(&[Scope::Read, Scope::Operate, Scope::Work]);

    /// Those, and no others.
    #[must_use]
    pub(crate) const fn of(mut scopes: &[Scope]) -> Self {
        let mut bits = 0;
        while let [first, rest @ ..] = scopes {
            bits |= first.bit();
            scopes = rest;
        }
        Self(bits)
    }

    /// Whether that is among them.
    #[must_use]
    pub(crate) const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }
}

/// Where a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallOrigin {
    /// Somebody outside, through that door.
    Door(Origin),
    /// A hook that came in from that source, at that place of a chain of hooks, for the owner of the source.
    Hook(SourceId, u8),
    /// A program with that key, through that door.
    Key(Origin, KeyId),
    /// The driver of that name, by itself.
    Driver(&'static str),
}

/// Who calls a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Whose studies it sees, and who owns what it submits.
    pub owner: Owner,
    /// What it may do.
    pub scopes: Scopes,
    /// Where it comes from.
    pub origin: CallOrigin,
}

impl Caller {
    /// The driver of that name, which works for every owner.
    pub(crate) const fn driver(name: &'static str) -> Self {
        let origin = CallOrigin::Driver(name);
        Self { owner: Owner::Everyone, scopes: Scopes::OF_DRIVERS, origin }
    }

    /// Somebody at a door who has shown no key yet, and so may do nothing. The local user has that number.
    pub(crate) const fn stranger(user: u32, door: Origin) -> Self {
        let origin = CallOrigin::Door(door);
        Self { owner: Owner::Bearer(user), scopes: Scopes::of(&[]), origin }
    }

    /// The same when they have shown that key.
    pub(super) fn with_key(&self, key: KeyId, scopes: Scopes) -> Reply<Self> {
        let origin = CallOrigin::Key(self.door()?, key);
        Ok(Self { owner: self.owner.clone(), scopes, origin })
    }

    /// The key that was shown, if one was.
    pub(super) const fn key(&self) -> Option<KeyId> {
        match self.origin {
            CallOrigin::Key(_, key) => Some(key),
            CallOrigin::Door(_) | CallOrigin::Hook(..) | CallOrigin::Driver(_) => None,
        }
    }

    /// The source of the hook that came in, if one did.
    pub(super) const fn source(&self) -> Option<SourceId> {
        match self.origin {
            CallOrigin::Hook(source, _) => Some(source),
            CallOrigin::Door(_) | CallOrigin::Key(..) | CallOrigin::Driver(_) => None,
        }
    }

    /// The owner, if it is the user for whom the daemon runs, in person and not through a key.
    pub(super) fn in_person(&self, scope: Scope) -> Result<&Owner, ApiError> {
        match self.may(scope)? {
            owner @ Owner::Local(_) => Ok(owner),
            Owner::Bearer(_) | Owner::Guest(_) | Owner::Everyone => Err(ApiError::new(
                ErrorCode::Forbidden,
                "Only the local user in person may do this",
            )
            .hint("Use the command on the machine where the daemon runs")),
        }
    }

    /// The owner of a watch, for whom a saved file is evaluated: made by the use case that a driver calls. `None` for
    /// an owner who cannot have watches.
    pub(super) fn of_watch(owner: &str) -> Option<Self> {
        let owner = Owner::Local(owner.strip_prefix(LOCAL)?.parse().ok()?);
        let scopes = Scopes::of(&[Scope::Read, Scope::Write]);
        Some(Self { owner, scopes, origin: CallOrigin::Door(Origin::Watch) })
    }

    /// Whoever asked for a study whose cost the owner agreed to: made by the use case with which they agree.
    pub(super) fn of_cost_request(owner: &str, key: Option<KeyId>) -> Option<Self> {
        let user = owner.strip_prefix(LOCAL)?.parse().ok()?;
        let scopes = Scopes::of(&[Scope::Read, Scope::Write]);
        Some(match key {
            None => {
                let origin = CallOrigin::Door(Origin::Mcp);
                Self { owner: Owner::Local(user), scopes, origin }
            }
            Some(key) => {
                let origin = CallOrigin::Key(Origin::Mcp, key);
                Self { owner: Owner::Bearer(user), scopes, origin }
            }
        })
    }

    /// The owner of a source of hooks, for whom a hook submits a study: made by the use case that a driver calls.
    pub(super) fn of_hook(owner: &str, source: SourceId, hops: u8) -> Option<Self> {
        let owner = Owner::Local(owner.strip_prefix(LOCAL)?.parse().ok()?);
        let scopes = Scopes::of(&[Scope::Read, Scope::Write]);
        Some(Self { owner, scopes, origin: CallOrigin::Hook(source, hops) })
    }

    /// How many hooks led to what it submits.
    pub(super) const fn hops(&self) -> u8 {
        match self.origin {
            CallOrigin::Hook(_, hops) => hops,
            CallOrigin::Door(_) | CallOrigin::Key(..) | CallOrigin::Driver(_) => 0,
        }
    }

    /// The owner, if it is the user for whom the daemon runs and may do that: nobody else leads it to files.
    pub(super) fn at_home(&self, scope: Scope) -> Result<&Owner, ApiError> {
        match self.may(scope)? {
            Owner::Guest(_) | Owner::Bearer(_) => Err(ApiError::new(
                ErrorCode::Forbidden,
                "Files are watched for the local user only",
            )
            .hint("Ask whoever runs the daemon")),
            owner => Ok(owner),
        }
    }

    /// The owner, if the caller may do that.
    ///
    /// # Errors
    /// `Forbidden` when the scope is not among the caller's.
    pub(crate) fn may(&self, scope: Scope) -> Result<&Owner, ApiError> {
        if self.scopes.has(scope) {
            return Ok(&self.owner);
        }
        let name = scope.as_str();
        Err(match self.origin {
            CallOrigin::Door(_) | CallOrigin::Key(..) | CallOrigin::Hook(..) => {
                let what = format!("This call needs a key with the scope '{name}'");
                ApiError::new(ErrorCode::Forbidden, what).hint(Remedy::owner(
                    "Make one",
                    format!("demoscope keys create --scope {name}"),
                ))
            }
            CallOrigin::Driver(driver) => not_for_drivers(driver, &format!("the scope '{name}'")),
        })
    }

    /// The door it came in through.
    ///
    /// # Errors
    /// `Forbidden` for a driver.
    pub(super) fn door(&self) -> Result<Origin, ApiError> {
        match self.origin {
            CallOrigin::Door(door) | CallOrigin::Key(door, _) => Ok(door),
            CallOrigin::Hook(..) => Ok(Origin::Hook),
            CallOrigin::Driver(driver) => Err(not_for_drivers(driver, "a door")),
        }
    }
}

fn not_for_drivers(driver: &str, needed: &str) -> ApiError {
    let what = format!("The driver '{driver}' made a call that needs {needed}");
    ApiError::new(ErrorCode::Forbidden, what)
        .hint("See the log for the details: this is a defect of the daemon")
}
