//! `/opt/bin/with-secrets`, for AWS_LAMBDA_EXEC_WRAPPER. It replaces references to secrets and parameters in variables with
//! their values, and then becomes the runtime.
mod extension;
mod reference;

use crate::settings::{Environment, Settings};
use extension::Extension;
use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

/// Never returns. The process becomes the command in `arguments`, or logs a line for each variable that fails and exits.
pub fn run(arguments: Vec<OsString>) -> ! {
    let mut words = another_wrapper().into_iter().chain(arguments);
    let program =
        words.next().unwrap_or_else(|| give_up("No command to run. Set AWS_LAMBDA_EXEC_WRAPPER to this file."));
    let mut command = Command::new(&program);
    command.args(words).env_remove(WRAPPER);

    if let Some(why) = why_not_into_snapshot(&|variable| env::var(variable).ok(), references().next().is_some()) {
        give_up(why)
    }
    let values = read_values().unwrap_or_else(|failures| {
        failures.iter().for_each(|failure| log_error(failure));
        std::process::exit(1)
    });
    let error = command.envs(values).exec();
    give_up(&format!("Cannot start {}: {error}", program.to_string_lossy()))
}

/// The variables that hold references, with their values. All reads run at the same time.
fn read_values() -> Result<Vec<(OsString, String)>, Vec<String>> {
    let extension = Extension::of(&|variable| env::var(variable).ok());
    let references = references();
    let (mut values, mut failures) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        let extension = &extension;
        let reads: Vec<_> =
            references.map(|(variable, path)| (variable, scope.spawn(move || extension.read(&path)))).collect();
        for (variable, read) in reads {
            match read.join().unwrap_or_else(|_| Err("the read failed".to_owned())) {
                Ok(value) if value.contains('\0') => failures.push(format!(
                    "Cannot fill {}: the value has a NUL character, which no variable can hold",
                    variable.to_string_lossy()
                )),
                Ok(value) => values.push((variable, value)),
                Err(why) => failures.push(format!("Cannot fill {}: {why}", variable.to_string_lossy())),
            }
        }
    });
    if failures.is_empty() {
        Ok(values)
    } else {
        Err(failures)
    }
}

/// The variables that hold references, with the paths where the extension has their values.
fn references() -> impl Iterator<Item = (OsString, String)> {
    env::vars_os().filter_map(|(variable, value)| {
        let path = reference::path_of(value.to_str()?)?;
        Some((variable, path))
    })
}

/// With SnapStart the values would lie in the snapshot, and nothing could renew them there.
fn why_not_into_snapshot(environment: Environment, has_references: bool) -> Option<&'static str> {
    let settings = Settings::new(environment);
    let is_snap_start = settings.text("AWS_LAMBDA_INITIALIZATION_TYPE").as_deref() == Some("snap-start");
    if has_references && is_snap_start && !settings.asks(IN_SNAPSHOT) {
        Some("With SnapStart, values in variables lie in the snapshot, and no rotation changes them. Read them in afterRestore of lambda-node-extended/snapstart, or set SECRETS_IN_SNAPSHOT=true.")
    } else {
        None
    }
}

fn another_wrapper() -> Option<OsString> {
    env::var_os(WRAPPER).filter(|wrapper| !wrapper.is_empty())
}

fn give_up(message: &str) -> ! {
    log_error(message);
    std::process::exit(1)
}

fn log_error(message: &str) {
    println!("[with-secrets] ERROR {}", message.replace(['\n', '\r'], " "));
}

/// Set by an owner who accepts that.
const IN_SNAPSHOT: &str = "SECRETS_IN_SNAPSHOT";
/// Names another wrapper that runs after this one.
const WRAPPER: &str = "EXTENSIONS_EXEC_WRAPPER";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_values_into_a_snapshot_only_where_its_owner_says_so() {
        let refuses = |start: &str, consent: &str, has_references: bool| {
            let environment = |variable: &str| match variable {
                "AWS_LAMBDA_INITIALIZATION_TYPE" => Some(start.to_owned()),
                IN_SNAPSHOT if !consent.is_empty() => Some(consent.to_owned()),
                _ => None,
            };
            why_not_into_snapshot(&environment, has_references).is_some()
        };

        assert!(refuses("snap-start", "", true));
        assert!(refuses("snap-start", "false", true));
        assert!(!refuses("snap-start", "true", true));
        assert!(!refuses("snap-start", "", false));
        assert!(!refuses("on-demand", "", true));
    }
}
