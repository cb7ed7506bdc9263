//! Mends of templates, groups, refreshes, buckets and policies, against the real moto.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lab;

use lab::Lab;

#[test]
fn template_versions_with_user_data_and_devices_without_size_launch_and_are_shown() {
    let lab = Lab::new();
    let (template, _) = lab.running_group();
    let made = lab.ec2(&[
        ("Action", "CreateLaunchTemplateVersion"),
        ("LaunchTemplateId", &template),
        ("LaunchTemplateData.ImageId", "ami-12345678"),
        ("LaunchTemplateData.InstanceType", "t3.small"),
        ("LaunchTemplateData.UserData", "dHdv"),
        (
            "LaunchTemplateData.BlockDeviceMapping.1.DeviceName",
            "/dev/xvda",
        ),
        (
            "LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeType",
            "gp3",
        ),
    ]);
    assert_eq!(made.get("userData"), "dHdv", "{}", made.body);
    let updated = lab.scaling(&[
        ("Action", "UpdateAutoScalingGroup"),
        ("AutoScalingGroupName", "group"),
        ("LaunchTemplate.LaunchTemplateId", &template),
        ("LaunchTemplate.Version", "2"),
        ("DesiredCapacity", "3"),
    ]);
    assert_eq!(updated.status, 200, "{}", updated.body);
    let group = lab.described_group();
    let mut versions = group.all("Version");
    versions.sort();
    // The group's own, two instances of the first version and one of the second.
    assert_eq!(versions, ["1", "1", "2", "2"]);
    let described = lab.ec2(&[
        ("Action", "DescribeLaunchTemplateVersions"),
        ("LaunchTemplateId", &template),
    ]);
    assert_eq!(described.all("userData"), ["b25l", "dHdv"]);
    assert_eq!(described.all("volumeType"), ["gp3"]);
    assert_eq!(described.all("volumeSize"), [""; 0]);
}

#[test]
fn a_template_keeps_its_own_tags_apart_from_what_it_launches() {
    let lab = Lab::new();
    lab.ec2(&[
        ("Action", "CreateLaunchTemplate"),
        ("LaunchTemplateName", "template"),
        ("TagSpecification.1.ResourceType", "launch-template"),
        ("TagSpecification.1.Tag.1.Key", "Name"),
        ("TagSpecification.1.Tag.1.Value", "template"),
        ("LaunchTemplateData.InstanceType", "t3.small"),
        (
            "LaunchTemplateData.TagSpecification.1.ResourceType",
            "instance",
        ),
        ("LaunchTemplateData.TagSpecification.1.Tag.1.Key", "Name"),
        (
            "LaunchTemplateData.TagSpecification.1.Tag.1.Value",
            "instance",
        ),
    ]);
    let described = lab.ec2(&[
        ("Action", "DescribeLaunchTemplateVersions"),
        ("LaunchTemplateName", "template"),
    ]);
    assert_eq!(described.all("resourceType"), ["instance"]);
}

#[test]
fn a_bucket_policy_is_kept_and_objects_stay_reachable() {
    let lab = Lab::new();
    assert_eq!(lab.bucket("bucket-one").status, 200);
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket-one/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;
    for (method, path, body, status, shown) in [
        ("GET", "/bucket-one?policy", "", 404, "NoSuchBucketPolicy"),
        ("PUT", "/bucket-none?policy", policy, 404, "NoSuchBucket"),
        ("PUT", "/bucket-one?policy", "{}", 400, "MalformedPolicy"),
        ("PUT", "/bucket-one?policy", policy, 204, ""),
        ("GET", "/bucket-one?policy", "", 200, policy),
        ("PUT", "/bucket-one/key", "content", 200, ""),
        ("GET", "/bucket-one/key", "", 200, "content"),
        (
            "GET",
            "/bucket-one?versioning",
            "",
            200,
            "<VersioningConfiguration",
        ),
        ("DELETE", "/bucket-one?policy", "", 204, ""),
        ("GET", "/bucket-one?policy", "", 404, "NoSuchBucketPolicy"),
    ] {
        let reply = lab.http(method, path, body);
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.body);
        assert!(
            reply.body.contains(shown),
            "{method} {path}: {}",
            reply.body
        );
    }
}

#[test]
fn a_bucket_gets_the_tags_of_its_create_call() {
    let lab = Lab::new();
    let made = lab.http(
        "PUT",
        "/bucket-one",
        "<CreateBucketConfiguration><LocationConstraint>eu-north-1</LocationConstraint>\
         <Tags><Tag><Key>Name</Key><Value>one</Value></Tag></Tags></CreateBucketConfiguration>",
    );
    assert_eq!(made.status, 200, "{}", made.body);
    let tags = lab.http("GET", "/bucket-one?tagging", "");
    assert_eq!(
        (tags.get("Key"), tags.get("Value")),
        ("Name".to_owned(), "one".to_owned())
    );
}

#[test]
fn a_large_object_streams_through() {
    let lab = Lab::new();
    lab.bucket("bucket-one");
    let object = "x".repeat(30 << 20);
    assert_eq!(lab.http("PUT", "/bucket-one/key", &object).status, 200);
    assert!(lab.http("GET", "/bucket-one/key", "").body == object);
}

