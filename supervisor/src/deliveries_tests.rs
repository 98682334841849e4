use super::*;

/// Deliveries of one record each, in a store for `limit` bytes, and a host that says lines.
struct Bench {
    deliveries: Deliveries,
}

impl Bench {
    fn new() -> Self {
        Bench { deliveries: Deliveries::new(1 << 20, Box::new(|_| 1)) }
    }

    fn with_host(mode: Mode) -> Self {
        let mut bench = Bench::new();
        bench.says(Message::Takes(mode));
        bench
    }

    fn arrives(&mut self, body: &str) -> Vec<String> {
        let offset = self.deliveries.make_room(body.len() as u64).unwrap();
        self.deliveries.stored(offset, body.as_bytes());
        self.lines()
    }

    fn says(&mut self, message: Message) -> Vec<String> {
        self.deliveries.on_message(message);
        self.lines()
    }

    fn lines(&mut self) -> Vec<String> {
        self.deliveries.lines().lines().map(str::to_owned).collect()
    }

    fn taken(&mut self, seq: u64) -> Vec<String> {
        self.says(Message::Taken { seq })
    }

    fn mark(&mut self, name: &str, seq: u64) -> Vec<String> {
        self.says(Message::Mark { name: name.to_owned(), seq })
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn hands_over_at_once_where_the_host_wants_that() {
    let mut bench = Bench::with_host(Mode::AtOnce);

    assert_eq!(bench.arrives("[1]"), ["delivery 1 0 3"]);
    assert_eq!(bench.arrives("[2]"), NOTHING);
    assert_eq!(bench.taken(1), ["delivery 2 3 3"]);
}

#[test]
fn waits_for_a_record_of_a_type_that_the_host_waits_for() {
    let mut bench = Bench::with_host(Mode::At(vec!["platform.runtimeDone".into(), "platform.report".into()]));

    assert_eq!(bench.arrives(r#"[{"type":"function","record":"a"}]"#), NOTHING);
    assert_eq!(bench.arrives(r#"[{"type":"function","record":"\"platform.report\""}]"#), NOTHING);
    let lines = bench.arrives(r#"[{"type" : "platform.report","record":{}}]"#);

    assert_eq!(lines, ["delivery 1 0 34", "delivery 2 34 52", "delivery 3 86 42"]);
}

#[test]
fn hands_over_what_is_not_text_for_any_type() {
    let mut bench = Bench::with_host(Mode::At(vec!["platform.report".into()]));
    let offset = bench.deliveries.make_room(2).unwrap();
    bench.deliveries.stored(offset, b"\xff\xfe");

    assert_eq!(bench.lines(), ["delivery 1 0 2"]);
}

#[test]
fn hands_over_nothing_before_the_host_says_how_and_everything_then() {
    let mut bench = Bench::new();
    assert_eq!(bench.arrives("[1]"), NOTHING);

    assert_eq!(bench.says(Message::Takes(Mode::Waits)), ["delivery 1 0 3"]);
    bench.taken(1);
    assert_eq!(bench.arrives("[2]"), NOTHING);
    assert_eq!(bench.says(Message::Takes(Mode::Waits)), NOTHING);
    assert_eq!(bench.says(Message::Takes(Mode::AtOnce)).len(), 1);
}

#[test]
fn hands_over_when_the_host_asks_and_then_says_that_this_was_all() {
    let mut bench = Bench::with_host(Mode::Waits);
    assert_eq!(bench.says(Message::Give), ["given"]);
    bench.arrives(&"1".repeat(200 * 1024));
    bench.arrives(&"2".repeat(56 * 1024 - 1));

    assert_eq!(bench.says(Message::Give), ["delivery 1 0 204800", "delivery 2 204800 57343", "given"]);
    assert_eq!(bench.arrives(&"3".repeat(200 * 1024)), NOTHING);
    assert_eq!(bench.arrives(&"4".repeat(60 * 1024)), NOTHING);
    assert_eq!(bench.says(Message::Give), NOTHING);
    assert_eq!(bench.taken(1), NOTHING);
    assert_eq!(bench.taken(2), ["delivery 3 262143 204800"]);
    assert_eq!(bench.arrives("[5]"), NOTHING);
    assert_eq!(bench.taken(3), ["delivery 4 466943 61440", "given"]);
    assert_eq!(bench.taken(4), NOTHING);
}

#[test]
fn hands_over_when_much_waits_or_something_waits_for_a_second_of_ticks() {
    let mut bench = Bench::with_host(Mode::Waits);
    assert_eq!(bench.arrives(&"1".repeat(200 * 1024)), NOTHING);
    assert_eq!(bench.arrives(&"2".repeat(60 * 1024)).len(), 1);
    bench.taken(1);
    bench.taken(2);

    assert_eq!(bench.arrives("[3]"), NOTHING);
    for _ in 0..9 {
        bench.deliveries.tick(100);
        assert_eq!(bench.lines(), NOTHING);
    }
    bench.deliveries.tick(100);
    assert_eq!(bench.lines().len(), 1);
}

#[test]
fn hands_over_as_it_comes_during_shutdown() {
    let mut bench = Bench::with_host(Mode::Waits);
    bench.arrives("[1]");

    bench.deliveries.shut_down();

    assert_eq!(bench.lines(), ["delivery 1 0 3"]);
    assert_eq!(bench.taken(1), NOTHING);
    assert_eq!(bench.arrives("[2]").len(), 1);
}

#[test]
fn stores_nothing_for_a_host_that_wants_nothing() {
    let mut bench = Bench::new();
    bench.arrives("[1]");

    bench.says(Message::Takes(Mode::Nothing));

    assert!(bench.deliveries.are_unwanted() && !bench.deliveries.is_unconfirmed());
    assert_eq!(bench.deliveries.unreported(), 0);
}

#[test]
fn releases_by_taken_alone_where_the_host_tells_no_mark() {
    let mut bench = Bench::with_host(Mode::AtOnce);
    bench.arrives("[1]");
    assert!(bench.deliveries.is_unconfirmed());

    bench.taken(1);

    assert!(!bench.deliveries.is_unconfirmed());
}

#[test]
fn releases_what_every_name_is_done_with_whatever_comes_first() {
    let mut bench = Bench::with_host(Mode::AtOnce);
    bench.mark("up", 1);
    bench.mark("down", 1);
    bench.arrives("[1]");
    bench.mark("up", 2);
    bench.taken(1);
    assert!(bench.deliveries.is_unconfirmed());
    bench.mark("down", 2);
    assert!(!bench.deliveries.is_unconfirmed());

    bench.mark("up", 3);
    bench.mark("down", 3);
    bench.arrives("[2]");
    assert!(bench.deliveries.is_unconfirmed());
    bench.taken(2);
    assert!(!bench.deliveries.is_unconfirmed());
}

#[test]
fn tells_the_next_host_the_memo_and_the_marks_and_gives_it_what_is_not_released() {
    let mut bench = Bench::with_host(Mode::AtOnce);
    bench.mark("up", 1);
    bench.mark("down", 1);
    assert_eq!(bench.deliveries.legacy(), "mark up 1\nmark down 1");
    for seq in 1..=2 {
        bench.arrives("[1]");
        bench.taken(seq);
    }
    bench.says(Message::Memo("bWVtbw==".into()));
    bench.mark("up", 3);
    bench.mark("down", 2);

    assert_eq!(bench.deliveries.host_gone(), 0);

    assert_eq!(bench.deliveries.legacy(), "memo bWVtbw==\nmark up 3\nmark down 2");
    assert_eq!(bench.arrives("[3]"), NOTHING);
    assert_eq!(bench.says(Message::Takes(Mode::Waits)), ["delivery 2 3 3", "delivery 3 6 3"]);
}

#[test]
fn loses_what_the_next_host_could_not_redact() {
    let mut bench = Bench::with_host(Mode::AtOnce);
    bench.mark("up", 1);
    for _ in 0..2 {
        bench.arrives("[1]");
    }
    bench.deliveries.keep_from_later_hosts();

    assert_eq!(bench.deliveries.host_gone(), 2);
    assert_eq!(bench.says(Message::Takes(Mode::AtOnce)), NOTHING);
}

#[test]
fn says_each_loss_once_before_the_next_hand_over_or_counts_it_at_the_end() {
    let mut bench = Bench::with_host(Mode::Waits);
    bench.deliveries.lose(5);
    bench.arrives("[1]");
    assert_eq!(bench.says(Message::Give), ["lost full 5", "delivery 1 0 3", "given"]);
    bench.says(Message::Reported { reason: "full".into(), records: 5 });
    bench.deliveries.host_gone();
    bench.says(Message::Takes(Mode::Waits));
    bench.deliveries.host_gone();
    bench.arrives("[2]");
    assert_eq!(bench.says(Message::Takes(Mode::Waits))[0], "lost harmful 1");

    bench.says(Message::Reported { reason: "harmful".into(), records: 1 });
    bench.deliveries.lose(7);
    assert_eq!(bench.deliveries.unreported(), 8);
}

#[test]
fn tells_the_next_host_a_loss_that_a_dead_one_did_not_log() {
    let mut bench = Bench::with_host(Mode::Waits);
    bench.deliveries.lose(5);
    bench.arrives("[1]");
    assert_eq!(bench.says(Message::Give)[0], "lost full 5");

    bench.deliveries.host_gone();
    assert_eq!(bench.deliveries.unreported(), 6);

    assert_eq!(bench.says(Message::Takes(Mode::Waits)), ["lost full 5", "delivery 1 0 3"]);
}

#[test]
fn keeps_no_memo_that_is_too_long_and_none_that_is_older() {
    let mut bench = Bench::with_host(Mode::AtOnce);
    bench.says(Message::Memo("bWVtbw==".into()));
    assert_eq!(bench.deliveries.legacy(), "memo bWVtbw==");

    bench.says(Message::Memo("a".repeat(LONGEST_MEMO + 1)));

    assert_eq!(bench.deliveries.legacy(), "");
}
