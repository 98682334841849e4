//! The process that Lambda starts from /opt/extensions. It accepts connections before the function starts, speaks with
//! Lambda, and starts the TypeScript host when it is needed. It survives every failure of the host, because its own end
//! would fail the function.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]
#![deny(unsafe_code)]

mod api;
mod control;
mod entrypoint;
mod event;
mod host;
mod host_health;
mod listeners;
mod log;
mod log_queue;
mod log_sink;
mod manifest;
mod now;
mod phase;
mod plan;
#[cfg(test)]
mod random;
mod read_manifest;
mod redaction;
mod refusals;
mod registration;
mod response;
mod run;
mod sandbox;
mod settings;
mod subscription;
mod supervisor;
#[allow(unsafe_code)]
mod sys;
mod texts;
mod token;
mod unknown_names;
mod with_secrets;

use api::Api;
use listeners::Listeners;
use log::{Level, Log, SPEAKER};
use read_manifest::read_manifest;
use redaction::Redaction;
use std::env;
use std::path::{Path, PathBuf};
use subscription::Outcome;
use supervisor::Supervisor;

/// One file has several names, and does what its name says. A second static file would add up to 1.3 MB to the image. A script
/// that stands in for a name passes its own path: `supervisor --as /opt/bin/with-secrets COMMAND…`.
fn main() {
    let mut arguments = env::args_os().peekable();
    let mut program = PathBuf::from(arguments.next().unwrap_or_default());
    if arguments.next_if(|first| first == "--as").is_some() {
        program = PathBuf::from(arguments.next().unwrap_or_default());
    }
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match name.as_str() {
        "with-secrets" => with_secrets::run(arguments.collect()),
        "entrypoint" => entrypoint::run(&program, arguments),
        _ if arguments.next().map_or(false, |first| first == "--version") => println!("{}", env!("CARGO_PKG_VERSION")),
        _ => supervise(&program, &name),
    }
}

fn supervise(program: &Path, name: &str) -> ! {
    let folder = folder_beside(program);
    let manifest = read_manifest(&folder);
    let plan = plan::plan(name, &manifest, &environment);

    let is_json = environment("AWS_LAMBDA_LOG_FORMAT").as_deref() == Some("JSON");
    let log = Log::new(plan.log_level, is_json);
    for problem in &plan.problems {
        log.write(Level::Warn, SPEAKER, &problem.to_string());
    }
    let authority = environment("AWS_LAMBDA_RUNTIME_API").unwrap_or_else(|| {
        log.exit("AWS_LAMBDA_RUNTIME_API is not set. Only Lambda, or an emulator of it, can start this program.")
    });

    let mut listeners = Listeners::open(&plan, &authority, &log);
    let redaction = Redaction::open(&plan.redaction, token::token(&environment), &log);
    let mut api = Api::new(authority, &log);
    let is_managed = environment("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("lambda-managed-instances");
    let extension_id = registration::register(&mut api, name, is_managed, &log);
    let telemetry_path = subscription::path();
    let is_subscribed = match (&plan.telemetry, listeners.telemetry_port()) {
        (Some(telemetry), Some(port)) => {
            let outcome = subscription::subscribe(&mut api, telemetry, port, &telemetry_path, &extension_id, &log);
            if outcome == Outcome::NotHere {
                listeners.close_telemetry();
            }
            Some(outcome == Outcome::Subscribed)
        }
        _ => None,
    };

    // The function's runtime starts meanwhile.
    unknown_names::warn(name, &folder, &manifest, &log);
    let reported = plan.reported(listeners.taken_ports());
    let telemetry = host::TelemetryIntake { is_subscribed, path: &telemetry_path };
    let identity = host::Identity { folder: &folder, name, id: &extension_id, telemetry, plan: &plan, reported };
    let supervisor = Supervisor::new(plan.start, is_managed);
    run::run(run::World::new(supervisor, listeners, redaction, api, &log, identity))
}

/// Where the host and the manifest are. In /opt both folders are siblings; tests have copies elsewhere.
fn folder_beside(program: &Path) -> PathBuf {
    match program.parent() {
        Some(parent) if parent.is_absolute() => parent.join("../lambda-node-extended"),
        _ => PathBuf::from("/opt/lambda-node-extended"),
    }
}

fn environment(variable: &str) -> Option<String> {
    env::var_os(variable).map(|text| text.to_string_lossy().into_owned())
}
