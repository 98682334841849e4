use super::*;

const AT_MS: u64 = 1_700_000_000_000;

/// A host with a clock and a CPU time that the test sets.
struct Bench {
    health: HostHealth,
    wall_ms: u64,
    host_cpu_ms: u64,
}

impl Bench {
    fn off() -> Self {
        Bench { health: HostHealth::off(), wall_ms: AT_MS, host_cpu_ms: 0 }
    }

    fn booting() -> Self {
        let mut bench = Bench::off();
        assert!(bench.start());
        bench
    }

    fn ready() -> Self {
        let mut bench = Bench::booting();
        bench.health.ready(None);
        bench
    }

    fn start(&mut self) -> bool {
        self.health.start(self.wall_ms)
    }

    fn ping_at_invoke(&mut self) -> bool {
        let cpu_ms = self.host_cpu_ms;
        self.health.ping_at_invoke(&Now { wall_ms: self.wall_ms, host_cpu_ms: &|| cpu_ms })
    }

    fn tick(&mut self) -> Option<Remedy> {
        let cpu_ms = self.host_cpu_ms;
        let since_tick_ms = self.health.tick_ms().unwrap_or(TICK_MS);
        self.health.tick(&Now { wall_ms: self.wall_ms, host_cpu_ms: &|| cpu_ms }, since_tick_ms)
    }

    /// The first remedy, and after how many ticks.
    fn first_remedy(&mut self) -> (usize, Remedy) {
        (1..=1_000).find_map(|count| Some((count, self.tick()?))).unwrap()
    }

    fn end(&mut self) -> String {
        self.health.reap("was terminated by signal 9".into(), self.wall_ms)
    }

    fn refusal(&self) -> Option<&str> {
        self.health.refusal(self.wall_ms)
    }
}

#[test]
fn needs_no_ticks_while_the_host_is_off() {
    assert_eq!(Bench::off().health.tick_ms(), None);
}

#[test]
fn pings_a_quiet_host_every_second_and_looks_for_its_answer_every_tick() {
    let mut bench = Bench::ready();

    assert_eq!(bench.health.tick_ms(), Some(1_000));
    assert_eq!(bench.tick(), Some(Remedy::Ping));
    assert_eq!(bench.health.tick_ms(), Some(100));
    bench.health.alive();
    assert_eq!(bench.health.tick_ms(), Some(1_000));
}

#[test]
fn pings_at_the_first_invocation_of_a_host_and_lets_it_sleep_at_later_ones() {
    let mut bench = Bench::ready();

    assert!(bench.ping_at_invoke());
    assert!(!bench.ping_at_invoke());
    bench.health.alive();
    assert!(!bench.ping_at_invoke());
    assert_eq!(bench.tick(), Some(Remedy::Ping));
}

#[test]
fn waits_for_a_second_after_a_sign_of_life_however_short_the_ticks_are() {
    let mut bench = Bench::ready();
    let now = |wall_ms| Now { wall_ms, host_cpu_ms: &|| 0 };
    assert!((0..9).all(|_| bench.health.tick(&now(AT_MS), 100).is_none()));

    bench.health.alive();

    assert!((0..9).all(|_| bench.health.tick(&now(AT_MS), 100).is_none()));
    assert_eq!(bench.health.tick(&now(AT_MS), 100), Some(Remedy::Ping));
}

#[test]
fn pings_no_host_that_is_off_or_boots() {
    assert!(!Bench::off().ping_at_invoke());
    assert!(!Bench::booting().ping_at_invoke());
}

#[test]
fn kills_a_host_in_an_endless_loop_after_a_second() {
    let mut bench = Bench::ready();
    bench.tick();

    bench.host_cpu_ms = 1_001;

    assert_eq!(bench.first_remedy(), (10, Remedy::Kill));
    assert_eq!(bench.tick(), None);
    assert_eq!(bench.end(), "was killed because it did not answer for 1 s");
}

#[test]
fn kills_a_silent_host_that_gets_no_cpu_only_after_ten_seconds() {
    let mut bench = Bench::ready();
    bench.host_cpu_ms = 60_000;
    bench.tick();

    bench.host_cpu_ms += 900;

    assert_eq!(bench.first_remedy(), (100, Remedy::Kill));
}

