//! The loop: waits for what comes first, hands it to the supervisor, and carries out the actions that it decides on.
mod perform;

use crate::api::Api;
use crate::control::Message;
use crate::decision::Event;
use crate::deliveries::Deliveries;
use crate::event;
use crate::host::{Host, Identity};
use crate::listeners::Listeners;
use crate::log::{wall_ms, Log};
use crate::receiver::Receiver;
use crate::redaction::Redaction;
use crate::refusals::Refusals;
use crate::supervisor::Supervisor;
use crate::sys;
use std::time::{Duration, Instant};

pub struct World<'a> {
    supervisor: Supervisor,
    api: Api<'a>,
    listeners: Listeners,
    redaction: Redaction,
    host: Option<Host>,
    starts: u32,
    /// Of the latest invocation, in milliseconds since the epoch; 0 before the first.
    deadline_ms: u64,
    refusals: Refusals,
    /// `None` where Lambda delivers no telemetry to this process.
    receiver: Option<Receiver>,
    log: &'a Log,
    identity: Identity<'a>,
}

impl<'a> World<'a> {
    pub fn new(
        supervisor: Supervisor,
        listeners: Listeners,
        redaction: Redaction,
        api: Api<'a>,
        receiver: Option<Receiver>,
        log: &'a Log,
        identity: Identity<'a>,
    ) -> Self {
        let refusals = Refusals::default();
        World {
            supervisor,
            api,
            listeners,
            redaction,
            host: None,
            starts: 0,
            deadline_ms: 0,
            refusals,
            receiver,
            log,
            identity,
        }
    }
}

pub fn run(mut world: World) -> ! {
    let mut interval_ms = None;
    let mut ticked_at = Instant::now();
    world.step(Event::Registered);
    loop {
        let before_ms = std::mem::replace(&mut interval_ms, world.supervisor.tick_ms());
        // A shorter interval counts from now, a longer one from the last tick.
        if interval_ms < before_ms || before_ms.is_none() {
            ticked_at = Instant::now();
        }
        let tick_at = interval_ms.map(|ms| ticked_at + Duration::from_millis(ms));
        world.wait(tick_at);
        if tick_at.map_or(false, |at| at <= Instant::now()) {
            ticked_at = Instant::now();
            world.reap_host_if(Host::has_ended);
            world.step(Event::Tick);
        }
    }
}

