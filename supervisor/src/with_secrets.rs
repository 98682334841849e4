//! `/opt/bin/with-secrets`, to be named in AWS_LAMBDA_EXEC_WRAPPER: fills variables whose values name a secret or a parameter,
//! through the extension, and becomes the runtime.
use crate::response::{self, Response};
use crate::settings::Settings;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// Does not come back: the process becomes the command that follows, or ends with one line for each variable that cannot be filled.
pub fn run(arguments: Vec<OsString>) -> ! {
    let references = std::env::vars_os().filter_map(|(variable, value)| {
        let path = path_of(value.to_str()?)?;
        Some((variable, path))
    });
    let reads: Vec<_> = references.map(|(variable, path)| (variable, thread::spawn(move || read(&path)))).collect();

    let wrapper = std::env::var_os("EXTENSIONS_EXEC_WRAPPER").filter(|wrapper| !wrapper.is_empty());
    let mut words = wrapper.into_iter().chain(arguments);
    let program =
        words.next().unwrap_or_else(|| give_up("expects the command to run, as AWS_LAMBDA_EXEC_WRAPPER gets it"));
    let mut command = Command::new(&program);
    command.args(words).env_remove("EXTENSIONS_EXEC_WRAPPER");

    let mut is_complete = true;
    for (variable, read) in reads {
        match read.join().unwrap_or_else(|_| Err("the read failed".to_owned())) {
            Ok(value) => {
                command.env(variable, value);
            }
            Err(why) => {
                is_complete = false;
                complain(&format!("{} cannot be filled: {why}", variable.to_string_lossy()));
            }
        }
    }
    if !is_complete {
        std::process::exit(1);
    }
    let error = command.exec();
    give_up(&format!("{} cannot be started: {error}", program.to_string_lossy()))
}

/// `secretsmanager:ID`, `ssm:NAME`, each with `#FIELD` behind it for one field of a value that is JSON.
fn path_of(value: &str) -> Option<String> {
    let (service, reference) = value.split_once(':')?;
    let (name, field) = reference.split_once('#').unwrap_or((reference, ""));
    let name = encode(name);
    let wanted = match service {
        _ if name.is_empty() => return None,
        "secretsmanager" => format!("/secretsmanager/get?secretId={name}"),
        "ssm" => format!("/systemsmanager/parameters/get?withDecryption=true&name={name}"),
        _ => return None,
    };
    Some(if field.is_empty() { wanted + "&format=text" } else { wanted + "&format=text&jsonKey=" + &encode(field) })
}

fn read(path: &str) -> Result<String, String> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let port = Settings::new(&|name| std::env::var(name).ok()).port("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", 2773);
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Aws-Parameters-Secrets-Token: {}\r\nConnection: close\r\n\r\n",
        token(variable)
    );
    let attempt = || -> Result<Response, String> {
        let answer =
            ask(port, &request).map_err(|error| format!("the extension on port {port} does not answer: {error}"))?;
        Ok(response::parse(&answer, true)?.ok_or("the extension's answer is not complete")?)
    };
    // A host may have died of its first request, and another one is started for the second.
    let answer = attempt().or_else(|_| attempt())?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        Err(answer.body)
    }
}

/// What proves to the extension that we belong to this environment; with SnapStart there is no session token.
fn token(variable: impl Fn(&str) -> String) -> String {
    let session = variable("AWS_SESSION_TOKEN");
    if session.is_empty() {
        variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    } else {
        session
    }
}

fn ask(port: u16, request: &str) -> std::io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    Ok(answer)
}

fn encode(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn complain(message: &str) {
    println!("[with-secrets] ERROR {}", message.replace(['\n', '\r'], " "));
}

fn give_up(message: &str) -> ! {
    complain(message);
    std::process::exit(1)
}

/// The extension answers within its own bounds; this is for one that does not answer at all.
const PATIENCE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::{path_of, token};

    #[test]
    fn references_become_requests() {
        for (value, path) in [
            ("secretsmanager:prod/db", "/secretsmanager/get?secretId=prod/db&format=text"),
            ("secretsmanager:prod/db#password", "/secretsmanager/get?secretId=prod/db&format=text&jsonKey=password"),
            (
                "secretsmanager:arn:aws:secretsmanager:eu-central-1:1:secret:a-1#a.b",
                "/secretsmanager/get?secretId=arn:aws:secretsmanager:eu-central-1:1:secret:a-1&format=text&jsonKey=a.b",
            ),
            ("ssm:/app/key", "/systemsmanager/parameters/get?withDecryption=true&name=/app/key&format=text"),
            ("ssm:a b&c=ü", "/systemsmanager/parameters/get?withDecryption=true&name=a%20b%26c%3D%C3%BC&format=text"),
        ] {
            assert_eq!(path_of(value).as_deref(), Some(path));
        }
    }

    #[test]
    fn shows_the_session_token_or_that_of_the_container_credentials() {
        let of =
            |session: &str| token(|name| if name == "AWS_SESSION_TOKEN" { session } else { "container" }.to_owned());

        assert_eq!([of("session"), of("")], ["session", "container"]);
    }

    #[test]
    fn other_values_stay_as_they_are() {
        for value in ["", "text", "https://example.org", "arn:aws:ssm:x", "ssm:", "secretsmanager:#key", "SSM:/app"] {
            assert_eq!(path_of(value), None);
        }
    }
}
