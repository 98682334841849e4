use super::*;
use crate::decision::PING;
use crate::deliveries::Free;
use crate::deliveries::Mode;

const AT_MS: u64 = 1_700_000_000_000;

/// A supervisor with a clock and a host's CPU time that the test sets.
struct Bench {
    supervisor: Supervisor,
    wall_ms: u64,
    host_cpu_ms: u64,
}

impl Bench {
    /// After the first `next`.
    fn waiting(start: Start) -> Self {
        let mut bench =
            Bench { supervisor: Supervisor::new(start, false, false, None), wall_ms: AT_MS, host_cpu_ms: 0 };
        bench.step(Event::Registered);
        bench
    }

    fn with_host(invoke_bound_ms: Option<u64>) -> Self {
        let mut bench = Bench::waiting(Start::OnDemand);
        bench.step(Event::Connection);
        bench.step(Event::FromHost(Message::Ready { invoke_bound_ms }));
        bench
    }

    fn step(&mut self, event: Event) -> Vec<Action> {
        let cpu_ms = self.host_cpu_ms;
        self.supervisor.step(event, &Now { wall_ms: self.wall_ms, host_cpu_ms: &|| cpu_ms })
    }

    /// The actions of the first tick that has any, and how many ticks that took.
    fn tick_until_something(&mut self) -> (usize, Vec<Action>) {
        (1..=1_000).map(|count| (count, self.step(Event::Tick))).find(|(_, actions)| !actions.is_empty()).unwrap()
    }

    fn invoke(&mut self, id: &str, lasts_ms: u64) -> Vec<Action> {
        let deadline_ms = self.wall_ms + lasts_ms;
        self.step(Event::Invoke { request_id: id.into(), deadline_ms, line: format!("invoke {id}") })
    }

    fn end(&mut self) -> Vec<Action> {
        self.step(Event::Ended { how: "was terminated by signal 9".into(), is_success: false })
    }

    fn end_well(&mut self) -> Vec<Action> {
        self.step(Event::Ended { how: "exited with status 0".into(), is_success: true })
    }

    fn shut_down(&mut self) -> Vec<Action> {
        let deadline_ms = self.wall_ms + 2_000;
        self.step(Event::Shutdown { deadline_ms, line: "shutdown".into() })
    }
}

fn start(reason: &'static str) -> Action {
    Action::Start { reason, lost: Holdings::default() }
}

fn ping() -> Action {
    Action::Send(PING.into())
}

#[test]
fn starts_the_host_as_the_policy_says() {
    let first = |start| {
        Supervisor::new(start, false, false, None).step(Event::Registered, &Now { wall_ms: 0, host_cpu_ms: &|| 0 })
    };

    assert_eq!(first(Start::OnDemand), [Action::AskNext]);
    assert_eq!(first(Start::AfterNext), [Action::AskNext, start("after-next")]);
    assert_eq!(first(Start::Eager), [start("eager")]);
}

#[test]
fn asks_for_the_first_event_when_an_eager_host_is_ready_or_has_ended_or_takes_too_long() {
    let mut ready = Bench::waiting(Start::Eager);
    assert_eq!(ready.step(Event::FromHost(Message::Ready { invoke_bound_ms: None })), [Action::AskNext]);

    let mut ended = Bench::waiting(Start::Eager);
    assert!(ended.end().contains(&Action::AskNext));

    let mut slow = Bench::waiting(Start::Eager);
    assert_eq!(slow.tick_until_something(), (50, vec![Action::AskNext]));
}

#[test]
fn does_not_tick_while_nobody_needs_it() {
    assert_eq!(Bench::waiting(Start::OnDemand).supervisor.tick_ms(), None);
}

#[test]
fn asks_for_the_next_event_at_once_when_the_host_is_off_or_boots_or_wants_no_invocations_or_holds_none() {
    let mut off = Bench::waiting(Start::OnDemand);
    assert_eq!(off.invoke("1", 3_000), [Action::AskNext]);

    off.step(Event::Connection);
    assert_eq!(off.invoke("2", 3_000), [Action::AskNext]);

    assert_eq!(Bench::with_host(None).invoke("1", 3_000), [ping(), Action::AskNext]);
    let sent = Action::Send("invoke 1".into());
    assert_eq!(Bench::with_host(Some(0)).invoke("1", 3_000), [sent, ping(), Action::AskNext]);
}

