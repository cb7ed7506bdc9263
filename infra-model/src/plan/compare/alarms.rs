//! Topic and alarms.

use crate::observed::{Alarm, Figure, Topic};
use crate::plan::compare::{Attribute, Changes, Show};
use crate::topology::Bounds;

pub(super) fn topic(changes: &mut Changes, have: &Topic, want: &Topic) {
    let emails = have.emails_towards(want);
    changes.compare(Attribute::Emails, &emails, &want.emails);
}

pub(super) fn assign_topic(have: &mut Topic, want: &Topic) {
    have.emails.clone_from(&want.emails);
}

pub(super) fn alarm(changes: &mut Changes, have: &Alarm, want: &Alarm) {
    let Alarm {
        description,
        figures,
        expression,
        bounds,
        is_enabled,
        begins,
        ends,
    } = have;
    changes.compare(Attribute::AlarmFigures, figures, &want.figures);
    changes.compare(Attribute::AlarmExpression, expression, &want.expression);
    changes.compare(Attribute::AlarmBounds, bounds, &want.bounds);
    changes.compare(Attribute::AlarmEnabled, is_enabled, &want.is_enabled);
    changes.compare(Attribute::AlarmBegins, begins, &want.begins);
    changes.compare(Attribute::AlarmEnds, ends, &want.ends);
    changes.compare(Attribute::Description, description, &want.description);
}

pub(super) fn assign_alarm(attribute: &Attribute, have: &mut Alarm, want: &Alarm) {
    match attribute {
        Attribute::AlarmFigures => have.figures.clone_from(&want.figures),
        Attribute::AlarmExpression => have.expression.clone_from(&want.expression),
        Attribute::AlarmBounds => have.bounds.clone_from(&want.bounds),
        Attribute::AlarmEnabled => have.is_enabled = want.is_enabled,
        Attribute::AlarmBegins => have.begins.clone_from(&want.begins),
        Attribute::AlarmEnds => have.ends.clone_from(&want.ends),
        Attribute::Description => have.description.clone_from(&want.description),
        _ => {}
    }
}

impl Show for Figure {
    fn show(&self) -> String {
        let Self {
            namespace,
            metric,
            statistic,
            period,
            of,
        } = self;
        let of: Vec<String> = of.values().map(Show::show).collect();
        format!(
            "{statistic} of {namespace} {metric} in {period} s of {}",
            of.join(" and ")
        )
    }
}

impl Show for Bounds {
    fn show(&self) -> String {
        let Self {
            comparison,
            threshold,
            periods,
            datapoints,
            missing,
        } = self;
        format!(
            "{comparison} {threshold} for {datapoints} of {periods}, without a figure {missing}"
        )
    }
}
