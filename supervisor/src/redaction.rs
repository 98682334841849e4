//! The port where the function hands over what it read by itself, so that telemetry redacts it. No host is needed for that.
use crate::handed_texts::{take_lines, Outcome};
use crate::listeners::listen;
use crate::log::{Level, Log};
use crate::plan::Redaction as Planned;
use crate::texts::{self, Texts};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::io::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

/// A caller sends `token TOKEN`, `text BASE64` for each text, and `texts-end`. The answer `taken` says that all are kept.
pub struct Redaction {
    /// `None` where no extension redacts, or where callers could prove nothing.
    listener: Option<TcpListener>,
    token: String,
    callers: Vec<Caller>,
    /// When `accept` may be called again. It failed: this process has no descriptors left.
    pause_until: Option<Instant>,
    texts: Texts,
}

struct Caller {
    stream: TcpStream,
    since: Instant,
    received: Vec<u8>,
    is_proven: bool,
}

impl Redaction {
    pub fn open(planned: &Option<Planned>, token: String, log: &Log) -> Redaction {
        let listener = planned.as_ref().filter(|_| !token.is_empty()).and_then(|Planned { extension, port }| {
            listen(IpAddr::V4(Ipv4Addr::LOCALHOST), *port)
                .map_err(|why| {
                    let what = "Values that the function reads by itself are not redacted, because";
                    log.write(Level::Error, extension, &format!("{what} {why}"));
                })
                .ok()
        });
        Redaction::new(listener, token)
    }

    fn new(listener: Option<TcpListener>, token: String) -> Redaction {
        Redaction { listener, token, callers: Vec::new(), pause_until: None, texts: Texts::default() }
    }

    /// Keeps a text that the host knows already.
    pub fn keep(&mut self, text: &str) {
        self.texts.keep(text);
    }

    /// What a host gets at its start.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    pub fn fds(&self) -> Vec<RawFd> {
        let listener = self.listener.iter().filter(|_| !self.is_full()).map(AsRawFd::as_raw_fd);
        listener.chain(self.callers.iter().map(|caller| caller.stream.as_raw_fd())).collect()
    }

    /// How long until callers must be looked at again, if there is a reason to.
    pub fn due_in(&self) -> Option<Duration> {
        let pause = self.pause_until.map(|until| until.saturating_duration_since(Instant::now()));
        let sweep = (!self.callers.is_empty()).then_some(SWEEP);
        [pause.filter(|left| !left.is_zero()), sweep].into_iter().flatten().min()
    }

    /// Takes what callers sent. `on_new` gets the control line of each text that is new, before its caller gets an answer.
    pub fn serve(&mut self, on_new: &mut dyn FnMut(&str)) {
        self.accept();
        let (token, texts) = (&self.token, &mut self.texts);
        self.callers.retain_mut(|caller| {
            let is_open = caller.serve(token, &mut |text| {
                if texts.keep(text) {
                    on_new(&texts::line(text));
                }
            });
            is_open && caller.since.elapsed() < LONGEST
        });
    }

    fn accept(&mut self) {
        while !self.is_full() {
            match self.listener.as_ref().map(TcpListener::accept) {
                Some(Ok((stream, _))) if stream.set_nonblocking(true).is_ok() => self.callers.push(Caller::new(stream)),
                Some(Err(error)) if error.kind() != ErrorKind::WouldBlock => {
                    // The caller stays in the backlog, so the next wait would end at once, again and again.
                    self.pause_until = Some(Instant::now() + PAUSE);
                }
                _ => return,
            }
        }
    }

    fn is_full(&self) -> bool {
        self.callers.len() >= MOST || self.pause_until.map_or(false, |until| Instant::now() < until)
    }
}

impl Caller {
    fn new(stream: TcpStream) -> Caller {
        Caller { stream, since: Instant::now(), received: Vec::new(), is_proven: false }
    }

    /// Whether the connection stays open.
    fn serve(&mut self, token: &str, on_text: &mut dyn FnMut(&str)) -> bool {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => return false,
            Ok(count) => self.received.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) => return matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
        match take_lines(&mut self.received, &mut self.is_proven, token, on_text) {
            Outcome::More => true,
            Outcome::Refused => false,
            Outcome::Taken => {
                // Few bytes on a new connection always have room.
                let _ = self.stream.write_all(b"taken\n");
                false
            }
        }
    }
}

const MOST: usize = 16;
const PAUSE: Duration = Duration::from_millis(500);
/// How often callers that send nothing are looked at.
const SWEEP: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "the-token";
    const HANDED: &[u8] = b"token the-token\ntext aHVudGVyMg==\ntext cm9vdA==\ntexts-end\n";

    #[test]
    fn answers_over_a_socket_after_the_text_was_passed_on_and_keeps_it_for_the_next_host() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let mut caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut redaction = Redaction::new(Some(listener), TOKEN.to_owned());
        caller.write_all(HANDED).unwrap();
        caller.set_nonblocking(true).unwrap();
        let mut passed_on = Vec::new();

        while redaction.callers.is_empty() && passed_on.is_empty() {
            redaction.serve(&mut |line| {
                passed_on.push(line.to_owned());
                // Nothing was answered yet.
                assert_eq!(caller.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::WouldBlock);
            });
        }
        while !redaction.callers.is_empty() {
            redaction.serve(&mut |line| passed_on.push(line.to_owned()));
        }

        caller.set_nonblocking(false).unwrap();
        let mut answer = String::new();
        caller.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "taken\n");
        assert_eq!(passed_on, ["text aHVudGVyMg==", "text cm9vdA=="]);
        assert_eq!(redaction.texts().lines().collect::<Vec<_>>(), passed_on);
    }

    #[test]
    fn closes_a_connection_that_sends_nothing_for_too_long() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut redaction = Redaction::new(None, TOKEN.to_owned());
        redaction.callers.push(Caller { since: Instant::now() - LONGEST, ..Caller::new(stream) });

        redaction.serve(&mut |_| ());

        assert_eq!(caller.read(&mut [0; 9]).unwrap(), 0);
    }
}