#[test]
fn waits_for_a_host_that_holds_the_invocation_until_it_is_done_or_ends() {
    let mut bench = Bench::with_host(Some(2_000));
    assert_eq!(bench.invoke("1", 3_000), [Action::Send("invoke 1".into()), ping()]);
    assert_eq!(bench.step(Event::FromHost(Message::Done { request_id: "other".into() })), []);
    assert_eq!(bench.step(Event::FromHost(Message::Done { request_id: "1".into() })), [Action::AskNext]);

    bench.invoke("2", 3_000);
    assert!(bench.end().contains(&Action::AskNext));
}

#[test]
fn lets_a_host_sleep_that_has_done_its_work() {
    let mut bench = Bench::with_host(Some(60_000));
    bench.invoke("1", 90_000);
    bench.step(Event::FromHost(Message::Done { request_id: "1".into() }));

    assert_eq!(bench.invoke("2", 90_000), [Action::Send("invoke 2".into())]);
    for _ in 0..5 {
        assert!((0..9).all(|_| bench.step(Event::Tick).is_empty()));
        bench.step(Event::FromHost(Message::Taken { seq: 1 }));
    }
    assert_eq!(bench.tick_until_something(), (10, vec![ping()]));
}

#[test]
fn asks_for_the_next_event_when_the_host_is_not_done_within_its_bound() {
    let mut bench = Bench::with_host(Some(250));
    bench.invoke("1", 60_000);

    assert_eq!(bench.tick_until_something(), (4, vec![Action::AskNext]));
}

#[test]
fn pings_a_host_that_holds_an_invocation_once_a_second() {
    let mut bench = Bench::with_host(Some(60_000));
    bench.invoke("1", 90_000);
    bench.step(Event::FromHost(Message::Pong));
    assert_eq!(bench.supervisor.tick_ms(), Some(100));
    for _ in 0..2 {
        assert_eq!(bench.tick_until_something(), (10, vec![ping()]));
        bench.step(Event::FromHost(Message::Pong));
    }
}

#[test]
fn kills_a_host_in_an_endless_loop_though_invocations_come_all_the_time() {
    let mut bench = Bench::with_host(Some(0));
    bench.invoke("1", 60_000);
    bench.host_cpu_ms = 1_001;
    for _ in 0..9 {
        assert_eq!(bench.step(Event::Tick), []);
        assert_eq!(bench.invoke("2", 60_000), [Action::Send("invoke 2".into()), Action::AskNext]);
    }
    assert_eq!(bench.step(Event::Tick), [Action::Kill]);
}

#[test]
fn kills_a_host_that_does_not_read_and_asks_for_the_next_event() {
    let mut bench = Bench::with_host(Some(2_000));
    bench.invoke("1", 60_000);
    assert_eq!(bench.step(Event::Broken("it does not read")), [Action::Kill]);
    assert_eq!(bench.step(Event::Broken("it still does not read")), []);
    let line =
        "The host was killed because it does not read. The host restarts on its next use. The function is unaffected.";
    assert_eq!(bench.end(), [Action::LogError(line.into()), Action::AskNext]);
}

#[test]
fn kills_no_host_after_a_freeze() {
    let mut bench = Bench::with_host(Some(2_000));
    bench.invoke("1", 900_000);
    bench.wall_ms += 600_000;
    assert_eq!(bench.step(Event::Tick), []);
}

#[test]
fn starts_a_dead_host_at_the_next_connection_and_at_an_invocation_only_when_the_policy_always_wants_one() {
    let mut on_demand = Bench::with_host(None);
    on_demand.end();
    assert_eq!(on_demand.invoke("1", 3_000), [Action::AskNext]);
    assert_eq!(on_demand.step(Event::Connection), [start("connection")]);

    let mut always = Bench::waiting(Start::AfterNext);
    always.step(Event::FromHost(Message::Ready { invoke_bound_ms: Some(0) }));
    always.end();
    assert_eq!(always.invoke("1", 3_000), [start("invoke"), Action::AskNext]);
}

#[test]
fn starts_a_dead_host_at_once_on_managed_instances_when_the_policy_always_wants_one() {
    let starts = |policy| {
        let mut bench = Bench::waiting(policy);
        bench.supervisor.is_managed = true;
        bench.step(Event::Connection);
        (0..3).map(|_| bench.end().contains(&start("after-next"))).collect::<Vec<_>>()
    };

    assert_eq!(starts(Start::AfterNext), [true, true, false]);
    assert_eq!(starts(Start::OnDemand), [false, false, false]);
}

