//! Log lines in the host's format.
use crate::log_queue::LogQueue;
use crate::log_sink::LogSink;
use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        }
    }
}

pub struct Log {
    /// Index in `LEVELS`. Lines below that level are dropped.
    threshold: usize,
    is_json: bool,
    output: RefCell<(LogQueue, LogSink)>,
}

/// The supervisor's own name in the log.
pub const SPEAKER: &str = "supervisor";
pub const LEVELS: [&str; 5] = ["debug", "info", "warn", "error", "none"];

impl Log {
    pub fn new(threshold: usize, is_json: bool) -> Log {
        Log { threshold, is_json, output: RefCell::new((LogQueue::default(), LogSink::open())) }
    }

    /// Never waits: nobody may read the log, and the function must go on. A line for which there is no room is dropped.
    pub fn write(&self, level: Level, speaker: &str, message: &str) {
        if level as usize + 1 < self.threshold {
            return;
        }
        let line = format_line(wall_ms(), level, speaker, message, self.is_json);
        let (queue, sink) = &mut *self.output.borrow_mut();
        queue.add(&line, &mut |bytes| sink.write(bytes), &|dropped| self.notice(dropped));
    }

    /// Says how many lines were dropped, if there is room again. Returns whether it must be called later.
    pub fn catch_up(&self) -> bool {
        let (queue, sink) = &mut *self.output.borrow_mut();
        queue.is_behind() && !queue.catch_up(&mut |bytes| sink.write(bytes), &|dropped| self.notice(dropped))
    }

    fn notice(&self, dropped: u64) -> String {
        let message = format!("Dropped {dropped} log lines, because the log was full: nobody read it.");
        format_line(wall_ms(), Level::Warn, SPEAKER, &message, self.is_json)
    }

    /// For failures that only a new environment can repair.
    pub fn exit(&self, why: &str) -> ! {
        self.write(Level::Error, SPEAKER, &format!("The supervisor exits, because {why}"));
        std::process::exit(1)
    }
}

/// Milliseconds since the epoch.
pub fn wall_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis() as u64)
}

/// A text as `JSON.stringify` writes it.
pub fn json_text(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\x08' => json.push_str("\\b"),
            '\x0c' => json.push_str("\\f"),
            '\0'..='\x1f' => json.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => json.push(letter),
        }
    }
    json + "\""
}

fn format_line(at_ms: u64, level: Level, speaker: &str, message: &str, is_json: bool) -> String {
    let (time, level) = (timestamp(at_ms), level.word());
    if is_json {
        let (speaker, message) = (json_text(speaker), json_text(message));
        return format!(
            "{{\"timestamp\":\"{time}\",\"level\":\"{level}\",\"extension\":{speaker},\"message\":{message}}}\n"
        );
    }
    format!("{time} {level} [{speaker}] {}\n", message.replace('\n', "\\n"))
}

/// ISO 8601. The date is computed by Howard Hinnant's algorithm: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
fn timestamp(at_ms: u64) -> String {
    let (days, ms) = (at_ms / DAY_MS + 719_468, at_ms % DAY_MS);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1_000)
}

const DAY_MS: u64 = 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_date_of_leap_days_and_ends_of_centuries() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(timestamp(1_709_251_199_999), "2024-02-29T23:59:59.999Z");
        assert_eq!(timestamp(4_107_542_399_001), "2100-02-28T23:59:59.001Z");
    }

    #[test]
    fn writes_each_message_as_one_line_in_both_formats() {
        let text = format_line(0, Level::Warn, "supervisor", "a\nb", false);
        assert_eq!(text, "1970-01-01T00:00:00.000Z WARN [supervisor] a\\nb\n");
        let json = format_line(0, Level::Error, "supervisor", "a\n\"b\"\u{1}", true);
        let expected = r#"{"timestamp":"1970-01-01T00:00:00.000Z","level":"ERROR","extension":"supervisor","message":"a\n\"b\"\u0001"}"#;
        assert_eq!(json, format!("{expected}\n"));
    }
}
