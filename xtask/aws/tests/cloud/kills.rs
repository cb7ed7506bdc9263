//! Killed at any instant: for every write call of a deploy and of a destroy, the program is
//! killed just before and just after AWS has done it. Running the same command again completes
//! it, no resource is there twice, and nothing of others is touched.

use std::collections::VecDeque;
use std::sync::Mutex;

use xtask_emulator::Side;

use crate::world::{Run, World, in_a_cloud};

/// One after another, so that the n-th write is the same call on every run.
const DEPLOY: [&str; 4] = ["deploy", "--yes", "--parallel", "1"];
const DESTROY: [&str; 5] = ["destroy", "--yes", "--purge-bucket", "--parallel", "1"];
/// As people run it: several steps are in flight when it is killed.
const DEPLOY_PARALLEL: [&str; 2] = ["deploy", "--yes"];
const DESTROY_PARALLEL: [&str; 3] = ["destroy", "--yes", "--purge-bucket"];

/// How many clouds are worked in at once.
const WORKERS: usize = 2;

/// What is killed, and what was there before it began.
#[derive(Clone, Copy, Debug)]
enum Killed {
    Deploy,
    Destroy,
}

impl Killed {
    fn arguments(self, parallel: bool) -> &'static [&'static str] {
        match (self, parallel) {
            (Self::Deploy, false) => &DEPLOY,
            (Self::Deploy, true) => &DEPLOY_PARALLEL,
            (Self::Destroy, false) => &DESTROY,
            (Self::Destroy, true) => &DESTROY_PARALLEL,
        }
    }

    /// Makes what the command begins with.
    async fn prepare(self, world: &World) {
        world.reset().await;
        world.make_what_others_have().await;
        if matches!(self, Self::Destroy) {
            world.deploy().await;
        }
        world.emulator().clear_requests();
    }
}

/// The write calls of an undisturbed run, in their order.
async fn writes(world: &World, killed: Killed) -> Vec<String> {
    killed.prepare(world).await;
    world.expect(0, killed.arguments(false)).await;
    let requests = world.emulator().requests();
    let writes = requests.into_iter().filter(|request| request.write);
    writes.map(|request| request.operation).collect()
}

/// Kills one run, runs it again, and looks at what is there.
async fn kill_once(world: &World, killed: Killed, parallel: bool, write: u32, side: Side, call: &str) {
    killed.prepare(world).await;
    let arguments = killed.arguments(parallel);
    let halted = world.emulator().halt_at(write, side);
    let mut child = world.start(arguments);
    tokio::select! {
        () = halted => child.kill().await.unwrap(),
        // A parallel run may have fewer writes; then it was not killed, and must have succeeded.
        status = child.wait() => assert!(parallel && status.unwrap().success(), "{call}: not reached"),
    }
    world.emulator().release();

    let at = format!("{killed:?} killed {side:?} write {write}, {call}");
    let again = Run::of(world.start(arguments)).await;
    assert_eq!(again.exit, 0, "{at}:\n{}", again.said());
    match killed {
        Killed::Deploy => {
            let diff = world.run(&["diff"]).await;
            assert_eq!(diff.exit, 0, "{at}:\n{}", diff.said());
            world.holds_everything_once().await;
        }
        Killed::Destroy => world.holds_nothing().await,
    }
    world.others_are_untouched().await;
}

/// The whole matrix, on several clouds at once.
async fn kill_at_every_write(first: &World, killed: Killed) {
    let calls = writes(first, killed).await;
    assert!(calls.len() > 30, "{calls:?}");
    let all = (1..).zip(&calls).flat_map(|(write, call)| {
        [Side::Before, Side::After].map(|side| (write, side, call.clone(), false))
    });
    // Every fifth again, with several steps in flight.
    let several = (1..).zip(&calls).step_by(5).flat_map(|(write, call)| {
        [Side::Before, Side::After].map(|side| (write, side, call.clone(), true))
    });
    let work: Mutex<VecDeque<(u32, Side, String, bool)>> = Mutex::new(all.chain(several).collect());
    let work = &work;
    let worker = async |world: &World| {
        loop {
            let next = work.lock().unwrap().pop_front();
            let Some((write, side, call, parallel)) = next else {
                return;
            };
            kill_once(world, killed, parallel, write, side, &call).await;
        }
    };
    let others: Vec<World> = futures_util::future::join_all((1..WORKERS).map(|_| World::new())).await;
    let worlds = std::iter::once(first).chain(&others);
    futures_util::future::join_all(worlds.map(worker)).await;
}

#[test]
fn a_deployment_that_was_killed_is_completed_by_the_next() {
    in_a_cloud(async |world| kill_at_every_write(world, Killed::Deploy).await);
}

#[test]
fn a_destruction_that_was_killed_is_completed_by_the_next() {
    in_a_cloud(async |world| kill_at_every_write(world, Killed::Destroy).await);
}