#[test]
fn starts_no_host_for_callers_after_three_failed_boots_until_the_cool_down_is_over() {
    let mut bench = Bench::waiting(Start::OnDemand);
    let boot = |bench: &mut Bench| {
        bench.step(Event::Connection);
        bench.end()
    };

    let lines = [boot(&mut bench), boot(&mut bench), boot(&mut bench)];
    let during = bench.step(Event::Connection);
    bench.wall_ms += 10_000;
    let after = bench.step(Event::Connection);

    let how = "The host was terminated by signal 9.";
    let restarts = format!("{how} The host restarts on its next use. The function is unaffected.");
    let refuses = format!(
        "{how} Callers get 503 for 10 s. After that the host restarts on its next use. The function is unaffected."
    );
    assert_eq!(lines, [restarts.clone(), restarts, refuses].map(|line| vec![Action::LogError(line)]));
    assert_eq!((during, after), (vec![], vec![start("connection")]));
}

#[test]
fn logs_why_the_host_cannot_start_and_refuses_callers_at_once() {
    let mut bench = Bench::waiting(Start::OnDemand);
    bench.step(Event::Connection);

    let actions = bench.step(Event::NotStarted { how: "cannot start".into() });

    let line = "The host cannot start. Callers get 503 for 10 s. After that the host restarts on its next use. The function is unaffected.";
    assert_eq!(actions, [Action::LogError(line.into())]);
    assert_eq!(bench.supervisor.refusal(AT_MS), Some("The host cannot start. Retry after 10 s."));
}

#[test]
fn exits_at_shutdown_at_once_without_a_host_and_otherwise_when_the_host_has_ended() {
    assert_eq!(Bench::waiting(Start::OnDemand).shut_down(), [Action::Exit]);

    let mut bench = Bench::with_host(None);
    assert_eq!(bench.shut_down(), [Action::Send("shutdown".into())]);
    assert_eq!(bench.end(), [Action::Exit]);
}

#[test]
fn kills_a_host_that_does_not_end_before_the_deadline_of_shutdown() {
    let mut bench = Bench::with_host(None);
    bench.shut_down();
    bench.wall_ms += 1_600;
    assert_eq!(bench.step(Event::Tick), []);
    bench.wall_ms += 100;
    assert_eq!(bench.step(Event::Tick), [Action::Kill, Action::Exit]);
}

#[test]
fn logs_what_is_lost_with_a_host_that_does_not_end_at_shutdown() {
    let mut bench = Bench::with_host(None);
    bench.step(Event::FromHost(Message::Holds(Holdings { records: 7, sending: 0 })));
    bench.shut_down();
    bench.wall_ms += 1_700;
    let line = Action::LogError("Lost 7 telemetry records, because the host ended before it delivered them.".into());
    assert_eq!(bench.step(Event::Tick), [Action::Kill, line, Action::Exit]);
}

#[test]
fn tells_each_next_host_what_was_lost_until_one_is_ready() {
    let mut bench = Bench::with_host(None);
    bench.step(Event::FromHost(Message::Holds(Holdings { records: 7, sending: 0 })));
    let line = "The host was terminated by signal 9. 7 telemetry records were lost with it. The host restarts on its next use. The function is unaffected.";
    assert_eq!(bench.end(), [Action::LogError(line.into())]);
    let reported = Action::Start { reason: "connection", lost: Holdings { records: 7, sending: 0 } };
    assert_eq!(bench.step(Event::Connection), [reported]);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None }));
    bench.end();
    assert_eq!(bench.step(Event::Connection), [start("connection")]);
}

#[test]
fn logs_at_shutdown_what_no_host_reported() {
    let mut bench = Bench::with_host(None);
    bench.step(Event::FromHost(Message::Holds(Holdings { records: 7, sending: 0 })));
    bench.end();
    let line = Action::LogError("Lost 7 telemetry records, because the host ended before it delivered them.".into());
    assert_eq!(bench.shut_down(), [line, Action::Exit]);
}

