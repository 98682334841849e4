//! Which memory of the store can be given back. Pure.
use std::ops::Range;

/// What may be freed in the store.
#[derive(Debug, PartialEq, Eq)]
pub enum Free {
    Ranges(Vec<Range<u64>>),
    Everything,
}

/// Collects whole pages: only those can be given back.
#[derive(Default)]
pub struct Freed {
    /// Everything before it is free, or about to be.
    to: u64,
    holes: Vec<Range<u64>>,
}

impl Freed {
    /// The store begins again.
    pub fn reset(&mut self) {
        *self = Freed::default();
    }

    /// Nobody needs what lies in between.
    pub fn add(&mut self, gap: Range<u64>) {
        let pages = pages_of(gap);
        if !pages.is_empty() {
            self.holes.push(pages);
        }
    }

    /// Nobody needs what lies before.
    pub fn up_to(&mut self, first: u64) {
        let front = pages_of(self.to..first);
        if !front.is_empty() {
            self.to = front.end;
            self.holes.push(front);
        }
    }

    /// Since the last call.
    pub fn take(&mut self) -> Option<Free> {
        (!self.holes.is_empty()).then(|| Free::Ranges(std::mem::take(&mut self.holes)))
    }
}

fn pages_of(range: Range<u64>) -> Range<u64> {
    let start = (range.start + PAGE - 1) / PAGE * PAGE;
    start..range.end / PAGE * PAGE
}

const PAGE: u64 = 4_096;
