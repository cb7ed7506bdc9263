//! The simulation against closed forms, and what must hold of any load.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use capacity::theory::{md1, mm1, mmc};
use capacity::{Arrivals, Course, Earning, Fleet, Plan, Queue, Trace, Work};
use proptest::prelude::*;

/// One instance that stays, with an endless queue.
fn one(cores: usize) -> Fleet {
    Fleet {
        min: 1,
        max: 1,
        target: 70.0,
        period: 60.0,
        boot: 120.0,
        check: 30.0,
        checks: 2,
        warm_up: 60.0,
        drain: 30.0,
        cores,
        declared: cores as f64,
        speed: 1.0,
        queue: Queue::ENDLESS,
        earning: Earning {
            cores: cores as f64,
            baseline: 0.2,
        },
    }
}

fn plan(fleet: Fleet, rate: f64, work: Work) -> Plan {
    Plan {
        first: fleet.min,
        fleet,
        trace: Trace::constant(rate, 3600.0),
        work,
        arrivals: Arrivals::Independent,
        seed: 7,
        most: f64::INFINITY,
    }
}

fn mean(course: &Course) -> f64 {
    course.mean.unwrap()
}

#[test]
fn queues_are_as_long_as_the_closed_forms_say() {
    const MEAN: f64 = 0.002;
    for load in [0.3, 0.7, 0.9] {
        let rate = load / MEAN;
        let exponential = |cores: usize| {
            let plan = plan(one(cores), rate * cores as f64, Work::Exponential(MEAN));
            mean(&plan.run())
        };
        let fixed = mean(&plan(one(1), rate, Work::Fixed(MEAN)).run());
        let cases = [
            ("M/M/1", exponential(1), mm1(rate, MEAN)),
            ("M/D/1", fixed, md1(rate, MEAN)),
            ("M/M/2", exponential(2), mmc(2, 2.0 * rate, MEAN)),
            ("M/M/8", exponential(8), mmc(8, 8.0 * rate, MEAN)),
        ];
        for (name, simulated, exact) in cases {
            let error = simulated / exact - 1.0;
            assert!(
                error.abs() < 0.03,
                "{name} at {load}: {simulated} for {exact}"
            );
        }
    }
}

#[test]
fn the_ninety_ninth_percentile_of_a_queue_is_that_of_its_distribution() {
    // Times in an M/M/1 queue are exponential themselves.
    let course = plan(one(1), 350.0, Work::Exponential(0.002)).run();
    let exact = mm1(350.0, 0.002) * 100_f64.ln();
    let p99 = course.within[1].unwrap();
    assert!((p99 / exact - 1.0).abs() < 0.05, "{p99} for {exact}");
}

#[test]
fn what_comes_evenly_and_fits_never_waits() {
    let course = Plan {
        arrivals: Arrivals::Even,
        ..plan(one(1), 490.0, Work::Fixed(0.002))
    }
    .run();
    assert!((mean(&course) - 0.002).abs() < 1e-9);
}

#[test]
fn a_sample_stands_for_the_whole() {
    let fleet = Fleet {
        min: 20,
        max: 20,
        queue: Queue::DASHBOARD,
        ..one(2)
    };
    for rate in [12_000.0, 22_000.0] {
        let whole = Plan {
            trace: Trace::constant(rate, 300.0),
            ..plan(fleet.clone(), rate, Work::Exponential(0.002))
        };
        let sample = Plan {
            most: 300_000.0,
            ..whole.clone()
        };
        let (whole, sample) = (whole.run(), sample.run());
        assert!(sample.played < 0.2 && whole.played == 1.0);
        let pairs = [
            ("mean", mean(&sample), mean(&whole)),
            ("came", sample.requests.came, whole.requests.came),
            (
                "answered",
                sample.requests.answered,
                whole.requests.answered,
            ),
        ];
        for (what, sampled, exact) in pairs {
            assert!(
                (sampled / exact - 1.0).abs() < 0.03,
                "{what}: {sampled} for {exact}"
            );
        }
    }
}

#[test]
fn a_fleet_follows_the_load_and_comes_back() {
    let fleet = Fleet {
        min: 2,
        max: 4,
        queue: Queue::DASHBOARD,
        ..one(2)
    };
    let day =
        "seconds,requests_per_second\n0,400\n600,400\n601,2600\n4200,2600\n4201,100\n9000,100\n";
    let course = Plan {
        trace: Trace::parse(day).unwrap(),
        ..plan(fleet, 0.0, Work::Exponential(0.002))
    }
    .run();
    let changes = course.changes.iter();
    let changes: Vec<_> = changes
        .map(|it| (it.wanted, it.there, it.serving))
        .collect();
    let expected = [
        (2, 2, 2),
        // One more boots, and serves; then another.
        (3, 3, 2),
        (3, 3, 3),
        (4, 4, 3),
        (4, 4, 4),
        // Two drain, and are gone.
        (2, 4, 2),
        (2, 2, 2),
    ];
    assert_eq!(changes, expected);
    assert!(course.requests.shed() > 0.0);
    // The use that is aimed at is not passed with four.
    let late = course.periods.iter().find(|it| it.end >= 3600.0).unwrap();
    assert_eq!((late.instances, late.requests.shed()), ([4, 4, 4], 0.0));
}

