//! The process that Lambda starts from /opt/extensions. It accepts connections before the function starts, speaks with
//! Lambda, and starts the TypeScript host when it is needed. Whatever happens to the host, this process lives on, because
//! its end would fail the function.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]
#![deny(unsafe_code)]

mod answer;
mod api;
mod control;
mod event;
mod host;
mod listeners;
mod log;
mod manifest;
mod plan;
#[cfg(test)]
mod random;
mod refusals;
mod run;
mod sandbox;
mod settings;
mod supervise;
#[allow(unsafe_code)]
mod sys;
mod with_secrets;

use api::Api;
use listeners::{Listeners, SPEAKER, TELEMETRY};
use log::{Level, Log};
use manifest::{Extension, Manifest};
use plan::Telemetry;
use std::path::{Path, PathBuf};
use std::time::Duration;
use supervise::Supervisor;

fn main() {
    let program = PathBuf::from(std::env::args_os().next().unwrap_or_default());
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name == "with-secrets" {
        with_secrets::run(std::env::args_os().skip(1).collect());
    }
    let folder = match program.parent() {
        Some(parent) if parent.is_absolute() => parent.join("../lambda-node-extended"),
        _ => PathBuf::from("/opt/lambda-node-extended"),
    };
    let environment = |variable: &str| std::env::var_os(variable).map(|text| text.to_string_lossy().into_owned());

    let plan = plan::plan(&name, &read_manifest(&folder), &environment);
    let is_json = environment("AWS_LAMBDA_LOG_FORMAT").as_deref() == Some("JSON");
    let log = Log { threshold: plan.log_level, is_json };
    for problem in &plan.problems {
        log.write(Level::Warn, SPEAKER, problem);
    }
    let authority = environment("AWS_LAMBDA_RUNTIME_API").unwrap_or_else(|| {
        give_up(&log, "AWS_LAMBDA_RUNTIME_API is not set: this program is started by Lambda or an emulator of it")
    });

    let listeners = Listeners::open(&plan, &log);
    let mut api = Api::new(authority, &log);
    let is_managed = environment("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("lambda-managed-instances");
    let extension_id = register(&mut api, &name, is_managed, &log);
    let is_subscribed = match &plan.telemetry {
        Some(telemetry) if listeners.names().contains(&TELEMETRY) => {
            subscribe(&mut api, telemetry, &extension_id, &log)
        }
        _ => false,
    };
    let identity = host::Identity { folder: &folder, name: &name, id: &extension_id, is_subscribed };
    let supervisor = Supervisor::new(plan.start, is_managed);
    run::run(run::World::new(supervisor, listeners, api, &log, identity))
}

/// What the extensions declare, with the user's modules that declare nothing.
fn read_manifest(folder: &Path) -> Manifest {
    let undeclared = |name: &str| Extension { name: name.to_owned(), is_undeclared: true, ..Extension::default() };
    let mut manifest =
        std::fs::read_to_string(folder.join("manifest")).map(|text| manifest::parse(&text)).unwrap_or_else(|_| {
            // Without it nothing is known of any extension.
            Manifest { extensions: vec![undeclared("host")], ..Manifest::default() }
        });
    for entry in std::fs::read_dir(folder.join("modules")).into_iter().flatten().flatten() {
        let file = PathBuf::from(entry.file_name());
        let is_module = file.extension().map_or(false, |ending| ending == "js" || ending == "cjs" || ending == "mjs");
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        if is_module && !manifest.extensions.iter().any(|extension| extension.name == name) {
            manifest.extensions.push(undeclared(&name));
        }
    }
    manifest
}

/// Returns the identifier that Lambda gives. Without one nothing can be done.
fn register(api: &mut Api, name: &str, is_managed: bool, log: &Log) -> String {
    let events = if is_managed { r#"["SHUTDOWN"]"# } else { r#"["INVOKE","SHUTDOWN"]"# };
    let headers = format!("Content-Type: application/json\r\nLambda-Extension-Name: {name}\r\n");
    let body = format!("{{\"events\":{events}}}");
    match api.call(None, "POST", "/2020-01-01/extension/register", &headers, &body) {
        Some(answer) if answer.status == 200 && answer.identifier.is_some() => answer.identifier.unwrap_or_default(),
        Some(answer) => give_up(log, &answer.refusal("register")),
        None => give_up(log, "register was not answered"),
    }
}

/// Asks for deliveries to the telemetry socket, and returns whether there will be any. Whatever the answer, the function
/// keeps working.
fn subscribe(api: &mut Api, telemetry: &Telemetry, extension_id: &str, log: &Log) -> bool {
    let (port, types, delay_ms) = (telemetry.port, telemetry.types.join("\",\""), telemetry.delay_ms);
    let headers = format!("Content-Type: application/json\r\nLambda-Extension-Identifier: {extension_id}\r\n");
    let buffering = format!("{{\"maxItems\":1000,\"maxBytes\":262144,\"timeoutMs\":{delay_ms}}}");
    let destination = format!("{{\"protocol\":\"HTTP\",\"URI\":\"http://{}:{port}\"}}", sandbox::SANDBOX);
    let body = format!(
        "{{\"schemaVersion\":\"2025-01-29\",\"types\":[\"{types}\"],\"buffering\":{buffering},\"destination\":{destination}}}"
    );
    let answer = api.call(Some(SUBSCRIBE_BOUND), "PUT", "/2022-07-01/telemetry", &headers, &body);
    match answer {
        Some(answer) if answer.status == 200 => return true,
        Some(answer) if answer.status == 202 || answer.status == 404 => {
            log.write(Level::Info, SPEAKER, "there is no Telemetry API here: extensions that use it get nothing");
        }
        answer => {
            let why =
                answer.map_or("was not answered".to_owned(), |answer| answer.refusal("the telemetry subscription"));
            log.write(Level::Error, SPEAKER, &format!("there is no telemetry: {why}"));
        }
    }
    false
}

/// For what only a new environment can heal.
fn give_up(log: &Log, why: &str) -> ! {
    log.write(Level::Error, SPEAKER, &format!("ends, because it can do nothing more: {why}"));
    std::process::exit(1)
}

const SUBSCRIBE_BOUND: Duration = Duration::from_secs(2);
