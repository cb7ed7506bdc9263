//! Load balancers, target groups and listeners made twice: the same settings give the one that
//! is there, other settings are refused.

use std::collections::HashMap;

use anyhow::Result;

use super::{Question, Scene};
use crate::protocol::{Answer, Element, Service};

/// What each was made with, by its ARN.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    made: HashMap<String, String>,
}

/// How an operation's resource is found again.
struct Kind {
    describe: &'static str,
    /// The parameters that find it: of the describe, and of the create call.
    finds: (&'static str, &'static str),
    list: &'static str,
    arn: &'static str,
    duplicate: &'static str,
    noun: &'static str,
}

fn kind(operation: &str) -> Option<Kind> {
    Some(match operation {
        "CreateLoadBalancer" => Kind {
            describe: "DescribeLoadBalancers",
            finds: ("Names.member.1", "Name"),
            list: "LoadBalancers",
            arn: "LoadBalancerArn",
            duplicate: "DuplicateLoadBalancerName",
            noun: "load balancer",
        },
        "CreateTargetGroup" => Kind {
            describe: "DescribeTargetGroups",
            finds: ("Names.member.1", "Name"),
            list: "TargetGroups",
            arn: "TargetGroupArn",
            duplicate: "DuplicateTargetGroupName",
            noun: "target group",
        },
        "CreateListener" => Kind {
            describe: "DescribeListeners",
            finds: ("LoadBalancerArn", "LoadBalancerArn"),
            list: "Listeners",
            arn: "ListenerArn",
            duplicate: "DuplicateListener",
            noun: "listener",
        },
        _ => return None,
    })
}

/// Answers with the one that is there, or refuses, if there is one.
pub(crate) async fn before(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let Some(kind) = kind(&question.operation) else {
        return Ok(None);
    };
    let (by, name) = kind.finds;
    let parameters = [("Action", kind.describe), (by, question.get(name))];
    let Some(document) = scene.ask(question, Service::Balancing, &parameters).await? else {
        return Ok(None);
    };
    let list = format!("{}Result/{}/member", kind.describe, kind.list);
    let port = question.get("Port");
    let same = |found: &&&Element| kind.noun != "listener" || found.text_at("Port") == port;
    let all = document.all(&list);
    let Some(found) = all.iter().find(same) else {
        return Ok(None);
    };
    let made = scene.mended.repeats.made.get(found.text_at(kind.arn));
    if made.is_some_and(|made| *made == fingerprint(question)) {
        let list = Element::tree(kind.list, vec![(**found).clone()]);
        let answer = Answer::result(Service::Balancing, &question.operation, vec![list]);
        return Ok(Some(answer));
    }
    let name = question.get("Name");
    let message = match kind.noun {
        "listener" => "A listener already exists on this port for this load balancer".to_owned(),
        noun => format!("A {noun} with the same name '{name}' exists, but with different settings"),
    };
    Ok(Some(question.refuse(kind.duplicate, &message)))
}

/// Remembers what a new one was made with.
pub(crate) fn after(scene: &mut Scene<'_>, question: &Question, answer: &Answer) {
    let Some(kind) = kind(&question.operation) else {
        return;
    };
    if !answer.status.is_success() {
        return;
    }
    let Ok(document) = answer.xml() else { return };
    let path = format!(
        "{}Result/{}/member/{}",
        question.operation, kind.list, kind.arn
    );
    let arn = document.text_at(&path).to_owned();
    scene.mended.repeats.made.insert(arn, fingerprint(question));
}

fn fingerprint(question: &Question) -> String {
    question.form.fingerprint(&[])
}
