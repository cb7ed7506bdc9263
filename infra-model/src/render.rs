//! A plan for people, and for programs.
//!
//! [`text`] is one line a step; [`document`] is what `--json` prints. Its fields keep their
//! names and meaning while [`Document::format`] is the same; new ones may be added.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;

use crate::cost;
use crate::id::Kind;
use crate::observed::State;
use crate::plan::{Action, Attribute, Change, Plan, Problem, ProblemKind, Step};

/// Whether the reader's terminal shows colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It is a terminal.
    On,
    /// It is a pipe or a file.
    Off,
}

/// How many resources each action concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Made.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Made anew.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Left as they are.
    pub unchanged: usize,
}

impl Totals {
    /// Counts the steps.
    pub fn of(plan: &Plan) -> Self {
        let mut totals = Self::default();
        for step in &plan.steps {
            *match step.action {
                Action::Create { .. } => &mut totals.create,
                Action::Update { .. } => &mut totals.update,
                Action::Replace { .. } => &mut totals.replace,
                Action::Delete { .. } => &mut totals.delete,
                Action::Nothing { .. } => &mut totals.unchanged,
            } += 1;
        }
        totals
    }
}

/// The plan for a person: one line a step, the problems, the totals.
pub fn text(plan: &Plan, colour: Colour) -> String {
    let mut text = String::new();
    for step in plan.steps.iter().filter(|step| !step.action.is_nothing()) {
        let _ = writeln!(text, "{}", line(step, colour));
    }
    for problem in &plan.problems {
        let mark = match problem.kind {
            ProblemKind::Notice => paint("i", "36", colour),
            ProblemKind::Foreign | ProblemKind::Refused => paint("✗", "31", colour),
        };
        let Problem {
            kind: _,
            name,
            what,
            remedy,
        } = problem;
        let _ = writeln!(text, "{mark} {name}: {what}; {remedy}");
    }
    if !plan.blocked.is_empty() {
        let ids: Vec<String> = plan.blocked.iter().map(|id| id.to_string()).collect();
        let _ = writeln!(text, "  not planned because of that: {}", ids.join(", "));
    }
    let _ = writeln!(text, "{}", summary(plan));
    text
}

/// One line: mark, kind, name, what changes, why.
fn line(step: &Step, colour: Colour) -> String {
    let (mark, code) = match step.action {
        Action::Create { .. } => ("+", "32"),
        Action::Update { .. } => ("~", "33"),
        Action::Replace { .. } => ("±", "35"),
        Action::Delete { .. } => ("-", "31"),
        Action::Nothing { .. } => ("=", "0"),
    };
    let mut line = format!(
        "{} {} {}",
        paint(mark, code, colour),
        step.kind.words(),
        step.name
    );
    let changes = changed(step.action.changes());
    if !changes.is_empty() {
        let _ = write!(line, ": {changes}");
    } else if let Action::Create { to, .. } = &step.action
        && let Some(detail) = detail(to)
    {
        let _ = write!(line, ": {detail}");
    }
    if !matches!(step.action, Action::Create { .. }) {
        let _ = write!(line, " ({})", step.reason);
    }
    if step.interrupts {
        let _ = write!(line, " {}", paint("interrupts service", "31", colour));
    }
    line
}

