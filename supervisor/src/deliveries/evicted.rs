//! Deliveries that were evicted when they were in the host's buffers: their records are lost only if that host dies. Pure.
use std::collections::VecDeque;

#[derive(Default)]
pub struct Evicted {
    /// Up to which number, and how many records.
    entries: VecDeque<(u64, u64)>,
}

impl Evicted {
    /// Numbers come in their order.
    pub fn remember(&mut self, seq: u64, records: u64) {
        let is_full = self.entries.len() >= MOST;
        match self.entries.back_mut() {
            // Too many to tell apart: they are confirmed together.
            Some(last) if is_full => *last = (seq, last.1 + records),
            _ => self.entries.push_back((seq, records)),
        }
    }

    /// What is below this number is confirmed.
    pub fn forget_below(&mut self, seq: u64) {
        while self.entries.front().map_or(false, |&(first, _)| first < seq) {
            self.entries.pop_front();
        }
    }

    /// Forgets all, and returns how many records they had.
    pub fn take(&mut self) -> u64 {
        self.entries.drain(..).map(|(_, records)| records).sum()
    }
}

pub const MOST: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_a_bounded_number_and_counts_all() {
        let mut evicted = Evicted::default();
        for seq in 1..=3_000 {
            evicted.remember(seq, 10);
        }
        assert!(evicted.entries.len() <= MOST);

        evicted.forget_below(1_000);

        assert_eq!((evicted.take(), evicted.take()), (2_001 * 10, 0));
    }
}
