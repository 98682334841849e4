//! The sockets that accept connections before the function starts. The host inherits them.
use crate::log::{Level, Log};
use crate::plan::{Plan, Socket};
use crate::sys;
use std::io::{ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::os::unix::io::{AsRawFd, RawFd};
use std::os::unix::net::UnixDatagram;

#[derive(Default)]
pub struct Listeners {
    /// A name may occur twice: for IPv4 and IPv6.
    sockets: Vec<(String, TcpListener)>,
    /// Likewise; the host inherits them after the others.
    datagrams: Vec<(String, UdpSocket)>,
    taken_ports: Vec<u16>,
    /// Occupy the numbers that the control descriptor and the store have in the host; see `sys::inherit`.
    _reserved: [Option<UnixDatagram>; 2],
}

impl Listeners {
    /// Opens the sockets of the plan. Logs and skips a port that is in use.
    pub fn open(plan: &Plan, log: &Log) -> Listeners {
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
            listeners.open_v6(name, *port);
        }
        // Node.js would open it during the first read, and takes some milliseconds for that. No function needs this port, so the
        // host itself says if it is in use.
        if let Some((port, Ok(listener))) =
            plan.host_port.map(|port| (port, listen(IpAddr::V4(Ipv4Addr::LOCALHOST), port)))
        {
            listeners.sockets.push((HOST_SOCKET.to_owned(), listener));
            listeners.open_v6(HOST_SOCKET, port);
        }
        // The host tries again to open one that cannot be opened, and says why.
        for Socket { name, port, .. } in &plan.datagrams {
            if let Ok(socket) = receive(IpAddr::V4(Ipv4Addr::LOCALHOST), *port) {
                listeners.datagrams.push((name.clone(), socket));
                let second = receive(IpAddr::V6(Ipv6Addr::LOCALHOST), *port).ok();
                listeners.datagrams.extend(second.map(|socket| (name.clone(), socket)));
            }
        }
        listeners._reserved = [UnixDatagram::unbound().ok(), UnixDatagram::unbound().ok()];
        listeners
    }

    /// `localhost` may resolve to ::1 first. Environments without IPv6 work as well: most callers use IPv4.
    fn open_v6(&mut self, name: &str, port: u16) {
        if let Ok(listener) = listen(IpAddr::V6(Ipv6Addr::LOCALHOST), port) {
            self.sockets.push((name.to_owned(), listener));
        }
    }

    /// Those that an extension declares and that could not be opened.
    pub fn taken_ports(&self) -> &[u16] {
        &self.taken_ports
    }

    pub fn names(&self) -> Vec<&str> {
        let datagrams = self.datagrams.iter().map(|(name, _)| name.as_str());
        self.sockets.iter().map(|(name, _)| name.as_str()).chain(datagrams).collect()
    }

    pub fn fds(&self) -> Vec<RawFd> {
        self.connectable().chain(self.datagrams.iter().map(|(_, socket)| socket.as_raw_fd())).collect()
    }

    /// The first of `fds`: those whose callers wait for an answer. Datagrams may wait in the kernel for the next host.
    pub fn connectable(&self) -> impl Iterator<Item = RawFd> + '_ {
        self.sockets.iter().map(|(_, listener)| listener.as_raw_fd())
    }

    pub fn get(&self, index: usize) -> Option<&TcpListener> {
        self.sockets.get(index).map(|(_, listener)| listener)
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

fn receive(address: IpAddr, port: u16) -> Result<UdpSocket> {
    let socket = UdpSocket::bind((address, port))?;
    socket.set_nonblocking(true)?;
    sys::set_receive_buffer(socket.as_raw_fd(), RECEIVE_BUFFER_BYTES)?;
    Ok(socket)
}

/// As `extensions/host/run.ts` names it.
const HOST_SOCKET: &str = "lambda-node-extended";
/// More callers than a function has. They wait in the backlog while the host starts.
const BACKLOG: i32 = 4_096;
/// The kernel allows less. Its default has room for some 270 short datagrams, which a function may send while the host starts.
const RECEIVE_BUFFER_BYTES: i32 = 4 * 1024 * 1024;
