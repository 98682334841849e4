//! Callers that get 503 from the supervisor, because no host can start.
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::io::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Refusals {
    callers: Vec<Caller>,
}

struct Caller {
    stream: TcpStream,
    since: Instant,
    is_answered: bool,
}

impl Refusals {
    pub fn is_full(&self) -> bool {
        self.callers.len() >= MOST
    }

    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    pub fn fds(&self) -> Vec<RawFd> {
        self.callers.iter().map(|caller| caller.stream.as_raw_fd()).collect()
    }

    pub fn accept(&mut self, listener: &TcpListener) {
        if let Ok((stream, _)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok() {
                self.callers.push(Caller { stream, since: Instant::now(), is_answered: false });
            }
        }
    }

    /// Reads from every caller and answers those that have sent something. The caller closes the connection, or a timeout
    /// does. If the supervisor closed it first, the caller could get a reset before it reads the response.
    pub fn serve(&mut self, why: &str) {
        self.callers.retain_mut(|caller| caller.serve(why) && caller.since.elapsed() < LONGEST);
    }
}

impl Caller {
    /// Whether the connection stays open.
    fn serve(&mut self, why: &str) -> bool {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(_) if self.is_answered => return true,
            Ok(_) => (),
            Err(error) => return matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
        self.is_answered = true;
        let head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close";
        let response = format!("{head}\r\nContent-Length: {}\r\n\r\n{why}", why.len());
        self.stream.write_all(response.as_bytes()).and_then(|()| self.stream.shutdown(Shutdown::Write)).is_ok()
    }
}

const MOST: usize = 64;
const LONGEST: Duration = Duration::from_secs(5);
