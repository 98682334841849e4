//! Lambda's Extensions and Telemetry API: one keep-alive connection, one call at a time, retried until it succeeds.
use crate::log::{Level, Log, SPEAKER};
use crate::response::{self, Response};
use crate::sandbox::{resolve_authority, HOSTS_FILE};
use crate::sys;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::io::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

pub struct Api<'a> {
    authority: String,
    log: &'a Log,
    stream: Option<TcpStream>,
    /// The last call. It is retried on a new connection until its response is here.
    request: String,
    is_waiting: bool,
    received: Vec<u8>,
    failures: u32,
    retry_at: Option<Instant>,
}

impl<'a> Api<'a> {
    pub fn new(authority: String, log: &'a Log) -> Self {
        let (request, received) = (String::new(), Vec::new());
        Api { authority, log, stream: None, request, is_waiting: false, received, failures: 0, retry_at: None }
    }

    /// Sends a call; `receive` returns its response later. `headers` end with `\r\n`.
    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) {
        let host = &self.authority;
        let length = body.len();
        self.request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        self.is_waiting = true;
        self.failures = 0;
        self.send();
    }

    /// Sends a call and waits for its response. `None` when the bound has passed; without a bound it waits for ever.
    pub fn call(
        &mut self,
        bound: Option<Duration>,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Option<Response> {
        let started = Instant::now();
        self.ask(method, path, headers, body);
        loop {
            let left = bound.map(|bound| bound.saturating_sub(started.elapsed()));
            if left == Some(Duration::ZERO) {
                self.stream = None;
                self.retry_at = None;
                return None;
            }
            let timeout = [left, self.retry_in()].into_iter().flatten().min();
            sys::wait(
                &self.fd().into_iter().collect::<Vec<_>>(),
                None,
                timeout.map(|time| time.as_millis() as i32 + 1),
            );
            if let Some(response) = self.receive() {
                return Some(response);
            }
        }
    }

    /// The descriptor to wait for; `None` while there is no connection.
    pub fn fd(&self) -> Option<RawFd> {
        self.stream.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// How long until `receive` must be called for a retry.
    pub fn retry_in(&self) -> Option<Duration> {
        self.retry_at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Reads what has arrived, without waiting.
    pub fn receive(&mut self) -> Option<Response> {
        if self.retry_in() == Some(Duration::ZERO) {
            self.send();
        }
        let is_ended = self.read()?;
        if !self.is_waiting {
            self.stream = None;
            return None;
        }
        match response::parse(&self.received, is_ended) {
            Ok(None) => None,
            Ok(Some(response)) => {
                if response.ends_connection {
                    self.stream = None;
                }
                self.received.clear();
                self.is_waiting = false;
                Some(response)
            }
            Err(why) => {
                self.fail(why);
                None
            }
        }
    }

    /// Retries the last call after a delay.
    pub fn fail(&mut self, why: &str) {
        self.is_waiting = true;
        self.stream = None;
        self.received.clear();
        self.failures += 1;
        let delay_ms = if self.failures < QUICK_TRIES { 1 } else { 1_000 };
        self.retry_at = Some(Instant::now() + Duration::from_millis(delay_ms));
        if self.failures == QUIET_TRIES {
            let message = format!("Cannot reach Lambda's API at {}: {why}. Retrying.", self.authority);
            self.log.write(Level::Warn, SPEAKER, &message);
        }
    }

    fn send(&mut self) {
        self.retry_at = None;
        self.received.clear();
        let result = self.connect().and_then(|mut stream| {
            stream.write_all(self.request.as_bytes()).map_err(|error| error.to_string())?;
            Ok(stream)
        });
        match result {
            Ok(stream) => self.stream = Some(stream),
            Err(why) => self.fail(&why),
        }
    }

    /// The kept connection, or a new one.
    fn connect(&mut self) -> Result<TcpStream, String> {
        if let Some(stream) = self.stream.take() {
            return Ok(stream);
        }
        let hosts = || std::fs::read_to_string(HOSTS_FILE).unwrap_or_default();
        let address = resolve_authority(&self.authority, "").or_else(|| resolve_authority(&self.authority, &hosts()));
        let open = |address| {
            let stream = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            Ok(stream)
        };
        open(address.ok_or("no address found for this name")?).map_err(|error: std::io::Error| error.to_string())
    }

    /// Whether the connection has ended; `None` when nothing arrived.
    fn read(&mut self) -> Option<bool> {
        let stream = self.stream.as_mut()?;
        let mut buffer = [0; 8 * 1024];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return Some(true),
                Ok(count) => self.received.extend_from_slice(buffer.get(..count)?),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock && self.received.is_empty() => return None,
                Err(error) => return Some(error.kind() != ErrorKind::WouldBlock),
            }
        }
    }
}

/// Two seconds of quick retries: the Runtime Interface Emulator starts extensions before it listens.
const QUICK_TRIES: u32 = 2_000;
const QUIET_TRIES: u32 = 500;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
