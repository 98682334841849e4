//! The words of decisions: what may happen, and what is then to be done.
use crate::control::{Holdings, Message};
use crate::deliveries::Free;
use crate::host_health::Remedy;

pub enum Event {
    /// Lambda knows the extension.
    Registered,
    /// A caller has connected, and no host runs.
    Connection,
    Invoke {
        request_id: String,
        deadline_ms: u64,
        line: String,
    },
    Shutdown {
        deadline_ms: u64,
        line: String,
    },
    FromHost(Message),
    /// The same from a host that has ended.
    LastWords(Message),
    /// The connection to the host is useless: a line did not fit, or the host sends malformed messages.
    Broken(&'static str),
    /// The host's process has ended.
    Ended {
        how: String,
        is_success: bool,
    },
    /// The host's process could not be started.
    NotStarted {
        how: String,
    },
    Tick,
    /// A delivery of telemetry lies in the store.
    Stored,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    AskNext,
    Start {
        reason: &'static str,
        lost: Holdings,
    },
    /// Some lines for the host.
    Send(String),
    /// Gives back room in the store.
    Free(Free),
    Kill,
    /// Forgets everything that the host or the function said, and overwrites it.
    Wipe,
    LogError(String),
    Exit,
}

impl From<Remedy> for Action {
    fn from(remedy: Remedy) -> Action {
        match remedy {
            Remedy::Ping => Action::Send(PING.to_owned()),
            Remedy::Kill => Action::Kill,
        }
    }
}

pub const PING: &str = r#"{"eventType":"PING"}"#;
