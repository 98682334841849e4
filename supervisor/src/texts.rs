//! The texts that telemetry must redact because the function read them by itself. They outlive the host. Bounded; nothing
//! here is ever logged.
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Texts in base64, by the order in which they were handed over last.
#[derive(Default)]
pub struct Texts {
    numbers: HashMap<Rc<str>, u64>,
    in_order: BTreeMap<u64, Rc<str>>,
    latest: u64,
    bytes: usize,
    has_dropped: bool,
}

impl Texts {
    /// Keeps a text as the latest one, and drops the first ones if there are too many. Returns whether it is new.
    pub fn keep(&mut self, text: &str) -> bool {
        let known = self.drop_text(text);
        self.latest += 1;
        let shared: Rc<str> = known.clone().unwrap_or_else(|| text.into());
        self.bytes += text.len();
        self.numbers.insert(shared.clone(), self.latest);
        self.in_order.insert(self.latest, shared);
        while self.bytes > MOST_BYTES || self.in_order.len() > MOST {
            match self.in_order.values().next().cloned() {
                Some(first) => {
                    self.drop_text(&first);
                    self.has_dropped = true;
                }
                None => break,
            }
        }
        known.is_none()
    }

    /// Whether there were more than are kept.
    pub fn has_dropped(&self) -> bool {
        self.has_dropped
    }

    /// One control line for each text, the first one first.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.in_order.values().map(|text| line(text))
    }

    fn drop_text(&mut self, text: &str) -> Option<Rc<str>> {
        let number = self.numbers.remove(text)?;
        self.bytes -= text.len();
        self.in_order.remove(&number)
    }
}

/// The control line with a text in base64.
pub fn line(text: &str) -> String {
    format!("text {text}")
}

/// The control line after the texts that a host gets at its start.
pub const END: &str = "texts-end";
const MOST: usize = 16_384;
/// In base64. A secret has 64 KB at most.
pub const MOST_BYTES: usize = 4 * 1_024 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn lines(texts: &Texts) -> Vec<String> {
        texts.lines().collect()
    }

    #[test]
    fn gives_each_text_once_in_the_order_of_the_last_time() {
        let mut texts = Texts::default();

        let are_new: Vec<_> = ["YQ==", "Yg==", "YQ=="].map(|text| texts.keep(text)).into();

        assert_eq!(are_new, [true, true, false]);
        assert_eq!(lines(&texts), ["text Yg==", "text YQ=="]);
    }

    #[test]
    fn drops_the_first_ones_when_there_are_too_many() {
        let mut texts = Texts::default();

        for number in 0..MOST + 2 {
            assert_eq!(texts.has_dropped(), number > MOST);
            texts.keep(&format!("{number:08}"));
        }

        assert_eq!(lines(&texts).len(), MOST);
        assert_eq!(lines(&texts).first().unwrap(), "text 00000002");
    }

    #[test]
    fn never_takes_more_bytes_than_it_may() {
        let mut texts = Texts::default();
        let mut random = Random::new(5);

        for _ in 0..2_000 {
            let text = random.below(40).to_string().repeat(1 + random.below(60_000));
            texts.keep(&text);

            let bytes: usize = texts.in_order.values().map(|kept| kept.len()).sum();
            assert_eq!(bytes, texts.bytes);
            assert_eq!(texts.numbers.len(), texts.in_order.len());
            assert!(bytes <= MOST_BYTES);
            assert!(lines(&texts).last().unwrap().ends_with(&text));
        }
    }
}
