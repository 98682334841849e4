//! Which deliveries the store holds, where they lie, and how far each has come. Pure: it says what to free, and frees nothing.
use super::evicted::Evicted;
use super::freed::{Free, Freed};
use super::losses::Losses;
use std::collections::VecDeque;
use std::ops::{Range, RangeInclusive};

pub struct Ledger {
    /// In the order of their numbers, and so of their places and their states.
    deliveries: VecDeque<Delivery>,
    next_seq: u64,
    /// Where the next one will lie.
    end: u64,
    freed: Freed,
    /// What they take of the limit.
    cost: u64,
    limit: u64,
    waiting_bytes: u64,
    /// Those that the host reads now, as far as it says so.
    reading: Option<RangeInclusive<u64>>,
    /// That were taken and not confirmed.
    evicted: Evicted,
    count_records: Counter,
}

/// How many records lie in a range of the store.
pub type Counter = Box<dyn Fn(&Range<u64>) -> u64>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub seq: u64,
    pub range: Range<u64>,
    state: State,
    /// How many hosts died while they read it.
    deaths_in_hand: u8,
    /// How many hosts died after they had taken it, and had confirmed nothing.
    deaths_later: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// It is in the host's buffers, and not confirmed.
    Taken,
    /// The host is to read it.
    InHand,
    Waiting,
}

impl Ledger {
    pub fn new(limit: u64, count_records: Counter) -> Self {
        Ledger {
            deliveries: VecDeque::new(),
            next_seq: 1,
            end: 0,
            freed: Freed::default(),
            cost: 0,
            limit,
            waiting_bytes: 0,
            reading: None,
            evicted: Evicted::default(),
            count_records,
        }
    }

    /// Where a body of this length may be written; `None` when there is no room beside what the host reads now. Evicts others for
    /// it: first those that cost no record.
    pub fn make_room(&mut self, length: u64, losses: &mut Losses) -> Option<u64> {
        while self.cost + length + OVERHEAD > self.limit {
            let is_taken = self.deliveries.front()?.state == State::Taken;
            let index = if is_taken { 0 } else { self.index_of_waiting() };
            let delivery = self.remove(index)?;
            let records = (self.count_records)(&delivery.range);
            if is_taken {
                self.evicted.remember(delivery.seq, records);
            } else {
                losses.full += records;
            }
        }
        Some(self.end)
    }

    /// Adds a delivery whose body was written there.
    pub fn add(&mut self, offset: u64, length: u64) {
        let range = offset..offset + length;
        self.end = range.end;
        self.cost += length + OVERHEAD;
        self.waiting_bytes += length;
        let delivery =
            Delivery { seq: self.next_seq, range, state: State::Waiting, deaths_in_hand: 0, deaths_later: 0 };
        self.deliveries.push_back(delivery);
        self.next_seq += 1;
    }

    /// The next ones for the host, up to a number; none while it still reads others.
    pub fn hand_over(&mut self, up_to: u64) -> Vec<Delivery> {
        let (mut slice, mut bytes) = (Vec::new(), 0);
        if self.is_in_hand() {
            return slice;
        }
        let first = self.index_of_waiting();
        for delivery in self.deliveries.iter_mut().skip(first).take_while(|delivery| delivery.seq <= up_to) {
            let is_suspect = delivery.deaths_in_hand > 0;
            let length = delivery.range.end - delivery.range.start;
            if !slice.is_empty() && (is_suspect || bytes + length > SLICE_BYTES || slice.len() == SLICE_LINES) {
                break;
            }
            delivery.state = State::InHand;
            bytes += length;
            slice.push(delivery.clone());
            if is_suspect {
                break;
            }
        }
        self.waiting_bytes -= bytes;
        slice
    }

    /// The host has begun to read what lies behind the last ones that it has begun to read, up to this number.
    pub fn reads(&mut self, seq: u64) {
        let first = self.reading.as_ref().map_or(0, |earlier| earlier.end() + 1);
        self.reading = Some(first..=seq);
    }

