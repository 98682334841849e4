//! The loop: waits for whatever comes first, hands it to `supervise`, and carries out what that decides.
use crate::api::Api;
use crate::event;
use crate::host::{Errand, Host, Identity};
use crate::listeners::{Listeners, SPEAKER};
use crate::log::{wall_ms, Level, Log};
use crate::refusals::Refusals;
use crate::supervise::{Action, Event, Now, Supervisor};
use crate::sys;
use std::time::{Duration, Instant};

pub struct World<'a> {
    supervisor: Supervisor,
    api: Api<'a>,
    listeners: Listeners,
    host: Option<Host>,
    starts: u32,
    /// Of the latest invocation, in milliseconds since the epoch; 0 before the first.
    deadline_ms: u64,
    refusals: Refusals,
    log: &'a Log,
    identity: Identity<'a>,
}

impl<'a> World<'a> {
    pub fn new(
        supervisor: Supervisor,
        listeners: Listeners,
        api: Api<'a>,
        log: &'a Log,
        identity: Identity<'a>,
    ) -> Self {
        let refusals = Refusals::default();
        World { supervisor, api, listeners, host: None, starts: 0, deadline_ms: 0, refusals, log, identity }
    }
}

pub fn run(mut world: World) -> ! {
    let mut interval_ms = None;
    let mut ticked_at = Instant::now();
    world.step(Event::Registered);
    loop {
        let before_ms = std::mem::replace(&mut interval_ms, world.supervisor.tick_ms());
        // A tick that is wanted sooner than before comes its whole interval from now; one that is wanted later, from the last.
        if interval_ms < before_ms || before_ms.is_none() {
            ticked_at = Instant::now();
        }
        let tick_at = interval_ms.map(|ms| ticked_at + Duration::from_millis(ms));
        world.wait(tick_at);
        if tick_at.map_or(false, |at| at <= Instant::now()) {
            ticked_at = Instant::now();
            world.bury_host_if(Host::has_ended);
            world.step(Event::Tick);
        }
    }
}

impl World<'_> {
    /// Waits until somebody has something to say, and hears all who do.
    fn wait(&mut self, tick_at: Option<Instant>) {
        let is_watching = self.supervisor.is_host_off() && !self.refusals.is_full();
        let listeners = if is_watching { self.listeners.fds() } else { Vec::new() };
        let talkers = [self.api.fd(), self.host.as_ref().map(Host::fd)];
        let fds: Vec<_> =
            listeners.iter().copied().chain(talkers.into_iter().flatten()).chain(self.refusals.fds()).collect();
        let until_tick = tick_at.map(|at| at.saturating_duration_since(Instant::now()));
        let sweep = (!self.refusals.is_empty()).then_some(SWEEP);
        let timeout = [until_tick, self.api.retry_in(), sweep].into_iter().flatten().min();
        let is_ready = sys::wait(&fds, timeout.map(|time| time.as_millis() as i32 + 1));

        // The host first: an event is not for one that has ended.
        self.hear_host();
        self.hear_api();
        self.serve_refused();
        for (index, _) in is_ready.iter().take(listeners.len()).enumerate().filter(|(_, &is_ready)| is_ready) {
            self.meet_caller(index);
        }
    }

    fn hear_api(&mut self) {
        let answer = match self.api.receive() {
            Some(answer) => answer,
            None => return,
        };
        if answer.status != 200 {
            // An environment whose extension may not ask any more hangs, unless the extension ends.
            crate::give_up(self.log, &answer.refusal("event/next"));
        }
        match event::decode(&answer.body) {
            Some(event::Event::Invoke { request_id, deadline_ms }) => {
                self.deadline_ms = deadline_ms;
                self.step(Event::Invoke { request_id, deadline_ms, line: answer.body });
            }
            Some(event::Event::Shutdown { deadline_ms }) => {
                self.step(Event::Shutdown { deadline_ms, line: answer.body })
            }
            None => self.api.fail("the answer is no event"),
        }
    }

    fn hear_host(&mut self) {
        let (messages, is_ended) = match &mut self.host {
            Some(host) => host.hear(),
            None => return,
        };
        match messages {
            Ok(messages) => messages.into_iter().for_each(|message| self.step(Event::Said(message))),
            Err(why) => self.step(Event::Broken(why)),
        }
        self.bury_host_if(|_| is_ended);
    }

    fn bury_host_if(&mut self, is_ended: impl FnOnce(&mut Host) -> bool) {
        if self.host.as_mut().map_or(false, is_ended) {
            let how = self.host.take().map(Host::bury).unwrap_or_default();
            self.step(Event::Ended { how, is_hopeless: false });
        }
    }

    fn serve_refused(&mut self) {
        if !self.refusals.is_empty() {
            let why = self.supervisor.refusal(wall_ms()).unwrap_or("The host is being started again").to_owned();
            self.refusals.serve(&why);
        }
    }

    fn meet_caller(&mut self, listener: usize) {
        if self.supervisor.refusal(wall_ms()).is_none() {
            if self.supervisor.is_host_off() {
                self.step(Event::Connection);
            }
        } else if let Some(listener) = self.listeners.get(listener) {
            self.refusals.accept(listener);
        }
    }

    fn step(&mut self, event: Event) {
        let host = &self.host;
        let now = Now { wall_ms: wall_ms(), host_cpu_ms: &|| host.as_ref().map_or(0, Host::cpu_ms) };
        for action in self.supervisor.step(event, &now) {
            self.perform(action);
        }
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::AskNext => {
                let headers = format!("Lambda-Extension-Identifier: {}\r\n", self.identity.id);
                self.api.ask("GET", "/2020-01-01/extension/event/next", &headers, "");
            }
            Action::Start { reason, lost_records } => self.start_host(reason, lost_records),
            Action::Send(line) => {
                let sent = self.host.as_mut().map_or(Ok(()), |host| host.send(&line));
                if let Err(why) = sent {
                    self.step(Event::Broken(why));
                }
            }
            Action::Kill => self.host.iter_mut().for_each(Host::kill),
            Action::Complain(message) => self.log.write(Level::Error, SPEAKER, &message),
            Action::Exit => {
                // A killed host has the ports until it is gone, and Lambda may start the next of us at once.
                drop(self.host.take().map(Host::bury));
                std::process::exit(0)
            }
        }
    }

    fn start_host(&mut self, reason: &str, lost_records: u64) {
        self.starts += 1;
        let errand = Errand {
            identity: &self.identity,
            starts: self.starts,
            reason,
            lost_records,
            deadline_ms: self.deadline_ms,
        };
        match Host::start(&errand, &self.listeners) {
            Ok(host) => self.host = Some(host),
            Err(how) => self.step(Event::Ended { how, is_hopeless: true }),
        }
    }
}

/// How often refused callers are looked at that send nothing.
const SWEEP: Duration = Duration::from_secs(1);
