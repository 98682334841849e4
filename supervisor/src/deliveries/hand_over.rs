//! When deliveries are handed to the host. Pure.

/// How the running host wants to get deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It wants none.
    Nothing,
    AtOnce,
    /// When a record of one of these types arrives.
    At(Vec<String>),
    /// When it asks.
    Waits,
}

impl Mode {
    /// A search for the quoted type. It may be found where it is no type; then a hand-over comes early, which does no harm.
    fn is_wakened_by(&self, body: &[u8]) -> bool {
        match (self, std::str::from_utf8(body)) {
            (Mode::AtOnce, _) => true,
            (Mode::At(types), Ok(text)) => types.iter().any(|name| text.contains(&format!("\"{name}\""))),
            (Mode::At(_), Err(_)) => true,
            (Mode::Nothing | Mode::Waits, _) => false,
        }
    }
}

#[derive(Default)]
pub struct HandOver {
    /// `None` until the host says it.
    mode: Option<Mode>,
    /// All deliveries up to this number are to be handed over.
    due: u64,
    waited_ms: u64,
    is_shutdown: bool,
}

impl HandOver {
    pub fn takes(&mut self, mode: Mode, last: u64) {
        // What came before was not looked at.
        if self.mode.is_none() || mode == Mode::AtOnce {
            self.due = last;
        }
        self.mode = Some(mode);
    }

    pub fn wants_nothing(&self) -> bool {
        self.mode == Some(Mode::Nothing)
    }

    /// Up to which delivery the host may get all; 0 while it wants none.
    pub fn due(&self) -> u64 {
        self.mode.as_ref().map_or(0, |_| self.due)
    }

    pub fn arrived(&mut self, body: &[u8], waiting_bytes: u64, last: u64) {
        let is_wakened = self.mode.as_ref().map_or(false, |mode| mode.is_wakened_by(body));
        if is_wakened || self.is_shutdown || waiting_bytes >= SLICE_BYTES {
            self.due = last;
        }
    }

    pub fn everything(&mut self, last: u64) {
        self.due = last;
    }

    /// A delivery waits no longer than a second, as ticks count it.
    pub fn tick(&mut self, since_tick_ms: u64, is_waiting: bool, last: u64) {
        self.waited_ms = if is_waiting { self.waited_ms + since_tick_ms } else { 0 };
        if self.waited_ms >= LONGEST_MS {
            self.waited_ms = 0;
            self.due = last;
        }
    }

    pub fn shut_down(&mut self, last: u64) {
        self.is_shutdown = true;
        self.due = last;
    }

    pub fn host_gone(&mut self) {
        self.mode = None;
    }
}

const LONGEST_MS: u64 = 1_000;

use super::ledger::SLICE_BYTES;
