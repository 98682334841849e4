//! Standard output, written without ever waiting for its reader.
use crate::sys;
use std::fs::{metadata, File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

/// The function may share the pipe, and `O_NONBLOCK` would lie on what they share: the function would then get `EAGAIN`.
pub enum LogSink {
    /// The same pipe, opened once more for this process alone.
    Reopened(File),
    Socket,
    /// What cannot be opened again, as on Lambda, where the pipe belongs to another user.
    Other,
}

impl LogSink {
    pub fn open() -> LogSink {
        let kind = metadata(STDOUT_FILE).map(|metadata| metadata.file_type());
        match kind {
            Ok(kind) if kind.is_fifo() => {
                let opened = OpenOptions::new().write(true).custom_flags(sys::O_NONBLOCK).open(STDOUT_FILE);
                opened.map_or(LogSink::Other, LogSink::Reopened)
            }
            Ok(kind) if kind.is_socket() => LogSink::Socket,
            _ => LogSink::Other,
        }
    }

    /// Writes some of the bytes; `WouldBlock` when there is no room.
    pub fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self {
            LogSink::Reopened(file) => file.write(bytes),
            LogSink::Socket => sys::send_now(STDOUT, bytes),
            // A pipe that can be written has room for a page. Only another writer can take it before this one does.
            LogSink::Other if sys::is_writable(STDOUT) => sys::write_to(STDOUT, bytes.get(..PAGE).unwrap_or(bytes)),
            LogSink::Other => Err(ErrorKind::WouldBlock.into()),
        }
    }
}

const STDOUT: i32 = 1;
const STDOUT_FILE: &str = "/proc/self/fd/1";
const PAGE: usize = 4_096;
