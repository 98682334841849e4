//! Decides what to do about the host and the environment. Pure: an event in, actions out. The picture is in the README.
use crate::control::Message;
use crate::plan::Start;

pub enum Event {
    /// Lambda knows the extension.
    Registered,
    /// Somebody connected, and no host lives.
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
    Said(Message),
    /// What was to be sent to the host did not fit, or what it sends makes no sense.
    Broken(&'static str),
    /// There is no process: it ended, or could not be started at all.
    Ended {
        how: String,
        is_hopeless: bool,
    },
    Tick,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    AskNext,
    Start { reason: &'static str, lost_records: u64 },
    Send(String),
    Kill,
    Complain(String),
    Exit,
}

/// What a decision may know of the world.
pub struct Now<'a> {
    pub wall_ms: u64,
    pub host_cpu_ms: &'a dyn Fn() -> u64,
}

pub struct Supervisor {
    start: Start,
    /// Whether there are no INVOKE events.
    is_managed: bool,
    phase: Phase,
    host: Host,
    /// Lives in a row that ended without a sign of health.
    failures: u32,
    refusal: Option<Refusal>,
    /// Telemetry records that died with hosts and that no later host reported.
    lost_records: u64,
    held_records: u64,
}

enum Phase {
    /// The first `next` waits for an eager host.
    Init,
    /// `next` is asked for.
    Waiting,
    /// The host may hold `next` back.
    Invoke {
        request_id: String,
        deadline_ms: u64,
        ticks_left: u64,
    },
    Shutdown {
        deadline_ms: u64,
    },
}

enum Host {
    Off,
    Booting {
        ticks: u32,
    },
    /// `quiet_ms`: for how long it has been asked for no sign of life.
    Ready {
        invoke_bound_ms: Option<u64>,
        ping: Option<Ping>,
        quiet_ms: u64,
    },
    Killed {
        why: String,
    },
}

struct Ping {
    ticks: u32,
    cpu_ms: u64,
}

/// The supervisor answers callers itself, for a while.
struct Refusal {
    why: String,
    since_ms: u64,
}

impl Supervisor {
    pub fn new(start: Start, is_managed: bool) -> Self {
        let (phase, host) = (Phase::Init, Host::Off);
        Supervisor { start, is_managed, phase, host, failures: 0, refusal: None, lost_records: 0, held_records: 0 }
    }

    /// Why callers are turned away now; `None` when a host may be started for them.
    pub fn refusal(&self, wall_ms: u64) -> Option<&str> {
        let refusal = self.refusal.as_ref()?;
        (wall_ms.abs_diff(refusal.since_ms) < COOL_DOWN_MS).then_some(refusal.why.as_str())
    }

    /// Whether somebody must watch the listening sockets, because no host does.
    pub fn is_host_off(&self) -> bool {
        matches!(self.host, Host::Off) && !matches!(self.phase, Phase::Shutdown { .. })
    }

    /// How far apart ticks are; `None` when there is nothing to wait for. Ticks are counted rather than time, so that a
    /// freeze kills nobody.
    pub fn tick_ms(&self) -> Option<u64> {
        match (&self.host, &self.phase) {
            (Host::Ready { ping: None, .. }, Phase::Waiting | Phase::Init) => Some(QUIET_MS),
            (Host::Off, Phase::Waiting | Phase::Init) => None,
            _ => Some(TICK_MS),
        }
    }

    pub fn step(&mut self, event: Event, now: &Now) -> Vec<Action> {
        match event {
            Event::Registered if self.start == Start::Eager => self.start_host("eager", now),
            Event::Registered => {
                let mut actions = self.ask_next();
                if self.start == Start::AfterNext {
                    actions.extend(self.start_host("after-next", now));
                }
                actions
            }
            Event::Connection => self.start_host("connection", now),
            Event::Invoke { request_id, deadline_ms, line } => self.invoke(request_id, deadline_ms, line, now),
            Event::Shutdown { deadline_ms, line } => self.shutdown(deadline_ms, line),
            Event::Said(message) => self.hear(message),
            Event::Broken(why) => self.kill(why.to_owned()),
            Event::Ended { how, is_hopeless } => self.bury(how, is_hopeless, now),
            Event::Tick => self.tick(now),
        }
    }