#[test]
fn gives_a_host_the_cpu_time_that_it_announced() {
    let mut bench = Bench::ready();
    bench.health.busy(2_000);
    bench.tick();

    bench.host_cpu_ms = 3_000;
    assert!((1..=50).all(|_| bench.tick().is_none()));
    bench.host_cpu_ms = 3_001;

    assert_eq!(bench.tick(), Some(Remedy::Kill));
}

#[test]
fn gives_no_more_than_5_s_however_much_and_often_a_host_announces() {
    let mut bench = Bench::ready();
    bench.tick();
    for _ in 0..100 {
        bench.health.busy(u64::MAX);
    }

    bench.host_cpu_ms = 6_001;

    assert_eq!(bench.first_remedy(), (10, Remedy::Kill));
}

#[test]
fn gives_a_busy_host_that_gets_little_cpu_longer_than_ten_seconds_and_not_for_ever() {
    let mut bench = Bench::ready();
    bench.health.busy(1_000);
    bench.tick();

    bench.host_cpu_ms = 900;

    assert_eq!(bench.first_remedy(), (240, Remedy::Kill));
}

#[test]
fn forgets_an_announcement_at_a_sign_of_life() {
    let mut bench = Bench::ready();
    bench.health.busy(5_000);
    bench.tick();
    bench.health.alive();
    bench.tick();

    bench.host_cpu_ms = 1_001;

    assert_eq!(bench.first_remedy(), (10, Remedy::Kill));
}

#[test]
fn ignores_an_announcement_of_a_host_that_is_off_or_boots() {
    let (mut off, mut booting) = (Bench::off(), Bench::booting());

    off.health.busy(5_000);
    booting.health.busy(5_000);

    assert!(off.health.is_off());
    assert_eq!(booting.first_remedy(), (100, Remedy::Kill));
}

#[test]
fn kills_a_host_that_is_not_ready_after_ten_seconds() {
    let mut bench = Bench::booting();

    assert_eq!(bench.first_remedy(), (100, Remedy::Kill));
    assert_eq!(bench.end(), "was killed because it was not ready after 10 s");
}

#[test]
fn kills_a_host_once_and_none_that_is_off() {
    let mut bench = Bench::ready();

    assert_eq!(bench.health.kill("it does not read".into()), Some(Remedy::Kill));
    assert_eq!(bench.health.kill("it still does not read".into()), None);
    assert_eq!(bench.end(), "was killed because it does not read");
    assert_eq!(bench.health.kill("it does not read".into()), None);
}

#[test]
fn ends_the_boot_at_the_first_ready_only() {
    let mut bench = Bench::booting();

    assert!(bench.health.ready(Some(50)));
    assert!(!bench.health.ready(Some(2_000)));
    assert_eq!(bench.health.invoke_bound_ms(), Some(50));
    assert!(!Bench::off().health.ready(None));
}

#[test]
fn refuses_callers_after_three_failed_boots_and_allows_one_boot_after_the_cool_down() {
    let mut bench = Bench::off();
    for _ in 0..2 {
        bench.start();
        bench.end();
        assert_eq!(bench.refusal(), None);
    }
    bench.start();
    bench.end();
    assert_eq!(bench.refusal(), Some("The host was terminated by signal 9. Retry after 10 s."));
    assert!(!bench.start());

    bench.wall_ms += 10_000;
    assert_eq!(bench.refusal(), None);
    assert!(bench.start());
    bench.end();
    assert!(bench.refusal().is_some());
}

#[test]
fn refuses_callers_at_once_when_the_host_cannot_start() {
    let mut bench = Bench::booting();

    bench.health.not_started("cannot start", AT_MS);

    assert!(bench.health.is_off());
    assert_eq!(bench.refusal(), Some("The host cannot start. Retry after 10 s."));
}

#[test]
fn allows_a_boot_when_the_wall_clock_stepped_back() {
    let mut bench = Bench::booting();
    bench.health.not_started("cannot start", AT_MS);

    bench.wall_ms -= 3_600_000;

    assert!(bench.start());
}

#[test]
fn forgets_failed_boots_at_a_sign_of_life() {
    let mut bench = Bench::off();
    for _ in 0..5 {
        bench.start();
        bench.health.ready(None);
        bench.health.alive();
        bench.end();
    }

    assert_eq!(bench.refusal(), None);
}
