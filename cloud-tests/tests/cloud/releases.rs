//! Which release is deployed, and when one is built.

use cloud_tests::{World, in_a_cloud};

/// What stands for a release that is not built yet.
const UNBUILT: &str = "releases/0000000000000000000000000000000000000000000000000000000000000000/";

/// Nothing was written to AWS.
fn untouched(world: &World) {
    let requests = world.emulator().requests();
    let writes: Vec<_> = requests.iter().filter(|request| request.write).collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn a_first_deployment_builds_its_release_and_later_ones_keep_it() {
    in_a_cloud(async |world| {
        let run = world.deploy().await;
        assert_eq!(world.builds(), "xtask release --quiet\n");
        assert!(run.err.contains("building it"), "{}", run.err);
        assert!(!run.said().contains(UNBUILT), "{}", run.said());

        world.expect(0, &["deploy", "--yes", "--max", "3"]).await;
        world.expect(0, &["diff", "--max", "3"]).await;
        assert_eq!(world.builds().lines().count(), 1);
    });
}

#[test]
fn a_first_diff_builds_nothing_and_says_what_stands_for_the_release() {
    in_a_cloud(async |world| {
        for form in [&["diff"][..], &["diff", "--json"], &["diff", "--markdown"]] {
            let run = world.expect(2, form).await;
            assert!(run.out.contains(UNBUILT), "{}", run.out);
            let notice = "only stands for the one that deploy builds";
            assert!(run.out.contains(notice), "{}", run.out);
        }
        assert_eq!(world.builds(), "");

        let release = world.file("release", "the release");
        let run = world
            .expect(2, &["diff", "--artifact", release.to_str().unwrap()])
            .await;
        assert!(!run.out.contains("stands for"), "{}", run.out);
    });
}

#[test]
fn nothing_is_built_for_a_deployment_that_cannot_go_on() {
    in_a_cloud(async |world| {
        let table: [(&[&str], &str); 2] = [
            (
                &["deploy", "--yes", "--min", "5"],
                "lower --min or raise --max",
            ),
            (&["deploy"], "add --yes"),
        ];
        for (arguments, part) in table {
            let run = world.expect(1, arguments).await;
            assert!(run.said().contains(part), "{arguments:?}: {}", run.said());
            assert_eq!(world.builds(), "", "{arguments:?}");
        }
        untouched(world);
    });
}

#[test]
fn nothing_is_deployed_when_the_release_does_not_build() {
    in_a_cloud(async |world| {
        world.builds_no_release();
        let run = world.expect(1, &["deploy", "--yes"]).await;
        for part in ["the checkout has changes", "exit status: 1", "--artifact"] {
            assert!(run.err.contains(part), "{}", run.err);
        }
        untouched(world);
    });
}

#[test]
fn the_environment_may_name_the_release() {
    in_a_cloud(async |world| {
        let release = world.file("release", "the release");
        let run = world
            .run_with(
                "STUDENT_ANALYTICS_ARTIFACT",
                release.to_str().unwrap(),
                &["deploy", "--yes"],
            )
            .await;
        assert_eq!(run.exit, 0, "{}", run.said());
        // sha256sum of that file.
        let sha256 = "4251021511d429b74a9ffbefe55a150fb67af307a3ea6e2c0b6c6f6b97a0e7be";
        assert!(run.out.contains(sha256), "{}", run.out);
        assert_eq!(world.builds(), "");
        let run = world.expect(0, &["diff", "--help"]).await;
        assert!(
            run.out.contains("[env: STUDENT_ANALYTICS_ARTIFACT="),
            "{}",
            run.out
        );
    });
}
