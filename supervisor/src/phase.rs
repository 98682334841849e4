//! Lambda's side: the phase of the environment, and how long the next event may be held back. Pure.
use crate::now::TICK_MS;

#[derive(Debug, PartialEq, Eq)]
pub enum Phase {
    /// The supervisor holds back the first `next`, so the function waits for an eager host.
    Init { ticks_left: u32 },
    /// The supervisor has asked for `next`.
    Waiting,
    /// The supervisor holds back `next`, so the environment stays awake for the host.
    Invoke { request_id: String, deadline_ms: u64, ticks_left: u64 },
    /// The supervisor exits when the host has ended.
    Shutdown { deadline_ms: u64 },
}

/// What a phase may put off no longer.
#[derive(Debug, PartialEq, Eq)]
pub enum Overdue {
    Next,
    Exit,
}

impl Phase {
    /// With SnapStart the function has 130 s for INIT, and nothing may be half loaded when the snapshot is taken.
    pub fn init(is_snap_start: bool) -> Phase {
        Phase::Init { ticks_left: if is_snap_start { SNAPSHOT_TICKS } else { INIT_TICKS } }
    }

    /// Holds back `next` for `hold_ms` at most.
    pub fn invoke(request_id: String, deadline_ms: u64, hold_ms: u64) -> Phase {
        // One tick more than the bound has, because the first may be due at once, as it is after each freeze.
        let ticks_left = hold_ms.saturating_add(TICK_MS - 1) / TICK_MS + 1;
        Phase::Invoke { request_id, deadline_ms, ticks_left }
    }

    /// Whether the host holds back `next` for this invocation.
    pub fn is_held_for(&self, id: &str) -> bool {
        matches!(self, Phase::Invoke { request_id, .. } if request_id == id)
    }

    /// Whether it has a bound of its own, whatever the host does.
    pub fn needs_ticks(&self) -> bool {
        matches!(self, Phase::Invoke { .. } | Phase::Shutdown { .. })
    }

    pub fn tick(&mut self, wall_ms: u64) -> Option<Overdue> {
        match self {
            Phase::Init { ticks_left } => {
                *ticks_left = ticks_left.saturating_sub(1);
                (*ticks_left == 0).then_some(Overdue::Next)
            }
            Phase::Waiting => None,
            Phase::Invoke { deadline_ms, ticks_left, .. } => {
                *ticks_left = ticks_left.saturating_sub(1);
                (*ticks_left == 0 || wall_ms + INVOKE_MARGIN_MS >= *deadline_ms).then_some(Overdue::Next)
            }
            Phase::Shutdown { deadline_ms } => (wall_ms + SHUTDOWN_MARGIN_MS >= *deadline_ms).then_some(Overdue::Exit),
        }
    }
}

/// Half of the ten seconds that Lambda gives INIT; the function needs the rest.
const INIT_TICKS: u32 = 50;
/// Longer than a host may take to be ready: then it is killed, and not loaded in half.
const SNAPSHOT_TICKS: u32 = 120;
/// Lambda resets an environment whose extensions are busy at the function's deadline.
const INVOKE_MARGIN_MS: u64 = 100;
const SHUTDOWN_MARGIN_MS: u64 = 300;

#[cfg(test)]
#[path = "phase_tests.rs"]
mod tests;
