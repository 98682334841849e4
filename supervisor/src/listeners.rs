//! The sockets that accept connections before the function starts. The host inherits them.
use crate::log::{Level, Log, SPEAKER};
use crate::plan::{Plan, Socket};
use crate::sandbox::{is_loopback, resolve, HOSTS_FILE, SANDBOX};
use crate::sys;
use std::io::{ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::unix::io::{AsRawFd, RawFd};
use std::os::unix::net::UnixDatagram;

#[derive(Default)]
pub struct Listeners {
    /// A name may occur twice: for IPv4 and IPv6.
    sockets: Vec<(String, TcpListener)>,
    taken_ports: Vec<u16>,
    /// Occupies the number that the control descriptor has in the host; see `sys::inherit`.
    _reserved: Option<UnixDatagram>,
}

impl Listeners {
    /// Opens the sockets of the plan. Logs and skips a port that is in use. `authority` is that of Lambda's API.
    pub fn open(plan: &Plan, authority: &str, log: &Log) -> Listeners {
        let mut listeners = Listeners::default();
        for Socket { name, extension, port } in &plan.sockets {
            match listen(IpAddr::V4(Ipv4Addr::LOCALHOST), *port) {
                Ok(listener) => listeners.sockets.push((name.clone(), listener)),
                Err(why) => {
                    log.write(Level::Error, extension, &format!("Unreachable, because {why}"));
                    listeners.taken_ports.push(*port);
                    continue;
                }
            }
            // `localhost` may resolve to ::1 first. Environments without IPv6 work as well: most callers use IPv4.
            if let Ok(listener) = listen(IpAddr::V6(Ipv6Addr::LOCALHOST), *port) {
                listeners.sockets.push((name.clone(), listener));
            }
        }
        if let Some(telemetry) = &plan.telemetry {
            listeners.open_telemetry(telemetry.port, authority, log);
        }
        listeners._reserved = UnixDatagram::unbound().ok();
        listeners
    }

    /// Those that an extension declares and that could not be opened.
    pub fn taken_ports(&self) -> &[u16] {
        &self.taken_ports
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

    /// Where Lambda may deliver telemetry; another port than the plan's if that is in use.
    pub fn telemetry_port(&self) -> Option<u16> {
        let (_, listener) = self.sockets.iter().find(|(name, _)| name == TELEMETRY)?;
        listener.local_addr().ok().map(|address| address.port())
    }

    /// Refuses deliveries from now on.
    pub fn close_telemetry(&mut self) {
        self.sockets.retain(|(name, _)| name != TELEMETRY);
    }

    fn open_telemetry(&mut self, port: u16, authority: &str, log: &Log) {
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
        match listen(address, port).or_else(|why| listen(address, ANY_PORT).map_err(|_| why)) {
            Ok(listener) => self.sockets.push((TELEMETRY.to_owned(), listener)),
            Err(why) => log.write(Level::Error, SPEAKER, &format!("Extensions get no telemetry, because {why}")),
        }
    }
}

/// Opens a port. An error says why it cannot be opened.
pub fn listen(address: IpAddr, port: u16) -> std::result::Result<TcpListener, String> {
    let open = || -> Result<TcpListener> {
        let listener = TcpListener::bind((address, port))?;
        listener.set_nonblocking(true)?;
        sys::set_backlog(listener.as_raw_fd(), BACKLOG)?;
        Ok(listener)
    };
    open().map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            format!("port {port} is in use by another process. Stop that process or choose another port.")
        }
        _ => format!("port {port} cannot be opened: {error}"),
    })
}

/// The name of the socket to which Lambda delivers telemetry.
pub const TELEMETRY: &str = "telemetry";
const ANY_PORT: u16 = 0;
/// More callers than a function has. They wait in the backlog while the host starts.
const BACKLOG: i32 = 4_096;
