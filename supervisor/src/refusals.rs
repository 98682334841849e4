//! Callers that get 503 from the supervisor, because no host can start.
use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::io::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Refusals {
    callers: Vec<Caller>,
    /// When `accept` may be called again. It failed: this process has no descriptors left.
    pause_until: Option<Instant>,
}

struct Caller {
    stream: TcpStream,
    since: Instant,
    is_answered: bool,
}

impl Refusals {
    /// Whether no other caller can be accepted now.
    pub fn is_full(&self) -> bool {
        self.callers.len() >= MOST || self.pause_until.map_or(false, |until| Instant::now() < until)
    }

    /// How long until callers must be looked at again, if there is a reason to.
    pub fn due_in(&self) -> Option<Duration> {
        let pause = self.pause_until.map(|until| until.saturating_duration_since(Instant::now()));
        let sweep = (!self.callers.is_empty()).then_some(SWEEP);
        [pause.filter(|left| !left.is_zero()), sweep].into_iter().flatten().min()
    }

    pub fn is_empty(&self) -> bool {
        self.callers.is_empty()
    }

    pub fn fds(&self) -> Vec<RawFd> {
        self.callers.iter().map(|caller| caller.stream.as_raw_fd()).collect()
    }

    pub fn accept(&mut self, listener: &TcpListener) {
        self.take(listener.accept().map(|(stream, _)| stream));
    }

    fn take(&mut self, accepted: Result<TcpStream>) {
        match accepted {
            Ok(stream) if stream.set_nonblocking(true).is_ok() => {
                self.callers.push(Caller { stream, since: Instant::now(), is_answered: false })
            }
            Ok(_) => (),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionAborted) => (),
            // The caller stays in the backlog, so the next wait would end at once, again and again.
            Err(_) => self.pause_until = Some(Instant::now() + PAUSE),
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
const PAUSE: Duration = Duration::from_millis(500);
/// How often callers that send nothing are looked at.
const SWEEP: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Error;

    #[test]
    fn accepts_nobody_for_a_while_when_there_is_no_descriptor_left() {
        let mut refusals = Refusals::default();
        assert_eq!((refusals.is_full(), refusals.due_in()), (false, None));

        refusals.take(Err(Error::from_raw_os_error(EMFILE)));

        assert!(refusals.is_full());
        assert!(refusals.due_in().unwrap() <= PAUSE);
        refusals.pause_until = Some(Instant::now());
        assert_eq!((refusals.is_full(), refusals.due_in()), (false, None));
    }

    #[test]
    fn goes_on_when_a_caller_has_left_before_it_was_accepted() {
        let mut refusals = Refusals::default();

        refusals.take(Err(ErrorKind::WouldBlock.into()));
        refusals.take(Err(ErrorKind::ConnectionAborted.into()));

        assert!(!refusals.is_full());
    }

    const EMFILE: i32 = 24;
}