    fn invoke(&mut self, request_id: String, deadline_ms: u64, line: String, now: &Now) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut hold_ms = 0;
        match &self.host {
            Host::Ready { invoke_bound_ms, .. } => {
                actions.extend(invoke_bound_ms.map(|_| Action::Send(line)));
                hold_ms = invoke_bound_ms.unwrap_or(0);
                actions.extend(self.ping(now));
            }
            Host::Off if self.start != Start::OnDemand => actions = self.start_host("invoke", now),
            _ => (),
        }
        if hold_ms == 0 {
            actions.extend(self.ask_next());
        } else {
            // One more than the bound has: the first may be due already, as after each freeze.
            let ticks_left = hold_ms.saturating_add(TICK_MS - 1) / TICK_MS + 1;
            self.phase = Phase::Invoke { request_id, deadline_ms, ticks_left };
        }
        actions
    }

    fn shutdown(&mut self, deadline_ms: u64, line: String) -> Vec<Action> {
        self.phase = Phase::Shutdown { deadline_ms };
        match self.host {
            Host::Off => self.exit(),
            _ => vec![Action::Send(line)],
        }
    }

    fn hear(&mut self, message: Message) -> Vec<Action> {
        match (message, &mut self.host, &self.phase) {
            (Message::Ready { invoke_bound_ms }, Host::Booting { .. }, phase) => {
                let is_init = matches!(phase, Phase::Init);
                self.host = Host::Ready { invoke_bound_ms, ping: None, quiet_ms: 0 };
                // It knows of the losses from its start, and reports them.
                self.lost_records = 0;
                if is_init {
                    return self.ask_next();
                }
            }
            (Message::Done { request_id: done }, _, Phase::Invoke { request_id, .. }) if done == *request_id => {
                return self.ask_next();
            }
            (Message::Pong, Host::Ready { ping, quiet_ms, .. }, _) => {
                *ping = None;
                *quiet_ms = 0;
                self.failures = 0;
            }
            (Message::Holds { records }, ..) => self.held_records = records,
            _ => (),
        }
        Vec::new()
    }

    fn tick(&mut self, now: &Now) -> Vec<Action> {
        let mut actions = self.tick_host(now);
        match &mut self.phase {
            Phase::Init if matches!(self.host, Host::Booting { ticks } if ticks >= INIT_TICKS) => {
                actions.extend(self.ask_next());
            }
            Phase::Invoke { deadline_ms, ticks_left, .. } => {
                *ticks_left = ticks_left.saturating_sub(1);
                if *ticks_left == 0 || now.wall_ms + INVOKE_MARGIN_MS >= *deadline_ms {
                    actions.extend(self.ask_next());
                }
            }
            Phase::Shutdown { deadline_ms } if now.wall_ms + SHUTDOWN_MARGIN_MS >= *deadline_ms => {
                self.lost_records += self.held_records;
                actions.push(Action::Kill);
                actions.extend(self.exit());
            }
            _ => (),
        }
        actions
    }

    fn tick_host(&mut self, now: &Now) -> Vec<Action> {
        let since_tick_ms = self.tick_ms().unwrap_or(TICK_MS);
        match &mut self.host {
            Host::Booting { ticks } => {
                *ticks += 1;
                if *ticks >= PATIENCE_TICKS {
                    return self.kill("it was not ready in 10 s".to_owned());
                }
            }
            Host::Ready { ping: Some(ping), .. } => {
                ping.ticks += 1;
                // One that merely gets no CPU, because the function takes it all, is not hung.
                let is_burning = ping.ticks >= HUNG_TICKS && (now.host_cpu_ms)() > ping.cpu_ms + HUNG_CPU_MS;
                if is_burning || ping.ticks >= PATIENCE_TICKS {
                    let why = format!("it gave no sign of life for {} s", ping.ticks / 10);
                    return self.kill(why);
                }
            }
            Host::Ready { ping: None, quiet_ms, .. } => {
                *quiet_ms += since_tick_ms;
                if *quiet_ms >= QUIET_MS {
                    return self.ping(now);
                }
            }
            Host::Off | Host::Killed { .. } => (),
        }
        Vec::new()
    }

    fn ping(&mut self, now: &Now) -> Vec<Action> {
        match &mut self.host {
            Host::Ready { ping: ping @ None, .. } => {
                *ping = Some(Ping { ticks: 0, cpu_ms: (now.host_cpu_ms)() });
                vec![Action::Send(PING.to_owned())]
            }
            _ => Vec::new(),
        }
    }

