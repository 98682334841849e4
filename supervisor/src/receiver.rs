//! Receives Lambda's deliveries and puts them into the store.
use crate::deliveries::{Deliveries, Free};
use crate::intake::{Arrived, Intake, Repeated};
use crate::log::Log;
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
    pub fn serve(&mut self, is_ready: &[bool], deliveries: &mut Deliveries, log: &Log) -> bool {
        let Receiver { intake, store, repeated } = self;
        let mut has_arrived = false;
        let mut on_arrived = |arrived: Arrived| {
            has_arrived = true;
            take(arrived, deliveries, store, repeated)
        };
        intake.serve(is_ready, &mut on_arrived, log);
        has_arrived
    }

    pub fn free(&self, free: &Free) {
        match free {
            Free::Ranges(ranges) => ranges.iter().for_each(|range| self.store.free(range)),
            Free::Everything => self.store.clear(),
        }
    }
}

/// Stores a delivery, and returns the status of the response to it.
fn take(arrived: Arrived, deliveries: &mut Deliveries, store: &Store, repeated: &mut Repeated) -> u16 {
    const STORED: u16 = 200;
    const LATER: u16 = 503;
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
