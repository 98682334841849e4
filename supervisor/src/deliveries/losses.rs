//! Records that were lost, by the reason. Pure.
use std::fmt::Write;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// There was no room for them.
    pub full: u64,
    /// Two hosts died with them.
    pub harmful: u64,
}

impl Losses {
    pub fn records(&self) -> u64 {
        self.full + self.harmful
    }

    pub fn add(&mut self, others: Losses) {
        self.full += others.full;
        self.harmful += others.harmful;
    }

    /// The host has logged so many of them.
    pub fn reported(&mut self, reason: &str, records: u64) {
        match reason {
            FULL => self.full = self.full.saturating_sub(records),
            HARMFUL => self.harmful = self.harmful.saturating_sub(records),
            _ => (),
        }
    }

    /// As the host is told.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        for (reason, records) in [(FULL, self.full), (HARMFUL, self.harmful)] {
            if records > 0 {
                let _ = writeln!(lines, "lost {reason} {records}");
            }
        }
        lines
    }
}

const FULL: &str = "full";
const HARMFUL: &str = "harmful";
