//! Decides what happens next, from Lambda's phase and the host's health. Pure: an event in, actions out.
use crate::control::{Holdings, Message};
use crate::decision::{Action, Event};
use crate::deliveries::Deliveries;
use crate::host_health::{HostHealth, Remedy, COOL_DOWN_S};
use crate::loss_lines;
use crate::now::{Now, TICK_MS};
use crate::phase::{Overdue, Phase};
use crate::plan::Start;

pub struct Supervisor {
    start: Start,
    /// On managed instances there are no INVOKE events.
    is_managed: bool,
    phase: Phase,
    health: HostHealth,
    /// Telemetry records that the running host has acknowledged and not yet delivered.
    held: Holdings,
    /// Telemetry records that were lost with earlier hosts and that no host has reported.
    lost: Holdings,
    /// `None` where Lambda delivers no telemetry to this process.
    pub deliveries: Option<Deliveries>,
    /// The event SHUTDOWN, for a host that starts because the one that got it has crashed.
    shutdown_line: Option<String>,
    /// Between the request for a host without secrets and the restore: nothing of INIT may be kept any more.
    is_snapshot_near: bool,
}

impl Supervisor {
    pub fn new(start: Start, is_managed: bool, is_snap_start: bool, deliveries: Option<Deliveries>) -> Self {
        let (phase, health) = (Phase::init(is_snap_start), HostHealth::off());
        let (held, lost) = (Holdings::default(), Holdings::default());
        Supervisor {
            start,
            is_managed,
            phase,
            health,
            held,
            lost,
            deliveries,
            shutdown_line: None,
            is_snapshot_near: false,
        }
    }

    /// Why callers get 503 now; `None` when a host may start for them.
    pub fn refusal(&self, wall_ms: u64) -> Option<&str> {
        self.health.refusal(wall_ms)
    }

    pub fn is_snapshot_near(&self) -> bool {
        self.is_snapshot_near
    }

    /// The environment began from the snapshot.
    pub fn restored(&mut self) {
        self.is_snapshot_near = false;
    }

    /// Whether the supervisor must watch the listening sockets, because no host does.
    pub fn is_host_off(&self) -> bool {
        self.health.is_off() && !matches!(self.phase, Phase::Shutdown { .. })
    }

    /// How far apart ticks are; `None` when there is nothing to wait for.
    pub fn tick_ms(&self) -> Option<u64> {
        if self.phase.needs_ticks() {
            return Some(TICK_MS);
        }
        self.health.tick_ms()
    }

    pub fn step(&mut self, event: Event, now: &Now) -> Vec<Action> {
        let is_host_gone = matches!(event, Event::LastWords(_));
        let mut actions = self.decide(event, now);
        if let Some(deliveries) = &mut self.deliveries {
            let lines = if is_host_gone { String::new() } else { deliveries.lines() };
            actions.extend((!lines.is_empty()).then_some(Action::Send(lines)));
            actions.extend(deliveries.free().map(Action::Free));
        }
        actions
    }

    fn decide(&mut self, event: Event, now: &Now) -> Vec<Action> {
        match event {
            Event::Registered => self.on_registered(now),
            Event::Connection => self.start_host("connection", now),
            Event::Invoke { request_id, deadline_ms, line } => self.on_invoke(request_id, deadline_ms, line, now),
            Event::Shutdown { deadline_ms, line } => self.on_shutdown(deadline_ms, line, now),
            Event::FromHost(message) | Event::LastWords(message) => self.on_message(message),
            Event::Broken(why) => self.health.kill(why.to_owned()).map(Action::from).into_iter().collect(),
            Event::Ended { .. } if self.health.reap_replaced() => self.on_replaced(now),
            Event::Ended { how, is_success } => {
                let how = self.health.reap(how, now.wall_ms);
                if is_success {
                    self.shutdown_line = None;
                }
                self.on_host_gone(&how, now)
            }
            Event::NotStarted { how } => {
                self.health.not_started(&how, now.wall_ms);
                self.on_host_gone(&how, now)
            }
            Event::Tick => self.on_tick(now),
            Event::Stored if self.is_host_off() => self.start_host("delivery", now),
            Event::Stored => Vec::new(),
        }
    }

    fn on_registered(&mut self, now: &Now) -> Vec<Action> {
        match self.start {
            Start::Eager => self.start_host("eager", now),
            Start::AfterNext => {
                let mut actions = self.ask_next();
                actions.extend(self.start_host("after-next", now));
                actions
            }
            Start::OnDemand => self.ask_next(),
        }
    }

    fn on_invoke(&mut self, request_id: String, deadline_ms: u64, line: String, now: &Now) -> Vec<Action> {
        self.restored();
        let mut actions = Vec::new();
        if self.health.is_off() && self.start != Start::OnDemand {
            actions = self.start_host("invoke", now);
        }
        let bound_ms = self.health.invoke_bound_ms();
        actions.extend(bound_ms.map(|_| Action::Send(line)));
        actions.extend(self.health.ping_at_invoke(now).then(|| Remedy::Ping.into()));
        match bound_ms {
            None | Some(0) => actions.extend(self.ask_next()),
            Some(hold_ms) => self.phase = Phase::invoke(request_id, deadline_ms, hold_ms),
        }
        actions
    }

