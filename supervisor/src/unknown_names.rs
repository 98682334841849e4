//! Finds misspelt names of settings. Nobody else would say so: a misspelt TELEMETRY_DESTINATIONS starts no host. Looks at names
//! alone, never at values.
use crate::edits::edits;
use crate::log::{Level, Log, SPEAKER};
use crate::manifest::{Extension, Manifest};
use std::env;
use std::fs;
use std::path::Path;

/// Logs one line about all variables that look like settings and are none. `folder` has the names of all settings in
/// `known-variables`, written by scripts/build.ts; the manifest has those of the user's modules.
pub fn warn(name: &str, folder: &Path, manifest: &Manifest, log: &Log) {
    let is_known = |extension: &Extension| !extension.is_unlisted;
    if !speaks(name, &manifest.extensions) || !manifest.extensions.iter().all(is_known) {
        return;
    }
    let text = fs::read_to_string(folder.join("known-variables")).unwrap_or_default();
    let of_modules = manifest.extensions.iter().flat_map(|extension| extension.settings.iter().map(String::as_str));
    let mut known: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).chain(of_modules).collect();
    known.sort_unstable();
    let names = env::vars_os().map(|(name, _value)| name.to_string_lossy().into_owned());
    if let Some(line) = line(names, &known) {
        log.write(Level::Warn, SPEAKER, &line);
    }
}

/// Whether it is for this process to say. Where each extension is a process, the first one does.
fn speaks(name: &str, extensions: &[Extension]) -> bool {
    let position = extensions.iter().position(|extension| extension.name == name);
    position.unwrap_or(0) == 0
}

/// `known` is sorted.
fn line(names: impl Iterator<Item = String>, known: &[&str]) -> Option<String> {
    if known.is_empty() {
        return None;
    }
    let mut unknown: Vec<String> = names
        .filter(|name| known.binary_search(&name.as_str()).is_err())
        .filter_map(|name| describe(&name, known))
        .collect();
    unknown.sort();
    let subject = match unknown.len() {
        0 => return None,
        1 => "An unknown setting has",
        _ => "Unknown settings have",
    };
    let more = match unknown.len().saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    unknown.truncate(MOST_SHOWN);
    Some(format!("{subject} no effect: {}{more}.", unknown.join(", ")))
}

/// `None` if the variable is none of our business.
fn describe(name: &str, known: &[&str]) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let letters = upper.as_bytes();
    let is_ours = PREFIXES.iter().any(|prefix| upper.starts_with(prefix));
    let most = if is_ours { MOST_EDITS } else { 1 };
    // Nearly all variables have neither, so that a start costs some microseconds.
    let is_near = || PREFIXES.iter().chain(&OTHERS).any(|prefix| nearly_starts_with(letters, prefix.as_bytes()));
    let candidates = if is_ours || is_near() { known } else { with_beginning_of(letters, known) };
    let nearest = candidates
        .iter()
        .filter(|candidate| is_ours || candidate.len() >= LEAST_LENGTH)
        .filter_map(|candidate| Some((edits(letters, candidate.as_bytes(), most)?, candidate)))
        .min();
    match nearest {
        Some((_, nearest)) => Some(format!("{name} (did you mean {nearest}?)")),
        None if is_ours => Some(name.to_owned()),
        None => None,
    }
}

/// Whether it starts with the prefix but for one edit.
fn nearly_starts_with(name: &[u8], prefix: &[u8]) -> bool {
    let is_alike = name.iter().zip(prefix).take(2).any(|(a, b)| a == b)
        || name.first() == prefix.get(1)
        || name.get(1) == prefix.first();
    let length = prefix.len();
    is_alike
        && [length - 1, length, length + 1]
            .iter()
            .any(|&end| name.get(..end).map_or(false, |start| edits(start, prefix, 1).is_some()))
}

/// The known names that begin with the same letters; they stand together.
fn with_beginning_of<'a, 'b>(name: &[u8], known: &'a [&'b str]) -> &'a [&'b str] {
    let beginning = name.get(..BEGINNING).unwrap_or(name);
    let from = known.partition_point(|other| other.as_bytes() < beginning);
    let rest = known.get(from..).unwrap_or_default();
    let count = rest.iter().take_while(|other| other.as_bytes().starts_with(beginning)).count();
    rest.get(..count).unwrap_or_default()
}

