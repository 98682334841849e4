//! For the fuzz tests: a pseudo-random sequence, the same in each run.

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// xorshift64
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// The sample with some bytes replaced, removed, inserted, repeated or cut off.
    pub fn mutate(&mut self, sample: &[u8]) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.insert(at, INTERESTING[self.below(INTERESTING.len())]),
                3 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                _ => bytes.extend_from_within(at..),
            }
        }
        bytes
    }
}

const INTERESTING: &[u8] = b"\r\n :;0fF-\0\"\\\xff";
