//! Who asked for what, written to the bucket when that is wanted.

use cloud_tests::{World, in_a_cloud};
use serde_json::Value;

const ON: [&str; 2] = ["--access-logs", "123456789012"];

/// The load balancer's attributes that are about logs, as the AWS CLI sees them.
async fn attributes(world: &World) -> Vec<String> {
    let names = ["--names", "StudentAnalyticsLB"];
    let balancer = world
        .aws(&[&["elbv2", "describe-load-balancers"][..], &names].concat())
        .await;
    let arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        .as_str()
        .unwrap();
    let describe = [
        "elbv2",
        "describe-load-balancer-attributes",
        "--load-balancer-arn",
        arn,
    ];
    let answer = world.aws(&describe).await;
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let all = answer["Attributes"].as_array().unwrap().iter();
    let mut logs: Vec<String> = all
        .filter(|it| text(it, "Key").starts_with("access_logs.s3."))
        .map(|it| format!("{}={}", text(it, "Key"), text(it, "Value")))
        .collect();
    logs.sort();
    logs
}

#[test]
fn access_logs_are_switched_on_mended_and_switched_off() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let deploy = [&["deploy", "--yes"][..], &ON].concat();
        let diff = [&["diff"][..], &ON].concat();
        let run = world.expect(0, &deploy).await;
        assert!(
            run.out
                .contains("access logs none → student-performance-app-files/access-logs"),
            "{}",
            run.out
        );
        let on = [
            "access_logs.s3.bucket=student-performance-app-files",
            "access_logs.s3.enabled=true",
            "access_logs.s3.prefix=access-logs",
        ];
        assert_eq!(attributes(world).await, on);
        world.expect(0, &diff).await;

        // Only this account's load balancers may write there.
        let get = [
            "s3api",
            "get-bucket-policy",
            "--bucket",
            "student-performance-app-files",
        ];
        let policy = world.aws(&get).await["Policy"].as_str().unwrap().to_owned();
        for part in [
            "logdelivery.elasticloadbalancing.amazonaws.com",
            "student-performance-app-files/access-logs/AWSLogs/123456789012/*",
            "aws:SecureTransport",
        ] {
            assert!(policy.contains(part), "{policy}");
        }

        // Without the setting they go.
        world.expect(0, &["deploy", "--yes"]).await;
        assert!(
            attributes(world)
                .await
                .contains(&"access_logs.s3.enabled=false".to_owned())
        );
        world.expect(0, &["diff"]).await;

        // From the beginning.
        world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        world.expect(0, &deploy).await;
        assert_eq!(attributes(world).await, on);
        world.expect(0, &diff).await;
        let run = world.expect(64, &["diff", "--access-logs", "mine"]).await;
        assert!(run.err.contains("12 digits"), "{}", run.err);
    });
}
