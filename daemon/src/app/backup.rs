//! Copies of the store: one a day by itself, more on request, and the way back.

use std::path::{Path, PathBuf};

use protocol::error::{ApiError, ErrorCode};
use protocol::service::Reply;

use crate::store::{Backups, Fault, Options, RestoreError, Restored, restore};

use super::{Core, audit};

impl Core {
    /// Writes a consistent copy; returns where. Without a path, among the daily ones. Blocks its thread.
    pub fn backup(&self, path: Option<&Path>) -> Reply<PathBuf> {
        let path = match path {
            Some(path) if path.exists() => {
                return Err(ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("{} exists already", path.display()),
                )
                .hint("Name a file that does not exist; nothing is ever overwritten."));
            }
            // The daemon's own folder is nobody's business; a client that has one makes the path whole.
            Some(path) if !path.is_absolute() => {
                return Err(ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("{} is no absolute path", path.display()),
                )
                .hint("Give the whole path, from / on."));
            }
            Some(path) => path.to_owned(),
            None => {
                let backups = self.backups()?;
                let now = self.world().clock.now();
                let first = backups.of_day(&now.strftime("%Y-%m-%d").to_string());
                if first.exists() {
                    backups.of_day(&now.strftime("%Y-%m-%d-%H%M%S").to_string())
                } else {
                    first
                }
            }
        };
        self.store().backup(&path).map_err(|fault| failed(&path, &fault))?;
        Ok(path)
    }

    /// Makes today's backup when there is none yet, and removes those beyond the newest seven. Blocks its thread.
    pub fn backup_daily(&self) -> Reply<Option<PathBuf>> {
        let Some(folder) = self.settings().backups.clone() else { return Ok(None) };
        let backups = Backups(folder);
        let today = self.world().clock.now().strftime("%Y-%m-%d").to_string();
        let path = backups.of_day(&today);
        if path.exists() {
            return Ok(None);
        }
        self.store().backup(&path).map_err(|fault| failed(&path, &fault))?;
        backups.prune(self.settings().backups_kept).map_err(|fault| failed(&path, &fault))?;
        Ok(Some(path))
    }

    fn backups(&self) -> Reply<Backups> {
        self.settings().backups.clone().map(Backups).ok_or_else(|| {
            ApiError::new(ErrorCode::InvalidInput, "no folder for backups is set")
                .hint("Give a path: `demoscope backup PATH`.")
        })
    }
}

fn failed(path: &Path, fault: &Fault) -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        format!("the backup {} was not written: {fault}", path.display()),
    )
}

/// Puts a backup back while no daemon runs. It is opened, checked and audited first, and the present file is moved aside.
pub fn restore_backup(backup: &Path, target: &Path) -> Result<Restored, RestoreError> {
    restore(backup, target, &Options::default(), |reader| {
        let broken: Vec<String> = audit::all(reader)
            .into_iter()
            .filter(|check| !check.ok)
            .map(|check| format!("{}: {}", check.name, check.detail))
            .collect();
        if broken.is_empty() { Ok(()) } else { Err(broken.join("; ")) }
    })
}
