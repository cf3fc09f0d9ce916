//! The listener of the Unix socket: one daemon per data folder, one socket in a folder of the daemon's own, replaced
//! when the process that owned it is dead. A peer must be the same user; any other is disconnected without a reply.
//! While a daemon serves, the locked file in the data folder names its process and its socket, so that a client can
//! tell an unresponsive daemon from none.

use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::wire;
use rustix::io::Errno;
use tokio::net::{UnixListener, UnixStream};

use super::file_system;

/// How long a starting daemon waits for a dying one to let go.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
const LOCK_INTERVAL: Duration = Duration::from_millis(20);
/// How often a daemon looks whether its socket is still there: sooner than a second daemon, which finds none, has waited for the
/// lock, and seldom enough for a daemon at rest to sleep.
const SOCKET_LOOK_EVERY: Duration = Duration::from_secs(4);
/// The socket in the data folder, for when its usual folder is gone and cannot be made again.
const SECOND_PLACE: &str = "demoscope.sock";

/// Proof that this process is the only daemon of its data folder. Let go by the system when the process ends,
/// however it ends.
#[derive(Debug)]
pub(crate) struct Instance {
    lock: File,
    path: PathBuf,
}

impl Instance {
    /// Takes the data folder, waiting a little for an owner that is about to end.
    ///
    /// # Errors
    /// `Conflict` when another daemon keeps it; `InvalidInput` when the folder cannot be used.
    pub(crate) async fn take(paths: &Paths) -> Result<Self, ApiError> {
        wire::make_folder(&paths.data).map_err(|error| {
            unusable(&format!("the data folder {}", paths.data.display()), &error)
        })?;
        let path = paths.data.join("daemon.lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| unusable(&path.display().to_string(), &error))?;
        let attempt = async {
            loop {
                match lock.try_lock() {
                    Ok(()) => return Ok(()),
                    Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_INTERVAL).await,
                    // A signal came while the file system was asked.
                    Err(TryLockError::Error(error))
                        if error.kind() == io::ErrorKind::Interrupted =>
                    {
                        tokio::time::sleep(LOCK_INTERVAL).await;
                    }
                    Err(TryLockError::Error(error)) => return Err(not_locked(&path, &error)),
                }
            }
        };
        match tokio::time::timeout(LOCK_PATIENCE, attempt).await {
            Ok(Ok(())) => {
                // The owner before may have been killed, and must not be taken for this one.
                lock.set_len(0).map_err(|error| unusable(&path.display().to_string(), &error))?;
                Ok(Self { lock, path })
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(ApiError::new(
                ErrorCode::Conflict,
                "A daemon already runs on this data folder",
            )
            .hint(
                "Look at it with `demoscope daemon status`, or end it with `demoscope daemon stop`",
            )),
        }
    }

    /// Whether the data folder still holds the file that was locked. Where it does not, the folder was removed or replaced,
    /// and another daemon may own what stands there now. A system that cannot tell is no proof.
    pub(crate) fn is_in_place(&self) -> bool {
        is_in_place(&self.path, &self.lock)
    }

    /// Writes down who serves and where: the process on the first line, the socket on the second.
    fn announce(&self, paths: &Paths) -> io::Result<Announcement> {
        let lock = self.lock.try_clone()?;
        let process = announce(&lock, &paths.socket)?;
        Ok(Announcement { lock, path: self.path.clone(), process })
    }
}

/// Names this process and its socket in the locked file; how many bytes the line of the process has.
fn announce(lock: &File, socket: &Path) -> io::Result<u64> {
    let process = format!("{}\n", std::process::id());
    let text = [process.as_bytes(), socket.as_os_str().as_bytes(), b"\n"].concat();
    lock.write_all_at(&text, 0)?;
    // What stood there before may have been longer.
    lock.set_len(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    Ok(u64::try_from(process.len()).unwrap_or(u64::MAX))
}

/// Whether that path still leads to the locked file.
fn is_in_place(path: &Path, lock: &File) -> bool {
    match (std::fs::metadata(path), lock.metadata()) {
        (Ok(there), Ok(ours)) => identity(&there) == identity(&ours),
        (Err(error), _) => !is_absent(&error),
        _ => true,
    }
}

/// Whether an error says that nothing is there.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The socket's line in the locked file. When this is dropped the process stays named but serves no more.
#[derive(Debug)]
struct Announcement {
    lock: File,
    /// The path of the locked file.
    path: PathBuf,
    /// Bytes of the line that names the process.
    process: u64,
}

impl Drop for Announcement {
    fn drop(&mut self) {
        if let Err(error) = self.lock.set_len(self.process) {
            tracing::debug!(%error, "the locked file still names the socket");
        }
    }
}

fn identity(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}

/// The bound socket; its file goes when this is dropped, unless another daemon's stands there by then.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: UnixListener,
    path: PathBuf,
    file: Option<(u64, u64)>,
    paths: Paths,
    announcement: Announcement,
}

impl Listener {
    /// Binds the socket. The instance proves that a socket which is there already has no owner.
    ///
    /// # Errors
    /// When the folder is not ours alone, the path is too long, or something that is no socket stands in its place.
    pub(crate) fn bind(instance: &Instance, paths: &Paths) -> Result<Self, ApiError> {
        paths.check_socket()?;
        let path = paths.socket.clone();
        wire::make_private_folder(&paths.runtime).map_err(|error| {
            unusable(&format!("the socket's folder {}", paths.runtime.display()), &error)
        })?;
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.file_type().is_socket() => {
                std::fs::remove_file(&path)
                    .map_err(|error| unusable(&path.display().to_string(), &error))?;
            }
            Ok(_) => {
                return Err(ApiError::new(
                    ErrorCode::Conflict,
                    format!("{} stands where the socket belongs, and is no socket", path.display()),
                )
                .hint("Move it away and start again"));
            }
            Err(_) => {}
        }
        // The file is born with its final mode: nobody can slip in between bind and a chmod.
        let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
        let bound = UnixListener::bind(&path);
        rustix::process::umask(before);
        let socket = bound.map_err(|error| unusable(&path.display().to_string(), &error))?;
        let announcement = instance.announce(paths).map_err(|error| {
            unusable(&format!("the data folder {}", paths.data.display()), &error)
        })?;
        let file = std::fs::symlink_metadata(&path).ok().as_ref().map(identity);
        Ok(Self { socket, path, file, paths: paths.clone(), announcement })
    }

