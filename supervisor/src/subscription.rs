//! Asks Lambda to deliver telemetry to the socket that this process has opened.
use crate::api::Api;
use crate::log::{Level, Log, SPEAKER};
use crate::plan::Telemetry;
use crate::sandbox::SANDBOX;
use std::time::Duration;

/// Returns whether Lambda will deliver. A failure costs telemetry only, never the function.
pub fn subscribe(api: &mut Api, telemetry: &Telemetry, extension_id: &str, log: &Log) -> bool {
    let headers = format!("Content-Type: application/json\r\nLambda-Extension-Identifier: {extension_id}\r\n");
    let response = api.call(Some(BOUND), "PUT", "/2022-07-01/telemetry", &headers, &body(telemetry));
    let why = match response {
        Some(response) if response.status == 200 => return true,
        Some(response) if response.status == 202 || response.status == 404 => {
            log.write(Level::Info, SPEAKER, "This environment has no Telemetry API. Extensions get no telemetry.");
            return false;
        }
        Some(response) => response.failure("the telemetry subscription"),
        None => format!("the telemetry subscription got no response in {} s", BOUND.as_secs()),
    };
    log.write(Level::Error, SPEAKER, &format!("Extensions get no telemetry, because {why}"));
    false
}

fn body(telemetry: &Telemetry) -> String {
    let (port, types, delay_ms) = (telemetry.port, telemetry.types.join("\",\""), telemetry.delay_ms);
    let buffering = format!("{{\"maxItems\":1000,\"maxBytes\":262144,\"timeoutMs\":{delay_ms}}}");
    let destination = format!("{{\"protocol\":\"HTTP\",\"URI\":\"http://{SANDBOX}:{port}\"}}");
    format!(
        "{{\"schemaVersion\":\"2025-01-29\",\"types\":[\"{types}\"],\"buffering\":{buffering},\"destination\":{destination}}}"
    )
}

const BOUND: Duration = Duration::from_secs(2);
