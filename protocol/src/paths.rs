//! Folders and files of Demoscope: the platform's own folders, or everything under `DEMOSCOPE_HOME`. This module
//! computes names only; the code that uses a folder creates it.

use std::env;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::error::{ApiError, ErrorCode};

/// The path of a Unix socket must fit `sockaddr_un`, with its closing zero.
pub const SOCKET_PATH_MAX: usize = 107;

/// Every place that Demoscope reads or writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Settings.
    pub config: PathBuf,
    /// Folder of the store.
    pub data: PathBuf,
    /// The store.
    pub database: PathBuf,
    /// Folder of the daily backups.
    pub backups: PathBuf,
    /// Folder of files that can be made again.
    pub cache: PathBuf,
    /// Folder of the logs.
    pub logs: PathBuf,
    /// Folder of the socket, accessible to this user only.
    pub runtime: PathBuf,
    /// The socket.
    pub socket: PathBuf,
}

impl Paths {
    /// The paths for this environment.
    ///
    /// # Errors
    /// When there is no home folder to start from.
    pub fn resolve() -> Result<Self, ApiError> {
        if let Some(home) = env::var_os("DEMOSCOPE_HOME").filter(|home| !home.is_empty()) {
            return Self::under(&PathBuf::from(home));
        }
        let Some(dirs) = ProjectDirs::from("", "", "demoscope") else {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                "There is no home folder to keep anything in",
            )
            .hint("Set HOME, or DEMOSCOPE_HOME to a folder for all of Demoscope's files"));
        };
        let data = dirs.data_dir().to_path_buf();
        let state = dirs.state_dir().unwrap_or(dirs.data_dir()).to_path_buf();
        let runtime = match dirs.runtime_dir() {
            Some(runtime) if runtime.parent().is_some_and(is_ours) => runtime.to_path_buf(),
            _ => data.join("run"),
        };
        Ok(Self::from_folders(dirs.config_dir(), &data, dirs.cache_dir(), &state, runtime))
    }

    /// Everything under one folder, as `DEMOSCOPE_HOME` asks for.
    ///
    /// # Errors
    /// When the folder's path cannot be made absolute.
    pub fn under(home: &Path) -> Result<Self, ApiError> {
        let home = std::path::absolute(home).map_err(|error| {
            ApiError::new(
                ErrorCode::InvalidInput,
                format!("DEMOSCOPE_HOME is not a usable path: {error}"),
            )
            .because(&error)
        })?;
        let runtime = home.join("run");
        Ok(Self::from_folders(&home, &home, &home.join("cache"), &home, runtime))
    }

    fn from_folders(
        config: &Path,
        data: &Path,
        cache: &Path,
        state: &Path,
        runtime: PathBuf,
    ) -> Self {
        Self {
            config: config.join("config.toml"),
            data: data.to_path_buf(),
            database: data.join("demoscope.redb"),
            backups: data.join("backups"),
            cache: cache.to_path_buf(),
            logs: state.join("logs"),
            socket: runtime.join("demoscope.sock"),
            runtime,
        }
    }

    /// Checks limits that the system would report with a less helpful message.
    ///
    /// # Errors
    /// When the socket's path is too long for a Unix socket.
    pub fn check_socket(&self) -> Result<(), ApiError> {
        let length = self.socket.as_os_str().len();
        if length <= SOCKET_PATH_MAX {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("The socket's path has {length} bytes; a Unix socket takes at most {SOCKET_PATH_MAX}"),
        )
        .hint("Set DEMOSCOPE_HOME to a folder with a shorter path"))
    }
}

/// Whether the folder exists and belongs to the user of this process.
fn is_ours(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder)
        .is_ok_and(|found| found.is_dir() && found.uid() == rustix::process::geteuid().as_raw())
}