#[test]
fn says_how_many_of_the_lost_records_may_have_arrived() {
    let mut bench = Bench::with_host(None);
    bench.step(Event::FromHost(Message::Holds(Holdings { records: 7, sending: 3 })));
    let caveat = "3 of them were being sent and may have arrived";
    let line = format!("The host was terminated by signal 9. 7 telemetry records were lost with it; {caveat}. The host restarts on its next use. The function is unaffected.");
    assert_eq!(bench.end(), [Action::LogError(line)]);
    let line = Action::LogError(format!(
        "Lost 7 telemetry records, because the host ended before it delivered them; {caveat}."
    ));
    assert_eq!(bench.shut_down(), [line, Action::Exit]);
}

/// Deliveries of one record each.
fn with_telemetry(start: Start) -> Bench {
    let mut bench = Bench::waiting(start);
    bench.supervisor.deliveries = Some(Deliveries::new(1 << 20, Box::new(|_| 1)));
    bench
}

fn deliver(bench: &mut Bench) -> Vec<Action> {
    let deliveries = bench.supervisor.deliveries.as_mut().unwrap();
    let offset = deliveries.make_room(3).unwrap();
    deliveries.stored(offset, b"[1]");
    bench.step(Event::Stored)
}

fn send(line: &str) -> Action {
    Action::Send(line.into())
}

#[test]
fn starts_a_host_for_a_delivery_tells_it_what_the_last_one_left_and_hands_over_when_it_says_how() {
    let mut bench = with_telemetry(Start::OnDemand);

    assert_eq!(deliver(&mut bench), [start("delivery")]);
    assert_eq!(deliver(&mut bench), []);
    assert_eq!(bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: Some(0) })), []);
    let takes = bench.step(Event::FromHost(Message::Takes(Mode::AtOnce)));

    assert_eq!(takes, [send("delivery 1 0 3\ndelivery 2 3 3")]);
    let taken = bench.step(Event::FromHost(Message::Taken { seq: 2 }));
    assert_eq!(taken, [Action::Free(Free::Everything)]);
}

#[test]
fn keeps_deliveries_while_no_host_may_start_and_gives_them_to_the_next() {
    let mut bench = with_telemetry(Start::OnDemand);
    for _ in 0..3 {
        deliver(&mut bench);
        bench.end();
    }

    let during = deliver(&mut bench);
    bench.wall_ms += 10_000;
    let after = deliver(&mut bench);

    assert_eq!((during, after), (vec![], vec![start("delivery")]));
    let takes = bench.step(Event::FromHost(Message::Takes(Mode::Waits)));
    assert_eq!(takes.len(), 1);
    assert_eq!(
        takes,
        [send(&(1..=5).map(|seq| format!("delivery {seq} {} 3", 3 * seq - 3)).collect::<Vec<_>>().join("\n"))]
    );
}

#[test]
fn loses_nothing_with_a_host_but_what_was_evicted() {
    let mut bench = with_telemetry(Start::OnDemand);
    deliver(&mut bench);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None }));
    bench.step(Event::FromHost(Message::Takes(Mode::AtOnce)));

    let line = "The host was terminated by signal 9. The host restarts on its next use. The function is unaffected.";
    assert_eq!(bench.end(), [Action::LogError(line.into())]);
}

#[test]
fn hands_nothing_to_a_host_that_has_ended() {
    let mut bench = with_telemetry(Start::OnDemand);
    deliver(&mut bench);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None }));
    bench.step(Event::FromHost(Message::Takes(Mode::AtOnce)));
    deliver(&mut bench);

    let last_words = bench.step(Event::LastWords(Message::Taken { seq: 1 }));
    bench.end();
    deliver(&mut bench);
    let takes = bench.step(Event::FromHost(Message::Takes(Mode::AtOnce)));

    assert_eq!(last_words, []);
    assert_eq!(takes, [send("delivery 2 3 3\ndelivery 3 6 3")]);
}

#[test]
fn hands_over_after_a_second_of_ticks() {
    let mut bench = with_telemetry(Start::OnDemand);
    bench.step(Event::Connection);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None }));
    bench.step(Event::FromHost(Message::Takes(Mode::Waits)));
    assert_eq!(deliver(&mut bench), []);
    assert_eq!(bench.supervisor.tick_ms(), Some(1_000));

    assert_eq!(bench.step(Event::Tick), [ping(), send("delivery 1 0 3")]);
}

