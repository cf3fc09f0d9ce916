//! The listener of the Unix socket: one daemon per data folder, one socket in a folder of the daemon's own, replaced
//! when the process that owned it is dead. A peer must be the same user; any other is disconnected without a reply.
//! While a daemon serves, the locked file in the data folder names its process and its socket, so that a client can
//! tell an unresponsive daemon from none.

use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use protocol::paths::Paths;
use protocol::wire;
use tokio::net::{UnixListener, UnixStream};

/// How long a starting daemon waits for a dying one to let go.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
const LOCK_INTERVAL: Duration = Duration::from_millis(20);

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
                    Err(TryLockError::Error(error)) => {
                        return Err(unusable(&path.display().to_string(), &error));
                    }
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
        match (std::fs::metadata(&self.path), self.lock.metadata()) {
            (Ok(there), Ok(ours)) => identity(&there) == identity(&ours),
            (Err(error), _) => {
                !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
            }
            _ => true,
        }
    }

    /// Writes down who serves and where: the process on the first line, the socket on the second.
    fn announce(&self, paths: &Paths) -> io::Result<Announcement> {
        let process = format!("{}\n", std::process::id());
        let text = [process.as_bytes(), paths.socket.as_os_str().as_bytes(), b"\n"].concat();
        self.lock.write_all_at(&text, 0)?;
        let process = u64::try_from(process.len()).unwrap_or(u64::MAX);
        Ok(Announcement { lock: self.lock.try_clone()?, process })
    }
}

/// The socket's line in the locked file. When this is dropped the process stays named but serves no more.
#[derive(Debug)]
struct Announcement {
    lock: File,
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
    _announcement: Announcement,
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
        Ok(Self { socket, path, file, _announcement: announcement })
    }

    /// The next peer that is the same user.
    pub(crate) async fn accept(&self) -> UnixStream {
        loop {
            match self.socket.accept().await {
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

fn unusable(what: &str, error: &io::Error) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, format!("Demoscope cannot use {what}: {error}"))
        .because(error)
        .hint("Set DEMOSCOPE_HOME to a folder you can write to")
}
