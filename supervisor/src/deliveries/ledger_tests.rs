use super::*;
use crate::deliveries::Free;
use crate::random::Random;
use std::collections::BTreeMap;

/// Each delivery has as many records as bytes.
fn ledger(limit: u64) -> Ledger {
    Ledger::new(limit, Box::new(|range| range.end - range.start))
}

fn add(ledger: &mut Ledger, length: u64) -> Losses {
    let mut losses = Losses::default();
    let offset = ledger.make_room(length, &mut losses).unwrap();
    ledger.add(offset, length);
    losses
}

fn add_some(ledger: &mut Ledger, count: u64, length: u64) {
    for _ in 0..count {
        assert_eq!(add(ledger, length), NONE);
    }
}

fn handed(ledger: &mut Ledger) -> Vec<u64> {
    ledger.hand_over(u64::MAX).iter().map(|delivery| delivery.seq).collect()
}

fn die(ledger: &mut Ledger, is_stuck: bool) -> (u64, u64) {
    let mut losses = Losses::default();
    let lost = ledger.host_gone(is_stuck, &mut losses);
    assert_eq!(losses.full, 0);
    (lost, losses.harmful)
}

fn hole(start: u64, end: u64) -> Option<Free> {
    Some(Free::Ranges(std::iter::once(start..end).collect()))
}

const NONE: Losses = Losses { full: 0, harmful: 0 };

#[test]
fn hands_over_in_slices_the_next_when_the_last_is_taken() {
    let mut ledger = ledger(8 << 20);
    for length in [200 * 1024, 56 * 1024, 1, 300 * 1024, 1] {
        add(&mut ledger, length);
    }

    let mut slices = Vec::new();
    for _ in 0..4 {
        slices.push(handed(&mut ledger));
        assert_eq!(handed(&mut ledger), [0; 0]);
        ledger.taken(*slices.last().unwrap().last().unwrap());
    }

    assert_eq!(slices, [vec![1, 2], vec![3], vec![4], vec![5]]);
}

#[test]
fn hands_over_no_more_than_asked_and_not_too_many_lines() {
    let mut ledger = ledger(8 << 20);
    add_some(&mut ledger, 600, 10);

    assert_eq!(ledger.hand_over(3).len(), 3);
    ledger.taken(2);
    assert_eq!(handed(&mut ledger), [0; 0]);
    ledger.taken(3);
    assert_eq!(handed(&mut ledger).len(), 256);
}

#[test]
fn places_bodies_one_after_the_other_and_begins_anew_when_all_are_released() {
    let mut ledger = ledger(8 << 20);
    add(&mut ledger, 5_000);
    add(&mut ledger, 5_000);
    let ranges: Vec<_> = ledger.hand_over(u64::MAX).into_iter().map(|delivery| delivery.range).collect();
    assert_eq!(ranges, [0..5_000, 5_000..10_000]);

    ledger.taken(2);
    ledger.release(2);
    assert_eq!(ledger.free(), hole(0, 4_096));
    assert_eq!(ledger.free(), None);
    ledger.release(3);
    assert_eq!(ledger.free(), Some(Free::Everything));
    assert_eq!(ledger.free(), None);

    add(&mut ledger, 7);
    assert_eq!(
        ledger.hand_over(u64::MAX).first().map(|delivery| (delivery.seq, delivery.range.clone())),
        Some((3, 0..7))
    );
}

#[test]
fn evicts_first_what_is_taken_and_counts_it_as_lost_only_if_its_host_dies_before_it_confirms() {
    let mut ledger = ledger(4 * (100 + OVERHEAD));
    add_some(&mut ledger, 2, 100);
    handed(&mut ledger);
    ledger.taken(2);
    add_some(&mut ledger, 2, 100);

    assert_eq!([add(&mut ledger, 100), add(&mut ledger, 100)], [NONE, NONE]);
    ledger.release(2);

    assert_eq!(die(&mut ledger, true), (100, 0));
    assert_eq!(handed(&mut ledger), [3, 4, 5, 6]);
}

