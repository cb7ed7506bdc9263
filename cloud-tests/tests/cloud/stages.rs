//! Two copies of the system in one account, which share no name.

use std::collections::BTreeSet;

use cloud_tests::{World, in_a_cloud};
use serde_json::Value;

const DEPLOY: [&str; 2] = ["deploy", "--yes"];
const STAGING: [&str; 2] = ["--stage", "staging"];

/// What the project's names are on, as lines of the inventory.
async fn named(world: &World) -> Vec<String> {
    let mut lines = world.ours().await;
    lines.retain(|line| line.to_lowercase().contains("student"));
    lines
}

/// Everything of EC2 that carries this stage's tag.
async fn tagged(world: &World, stage: &str) -> BTreeSet<String> {
    let filter = format!("Name=tag:Stage,Values={stage}");
    let found = world
        .aws(&["ec2", "describe-tags", "--filters", &filter])
        .await;
    let ids = found["Tags"].as_array().unwrap().iter();
    ids.map(|tag| tag["ResourceId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn two_stages_are_deployed_at_once_and_one_goes_without_the_other() {
    in_a_cloud(async |world| {
        world.make_what_others_have().await;
        let staging = [DEPLOY, STAGING].concat();
        let (prod, staging) = tokio::join!(world.run(&DEPLOY), world.run(&staging));
        assert_eq!(
            (prod.exit, staging.exit),
            (0, 0),
            "{}\n{}",
            prod.said(),
            staging.said()
        );
        assert_ne!(
            prod.out.lines().last(),
            staging.out.lines().last(),
            "one address for both"
        );

        // The one is the other with a suffix, and no name is in both.
        let (staging, prod): (Vec<String>, Vec<String>) = named(world)
            .await
            .into_iter()
            .partition(|line| line.contains("-staging"));
        let mut without: Vec<String> = staging
            .iter()
            .map(|it| it.replace("-staging", ""))
            .collect();
        without.sort();
        assert_eq!(without, prod);
        let (of_prod, of_staging) = (tagged(world, "prod").await, tagged(world, "staging").await);
        assert_eq!(of_prod.len(), of_staging.len());
        assert!(
            of_prod.is_disjoint(&of_staging),
            "{of_prod:?}\n{of_staging:?}"
        );

        for words in [&["diff"][..], &["diff", "--stage", "staging"]] {
            world.expect(0, words).await;
        }
        let run = world
            .expect(0, &["status", "--stage", "staging", "--json"])
            .await;
        let seen: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(seen["fleet"]["group"], "StudentAnalyticsASG-staging");

        // What changes one leaves the other alone.
        world
            .expect(0, &["deploy", "--yes", "--stage", "staging", "--max", "3"])
            .await;
        world.expect(0, &["diff"]).await;
        let destroy = ["destroy", "--yes", "--purge-bucket", "--stage", "staging"];
        world.expect(0, &destroy).await;
        world.holds_everything_once().await;
        world.expect(0, &["diff"]).await;
        world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        world.holds_nothing().await;
    });
}
