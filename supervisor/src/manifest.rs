//! What the extensions declare; written by extensions/host/manifest.ts. Pure.

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    pub telemetry_port: Port,
    /// Where the function hands over what it read by itself.
    pub redaction_port: Port,
    /// Where the host answers health checks and shows its counters.
    pub host_port: Port,
    pub extensions: Vec<Extension>,
}

/// A port, and the variable that overrides it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Port {
    pub variable: String,
    pub fallback: u16,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Extension {
    pub name: String,
    /// Sockets by their names.
    pub listens: Vec<(String, Port)>,
    /// The variable that leaves them closed where it says no.
    pub listens_when: Option<String>,
    /// UDP sockets by their names.
    pub receives: Vec<(String, Port)>,
    /// What opens them; `None`: they are always opened.
    pub receives_when: Option<NamedIn>,
    /// Variables, of which one turns it on; `None`: it is always on.
    pub enabled: Option<Vec<String>>,
    /// Variables, of which one asks for the host right after the first `next`; an empty list: it always asks.
    pub starts: Option<Vec<String>>,
    pub telemetry_types: Vec<String>,
    /// The variable that overrides these types.
    pub telemetry_types_variable: Option<String>,
    pub telemetry_delay: Option<Delay>,
    /// The variables of its settings.
    pub settings: Vec<String>,
    /// It must know what the function read by itself.
    pub redacts: bool,
    /// It declares neither sockets nor when to start, so the host must run before the function starts.
    pub is_undeclared: bool,
    /// A module that the manifest does not name: nothing is known of it.
    pub is_unlisted: bool,
}

/// A variable that is true or false. If it is neither, it holds where `word` is in the text of one of `others`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NamedIn {
    pub variable: String,
    pub word: String,
    pub others: Vec<String>,
}

/// How long Lambda may collect records, in milliseconds: by the first word of a variable.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delay {
    pub variable: String,
    pub fallback_ms: u32,
    pub by_word: Vec<(String, u32)>,
}

/// One fact a line, the extension's facts below its name. What is no fact is passed over.
pub fn parse(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), manifest.extensions.last_mut()) {
            // The name is a file's, and may have blanks.
            (["extension", name @ ..], _) if !name.is_empty() => {
                manifest.extensions.push(Extension { name: name.join(" "), ..Extension::default() });
            }
            (["telemetry-port", variable, fallback], _) => manifest.telemetry_port = port(variable, fallback),
            (["redaction-port", variable, fallback], _) => manifest.redaction_port = port(variable, fallback),
            (["host-port", variable, fallback], _) => manifest.host_port = port(variable, fallback),
            (["listens", socket, variable, fallback], Some(extension)) => {
                extension.listens.push(((*socket).to_owned(), port(variable, fallback)));
            }
            (["listens-when", variable], Some(extension)) => extension.listens_when = Some((*variable).to_owned()),
            (["receives", socket, variable, fallback], Some(extension)) => {
                extension.receives.push(((*socket).to_owned(), port(variable, fallback)));
            }
            (["receives-when", variable, word, others @ ..], Some(extension)) => {
                let (variable, word) = ((*variable).to_owned(), (*word).to_owned());
                extension.receives_when = Some(NamedIn { variable, word, others: owned(others) });
            }
            (["enabled", variables @ ..], Some(extension)) => extension.enabled = Some(owned(variables)),
            (["starts", variables @ ..], Some(extension)) => extension.starts = Some(owned(variables)),
            (["telemetry", types @ ..], Some(extension)) => extension.telemetry_types = owned(types),
            (["telemetry-types", variable], Some(extension)) => {
                extension.telemetry_types_variable = Some((*variable).to_owned());
            }
            (["telemetry-delay", variable, fallback, words @ ..], Some(extension)) => {
                extension.telemetry_delay = Some(delay(variable, fallback, words));
            }
            (["settings", variables @ ..], Some(extension)) => extension.settings = owned(variables),
            (["redacts"], Some(extension)) => extension.redacts = true,
            (["undeclared"], Some(extension)) => extension.is_undeclared = true,
            _ => (),
        }
    }
    manifest
}