    /// The next peer that is the same user. Nobody comes while the socket's file is gone, so it is looked after meanwhile.
    pub(crate) async fn accept(&mut self) -> UnixStream {
        loop {
            let accepted = tokio::time::timeout(SOCKET_LOOK_EVERY, self.socket.accept()).await;
            let Ok(accepted) = accepted else {
                self.look_after();
                continue;
            };
            match accepted {
                Ok((stream, _)) => match wire::is_same_user(&stream) {
                    Ok(true) => return stream,
                    Ok(false) => tracing::warn!("turned away a connection of another user"),
                    Err(error) => {
                        tracing::warn!(%error, "turned away a connection whose user cannot be told");
                    }
                },
                Err(error) => {
                    // Out of file descriptors, most likely: peers that leave will free some.
                    tracing::error!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Binds the socket anew when its file was removed, as happens to the runtime folder when the last login of a user ends: in
    /// its place, or in the data folder where that cannot be. In a data folder that is another's now nothing is made.
    fn look_after(&mut self) {
        let found = std::fs::symlink_metadata(&self.path);
        let is_gone = found.is_err_and(|error| is_absent(&error));
        if !is_gone || !is_in_place(&self.announcement.path, &self.announcement.lock) {
            return;
        }
        let usual = wire::make_private_folder(&self.paths.runtime)
            .and_then(|()| bind_again(&self.paths.socket))
            .map(|socket| (socket, self.paths.socket.clone()));
        let bound = usual.or_else(|error| {
            tracing::debug!(%error, "the socket cannot be made again in its place");
            let second = self.paths.data.join(SECOND_PLACE);
            bind_again(&second).map(|socket| (socket, second))
        });
        let announced = bound.and_then(|(socket, path)| {
            announce(&self.announcement.lock, &path)?;
            Ok((socket, path))
        });
        match announced {
            Ok((socket, path)) => {
                self.file = std::fs::symlink_metadata(&path).ok().as_ref().map(identity);
                self.socket = socket;
                self.path = path;
                tracing::warn!(
                    path = %self.path.display(),
                    "the socket's file was removed; the daemon listens again"
                );
            }
            Err(error) => tracing::debug!(%error, "the socket's file is gone and cannot be made"),
        }
    }
}

/// Binds a socket in a folder that is ours, in the place of one that this process alone may have left there.
fn bind_again(path: &Path) -> io::Result<UnixListener> {
    if std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        std::fs::remove_file(path)?;
    }
    // The mask of the process leaves nothing to others, also before this.
    let socket = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(socket)
}

impl Drop for Listener {
    fn drop(&mut self) {
        let there = std::fs::symlink_metadata(&self.path).ok().as_ref().map(identity);
        if there != self.file {
            return;
        }
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "the socket's file was gone already");
        }
    }
}

/// The error of a lock that the file system refuses.
fn not_locked(path: &Path, error: &io::Error) -> ApiError {
    let has_none = matches!(
        Errno::from_io_error(error),
        Some(Errno::NOLCK | Errno::OPNOTSUPP | Errno::NOSYS | Errno::BADF)
    );
    if !has_none {
        return unusable(&path.display().to_string(), error);
    }
    let kind = file_system::kind_of(path).map(|kind| format!(" ({kind})")).unwrap_or_default();
    let path = path.display();
    ApiError::new(
        ErrorCode::InvalidInput,
        format!("Demoscope cannot use {path}: its file system{kind} has no locks: {error}"),
    )
    .because(error)
    .hint("Set DEMOSCOPE_HOME to a folder on a local disk")
}

fn unusable(what: &str, error: &io::Error) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("Demoscope cannot use {what}: {error}"))
        .because(error)
        .hint("Set DEMOSCOPE_HOME to a folder you can write to")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_named_as_the_cause() {
        for errno in [Errno::NOLCK, Errno::OPNOTSUPP, Errno::NOSYS, Errno::BADF] {
            let told = not_locked(Path::new("/data/daemon.lock"), &io::Error::from(errno));
            assert!(told.to_string().contains("has no locks"), "{told}");
            assert!(format!("{:?}", told.hints).contains("local disk"), "{:?}", told.hints);
        }
        let told = not_locked(Path::new("/data/daemon.lock"), &io::Error::from(Errno::ACCESS));
        assert!(!told.to_string().contains("has no locks"), "{told}");
    }
}
