//! The host's side: whether it boots in time, gives signs of life, and when the next one may start. Pure.
use crate::now::{Now, TICK_MS};

pub struct HostHealth {
    state: State,
    /// Hosts in a row that ended before their first sign of life.
    failures: u32,
    refusal: Option<Refusal>,
}

enum State {
    Off,
    Booting {
        ticks: u32,
    },
    /// `quiet_ms`: time since the last sign of life, as ticks count it. `busy_ms`: CPU time for work that was announced since then.
    Ready {
        invoke_bound_ms: Option<u64>,
        ping: Option<Ping>,
        quiet_ms: u64,
        busy_ms: u64,
        /// Whether it has given a sign of life since its boot.
        is_proven: bool,
    },
    Killed {
        why: String,
    },
    /// It was killed, though nothing was wrong with it: another one takes its place.
    Replaced,
}

/// A ping without a sign of life so far.
struct Ping {
    ticks: u32,
    /// CPU time of the host when the ping was sent.
    cpu_ms: u64,
}

/// Why callers get 503 in place of a host, and since when.
struct Refusal {
    why: String,
    since_ms: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Remedy {
    Ping,
    Kill,
}

impl HostHealth {
    pub fn off() -> Self {
        HostHealth { state: State::Off, failures: 0, refusal: None }
    }

    pub fn is_off(&self) -> bool {
        matches!(self.state, State::Off)
    }

    /// Why callers get 503 now; `None` when a host may start for them.
    pub fn refusal(&self, wall_ms: u64) -> Option<&str> {
        let refusal = self.refusal.as_ref()?;
        (wall_ms.abs_diff(refusal.since_ms) < COOL_DOWN_MS).then_some(refusal.why.as_str())
    }

    /// How far apart ticks are; `None` when there is nothing to watch.
    pub fn tick_ms(&self) -> Option<u64> {
        match self.state {
            State::Off => None,
            State::Ready { ping: None, .. } => Some(QUIET_MS),
            _ => Some(TICK_MS),
        }
    }

    /// Whether a host may start now. If so, it boots from now on.
    pub fn start(&mut self, wall_ms: u64) -> bool {
        if self.refusal(wall_ms).is_some() {
            return false;
        }
        self.refusal = None;
        self.state = State::Booting { ticks: 0 };
        true
    }

    /// Returns whether this ended its boot.
    pub fn ready(&mut self, invoke_bound_ms: Option<u64>) -> bool {
        let is_booting = matches!(self.state, State::Booting { .. });
        if is_booting {
            self.state = State::Ready { invoke_bound_ms, ping: None, quiet_ms: 0, busy_ms: 0, is_proven: false };
        }
        is_booting
    }

    /// How long the host may hold an invocation; `None` when it is not ready or wants no INVOKE events.
    pub fn invoke_bound_ms(&self) -> Option<u64> {
        match self.state {
            State::Ready { invoke_bound_ms, .. } => invoke_bound_ms,
            _ => None,
        }
    }

    /// Whether a ping must be sent at an invocation. Later ones would only wake a host that sleeps: a host that has work answers,
    /// and one that is quiet is pinged by the second.
    pub fn ping_at_invoke(&mut self, now: &Now) -> bool {
        matches!(self.state, State::Ready { is_proven: false, .. }) && self.ping(now)
    }

    /// Whether a ping must be sent: a second one waits for the answer to the first.
    fn ping(&mut self, now: &Now) -> bool {
        match &mut self.state {
            State::Ready { ping: ping @ None, .. } => {
                *ping = Some(Ping { ticks: 0, cpu_ms: (now.host_cpu_ms)() });
                true
            }
            _ => false,
        }
    }

    /// The host has answered a ping, or done some work that it was given.
    pub fn alive(&mut self) {
        if let State::Ready { ping, quiet_ms, busy_ms, is_proven, .. } = &mut self.state {
            *ping = None;
            *quiet_ms = 0;
            *busy_ms = 0;
            *is_proven = true;
            self.failures = 0;
        }
    }

    /// The host begins long work. What it announces before its next sign of life adds up, to a bound, so that a loop that announces
    /// itself again and again ends too.
    pub fn busy(&mut self, cpu_ms: u64) {
        if let State::Ready { busy_ms, .. } = &mut self.state {
            *busy_ms = busy_ms.saturating_add(cpu_ms).min(MAX_BUSY_MS);
        }
    }

