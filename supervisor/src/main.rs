//! The process that Lambda starts from /opt/extensions. It accepts connections before the function starts, speaks with
//! Lambda, and starts the TypeScript host when it is needed. It survives every failure of the host, because its own end
//! would fail the function.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]
#![deny(unsafe_code)]

mod api;
mod control;
mod decision;
mod deliveries;
mod edits;
mod entrypoint;
mod event;
mod handed_texts;
mod host;
mod host_health;
mod intake;
mod listeners;
mod log;
mod log_queue;
mod log_sink;
mod loss_lines;
mod manifest;
mod now;
mod phase;
mod plan;
mod plan_json;
#[cfg(test)]
mod random;
mod read_manifest;
mod receiver;
mod redaction;
mod refusals;
mod registration;
mod response;
mod run;
mod sandbox;
mod settings;
mod store;
mod subscription;
mod supervisor;
#[allow(unsafe_code)]
mod sys;
mod texts;
mod token;
mod unknown_names;
mod with_secrets;

use api::Api;
use deliveries::Deliveries;
use intake::Intake;
use listeners::Listeners;
use log::{Level, Log, SPEAKER};
use read_manifest::read_manifest;
use receiver::Receiver;
use redaction::Redaction;
use std::env;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use store::Store;
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

    let listeners = Listeners::open(&plan, &log);
    let intake = plan.telemetry.as_ref().and_then(|telemetry| {
        let listener = intake::open(telemetry.port, &authority, &log)?;
        let store = Store::open().map_err(|why| {
            log.write(Level::Error, SPEAKER, &format!("Extensions get no telemetry, because memory has no file: {why}"))
        });
        Some((telemetry, listener, Rc::new(store.ok()?)))
    });
    let redaction = Redaction::open(&plan.redaction, token::token(&environment), &log);
    let mut api = Api::new(authority, &log);
    let is_managed = environment("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("lambda-managed-instances");
    let extension_id = registration::register(&mut api, name, is_managed, &log);
    let path = subscription::path();
    let subscribed = intake.map(|(telemetry, listener, store)| {
        let port = listener.local_addr().map_or(telemetry.port, |address| address.port());
        let outcome = subscription::subscribe(&mut api, telemetry, port, &path, &extension_id, &log);
        (outcome, listener, store)
    });
    let is_subscribed = subscribed.as_ref().map(|(outcome, ..)| *outcome == Outcome::Subscribed);
    let open = subscribed.filter(|(outcome, ..)| *outcome != Outcome::NotHere).map(|(_, listener, store)| {
        let longest = plan.store_bytes.min(LONGEST_DELIVERY);
        (Intake::new(listener, &path, is_managed, longest), store)
    });

    // The function's runtime starts meanwhile.
    unknown_names::warn(name, &folder, &manifest, &log);
    let reported = plan.reported(listeners.taken_ports());
    let store = open.as_ref().map(|(_, store)| Rc::clone(store));
    let telemetry = host::Telemetry { is_subscribed, store: store.as_ref().map(|store| store.fd()) };
    let identity = host::Identity { folder: &folder, name, id: &extension_id, telemetry, plan: &plan, reported };
    let deliveries = store
        .map(|store| Deliveries::new(plan.store_bytes as u64, Box::new(move |delivery| store.count_records(delivery))));
    let receiver = open.map(|(intake, store)| Receiver::new(intake, store));
    let supervisor = Supervisor::new(plan.start, is_managed, deliveries);
    run::run(run::World::new(supervisor, listeners, redaction, api, receiver, &log, identity))
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

/// In bytes. Lambda's have twice `maxBytes` of the subscription, and what JSON adds.
const LONGEST_DELIVERY: usize = 16 * 1024 * 1024;
