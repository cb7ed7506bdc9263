//! What is shown under the conditions of a page: whole cards, and the two figures that are cut here, the
//! outcome's parts and two groups.

use super::cards;
use super::gate::{MinGroup, Shown};
use super::masks::Masks;
use super::release::{MOST_CONDITIONS, Protected, Subject};
use super::steps::{CUTS, Steps};
use crate::charts::Card;
use crate::figures::Analysis;
use crate::filter::{Condition, Filters, Groups};
use crate::format;

/// What is shown under the conditions of a page.
pub(super) struct Under<'u, 'a> {
    pub(super) protected: &'u Protected,
    /// Of the columns that may be shown.
    pub(super) analysis: &'u Analysis<'a>,
    pub(super) masks: &'u Masks,
    pub(super) groups: &'u Groups,
}

impl Under<'_, '_> {
    pub(super) fn cards(&self, subject: Subject) -> Vec<Card> {
        match subject {
            Subject::Overview => cards::overview(self),
            Subject::Performance => cards::performance(self),
            Subject::Factors => cards::factors(self),
            Subject::Relationships => cards::relationships(self),
            Subject::Explore => cards::explore(self),
            Subject::Compare => cards::compare(self),
        }
    }

    pub(super) fn least(&self) -> MinGroup {
        self.protected.least
    }

    /// Students in each part of the outcome, cut as finely as may be: the same for every figure that
    /// counts by the outcome.
    pub(super) fn parts(&self) -> Shown<Parts> {
        let id = self.analysis.outcome;
        let all = self.protected.dataset.table();
        let values = all.numbers(id);
        let rows = values.len();
        let gate = self.masks.gate(self.least(), rows);
        let Some(steps) = &self.protected.steps[id.index()] else {
            return gate.show(None, &[], Parts::default);
        };
        let cut = finest(steps, values, self.masks, self.least()).unwrap_or(0);
        let parts = steps.parts(cut, values);
        gate.show(Some(&parts), &[], || {
            let mut counts = vec![0; steps.cuts(cut).len() + 1];
            for part in steps.parts(cut, self.analysis.selected.numbers(id)) {
                counts[part as usize] += 1;
            }
            Parts {
                names: steps.names(cut),
                begins: steps.cuts(cut).to_vec(),
                counts,
            }
        })
    }

    /// The outcomes of two groups, those that the address names or the first level of the factor that
    /// explains most against the rest; their names.
    pub(super) fn groups(&self) -> Shown<[(String, Vec<f64>); 2]> {
        let dataset = self.analysis.dataset;
        let groups = match *self.groups == Groups::default() {
            true => self.proposed(),
            false => self.groups.clone(),
        };
        let all = self.protected.dataset.table();
        let mut masks = self.masks.clone();
        masks.add(&all, &groups.a);
        masks.add(&all, &groups.b);
        let gate = masks.gate(self.least(), all.rows());
        let scores = all.numbers(self.analysis.outcome);
        let nameless = groups == Groups::default();
        let allowed = masks.len() <= MOST_CONDITIONS && !nameless;
        let alone = gate.show(None, &[scores], || {
            let of =
                |filters: &Filters| Masks::of(&self.protected.dataset, filters).all(all.rows());
            let selected = self.masks.all(all.rows());
            let (mut a, mut b) = (of(&groups.a), of(&groups.b));
            if groups.b.is_empty() {
                b = a.iter().map(|member| !member).collect();
            } else if groups.a.is_empty() {
                a = b.iter().map(|member| !member).collect();
            }
            let outcomes = |members: &[bool]| {
                let both = selected.iter().zip(members).zip(scores);
                both.filter(|((selected, member), _)| **selected && **member)
                    .map(|(_, score)| *score)
                    .collect::<Vec<f64>>()
            };
            let name = |filters: &Filters| match filters.is_empty() {
                true => "the others".to_owned(),
                false => {
                    let words = filters.iter();
                    let words = words.map(|(id, condition)| {
                        crate::filter::in_words(dataset.column(id), condition)
                    });
                    format!("students with {}", format::list(&words.collect::<Vec<_>>()))
                }
            };
            [
                (name(&groups.a), outcomes(&a)),
                (name(&groups.b), outcomes(&b)),
            ]
        });
        match allowed {
            true => alone,
            false => Shown::withheld(),
        }
    }

    fn proposed(&self) -> Groups {
        let first = self.analysis.choices().by.map(|id| {
            let level = Condition::Levels(vec![0]);
            Filters::default().with(id, level)
        });
        Groups {
            a: first.unwrap_or_default(),
            b: Filters::default(),
        }
    }
}

/// The finest cut that the conditions allow. With two of them it is one that each alone allows: if both
/// were shown more finely than together, sums of parts would follow that are none of these cuts'.
pub(super) fn finest(
    steps: &Steps,
    values: &[f64],
    masks: &Masks,
    least: MinGroup,
) -> Option<usize> {
    let of = |masks: &Masks| {
        let gate = masks.gate(least, values.len());
        (0..CUTS)
            .rev()
            .find(|&cut| gate.holds(Some(&steps.parts(cut, values)), &[]))
    };
    let singles = masks.singles();
    if singles.len() < 2 {
        return of(masks);
    }
    let cuts: Option<Vec<usize>> = singles.iter().map(of).collect();
    cuts?.into_iter().min()
}

/// Students by parts of the outcome.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Parts {
    pub(super) names: Vec<String>,
    /// Where each begins, the first one left out.
    pub(super) begins: Vec<f64>,
    pub(super) counts: Vec<usize>,
}
