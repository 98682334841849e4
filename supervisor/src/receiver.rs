//! Receives Lambda's deliveries and puts them into the store.
use crate::deliveries::{Deliveries, Free};
use crate::intake::{Arrived, Intake, Repeated};
use crate::log::{Level, Log, SPEAKER};
use crate::store::Store;
use std::os::unix::io::RawFd;
use std::rc::Rc;
use std::time::Duration;

pub struct Receiver {
    intake: Intake,
    store: Rc<Store>,
    repeated: Repeated,
}

impl Receiver {
    pub fn new(intake: Intake, store: Rc<Store>) -> Self {
        Receiver { intake, store, repeated: Repeated::default() }
    }

    pub fn fds(&self) -> Vec<RawFd> {
        self.intake.fds()
    }

    /// How long until `serve` must be called though nothing has arrived.
    pub fn due_in(&self) -> Option<Duration> {
        self.intake.due_in()
    }

    /// Serves those of `fds` that have something to read. Returns whether a delivery has arrived.
    ///
    /// `is_snapshot_near`: nothing of INIT may be kept any more. It is not when a delivery shows that the environment is restored.
    pub fn serve(
        &mut self,
        is_ready: &[bool],
        deliveries: &mut Deliveries,
        is_snapshot_near: &mut bool,
        log: &Log,
    ) -> bool {
        let Receiver { intake, store, repeated } = self;
        let mut has_arrived = false;
        let was_near = *is_snapshot_near;
        let mut on_arrived = |arrived: Arrived| {
            if *is_snapshot_near && is_of_init(&arrived) {
                log.write(
                    Level::Info,
                    SPEAKER,
                    "Dropped a delivery of telemetry of INIT, which came too late for the snapshot.",
                );
                return STORED;
            }
            *is_snapshot_near = false;
            has_arrived = true;
            take(arrived, deliveries, store, repeated)
        };
        intake.serve(is_ready, &mut on_arrived, log);
        if was_near {
            intake.forget();
        }
        has_arrived
    }

    /// Forgets the bytes of what was delivered. What is being delivered goes on.
    pub fn forget(&mut self) {
        self.intake.forget();
    }

    pub fn free(&self, free: &Free) {
        match free {
            Free::Ranges(ranges) => ranges.iter().for_each(|range| self.store.free(range)),
            Free::Everything => self.store.clear(),
        }
    }
}

/// Whether it can only be of before the restore. A search for the quoted type: where it is found in a text, the host looks closer.
fn is_of_init(arrived: &Arrived) -> bool {
    match arrived {
        Arrived::Delivery { body, .. } => {
            let text = String::from_utf8_lossy(body);
            !OF_RESTORED.iter().any(|start| text.contains(start))
        }
        Arrived::TooLong { .. } => true,
    }
}

/// Stores a delivery, and returns the status of the response to it.
fn take(arrived: Arrived, deliveries: &mut Deliveries, store: &Store, repeated: &mut Repeated) -> u16 {
    if deliveries.are_unwanted() {
        return STORED;
    }
    let (body, sequence_id) = match arrived {
        Arrived::Delivery { body, sequence_id } => (body, sequence_id),
        Arrived::TooLong { records } => {
            deliveries.lose(records);
            return STORED;
        }
    };
    if repeated.is_known(body, sequence_id) {
        return STORED;
    }
    let written = deliveries.make_room(body.len() as u64).filter(|&offset| store.write(offset, body).is_ok());
    match written {
        Some(offset) => {
            deliveries.stored(offset, body);
            repeated.remember(body, sequence_id);
            STORED
        }
        None => LATER,
    }
}

const STORED: u16 = 200;
const LATER: u16 = 503;
const OF_RESTORED: [&str; 2] = ["\"platform.restore", "\"platform.start\""];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_can_only_be_of_init() {
        let is_of_init = |body: &[u8]| is_of_init(&Arrived::Delivery { body, sequence_id: None });

        assert!(is_of_init(br#"[{"type":"platform.initReport"},{"type":"function","record":"\xff"}]"#));
        assert!(is_of_init(b"\xff"));
        assert!(!is_of_init(br#"[{"type":"platform.initReport"},{"type":"platform.restoreStart"}]"#));
        assert!(!is_of_init(br#"[{"type":"platform.start"}]"#));
    }
}
