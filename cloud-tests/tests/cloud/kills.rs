//! Killed at any instant: a deploy and a destroy are killed at every write call, and running the same
//! command again completes them, no resource is there twice, and nothing of others is touched.
//!
//! One step after another, what AWS holds just after a write and just before the next is the same, so
//! that each is killed before every write, and after the last. With several steps in flight it is not:
//! there both sides of every fifth are taken.

use std::collections::VecDeque;
use std::sync::Mutex;

use xtask_emulator::Side;

use cloud_tests::{Run, World, in_a_cloud};

/// One after another, so that the n-th write is the same call on every run.
const ONE_BY_ONE: [&str; 2] = ["--parallel", "1"];
/// As people run it: several steps are in flight when it is killed.
const AT_ONCE: [&str; 0] = [];

const DEPLOY: [&str; 2] = ["deploy", "--yes"];
const DESTROY: [&str; 3] = ["destroy", "--yes", "--purge-bucket"];

/// How many clouds are worked in at once: a program and its cloud take turns, so that each keeps
/// half a core busy.
const WORKERS: usize = 4;

/// Where a program is killed.
#[derive(Clone, Copy, Debug)]
struct Kill {
    /// Counted from one.
    write: u32,
    side: Side,
    at_once: bool,
}

impl Kill {
    fn manner(self) -> &'static [&'static str] {
        if self.at_once { &AT_ONCE } else { &ONE_BY_ONE }
    }

    /// Every one for a run of so many writes.
    fn all(writes: u32) -> Vec<Self> {
        let one_by_one = |write, side| Self {
            write,
            side,
            at_once: false,
        };
        let before = (1..=writes).map(|write| one_by_one(write, Side::Before));
        let several = (1..=writes).step_by(5).flat_map(|write| {
            [Side::Before, Side::After].map(|side| Self {
                write,
                side,
                at_once: true,
            })
        });
        let last = one_by_one(writes, Side::After);
        before.chain([last]).chain(several).collect()
    }
}

/// The number of writes of an undisturbed run.
async fn writes(world: &World, command: &[&str]) -> u32 {
    world.emulator().clear_requests();
    world.expect(0, &[command, &ONE_BY_ONE].concat()).await;
    let requests = world.emulator().requests();
    let writes = requests.iter().filter(|request| request.write).count();
    assert!(writes > 30, "{requests:?}");
    u32::try_from(writes).unwrap()
}

/// Kills one run, and runs it again.
async fn killed(world: &World, command: &[&str], kill: Kill) {
    let arguments = [command, kill.manner()].concat();
    world.emulator().clear_requests();
    let halted = world.emulator().halt_at(kill.write, kill.side);
    let mut child = world.start(&arguments);
    tokio::select! {
        () = halted => child.kill().await.unwrap(),
        // A run of several steps at once may have fewer writes; then it was not killed, and must have
        // succeeded.
        status = child.wait() => {
            assert!(kill.at_once && status.unwrap().success(), "{command:?} {kill:?}: not reached");
        }
    }
    let call = world.emulator().requests().pop().map(|it| it.operation);
    world.emulator().release();
    let again = Run::of(world.start(&arguments)).await;
    let at = format!("{command:?} {kill:?} {call:?}");
    assert_eq!(again.exit, 0, "{at}:\n{}", again.said());
}

/// A deployment that was killed and completed, and its destruction that was.
async fn killed_both_ways(world: &World, deploy: Kill, destroy: Kill) {
    world.reset().await;
    world.make_what_others_have().await;
    killed(world, &DEPLOY, deploy).await;
    let diff = world.run(&["diff"]).await;
    assert_eq!(diff.exit, 0, "{deploy:?}:\n{}", diff.said());
    world.holds_everything_once().await;
    killed(world, &DESTROY, destroy).await;
    world.holds_nothing().await;
}

/// The kills of both in pairs; of the shorter list, some are taken again.
fn pairs(deploy: Vec<Kill>, destroy: Vec<Kill>) -> VecDeque<(Kill, Kill)> {
    let most = deploy.len().max(destroy.len());
    let (deploy, destroy) = (deploy.into_iter().cycle(), destroy.into_iter().cycle());
    deploy.zip(destroy).take(most).collect()
}

#[test]
fn what_was_killed_is_completed_by_the_next() {
    in_a_cloud(async |first| {
        let (deploy, destroy) = (writes(first, &DEPLOY).await, writes(first, &DESTROY).await);
        let work = Mutex::new(pairs(Kill::all(deploy), Kill::all(destroy)));
        let work = &work;
        let worker = async |world: &World| {
            loop {
                let next = work.lock().unwrap().pop_front();
                let Some((deploy, destroy)) = next else {
                    return;
                };
                killed_both_ways(world, deploy, destroy).await;
            }
        };
        let others: Vec<World> =
            futures_util::future::join_all((1..WORKERS).map(|_| World::new())).await;
        let worlds = std::iter::once(first).chain(&others);
        futures_util::future::join_all(worlds.map(worker)).await;
    });
}
