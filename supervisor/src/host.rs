//! The host's process: start, messages in both directions, end.
use crate::control::{take_messages, Holdings, Message};
use crate::listeners::Listeners;
use crate::plan::Plan;
use crate::sys;
use crate::texts;
use std::env;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::io::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

pub struct Host {
    process: Child,
    control: UnixStream,
    /// For which the socket had no room.
    unsent: Vec<u8>,
    received: Vec<u8>,
}

/// Fixed during the life of this process.
pub struct Identity<'a> {
    /// The folder with `host.cjs`.
    pub folder: &'a Path,
    /// The extension's name, as it is registered.
    pub name: &'a str,
    /// The identifier that Lambda gave.
    pub id: &'a str,
    pub telemetry: Telemetry,
    pub plan: &'a Plan,
    /// What is wrong and has been logged, as JSON.
    pub reported: String,
}

pub struct Telemetry {
    /// Whether Lambda delivers telemetry; `None` when nobody has asked for it.
    pub is_subscribed: Option<bool>,
    /// Where the host reads deliveries.
    pub store: Option<RawFd>,
}

/// What the supervisor hands to a host at its start; the README describes the variables.
pub struct LaunchContext<'a> {
    pub identity: &'a Identity<'a>,
    pub starts: u32,
    pub reason: &'a str,
    pub lost: Holdings,
    pub deadline_ms: u64,
}

impl Host {
    pub fn start(context: &LaunchContext, listeners: &Listeners) -> Result<Host, String> {
        let path = env::var_os("PATH").unwrap_or_default();
        let node =
            [PathBuf::from(LAMBDA_NODE)].into_iter().chain(env::split_paths(&path).map(|folder| folder.join("node")));
        let node = node.into_iter().find(|file| is_executable(file)).ok_or_else(|| {
            let path = path.to_string_lossy();
            format!("cannot start, because there is no Node.js at {LAMBDA_NODE} or on the PATH ({path}). Use a base image with Node.js 22 or newer")
        })?;

        let start = || -> std::io::Result<Host> {
            let (control, hosts_end) = UnixStream::pair()?;
            control.set_nonblocking(true)?;
            let mut fds = listeners.fds();
            let names = listeners.names();
            fds.push(hosts_end.as_raw_fd());
            fds.extend(context.identity.telemetry.store);
            let Identity { plan, reported, telemetry, .. } = context.identity;
            let mut command = Command::new(&node);
            command
                .args(["--max-semi-space-size=1".as_ref(), context.identity.folder.join("host.cjs").as_os_str()])
                .arg(context.identity.name)
                .env_remove("NODE_OPTIONS")
                .env_remove("AWS_LAMBDA_EXEC_WRAPPER")
                .env("LISTEN_FDS", names.len().to_string())
                .env("LISTEN_FDNAMES", names.join(":"))
                .env("HOST_CONTROL_FD", (3 + names.len()).to_string())
                .env("HOST_STARTS", context.starts.to_string())
                .env("HOST_REASON", context.reason)
                .env("HOST_LOST_RECORDS", context.lost.records.to_string())
                .env("HOST_UNSURE_RECORDS", context.lost.sending.to_string())
                .env("HOST_DEADLINE_MS", context.deadline_ms.to_string())
                .env("HOST_IS_SUBSCRIBED", telemetry.is_subscribed.map_or("", |is| if is { "1" } else { "0" }))
                .env("HOST_STORE_FD", telemetry.store.map_or(String::new(), |_| (4 + names.len()).to_string()))
                .env("HOST_PLAN", if plan.is_complete { plan.to_json() } else { String::new() })
                .env("HOST_REPORTED", reported)
                .env("EXTENSION_ID", context.identity.id);
            sys::inherit(&mut command, fds);
            Ok(Host { process: command.spawn()?, control, received: Vec::new(), unsent: Vec::new() })
        };
        start().map_err(|error| format!("cannot start with {}: {error}", node.display()))
    }

    pub fn fd(&self) -> RawFd {
        self.control.as_raw_fd()
    }

    /// Sends lines, without waiting for room. An error when the host leaves too many unread.
    pub fn send(&mut self, lines: &str) -> Result<(), &'static str> {
        self.unsent.extend_from_slice(lines.as_bytes());
        self.unsent.push(b'\n');
        self.send_rest();
        if self.unsent.len() > MOST_UNSENT {
            return Err("it does not read its control socket");
        }
        Ok(())
    }

    /// Sends what the socket had no room for.
    pub fn send_rest(&mut self) {
        while !self.unsent.is_empty() {
            match self.control.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // It has closed the connection, which `receive` reports.
                Err(_) => self.unsent.clear(),
            }
        }
    }

    /// Its descriptor, if it has yet to be sent something.
    pub fn fd_to_write(&self) -> Option<RawFd> {
        (!self.unsent.is_empty()).then(|| self.fd())
    }

    /// The messages since the last call, and whether the host has closed the connection.
    pub fn receive(&mut self) -> (Result<Vec<Message>, &'static str>, bool) {
        let is_ended = matches!(self.read(), Read::End);
        (take_messages(&mut self.received), is_ended)
    }

    fn read(&mut self) -> Read {
        let mut buffer = [0; 16 * 1024];
        match io::Read::read(&mut self.control, &mut buffer) {
            Ok(0) => Read::End,
            Ok(count) => {
                self.received.extend_from_slice(buffer.get(..count).unwrap_or_default());
                Read::Some
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Read::Nothing,
            Err(_) => Read::End,
        }
    }

    /// All messages that are left after the process has ended.
    pub fn receive_rest(&mut self) -> Vec<Message> {
        let mut all = Vec::new();
        loop {
            let read = self.read();
            match take_messages(&mut self.received) {
                Ok(messages) => all.extend(messages),
                Err(_) => return all,
            }
            if !matches!(read, Read::Some) {
                return all;
            }
        }
    }

    pub fn kill(&mut self) {
        // It fails when the process has ended already.
        let _ = self.process.kill();
    }

    /// Whether the process has ended. The connection may outlive the process, in a child that inherited it.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(Some(_)))
    }

    /// Kills the process if it still runs, waits for its end, and returns how it ended, and whether of its own will.
    pub fn reap(&mut self) -> (String, bool) {
        self.kill();
        match self.process.wait() {
            Ok(status) => match (status.signal(), status.code()) {
                (Some(signal), _) => (format!("was terminated by signal {signal}"), false),
                (None, code) => (format!("exited with status {}", code.unwrap_or_default()), status.success()),
            },
            Err(error) => (format!("ended: {error}"), false),
        }
    }

    /// CPU time of all its threads since its start. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    pub fn cpu_ms(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
        // USER_HZ is 100 on every Linux that Node.js runs on.
        ticks.sum::<u64>() * 10
    }
}

/// What a read of the control socket brought.
enum Read {
    Some,
    Nothing,
    End,
}

fn is_executable(file: &Path) -> bool {
    file.metadata().map_or(false, |metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// All texts that are kept, and more events than a host misses that runs.
const MOST_UNSENT: usize = texts::MOST_BYTES + 512 * 1024;
const LAMBDA_NODE: &str = "/var/lang/bin/node";
