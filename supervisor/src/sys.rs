//! The system calls that std does not wrap, and the `unsafe` code but for that of `wipe`. They are declared here in place of the libc crate,
//! so the build needs no registry. The types are those of 64-bit Linux, for every C library.
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::io::{FromRawFd, RawFd};
use std::os::unix::process::{parent_id, CommandExt};
use std::process::Command;

/// Waits until a descriptor of `fds` can be read or has ended, and returns for each whether it is; or until `writable` has
/// room. `None` waits for ever.
pub fn wait(fds: &[RawFd], writable: Option<RawFd>, timeout_ms: Option<i32>) -> Vec<bool> {
    let entry = |fd, events| PollFd { fd, events, revents: 0 };
    let mut polled: Vec<PollFd> = fds.iter().map(|&fd| entry(fd, POLLIN)).collect();
    polled.extend(writable.map(|fd| entry(fd, POLLOUT)));
    // SAFETY: the pointer and the length are those of a vector that outlives the call.
    let count = unsafe { poll(polled.as_mut_ptr(), polled.len() as u64, timeout_ms.unwrap_or(-1)) };
    polled.iter().take(fds.len()).map(|entry| count > 0 && entry.revents != 0).collect()
}

/// Whether a descriptor can be written now, or its reader is gone.
pub fn is_writable(fd: RawFd) -> bool {
    let mut polled = PollFd { fd, events: POLLOUT, revents: 0 };
    // SAFETY: the pointer is that of a local that outlives the call.
    unsafe { poll(&mut polled, 1, 0) > 0 }
}

/// Writes to a socket, without waiting for room.
pub fn send_now(socket: RawFd, bytes: &[u8]) -> Result<usize> {
    // SAFETY: the pointer and the length are those of a slice that outlives the call.
    check_size(unsafe { send(socket, bytes.as_ptr(), bytes.len(), MSG_DONTWAIT | MSG_NOSIGNAL) })
}

/// Writes to a descriptor that this process does not own.
pub fn write_to(fd: RawFd, bytes: &[u8]) -> Result<usize> {
    // SAFETY: the pointer and the length are those of a slice that outlives the call.
    check_size(unsafe { write(fd, bytes.as_ptr(), bytes.len()) })
}

/// Sets how many connections may wait to be accepted; std asks for 128. The kernel caps the number.
pub fn set_backlog(listener: RawFd, backlog: i32) -> Result<i32> {
    // SAFETY: takes no memory.
    check(unsafe { listen(listener, backlog) })
}

/// Sets how much a socket keeps that nobody has read yet. The kernel caps the number.
pub fn set_receive_buffer(socket: RawFd, bytes: i32) -> Result<i32> {
    // SAFETY: the pointer and the length are those of a local that outlives the call.
    check(unsafe { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, std::mem::size_of::<i32>() as u32) })
}

/// A file that lies in memory and has no name. A child gets it by `inherit` alone.
pub fn memory_file() -> Result<File> {
    // SAFETY: the name is a literal that ends in NUL.
    let fd = check(unsafe { memfd_create(b"telemetry\0".as_ptr(), MFD_CLOEXEC) })?;
    // SAFETY: nobody else has this descriptor.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// Gives the memory of a file's range back. The file keeps its length, and the range reads as zeros.
pub fn punch_hole(file: RawFd, offset: u64, length: u64) -> Result<i32> {
    // SAFETY: takes no memory.
    check(unsafe { fallocate(file, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset as i64, length as i64) })
}

/// The command's process gets `fds` as its descriptors 3, 4, …, leaves no core file, and dies with this process.
/// This process must keep its own descriptors 3, 4, … open: std opens a pipe for the fork, which must not get these numbers.
pub fn inherit(command: &mut Command, mut fds: Vec<RawFd>) {
    let first_free = FIRST + fds.len() as RawFd;
    let parent = std::process::id();
    let prepare = move || {
        let no_core = Limit { current: 0, maximum: 0 };
        // SAFETY: `no_core` outlives the call; the others take no memory.
        unsafe {
            check(prctl(PR_SET_PDEATHSIG, SIGKILL))?;
            // The parent may have died before the call above.
            if parent_id() != parent {
                return Err(ErrorKind::NotFound.into());
            }
            check(setrlimit(RLIMIT_CORE, &no_core))?;
            // First copy them to numbers that are no target, since one's number may be another's target. Exec closes the copies.
            for fd in fds.iter_mut() {
                *fd = check(fcntl(*fd, F_DUPFD_CLOEXEC, first_free))?;
            }
            for (target, &fd) in (FIRST..).zip(&fds) {
                check(dup2(fd, target))?;
            }
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure makes only system calls and allocates no memory.
    unsafe { command.pre_exec(prepare) };
}

fn check(result: i32) -> Result<i32> {
    if result < 0 {
        Err(Error::last_os_error())
    } else {
        Ok(result)
    }
}

fn check_size(result: isize) -> Result<usize> {
    usize::try_from(result).map_err(|_| Error::last_os_error())
}

extern "C" {
    fn write(fd: i32, bytes: *const u8, length: usize) -> isize;
    fn send(socket: i32, bytes: *const u8, length: usize, flags: i32) -> isize;
    fn poll(fds: *mut PollFd, count: u64, timeout_ms: i32) -> i32;
    fn listen(fd: i32, backlog: i32) -> i32;
    fn setsockopt(socket: i32, level: i32, option: i32, value: *const i32, length: u32) -> i32;
    fn prctl(option: i32, ...) -> i32;
    fn setrlimit(resource: i32, limit: *const Limit) -> i32;
    fn fcntl(fd: i32, command: i32, ...) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
    fn memfd_create(name: *const u8, flags: u32) -> i32;
    fn fallocate(fd: i32, mode: i32, offset: i64, length: i64) -> i32;
}

#[repr(C)]
struct PollFd {
    fd: i32,
    events: i16,
    revents: i16,
}

#[repr(C)]
struct Limit {
    current: u64,
    maximum: u64,
}

/// After standard input, output and error.
const FIRST: RawFd = 3;
const POLLIN: i16 = 1;
const POLLOUT: i16 = 4;
const MSG_DONTWAIT: i32 = 0x40;
const MSG_NOSIGNAL: i32 = 0x4000;
/// `wait` passes it over.
pub const NO_FD: RawFd = -1;
/// On x86-64 and arm64.
pub const O_NONBLOCK: i32 = 0o4000;
const SOL_SOCKET: i32 = 1;
const SO_RCVBUF: i32 = 8;
const PR_SET_PDEATHSIG: i32 = 1;
const SIGKILL: u64 = 9;
const RLIMIT_CORE: i32 = 4;
const F_DUPFD_CLOEXEC: i32 = 1_030;
const MFD_CLOEXEC: u32 = 1;
const FALLOC_FL_KEEP_SIZE: i32 = 1;
const FALLOC_FL_PUNCH_HOLE: i32 = 2;
