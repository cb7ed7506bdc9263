use super::text::age;
use super::*;

const AT: i64 = 1_750_000_000;

fn instance(id: &str, zone: &str, health: &str) -> Instance {
    Instance {
        zone: zone.to_owned(),
        id: id.to_owned(),
        lifecycle: "InService".to_owned(),
        health: health.to_owned(),
        since: Known::unknown("AWS does not say"),
        version: "2".to_owned(),
        release: Known::Is("0123456789abcdef".repeat(4)),
    }
}

fn status(instances: Vec<Instance>) -> Status {
    Status {
        stage: "prod".to_owned(),
        region: "eu-north-1".to_owned(),
        at: AT,
        url: Known::Is("http://lb.example.org/".to_owned()),
        fleet: Some(Fleet {
            group: "StudentAnalyticsASG".to_owned(),
            min: 2,
            desired: 2,
            max: 4,
            instances,
        }),
        release: Known::Is(Release {
            sha256: "0123456789abcdef".repeat(4),
            commit: Known::Is("ebe6e36".to_owned()),
            uploaded: Known::Is(AT - 90_061),
        }),
        refresh: Known::Is(Some(Refresh {
            status: "InProgress".to_owned(),
            percent: 50,
            reason: Some("Waiting for instances to warm up".to_owned()),
            began: Some(AT - 75),
        })),
        activities: Known::Is(vec![Activity {
            began: Some(AT - 75),
            ended: None,
            status: "InProgress".to_owned(),
            what: "Launching a new EC2 instance: i-2".to_owned(),
            cause: "an instance was started\u{1b}[2J in response to a refresh".to_owned(),
        }]),
        cpu: Known::unknown("CloudWatch has no figure"),
        dataset: Known::Is(Dataset {
            key: "StudentPerformanceFactors.csv".to_owned(),
            written: AT - 7200,
            bytes: 700_000,
        }),
        alarms: None,
    }
}

#[test]
fn alarms_that_ring_come_first() {
    let alarm = |name: &str, rings| Alarm {
        name: name.to_owned(),
        rings,
        since: Some(AT - 120),
        reason: "3 datapoints were over 5".to_owned(),
    };
    let mut status = status(Vec::new());
    assert!(!text(&status).contains("alarms"));
    status.alarms = Some(Known::Is(vec![alarm("A", false), alarm("B", true)]));
    let said = text(&status);
    let line = said
        .lines()
        .find(|it| it.starts_with("alarms"))
        .unwrap_or_default();
    assert_eq!(
        line,
        "alarms     B RINGS since 2025-06-15T15:04:40Z (2 min ago): 3 datapoints were over 5; 1 quiet"
    );
}

#[test]
fn a_person_reads_what_runs_and_what_is_not_known() {
    let unhealthy = "unhealthy: Health checks failed with these codes: [503]";
    let mut status = status(vec![
        instance("i-1", "eu-north-1a", "healthy"),
        instance("i-2", "eu-north-1b", unhealthy),
    ]);
    if let Some(fleet) = &mut status.fleet {
        fleet.instances[0].since = Known::Is(AT - 3 * 86_400);
    }
    insta::assert_snapshot!(text(&status), @r"
    stage prod in eu-north-1 DOES NOT SERVE AS IT SHOULD: 1 healthy of 2 instances; 2 wanted, from 2 to 4
    address    http://lb.example.org/
    release    0123456789ab, commit ebe6e36, uploaded 2025-06-14T14:05:39Z (1 d 1 h ago)
    refresh    InProgress, 50 %, begun 2025-06-15T15:05:25Z (1 min 15 s ago): Waiting for instances to warm up
    CPU        unknown: CloudWatch has no figure
    data       StudentPerformanceFactors.csv, 700000 bytes, written 2025-06-15T13:06:40Z (2 h ago)

    zone         instance  life       version  release       health                                                   since
    eu-north-1a  i-1       InService  2        0123456789ab  healthy                                                  2025-06-12T15:06:40Z (3 d ago)
    eu-north-1b  i-2       InService  2        0123456789ab  unhealthy: Health checks failed with these codes: [503]  unknown

    scaling, the newest first
      2025-06-15T15:05:25Z InProgress: Launching a new EC2 instance: i-2; an instance was started [2J in response to a refresh
    ");
}

#[test]
fn it_serves_when_as_many_are_healthy_as_there_should_be_at_least() {
    let healthy = |number: usize| {
        let one = |index| instance(&format!("i-{index}"), "eu-north-1a", "healthy");
        status((0..number).map(one).collect())
    };
    for (number, serves) in [(0, false), (1, false), (2, true), (4, true)] {
        assert_eq!(healthy(number).serves(), serves, "{number}");
    }
    let nothing = Status {
        fleet: None,
        ..healthy(0)
    };
    assert!(!nothing.serves());
    assert!(text(&nothing).contains("nothing is deployed"));
}

#[test]
fn what_is_watched_is_known_since_it_changed() {
    let mut memory = Memory::default();
    let mut looks = [
        (0, "initial", None),
        (10, "healthy", Some(AT + 10)),
        (20, "healthy", Some(AT + 10)),
        (30, "unhealthy", Some(AT + 30)),
    ]
    .map(|(after, health, since)| {
        let mut status = status(vec![instance("i-1", "eu-north-1a", health)]);
        status.at = AT + after;
        (status, since)
    });
    for (status, since) in &mut looks {
        memory.recall(status);
        let instances = status.fleet.as_ref().map(|it| it.instances.as_slice());
        let known = match instances.and_then(|it| it.first()) {
            Some(Instance {
                since: Known::Is(since),
                ..
            }) => Some(*since),
            _ => None,
        };
        assert_eq!(known, *since, "{}", status.at - AT);
    }
}

#[test]
fn programs_read_null_for_nothing_and_the_reason_for_the_unknown() {
    let document = serde_json::to_value(status(Vec::new())).unwrap();
    assert_eq!(document["url"], "http://lb.example.org/");
    assert_eq!(document["cpu"]["unknown"], "CloudWatch has no figure");
    assert_eq!(document["release"]["uploaded"], AT - 90_061);
    assert_eq!(document["activities"][0]["ended"], serde_json::Value::Null);
}

#[test]
fn ages_have_two_units() {
    for (seconds, expected) in [
        (-5, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min 59 s"),
        (7_260, "2 h 1 min"),
        (90_061, "1 d 1 h"),
    ] {
        assert_eq!(age(seconds), expected);
    }
}
