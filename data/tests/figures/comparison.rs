//! A sample against the published dataset, figure by figure, each with its tolerance.

use student_analytics_data::{DEFAULT_ROWS, Sample};

use super::{Columns, Figures};

/// A figure of the sample beside the published one.
pub(crate) struct Comparison {
    pub(crate) figure: String,
    pub(crate) sample: f64,
    pub(crate) published: f64,
    pub(crate) tolerance: f64,
}

impl Comparison {
    /// The difference as a share of the tolerance: at most 1 where it is met.
    pub(crate) fn strain(&self) -> f64 {
        let difference = (self.sample - self.published).abs();
        if difference == 0.0 {
            return 0.0;
        }
        difference / self.tolerance
    }
}

/// The figures of the sample that the seed makes.
pub(crate) fn figures_of(seed: u64) -> Figures {
    let mut csv = Vec::new();
    let sample = Sample::new(DEFAULT_ROWS, seed).unwrap();
    sample.write_csv(&mut csv).unwrap();
    Figures::of(&Columns::read(csv.as_slice()))
}

/// Every comparison that the sample must stand.
pub(crate) fn compare(sample: &Figures, published: &Figures) -> Vec<Comparison> {
    let mut all = counts(sample, published);
    all.extend(level_shares(sample, published));
    all.extend(spreads(sample, published));
    all.extend(correlations(sample, published));
    all.extend(coefficients(sample, published));
    all
}

/// Missing values and the unexplained high scores.
fn counts(sample: &Figures, published: &Figures) -> Vec<Comparison> {
    let high = Comparison {
        figure: "students scoring 80 or more".to_owned(),
        sample: sample.students_scoring_80_or_more as f64,
        published: published.students_scoring_80_or_more as f64,
        tolerance: 10.0,
    };
    let record = Comparison {
        figure: "students scoring 101".to_owned(),
        sample: sample.students_scoring_101 as f64,
        published: published.students_scoring_101 as f64,
        tolerance: 0.0,
    };
    let missing = published
        .missing
        .iter()
        .map(|(column, &students)| Comparison {
            figure: format!("missing {column}"),
            sample: sample.missing[column] as f64,
            published: students as f64,
            tolerance: 0.0,
        });
    missing.chain([high, record]).collect()
}

/// Of the students whose level is known, within 1 percentage point.
fn level_shares(sample: &Figures, published: &Figures) -> Vec<Comparison> {
    let share = |figures: &Figures, column: &str, level: &str| {
        let levels = &figures.levels[column];
        levels[level] as f64 / levels.values().sum::<u64>() as f64
    };
    let columns = published.levels.iter();
    columns
        .flat_map(|(column, levels)| levels.keys().map(move |level| (column, level)))
        .map(|(column, level)| Comparison {
            figure: format!("share of {column}={level}"),
            sample: share(sample, column, level),
            published: share(published, column, level),
            tolerance: 0.01,
        })
        .collect()
}

/// Means within 1 %, standard deviations within 3 %, the same range and quartiles.
fn spreads(sample: &Figures, published: &Figures) -> Vec<Comparison> {
    let columns = published.numeric.iter();
    columns
        .flat_map(|(column, expected)| {
            let actual = &sample.numeric[column];
            let [q1, median, q3] = actual.quartiles;
            let [expected_q1, expected_median, expected_q3] = expected.quartiles;
            [
                ("mean", actual.mean, expected.mean, expected.mean * 0.01),
                ("std", actual.std, expected.std, expected.std * 0.03),
                ("min", actual.min as f64, expected.min as f64, 0.0),
                ("max", actual.max as f64, expected.max as f64, 0.0),
                ("lower quartile", q1, expected_q1, 0.0),
                ("median", median, expected_median, 0.0),
                ("upper quartile", q3, expected_q3, 0.0),
            ]
            .map(|(figure, sample, published, tolerance)| Comparison {
                figure: format!("{figure} of {column}"),
                sample,
                published,
                tolerance,
            })
        })
        .collect()
}

/// Within 0.03 with the score; between factors none larger than the published ones by 0.03.
fn correlations(sample: &Figures, published: &Figures) -> Vec<Comparison> {
    let between = Comparison {
        figure: "largest correlation between factors".to_owned(),
        sample: sample.largest_correlation_between_factors,
        published: published.largest_correlation_between_factors,
        tolerance: 0.03,
    };
    let with_score = published.correlation_with_score.iter();
    with_score
        .map(|(column, &correlation)| Comparison {
            figure: format!("correlation of {column} with the score"),
            sample: sample.correlation_with_score[column],
            published: correlation,
            tolerance: 0.03,
        })
        .chain([between])
        .collect()
}

/// Within 3 published standard errors.
fn coefficients(sample: &Figures, published: &Figures) -> Vec<Comparison> {
    let terms = published.regression.iter();
    terms
        .map(|(term, expected)| Comparison {
            figure: format!("coefficient of {term}"),
            sample: sample.regression[term].coef,
            published: expected.coef,
            tolerance: 3.0 * expected.stderr,
        })
        .collect()
}
