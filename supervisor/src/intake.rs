//! The HTTP server to which Lambda posts telemetry. It reads no JSON.
pub mod body;
mod caller;
mod connection;
mod repeated;
pub mod request;

use crate::listeners::listen;
use crate::log::{Level, Log, SPEAKER};
use crate::sandbox::{is_loopback, resolve, HOSTS_FILE, SANDBOX};
use crate::sys::NO_FD;
use caller::DeliveryPath;
use connection::{Connection, Shared};
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::io::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

pub use connection::Arrived;
pub use repeated::Repeated;

pub struct Intake {
    listener: TcpListener,
    path: DeliveryPath,
    /// Those used most recently come last.
    connections: Vec<Connection>,
    in_flight: usize,
    longest: usize,
    scratch: Vec<u8>,
    ticked_at: Instant,
    /// Until the next tick: this process has no descriptors left, so the next wait would end at once, again and again.
    is_paused: bool,
    /// Reasons of refusals that are in the log.
    said: Vec<&'static str>,
}

impl Intake {
    /// Deliveries of more than `longest` bytes are counted and not kept.
    pub fn new(listener: TcpListener, path: &str, may_drop_path: bool, longest: usize) -> Self {
        let path = DeliveryPath::new(path, may_drop_path);
        let (connections, said) = (Vec::new(), Vec::new());
        let (ticked_at, is_paused) = (Instant::now(), false);
        let scratch = vec![0; READ_BYTES];
        Intake { listener, path, connections, in_flight: 0, longest, scratch, ticked_at, is_paused, said }
    }

    /// Overwrites what passed through its buffers. Bodies have blocks of their own, which are overwritten when they are given back.
    pub fn forget(&mut self) {
        self.scratch.fill(0);
        self.connections.iter_mut().for_each(Connection::forget);
    }

    /// The listener first.
    pub fn fds(&self) -> Vec<RawFd> {
        let listener = if self.is_paused { NO_FD } else { self.listener.as_raw_fd() };
        [listener].into_iter().chain(self.connections.iter().map(Connection::fd)).collect()
    }

    /// How long until `serve` must be called though nothing has arrived.
    pub fn due_in(&self) -> Option<Duration> {
        let is_unfinished = self.connections.iter().any(Connection::is_unfinished);
        (is_unfinished || self.is_paused).then(|| TICK.saturating_sub(self.ticked_at.elapsed()))
    }

    /// Serves those of `fds` that have something to read.
    pub fn serve(&mut self, is_ready: &[bool], on_arrived: &mut dyn FnMut(Arrived) -> u16, log: &Log) {
        let Intake { path, in_flight, longest, scratch, said, .. } = self;
        let mut on_refused = |why: &'static str| {
            if !said.contains(&why) {
                log.write(Level::Warn, SPEAKER, &format!("Refused a telemetry delivery, because {why} (logged once)."));
                said.push(why);
            }
        };
        let is_tick = self.ticked_at.elapsed() >= TICK;
        let (longest, on_refused) = (*longest, &mut on_refused);
        let mut shared = Shared { path, in_flight, longest, scratch, on_arrived, on_refused };
        let (mut idle, mut used) = (Vec::new(), Vec::new());
        for (index, mut connection) in self.connections.drain(..).enumerate() {
            let is_readable = is_ready.get(index + 1) == Some(&true);
            let stays = !is_readable || connection.serve(&mut shared);
            if stays && (!is_tick || connection.tick(&mut shared)) {
                if is_readable { &mut used } else { &mut idle }.push(connection);
            } else {
                connection.release(shared.in_flight);
            }
        }
        idle.append(&mut used);
        self.connections = idle;
        if is_tick {
            self.ticked_at = Instant::now();
            self.is_paused = false;
        }
        if is_ready.first() == Some(&true) {
            self.accept();
        }
    }

    /// The caller that has been idle for longest gives way: Lambda opens another connection, others may not keep it out.
    fn accept(&mut self) {
        match self.listener.accept() {
            Ok((stream, _)) if stream.set_nonblocking(true).is_ok() => {
                if self.connections.len() >= MOST_CONNECTIONS {
                    self.close_first();
                }
                self.connections.push(Connection::new(stream));
            }
            Ok(_) => (),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::ConnectionAborted) => (),
            Err(_) => {
                self.close_first();
                self.is_paused = true;
            }
        }
    }

    fn close_first(&mut self) {
        if !self.connections.is_empty() {
            self.connections.remove(0).release(&mut self.in_flight);
        }
    }
}

/// Opens the socket that Lambda delivers to: on another port than the plan's if that is in use. `authority` is that of
/// Lambda's API.
pub fn open(port: u16, authority: &str, log: &Log) -> Option<TcpListener> {
    let hosts = std::fs::read_to_string(HOSTS_FILE).unwrap_or_default();
    let address = resolve(SANDBOX, &hosts).unwrap_or_else(|| {
        if is_loopback(authority, &hosts) {
            return IpAddr::V4(Ipv4Addr::LOCALHOST);
        }
        let message = format!("{HOSTS_FILE} does not name {SANDBOX}, so telemetry is received on all addresses.");
        log.write(Level::Info, SPEAKER, &message);
        IpAddr::V4(Ipv4Addr::UNSPECIFIED)
    });
    // In the separate layout several of our processes want telemetry. Lambda is told the port, so any will do.
    let opened = listen(address, port).or_else(|why| listen(address, ANY_PORT).map_err(|_| why));
    opened.map_err(|why| log.write(Level::Error, SPEAKER, &format!("Extensions get no telemetry, because {why}"))).ok()
}

const ANY_PORT: u16 = 0;
/// At once, from one connection.
const READ_BYTES: usize = 64 * 1024;
/// Counted rather than timed, so that a freeze in the middle of a request cuts nobody off.
const TICK: Duration = Duration::from_secs(1);
/// Lambda needs few.
const MOST_CONNECTIONS: usize = 64;
