//! Decides what happens to Lambda's deliveries of telemetry: which are kept, and when the host gets them. Pure.
mod count_records;
mod evicted;
mod freed;
mod hand_over;
mod ledger;
mod losses;
mod marks;

use crate::control::Message;
use hand_over::HandOver;
use ledger::Ledger;
use losses::Losses;
use marks::Marks;
use std::fmt::Write;

pub use count_records::RecordCounter;
pub use freed::Free;
pub use hand_over::Mode;
pub use ledger::Counter;

pub struct Deliveries {
    ledger: Ledger,
    hand_over: HandOver,
    marks: Marks,
    /// What the next host must know, in base64, which nobody reads here.
    memo: String,
    /// Whether the next host could redact all that this one can.
    is_redactable: bool,
    /// What no host has been told yet.
    losses: Losses,
    /// What the running host has been told, and has not logged yet.
    told: Losses,
    /// The host has asked for everything up to this number, and waits for the answer.
    asked: Option<u64>,
}

impl Deliveries {
    /// `limit` in bytes.
    pub fn new(limit: u64, count_records: Counter) -> Self {
        Deliveries {
            ledger: Ledger::new(limit, count_records),
            hand_over: HandOver::default(),
            marks: Marks::default(),
            memo: String::new(),
            is_redactable: true,
            losses: Losses::default(),
            told: Losses::default(),
            asked: None,
        }
    }

    /// Where the host wants no telemetry, none is stored.
    pub fn are_unwanted(&self) -> bool {
        self.hand_over.wants_nothing()
    }

    /// Where a body of this length may be written; `None` when there is no room now.
    pub fn make_room(&mut self, length: u64) -> Option<u64> {
        self.ledger.make_room(length, &mut self.losses)
    }

    /// A delivery lies in the store from now on.
    pub fn stored(&mut self, offset: u64, body: &[u8]) {
        self.ledger.add(offset, body.len() as u64);
        self.hand_over.arrived(body, self.ledger.waiting_bytes(), self.ledger.last_seq());
    }

    /// A delivery was too long to be stored.
    pub fn lose(&mut self, records: u64) {
        self.losses.full += records;
    }

    pub fn on_message(&mut self, message: Message) {
        match message {
            Message::Takes(mode) => {
                self.hand_over.takes(mode, self.ledger.last_seq());
                if self.are_unwanted() {
                    self.ledger.forget_all();
                    (self.losses, self.told) = (Losses::default(), Losses::default());
                }
            }
            Message::Reads { seq } => self.ledger.reads(seq),
            Message::Taken { seq } => self.ledger.taken(seq),
            Message::Give => {
                self.asked = Some(self.ledger.last_seq());
                self.hand_over.everything(self.ledger.last_seq());
            }
            Message::Reported { reason, records } => self.told.reported(&reason, records),
            Message::Mark { name, seq } => self.marks.tell(name, seq),
            // A memo that is older than the marks would mislead the next host.
            Message::Memo(memo) => self.memo = if memo.len() > LONGEST_MEMO { String::new() } else { memo },
            _ => (),
        }
        self.ledger.release(self.marks.lowest().unwrap_or(u64::MAX));
    }

    pub fn tick(&mut self, since_tick_ms: u64) {
        let is_waiting = self.ledger.first_waiting().is_some();
        self.hand_over.tick(since_tick_ms, is_waiting, self.ledger.last_seq());
    }

    pub fn shut_down(&mut self) {
        self.hand_over.shut_down(self.ledger.last_seq());
    }

    /// Whether there is something that a host could still deliver.
    pub fn is_unconfirmed(&self) -> bool {
        !self.ledger.is_empty()
    }

    /// A text to redact was dropped, so what an earlier host could redact may not be handed over again.
    pub fn keep_from_later_hosts(&mut self) {
        self.is_redactable = false;
    }

    /// What a new host is told before its first delivery; empty if there is nothing.
    pub fn legacy(&self) -> String {
        let memo = (!self.memo.is_empty()).then(|| format!("memo {}", self.memo));
        memo.into_iter().chain(self.marks.lines()).collect::<Vec<_>>().join("\n")
    }

    /// Returns how many records died with the host.
    pub fn host_gone(&mut self) -> u64 {
        let is_stuck = !self.marks.host_gone();
        self.hand_over.host_gone();
        self.asked = None;
        // It may have died before it could log them.
        self.losses.add(std::mem::take(&mut self.told));
        let mut lost = self.ledger.host_gone(is_stuck, &mut self.losses);
        if !self.is_redactable {
            lost += self.ledger.records();
            self.ledger.forget_all();
        }
        lost
    }

    /// How many records are lost when this process ends, and nobody has reported them.
    pub fn unreported(&self) -> u64 {
        self.losses.records() + self.told.records() + self.ledger.records()
    }

    /// The lines for the host that are due now; empty if there are none.
    pub fn lines(&mut self) -> String {
        let mut lines = String::new();
        let slice = self.ledger.hand_over(self.hand_over.due());
        if !slice.is_empty() {
            let losses = std::mem::take(&mut self.losses);
            lines.push_str(&losses.lines());
            self.told.add(losses);
        }
        for delivery in slice {
            let (seq, offset, length) = (delivery.seq, delivery.range.start, delivery.range.end - delivery.range.start);
            let _ = writeln!(lines, "delivery {seq} {offset} {length}");
        }
        if self.asked.map_or(false, |asked| self.ledger.first_waiting().map_or(true, |first| first > asked)) {
            self.asked = None;
            lines.push_str("given\n");
        }
        lines.truncate(lines.trim_end().len());
        lines
    }

    /// What may be freed in the store.
    pub fn free(&mut self) -> Option<Free> {
        self.ledger.free()
    }
}

/// 4 KiB in base64.
const LONGEST_MEMO: usize = 5_464;

#[cfg(test)]
#[path = "deliveries_tests.rs"]
mod tests;
