//! Carries out what the supervisor decides.
use super::World;
use crate::control::Holdings;
use crate::decision::{Action, Event};
use crate::host::{Host, LaunchContext};
use crate::log::{wall_ms, Level, SPEAKER};
use crate::now::Now;
use crate::receiver::Receiver;
use crate::texts;
use crate::wipe::wipe_stack;

impl World<'_> {
    pub fn step(&mut self, event: Event) {
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
            Action::Start { reason, lost } => self.start_host(reason, lost),
            Action::Send(line) => self.send(&line),
            Action::Free(free) => self.receiver.iter().for_each(|receiver| receiver.free(&free)),
            Action::Kill => self.host.iter_mut().for_each(Host::kill),
            Action::Wipe => self.wipe(),
            Action::LogError(message) => self.log.write(Level::Error, SPEAKER, &message),
            Action::Exit => {
                // A killed host keeps the ports until it is reaped, and Lambda may start the next supervisor at once.
                drop(self.host.as_mut().map(Host::reap));
                std::process::exit(0)
            }
        }
    }

    fn start_host(&mut self, reason: &str, lost: Holdings) {
        self.starts += 1;
        let context = LaunchContext {
            identity: &self.identity,
            starts: self.starts,
            reason,
            lost,
            deadline_ms: self.deadline_ms,
        };
        match Host::start(&context, &self.listeners) {
            Ok(host) => {
                self.host = Some(host);
                let lines: Vec<_> = self.redaction.texts().lines().chain([texts::END.to_owned()]).collect();
                lines.iter().for_each(|line| self.send(line));
            }
            Err(how) => self.step(Event::NotStarted { how }),
        }
    }

    fn wipe(&mut self) {
        self.redaction.forget();
        self.receiver.iter_mut().for_each(Receiver::forget);
        wipe_stack();
    }

    fn send(&mut self, line: &str) {
        let sent = self.host.as_mut().map_or(Ok(()), |host| host.send(line));
        self.break_off_unless(sent);
    }

    pub fn break_off_unless(&mut self, sent: Result<(), &'static str>) {
        if let Err(why) = sent {
            self.step(Event::Broken(why));
        }
    }
}