/// The old and new values; several tags in few words.
fn changed(changes: &[Change]) -> String {
    let is_tag = |change: &&Change| matches!(change.attribute, Attribute::Tag(_));
    let (tags, others): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(is_tag);
    let mut parts: Vec<String> = others.iter().map(|change| change.to_string()).collect();
    match tags[..] {
        [] => {}
        [tag] => parts.push(tag.to_string()),
        _ => {
            let keys = tags
                .iter()
                .map(|tag| tag.attribute.to_string().replacen("tag ", "", 1));
            parts.push(format!(
                "tags {} → ours",
                keys.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    parts.join("; ")
}

/// What a reader wants to know of a new one.
fn detail(to: &State) -> Option<String> {
    match to {
        State::Vpc(vpc) => Some(vpc.cidr.clone()),
        State::Subnet(subnet) => Some(format!("{} in {}", subnet.cidr, subnet.zone)),
        State::Listener(listener) => Some(match &listener.sign_in {
            None => listener.protocol.clone(),
            Some(it) => format!(
                "{}, sign-in at {} as {}",
                listener.protocol, it.issuer, it.client_id
            ),
        }),
        State::TargetGroup(group) => Some(format!("{} {}", group.protocol, group.port)),
        State::LaunchTemplate(template) => template
            .versions
            .values()
            .next()
            .map(|it| format!("{} from {}", it.instance_type, it.image)),
        State::AutoScalingGroup(group) => Some(format!("{} to {} instances", group.min, group.max)),
        State::ScalingPolicy(policy) => policy.target.map(|target| format!("{target} % CPU")),
        State::Topic(topic) => Some(format!("mails to {}", joined(&topic.emails))),
        State::Alarm(_) => Some(format!("{:.2} USD a month", cost::monthly(to))),
        _ => None,
    }
}

fn joined(texts: &BTreeSet<String>) -> String {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.join(", ")
}

fn paint(text: &str, code: &str, colour: Colour) -> String {
    match colour {
        Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        Colour::Off => text.to_owned(),
    }
}

/// The last line: the totals, or that there is nothing to do.
pub fn summary(plan: &Plan) -> String {
    let Totals {
        create,
        update,
        replace,
        delete,
        unchanged,
    } = Totals::of(plan);
    if plan.is_refused() {
        return "refused: nothing is changed until the above is mended".to_owned();
    }
    if plan.is_empty() {
        return match unchanged {
            0 => "in sync: there is nothing to do".to_owned(),
            _ => format!("in sync: {unchanged} resources are as they should be"),
        };
    }
    let interrupts = plan.steps.iter().filter(|step| step.interrupts).count();
    let mut text = format!(
        "{create} to create, {update} to update, {replace} to replace, {delete} to delete, \
         {unchanged} unchanged"
    );
    match interrupts {
        0 => text.push_str("; service is not interrupted"),
        1 => text.push_str("; 1 step interrupts service"),
        _ => {
            let _ = write!(text, "; {interrupts} steps interrupt service");
        }
    }
    text
}

/// What `--json` prints. No user data, key or other secret is in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document<'a> {
    /// The version of this format: 1.
    pub format: u32,
    /// Whether there is nothing to do.
    pub in_sync: bool,
    /// Whether problems stand in the way, so that nothing is done.
    pub refused: bool,
    /// How many resources each action concerns.
    pub totals: Totals,
    /// Stands for everything that was compared.
    pub fingerprint: &'a str,
    /// What is done, in an order in which it can be done; what is left as it is, too.
    pub steps: Vec<StepDocument<'a>>,
    /// What is left alone, and why.
    pub problems: &'a [Problem],
    /// Logical ids of resources without a step, because a problem stands before them.
    pub blocked: Vec<String>,
}

/// One step of [`Document`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepDocument<'a> {
    /// The logical id, unless the model does not know it.
    pub resource: Option<String>,
    /// The kind of resource.
    pub kind: Kind,
    /// Its name.
    pub name: &'a str,
    /// `create`, `update`, `replace`, `delete` or `nothing`.
    pub action: &'static str,
    /// What AWS calls it, if it is there.
    pub item: Option<&'a str>,
    /// The attributes that change, old and new.
    pub changes: &'a [Change],
    /// Whether users notice.
    pub interrupts: bool,
    /// Why.
    pub reason: &'a str,
    /// The steps that must be done before, by their place in the list, from 0.
    pub after: &'a [usize],
}

/// The plan for a program.
pub fn document(plan: &Plan) -> Document<'_> {
    let steps = plan.steps.iter().map(|step| StepDocument {
        resource: step.id.map(|id| id.to_string()),
        kind: step.kind,
        name: &step.name,
        action: step.action.verb(),
        item: step.action.item().map(|item| item.0.as_str()),
        changes: step.action.changes(),
        interrupts: step.interrupts,
        reason: &step.reason,
        after: &step.after,
    });
    Document {
        format: 1,
        in_sync: plan.is_empty() && !plan.is_refused(),
        refused: plan.is_refused(),
        totals: Totals::of(plan),
        fingerprint: &plan.fingerprint,
        steps: steps.collect(),
        problems: &plan.problems,
        blocked: plan.blocked.iter().map(|id| id.to_string()).collect(),
    }
}
