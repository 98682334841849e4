//! Up to which delivery each destination and module is done. Pure.

#[derive(Default)]
pub struct Marks {
    marks: Vec<Mark>,
    /// What the names take.
    bytes: usize,
    /// Whether the running host has told a name for which there is no room.
    is_full: bool,
    /// Whether one has gone up since the running host began.
    has_risen: bool,
}

struct Mark {
    name: String,
    /// The name needs nothing below this number.
    seq: u64,
    /// Whether the running host has told it, rather than an earlier one.
    is_current: bool,
}

impl Marks {
    /// A mark never goes down. While there is a name without room for it, nobody knows what it needs, so nothing is released.
    pub fn tell(&mut self, name: String, seq: u64) {
        if let Some(mark) = self.marks.iter_mut().find(|mark| mark.name == name) {
            self.has_risen |= seq > mark.seq;
            mark.seq = mark.seq.max(seq);
            mark.is_current = true;
        } else if self.bytes + name.len() + OVERHEAD <= MOST_BYTES {
            self.has_risen |= seq > FIRST;
            self.bytes += name.len() + OVERHEAD;
            self.marks.push(Mark { name, seq, is_current: true });
        } else {
            self.is_full = true;
        }
    }

    /// Returns whether any mark has gone up while the host lived.
    pub fn host_gone(&mut self) -> bool {
        self.marks.iter_mut().for_each(|mark| mark.is_current = false);
        self.is_full = false;
        std::mem::take(&mut self.has_risen)
    }

    /// All names of the running host are done with what is below this number; `None` when it has told none.
    pub fn lowest(&self) -> Option<u64> {
        if self.is_full {
            return Some(FIRST);
        }
        self.marks.iter().filter(|mark| mark.is_current).map(|mark| mark.seq).min()
    }

    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.marks.iter().map(|Mark { name, seq, .. }| format!("mark {name} {seq}"))
    }
}

/// A thousand names of the greatest length that the host uses.
const MOST_BYTES: usize = 128 * 1024;
/// What an entry takes beside its name.
const OVERHEAD: usize = 64;
/// The number of the first delivery.
const FIRST: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_far_as_the_slowest_name_of_the_running_host() {
        let mut marks = Marks::default();
        assert_eq!(marks.lowest(), None);

        for (name, seq) in [("up", 9), ("down", 2), ("up", 7)] {
            marks.tell(name.into(), seq);
        }
        assert_eq!(marks.lowest(), Some(2));

        assert!(marks.host_gone());
        assert_eq!(marks.lowest(), None);
        marks.tell("up".into(), 1);
        assert_eq!(marks.lowest(), Some(9));
        assert!(!marks.host_gone());
        assert_eq!(marks.lines().collect::<Vec<_>>(), ["mark up 9", "mark down 2"]);
    }

    #[test]
    fn keeps_the_marks_of_hundreds_of_destinations() {
        let mut marks = Marks::default();
        for number in 1..=1_000 {
            marks.tell(format!("telemetry/{number}"), 2_000 - number);
        }
        assert_eq!(marks.lowest(), Some(1_000));
        assert_eq!(marks.lines().count(), 1_000);
    }

    #[test]
    fn keeps_no_more_than_fits_and_then_releases_nothing_until_the_next_host() {
        for (count, length) in [(3_000, 20), (10, 60_000)] {
            let mut marks = Marks::default();
            marks.tell("first".into(), 7);
            for number in 0..count {
                marks.tell(format!("{number:0length$}"), 9);
            }
            assert!(marks.lines().map(|line| line.len()).sum::<usize>() < MOST_BYTES);
            assert_eq!(marks.lowest(), Some(1));

            marks.host_gone();
            marks.tell("first".into(), 8);
            assert_eq!(marks.lowest(), Some(8));
        }
    }
}
