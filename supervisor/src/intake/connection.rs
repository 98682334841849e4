//! One connection: reads requests and answers them.
use crate::deliveries::RecordCounter;
use crate::intake::body::Body;
use crate::intake::caller::{refusal, DeliveryPath};
use crate::intake::request::{parse, Malformed, Request};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::os::unix::io::{AsRawFd, RawFd};

/// A body that has arrived.
pub enum Arrived<'a> {
    Delivery {
        body: &'a [u8],
        sequence_id: Option<&'a str>,
    },
    /// Longer than any that can be stored, so that only its records were counted.
    TooLong {
        records: u64,
    },
}

/// What the connections of one server share.
pub struct Shared<'a> {
    pub path: &'a mut DeliveryPath,
    /// Of all bodies that are being read, in bytes.
    pub in_flight: &'a mut usize,
    pub longest: usize,
    /// What is read goes through it, so that nobody clears one for each read.
    pub scratch: &'a mut [u8],
    /// Stores a delivery, or not, and returns the status of the response.
    pub on_arrived: &'a mut dyn FnMut(Arrived) -> u16,
    /// Told why a request was refused.
    pub on_refused: &'a mut dyn FnMut(&'static str),
}

pub struct Connection {
    stream: TcpStream,
    /// The address that the caller has connected to.
    own: IpAddr,
    received: Vec<u8>,
    state: State,
    /// For how many ticks a request has been unfinished.
    ticks: u32,
}

enum State {
    Head,
    Body {
        request: Request,
        rest: Body,
        content: Content,
    },
    /// It is answered for the last time. What still comes is thrown away: if this side closed first, the caller could get a
    /// reset before it reads the response.
    Leaving,
}

enum Content {
    Kept(Vec<u8>),
    /// Only counted, because it is too long.
    Counted(RecordCounter),
    /// There is no room for it now.
    Dropped,
}

impl Connection {
    pub fn new(stream: TcpStream) -> Self {
        let own = stream.local_addr().map_or(IpAddr::from([127, 0, 0, 1]), |address| address.ip());
        Connection { stream, own, received: Vec::new(), state: State::Head, ticks: 0 }
    }

