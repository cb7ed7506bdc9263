//! HTTPS and sign-in at the load balancer: on, changed, off, and where the client's secret is.

use cloud_tests::{World, in_a_cloud};
use serde_json::Value;

const SECRET: &str = "correct-horse-battery-staple";

const PROVIDER: [&str; 8] = [
    "--oidc-issuer",
    "https://id.example.org",
    "--oidc-authorization-endpoint",
    "https://id.example.org/authorize",
    "--oidc-token-endpoint",
    "https://id.example.org/token",
    "--oidc-user-info-endpoint",
    "https://id.example.org/userinfo",
];

/// A command that names all of the provider, and more.
fn with_provider<'a>(command: &[&'a str], client: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [command, &PROVIDER, &["--oidc-client-id", client], more].concat()
}

/// A certificate of the region, as someone asks AWS for it.
async fn certificate(world: &World) -> String {
    let ask = "acm request-certificate --domain-name dashboard.example.org";
    let answer = world.aws(&ask.split(' ').collect::<Vec<_>>()).await;
    answer["CertificateArn"].as_str().unwrap().to_owned()
}

/// What was written since the last time.
fn writes(world: &World) -> Vec<String> {
    let requests = world.emulator().requests();
    world.emulator().clear_requests();
    let calls = requests.into_iter().filter(|it| it.write);
    // The lock comes and goes with every deployment.
    let calls = calls.filter(|it| !it.action.starts_with("s3:"));
    calls.map(|it| it.action).collect()
}

async fn listeners(world: &World) -> Value {
    let ask = "elbv2 describe-load-balancers --names StudentAnalyticsLB";
    let balancers = world.aws(&ask.split(' ').collect::<Vec<_>>()).await;
    let arn = balancers["LoadBalancers"][0]["LoadBalancerArn"].as_str();
    let all = world
        .aws(&[
            "elbv2",
            "describe-listeners",
            "--load-balancer-arn",
            arn.unwrap(),
        ])
        .await;
    assert!(!all.to_string().contains(SECRET), "{all}");
    let mut all = all["Listeners"].as_array().unwrap().clone();
    all.sort_by_key(|it| it["Port"].as_u64());
    Value::Array(all)
}

/// Where the load balancer's group lets it out to.
async fn ways_out(world: &World) -> Vec<u64> {
    let name = "Name=group-name,Values=StudentAnalytics-LB-SG";
    let groups = world
        .aws(&["ec2", "describe-security-groups", "--filters", name])
        .await;
    let rules = groups["SecurityGroups"][0]["IpPermissionsEgress"].clone();
    let mut ports: Vec<u64> = rules
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|rule| rule["FromPort"].as_u64())
        .collect();
    ports.sort_unstable();
    ports
}

