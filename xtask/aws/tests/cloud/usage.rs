//! Called wrongly, and asked for help.

use crate::world::in_a_cloud;

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
            (&["diff", "--public-key", "/no/such/file"], 1, "/no/such/file"),
            (&["deploy"], 1, "--yes"),
            (&["deploy", "--min", "5", "--yes"], 1, "lower --min or raise --max"),
        ];
        for (arguments, exit, part) in table {
            let run = world.expect(exit, arguments).await;
            assert!(run.said().contains(part), "{arguments:?}: {}", run.said());
        }
        let writes = world.emulator().requests();
        assert!(writes.iter().all(|request| !request.write), "{writes:?}");
    });
}
