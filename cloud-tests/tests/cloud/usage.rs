//! Called wrongly, and asked for help.

use cloud_tests::in_a_cloud;

#[test]
fn each_mistake_has_its_exit_status_and_remedy() {
    in_a_cloud(async |world| {
        let table: [(&[&str], i32, &str); 9] = [
            (&["diff", "--help"], 0, "--markdown"),
            (&["diff", "--no-such-flag"], 64, "--no-such-flag"),
            (&["diff", "--json", "--markdown"], 64, "cannot be used with"),
            (&["diff", "--stage", "Longer than 8"], 64, "`staging`"),
            (&["diff", "--bucket", "my.bucket"], 64, "dots"),
            (&["diff", "--artifact", "/no/such/file"], 1, "--artifact"),
            (
                &["diff", "--public-key", "/no/such/file"],
                1,
                "/no/such/file",
            ),
            (&["deploy"], 1, "--yes"),
            (
                &["deploy", "--min", "5", "--yes"],
                1,
                "lower --min or raise --max",
            ),
        ];
        for (arguments, exit, part) in table {
            let run = world.expect(exit, arguments).await;
            assert!(run.said().contains(part), "{arguments:?}: {}", run.said());
        }
        let writes = world.emulator().requests();
        assert!(writes.iter().all(|request| !request.write), "{writes:?}");
    });
}

#[test]
fn who_cannot_be_asked_reads_the_plan_of_that_command() {
    in_a_cloud(async |world| {
        world.deploy().await;
        let run = world.expect(1, &["destroy"]).await;
        assert!(run.out.contains("- VPC StudentAnalyticsVPC"), "{}", run.out);
        assert!(
            run.err.contains("read the plan above, then add --yes"),
            "{}",
            run.err
        );
    });
}

#[test]
fn who_has_no_credentials_is_told_to_sign_in() {
    in_a_cloud(async |world| {
        let run = world.run_without_credentials(&["diff"]).await;
        assert_eq!(run.exit, 1, "{}", run.said());
        assert!(run.err.contains("aws sso login"), "{}", run.err);
        assert!(!run.err.contains("network"), "{}", run.err);
    });
}

#[test]
fn an_endpoint_that_is_no_address_is_said() {
    in_a_cloud(async |world| {
        let run = world
            .run_with("AWS_ENDPOINT_URL", "localhost:5000", &["diff"])
            .await;
        assert_eq!(run.exit, 1, "{}", run.said());
        let remedy = "as http://localhost:5000";
        let last = run.err.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: "), "{}", run.err);
        assert!(last.ends_with(remedy), "{}", run.err);
        assert!(!run.err.contains("DescribeVpcs"), "{}", run.err);
    });
}

#[test]
fn a_profiles_region_is_used_unless_a_flag_names_another() {
    in_a_cloud(async |world| {
        std::fs::create_dir(world.home().join(".aws")).unwrap();
        world.file(".aws/config", "[default]\nregion = eu-west-1\n");
        let run = world.expect(2, &["diff"]).await;
        assert!(run.out.contains("10.0.0.0/24 in eu-west-1a"), "{}", run.out);
        let run = world.expect(2, &["diff", "--region", "eu-north-1"]).await;
        assert!(
            run.out.contains("10.0.0.0/24 in eu-north-1a"),
            "{}",
            run.out
        );
    });
}

#[test]
fn a_reader_that_has_gone_does_not_stop_a_deployment() {
    in_a_cloud(async |world| {
        let mut child = world.start(&["deploy", "--yes"]);
        drop((child.stdout.take(), child.stderr.take()));
        assert!(child.wait().await.unwrap().success());
        world.expect(0, &["diff"]).await;
    });
}
