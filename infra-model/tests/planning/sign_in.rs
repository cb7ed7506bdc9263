//! Sign-in with OpenID Connect at the load balancer: on, changed, off, and where its secret is.

use infra_model::id::Id;
use infra_model::observed::{ListenerAction, Observed, SignIn, State};
use infra_model::plan::{Plan, needs_client_secret, plan};
use infra_model::render::{Colour, document, text};
use infra_model::settings::{Oidc, Settings};
use infra_model::topology::{Choices, Topology};
use infra_model::values::{CertificateArn, SessionTimeout};
use insta::assert_snapshot;

use crate::common::{apply, deployed, oidc, payload, settings, shown};

fn https() -> Settings {
    let arn = "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b";
    Settings {
        certificate: Some(CertificateArn::new(arn).unwrap()),
        ..settings()
    }
}

fn open() -> Topology {
    Topology::new(&https(), &payload())
}

fn with(edit: impl FnOnce(&mut Oidc)) -> Topology {
    let mut oidc = oidc("id.example.org");
    edit(&mut oidc);
    let settings = Settings {
        oidc: Some(oidc),
        ..https()
    };
    Topology::new(&settings, &payload())
}

fn closed() -> Topology {
    with(|_| {})
}

/// The steps that must tell AWS the secret.
fn needing(plan: &Plan) -> Vec<String> {
    let steps = plan.steps.iter().filter(|step| needs_client_secret(step));
    steps.map(|step| step.name.clone()).collect()
}

