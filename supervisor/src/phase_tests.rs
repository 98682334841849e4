use super::*;

const AT_MS: u64 = 1_700_000_000_000;

/// What is overdue first, and after how many ticks at this time.
fn first_overdue(phase: &mut Phase, wall_ms: u64) -> (usize, Overdue) {
    (1..=1_000).find_map(|count| Some((count, phase.tick(wall_ms)?))).unwrap()
}

#[test]
fn holds_the_first_next_back_for_five_seconds() {
    assert_eq!(first_overdue(&mut Phase::init(false), AT_MS), (50, Overdue::Next));
}

#[test]
fn holds_the_first_next_back_for_twelve_seconds_before_a_snapshot() {
    assert_eq!(first_overdue(&mut Phase::init(true), AT_MS), (120, Overdue::Next));
}

#[test]
fn holds_next_back_a_tick_longer_than_the_bound() {
    let mut phase = Phase::invoke("1".into(), AT_MS + 60_000, 250);

    assert_eq!(first_overdue(&mut phase, AT_MS), (4, Overdue::Next));
}

#[test]
fn holds_next_back_for_the_whole_bound_when_a_tick_was_due_at_the_start_of_the_invocation() {
    let mut phase = Phase::invoke("1".into(), AT_MS + 60_000, 100);

    assert_eq!(phase.tick(AT_MS), None);
    assert_eq!(phase.tick(AT_MS), Some(Overdue::Next));
}

#[test]
fn holds_next_back_until_100_ms_before_the_deadline_at_most() {
    let mut phase = Phase::invoke("1".into(), AT_MS + 3_000, 2_000);

    assert_eq!(phase.tick(AT_MS + 2_899), None);
    assert_eq!(phase.tick(AT_MS + 2_900), Some(Overdue::Next));
}

#[test]
fn survives_the_longest_bound_that_a_host_can_announce() {
    let mut phase = Phase::invoke("1".into(), AT_MS + 60_000, u64::MAX);

    assert_eq!(phase.tick(AT_MS), None);
}

#[test]
fn is_held_for_its_own_invocation_only() {
    let phase = Phase::invoke("1".into(), AT_MS + 60_000, 250);

    assert!(phase.is_held_for("1"));
    assert!(!phase.is_held_for("2"));
    assert!(!Phase::Waiting.is_held_for("1"));
}

#[test]
fn exits_300_ms_before_lambda_would_kill_it() {
    let mut phase = Phase::Shutdown { deadline_ms: AT_MS + 2_000 };

    assert_eq!(phase.tick(AT_MS + 1_699), None);
    assert_eq!(phase.tick(AT_MS + 1_700), Some(Overdue::Exit));
}

#[test]
fn has_nothing_overdue_while_it_waits_for_an_event() {
    let mut phase = Phase::Waiting;

    assert!((0..1_000).all(|_| phase.tick(AT_MS).is_none()));
    assert!(!phase.needs_ticks());
}