/// Of our settings, and of AWS's for the extensions that ours replace.
const PREFIXES: [&str; 9] = [
    "EXTENSIONS_",
    "SECRETS_",
    "PARAMETERS_SECRETS_EXTENSION_",
    "SSM_PARAMETER_STORE_",
    "AWS_APPCONFIG_EXTENSION_",
    "APPCONFIG_",
    "TELEMETRY_",
    "INSIGHTS_",
    "LAMBDA_INSIGHTS",
];
/// Of vendors' settings, which share them with settings of the vendors' libraries.
const OTHERS: [&str; 5] = ["OTEL_", "NEW_RELIC_", "SPLUNK_", "SUMO_", "LOCAL_DEVELOPMENT_"];
/// Beyond that two names are not alike.
const MOST_EDITS: usize = 3;
/// Short names are too much alike, e.g. those of vendors' tracers.
const LEAST_LENGTH: usize = 8;
const BEGINNING: usize = 4;
const MOST_SHOWN: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 10] = [
        "EXTENSIONS_LOG_LEVEL",
        "SECRETS_PREFETCH",
        "SECRETS_MANAGER_TTL",
        "TELEMETRY_DESTINATIONS",
        "TELEMETRY_CONFIG",
        "AWS_APPCONFIG_EXTENSION_SERVICE_REGION",
        "PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL",
        "LAMBDA_INSIGHTS",
        "DD_SITE",
        "NEW_RELIC_LICENSE_KEY",
    ];

    fn line_for(names: &[&str]) -> Option<String> {
        let mut known = KNOWN;
        known.sort_unstable();
        line(names.iter().map(|&name| name.to_owned()), &known)
    }

    #[test]
    fn names_the_setting_that_was_probably_meant() {
        for (name, nearest) in [
            ("SECRETS_PREFECH", "SECRETS_PREFETCH"),
            ("SECRETS_MANAGER_TLL", "SECRETS_MANAGER_TTL"),
            ("SECRET_MANAGER_TTL", "SECRETS_MANAGER_TTL"),
            ("TELEMETRY_DESTINATION", "TELEMETRY_DESTINATIONS"),
            ("TELEMETRY_DESTINATOINS", "TELEMETRY_DESTINATIONS"),
            ("TELEMTRY_DESTINATIONS", "TELEMETRY_DESTINATIONS"),
            ("telemetry_destinations", "TELEMETRY_DESTINATIONS"),
            ("TELEMETRY_CONFGI", "TELEMETRY_CONFIG"),
            ("EXTENSION_LOG_LEVEL", "EXTENSIONS_LOG_LEVEL"),
            ("PARAMETERS_SECRETS_EXTENSIONS_LOG_LEVEL", "PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL"),
            ("PARAMETER_SECRETS_EXTENSION_LOG_LEVEL", "PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL"),
            ("LAMBDA_INSIGHT", "LAMBDA_INSIGHTS"),
            ("NEW_RELIC_LICENCE_KEY", "NEW_RELIC_LICENSE_KEY"),
        ] {
            let expected = format!("An unknown setting has no effect: {name} (did you mean {nearest}?).");
            assert_eq!(line_for(&[name]), Some(expected));
        }
    }

    #[test]
    fn finds_each_setting_by_any_one_edit() {
        for setting in KNOWN.iter().filter(|setting| setting.len() >= LEAST_LENGTH) {
            for at in 0..setting.len() {
                let (before, after) = setting.split_at(at);
                let (letter, rest) = after.split_at(1);
                let mut swapped: Vec<u8> = setting.bytes().collect();
                swapped.swap(at, (at + 1) % setting.len());
                let mut names =
                    vec![format!("{before}{rest}"), format!("{before}X{rest}"), format!("{before}X{letter}{rest}")];
                if at + 1 < setting.len() {
                    names.push(String::from_utf8(swapped).unwrap());
                }
                for name in names.iter().filter(|name| name != setting) {
                    let line = line_for(&[name]).unwrap_or_default();
                    assert!(line.contains(&format!("{name} (did you mean {setting}?)")), "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn names_what_has_a_prefix_of_ours_and_is_like_no_setting() {
        assert_eq!(
            line_for(&["AWS_APPCONFIG_EXTENSION_SERVICE_ENDPOINT"]).as_deref(),
            Some("An unknown setting has no effect: AWS_APPCONFIG_EXTENSION_SERVICE_ENDPOINT.")
        );
    }

    #[test]
    fn is_one_line_for_all_of_them() {
        assert_eq!(
            line_for(&["TELEMETRY_X", "PATH", "SECRETS_PREFECH"]).as_deref(),
            Some("Unknown settings have no effect: SECRETS_PREFECH (did you mean SECRETS_PREFETCH?), TELEMETRY_X.")
        );
        let many: Vec<String> = (0..15).map(|number| format!("TELEMETRY_UNKNOWN_{number:02}")).collect();
        let line = line(many.into_iter(), &KNOWN).unwrap();
        assert!(line.ends_with("TELEMETRY_UNKNOWN_09, and 5 more."), "{line}");
    }

    #[test]
    fn has_nothing_to_say_about_settings_and_about_variables_of_others() {
        assert_eq!(line_for(&KNOWN), None);
        assert_eq!(
            line_for(&["PATH", "AWS_REGION", "DD_SITES", "TABLE_NAME", "INSIGHT", "", "MY_SECRETS_PREFETCH"]),
            None
        );
        assert_eq!(line(["TELEMETRY_X".to_owned()].into_iter(), &[]), None);
    }
}
