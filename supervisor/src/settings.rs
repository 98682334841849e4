//! Reads the few variables that the supervisor must know itself, as `foundation/settings.ts` reads them.
use crate::log::json_text;
use std::fmt::{Display, Formatter, Result};
use std::ops::RangeInclusive;

/// The value of a variable; `None` where it is not set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What is wrong with a variable; `Display` writes it as one line of a log.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub variable: String,
    pub value: String,
    /// What was expected, and what happens now.
    pub message: String,
}

impl Display for Problem {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        let shown: String = self.value.chars().take(LONGEST_SHOWN).collect();
        write!(formatter, "{} is {}: {}", self.variable, json_text(&shown), self.message)
    }
}

/// Reads variables and collects what is wrong with them.
pub struct Settings<'a> {
    pub environment: Environment<'a>,
    pub problems: Vec<Problem>,
}

impl<'a> Settings<'a> {
    pub fn new(environment: Environment<'a>) -> Self {
        Settings { environment, problems: Vec::new() }
    }

    /// Without blanks at its ends; `None` where it is not set or empty.
    pub fn text(&self, variable: &str) -> Option<String> {
        (self.environment)(variable).map(|text| trim(&text).to_owned()).filter(|text| !text.is_empty())
    }

    /// The index in `words` of the one that the variable names, in either case.
    pub fn one_of(&mut self, variable: &str, words: &[&str], fallback: usize) -> usize {
        let text = match self.text(variable) {
            Some(text) => text,
            None => return fallback,
        };
        let found = words.iter().position(|word| word.to_lowercase() == text.to_lowercase());
        found.unwrap_or_else(|| {
            let used = words.get(fallback).copied().unwrap_or_default();
            self.complain(variable, &text, format!("expected one of {}. Using {used}.", words.join(", ")));
            fallback
        })
    }

    pub fn port(&mut self, variable: &str, fallback: u16) -> u16 {
        let text = match self.text(variable) {
            Some(text) => text,
            None => return fallback,
        };
        // std refuses a minus sign by the type, and takes a plus sign as Node's does.
        text.parse().ok().filter(|&port| port != 0).unwrap_or_else(|| {
            self.complain(variable, &text, format!("expected a whole number from 1 to 65535. Using {fallback}."));
            fallback
        })
    }

    /// A number beyond the range is replaced by its nearest end.
    pub fn whole_number(&mut self, variable: &str, fallback: u64, range: RangeInclusive<u64>) -> u64 {
        let text = match self.text(variable) {
            Some(text) => text,
            None => return fallback,
        };
        let (from, to) = (*range.start(), *range.end());
        let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let value = match digits.parse() {
            _ if !is_number => fallback,
            Ok(_) if text.starts_with('-') => from,
            Ok(value) => from.max(to.min(value)),
            // Longer than any that fits.
            Err(_) => {
                if text.starts_with('-') {
                    from
                } else {
                    to
                }
            }
        };
        if !is_number || digits.parse() != Ok(value) || text.starts_with('-') {
            let message = format!("expected a whole number from {from} to {to}. Using {value}.");
            self.complain(variable, &text, message);
        }
        value
    }

    /// Comma-separated words.
    pub fn list(&self, variable: &str) -> Option<Vec<String>> {
        let words = self.text(variable)?;
        Some(words.split(',').map(|word| trim(word).to_owned()).filter(|word| !word.is_empty()).collect())
    }

    /// Whether a variable asks for what it names: set to anything but `false`.
    pub fn asks(&self, variable: &str) -> bool {
        self.text(variable).map_or(false, |text| text.to_lowercase() != "false")
    }

    pub fn asks_any(&self, variables: &[String]) -> bool {
        variables.iter().any(|variable| self.asks(variable))
    }

    /// Whether a truth whose default is `true` is set to `false`.
    pub fn denies(&self, variable: &str) -> bool {
        self.text(variable).map_or(false, |text| ["false", "0"].contains(&text.to_lowercase().as_str()))
    }

    pub fn complain(&mut self, variable: &str, text: &str, message: String) {
        self.problems.push(Problem { variable: variable.to_owned(), value: text.to_owned(), message });
    }
}

/// JavaScript counts the byte order mark, with which some editors begin a file, as a blank. It does not count U+0085.
fn trim(text: &str) -> &str {
    text.trim_matches(|letter: char| letter == '\u{feff}' || (letter.is_whitespace() && letter != '\u{85}'))
}

const LONGEST_SHOWN: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LEVELS;
    use crate::plan::{AUTO, START, START_WORDS, STORE_BYTES, STORE_FALLBACK, STORE_RANGE};

    /// The same table runs through the TypeScript reader, in extensions/host/settings.test.ts.
    const VECTORS: &str = include_str!("../settings-vectors.txt");

    #[test]
    fn reads_each_vector_as_the_typescript_reader_does() {
        let rows: Vec<Vec<&str>> = VECTORS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split('|').collect())
            .collect();
        assert!(rows.len() > 20);
        for row in rows {
            let (variable, text) = (row[0], row[1].to_owned());
            let environment = |_: &str| Some(text.clone());
            let mut settings = Settings::new(&environment);
            let value = match variable {
                "EXTENSIONS_ENABLED" => settings.list(variable).map_or("auto".to_owned(), |words| words.join(",")),
                "EXTENSIONS_LOG_LEVEL" => LEVELS[settings.one_of(variable, &LEVELS, 1)].to_owned(),
                START => START_WORDS[settings.one_of(variable, &START_WORDS, AUTO)].to_owned(),
                "asks" => settings.asks(variable).to_string(),
                STORE_BYTES => settings.whole_number(variable, STORE_FALLBACK, STORE_RANGE).to_string(),
                _ => settings.port(variable, 2_775).to_string(),
            };
            let problem = settings.problems.pop().map_or(String::new(), |problem| problem.to_string());
            assert_eq!((value.as_str(), problem.as_str()), (row[2], row[3]), "{row:?}");
        }
    }
}
