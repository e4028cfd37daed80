//! Small files that hold secrets: readable by their owner alone, replaced whole.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::AccessError;

/// Reads a file of at most so many bytes, which nobody but its owner may use.
pub(crate) fn read_private(path: &Path, limit: u64) -> Result<Vec<u8>, AccessError> {
    let failed = |source| AccessError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check_mode(path, &metadata)?;
    let mut bytes = Vec::new();
    if metadata.is_file() {
        file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if !metadata.is_file() || bytes.len() as u64 > limit {
        return Err(AccessError::NotAFile { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &std::fs::Metadata) -> Result<(), AccessError> {
    use std::os::unix::fs::PermissionsExt;
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o077 != 0 => Err(AccessError::Exposed { path: path.to_owned(), mode }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_mode(_path: &Path, _metadata: &std::fs::Metadata) -> Result<(), AccessError> {
    Ok(())
}

/// Whether a file may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It is replaced in one step; a link is followed.
    Replace,
    /// Then nothing is written.
    Keep,
}

/// Writes a file that only its owner may use; readers see the old or the new one, never half of it.
pub(crate) fn write_private(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), AccessError> {
    write(path, bytes, existing).map_err(|source| AccessError::Write { path: path.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8], existing: Existing) -> io::Result<()> {
    let path = if existing == Existing::Replace { followed(path)? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Replace => file.persist(&path)?,
        Existing::Keep => file.persist_noclobber(&path)?,
    };
    Ok(())
}

fn followed(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        result => result,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_is_written_can_be_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.toml");
        write_private(&path, b"one", Existing::Keep).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read_private(&path, 3).unwrap(), b"one");
        assert!(matches!(read_private(&path, 2), Err(AccessError::NotAFile { limit: 2, .. })));
        assert!(matches!(
            read_private(folder.path(), 9),
            Err(AccessError::Exposed { .. } | AccessError::NotAFile { .. })
        ));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.toml");
        write_private(&path, b"", Existing::Keep).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let error = read_private(&path, 9).unwrap_err();
            assert!(error.to_string().contains(&format!("mode {mode:03o}")), "{error}");
            assert!(error.hint().unwrap().starts_with("chmod 600 "));
        }
    }

    #[test]
    fn replacing_follows_links_and_keeping_keeps() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        write_private(&path, b"one", Existing::Keep).unwrap();
        symlink(&path, &link).unwrap();
        write_private(&link, b"two", Existing::Replace).unwrap();
        assert!(link.is_symlink());
        assert!(write_private(&path, b"three", Existing::Keep).is_err());
        assert_eq!(read_private(&path, 9).unwrap(), b"two");
    }
}
