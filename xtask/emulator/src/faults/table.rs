//! The faults by name: what each stands for, and what it takes.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::rules::Rules;

/// A fault that can be asked for.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name in rules and on the command line.
    pub name: &'static str,
    /// What it takes, as a person would write it.
    pub argument: &'static str,
    /// The argument in JSON if none is given; none where one is needed.
    pub default: Option<&'static str>,
    /// What AWS does that it stands for.
    pub stands_for: &'static str,
}

/// Every fault.
#[rustfmt::skip]
pub const FAULTS: &[Fault] = &[
    Fault { name: "delay", argument: "MS", default: Some("150"), stands_for: "AWS is far away: each call takes so many milliseconds more" },
    Fault { name: "nat-takes-time", argument: "DESCRIBES|MSms", default: Some("3"), stands_for: "a NAT gateway is pending for minutes, routes to it are refused meanwhile, and deleting it takes as long" },
    Fault { name: "balancer-takes-time", argument: "DESCRIBES|MSms", default: Some("3"), stands_for: "a load balancer is provisioning for minutes" },
    Fault { name: "targets-become-healthy", argument: "DESCRIBES|MSms", default: Some("3"), stands_for: "a target is initial until it has passed its health checks" },
    Fault { name: "targets-never-healthy", argument: "", default: Some("true"), stands_for: "the program does not start: targets fail their health checks" },
    Fault { name: "instances-take-time", argument: "DESCRIBES|MSms", default: Some("3"), stands_for: "an Auto Scaling group exists before its instances do" },
    Fault { name: "refresh-takes", argument: "DESCRIBES|MSms", default: Some("3"), stands_for: "an instance refresh replaces one instance after the other" },
    Fault { name: "refresh-fails", argument: "rollback-succeeds|rollback-fails", default: Some("\"rollback-succeeds\""), stands_for: "new instances never become healthy, and the refresh fails" },
    Fault { name: "interfaces-linger", argument: "DESCRIBES|MSms", default: Some("3"), stands_for: "a deleted load balancer's network interfaces stay for a while, and block its groups, subnets and gateway" },
    Fault { name: "profile-propagation", argument: "TIMES", default: Some("2"), stands_for: "IAM is eventually consistent: a new role or instance profile is not known everywhere" },
    Fault { name: "not-found-after-create", argument: "DESCRIBES", default: Some("1"), stands_for: "EC2 is eventually consistent: a new resource is not found, nor listed, for a moment" },
    Fault { name: "throttling", argument: "{\"every\":K}|{\"times\":N}", default: Some("{\"times\":1}"), stands_for: "too many calls: EC2 says RequestLimitExceeded, others Throttling" },
    Fault { name: "server-errors", argument: "{\"every\":K}|{\"times\":N}", default: Some("{\"times\":1}"), stands_for: "AWS itself fails now and then" },
    Fault { name: "cut-before", argument: "[{\"action\":A,\"occurrence\":N}]", default: None, stands_for: "a request is lost on its way" },
    Fault { name: "cut-after", argument: "[{\"action\":A,\"occurrence\":N}]", default: None, stands_for: "a reply is lost on its way: the work is done and the client does not know" },
    Fault { name: "kill-before", argument: "WRITE", default: None, stands_for: "the client dies just before its N-th write is done: that one and all later requests are held" },
    Fault { name: "kill-after", argument: "WRITE", default: None, stands_for: "the client dies just after its N-th write was done: its reply and all later requests are held" },
    Fault { name: "small-pages", argument: "SIZE", default: Some("2"), stands_for: "lists come in pages" },
    Fault { name: "bucket-taken", argument: "[NAME]", default: None, stands_for: "bucket names are global: someone else owns this one" },
    Fault { name: "quota", argument: "[ACTION]", default: Some("[\"ec2:AllocateAddress\"]"), stands_for: "an account may have so many addresses, networks, gateways, and no more" },
    Fault { name: "access-denied", argument: "[ACTION]", default: None, stands_for: "the caller lacks a permission" },
    Fault { name: "scaling-in-progress", argument: "TIMES", default: Some("2"), stands_for: "an Auto Scaling group that is scaling cannot be deleted" },
    Fault { name: "listener-lingers", argument: "TIMES", default: Some("2"), stands_for: "a deleted listener still holds its target group for a moment" },
    Fault { name: "mails-agreed", argument: "", default: Some("true"), stands_for: "no fault: everyone has followed the link in the mail of SNS" },
    Fault { name: "agents-offline", argument: "", default: Some("true"), stands_for: "SSM does not reach instances: the agent is down, or has no way out" },
    Fault { name: "refusals", argument: "[{\"action\":A,\"code\":C,\"message\":M,\"status\":400,\"times\":N}]", default: None, stands_for: "anything else that a call may be refused with" },
];

/// The rules that arguments such as `small-pages` or `nat-takes-time=500ms` ask for.
pub fn rules_from<S: AsRef<str>>(arguments: &[S]) -> Result<Rules> {
    let mut rules = Map::new();
    for argument in arguments {
        let argument = argument.as_ref();
        let (name, given) = match argument.split_once('=') {
            Some((name, given)) => (name, Some(given)),
            None => (argument, None),
        };
        let Some(fault) = FAULTS.iter().find(|fault| fault.name == name) else {
            bail!("there is no fault {name}: `--list-faults` lists them");
        };
        let value = match (given, fault.default) {
            // What is not JSON is a word or a time.
            (Some(given), _) => serde_json::from_str(given).unwrap_or_else(|_| Value::from(given)),
            (None, Some(default)) => serde_json::from_str(default)?,
            (None, None) => bail!(
                "the fault {name} needs an argument: {name}={}",
                fault.argument
            ),
        };
        rules.insert(name.to_owned(), one_or_many(fault, value));
    }
    let rules = serde_json::from_value(Value::Object(rules));
    rules.context("a fault's argument does not fit: `--list-faults` tells what each takes")
}

/// A fault that takes a list takes one element of it, too.
fn one_or_many(fault: &Fault, value: Value) -> Value {
    if fault.argument.starts_with('[') && !value.is_array() {
        return Value::Array(vec![value]);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::super::rules::Lasting;
    use super::*;

    #[test]
    fn every_fault_in_the_table_is_a_rule_and_every_rule_is_in_the_table() {
        let rules = serde_json::to_value(Rules::default()).unwrap();
        let mut fields: Vec<&str> = rules
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut names: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
        fields.sort_unstable();
        names.sort_unstable();
        assert_eq!(fields, names);
        for fault in FAULTS.iter().filter(|fault| fault.default.is_some()) {
            rules_from(&[fault.name]).unwrap();
        }
    }

    #[test]
    fn arguments_are_numbers_times_words_or_lists() {
        let rules = rules_from(&["delay=20", "nat-takes-time=500ms", "bucket-taken=a"]).unwrap();
        assert_eq!(rules.delay, 20);
        assert_eq!(rules.nat_takes_time, Some(Lasting::Millis(500)));
        assert_eq!(rules.bucket_taken, ["a"]);
        for wrong in ["nothing", "cut-before", "delay=soon", "small-pages=-1"] {
            assert!(rules_from(&[wrong]).is_err(), "{wrong} was taken");
        }
    }
}
