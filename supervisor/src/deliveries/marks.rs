//! Up to which delivery each destination and module is done. Pure.

#[derive(Default)]
pub struct Marks {
    marks: Vec<Mark>,
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
    /// A mark never goes down.
    pub fn tell(&mut self, name: String, seq: u64) {
        if let Some(mark) = self.marks.iter_mut().find(|mark| mark.name == name) {
            self.has_risen |= seq > mark.seq;
            mark.seq = mark.seq.max(seq);
            mark.is_current = true;
        } else if self.marks.len() < MOST {
            self.has_risen |= seq > FIRST;
            self.marks.push(Mark { name, seq, is_current: true });
        }
    }

    /// Returns whether any mark has gone up while the host lived.
    pub fn host_gone(&mut self) -> bool {
        self.marks.iter_mut().for_each(|mark| mark.is_current = false);
        std::mem::take(&mut self.has_risen)
    }

    /// All names of the running host are done with what is below this number; `None` when it has told none.
    pub fn lowest(&self) -> Option<u64> {
        self.marks.iter().filter(|mark| mark.is_current).map(|mark| mark.seq).min()
    }

    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.marks.iter().map(|Mark { name, seq, .. }| format!("mark {name} {seq}"))
    }
}

const MOST: usize = 64;
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
    fn keeps_a_bounded_number_of_names() {
        let mut marks = Marks::default();
        for number in 0..100 {
            marks.tell(format!("name-{number}"), 1);
        }
        assert_eq!(marks.lines().count(), MOST);
    }
}
