//! One deployment at a time.

use serde_json::{Value, json};
use xtask_emulator::{Side, rules_from};

use crate::world::{Run, World, in_a_cloud};

const BUCKET: &str = "student-performance-app-files";
const LOCK: &str = "deployment.lock";

/// Puts a lock into the bucket that a process elsewhere wrote just now.
async fn someone_holds(world: &World, lease: u32) {
    let lock = json!({
        "who": "arn:aws:iam::123456789012:user/anna", "host": "elsewhere", "command": "deploy",
        "process": { "id": 7, "started": 1 }, "lease": lease,
    });
    put(world, &lock).await;
}

async fn put(world: &World, lock: &Value) {
    let file = world.file("lock", &lock.to_string());
    let file = file.to_str().unwrap();
    world
        .aws(&["s3api", "put-object", "--bucket", BUCKET, "--key", LOCK, "--body", file])
        .await;
}

/// A deployment that has something to do.
const RAISE: [&str; 4] = ["deploy", "--yes", "--max", "6"];

#[test]
fn who_is_at_work_is_said_and_nothing_is_done() {
    in_a_cloud(async |world| {
        world.deploy().await;
        someone_holds(world, 60).await;
        world.emulator().clear_requests();
        let run = world.expect(1, &RAISE).await;
        assert!(
            run.err.contains("arn:aws:iam::123456789012:user/anna is at work: `deploy` on elsewhere, process 7"),
            "{}",
            run.err
        );
        assert!(run.err.contains("its lock expires in"), "{}", run.err);
        let requests = world.emulator().requests();
        assert!(requests.iter().all(|request| !request.write), "{requests:?}");
    });
}

#[test]
fn an_expired_lock_is_taken_over() {
    in_a_cloud(async |world| {
        world.deploy().await;
        someone_holds(world, 0).await;
        world.expect(0, &RAISE).await;
        world.expect(0, &["diff", "--max", "6"]).await;
    });
}

#[test]
fn a_lock_that_says_nothing_blocks_no_longer_than_a_lease() {
    in_a_cloud(async |world| {
        world.deploy().await;
        put(world, &json!("?")).await;
        let run = world.expect(1, &RAISE).await;
        assert!(run.err.contains("does not say by whom; it expires after 60 s"), "{}", run.err);
    });
}

#[test]
fn a_killed_run_on_this_machine_does_not_block() {
    in_a_cloud(async |world| {
        world.deploy().await;
        world.emulator().clear_requests();
        // The first write is the lock's.
        let halted = world.emulator().halt_at(1, Side::After);
        let mut killed = world.start(&RAISE);
        halted.await;
        killed.kill().await.unwrap();
        world.emulator().release();
        world.expect(0, &RAISE).await;
    });
}

#[test]
fn of_two_at_once_one_wins_and_the_other_says_so() {
    in_a_cloud(async |world| {
        // So far away that they overlap.
        world.emulator().set_rules(rules_from(&["delay=40"]).unwrap());
        let both = [world.start(&["deploy", "--yes"]), world.start(&["deploy", "--yes"])];
        let mut runs = futures_util::future::join_all(both.map(Run::of)).await;
        runs.sort_by_key(|run| run.exit);
        let exits: Vec<i32> = runs.iter().map(|run| run.exit).collect();
        assert_eq!(exits, [0, 1], "{}\n---\n{}", runs[0].said(), runs[1].said());
        assert!(runs[1].err.contains("is at work: `deploy` on"), "{}", runs[1].err);
        world.expect(0, &["diff"]).await;
        world.holds_everything_once().await;
    });
}
