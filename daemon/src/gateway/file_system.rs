//! The kind of file system that a path lies on, by the list of mounts that Linux keeps. It is told where a file system
//! lacks something, so that its owner knows which one is meant, and by the doctor.

use std::path::{Path, PathBuf};

/// The kind of the file system of a path, such as `nfs4` or `9p`; `None` where it cannot be told.
pub(crate) fn kind_of(path: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let path = path.canonicalize().ok()?;
    kind_in(&mounts, &path)
}

/// The kind by a list of mounts: that of the longest mount point above the path, and of the last one in the same place.
fn kind_in(mounts: &str, path: &Path) -> Option<String> {
    let above = mounts.lines().filter_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let point = PathBuf::from(mount.split(' ').nth(4)?.replace("\\040", " "));
        let kind = kind.split(' ').next()?;
        path.starts_with(&point).then_some((point.components().count(), kind))
    });
    above.max_by_key(|(length, _)| *length).map(|(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_point_counts() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      40 22 0:35 / /home rw - btrfs /dev/sdb rw\n\
                      41 40 0:36 / /home/anna/my\\040files rw shared:2 master:1 - nfs4 server:/x rw\n\
                      42 22 0:37 / /home rw - xfs /dev/sdc rw\n";
        let kind = |path: &str| kind_in(mounts, Path::new(path));
        assert_eq!(kind("/home/anna/my files/daemon.lock").as_deref(), Some("nfs4"));
        assert_eq!(kind("/home/anna/my").as_deref(), Some("xfs"), "the last one hides the first");
        assert_eq!(kind("/homely").as_deref(), Some("ext4"));
        assert_eq!(kind_in("", Path::new("/x")), None);
    }
}
