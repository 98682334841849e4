//! The sockets that accept before the function starts, whoever serves them later.
use crate::log::{Level, Log};
use crate::plan::{Plan, Socket};
use crate::sandbox::{resolve, HOSTS_FILE, SANDBOX};
use crate::sys;
use std::io::{ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::unix::io::{AsRawFd, RawFd};
use std::os::unix::net::UnixDatagram;

#[derive(Default)]
pub struct Listeners {
    /// A name may come twice: for IPv4 and IPv6.
    sockets: Vec<(String, TcpListener)>,
    /// Keeps the number that the host's control descriptor will have there; see `sys::inherit`.
    _reserved: Option<UnixDatagram>,
}

impl Listeners {
    /// Opens what the plan asks for. A port that is taken is said, and left out.
    pub fn open(plan: &Plan, log: &Log) -> Listeners {
        let mut listeners = Listeners::default();
        for Socket { name, extension, port } in &plan.sockets {
            match listen(IpAddr::V4(Ipv4Addr::LOCALHOST), *port) {
                Ok(listener) => listeners.sockets.push((name.clone(), listener)),
                Err(why) => {
                    log.write(Level::Error, extension, &format!("cannot be reached: {why}"));
                    continue;
                }
            }
            // `localhost` may mean ::1 first. Not every environment has it, and IPv4 is enough for most callers.
            if let Ok(listener) = listen(IpAddr::V6(Ipv6Addr::LOCALHOST), *port) {
                listeners.sockets.push((name.clone(), listener));
            }
        }
        if let Some(telemetry) = &plan.telemetry {
            listeners.open_telemetry(telemetry.port, log);
        }
        listeners._reserved = UnixDatagram::unbound().ok();
        listeners
    }

    pub fn names(&self) -> Vec<&str> {
        self.sockets.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub fn fds(&self) -> Vec<RawFd> {
        self.sockets.iter().map(|(_, listener)| listener.as_raw_fd()).collect()
    }

    pub fn get(&self, index: usize) -> Option<&TcpListener> {
        self.sockets.get(index).map(|(_, listener)| listener)
    }

    fn open_telemetry(&mut self, port: u16, log: &Log) {
        let hosts = std::fs::read_to_string(HOSTS_FILE).unwrap_or_default();
        let address = resolve(SANDBOX, &hosts).unwrap_or_else(|| {
            let message = format!("{HOSTS_FILE} does not know {SANDBOX}: telemetry is received at every address");
            log.write(Level::Info, SPEAKER, &message);
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        });
        match listen(address, port) {
            Ok(listener) => self.sockets.push((TELEMETRY.to_owned(), listener)),
            Err(why) => {
                log.write(Level::Error, SPEAKER, &format!("no telemetry, because its port could not be opened: {why}"))
            }
        }
    }
}

fn listen(address: IpAddr, port: u16) -> std::result::Result<TcpListener, String> {
    let open = || -> Result<TcpListener> {
        let listener = TcpListener::bind((address, port))?;
        listener.set_nonblocking(true)?;
        sys::set_backlog(listener.as_raw_fd(), BACKLOG)?;
        Ok(listener)
    };
    open().map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            format!("port {port} is in use by another process; choose another one or stop that one")
        }
        _ => error.to_string(),
    })
}

/// The name of the socket that Lambda delivers telemetry to.
pub const TELEMETRY: &str = "telemetry";
pub const SPEAKER: &str = "supervisor";
/// More callers than a function has: they wait here while the host starts.
const BACKLOG: i32 = 4_096;