    pub fn tick(&mut self, now: &Now, since_tick_ms: u64) -> Option<Remedy> {
        match &mut self.state {
            State::Booting { ticks } => {
                *ticks += 1;
                if *ticks >= PATIENCE_TICKS {
                    return self.kill("it was not ready after 10 s".to_owned());
                }
            }
            State::Ready { ping: Some(ping), busy_ms, .. } => {
                ping.ticks += 1;
                // A host that gets no CPU, because the function takes all of it, is not hung.
                let is_burning = ping.ticks >= HUNG_TICKS && (now.host_cpu_ms)() > ping.cpu_ms + HUNG_CPU_MS + *busy_ms;
                if is_burning || ping.ticks >= PATIENCE_TICKS + patience_for(*busy_ms) {
                    let why = format!("it did not answer for {} s", ping.ticks / 10);
                    return self.kill(why);
                }
            }
            State::Ready { ping: None, quiet_ms, .. } => {
                *quiet_ms += since_tick_ms;
                if *quiet_ms >= QUIET_MS {
                    return self.ping(now).then_some(Remedy::Ping);
                }
            }
            State::Off | State::Killed { .. } | State::Replaced => (),
        }
        None
    }

    /// `None` when there is nothing to kill, or it is killed already.
    pub fn kill(&mut self, why: String) -> Option<Remedy> {
        if matches!(self.state, State::Off | State::Killed { .. } | State::Replaced) {
            return None;
        }
        self.state = State::Killed { why };
        Some(Remedy::Kill)
    }

    /// As `kill`, and its end is no failure.
    pub fn replace(&mut self) -> Option<Remedy> {
        let remedy = self.kill(String::new());
        if remedy.is_some() {
            self.state = State::Replaced;
        }
        remedy
    }

    /// Takes note of the end of a host that was to be replaced. Returns whether it was.
    pub fn reap_replaced(&mut self) -> bool {
        let is_replaced = matches!(self.state, State::Replaced);
        if is_replaced {
            self.state = State::Off;
        }
        is_replaced
    }

    /// Takes note of a host's end and returns how it ended. A host that was killed ended for the reason it was killed for.
    pub fn reap(&mut self, how: String, wall_ms: u64) -> String {
        let how = match std::mem::replace(&mut self.state, State::Off) {
            State::Killed { why } => format!("was killed because {why}"),
            _ => how,
        };
        self.failures += 1;
        self.refuse_after_failures(&how, wall_ms);
        how
    }

    /// Takes note that there is no process. Another try would fail as well, so callers get 503 at once.
    pub fn not_started(&mut self, how: &str, wall_ms: u64) {
        self.state = State::Off;
        self.failures = MAX_FAILURES;
        self.refuse_after_failures(how, wall_ms);
    }

    fn refuse_after_failures(&mut self, how: &str, wall_ms: u64) {
        if self.failures < MAX_FAILURES {
            return;
        }
        // After the cool-down a single failure is enough.
        self.failures = MAX_FAILURES - 1;
        let why = format!("The host {how}. Retry after {COOL_DOWN_S} s.");
        self.refusal = Some(Refusal { why, since_ms: wall_ms });
    }
}

/// How many more ticks announced work may take. A function of 128 MB has 0.07 CPU.
fn patience_for(busy_ms: u64) -> u32 {
    (busy_ms / TICK_MS) as u32 * TIMES_SLOWER
}

pub const COOL_DOWN_S: u64 = 10;
const COOL_DOWN_MS: u64 = COOL_DOWN_S * 1_000;
const MAX_FAILURES: u32 = 3;
const QUIET_MS: u64 = 1_000;
const PATIENCE_TICKS: u32 = 100;
const HUNG_TICKS: u32 = 10;
/// At 0.07 CPU, loading the AWS SDK alone takes most of this.
const HUNG_CPU_MS: u64 = 1_000;
const MAX_BUSY_MS: u64 = 5_000;
const TIMES_SLOWER: u32 = 14;

#[cfg(test)]
#[path = "host_health_tests.rs"]
mod tests;
