//! What CloudWatch watches when that is wanted, and whom it tells.

use cloud_tests::{World, in_a_cloud};
use serde_json::{Value, json};
use xtask_emulator::rules_from;

const DEPLOY: [&str; 2] = ["deploy", "--yes"];
const STAFF: [&str; 2] = ["--alarm-email", "staff@school.example"];
const HEAD: [&str; 2] = ["--alarm-email", "head@school.example"];
const TOPIC: &str = "arn:aws:sns:eu-north-1:123456789012:StudentAnalyticsAlarms";

/// The alarms by their names, as the AWS CLI sees them.
async fn alarms(world: &World) -> Vec<Value> {
    let answer = world.aws(&["cloudwatch", "describe-alarms"]).await;
    let mut all = answer["MetricAlarms"].as_array().unwrap().clone();
    all.sort_by_key(|it| it["AlarmName"].to_string());
    all
}

async fn names(world: &World) -> Vec<String> {
    let all = alarms(world).await.into_iter();
    all.map(|it| {
        it["AlarmName"]
            .as_str()
            .unwrap()
            .replace("StudentAnalytics", "")
    })
    .collect()
}

/// Whom the topic mails to.
async fn mailed(world: &World) -> Vec<String> {
    let list = ["sns", "list-subscriptions-by-topic", "--topic-arn", TOPIC];
    let answer = world.aws(&list).await;
    let all = answer["Subscriptions"].as_array().unwrap().iter();
    all.map(|it| it["Endpoint"].as_str().unwrap().to_owned())
        .collect()
}

/// How often services were asked that only alarms need.
fn asked(world: &World) -> usize {
    let requests = world.emulator().requests();
    let services = ["cloudwatch", "sns"];
    requests
        .iter()
        .filter(|it| services.contains(&it.service.as_str()))
        .count()
}

#[test]
fn alarms_are_made_mended_and_taken_away() {
    in_a_cloud(async |world| {
        world.emulator().clear_requests();
        world.deploy().await;
        world.expect(0, &["diff"]).await;
        assert_eq!(asked(world), 0, "without alarms nobody is asked about any");

        let deploy = [DEPLOY, STAFF].concat();
        let diff = [&["diff"][..], &STAFF].concat();
        let run = world.expect(0, &deploy).await;
        for part in [
            "topic StudentAnalyticsAlarms",
            "staff@school.example has not agreed",
        ] {
            assert!(run.out.contains(part), "{}", run.out);
        }
        let all = [
            "NatErrors-a",
            "NatErrors-b",
            "NoHealthyTarget",
            "ServerErrors",
            "SlowAnswers",
        ];
        assert_eq!(names(world).await, all);
        assert_eq!(mailed(world).await, ["staff@school.example"]);
        for alarm in alarms(world).await {
            assert_eq!(alarm["AlarmActions"], json!([TOPIC]), "{alarm}");
            assert_eq!(alarm["OKActions"], json!([TOPIC]), "{alarm}");
        }
        // What is balanced goes by the end of its ARN.
        let errors = &alarms(world).await[3];
        let about = errors.pointer("/Metrics/0/MetricStat/Metric/Dimensions/0/Value");
        let about = about.and_then(Value::as_str).unwrap();
        assert!(about.starts_with("app/StudentAnalyticsLB/"), "{errors}");

        // It is in sync, though nobody has agreed; afterwards nothing is said of it.
        let run = world.expect(0, &diff).await;
        assert!(run.out.contains("has not agreed"), "{}", run.out);
        world
            .emulator()
            .set_rules(rules_from(&["mails-agreed"]).unwrap());
        let run = world.expect(0, &diff).await;
        assert!(!run.out.contains("has not agreed"), "{}", run.out);

        // Whoever leaves is told no more, and who comes is.
        world.expect(0, &[DEPLOY, HEAD].concat()).await;
        assert_eq!(mailed(world).await, ["head@school.example"]);
        world.expect(0, &deploy).await;

        // Someone turned one down by hand, and silenced another.
        let down = "cloudwatch put-metric-alarm --alarm-name StudentAnalyticsNoHealthyTarget \
                    --namespace AWS/ApplicationELB --metric-name HealthyHostCount --statistic Average \
                    --period 300 --evaluation-periods 9 --threshold 0 --comparison-operator \
                    LessThanThreshold";
        world
            .aws(&down.split_whitespace().collect::<Vec<_>>())
            .await;
        let run = world.expect(2, &diff).await;
        for part in [
            "bounds LessThanThreshold 0 for 9 of 9",
            "tells its beginning to none",
        ] {
            assert!(run.out.contains(part), "{}", run.out);
        }
        world.expect(0, &deploy).await;
        world.expect(0, &diff).await;

        // Only some, and then none: nothing is left, and nobody is mailed.
        let some = ["--alarm", "no-healthy-target,server-errors"];
        world.expect(0, &[&deploy[..], &some].concat()).await;
        assert_eq!(names(world).await, ["NoHealthyTarget", "ServerErrors"]);
        world.expect(0, &DEPLOY).await;
        assert_eq!(names(world).await, [] as [&str; 0]);
        world.expect(0, &["diff"]).await;
        world.holds_everything_once().await;

        let run = world.expect(64, &["diff", "--alarm", "nat-errors"]).await;
        assert!(run.err.contains("--alarm-email"), "{}", run.err);
        let run = world.expect(64, &["diff", "--alarm-email", "me"]).await;
        assert!(run.err.contains("is not one address"), "{}", run.err);
    });
}

#[test]
fn alarms_of_others_stay_and_ours_go_with_the_rest() {
    in_a_cloud(async |world| {
        let theirs = "cloudwatch put-metric-alarm --alarm-name StudentAnalyticsServerErrors --namespace \
                      Theirs --metric-name M --statistic Sum --period 60 --evaluation-periods 1 \
                      --threshold 1 --comparison-operator GreaterThanThreshold";
        world
            .aws(&theirs.split_whitespace().collect::<Vec<_>>())
            .await;
        let deploy = [DEPLOY, STAFF].concat();
        let run = world.expect(1, &deploy).await;
        assert!(
            run.out
                .contains("StudentAnalyticsServerErrors has this name and not our tags"),
            "{}",
            run.out
        );
        let delete = [
            "cloudwatch",
            "delete-alarms",
            "--alarm-names",
            "StudentAnalyticsServerErrors",
        ];
        world.aws(&delete).await;

        // From the beginning, and to the end by someone who does not know of them.
        world.expect(0, &deploy).await;
        world.expect(0, &[&["diff"][..], &STAFF].concat()).await;
        world
            .expect(0, &["destroy", "--yes", "--purge-bucket"])
            .await;
        world.holds_nothing().await;
    });
}
