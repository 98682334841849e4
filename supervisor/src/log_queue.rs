//! What happens to log lines that do not fit into the pipe. Pure.
use std::io::{ErrorKind, Result};

/// Keeps the rest of a line that was cut, and counts the lines that were dropped.
#[derive(Default)]
pub struct LogQueue {
    rest: Vec<u8>,
    dropped: u64,
}

impl LogQueue {
    /// Whether there is something to write later.
    pub fn is_behind(&self) -> bool {
        self.dropped > 0 || !self.rest.is_empty()
    }

    /// Writes the line, or counts it. `write` never waits; `notice` is the line that says how many were dropped.
    pub fn add(&mut self, line: &str, write: Write, notice: &dyn Fn(u64) -> String) {
        if !self.catch_up(write, notice) || !self.put(line, write) {
            self.dropped += 1;
        }
    }

    /// Writes what is left, and how many lines were dropped. Returns whether nothing is left.
    pub fn catch_up(&mut self, write: Write, notice: &dyn Fn(u64) -> String) -> bool {
        let written = write_some(&self.rest, write);
        self.rest.drain(..written);
        if self.rest.is_empty() && self.dropped > 0 && self.put(&notice(self.dropped), write) {
            self.dropped = 0;
        }
        !self.is_behind()
    }

    /// Returns whether the line has begun; its rest waits.
    fn put(&mut self, line: &str, write: Write) -> bool {
        let (written, rest) = line.as_bytes().split_at(write_some(line.as_bytes(), write));
        if written.is_empty() {
            return false;
        }
        self.rest = rest.to_vec();
        true
    }
}

pub type Write<'a> = &'a mut dyn FnMut(&[u8]) -> Result<usize>;

/// Returns how many bytes are dealt with. If the reader is gone, that is all of them: no log is left.
fn write_some(bytes: &[u8], write: Write) -> usize {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match write(rest) {
            Ok(0) => break,
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => (),
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) => return bytes.len(),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe with so much room.
    struct Pipe {
        text: String,
        room: usize,
    }

    impl Pipe {
        fn take(&mut self, bytes: &[u8]) -> Result<usize> {
            let count = bytes.len().min(self.room);
            self.room -= count;
            self.text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
            if count == 0 {
                return Err(ErrorKind::WouldBlock.into());
            }
            Ok(count)
        }

        fn log(&mut self, queue: &mut LogQueue, line: &str) {
            queue.add(line, &mut |bytes| self.take(bytes), &notice);
        }
    }

    fn notice(dropped: u64) -> String {
        format!("dropped {dropped}\n")
    }

    #[test]
    fn drops_lines_while_the_pipe_is_full_and_says_later_how_many() {
        let (mut queue, mut pipe) = (LogQueue::default(), Pipe { text: String::new(), room: 6 });

        for line in ["one\n", "two\n", "three\n", "four\n"] {
            pipe.log(&mut queue, line);
        }
        assert_eq!((pipe.text.as_str(), queue.is_behind()), ("one\ntw", true));
        pipe.room = 100;
        pipe.log(&mut queue, "five\n");

        assert_eq!((pipe.text.as_str(), queue.is_behind()), ("one\ntwo\ndropped 2\nfive\n", false));
    }

    #[test]
    fn says_how_many_were_dropped_without_another_line() {
        let (mut queue, mut pipe) = (LogQueue::default(), Pipe { text: String::new(), room: 0 });
        pipe.log(&mut queue, "one\n");
        let is_up = queue.catch_up(&mut |bytes| pipe.take(bytes), &notice);
        assert!(!is_up);

        pipe.room = 100;

        assert!(queue.catch_up(&mut |bytes| pipe.take(bytes), &notice));
        assert_eq!(pipe.text, "dropped 1\n");
        assert!(queue.catch_up(&mut |bytes| pipe.take(bytes), &notice));
        assert_eq!(pipe.text, "dropped 1\n");
    }

    #[test]
    fn forgets_lines_that_nobody_can_read_any_more() {
        let mut queue = LogQueue::default();

        queue.add("one\n", &mut |_| Err(ErrorKind::BrokenPipe.into()), &notice);

        assert!(!queue.is_behind());
    }
}
