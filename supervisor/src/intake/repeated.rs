//! Recognises deliveries that Lambda repeats because our answer was lost. Pure.
use std::collections::hash_map::DefaultHasher;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

/// Single records are not compared, since a thousand equal lines can be a thousand lines.
#[derive(Default)]
pub struct Repeated {
    latest: VecDeque<(usize, u64)>,
}

impl Repeated {
    /// Whether this is one of the latest deliveries. `sequence_id` is Lambda's own hash of the body, if it sends one. AWS does
    /// not document it, so it is never trusted alone.
    pub fn is_known(&self, body: &[u8], sequence_id: Option<&str>) -> bool {
        self.latest.contains(&fingerprint(body, sequence_id))
    }

    pub fn remember(&mut self, body: &[u8], sequence_id: Option<&str>) {
        if self.latest.len() == MOST {
            self.latest.pop_front();
        }
        self.latest.push_back(fingerprint(body, sequence_id));
    }
}

fn fingerprint(body: &[u8], sequence_id: Option<&str>) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    (body, sequence_id).hash(&mut hasher);
    (body.len(), hasher.finish())
}

const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_latest_hundred_by_their_bytes_and_their_sequence_id() {
        let mut repeated = Repeated::default();
        repeated.remember(b"[1]", None);
        repeated.remember(b"[1]", Some("a"));

        let known = |body: &[u8], id| repeated.is_known(body, id);
        assert!(known(b"[1]", None) && known(b"[1]", Some("a")));
        assert!(!known(b"[1]", Some("b")) && !known(b"[2]", None) && !known(b"[1] ", None));

        for number in 0..98 {
            repeated.remember(format!("{number}").as_bytes(), None);
        }
        assert!(repeated.is_known(b"[1]", None));
        repeated.remember(b"98", None);
        assert!(!repeated.is_known(b"[1]", None));
    }
}
