//! Decides from the manifest and the environment what this process does. Pure.
use crate::log::LEVELS;
use crate::manifest::{owned, Extension, Manifest, LONGEST_USUAL_MS};
use crate::settings::{Environment, Settings};

#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    pub sockets: Vec<Socket>,
    /// `None` where nobody wants any.
    pub telemetry: Option<Telemetry>,
    pub start: Start,
    /// Index in `LEVELS`.
    pub log_level: usize,
    pub problems: Vec<String>,
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
    let start_word = settings.one_of(START, &START_WORDS, AUTO);
    let enabled = settings.list("EXTENSIONS_ENABLED").unwrap_or_else(|| vec!["auto".to_owned()]);
    let has = |word: &str| enabled.iter().any(|other| other == word);

    let known: Vec<&str> = manifest.extensions.iter().map(|extension| extension.name.as_str()).collect();
    let is_here = |other: &str| name == COMBINED || !known.contains(&name) || name == other;
    let asks = |settings: &Settings, variables: &[String]| variables.iter().any(|variable| settings.asks(variable));
    let chosen: Vec<_> = manifest
        .extensions
        .iter()
        .filter(|extension| is_here(&extension.name) && !has("none"))
        .filter(|extension| match &extension.enabled {
            _ if !has("auto") => has(&extension.name),
            Some(variables) => asks(&settings, variables),
            None => true,
        })
        .collect();
    if !has("none") && !has("auto") {
        for word in enabled.iter().filter(|word| !known.contains(&word.as_str())) {
            let expected = format!("expected auto, none, or some of {}", known.join(", "));
            settings.problems.push(format!("EXTENSIONS_ENABLED names \"{word}\": {expected}. Ignoring it."));
        }
    }

    let mut sockets = Vec::new();
    let mut types: Vec<String> = Vec::new();
    let mut delay_ms = u32::MAX;
    for extension in &chosen {
        let is_open = extension.listens_when.as_ref().map_or(true, |variable| !settings.denies(variable));
        for (socket, port) in extension.listens.iter().filter(|_| is_open) {
            let port = settings.port(&port.variable, port.fallback);
            sockets.push(Socket { name: socket.clone(), extension: extension.name.clone(), port });
        }
        let wanted = telemetry_types(extension, &settings);
        if !wanted.is_empty() {
            delay_ms = delay_ms.min(telemetry_delay_ms(extension, &settings));
        }
        for name in wanted {
            if !types.contains(&name) {
                types.push(name);
            }
        }
    }
    let is_any_undeclared = chosen.iter().any(|extension| extension.is_undeclared);
    if is_any_undeclared && !types.is_empty() {
        // There is but one subscription, and only its host can tell what such a module wants.
        types = owned(&TELEMETRY_TYPES);
    }
    // Also where nobody here wants any: a module may open it in the host, which leaves it to us to say what is wrong.
    let port = settings.port(&manifest.telemetry_port.variable, manifest.telemetry_port.fallback);
    let telemetry = (!types.is_empty()).then_some(Telemetry { port, types, delay_ms });

    let asks_for_start = |variables: &Vec<String>| variables.is_empty() || asks(&settings, variables);
    let start = match START_WORDS.get(start_word) {
        _ if is_any_undeclared => Start::Eager,
        Some(&"after-next") if !chosen.is_empty() => Start::AfterNext,
        Some(&"auto") if chosen.iter().any(|extension| extension.starts.as_ref().map_or(false, asks_for_start)) => {
            Start::AfterNext
        }
        _ => Start::OnDemand,
    };
    Plan { sockets, telemetry, start, log_level, problems: settings.problems }
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
pub const START: &str = "EXTENSIONS_START";
pub const START_WORDS: [&str; 3] = ["auto", "on-demand", "after-next"];
/// Index in `START_WORDS`.
pub const AUTO: usize = 0;
const COMBINED: &str = "lambda-node-extended";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::parse;

    const MANIFEST: &str = "telemetry-port EXTENSIONS_TELEMETRY_PORT 2775\n\
        extension secrets\nlistens secrets PORT 2773\nstarts PREFETCH\n\
        extension telemetry\nenabled OTLP LOKI\nlistens otlp OTLP_PORT 4318\nlistens-when SERVED\nstarts\ntelemetry platform function\n\
        telemetry-types TYPES\ntelemetry-delay FLUSH 25 periodic=500\n\
        extension insights\nenabled INSIGHTS\nstarts\ntelemetry platform\n";

    fn planned(name: &str, manifest: &str, variables: &[(&str, &str)]) -> Plan {
        let find = |wanted: &str| variables.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.to_string());
        plan(name, &parse(manifest), &find)
    }

    fn ports(plan: &Plan) -> Vec<(&str, u16)> {
        plan.sockets.iter().map(|socket| (socket.name.as_str(), socket.port)).collect()
    }

    #[test]
    fn waits_for_a_connection_to_what_is_always_on() {
        let plan = planned(COMBINED, MANIFEST, &[]);

        assert_eq!(ports(&plan), [("secrets", 2_773)]);
        assert_eq!((plan.start, plan.telemetry, plan.problems), (Start::OnDemand, None, vec![]));
    }

    #[test]
    fn starts_after_next_when_a_variable_asks_for_it_and_for_telemetry_when_it_turns_that_on() {
        assert_eq!(planned(COMBINED, MANIFEST, &[("PREFETCH", "prod/db")]).start, Start::AfterNext);

        let plan = planned(COMBINED, MANIFEST, &[("LOKI", "http://x"), ("INSIGHTS", "true")]);
        assert_eq!(plan.start, Start::AfterNext);
        let types = vec!["platform".into(), "function".into()];
        assert_eq!(plan.telemetry, Some(Telemetry { port: 2_775, types, delay_ms: 25 }));
        assert_eq!(ports(&plan), [("secrets", 2_773), ("otlp", 4_318)]);
    }

    #[test]
    fn asks_for_the_telemetry_that_variables_name_as_soon_as_they_want_it() {
        let planned = |types: &str, flush: &str| {
            let plan = planned(COMBINED, MANIFEST, &[("LOKI", "x"), ("TYPES", types), ("FLUSH", flush)]);
            plan.telemetry.map(|telemetry| (telemetry.types.join(","), telemetry.delay_ms)).unwrap()
        };

        assert_eq!(planned("platform", "Periodic,20000"), ("platform".to_owned(), 500));
        assert_eq!(planned("extension, logs", "end"), ("extension".to_owned(), 25));
        assert_eq!(planned("logs", ""), ("platform,function".to_owned(), 25));
    }

    #[test]
    fn leaves_ports_closed_that_a_variable_says_no_to() {
        let planned = |served: &str| planned("telemetry", MANIFEST, &[("LOKI", "x"), ("SERVED", served)]);

        for no in ["false", "FALSE", "0"] {
            assert_eq!(ports(&planned(no)), [], "{no}");
        }
        for yes in ["true", "1", "", "perhaps"] {
            assert_eq!(ports(&planned(yes)), [("otlp", 4_318)], "{yes}");
        }
    }

    #[test]
    fn takes_false_for_no() {
        assert_eq!(planned(COMBINED, MANIFEST, &[("INSIGHTS", "False")]).telemetry, None);
    }

    #[test]
    fn obeys_the_policy_and_does_not_start_a_host_without_extensions() {
        assert_eq!(planned(COMBINED, MANIFEST, &[(START, "after-next")]).start, Start::AfterNext);
        assert_eq!(planned(COMBINED, MANIFEST, &[(START, "on-demand"), ("PREFETCH", "a")]).start, Start::OnDemand);
        for none in ["none", "none,secrets", "auto,none"] {
            let none = planned(COMBINED, MANIFEST, &[(START, "after-next"), ("EXTENSIONS_ENABLED", none)]);
            assert_eq!((none.start, none.sockets, none.problems), (Start::OnDemand, vec![], vec![]));
        }
    }

    #[test]
    fn runs_what_the_list_names_and_says_what_it_does_not_know() {
        let plan = planned(COMBINED, MANIFEST, &[("EXTENSIONS_ENABLED", "telemetry,metrics")]);

        assert_eq!(ports(&plan), [("otlp", 4_318)]);
        let expected =
            "EXTENSIONS_ENABLED names \"metrics\": expected auto, none, or some of secrets, telemetry, insights. Ignoring it.";
        assert_eq!(plan.problems, [expected]);
    }

    #[test]
    fn runs_one_extension_under_its_name_and_all_under_any_other() {
        assert_eq!(ports(&planned("secrets", MANIFEST, &[("LOKI", "x")])), [("secrets", 2_773)]);
        assert_eq!(ports(&planned("telemetry", MANIFEST, &[])), []);
        assert_eq!(ports(&planned("renamed", MANIFEST, &[])), [("secrets", 2_773)]);
    }

    #[test]
    fn waits_for_the_host_when_a_module_declares_nothing() {
        let manifest = format!("{MANIFEST}extension own\nundeclared\n");

        assert_eq!(planned(COMBINED, &manifest, &[]).start, Start::Eager);
        assert_eq!(planned("secrets", &manifest, &[]).start, Start::OnDemand);
    }

    #[test]
    fn asks_for_all_telemetry_when_a_module_that_declares_nothing_may_want_more() {
        let manifest = format!("{MANIFEST}extension own\nundeclared\n");

        let types = |variables| planned(COMBINED, &manifest, variables).telemetry.map(|telemetry| telemetry.types);

        assert_eq!(types(&[("LOKI", "x"), ("TYPES", "platform")]).unwrap(), TELEMETRY_TYPES);
        assert_eq!(types(&[]), None);
    }

    #[test]
    fn says_what_is_wrong_with_a_port_and_uses_the_usual_one() {
        let plan = planned(COMBINED, MANIFEST, &[("PORT", "none"), ("EXTENSIONS_TELEMETRY_PORT", "0")]);

        assert_eq!(ports(&plan), [("secrets", 2_773)]);
        let expected = [
            "PORT is \"none\": expected a whole number from 1 to 65535. Using 2773.",
            "EXTENSIONS_TELEMETRY_PORT is \"0\": expected a whole number from 1 to 65535. Using 2775.",
        ];
        assert_eq!(plan.problems, expected);
    }
}
