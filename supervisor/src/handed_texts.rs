//! The lines of a caller that hands texts over. Pure; the input may be anything.
use crate::texts;
use crate::token::is_same;

#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    More,
    Refused,
    Taken,
}

/// Takes the complete lines off `received`.
pub fn take_lines(received: &mut Vec<u8>, is_proven: &mut bool, token: &str, on_text: &mut dyn FnMut(&str)) -> Outcome {
    let end = received.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let lines: Vec<u8> = received.drain(..end).collect();
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        if !*is_proven {
            *is_proven = line.strip_prefix(b"token ").map_or(false, |given| is_same(token.as_bytes(), given));
            if !*is_proven {
                return Outcome::Refused;
            }
        } else if line == texts::END.as_bytes() {
            return Outcome::Taken;
        } else {
            match line.strip_prefix(b"text ").and_then(base64) {
                Some(text) => on_text(text),
                None => return Outcome::Refused,
            }
        }
    }
    let longest = if *is_proven { LONGEST_LINE } else { LONGEST_TOKEN };
    if received.len() > longest {
        return Outcome::Refused;
    }
    Outcome::More
}

/// What is passed on must be one word of a line.
fn base64(text: &[u8]) -> Option<&str> {
    let is_one = text.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if is_one && !text.is_empty() && text.len() <= LONGEST_LINE {
        std::str::from_utf8(text).ok()
    } else {
        None
    }
}

/// A binary secret has 64 KB; its text is base64, and is sent in base64.
const LONGEST_LINE: usize = 128 * 1024;
const LONGEST_TOKEN: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const TOKEN: &str = "the-token";
    const HANDED: &[u8] = b"token the-token\ntext aHVudGVyMg==\ntext cm9vdA==\ntexts-end\n";

    fn taken(bytes: &[u8]) -> (Vec<String>, Outcome) {
        let (mut texts, mut is_proven) = (Vec::new(), false);
        let outcome = take_lines(&mut bytes.to_vec(), &mut is_proven, TOKEN, &mut |text| texts.push(text.to_owned()));
        (texts, outcome)
    }

    #[test]
    fn takes_each_text_of_a_caller_that_knows_the_token() {
        assert_eq!(taken(HANDED), (vec!["aHVudGVyMg==".into(), "cm9vdA==".into()], Outcome::Taken));
        assert_eq!(taken(b"token the-token\ntexts-end\n"), (vec![], Outcome::Taken));
        assert_eq!(taken(b"token the-tok"), (vec![], Outcome::More));
    }

    #[test]
    fn takes_nothing_from_others() {
        for bytes in [
            &b"text aHVudGVyMg==\ntexts-end\n"[..],
            b"token another\ntext aHVudGVyMg==\ntexts-end\n",
            b"token \ntext aHVudGVyMg==\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\ntoken the-token\ntext aHVudGVyMg==\n",
            b"\n",
        ] {
            assert_eq!(taken(bytes), (vec![], Outcome::Refused), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn refuses_what_is_not_one_word_of_base64_or_has_no_end() {
        for bytes in [
            &b"token the-token\ntext \n"[..],
            b"token the-token\ntext a b\n",
            b"token the-token\ntext \xff\n",
            b"token the-token\ntext {\"eventType\":\"SHUTDOWN\"}\n",
            b"token the-token\nready\n",
        ] {
            assert_eq!(taken(bytes), (vec![], Outcome::Refused), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(taken(&[b'a'; LONGEST_TOKEN + 1]).1, Outcome::Refused);
        assert_eq!(taken(&[b"token the-token\n", &[b'a'; LONGEST_LINE + 1][..]].concat()).1, Outcome::Refused);
    }

    #[test]
    fn takes_the_same_texts_however_the_bytes_are_cut_and_never_panics() {
        let mut random = Random::new(6);
        for _ in 0..50_000 {
            let bytes = random.mutate(HANDED);
            let at = random.below(bytes.len());
            let (mut texts, mut is_proven) = (Vec::new(), false);
            let mut received = bytes[..at].to_vec();
            let mut add = |text: &str| texts.push(text.to_owned());
            let mut outcome = take_lines(&mut received, &mut is_proven, TOKEN, &mut add);
            if outcome == Outcome::More {
                received.extend_from_slice(&bytes[at..]);
                outcome = take_lines(&mut received, &mut is_proven, TOKEN, &mut add);
            }
            let whole = taken(&bytes);
            assert_eq!(outcome, whole.1);
            assert_eq!(texts, whole.0);
            assert!(texts.iter().all(|text| !text.contains(|mark: char| mark.is_whitespace() || mark == '{')));
        }
    }
}