    fn start_host(&mut self, reason: &'static str, now: &Now) -> Vec<Action> {
        if self.refusal(now.wall_ms).is_some() {
            return Vec::new();
        }
        self.refusal = None;
        self.host = Host::Booting { ticks: 0 };
        vec![Action::Start { reason, lost_records: self.lost_records }]
    }

    fn kill(&mut self, why: String) -> Vec<Action> {
        match self.host {
            Host::Off | Host::Killed { .. } => Vec::new(),
            _ => {
                self.host = Host::Killed { why };
                vec![Action::Kill]
            }
        }
    }

    fn bury(&mut self, how: String, is_hopeless: bool, now: &Now) -> Vec<Action> {
        let how = match std::mem::replace(&mut self.host, Host::Off) {
            Host::Killed { why } => format!("was killed, because {why}"),
            _ => how,
        };
        let lost = std::mem::take(&mut self.held_records);
        self.lost_records += lost;
        self.failures = if is_hopeless { MAX_FAILURES } else { self.failures + 1 };

        let mut actions = Vec::new();
        if matches!(self.phase, Phase::Shutdown { .. }) {
            return self.exit();
        }
        let next = if self.failures < MAX_FAILURES {
            "It is started again when it is needed".to_owned()
        } else {
            self.failures = MAX_FAILURES - 1;
            self.refusal = Some(Refusal { why: format!("The host {how}"), since_ms: now.wall_ms });
            format!("Callers get 503 for {} s", COOL_DOWN_MS / 1_000)
        };
        let losses = if lost == 0 { String::new() } else { format!(", and {lost} telemetry records with it") };
        actions.push(Action::Complain(format!("the host {how}{losses}. {next}; the function does not notice.")));
        if !matches!(self.phase, Phase::Waiting) {
            actions.extend(self.ask_next());
        }
        if self.is_managed && self.start != Start::OnDemand {
            // No invocation will do it.
            actions.extend(self.start_host("after-next", now));
        }
        actions
    }

    fn ask_next(&mut self) -> Vec<Action> {
        self.phase = Phase::Waiting;
        vec![Action::AskNext]
    }

    fn exit(&self) -> Vec<Action> {
        let losses = (self.lost_records > 0)
            .then(|| Action::Complain(format!("{} telemetry records were lost with the host", self.lost_records)));
        losses.into_iter().chain([Action::Exit]).collect()
    }
}

const PING: &str = r#"{"eventType":"PING"}"#;
const TICK_MS: u64 = 100;
const QUIET_MS: u64 = 1_000;
const PATIENCE_TICKS: u32 = 100;
const HUNG_TICKS: u32 = 10;
const HUNG_CPU_MS: u64 = 1_000;
/// Lambda gives INIT ten seconds, which the function needs too.
const INIT_TICKS: u32 = 50;
const MAX_FAILURES: u32 = 3;
const COOL_DOWN_MS: u64 = 10_000;
/// Lambda resets an environment whose extensions are busy at the function's deadline.
const INVOKE_MARGIN_MS: u64 = 100;
const SHUTDOWN_MARGIN_MS: u64 = 300;

#[cfg(test)]
mod tests {
    use super::*;

    const AT_MS: u64 = 1_700_000_000_000;

    /// A supervisor with a clock and a host's CPU time that the test sets.
    struct Bench {
        supervisor: Supervisor,
        wall_ms: u64,
        host_cpu_ms: u64,
    }

    impl Bench {
        /// After the first `next`.
        fn waiting(start: Start) -> Self {
            let mut bench = Bench { supervisor: Supervisor::new(start, false), wall_ms: AT_MS, host_cpu_ms: 0 };
            bench.step(Event::Registered);
            bench
        }

        fn with_host(message: &[Option<u64>]) -> Self {
            let mut bench = Bench::waiting(Start::OnDemand);
            bench.step(Event::Connection);
            bench.step(Event::Said(Message::Ready { invoke_bound_ms: message[0] }));
            bench
        }

        fn step(&mut self, event: Event) -> Vec<Action> {
            let cpu_ms = self.host_cpu_ms;
            self.supervisor.step(event, &Now { wall_ms: self.wall_ms, host_cpu_ms: &|| cpu_ms })
        }

        /// The actions of the first tick that has any, and how many ticks that took.
        fn tick_until_something(&mut self) -> (usize, Vec<Action>) {
            (1..=1_000).map(|count| (count, self.step(Event::Tick))).find(|(_, actions)| !actions.is_empty()).unwrap()
        }

