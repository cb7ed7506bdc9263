//! The user data: what it holds, and what launch template and lint make of it.

#![allow(clippy::unwrap_used, clippy::panic)]

use infra_model::id::Id;
use infra_model::lint::lint;
use infra_model::settings::{ImageFamily, Settings, Uploads};
use infra_model::topology::{Resource, Topology};
use infra_model::values::{BucketName, Date, MinGroup, ParameterPath, Region, Sha256, Stage};

fn sha256(digit: &str) -> Sha256 {
    Sha256::new(digit.repeat(64)).unwrap()
}

/// The longest names there are.
fn long() -> Settings {
    Settings {
        region: Region::new("ap-southeast-1").unwrap(),
        stage: Stage::new("rehearse").unwrap(),
        bucket: BucketName::new("b".repeat(54)).unwrap(),
        access: Some(ParameterPath::new(format!("/{}", "p".repeat(199))).unwrap()),
        ..Settings::published().unwrap()
    }
}

fn script(settings: &Settings) -> String {
    let script = userdata::user_data(settings, &sha256("a")).unwrap();
    script.as_str().to_owned()
}

#[test]
fn the_published_system() {
    insta::assert_snapshot!(script(&Settings::published().unwrap()));
}

/// What the service is told, setting by setting.
#[test]
fn the_service_is_told_where_its_data_lies() {
    let published = Settings::published().unwrap();
    let bucket = "s3://student-performance-app-files";
    let data = format!("STUDENT_ANALYTICS_DATA={bucket}/StudentPerformanceFactors.csv\n");
    let store = format!("STUDENT_ANALYTICS_STORE={bucket}\n");
    let without_uploads = Settings {
        uploads: Uploads::Off,
        ..published.clone()
    };
    let with_password = Settings {
        access: Some(ParameterPath::new("/school").unwrap()),
        ..published.clone()
    };
    let withholding = Settings {
        min_group: MinGroup::of(10),
        ..published.clone()
    };
    let files = "STUDENT_ANALYTICS_PASSWORD_FILE=/etc/student-analytics/password-hash\n\
                 STUDENT_ANALYTICS_COOKIE_KEY_FILE=/etc/student-analytics/cookie-key\n";
    for (settings, rest) in [
        (published, store.clone()),
        (
            without_uploads,
            "STUDENT_ANALYTICS_NO_UPLOADS=true\n".to_owned(),
        ),
        (
            withholding,
            format!("{store}STUDENT_ANALYTICS_MIN_GROUP=10\n"),
        ),
        (with_password, store + files),
    ] {
        let expected = format!("AWS_REGION=eu-north-1\n{data}{rest}");
        assert_eq!(userdata::service_settings(&settings), expected);
        assert!(script(&settings).contains(&expected));
    }
}

#[test]
fn no_placeholder_remains() {
    for settings in [Settings::published().unwrap(), long()] {
        let script = script(&settings);
        let placeholder = |c: char| c.is_ascii_uppercase() || c == '_';
        for between in script.split('@').skip(1) {
            let named = !between.is_empty() && between.chars().all(placeholder);
            assert!(!named, "@{between}@ is left");
        }
        assert!(script.contains(&format!("bucket={}\n", settings.bucket_name())));
        assert!(script.contains(&format!("region={}\n", settings.region)));
    }
}

/// AWS's limit is the type's business; this one leaves room for what is still to come.
#[test]
fn there_is_room_for_more() {
    assert!(script(&long()).len() < 12 * 1024);
}

#[test]
fn a_script_of_another_release_is_another_script() {
    let settings = Settings::published().unwrap();
    let of = |release| userdata::user_data(&settings, &sha256(release)).unwrap();
    assert_eq!(of("a"), of("a"));
    assert_ne!(of("a"), of("b"));
}

#[test]
fn launch_template_and_lint_have_it() {
    let settings = Settings {
        image: ImageFamily::AmazonLinux2023,
        ..Settings::published().unwrap()
    };
    let payload = userdata::payload(&settings, sha256("a"), sha256("5")).unwrap();
    let topology = Topology::new(&settings, &payload);
    let Some(Resource::LaunchTemplate(template)) = resource(&topology, Id::LaunchTemplate) else {
        panic!("there is a launch template");
    };
    assert_eq!(template.user_data, payload.user_data);
    assert_eq!(topology.unit_port(), Some(userdata::unit_port().unwrap()));
    let about_targets: Vec<_> = lint(&topology, Date::of(2026, 11, 24))
        .into_iter()
        .filter(|finding| finding.resource == Id::TargetGroup)
        .collect();
    assert_eq!(about_targets, []);
}

/// The script waits for what the load balancer asks for, and the service stops in its own time.
#[test]
fn the_target_group_and_the_service_agree() {
    let settings = Settings::published().unwrap();
    let payload = userdata::payload(&settings, sha256("a"), sha256("5")).unwrap();
    let topology = Topology::new(&settings, &payload);
    let Some(Resource::TargetGroup(targets)) = resource(&topology, Id::TargetGroup) else {
        panic!("there is a target group");
    };
    let asked = format!("url=http://127.0.0.1:$port{}\n", targets.health.path);
    assert!(script(&settings).contains(&asked));
    let drain = number_after("Environment=STUDENT_ANALYTICS_DRAIN=");
    assert!(drain < targets.deregistration_delay);
    let stop = number_after("TimeoutStopSec=");
    assert!(stop > targets.deregistration_delay);
    assert!(stop > drain + FINISHING);
}

/// The longest that the program takes for requests in flight, once it has drained.
const FINISHING: u32 = 10;

/// The number that the unit has after these words.
fn number_after(words: &str) -> u32 {
    let (_, rest) = userdata::UNIT.split_once(words).unwrap();
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
    digits.parse().unwrap()
}

fn resource(topology: &Topology, id: Id) -> Option<&Resource> {
    topology.entry(id).map(|entry| &entry.resource)
}