    pub fn fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }

    /// Gives the room of what was read back.
    pub fn forget(&mut self) {
        self.received = Vec::from(self.received.as_slice());
    }

    /// Whether its caller is in the middle of something that must end in time.
    pub fn is_unfinished(&self) -> bool {
        !matches!(self.state, State::Head) || !self.received.is_empty()
    }

    /// Reads and answers what is there. Returns whether the connection stays open.
    pub fn serve(&mut self, shared: &mut Shared) -> bool {
        match self.stream.read(shared.scratch) {
            Ok(0) => return false,
            Ok(_) if matches!(self.state, State::Leaving) => return true,
            Ok(count) => self.received.extend_from_slice(shared.scratch.get(..count).unwrap_or_default()),
            Err(error) => return matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        }
        while !self.received.is_empty() {
            let is_further = match std::mem::replace(&mut self.state, State::Head) {
                State::Head => self.read_head(shared),
                State::Body { request, rest, content } => self.read_body(request, rest, content, shared),
                State::Leaving => {
                    self.state = State::Leaving;
                    self.received.clear();
                    return true;
                }
            };
            match is_further {
                Some(true) => (),
                Some(false) => return true,
                None => return false,
            }
        }
        true
    }

    /// Counts a tick. Returns whether the connection stays open.
    pub fn tick(&mut self, shared: &mut Shared) -> bool {
        self.ticks = if self.is_unfinished() { self.ticks + 1 } else { 0 };
        if self.ticks < MOST_TICKS {
            return true;
        }
        if matches!(self.state, State::Leaving) {
            return false;
        }
        self.release(shared.in_flight);
        self.refuse(408, "it was not finished within 10 s", shared).is_some()
    }

    /// Gives back what its body takes of the room for all.
    pub fn release(&self, in_flight: &mut usize) {
        if let State::Body { content: Content::Kept(body), .. } = &self.state {
            *in_flight -= body.len();
        }
    }

    /// Whether there may be more to read in what was received; `None` when the connection is useless.
    fn read_head(&mut self, shared: &mut Shared) -> Option<bool> {
        let (request, length) = match parse(&self.received) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => return Some(false),
            Err(Malformed::NotHttp) => return self.refuse(400, "it is not HTTP", shared),
            Err(Malformed::TooLong) => return self.refuse(431, "its headers exceed 64 KiB", shared),
        };
        self.received.drain(..length);
        if let Some((status, why)) = refusal(&request, shared.path, self.own) {
            return self.refuse(status, why, shared);
        }
        let rest = match Body::start(request.framing) {
            Some(rest) => rest,
            None => return self.refuse(411, "nothing says how long its body is", shared),
        };
        if request.header("expect").map_or(false, |value| value.eq_ignore_ascii_case("100-continue")) {
            self.write("HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        self.ticks = 0;
        if rest == Body::Complete {
            return self.answer(&request, Content::Kept(Vec::new()), shared);
        }
        self.state = State::Body { request, rest, content: Content::Kept(Vec::new()) };
        Some(true)
    }

    fn read_body(
        &mut self,
        request: Request,
        mut rest: Body,
        mut content: Content,
        shared: &mut Shared,
    ) -> Option<bool> {
        let used = rest.read(&self.received, &mut |bytes| content.add(bytes, shared));
        match used {
            Ok(used) => drop(self.received.drain(..used)),
            Err(()) => {
                content.release(shared.in_flight);
                return self.refuse(400, "its body is not HTTP", shared);
            }
        }
        if rest == Body::Complete {
            return self.answer(&request, content, shared);
        }
        self.state = State::Body { request, rest, content };
        Some(true)
    }

    fn answer(&mut self, request: &Request, content: Content, shared: &mut Shared) -> Option<bool> {
        content.release(shared.in_flight);
        let status = match &content {
            Content::Kept(body) => {
                (shared.on_arrived)(Arrived::Delivery { body, sequence_id: request.header("sequence-id") })
            }
            Content::Counted(counter) => (shared.on_arrived)(Arrived::TooLong { records: counter.records() }),
            Content::Dropped => 503,
        };
        if request.ends_connection {
            return self.leave(status);
        }
        self.write(&response(status, ""))?;
        Some(true)
    }

    fn refuse(&mut self, status: u16, why: &'static str, shared: &mut Shared) -> Option<bool> {
        (shared.on_refused)(why);
        self.leave(status)
    }

    fn leave(&mut self, status: u16) -> Option<bool> {
        self.state = State::Leaving;
        self.received = Vec::new();
        self.ticks = 0;
        self.write(&response(status, "Connection: close\r\n"))?;
        self.stream.shutdown(Shutdown::Write).ok()?;
        Some(false)
    }

    /// `None` when a response of some bytes does not fit: then nobody reads them.
    fn write(&mut self, text: &str) -> Option<()> {
        self.stream.write_all(text.as_bytes()).ok()
    }
}

impl Content {
    fn add(&mut self, bytes: &[u8], shared: &mut Shared) {
        match self {
            Content::Kept(body) if body.len() + bytes.len() > shared.longest => {
                let mut counter = RecordCounter::default();
                counter.read(body);
                counter.read(bytes);
                *shared.in_flight -= body.len();
                *self = Content::Counted(counter);
            }
            Content::Kept(body) if *shared.in_flight + bytes.len() > MOST_IN_FLIGHT => {
                *shared.in_flight -= body.len();
                *self = Content::Dropped;
            }
            Content::Kept(body) => {
                body.extend_from_slice(bytes);
                *shared.in_flight += bytes.len();
            }
            Content::Counted(counter) => counter.read(bytes),
            Content::Dropped => (),
        }
    }

    fn release(&self, in_flight: &mut usize) {
        if let Content::Kept(body) = self {
            *in_flight -= body.len();
        }
    }
}

fn response(status: u16, headers: &str) -> String {
    let reason = match status {
        200 => "OK",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        411 => "Length Required",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable\r\nRetry-After: 1",
        _ => "Bad Request",
    };
    format!("HTTP/1.1 {status} {reason}\r\n{headers}Content-Length: 0\r\n\r\n")
}

/// Ticks are a second apart.
const MOST_TICKS: u32 = 10;
/// So that many callers who send slowly hold no more memory than one long delivery.
const MOST_IN_FLIGHT: usize = 16 * 1024 * 1024;