        fn invoke(&mut self, id: &str, lasts_ms: u64) -> Vec<Action> {
            let deadline_ms = self.wall_ms + lasts_ms;
            self.step(Event::Invoke { request_id: id.into(), deadline_ms, line: format!("invoke {id}") })
        }

        fn end(&mut self) -> Vec<Action> {
            self.step(Event::Ended { how: "was ended by signal 9".into(), is_hopeless: false })
        }

        fn shut_down(&mut self) -> Vec<Action> {
            let deadline_ms = self.wall_ms + 2_000;
            self.step(Event::Shutdown { deadline_ms, line: "shutdown".into() })
        }
    }

    fn start(reason: &'static str) -> Action {
        Action::Start { reason, lost_records: 0 }
    }

    fn ping() -> Action {
        Action::Send(PING.into())
    }

    #[test]
    fn starts_the_host_as_the_policy_says() {
        let first =
            |start| Supervisor::new(start, false).step(Event::Registered, &Now { wall_ms: 0, host_cpu_ms: &|| 0 });

        assert_eq!(first(Start::OnDemand), [Action::AskNext]);
        assert_eq!(first(Start::AfterNext), [Action::AskNext, start("after-next")]);
        assert_eq!(first(Start::Eager), [start("eager")]);
    }

    #[test]
    fn asks_for_the_first_event_when_an_eager_host_is_ready_or_has_ended_or_takes_too_long() {
        let mut ready = Bench::waiting(Start::Eager);
        assert_eq!(ready.step(Event::Said(Message::Ready { invoke_bound_ms: None })), [Action::AskNext]);

        let mut ended = Bench::waiting(Start::Eager);
        assert!(ended.end().contains(&Action::AskNext));

        let mut slow = Bench::waiting(Start::Eager);
        assert_eq!(slow.tick_until_something(), (50, vec![Action::AskNext]));
    }

    #[test]
    fn does_not_wake_while_nobody_needs_it() {
        assert_eq!(Bench::waiting(Start::OnDemand).supervisor.tick_ms(), None);
    }

    #[test]
    fn asks_on_at_once_when_the_host_is_off_or_boots_or_wants_no_invocations_or_holds_none() {
        let mut off = Bench::waiting(Start::OnDemand);
        assert_eq!(off.invoke("1", 3_000), [Action::AskNext]);

        off.step(Event::Connection);
        assert_eq!(off.invoke("2", 3_000), [Action::AskNext]);

        assert_eq!(Bench::with_host(&[None]).invoke("1", 3_000), [ping(), Action::AskNext]);
        let sent = Action::Send("invoke 1".into());
        assert_eq!(Bench::with_host(&[Some(0)]).invoke("1", 3_000), [sent, ping(), Action::AskNext]);
    }

    #[test]
    fn waits_for_a_host_that_holds_the_invocation_until_it_is_done_or_ends() {
        let mut bench = Bench::with_host(&[Some(2_000)]);
        assert_eq!(bench.invoke("1", 3_000), [Action::Send("invoke 1".into()), ping()]);
        assert_eq!(bench.step(Event::Said(Message::Done { request_id: "other".into() })), []);
        assert_eq!(bench.step(Event::Said(Message::Done { request_id: "1".into() })), [Action::AskNext]);

        bench.invoke("2", 3_000);
        assert!(bench.end().contains(&Action::AskNext));
    }

    #[test]
    fn waits_a_tick_longer_than_the_bound_at_most_and_not_beyond_the_deadline() {
        let mut bound = Bench::with_host(&[Some(250)]);
        bound.invoke("1", 60_000);
        assert_eq!(bound.tick_until_something(), (4, vec![Action::AskNext]));

        let mut deadline = Bench::with_host(&[Some(2_000)]);
        deadline.invoke("1", 3_000);
        deadline.wall_ms += 2_950;
        assert_eq!(deadline.tick_until_something(), (1, vec![Action::AskNext]));
    }

    #[test]
    fn waits_the_whole_bound_though_a_tick_was_due_when_the_invocation_came() {
        let mut thawed = Bench::with_host(&[Some(100)]);
        thawed.invoke("1", 60_000);
        assert_eq!(thawed.step(Event::Tick), []);
        assert_eq!(thawed.step(Event::Tick), [Action::AskNext]);
    }

