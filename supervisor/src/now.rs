//! The times that a decision depends on.

pub struct Now<'a> {
    pub wall_ms: u64,
    /// A function, because the answer costs a read of /proc and is seldom needed.
    pub host_cpu_ms: &'a dyn Fn() -> u64,
}

/// Bounds are counted in ticks of the loop. After a freeze of minutes only one tick is due, so a freeze exhausts no bound.
pub const TICK_MS: u64 = 100;