impl World<'_> {
    /// Waits until a socket has something to read, and handles all that have.
    fn wait(&mut self, tick_at: Option<Instant>) {
        let is_watching = self.supervisor.is_host_off() && !self.refusals.is_full();
        let is_refusing = self.supervisor.refusal(wall_ms()).is_some();
        let listeners = match (is_watching, is_refusing) {
            (false, _) => Vec::new(),
            (true, false) => self.listeners.fds(),
            (true, true) => self.listeners.connectable().collect(),
        };
        let host = self.host.as_ref().map_or(sys::NO_FD, Host::fd);
        let api = self.api.fd().unwrap_or(sys::NO_FD);
        let redaction = self.redaction.fds();
        let intake = self.receiver.as_ref().map_or(Vec::new(), Receiver::fds);
        let fds: Vec<_> = [host, api]
            .iter()
            .chain(&listeners)
            .chain(&redaction)
            .chain(&intake)
            .copied()
            .chain(self.refusals.fds())
            .collect();
        let until_tick = tick_at.map(|at| at.saturating_duration_since(Instant::now()));
        let catch_up = self.log.catch_up().then_some(CATCH_UP);
        let sweep = self.receiver.as_ref().and_then(Receiver::due_in);
        let timeouts =
            [until_tick, self.api.retry_in(), self.refusals.due_in(), self.redaction.due_in(), sweep, catch_up];
        let timeout = timeouts.into_iter().flatten().min();
        let writable = self.host.as_ref().and_then(Host::fd_to_write);
        let mut is_ready = sys::wait(&fds, writable, timeout.map(|time| time.as_millis() as i32 + 1)).into_iter();
        let mut next = |count| is_ready.by_ref().take(count).collect::<Vec<_>>();
        let (host, api) = (next(1), next(1));
        let (listeners, redaction, intake) = (next(listeners.len()), next(redaction.len()), next(intake.len()));

        // The host first: if it has ended, it must get no event.
        if host.contains(&true) {
            self.on_host_messages();
        }
        self.host.iter_mut().for_each(Host::send_rest);
        if redaction.contains(&true) || self.redaction.due_in().is_some() {
            self.take_texts();
        }
        // Before the event: what Lambda delivers at SHUTDOWN may have come already.
        self.on_deliveries(&intake);
        if api.contains(&true) || self.api.retry_in() == Some(Duration::ZERO) {
            self.on_api_response();
        }
        self.serve_refused();
        for (index, _) in listeners.iter().enumerate().filter(|(_, &is_ready)| is_ready) {
            self.on_connection(index);
        }
    }

    fn on_api_response(&mut self) {
        let response = match self.api.receive() {
            Some(response) => response,
            None => return,
        };
        if response.status != 200 {
            // An extension that can get no more events must exit, or its environment hangs.
            self.log.exit(&response.failure("event/next"));
        }
        let line = response.body.replace(['\n', '\r'], " ");
        match event::decode(&line) {
            Some(event::Event::Invoke { request_id, deadline_ms }) => {
                self.deadline_ms = deadline_ms;
                self.step(Event::Invoke { request_id, deadline_ms, line });
            }
            Some(event::Event::Shutdown { deadline_ms }) => self.step(Event::Shutdown { deadline_ms, line }),
            None => self.api.fail("the response is not an event"),
        }
    }

    fn on_host_messages(&mut self) {
        let (messages, is_ended) = match &mut self.host {
            Some(host) => host.receive(),
            None => return,
        };
        match messages {
            Ok(messages) => messages.into_iter().for_each(|message| self.on_message(message, Event::FromHost)),
            Err(why) => self.step(Event::Broken(why)),
        }
        self.reap_host_if(|_| is_ended);
    }

    fn reap_host_if(&mut self, is_ended: impl FnOnce(&mut Host) -> bool) {
        if !self.host.as_mut().map_or(false, is_ended) {
            return;
        }
        if let Some(mut host) = self.host.take() {
            let (how, is_success) = host.reap();
            // Its last words count: how many records it held.
            for message in host.receive_rest() {
                self.on_message(message, Event::LastWords);
            }
            if self.redaction.texts().has_dropped() {
                self.supervisor.deliveries.iter_mut().for_each(Deliveries::keep_from_later_hosts);
            }
            self.step(Event::Ended { how, is_success });
        }
    }

    fn on_message(&mut self, message: Message, as_event: fn(Message) -> Event) {
        match message {
            Message::Text(text) => self.redaction.keep(&text),
            other => self.step(as_event(other)),
        }
    }

    fn on_deliveries(&mut self, is_ready: &[bool]) {
        let (mut is_stored, mut is_restored) = (false, false);
        let is_near = self.supervisor.is_snapshot_near();
        if let (Some(receiver), Some(deliveries)) = (&mut self.receiver, &mut self.supervisor.deliveries) {
            let mut is_near = is_near;
            is_stored = receiver.serve(is_ready, deliveries, &mut is_near, self.log);
            is_restored = !is_near;
        }
        if is_restored {
            self.supervisor.restored();
        }
        if is_stored {
            self.step(Event::Stored);
        }
    }

    /// The host gets a text before the function gets the answer, and so before it logs anything.
    fn take_texts(&mut self) {
        if self.supervisor.is_snapshot_near() {
            return self.redaction.turn_away();
        }
        let host = &mut self.host;
        let mut sent = Ok(());
        self.redaction.serve(&mut |line| {
            if let Some(host) = host {
                sent = sent.and(host.send(line));
            }
        });
        self.break_off_unless(sent);
    }

    fn serve_refused(&mut self) {
        if !self.refusals.is_empty() {
            let why = self.supervisor.refusal(wall_ms()).unwrap_or("The host is restarting. Retry now.").to_owned();
            self.refusals.serve(&why);
        }
    }

    fn on_connection(&mut self, listener: usize) {
        if self.supervisor.refusal(wall_ms()).is_none() {
            if self.supervisor.is_host_off() {
                self.step(Event::Connection);
            }
        } else if let Some(listener) = self.listeners.get(listener) {
            self.refusals.accept(listener);
        }
    }
}

/// How often the supervisor looks for room in a full log.
const CATCH_UP: Duration = Duration::from_secs(1);