fn port(variable: &str, fallback: &str) -> Port {
    Port { variable: variable.to_owned(), fallback: fallback.parse().unwrap_or_default() }
}

fn delay(variable: &str, fallback: &str, words: &[&str]) -> Delay {
    let by_word = words.iter().filter_map(|word| {
        let (word, delay_ms) = word.split_once('=')?;
        Some((word.to_owned(), delay_ms.parse().ok()?))
    });
    let fallback_ms = fallback.parse().unwrap_or(LONGEST_USUAL_MS);
    Delay { variable: variable.to_owned(), fallback_ms, by_word: by_word.collect() }
}

pub fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Lambda's own default.
pub const LONGEST_USUAL_MS: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const TEXT: &str = "# comment\ntelemetry-port EXTENSIONS_TELEMETRY_PORT 2775\nredaction-port REDACTION 2776\n\
        host-port HOST 2774\n\
        extension secrets\nlistens secrets PORT 2773\nstarts PREFETCH\n\
        extension telemetry\nlistens-when SERVED\nreceives stats STATS 8125\nreceives-when RECEIVED word A B\nenabled OTLP LOKI\nstarts\ntelemetry platform function\n\
        telemetry-types TYPES\ntelemetry-delay FLUSH 25 periodic=1000 x=y\nsettings FLUSH TYPES\nredacts\nextension own\nundeclared\n";

    #[test]
    fn reads_the_facts_of_each_extension() {
        let manifest = parse(TEXT);

        assert_eq!(manifest.telemetry_port.fallback, 2_775);
        assert_eq!(manifest.redaction_port, Port { variable: "REDACTION".into(), fallback: 2_776 });
        assert_eq!(manifest.host_port, Port { variable: "HOST".into(), fallback: 2_774 });
        let [secrets, telemetry, own] = <[Extension; 3]>::try_from(manifest.extensions).unwrap();
        assert_eq!(secrets.listens, [("secrets".into(), Port { variable: "PORT".into(), fallback: 2_773 })]);
        assert_eq!((secrets.enabled, secrets.starts), (None, Some(vec!["PREFETCH".into()])));
        assert_eq!(telemetry.listens_when.as_deref(), Some("SERVED"));
        assert_eq!(telemetry.receives, [("stats".into(), Port { variable: "STATS".into(), fallback: 8_125 })]);
        let named = NamedIn { variable: "RECEIVED".into(), word: "word".into(), others: owned(&["A", "B"]) };
        assert_eq!(telemetry.receives_when, Some(named));
        assert_eq!(telemetry.enabled, Some(vec!["OTLP".into(), "LOKI".into()]));
        assert_eq!(telemetry.starts, Some(vec![]));
        assert_eq!(telemetry.telemetry_types, ["platform", "function"]);
        assert_eq!(telemetry.telemetry_types_variable.as_deref(), Some("TYPES"));
        let by_word = vec![("periodic".into(), 1_000)];
        assert_eq!(telemetry.telemetry_delay, Some(Delay { variable: "FLUSH".into(), fallback_ms: 25, by_word }));
        assert_eq!(telemetry.settings, ["FLUSH", "TYPES"]);
        assert_eq!((secrets.redacts, telemetry.redacts), (false, true));
        assert!(own.is_undeclared);
    }

    #[test]
    fn keeps_the_facts_of_an_extension_apart_whose_name_has_blanks() {
        let manifest = parse("extension telemetry\nenabled OTLP\nextension my audit\nenabled AUDIT\n");

        let enabled: Vec<_> = manifest.extensions.into_iter().map(|one| (one.name, one.enabled.unwrap())).collect();
        assert_eq!(enabled, [("telemetry".into(), owned(&["OTLP"])), ("my audit".into(), owned(&["AUDIT"]))]);
    }

    #[test]
    fn passes_over_what_it_does_not_know_and_never_panics() {
        assert_eq!(parse("listens a B 1\nnonsense\nextension\n").extensions, []);
        let mut random = Random::new(4);
        for _ in 0..20_000 {
            parse(&String::from_utf8_lossy(&random.mutate(TEXT.as_bytes())));
        }
    }
}
