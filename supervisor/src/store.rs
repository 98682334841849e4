//! The bodies of deliveries: a file in memory, which the host reads.
use crate::deliveries::RecordCounter;
use crate::sys;
use std::fs::File;
use std::io::Result;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::os::unix::io::{AsRawFd, RawFd};

pub struct Store {
    file: File,
}

impl Store {
    pub fn open() -> Result<Store> {
        Ok(Store { file: sys::memory_file()? })
    }

    pub fn fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    /// Gives the memory of a range back. A kernel that cannot do so keeps it until `clear`.
    pub fn free(&self, range: &Range<u64>) {
        let _ = sys::punch_hole(self.fd(), range.start, range.end - range.start);
    }

    pub fn clear(&self) {
        let _ = self.file.set_len(0);
    }

    /// How many records a delivery has.
    pub fn count_records(&self, delivery: &Range<u64>) -> u64 {
        let mut counter = RecordCounter::default();
        let mut buffer = [0; 16 * 1024];
        let mut at = delivery.start;
        while at < delivery.end {
            let wanted = buffer.len().min((delivery.end - at) as usize);
            match self.file.read_at(buffer.get_mut(..wanted).unwrap_or_default(), at) {
                Ok(count) if count > 0 => {
                    counter.read(buffer.get(..count).unwrap_or_default());
                    at += count as u64;
                }
                _ => break,
            }
        }
        counter.records()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn counts_the_records_of_a_range_and_gives_memory_back() {
        let store = Store::open().unwrap();
        let body = format!("[{}1]", "1,".repeat(20_000));
        store.write(5, body.as_bytes()).unwrap();

        assert_eq!(store.count_records(&(5..5 + body.len() as u64)), 20_001);
        let bytes = || store.file.metadata().unwrap().blocks() * 512;
        let before = bytes();
        store.free(&(0..32_768));
        assert_eq!(before - bytes(), 32_768);
        store.clear();
        assert_eq!(bytes(), 0);
    }
}