#[test]
fn from_open_to_signed_in_and_back() {
    in_a_cloud(async |world| {
        let certificate = certificate(world).await;
        let https = ["--certificate", certificate.as_str()];
        let arguments = |command: &[&'static str], client: &'static str, more: &[&'static str]| {
            let all = with_provider(command, client, more);
            [&all[..], &https].concat()
        };
        let secret = world.file("secret", &format!("{SECRET}\n"));
        let with_secret = ["--oidc-client-secret-file", secret.to_str().unwrap()];
        let mut said = String::new();

        // HTTPS by one setting.
        let open = [&["deploy", "--yes"][..], &https].concat();
        let run = world.expect(0, &open).await;
        assert!(run.out.contains("https://"), "{}", run.out);
        world.expect(0, &[&["diff"][..], &https].concat()).await;
        let all = listeners(world).await;
        assert_eq!(all[0]["DefaultActions"][0]["RedirectConfig"]["Port"], "443");
        assert_eq!(
            all[1]["Certificates"][0]["CertificateArn"],
            certificate.as_str()
        );
        assert_eq!(ways_out(world).await, [8501]);

        // Without the secret nothing is done, and it is said beforehand.
        writes(world);
        let diff = arguments(&["diff"], "dashboard", &[]);
        let deploy = arguments(&["deploy", "--yes"], "dashboard", &[]);
        for (exit, command) in [(2, &diff), (1, &deploy)] {
            let run = world.expect(exit, command).await;
            let part = "--oidc-client-secret-file";
            assert!(run.said().contains(part), "{}", run.said());
        }
        assert_eq!(writes(world), Vec::<String>::new());

        let on = [&deploy[..], &with_secret].concat();
        said += &world.expect(0, &on).await.said();
        said += &world.expect(0, &diff).await.said();
        let all = listeners(world).await;
        let actions = &all[1]["DefaultActions"];
        let config = &actions[0]["AuthenticateOidcConfig"];
        assert_eq!(actions[0]["Type"], "authenticate-oidc");
        assert_eq!(actions[1]["Type"], "forward");
        assert_eq!(config["ClientId"], "dashboard");
        assert_eq!(config["SessionTimeout"], 43_200);
        assert_eq!(config["OnUnauthenticatedRequest"], "authenticate");
        assert_eq!(ways_out(world).await, [443, 8501]);

        // The same client keeps its secret; another one has another.
        writes(world);
        let modify = "elasticloadbalancing:ModifyListener";
        let scope = ["--oidc-scope", "openid email"];
        said += &world
            .expect(0, &arguments(&["deploy", "--yes"], "dashboard", &scope))
            .await
            .said();
        assert_eq!(writes(world), [modify]);
        let another = arguments(&["deploy", "--yes"], "another", &scope);
        said += &world.expect(1, &another).await.said();
        assert_eq!(writes(world), Vec::<String>::new());
        let variable = "STUDENT_ANALYTICS_OIDC_CLIENT_SECRET";
        let run = world.run_with(variable, SECRET, &another).await;
        assert_eq!(run.exit, 0, "{}", run.said());
        said += &run.said();
        assert_eq!(writes(world), [modify]);
        let diff = arguments(&["diff"], "another", &scope);
        said += &world.expect(0, &diff).await.said();

        // A new secret, which no difference shows.
        let renew = ["--renew-oidc-client-secret"];
        let renewed = [&another[..], &renew, &with_secret].concat();
        said += &world.expect(0, &renewed).await.said();
        assert_eq!(writes(world), [modify]);
        said += &world.expect(0, &diff).await.said();

        assert!(!said.contains(SECRET), "{said}");
        world.expect(0, &open).await;
        world.expect(0, &[&["diff"][..], &https].concat()).await;
        assert_eq!(ways_out(world).await, [8501]);
        let destroy = ["destroy", "--yes", "--purge-bucket"];
        world.expect(0, &[&destroy[..], &https].concat()).await;
        world.holds_nothing().await;
    });
}

#[test]
fn who_lets_everyone_in_by_hand_is_corrected() {
    in_a_cloud(async |world| {
        let certificate = certificate(world).await;
        let https = ["--certificate", certificate.as_str()];
        let secret = world.file("secret", SECRET);
        let with_secret = ["--oidc-client-secret-file", secret.to_str().unwrap()];
        let deploy = with_provider(&["deploy", "--yes"], "dashboard", &https);
        world.expect(0, &[&deploy[..], &with_secret].concat()).await;

        let all = listeners(world).await;
        let arn = all[1]["ListenerArn"].as_str().unwrap();
        let mut actions = all[1]["DefaultActions"].clone();
        actions[0]["AuthenticateOidcConfig"]["OnUnauthenticatedRequest"] = "allow".into();
        actions[0]["AuthenticateOidcConfig"]["UseExistingClientSecret"] = true.into();
        let actions = actions.to_string();
        let modify = ["elbv2", "modify-listener", "--listener-arn", arn];
        world
            .aws(&[&modify[..], &["--default-actions", &actions]].concat())
            .await;
        let diff = with_provider(&["diff"], "dashboard", &https);
        let run = world.expect(2, &diff).await;
        let shown = "requests without sign-in allow → authenticate";
        assert!(run.out.contains(shown), "{}", run.out);
        // The client is the same, so nobody is asked for its secret.
        world.expect(0, &deploy).await;
        world.expect(0, &diff).await;
    });
}

#[test]
fn flags_that_belong_together() {
    in_a_cloud(async |world| {
        let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
        let without_certificate = with_provider(&["diff"], "dashboard", &[]);
        let without_client = [&["diff", "--certificate", arn][..], &PROVIDER].concat();
        let plain = vec!["diff", "--oidc-issuer", "http://id.example.org"];
        for (command, part) in [
            (without_certificate, "--certificate"),
            (without_client, "--oidc-client-id"),
            (vec!["diff", "--oidc-scope", "openid"], "--oidc-issuer"),
            (plain, "https://"),
        ] {
            let run = world.expect(64, &command).await;
            assert!(run.err.contains(part), "{command:?}: {}", run.err);
        }
        assert_eq!(writes(world), Vec::<String>::new());
    });
}