#[test]
fn a_scaling_group_is_made_once_and_tells_what_it_did() {
    let lab = Lab::new();
    let (template, targets) = lab.running_group();
    let again = lab.scaling_group(&template, "subnet-1", &targets);
    assert_eq!(again.code(), "AlreadyExists");
    let delete = [
        ("Action", "DeleteAutoScalingGroup"),
        ("AutoScalingGroupName", "group"),
    ];
    assert_eq!(lab.scaling(&delete).code(), "ResourceInUse");
    lab.scaling(&[
        ("Action", "UpdateAutoScalingGroup"),
        ("AutoScalingGroupName", "group"),
        ("MinSize", "0"),
        ("DesiredCapacity", "0"),
    ]);
    let activities = lab.scaling(&[
        ("Action", "DescribeScalingActivities"),
        ("AutoScalingGroupName", "group"),
    ]);
    let verbs: Vec<String> = activities
        .all("Description")
        .iter()
        .map(|description| description.chars().take_while(|c| *c != ' ').collect())
        .collect();
    assert_eq!(
        verbs,
        ["Terminating", "Terminating", "Launching", "Launching"]
    );
    assert!(
        activities.get("Cause").contains("a user request"),
        "{}",
        activities.body
    );
    let health = lab.balancing(&[
        ("Action", "DescribeTargetHealth"),
        ("TargetGroupArn", &targets),
    ]);
    assert_eq!(health.all("State"), [""; 0]);
    assert_eq!(lab.scaling(&delete).status, 200);
}

#[test]
fn aws_own_policies_are_attached_by_their_names() {
    let lab = Lab::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    lab.iam(&[
        ("Action", "CreateRole"),
        ("RoleName", "role"),
        ("AssumeRolePolicyDocument", trust),
    ]);
    let change = |action: &str, arn: &str| {
        lab.iam(&[("Action", action), ("RoleName", "role"), ("PolicyArn", arn)])
    };
    let listed = || {
        let listed = lab.iam(&[("Action", "ListAttachedRolePolicies"), ("RoleName", "role")]);
        listed.all("PolicyArn")
    };
    let arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    assert_eq!(change("AttachRolePolicy", arn).status, 200);
    assert_eq!(listed(), [arn]);
    assert_eq!(change("DetachRolePolicy", arn).status, 200);
    assert_eq!(listed(), [""; 0]);
    let unknown = change("AttachRolePolicy", "arn:aws:iam::aws:policy/Nothing");
    assert_eq!(unknown.code(), "NoSuchEntity");
}

#[test]
fn a_refresh_brings_the_version_and_new_instances() {
    let lab = Lab::new();
    let (template, _) = lab.running_group();
    let before = lab.described_group().all("InstanceId");
    assert_eq!(lab.version(&template), "2");
    let rollback_only = lab.scaling(&[
        ("Action", "StartInstanceRefresh"),
        ("AutoScalingGroupName", "group"),
        ("Preferences.AutoRollback", "true"),
    ]);
    assert_eq!(rollback_only.code(), "ValidationError");
    assert_eq!(lab.refresh(&template, "3").code(), "ValidationError");
    assert_eq!(lab.refresh(&template, "2").status, 200);
    assert_eq!(
        lab.refresh(&template, "2").code(),
        "InstanceRefreshInProgress"
    );
    let held = lab.scaling(&[
        ("Action", "UpdateAutoScalingGroup"),
        ("AutoScalingGroupName", "group"),
        ("LaunchTemplate.LaunchTemplateId", &template),
    ]);
    assert_eq!(held.code(), "ValidationError");
    assert_eq!(lab.refresh_status(), "InProgress");
    assert_eq!(lab.described_group().get("Version"), "1");
    assert_eq!(lab.refresh_status(), "Successful");
    let group = lab.described_group();
    assert_eq!(group.all("Version"), ["2", "2", "2"]);
    assert!(
        group
            .all("InstanceId")
            .iter()
            .all(|id| !before.contains(id))
    );
}

#[test]
fn a_refresh_is_cancelled_or_rolled_back() {
    let lab = Lab::new();
    let (template, _) = lab.running_group();
    lab.version(&template);
    for (action, code, statuses) in [
        (
            "CancelInstanceRefresh",
            "ActiveInstanceRefreshNotFound",
            ["Cancelled", "Cancelled"],
        ),
        (
            "RollbackInstanceRefresh",
            "ActiveInstanceRefreshNotFound",
            ["RollbackSuccessful", "RollbackSuccessful"],
        ),
    ] {
        let ask = || lab.scaling(&[("Action", action), ("AutoScalingGroupName", "group")]);
        assert_eq!(ask().code(), code);
        assert_eq!(lab.refresh(&template, "2").status, 200);
        assert_eq!(ask().status, 200);
        assert_eq!([lab.refresh_status(), lab.refresh_status()], statuses);
        assert_eq!(lab.described_group().get("Version"), "1");
    }
}

#[test]
fn a_group_needs_the_profile_and_the_key_of_its_template() {
    let lab = Lab::new();
    let vpc = lab.vpc();
    let (subnet, targets) = (lab.subnet(&vpc, 10), lab.target_group(&vpc));
    let made = lab.ec2(&[
        ("Action", "CreateLaunchTemplate"),
        ("LaunchTemplateName", "template"),
        ("LaunchTemplateData.ImageId", "ami-12345678"),
        ("LaunchTemplateData.InstanceType", "t3.small"),
        ("LaunchTemplateData.KeyName", "key"),
        ("LaunchTemplateData.IamInstanceProfile.Name", "profile"),
    ]);
    let template = made.get("launchTemplateId");
    let message = || {
        lab.scaling_group(&template, &subnet, &targets)
            .get("Message")
    };
    assert!(message().contains("Invalid IAM Instance Profile"));
    lab.iam(&[
        ("Action", "CreateInstanceProfile"),
        ("InstanceProfileName", "profile"),
    ]);
    assert!(message().contains("The key pair"));
    lab.ec2(&[("Action", "CreateKeyPair"), ("KeyName", "key")]);
    assert_eq!(message(), "");
}