#[test]
fn on_and_off() {
    assert_snapshot!(shown(&closed(), &deployed(&open())), @r"
    ~ rules of StudentAnalytics-LB-SG: out tcp 8501 made-app-group-prod → tcp 443 0.0.0.0/0, tcp 8501 made-app-group-prod (it differs from the topology)
    ~ listener StudentAnalyticsLB:443: sign-in none → client dashboard of https://id.example.org (it differs from the topology)
    i StudentAnalyticsLB:443: AWS must be told the OIDC client's secret, which no plan holds; give deploy --oidc-client-secret-file FILE, or set STUDENT_ANALYTICS_OIDC_CLIENT_SECRET
    0 to create, 2 to update, 0 to replace, 0 to delete, 35 unchanged; service is not interrupted
    ");
    assert_snapshot!(shown(&open(), &deployed(&closed())), @r"
    ~ listener StudentAnalyticsLB:443: sign-in client dashboard of https://id.example.org → none (it differs from the topology)
    ~ rules of StudentAnalytics-LB-SG: out tcp 443 0.0.0.0/0, tcp 8501 made-app-group-prod → tcp 8501 made-app-group-prod (it differs from the topology)
    0 to create, 2 to update, 0 to replace, 0 to delete, 35 unchanged; service is not interrupted
    ");
}

#[test]
fn with_the_first_deployment() {
    let all = shown(&closed(), &crate::common::empty_cloud());
    let said: Vec<&str> = all
        .lines()
        .filter(|line| line.contains("StudentAnalyticsLB:"))
        .collect();
    assert_snapshot!(said.join("\n"), @r"
    + listener StudentAnalyticsLB:443: HTTPS, sign-in at https://id.example.org as dashboard
    + listener StudentAnalyticsLB:80: HTTP
    i StudentAnalyticsLB:443: AWS must be told the OIDC client's secret, which no plan holds; give deploy --oidc-client-secret-file FILE, or set STUDENT_ANALYTICS_OIDC_CLIENT_SECRET
    ");
}

#[test]
fn a_client_keeps_its_secret() {
    let cloud = deployed(&closed());
    let issuer = |it: &mut Oidc| it.issuer = "https://id.example.com/".parse().unwrap();
    let endpoint = |it: &mut Oidc| {
        it.token_endpoint = "https://id.example.org/v2/token".parse().unwrap();
    };
    let scope = |it: &mut Oidc| it.scope = "openid email".parse().unwrap();
    let timeout = |it: &mut Oidc| it.session_timeout = SessionTimeout::of(600);
    let client = |it: &mut Oidc| it.client_id = "another".parse().unwrap();
    let none = |_: &mut Oidc| {};
    let cases: [(&str, Topology, bool, &str); 6] = [
        ("nothing", with(none), false, ""),
        ("client", with(client), true, "client dashboard → another"),
        (
            "issuer",
            with(issuer),
            true,
            "issuer https://id.example.org → https://id.example.com/",
        ),
        (
            "endpoint",
            with(endpoint),
            false,
            "token endpoint https://id.example.org/token → https://id.example.org/v2/token",
        ),
        ("scope", with(scope), false, "scope openid → openid email"),
        (
            "timeout",
            with(timeout),
            false,
            "session timeout 43200 → 600",
        ),
    ];
    for (what, topology, needs, change) in cases {
        let plan = plan(&topology, &cloud);
        let said: Vec<String> = plan
            .steps
            .iter()
            .flat_map(|step| step.action.changes())
            .map(|change| change.to_string())
            .collect();
        assert_eq!(said.join("; "), change, "{what}");
        assert_eq!(!needing(&plan).is_empty(), needs, "{what}");
        // A notice, which holds nothing up, and nothing when no secret is needed.
        assert_eq!(plan.problems.len(), usize::from(needs), "{what}");
        assert!(!plan.is_refused(), "{what}");
        let after = apply(&cloud, &plan, 4, usize::MAX);
        assert!(crate::common::plan_is_empty(&topology, &after), "{what}");
    }
}

#[test]
fn a_new_secret_is_told_when_asked() {
    let cloud = deployed(&closed());
    let renewing = |topology: Topology| {
        topology.allowing(Choices {
            renew_client_secret: true,
            ..Choices::default()
        })
    };
    assert_snapshot!(shown(&renewing(closed()), &cloud), @r"
    ~ listener StudentAnalyticsLB:443: client secret not shown → as given (it differs from the topology)
    i StudentAnalyticsLB:443: AWS must be told the OIDC client's secret, which no plan holds; give deploy --oidc-client-secret-file FILE, or set STUDENT_ANALYTICS_OIDC_CLIENT_SECRET
    0 to create, 1 to update, 0 to replace, 0 to delete, 36 unchanged; service is not interrupted
    ");
    // Without sign-in there is nobody to tell.
    assert!(plan(&renewing(open()), &deployed(&open())).is_empty());
}

/// A change by hand, whether the secret is needed to mend it, and what the plan says.
type ByHand = (fn(&mut SignIn), bool, &'static str);

/// What someone changes by hand at the listener.
#[rustfmt::skip]
const BY_HAND: &[ByHand] = &[
    (|it| it.issuer.push('/'), true, "issuer https://id.example.org/ → https://id.example.org"),
    (|it| it.client_id = "x".to_owned(), true, "client x → dashboard"),
    (|it| it.authorization_endpoint.push('x'), false, "authorization endpoint https://id.example.org/authorizex → https://id.example.org/authorize"),
    (|it| it.token_endpoint.push('x'), false, "token endpoint https://id.example.org/tokenx → https://id.example.org/token"),
    (|it| it.user_info_endpoint.push('x'), false, "user info endpoint https://id.example.org/userinfox → https://id.example.org/userinfo"),
    (|it| it.scope.push_str(" email"), false, "scope openid email → openid"),
    (|it| it.session_timeout = 1, false, "session timeout 1 → 43200"),
    (|it| it.unauthenticated = "allow".to_owned(), false, "requests without sign-in allow → authenticate"),
    (|it| it.cookie = "Mine".to_owned(), false, "session cookie Mine → AWSELBAuthSessionCookie"),
    (|it| { it.extra_parameters.insert("prompt".to_owned(), "none".to_owned()); }, false, "extra parameters prompt=none → none"),
];

fn edited(edit: impl FnOnce(&mut infra_model::observed::Listener)) -> Observed {
    let mut cloud = deployed(&closed());
    let found = cloud
        .resources
        .iter_mut()
        .find_map(|found| match &mut found.state {
            State::Listener(it) if it.port == 443 => Some(it),
            _ => None,
        });
    edit(found.unwrap());
    cloud
}

#[test]
fn what_is_changed_by_hand_is_mended() {
    for (edit, needs, change) in BY_HAND {
        let cloud = edited(|it| edit(it.sign_in.as_mut().unwrap()));
        let plan = plan(&closed(), &cloud);
        let step = plan
            .steps
            .iter()
            .find(|it| it.id == Some(Id::HttpsListener));
        let said = step.unwrap().action.changes();
        assert_eq!(
            said.iter().map(|it| it.to_string()).collect::<Vec<_>>(),
            [*change]
        );
        assert_eq!(!needing(&plan).is_empty(), *needs, "{change}");
        let after = apply(&cloud, &plan, 5, usize::MAX);
        assert!(crate::common::plan_is_empty(&closed(), &after), "{change}");
    }
    // One that lets everyone in, and one that lets nobody in.
    let cloud = edited(|it| {
        it.sign_in = None;
        it.action = ListenerAction::Other("fixed-response".to_owned());
    });
    let mended = plan(&closed(), &cloud);
    assert_eq!(needing(&mended), ["StudentAnalyticsLB:443"]);
    let after = apply(&cloud, &mended, 6, usize::MAX);
    assert!(crate::common::plan_is_empty(&closed(), &after));
}

#[test]
fn the_way_to_the_provider_is_open_while_people_are_sent_there() {
    let place = |plan: &Plan, id: Id| plan.steps.iter().position(|step| step.id == Some(id));
    let waits = |plan: &Plan, later: Id, earlier: Id| {
        let (later, earlier) = (place(plan, later).unwrap(), place(plan, earlier).unwrap());
        plan.steps[later].after.contains(&earlier)
    };
    let on = plan(&closed(), &deployed(&open()));
    assert!(waits(&on, Id::HttpsListener, Id::BalancerRules));
    let off = plan(&open(), &deployed(&closed()));
    assert!(waits(&off, Id::BalancerRules, Id::HttpsListener));
}

#[test]
fn without_https_nobody_is_asked_to_sign_in() {
    let settings = Settings {
        certificate: None,
        ..closed().settings().clone()
    };
    let plain = Topology::new(&settings, &payload());
    let cloud = deployed(&plain);
    assert!(crate::common::plan_is_empty(
        &crate::common::topology(),
        &cloud
    ));
}

#[test]
fn a_plan_has_no_field_for_the_secret() {
    for plan in [
        plan(&closed(), &crate::common::empty_cloud()),
        plan(&closed(), &deployed(&open())),
    ] {
        let document = serde_json::to_string(&document(&plan)).unwrap();
        let all = format!("{plan:?}{}{document}", text(&plan, Colour::Off));
        // What stands there says how to give it.
        let rest = all
            .replace("--oidc-client-secret-file", "")
            .replace("STUDENT_ANALYTICS_OIDC_CLIENT_SECRET", "")
            .replace("client's secret", "");
        assert!(!rest.to_lowercase().contains("secret"), "{rest}");
    }
}
