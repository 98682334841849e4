//! Asks Lambda to deliver telemetry to the socket that this process has opened.
use crate::api::Api;
use crate::log::{Level, Log, SPEAKER};
use crate::plan::Telemetry;
use crate::sandbox::SANDBOX;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

#[derive(PartialEq, Eq)]
pub enum Outcome {
    Subscribed,
    /// This environment has no Telemetry API, so nobody will deliver.
    NotHere,
    /// There may be deliveries nonetheless: perhaps only the response is lost.
    Failed,
}

/// A path that nobody can guess, by which the host knows Lambda's deliveries; `/` when the system has no random numbers.
pub fn path() -> String {
    let mut bytes = [0; 16];
    match File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)) {
        Ok(()) => bytes.iter().fold("/".to_owned(), |path, byte| format!("{path}{byte:02x}")),
        Err(_) => "/".to_owned(),
    }
}

/// A failure costs telemetry only, never the function.
pub fn subscribe(
    api: &mut Api,
    telemetry: &Telemetry,
    port: u16,
    path: &str,
    extension_id: &str,
    log: &Log,
) -> Outcome {
    let headers = format!("Content-Type: application/json\r\nLambda-Extension-Identifier: {extension_id}\r\n");
    let response = api.call(Some(BOUND), "PUT", "/2022-07-01/telemetry", &headers, &body(telemetry, port, path));
    let why = match response {
        Some(response) if response.status == 200 => return Outcome::Subscribed,
        Some(response) if response.status == 202 || response.status == 404 => {
            log.write(Level::Info, SPEAKER, "This environment has no Telemetry API. Extensions get no telemetry.");
            return Outcome::NotHere;
        }
        Some(response) => response.failure("the telemetry subscription"),
        None => format!("the telemetry subscription got no response in {} s", BOUND.as_secs()),
    };
    log.write(Level::Error, SPEAKER, &format!("Extensions get no telemetry, because {why}"));
    Outcome::Failed
}

fn body(telemetry: &Telemetry, port: u16, path: &str) -> String {
    let (types, delay_ms) = (telemetry.types.join("\",\""), telemetry.delay_ms);
    let buffering = format!("{{\"maxItems\":1000,\"maxBytes\":262144,\"timeoutMs\":{delay_ms}}}");
    let destination = format!("{{\"protocol\":\"HTTP\",\"URI\":\"http://{SANDBOX}:{port}{path}\"}}");
    format!(
        "{{\"schemaVersion\":\"2025-01-29\",\"types\":[\"{types}\"],\"buffering\":{buffering},\"destination\":{destination}}}"
    )
}

const BOUND: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_another_path_each_time() {
        let (one, other) = (path(), path());

        assert_ne!(one, other);
        assert_eq!((one.len(), one.starts_with('/')), (33, true), "{one}");
        assert!(one.trim_start_matches('/').bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    }
}
