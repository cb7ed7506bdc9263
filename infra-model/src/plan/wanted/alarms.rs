//! Topic and alarms.

use std::collections::BTreeSet;

use crate::observed::{self, State, dimension};
use crate::plan::wanted::Known;
use crate::topology::{self, PERIOD, Watch};

pub(super) fn topic(it: &topology::Topic) -> State {
    let topology::Topic { emails } = it;
    State::Topic(observed::Topic {
        emails: emails.iter().map(ToString::to_string).collect(),
        asked: BTreeSet::new(),
    })
}

pub(super) fn alarm(it: &topology::Alarm, known: &Known<'_>) -> State {
    let topology::Alarm {
        topic,
        description,
        figures,
        expression,
        bounds,
    } = it;
    let figures = figures.iter();
    State::Alarm(observed::Alarm {
        description: (*description).to_owned(),
        figures: figures
            .map(|(name, it)| ((*name).to_owned(), figure(it, known)))
            .collect(),
        expression: expression.map(str::to_owned),
        bounds: bounds.clone(),
        is_enabled: true,
        begins: [known.at(topic)].into(),
        ends: [known.at(topic)].into(),
    })
}

fn figure(it: &topology::Figure, known: &Known<'_>) -> observed::Figure {
    let topology::Figure {
        namespace,
        metric,
        statistic,
        of,
    } = it;
    let of = of.iter().map(|watch| match watch {
        Watch::Balancer(balancer) => (dimension::BALANCER, known.at(balancer)),
        Watch::Targets(targets) => (dimension::TARGETS, known.at(targets)),
        Watch::Nat(nat) => (dimension::NAT, known.at(nat)),
    });
    observed::Figure {
        namespace: (*namespace).to_owned(),
        metric: (*metric).to_owned(),
        statistic: (*statistic).to_owned(),
        period: PERIOD,
        of: of.map(|(name, it)| (name.to_owned(), it)).collect(),
    }
}