#[test]
fn evicts_then_what_waits_the_oldest_first_and_never_what_the_host_reads() {
    let mut ledger = ledger(3 * (100 + OVERHEAD));
    add(&mut ledger, 100);
    handed(&mut ledger);
    add_some(&mut ledger, 2, 100);

    assert_eq!(add(&mut ledger, 100), Losses { full: 100, harmful: 0 });
    assert_eq!(ledger.make_room(300, &mut Losses::default()), None);
    ledger.taken(1);

    assert_eq!(handed(&mut ledger), [0; 0]);
    assert_eq!(ledger.waiting_bytes(), 0);
}

#[test]
fn gives_what_is_not_released_to_the_next_host_and_what_its_host_read_alone() {
    let mut ledger = ledger(8 << 20);
    add_some(&mut ledger, 5, 10);
    ledger.hand_over(2);
    ledger.taken(2);
    ledger.release(2);
    ledger.hand_over(4);

    assert_eq!(die(&mut ledger, true), (0, 0));

    let mut slices = Vec::new();
    for _ in 0..4 {
        slices.push(handed(&mut ledger));
        ledger.taken(5);
    }
    assert_eq!(slices, [vec![2], vec![3], vec![4], vec![5]]);
}

#[test]
fn drops_a_delivery_with_which_two_hosts_died_while_they_read_it() {
    let mut ledger = ledger(8 << 20);
    add(&mut ledger, 10);
    add(&mut ledger, 20);
    handed(&mut ledger);
    assert_eq!(die(&mut ledger, true), (0, 0));
    assert_eq!(handed(&mut ledger), [1]);

    assert_eq!(die(&mut ledger, true), (0, 10));

    assert_eq!(handed(&mut ledger), [2]);
}

#[test]
fn suspects_only_those_that_the_host_has_begun_to_read_where_it_says_so() {
    let mut ledger = ledger(8 << 20);
    add_some(&mut ledger, 6, 10);
    ledger.reads(0);
    handed(&mut ledger);
    assert_eq!(die(&mut ledger, true), (0, 0));

    ledger.reads(0);
    assert_eq!(handed(&mut ledger), [1, 2, 3, 4, 5, 6]);
    ledger.reads(2);
    ledger.reads(4);
    assert_eq!(die(&mut ledger, true), (0, 0));

    ledger.reads(0);
    let mut slices = Vec::new();
    for _ in 0..4 {
        slices.push(handed(&mut ledger));
        let last = *slices.last().unwrap().last().unwrap();
        ledger.reads(last);
        ledger.taken(last);
    }
    assert_eq!(slices, [vec![1, 2], vec![3], vec![4], vec![5, 6]]);
}

#[test]
fn drops_what_two_hosts_had_begun_to_read_when_they_died_however_many_died_before_it() {
    let mut ledger = ledger(8 << 20);
    add(&mut ledger, 10);
    for begins in [false, true, false, false, true] {
        ledger.reads(0);
        assert_eq!(handed(&mut ledger), [1]);
        if begins {
            ledger.reads(1);
        }
        let is_second = begins && ledger.deliveries[0].deaths_in_hand == 1;
        assert_eq!(die(&mut ledger, true), (0, if is_second { 10 } else { 0 }));
    }
    assert_eq!(ledger.records(), 0);
}

#[test]
fn drops_a_delivery_with_which_eight_hosts_died_after_they_had_taken_it_and_that_confirmed_nothing() {
    let live = |is_stuck| {
        let mut ledger = ledger(8 << 20);
        add(&mut ledger, 10);
        let lost: Vec<_> = (0..8)
            .map(|_| {
                handed(&mut ledger);
                ledger.taken(1);
                die(&mut ledger, is_stuck).1
            })
            .collect();
        lost
    };

    assert_eq!(live(true), [0, 0, 0, 0, 0, 0, 0, 10]);
    assert_eq!(live(false), [0; 8]);
}

