//! Reads what the extensions declare, and finds the modules that are not in the manifest.
use crate::manifest::{self, Extension, Manifest};
use std::fs;
use std::path::{Path, PathBuf};

/// A missing manifest counts as one extension of which nothing is known: the host then starts before the function.
pub fn read_manifest(folder: &Path) -> Manifest {
    let mut manifest = match fs::read_to_string(folder.join("manifest")) {
        Ok(text) => manifest::parse(&text),
        Err(_) => Manifest { extensions: vec![unlisted("host")], ..Manifest::default() },
    };
    for name in module_names(&folder.join("modules")) {
        if !manifest.extensions.iter().any(|extension| extension.name == name) {
            manifest.extensions.push(unlisted(&name));
        }
    }
    manifest
}

fn unlisted(name: &str) -> Extension {
    Extension { name: name.to_owned(), is_unlisted: true, ..Extension::default() }
}

fn module_names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| PathBuf::from(entry.file_name()));
    let is_module =
        |file: &PathBuf| file.extension().map_or(false, |ending| ending == "js" || ending == "cjs" || ending == "mjs");
    files.filter(is_module).map(|file| file.file_stem().unwrap_or_default().to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is deleted with this value.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("read-manifest-{name}-{}", std::process::id()));
            fs::create_dir_all(folder.join("modules")).unwrap();
            for (file, text) in files {
                fs::write(folder.join(file), text).unwrap();
            }
            Folder(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn read(folder: &Folder) -> Vec<(String, bool)> {
        let extensions = read_manifest(&folder.0).extensions;
        extensions.into_iter().map(|extension| (extension.name, extension.is_unlisted)).collect()
    }

    #[test]
    fn adds_the_modules_that_the_manifest_does_not_declare() {
        let folder = Folder::new(
            "modules",
            &[
                ("manifest", "extension secrets\nextension audit\n"),
                ("modules/audit.cjs", ""),
                ("modules/own.mjs", ""),
                ("modules/notes.txt", ""),
            ],
        );

        assert_eq!(read(&folder), [("secrets".into(), false), ("audit".into(), false), ("own".into(), true)]);
    }

    #[test]
    fn takes_a_missing_manifest_for_one_extension_of_which_nothing_is_known() {
        let folder = Folder::new("missing", &[]);

        assert_eq!(read(&folder), [("host".into(), true)]);
    }
}