    fn on_shutdown(&mut self, deadline_ms: u64, line: String, now: &Now) -> Vec<Action> {
        self.phase = Phase::Shutdown { deadline_ms };
        self.restored();
        self.deliveries.iter_mut().for_each(Deliveries::shut_down);
        if self.health.is_off() {
            return self.start_for_shutdown(line, now);
        }
        self.shutdown_line = Some(line.clone());
        vec![Action::Send(line)]
    }

    /// Starts a last host if there is telemetry for it.
    fn start_for_shutdown(&mut self, line: String, now: &Now) -> Vec<Action> {
        let is_needed = self.deliveries.as_ref().map_or(false, Deliveries::is_unconfirmed);
        let mut actions = if is_needed { self.start_host("shutdown", now) } else { Vec::new() };
        if actions.is_empty() {
            return self.exit();
        }
        actions.push(Action::Send(line));
        actions
    }

    fn on_message(&mut self, message: Message) -> Vec<Action> {
        match message {
            Message::Ready { invoke_bound_ms } => {
                if self.health.ready(invoke_bound_ms) {
                    // The host got their number at its start, and reports them.
                    self.lost = Holdings::default();
                    if matches!(self.phase, Phase::Init { .. }) {
                        return self.ask_next();
                    }
                }
            }
            Message::Done { request_id } => {
                self.health.alive();
                if self.phase.is_held_for(&request_id) {
                    return self.ask_next();
                }
            }
            Message::Pong => self.health.alive(),
            Message::Holds(held) => self.held = held,
            Message::Busy { cpu_ms } => self.health.busy(cpu_ms),
            Message::Snapshot if !matches!(self.phase, Phase::Shutdown { .. }) => {
                return self.health.replace().map(Action::from).into_iter().collect();
            }
            Message::Snapshot => (),
            Message::Restored => self.restored(),
            of_telemetry => {
                if matches!(of_telemetry, Message::Taken { .. }) {
                    self.health.alive();
                }
                if let Some(deliveries) = &mut self.deliveries {
                    deliveries.on_message(of_telemetry);
                }
            }
        }
        Vec::new()
    }

    fn on_tick(&mut self, now: &Now) -> Vec<Action> {
        let since_tick_ms = self.tick_ms().unwrap_or(TICK_MS);
        self.deliveries.iter_mut().for_each(|deliveries| deliveries.tick(since_tick_ms));
        let mut actions: Vec<_> = self.health.tick(now, since_tick_ms).map(Action::from).into_iter().collect();
        match self.phase.tick(now.wall_ms) {
            Some(Overdue::Next) => actions.extend(self.ask_next()),
            Some(Overdue::Exit) => {
                self.lose();
                actions.push(Action::Kill);
                actions.extend(self.exit());
            }
            None => (),
        }
        actions
    }

    fn on_host_gone(&mut self, how: &str, now: &Now) -> Vec<Action> {
        let lost = self.lose();
        if matches!(self.phase, Phase::Shutdown { .. }) {
            return match self.shutdown_line.take() {
                Some(line) => self.start_for_shutdown(line, now),
                None => self.exit(),
            };
        }

        let losses = loss_lines::with_host(lost);
        let next = match self.refusal(now.wall_ms) {
            None => "The host restarts on its next use.".to_owned(),
            Some(_) => format!("Callers get 503 for {COOL_DOWN_S} s. After that the host restarts on its next use."),
        };
        let mut actions = vec![Action::LogError(format!("The host {how}.{losses} {next} The function is unaffected."))];
        if self.phase != Phase::Waiting {
            actions.extend(self.ask_next());
        }
        if self.is_managed && self.start != Start::OnDemand {
            // No INVOKE event will start it.
            actions.extend(self.start_host("after-next", now));
        }
        actions
    }

    /// The snapshot gets a host that never had a secret, and nothing of what the one before it left.
    fn on_replaced(&mut self, now: &Now) -> Vec<Action> {
        let mut lost = std::mem::take(&mut self.held);
        lost.records += self.deliveries.as_mut().map_or(0, Deliveries::forget);
        self.is_snapshot_near = true;
        let mut actions = vec![Action::Wipe];
        actions.extend(loss_lines::before_snapshot(lost).map(Action::LogError));
        actions.extend(self.start_host("snapshot", now));
        actions
    }

    /// Takes note that what the host held is gone with it.
    fn lose(&mut self) -> Holdings {
        let Holdings { mut records, sending } = std::mem::take(&mut self.held);
        records += self.deliveries.as_mut().map_or(0, Deliveries::host_gone);
        self.lost.records += records;
        self.lost.sending += sending;
        Holdings { records, sending }
    }

    fn start_host(&mut self, reason: &'static str, now: &Now) -> Vec<Action> {
        if !self.health.start(now.wall_ms) {
            return Vec::new();
        }
        let legacy = self.deliveries.as_ref().map(Deliveries::legacy).filter(|lines| !lines.is_empty());
        [Action::Start { reason, lost: self.lost }].into_iter().chain(legacy.map(Action::Send)).collect()
    }

    fn ask_next(&mut self) -> Vec<Action> {
        self.phase = Phase::Waiting;
        vec![Action::AskNext]
    }

    fn exit(&mut self) -> Vec<Action> {
        self.lost.records += self.deliveries.as_ref().map_or(0, Deliveries::unreported);
        let losses = loss_lines::at_end(self.lost).map(Action::LogError);
        losses.into_iter().chain([Action::Exit]).collect()
    }
}

#[cfg(test)]
#[path = "supervisor_tests.rs"]
mod tests;