#[test]
fn frees_the_gap_that_an_eviction_leaves_in_the_middle() {
    let mut ledger = ledger(3 * (10_000 + OVERHEAD));
    add(&mut ledger, 10_000);
    handed(&mut ledger);
    add_some(&mut ledger, 2, 10_000);
    add(&mut ledger, 10_000);

    assert_eq!(ledger.free(), hole(12_288, 16_384));
}

#[test]
fn counts_all_evictions_though_it_remembers_a_bounded_number() {
    let mut ledger = ledger(10 * (10 + OVERHEAD));
    for seq in 1..=3_000 {
        add(&mut ledger, 10);
        handed(&mut ledger);
        ledger.taken(seq);
    }

    assert_eq!(die(&mut ledger, true).0, 2_990 * 10);
}

/// Any order of events: each record is delivered, still there, or counted once; nothing overlaps; freed is what nobody needs.
#[test]
fn accounts_for_every_record_in_any_order_of_events() {
    for seed in 1..400 {
        let mut random = Random::new(seed);
        let limit = 40_000;
        let mut ledger = ledger(limit);
        let mut losses = Losses::default();
        let (mut arrived, mut confirmed, mut died) = (0, 0, 0);
        // What the host has, by its number: the delivery, and whether it is taken.
        let mut host: BTreeMap<u64, (u64, bool)> = BTreeMap::new();
        for _ in 0..300 {
            match random.below(12) {
                0..=4 => {
                    let length = 1 + random.below(9_000) as u64;
                    if let Some(offset) = ledger.make_room(length, &mut losses) {
                        ledger.add(offset, length);
                        arrived += length;
                    }
                }
                5..=7 => {
                    let up_to = (ledger.last_seq() + 1).saturating_sub(random.below(3) as u64);
                    for delivery in ledger.hand_over(up_to) {
                        host.insert(delivery.seq, (delivery.range.end - delivery.range.start, false));
                    }
                }
                8..=9 => {
                    if let Some((&seq, _)) = host.iter().find(|(_, (_, is_taken))| !is_taken) {
                        ledger.taken(seq);
                        host.get_mut(&seq).unwrap().1 = true;
                    }
                }
                10 => {
                    let below = host.keys().nth(random.below(host.len() + 1)).copied().unwrap_or(0);
                    ledger.release(below);
                    let done: Vec<u64> = host.range(..below).filter(|(_, one)| one.1).map(|(&seq, _)| seq).collect();
                    confirmed += done.iter().map(|seq| host.remove(seq).unwrap().0).sum::<u64>();
                }
                _ => {
                    died += ledger.host_gone(random.below(2) == 0, &mut losses);
                    host.clear();
                }
            }
            let ranges: Vec<_> = ledger.deliveries.iter().map(|delivery| delivery.range.clone()).collect();
            assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{seed}");
            assert!(ledger.cost <= limit, "{seed}");
            let waiting = ledger.deliveries.iter().filter(|delivery| delivery.state == State::Waiting);
            let waiting: u64 = waiting.map(|delivery| delivery.range.end - delivery.range.start).sum();
            assert_eq!(ledger.waiting_bytes(), waiting, "{seed}");
            match ledger.free() {
                Some(Free::Everything) => assert!(ranges.is_empty(), "{seed}"),
                Some(Free::Ranges(holes)) => {
                    let is_needed =
                        |hole: &Range<u64>| ranges.iter().any(|one| one.start < hole.end && hole.start < one.end);
                    assert!(!holes.iter().any(is_needed), "{seed}");
                }
                None => (),
            }
        }
        died += ledger.host_gone(true, &mut losses);
        let left = ledger.records();
        assert_eq!(confirmed + died + losses.full + losses.harmful + left, arrived, "{seed}");
    }
}