/// A fleet that scales, with the dashboard's queue or a shorter one.
fn fleets() -> impl Strategy<Value = Fleet> {
    (
        1..4_usize,
        0..4_usize,
        1..4_usize,
        0..80_usize,
        0.01..3.0,
        0.0..300.0,
    )
        .prop_map(
            |(min, more, cores, places_per_core, patience, boot)| Fleet {
                min,
                max: min + more,
                boot,
                queue: Queue {
                    places_per_core,
                    patience,
                },
                ..one(cores)
            },
        )
}

fn works() -> impl Strategy<Value = Work> {
    prop_oneof![
        (0.001..0.1).prop_map(Work::Fixed),
        (0.001..0.1).prop_map(Work::Exponential),
        proptest::collection::vec((0.1..9.0, 0.001..0.1), 1..5).prop_map(Work::Mix),
    ]
}

fn plans() -> impl Strategy<Value = Plan> {
    (fleets(), works(), 0.0..200.0, any::<u64>(), any::<bool>()).prop_map(
        |(fleet, work, rate, seed, even)| Plan {
            trace: Trace::constant(rate, 1200.0),
            arrivals: if even {
                Arrivals::Even
            } else {
                Arrivals::Independent
            },
            seed,
            ..plan(fleet, rate, work)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_request_is_lost(plan in plans()) {
        let course = plan.run();
        let all = course.requests;
        prop_assert_eq!(all.came, all.answered + all.shed());
        let periods: f64 = course.periods.iter().map(|it| it.requests.came).sum();
        prop_assert_eq!(all.came, periods);
        let expected = plan.trace.mean() * 1200.0;
        prop_assert!((all.came - expected).abs() <= 6.0 * expected.sqrt() + 1.0);
    }

    #[test]
    fn the_same_seed_is_the_same_course(plan in plans()) {
        prop_assert_eq!(plan.run(), plan.run());
    }

    #[test]
    fn the_fleet_stays_within_its_bounds(plan in plans()) {
        let (min, max) = (plan.fleet.min, plan.fleet.max);
        for change in plan.run().changes {
            prop_assert!((min..=max).contains(&change.wanted));
            prop_assert!(change.serving <= change.there);
            prop_assert!(change.serving >= min);
        }
    }

    /// Little's law for the cores: their use is the rate of what is answered times its work.
    #[test]
    fn cores_are_used_as_the_answers_need(mut plan in plans(), work in 0.001..0.1) {
        plan.work = Work::Fixed(work);
        plan.fleet.max = plan.fleet.min;
        let course = plan.run();
        let percents: Vec<f64> = course.periods.iter().filter_map(|it| it.percent).collect();
        let used = percents.iter().sum::<f64>() / percents.len() as f64 / 100.0;
        let cores = (plan.fleet.min * plan.fleet.cores) as f64;
        let needed = course.requests.answered * work / 1200.0 / cores;
        // What is under way at the end is answered, but not done.
        let ahead = (plan.fleet.queue.patience + work) / 1200.0;
        prop_assert!((used - needed).abs() <= ahead + 1e-9, "{} {}", used, needed);
    }

    /// Higher rates make the same requests come sooner: each waits at least as long.
    #[test]
    fn more_load_is_a_longer_wait(work in works(), cores in 1..4_usize, load in 0.1..0.9, more in 1.0..1.5) {
        let rate = load * cores as f64 / work.mean();
        let run = |rate: f64| {
            let seconds = 20_000.0 / rate;
            let trace = Trace::constant(rate, (seconds / 60.0).ceil() * 60.0);
            mean(&Plan { trace, ..plan(one(cores), rate, work.clone()) }.run())
        };
        // The numbers of requests differ by a period's at most.
        prop_assert!(run(rate * more) >= run(rate) * 0.9);
    }

    #[test]
    fn more_instances_shed_no_more(work in 0.005..0.05, rate in 50.0..500.0, count in 1..6_usize) {
        let shed = |count: usize| {
            let fleet = Fleet { min: count, max: count, queue: Queue::DASHBOARD, ..one(1) };
            let trace = Trace::constant(rate, 240.0);
            Plan { trace, ..plan(fleet, rate, Work::Fixed(work)) }.run().requests
        };
        let (few, many) = (shed(count), shed(count + 1));
        prop_assert!(many.shed() <= few.shed() + 0.01 * few.came, "{:?} {:?}", few, many);
    }
}