    /// The host has processed all up to this number that it has got.
    pub fn taken(&mut self, seq: u64) {
        for delivery in self.deliveries.iter_mut().take_while(|delivery| delivery.seq <= seq) {
            if delivery.state == State::InHand {
                delivery.state = State::Taken;
            }
        }
    }

    /// Forgets what is taken and below this number.
    pub fn release(&mut self, below: u64) {
        while self.deliveries.front().map_or(false, |first| first.state == State::Taken && first.seq < below) {
            self.remove(0);
        }
        self.evicted.forget_below(below);
    }

    /// All that is left waits for the next host. Returns how many records died with this one, because they were evicted before
    /// they were confirmed. `is_stuck`: the host confirmed nothing while it lived.
    pub fn host_gone(&mut self, is_stuck: bool, losses: &mut Losses) -> u64 {
        let reading = self.reading.take();
        let mut index = 0;
        while let Some(delivery) = self.deliveries.get_mut(index) {
            match delivery.state {
                State::InHand => {
                    let is_read = reading.as_ref().map_or(true, |those| those.contains(&delivery.seq));
                    delivery.deaths_in_hand += u8::from(is_read);
                }
                State::Taken => delivery.deaths_later += u8::from(is_stuck),
                State::Waiting => break,
            }
            if delivery.deaths_in_hand >= MOST_DEATHS_IN_HAND || delivery.deaths_later >= MOST_DEATHS_LATER {
                losses.harmful += self.remove(index).map_or(0, |dropped| (self.count_records)(&dropped.range));
                continue;
            }
            delivery.state = State::Waiting;
            self.waiting_bytes += delivery.range.end - delivery.range.start;
            index += 1;
        }
        self.evicted.take()
    }

    /// How many records lie in the store.
    pub fn records(&self) -> u64 {
        self.deliveries.iter().map(|delivery| (self.count_records)(&delivery.range)).sum()
    }

    pub fn forget_all(&mut self) {
        self.deliveries.clear();
        self.evicted.take();
        (self.cost, self.waiting_bytes) = (0, 0);
    }

    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    pub fn is_in_hand(&self) -> bool {
        self.index_of_waiting()
            .checked_sub(1)
            .and_then(|index| self.deliveries.get(index))
            .map_or(false, |last| last.state == State::InHand)
    }

    /// The number of the first delivery that no host reads or has taken.
    pub fn first_waiting(&self) -> Option<u64> {
        self.deliveries.get(self.index_of_waiting()).map(|delivery| delivery.seq)
    }

    /// The number of the latest delivery; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.next_seq - 1
    }

    pub fn waiting_bytes(&self) -> u64 {
        self.waiting_bytes
    }

    /// What may be freed since the last call.
    pub fn free(&mut self) -> Option<Free> {
        if self.deliveries.is_empty() {
            self.freed.reset();
            return (std::mem::replace(&mut self.end, 0) > 0).then_some(Free::Everything);
        }
        self.freed.up_to(self.deliveries.front().map_or(self.end, |first| first.range.start));
        self.freed.take()
    }

    fn index_of_waiting(&self) -> usize {
        self.deliveries.partition_point(|delivery| delivery.state < State::Waiting)
    }

    fn remove(&mut self, index: usize) -> Option<Delivery> {
        let delivery = self.deliveries.remove(index)?;
        let length = delivery.range.end - delivery.range.start;
        self.cost -= length + OVERHEAD;
        if delivery.state == State::Waiting {
            self.waiting_bytes -= length;
        }
        // A gap in the middle; that at the front is found when it is freed.
        if let Some(before) = index.checked_sub(1).and_then(|index| self.deliveries.get(index)) {
            let after = self.deliveries.get(index).map_or(self.end, |next| next.range.start);
            self.freed.add(before.range.end..after);
        }
        Some(delivery)
    }
}

/// What an entry takes in memory, so that many small deliveries are bounded as well.
const OVERHEAD: u64 = 64;
pub const SLICE_BYTES: u64 = 256 * 1024;
const SLICE_LINES: usize = 256;
const MOST_DEATHS_IN_HAND: u8 = 2;
const MOST_DEATHS_LATER: u8 = 8;

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
