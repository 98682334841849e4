//! What a host leaves to the next one: the texts to redact, and its memo. Pure; both are base64, which nobody reads here.

#[derive(Default)]
pub struct Legacy {
    texts: Vec<String>,
    texts_bytes: usize,
    /// Whether there were more texts than are kept.
    is_incomplete: bool,
    memo: String,
}

impl Legacy {
    pub fn add_text(&mut self, text: String) {
        if text.is_empty() || self.texts.contains(&text) {
            return;
        }
        if text.len() > LONGEST_TEXT || self.texts_bytes + text.len() > MOST_TEXTS_BYTES {
            self.is_incomplete = true;
            return;
        }
        self.texts_bytes += text.len();
        self.texts.push(text);
    }

    pub fn set_memo(&mut self, memo: String) {
        // A memo that is older than the marks would mislead the next host.
        self.memo = if memo.len() > LONGEST_MEMO { String::new() } else { memo };
    }

    /// Whether the next host can redact all that this one can.
    pub fn is_complete(&self) -> bool {
        !self.is_incomplete
    }

    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let memo = (!self.memo.is_empty()).then(|| format!("memo {}", self.memo));
        self.texts.iter().map(|text| format!("text {text}")).chain(["texts-end".to_owned()]).chain(memo)
    }
}

/// 64 KiB, a secret's largest size, in base64.
const LONGEST_TEXT: usize = 87_384;
const MOST_TEXTS_BYTES: usize = 256 * 1024;
/// 4 KiB in base64.
const LONGEST_MEMO: usize = 5_464;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_each_text_once_and_the_latest_memo() {
        let mut legacy = Legacy::default();
        assert_eq!(legacy.lines().collect::<Vec<_>>(), ["texts-end"]);

        for text in ["YQ==", "Yg==", "YQ==", ""] {
            legacy.add_text(text.into());
        }
        legacy.set_memo("MQ==".into());
        legacy.set_memo("Mg==".into());

        assert!(legacy.is_complete());
        assert_eq!(legacy.lines().collect::<Vec<_>>(), ["text YQ==", "text Yg==", "texts-end", "memo Mg=="]);
    }

    #[test]
    fn knows_when_it_has_not_kept_everything() {
        let mut legacy = Legacy::default();
        for number in 0..4 {
            legacy.add_text(format!("{number}").repeat(65_536));
        }
        assert!(legacy.is_complete());
        legacy.add_text("one more".into());
        assert!(!legacy.is_complete());

        let mut legacy = Legacy::default();
        legacy.add_text("a".repeat(LONGEST_TEXT + 1));
        assert!(!legacy.is_complete());
        legacy.set_memo("a".repeat(LONGEST_MEMO + 1));
        assert_eq!(legacy.lines().collect::<Vec<_>>(), ["texts-end"]);
    }
}
