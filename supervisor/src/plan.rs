//! Decides from the manifest and the environment what this process does. Pure.
use crate::log::{json_text, LEVELS};
use crate::manifest::{owned, Extension, Manifest, LONGEST_USUAL_MS};
use crate::settings::{Environment, Problem, Settings};
use std::ops::RangeInclusive;

#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whether this process is the only one of ours.
    pub is_combined: bool,
    pub extensions: Vec<Planned>,
    pub sockets: Vec<Socket>,
    /// Where the host shows its counters; `None` where no extension runs, or several hosts would open it.
    pub host_port: Option<u16>,
    /// `None` where nobody wants any.
    pub telemetry: Option<Telemetry>,
    /// `None` where no extension redacts.
    pub redaction: Option<Redaction>,
    pub start: Start,
    /// Whether what the extensions use later is loaded as soon as the host is ready.
    pub warms_up: bool,
    /// Whether all that runs is in the manifest. If not, only the host can make the plan that it needs.
    pub is_complete: bool,
    /// How many bytes of telemetry are kept for the host.
    pub store_bytes: usize,
    /// Index in `LEVELS`.
    pub log_level: usize,
    pub problems: Vec<Problem>,
}

/// An extension that runs, and the telemetry that it gets.
#[derive(Debug, PartialEq, Eq)]
pub struct Planned {
    pub name: String,
    pub telemetry: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Socket {
    pub name: String,
    pub extension: String,
    pub port: u16,
}

/// What Lambda is asked to deliver.
#[derive(Debug, PartialEq, Eq)]
pub struct Telemetry {
    pub port: u16,
    pub types: Vec<String>,
    /// How long Lambda may collect records before it delivers them.
    pub delay_ms: u32,
}

/// Where the function hands over what it read by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Redaction {
    /// That redacts it.
    pub extension: String,
    pub port: u16,
}

/// When the host is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the first connection.
    OnDemand,
    /// When the first wait for an event has begun.
    AfterNext,
    /// Before that wait, which then waits for the host.
    Eager,
}

/// What the executable named `name` does: all extensions under `lambda-node-extended`, under an extension's name that one.
pub fn plan(name: &str, manifest: &Manifest, environment: Environment) -> Plan {
    let mut settings = Settings::new(environment);
    let log_level = settings.one_of("EXTENSIONS_LOG_LEVEL", &LEVELS, 1);
    let start_word = START_WORDS.get(settings.one_of(START, &START_WORDS, AUTO)).copied().unwrap_or_default();

    let is_combined = name == COMBINED || !manifest.extensions.iter().any(|extension| extension.name == name);
    let here: Vec<_> = manifest.extensions.iter().filter(|extension| is_combined || extension.name == name).collect();
    let chosen = choose(&here, manifest, &mut settings);
    let sockets = sockets(&chosen, &mut settings);
    // Read also where nobody here wants them: the host leaves it to us to report a problem.
    let redaction_port = settings.port(&manifest.redaction_port.variable, manifest.redaction_port.fallback);
    let telemetry_port = settings.port(&manifest.telemetry_port.variable, manifest.telemetry_port.fallback);
    let host_port = settings.port(&manifest.host_port.variable, manifest.host_port.fallback);
    let store_bytes = settings.whole_number(STORE_BYTES, STORE_FALLBACK, STORE_RANGE) as usize;
    Plan {
        is_combined,
        extensions: chosen
            .iter()
            .map(|extension| Planned { name: extension.name.clone(), telemetry: telemetry_types(extension, &settings) })
            .collect(),
        sockets,
        // Without a manifest there is no number.
        host_port: Some(host_port).filter(|&port| is_combined && port != 0 && !chosen.is_empty()),
        redaction: chosen
            .iter()
            .find(|extension| extension.redacts)
            .map(|extension| Redaction { extension: extension.name.clone(), port: redaction_port }),
        telemetry: subscription(&chosen, telemetry_port, &settings),
        start: start(&chosen, start_word, &settings),
        warms_up: start_word == AFTER_NEXT || (is_for_snapshot(&settings, start_word) && !chosen.is_empty()),
        is_complete: !chosen.iter().any(|extension| extension.is_unlisted),
        store_bytes,
        log_level,
        problems: settings.problems,
    }
}

/// Those that `EXTENSIONS_ENABLED` names, or that their own variables turn on.
fn choose<'a>(here: &[&'a Extension], manifest: &Manifest, settings: &mut Settings) -> Vec<&'a Extension> {
    let enabled = settings.list(ENABLED).unwrap_or_else(|| vec!["auto".to_owned()]);
    let has = |word: &str| enabled.iter().any(|other| other == word);
    if has("none") {
        return Vec::new();
    }
    if has("auto") {
        let is_on = |extension: &&&Extension| match &extension.enabled {
            Some(variables) => settings.asks_any(variables),
            None => true,
        };
        return here.iter().filter(is_on).copied().collect();
    }
    let known: Vec<_> = manifest.extensions.iter().map(|extension| extension.name.as_str()).collect();
    for word in enabled.iter().filter(|word| !known.contains(&word.as_str())) {
        let (word, known) = (json_text(word), known.join(", "));
        let message = format!("no extension is called {word}; expected auto, none, or some of {known}. Ignoring it.");
        settings.complain(ENABLED, &enabled.join(","), message);
    }
    here.iter().filter(|extension| has(&extension.name)).copied().collect()
}

