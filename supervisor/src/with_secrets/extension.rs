//! Reads values from the secrets extension on its port.
use crate::response::{self, Response};
use crate::settings::{Environment, Settings};
use crate::token::token;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

pub struct Extension {
    port: u16,
    token: String,
}

impl Extension {
    pub fn of(environment: Environment) -> Self {
        // The extension logs a malformed port itself, and uses the same default.
        let port = Settings::new(environment).port("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", 2_773);
        Extension { port, token: token(environment) }
    }

    /// The value, or why there is none.
    pub fn read(&self, path: &str) -> Result<String, String> {
        // A crash of the host resets the connection, and the supervisor starts the next host at the second request.
        let response = self.get(path).or_else(|_| self.get(path))?;
        if response.status == 200 {
            Ok(response.body)
        } else {
            Err(response.body)
        }
    }

    fn get(&self, path: &str) -> Result<Response, String> {
        let bytes = self
            .exchange(path)
            .map_err(|error| format!("the extension on port {} does not answer: {error}", self.port))?;
        Ok(response::parse(&bytes, true)?.ok_or("the response of the extension is incomplete")?)
    }

    fn exchange(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(PATIENCE))?;
        let token = &self.token;
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Aws-Parameters-Secrets-Token: {token}");
        connection.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The extension answers within bounds of its own. This bound is for an extension that never answers.
const PATIENCE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    /// Answers one connection after another with these bytes, and returns the requests.
    fn serve(responses: &'static [&'static str]) -> (Extension, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = thread::spawn(move || {
            let answer = |response: &&str| {
                let (mut connection, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    connection.read_exact(&mut byte).unwrap();
                    request.extend(byte);
                }
                connection.write_all(response.as_bytes()).unwrap();
                String::from_utf8(request).unwrap()
            };
            responses.iter().map(answer).collect()
        });
        (Extension { port, token: "a-token".into() }, requests)
    }

    #[test]
    fn sends_the_token_and_returns_the_body() {
        let (extension, requests) = serve(&["HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\na value"]);

        assert_eq!(extension.read("/path?a=b").as_deref(), Ok("a value"));
        let requests = requests.join().unwrap();
        assert!(requests[0].starts_with("GET /path?a=b HTTP/1.1\r\n"), "{requests:?}");
        assert!(requests[0].contains("\r\nX-Aws-Parameters-Secrets-Token: a-token\r\n"), "{requests:?}");
    }

    #[test]
    fn returns_the_body_of_a_refusal_as_the_reason() {
        let (extension, requests) = serve(&["HTTP/1.1 400 Bad Request\r\nContent-Length: 14\r\n\r\nno such secret"]);

        assert_eq!(extension.read("/"), Err("no such secret".into()));
        assert_eq!(requests.join().unwrap().len(), 1);
    }

    #[test]
    fn retries_once_after_a_connection_without_a_response() {
        let (extension, requests) = serve(&["", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]);

        assert_eq!(extension.read("/").as_deref(), Ok("ok"));
        assert_eq!(requests.join().unwrap().len(), 2);
    }

    #[test]
    fn gives_up_after_the_second_response_that_is_incomplete() {
        let (extension, requests) = serve(&["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"; 2]);

        assert_eq!(extension.read("/"), Err("the connection was closed".into()));
        assert_eq!(requests.join().unwrap().len(), 2);
    }

    #[test]
    fn uses_the_port_and_the_token_of_the_environment() {
        let of = |variables: &'static [(&str, &str)]| {
            let found =
                |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let Extension { port, token } = Extension::of(&found);
            (port, token)
        };
        const SESSION: (&str, &str) = ("AWS_SESSION_TOKEN", "session");

        assert_eq!(of(&[]), (2_773, "".into()));
        assert_eq!(of(&[("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", " 4000 "), SESSION]), (4_000, "session".into()));
    }
}