    #[test]
    fn looks_after_a_quiet_host_every_second() {
        let mut bench = Bench::with_host(&[None]);
        assert_eq!(bench.supervisor.tick_ms(), Some(1_000));
        assert_eq!(bench.step(Event::Tick), [ping()]);
        assert_eq!(bench.supervisor.tick_ms(), Some(100));
        bench.step(Event::Said(Message::Pong));
        assert_eq!(bench.supervisor.tick_ms(), Some(1_000));
    }

    #[test]
    fn looks_after_a_host_that_holds_an_invocation_no_more_often() {
        let mut bench = Bench::with_host(&[Some(60_000)]);
        bench.invoke("1", 90_000);
        bench.step(Event::Said(Message::Pong));
        assert_eq!(bench.supervisor.tick_ms(), Some(100));
        for _ in 0..2 {
            assert_eq!(bench.tick_until_something(), (10, vec![ping()]));
            bench.step(Event::Said(Message::Pong));
        }
    }

    #[test]
    fn kills_a_host_in_an_endless_loop_after_a_second() {
        let mut bench = Bench::with_host(&[None]);
        bench.step(Event::Tick);
        bench.host_cpu_ms = 1_001;
        assert_eq!(bench.tick_until_something(), (10, vec![Action::Kill]));
        assert_eq!(bench.step(Event::Tick), []);
    }

    #[test]
    fn kills_a_host_in_an_endless_loop_however_often_it_is_told_of_invocations() {
        let mut bench = Bench::with_host(&[Some(0)]);
        bench.invoke("1", 60_000);
        bench.host_cpu_ms = 1_001;
        for _ in 0..9 {
            assert_eq!(bench.step(Event::Tick), []);
            assert_eq!(bench.invoke("2", 60_000), [Action::Send("invoke 2".into()), Action::AskNext]);
        }
        assert_eq!(bench.step(Event::Tick), [Action::Kill]);
    }

    #[test]
    fn kills_a_host_that_does_not_read_and_goes_on() {
        let mut bench = Bench::with_host(&[Some(2_000)]);
        bench.invoke("1", 60_000);
        assert_eq!(bench.step(Event::Broken("it does not read")), [Action::Kill]);
        assert_eq!(bench.step(Event::Broken("it still does not read")), []);
        let complaint = "the host was killed, because it does not read. It is started again when it is needed; the function does not notice.";
        assert_eq!(bench.end(), [Action::Complain(complaint.into()), Action::AskNext]);
    }

    #[test]
    fn leaves_a_host_alone_that_gets_no_cpu_unless_it_is_silent_for_ten_seconds() {
        let mut bench = Bench::with_host(&[None]);
        bench.host_cpu_ms = 60_000;
        bench.step(Event::Tick);
        bench.host_cpu_ms += 900;
        assert_eq!(bench.tick_until_something(), (100, vec![Action::Kill]));
    }

    #[test]
    fn kills_nobody_because_of_a_freeze() {
        let mut bench = Bench::with_host(&[Some(2_000)]);
        bench.invoke("1", 900_000);
        bench.wall_ms += 600_000;
        assert_eq!(bench.step(Event::Tick), []);
    }

    #[test]
    fn starts_a_dead_host_at_the_next_connection_and_at_an_invocation_only_where_the_policy_wants_it_always() {
        let mut on_demand = Bench::with_host(&[None]);
        on_demand.end();
        assert_eq!(on_demand.invoke("1", 3_000), [Action::AskNext]);
        assert_eq!(on_demand.step(Event::Connection), [start("connection")]);

        let mut always = Bench::waiting(Start::AfterNext);
        always.step(Event::Said(Message::Ready { invoke_bound_ms: Some(0) }));
        always.end();
        assert_eq!(always.invoke("1", 3_000), [start("invoke"), Action::AskNext]);
    }

    #[test]
    fn starts_a_dead_host_at_once_on_managed_instances_where_the_policy_wants_it_always() {
        let starts = |policy| {
            let mut bench = Bench::waiting(policy);
            bench.supervisor.is_managed = true;
            bench.step(Event::Connection);
            (0..3).map(|_| bench.end().contains(&start("after-next"))).collect::<Vec<_>>()
        };

        assert_eq!(starts(Start::AfterNext), [true, true, false]);
        assert_eq!(starts(Start::OnDemand), [false, false, false]);
    }