fn sockets(chosen: &[&Extension], settings: &mut Settings) -> Vec<Socket> {
    let mut sockets = Vec::new();
    for extension in chosen {
        let is_open = extension.listens_when.as_ref().map_or(true, |variable| !settings.denies(variable));
        for (socket, port) in extension.listens.iter().filter(|_| is_open) {
            let port = settings.port(&port.variable, port.fallback);
            sockets.push(Socket { name: socket.clone(), extension: extension.name.clone(), port });
        }
    }
    sockets
}

/// Lambda takes one subscription of a process: all types, as soon as the most impatient extension wants them.
fn subscription(chosen: &[&Extension], port: u16, settings: &Settings) -> Option<Telemetry> {
    let mut types: Vec<String> = Vec::new();
    let mut delay_ms = None;
    for extension in chosen {
        for name in telemetry_types(extension, settings) {
            let own_ms = telemetry_delay_ms(extension, settings);
            delay_ms = Some(delay_ms.map_or(own_ms, |others_ms: u32| others_ms.min(own_ms)));
            if !types.contains(&name) {
                types.push(name);
            }
        }
    }
    if chosen.iter().any(|extension| extension.is_unlisted) {
        // Only the host can tell what such a module wants, and then it is too late to subscribe again.
        types = owned(&TELEMETRY_TYPES);
    }
    // Environments of managed instances are never idle, and their invocations overlap: nobody waits for one's end.
    let is_managed = settings.text("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("lambda-managed-instances");
    let shortest_ms = if is_managed { LONGEST_USUAL_MS } else { 0 };
    delay_ms.map(|delay_ms| Telemetry { port, types, delay_ms: delay_ms.max(shortest_ms) })
}

fn start(chosen: &[&Extension], word: &str, settings: &Settings) -> Start {
    let asks = |extension: &&Extension| {
        extension.starts.as_ref().map_or(false, |variables| variables.is_empty() || settings.asks_any(variables))
    };
    if chosen.iter().any(|extension| extension.is_undeclared || extension.is_unlisted) {
        return Start::Eager;
    }
    if is_for_snapshot(settings, word) && !chosen.is_empty() {
        return Start::Eager;
    }
    let is_early = match word {
        AFTER_NEXT => !chosen.is_empty(),
        "auto" => chosen.iter().any(asks),
        _ => false,
    };
    if is_early {
        Start::AfterNext
    } else {
        Start::OnDemand
    }
}

/// With SnapStart the host belongs into the snapshot, ready and warm: no restore waits for its start.
fn is_for_snapshot(settings: &Settings, word: &str) -> bool {
    settings.text("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("snap-start") && word != "on-demand"
}

/// The types that the variable names, if it names any that there are.
fn telemetry_types(extension: &Extension, settings: &Settings) -> Vec<String> {
    let named = extension.telemetry_types_variable.as_ref().and_then(|variable| settings.list(variable));
    let known: Vec<String> =
        named.into_iter().flatten().filter(|name| TELEMETRY_TYPES.contains(&name.as_str())).collect();
    if known.is_empty() {
        return extension.telemetry_types.clone();
    }
    known
}

fn telemetry_delay_ms(extension: &Extension, settings: &Settings) -> u32 {
    let delay = match &extension.telemetry_delay {
        Some(delay) => delay,
        None => return LONGEST_USUAL_MS,
    };
    let word = settings.list(&delay.variable).and_then(|words| words.into_iter().next()).unwrap_or_default();
    let found = delay.by_word.iter().find(|(known, _)| *known == word.to_lowercase());
    found.map_or(delay.fallback_ms, |&(_, delay_ms)| delay_ms)
}

const TELEMETRY_TYPES: [&str; 3] = ["platform", "function", "extension"];
const ENABLED: &str = "EXTENSIONS_ENABLED";
pub const START: &str = "EXTENSIONS_START";
pub const AFTER_NEXT: &str = "after-next";
pub const START_WORDS: [&str; 3] = ["auto", "on-demand", AFTER_NEXT];
pub const STORE_BYTES: &str = "EXTENSIONS_TELEMETRY_STORE_BYTES";
pub const STORE_FALLBACK: u64 = 8 * 1024 * 1024;
pub const STORE_RANGE: RangeInclusive<u64> = 1024 * 1024..=256 * 1024 * 1024;
/// Index in `START_WORDS`.
pub const AUTO: usize = 0;
const COMBINED: &str = "lambda-node-extended";

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