#[test]
fn starts_a_host_at_shutdown_for_what_is_not_confirmed_unless_hosts_are_refused() {
    let mut bench = with_telemetry(Start::OnDemand);
    deliver(&mut bench);
    bench.end();
    assert_eq!(bench.shut_down(), [start("shutdown"), send("shutdown")]);

    let mut refusing = with_telemetry(Start::OnDemand);
    deliver(&mut refusing);
    refusing.step(Event::NotStarted { how: "cannot start".into() });
    let line = "Lost 1 telemetry records, because the host ended before it delivered them.";
    assert_eq!(refusing.shut_down(), [Action::LogError(line.into()), Action::Exit]);
}

#[test]
fn logs_at_the_end_what_is_not_confirmed() {
    let mut bench = with_telemetry(Start::OnDemand);
    deliver(&mut bench);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None }));
    bench.step(Event::FromHost(Message::Mark { name: "down".into(), seq: 1 }));
    bench.step(Event::FromHost(Message::Takes(Mode::AtOnce)));
    bench.step(Event::FromHost(Message::Taken { seq: 1 }));
    bench.shut_down();

    let line = "Lost 1 telemetry records, because the host ended before it delivered them.";
    assert_eq!(bench.end_well(), [Action::LogError(line.into()), Action::Exit]);
}

#[test]
fn starts_one_more_host_when_the_one_that_got_shutdown_crashes_before_all_is_confirmed() {
    let mut bench = with_telemetry(Start::OnDemand);
    deliver(&mut bench);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None }));
    bench.step(Event::FromHost(Message::Mark { name: "down".into(), seq: 1 }));
    bench.shut_down();

    assert_eq!(bench.end(), [start("shutdown"), send("mark down 1"), send("shutdown")]);

    let line = "Lost 1 telemetry records, because the host ended before it delivered them.";
    assert_eq!(bench.end(), [Action::LogError(line.into()), Action::Exit]);
}

#[test]
fn replaces_a_host_before_a_snapshot_and_keeps_nothing_of_it() {
    let mut bench = with_telemetry(Start::OnDemand);
    deliver(&mut bench);
    bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: Some(0) }));
    bench.step(Event::FromHost(Message::Memo("eyJ2IjoxfQ==".into())));
    bench.step(Event::FromHost(Message::Mark { name: "down".into(), seq: 1 }));

    let asked = bench.step(Event::FromHost(Message::Snapshot));
    let ended = bench.end();

    assert_eq!(asked, [Action::Kill]);
    let line = "Dropped 1 telemetry records of INIT, which were not delivered before the snapshot.";
    let expected = [Action::Wipe, Action::LogError(line.into()), start("snapshot"), Action::Free(Free::Everything)];
    assert_eq!(ended, expected);
    assert!(bench.supervisor.is_snapshot_near());
    let ready = bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: Some(0) }));
    assert_eq!((ready, bench.step(Event::FromHost(Message::Takes(Mode::AtOnce)))), (vec![], vec![]));
    // It is no failure: three in a row would have callers refused.
    for _ in 0..3 {
        bench.step(Event::FromHost(Message::Snapshot));
        assert_eq!(bench.end(), [Action::Wipe, start("snapshot")]);
    }
}

#[test]
fn replaces_a_host_that_is_not_ready_yet_and_asks_for_the_first_event_when_the_next_one_is() {
    let mut bench = Bench::waiting(Start::Eager);

    assert_eq!(bench.step(Event::FromHost(Message::Snapshot)), [Action::Kill]);
    assert_eq!(bench.end(), [Action::Wipe, start("snapshot")]);

    assert_eq!(bench.step(Event::FromHost(Message::Ready { invoke_bound_ms: None })), [Action::AskNext]);
}

#[test]
fn knows_the_restore_by_the_host_or_by_the_first_event() {
    let ends: [fn(&mut Bench) -> Vec<Action>; 3] =
        [|bench| bench.step(Event::FromHost(Message::Restored)), |bench| bench.invoke("1", 3_000), Bench::shut_down];
    for end in ends {
        let mut bench = Bench::with_host(Some(0));
        bench.step(Event::FromHost(Message::Snapshot));
        bench.end();
        assert!(bench.supervisor.is_snapshot_near());

        end(&mut bench);

        assert!(!bench.supervisor.is_snapshot_near());
    }
}

#[test]
fn replaces_no_host_that_is_about_to_end() {
    let mut bench = Bench::with_host(Some(0));
    bench.shut_down();

    assert_eq!(bench.step(Event::FromHost(Message::Snapshot)), []);
    assert_eq!(bench.end_well(), [Action::Exit]);
}
