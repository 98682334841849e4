//! Counts the elements of a JSON array without parsing it: by strings and depth. Pure; the input may be anything.

#[derive(Default)]
pub struct RecordCounter {
    depth: u64,
    is_in_string: bool,
    is_escaped: bool,
    is_array: bool,
    commas: u64,
    /// Whether there is anything but the brackets.
    has_content: bool,
}

impl RecordCounter {
    pub fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.is_in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.is_in_string = false,
                    _ => (),
                }
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'[' if self.depth == 0 && !self.has_content => {
                    self.is_array = true;
                    self.depth = 1;
                    continue;
                }
                b'"' => self.is_in_string = true,
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        continue;
                    }
                }
                b',' if self.depth == 1 && self.is_array => self.commas += 1,
                _ => (),
            }
            self.has_content = true;
        }
    }

    /// What is not an array counts as one record, as the host reads it.
    pub fn records(&self) -> u64 {
        self.commas + u64::from(self.has_content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn count(json: &str) -> u64 {
        let mut counter = RecordCounter::default();
        counter.read(json.as_bytes());
        counter.records()
    }

    #[test]
    fn counts_the_elements_of_the_outer_array_alone() {
        for (json, records) in [
            ("", 0),
            ("[]", 0),
            (" [ \n] ", 0),
            ("[1]", 1),
            (r#"[{"a":[1,2],"b":{"c":3,"d":4}} , "x,y]", "\",\\", 7]"#, 4),
            (r#"[[],[]]"#, 2),
            (r#"{"a":1,"b":2}"#, 1),
            (r#"[{"a":"[{"},{"b":"\\\""}]"#, 2),
        ] {
            assert_eq!(count(json), records, "{json}");
        }
    }

    #[test]
    fn counts_the_same_however_the_bytes_are_cut_and_never_panics() {
        let sample =
            br#"[{"time":"2026-01-01","type":"function","record":"a \"b\", [c]"},{"type":"x","record":{"y":[1,2]}}]"#;
        let mut random = Random::new(7);
        for _ in 0..100_000 {
            let bytes = random.mutate(sample);
            let (first, second) = bytes.split_at(random.below(bytes.len()));
            let (mut whole, mut cut) = (RecordCounter::default(), RecordCounter::default());
            whole.read(&bytes);
            cut.read(first);
            cut.read(second);
            assert_eq!(whole.records(), cut.records());
        }
    }

    #[test]
    fn counts_generated_arrays() {
        let mut random = Random::new(8);
        for _ in 0..2_000 {
            let length = random.below(9);
            let elements: Vec<String> = (0..length).map(|_| generate(&mut random, 3)).collect();
            assert_eq!(count(&format!("[{}]", elements.join(", "))), length as u64, "{elements:?}");
        }
    }

    fn generate(random: &mut Random, depth: usize) -> String {
        let strings = [r#""""#, r#""a,b""#, r#""]}\"""#, r#""\\""#, "0", "null", "-1.5e3"];
        match random.below(if depth == 0 { 1 } else { 3 }) {
            0 => strings[random.below(strings.len())].to_owned(),
            1 => {
                let inner: Vec<String> = (0..random.below(4)).map(|_| generate(random, depth - 1)).collect();
                format!("[{}]", inner.join(","))
            }
            _ => {
                let inner: Vec<String> =
                    (0..random.below(4)).map(|at| format!("\"k{at}\":{}", generate(random, depth - 1))).collect();
                format!("{{{}}}", inner.join(","))
            }
        }
    }
}