    #[test]
    fn turns_callers_away_after_three_boots_that_failed_and_tries_again_after_a_while() {
        let mut bench = Bench::waiting(Start::OnDemand);
        for _ in 0..2 {
            bench.step(Event::Connection);
            bench.end();
            assert_eq!(bench.supervisor.refusal(AT_MS), None);
        }
        bench.step(Event::Connection);
        bench.end();
        assert_eq!(bench.supervisor.refusal(AT_MS), Some("The host was ended by signal 9"));
        assert_eq!(bench.step(Event::Connection), []);

        bench.wall_ms += 10_000;
        assert_eq!(bench.supervisor.refusal(bench.wall_ms), None);
        assert_eq!(bench.step(Event::Connection), [start("connection")]);
        bench.end();
        assert!(bench.supervisor.refusal(bench.wall_ms).is_some());
    }

    #[test]
    fn tries_again_when_the_wall_clock_stepped_back() {
        let mut bench = Bench::waiting(Start::OnDemand);
        bench.step(Event::Ended { how: "cannot start".into(), is_hopeless: true });
        assert!(bench.supervisor.refusal(AT_MS).is_some());
        assert_eq!(bench.supervisor.refusal(AT_MS - 3_600_000), None);
    }

    #[test]
    fn forgets_failed_boots_at_a_sign_of_health() {
        let mut bench = Bench::waiting(Start::OnDemand);
        for _ in 0..5 {
            bench.step(Event::Connection);
            bench.step(Event::Said(Message::Ready { invoke_bound_ms: None }));
            bench.step(Event::Said(Message::Pong));
            bench.end();
        }
        assert_eq!(bench.supervisor.refusal(AT_MS), None);
    }

    #[test]
    fn kills_a_host_that_is_never_ready() {
        let mut bench = Bench::waiting(Start::OnDemand);
        bench.step(Event::Connection);
        assert_eq!(bench.tick_until_something(), (100, vec![Action::Kill]));
        let complaint = "the host was killed, because it was not ready in 10 s. It is started again when it is needed; the function does not notice.";
        assert_eq!(bench.end(), [Action::Complain(complaint.into())]);
    }

    #[test]
    fn shuts_down_at_once_without_a_host_and_else_when_the_host_has_ended() {
        assert_eq!(Bench::waiting(Start::OnDemand).shut_down(), [Action::Exit]);

        let mut bench = Bench::with_host(&[None]);
        assert_eq!(bench.shut_down(), [Action::Send("shutdown".into())]);
        assert_eq!(bench.end(), [Action::Exit]);
    }

    #[test]
    fn kills_a_host_that_does_not_end_300_ms_before_lambda_would() {
        let mut bench = Bench::with_host(&[None]);
        bench.shut_down();
        bench.wall_ms += 1_600;
        assert_eq!(bench.step(Event::Tick), []);
        bench.wall_ms += 100;
        assert_eq!(bench.step(Event::Tick), [Action::Kill, Action::Exit]);
    }

    #[test]
    fn says_what_dies_with_a_host_that_does_not_end() {
        let mut bench = Bench::with_host(&[None]);
        bench.step(Event::Said(Message::Holds { records: 7 }));
        bench.shut_down();
        bench.wall_ms += 1_700;
        let complaint = Action::Complain("7 telemetry records were lost with the host".into());
        assert_eq!(bench.step(Event::Tick), [Action::Kill, complaint, Action::Exit]);
    }

    #[test]
    fn tells_the_next_host_what_was_lost_until_one_has_reported_it() {
        let mut bench = Bench::with_host(&[None]);
        bench.step(Event::Said(Message::Holds { records: 7 }));
        bench.end();
        let reported = Action::Start { reason: "connection", lost_records: 7 };
        assert_eq!(bench.step(Event::Connection), [reported]);
        bench.step(Event::Said(Message::Ready { invoke_bound_ms: None }));
        bench.end();
        assert_eq!(bench.step(Event::Connection), [start("connection")]);
    }

    #[test]
    fn says_at_the_end_what_no_host_could_report() {
        let mut bench = Bench::with_host(&[None]);
        bench.step(Event::Said(Message::Holds { records: 7 }));
        bench.end();
        let complaint = Action::Complain("7 telemetry records were lost with the host".into());
        assert_eq!(bench.shut_down(), [complaint, Action::Exit]);
    }
}
