//! The sample against the published dataset, figure by figure, within the stated tolerances.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod figures;

use figures::{Columns, Figures};
use student_analytics_data::{DEFAULT_ROWS, DEFAULT_SEED, Sample};

/// A figure of the sample beside the published one.
struct Comparison {
    figure: String,
    sample: f64,
    published: f64,
    tolerance: f64,
}

impl Comparison {
    /// The difference as a share of the tolerance: at most 1 where it is met.
    fn strain(&self) -> f64 {
        let difference = (self.sample - self.published).abs();
        if difference == 0.0 {
            return 0.0;
        }
        difference / self.tolerance
    }
}

#[test]
fn the_default_sample_meets_every_tolerance() {
    let comparisons = compare(&figures_of(DEFAULT_SEED), &Figures::published());
    let mut report = String::new();
    for Comparison {
        figure,
        sample,
        published,
        tolerance,
    } in comparisons.iter().filter(|one| one.strain() > 1.0)
    {
        report += &format!("{figure}: {sample}, published {published} ± {tolerance}\n");
    }
    assert!(report.is_empty(), "out of tolerance:\n{report}");
}

#[test]
fn every_published_figure_has_its_counterpart() {
    let (sample, published) = (figures_of(DEFAULT_SEED), Figures::published());
    assert_eq!(sample.rows, published.rows);
    assert_eq!(sample.missing, published.missing);
    assert_eq!(level_names(&sample), level_names(&published));
    assert!(sample.numeric.keys().eq(published.numeric.keys()));
    assert!(sample.regression.keys().eq(published.regression.keys()));
}

/// The provenance of [`DEFAULT_SEED`], a minute in a release build:
/// `cargo test --release -p student-analytics-data -- --ignored`.
#[test]
#[ignore = "draws two thousand samples"]
fn the_default_seed_strains_the_tolerances_least_of_the_first_two_thousand() {
    let published = Figures::published();
    let worst = |seed: u64| {
        let comparisons = compare(&figures_of(seed), &published);
        comparisons
            .iter()
            .map(Comparison::strain)
            .fold(0.0, f64::max)
    };
    let best = (1..=2_000)
        .map(|seed| (worst(seed), seed))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(best.map(|(_, seed)| seed), Some(DEFAULT_SEED), "{best:?}");
}

fn figures_of(seed: u64) -> Figures {
    let mut csv = Vec::new();
    let sample = Sample::new(DEFAULT_ROWS, seed).unwrap();
    sample.write_csv(&mut csv).unwrap();
    Figures::of(&Columns::read(csv.as_slice()))
}

fn level_names(figures: &Figures) -> Vec<(&str, Vec<&str>)> {
    figures
        .levels
        .iter()
        .map(|(column, levels)| (column.as_str(), levels.keys().map(String::as_str).collect()))
        .collect()
}

fn compare(sample: &Figures, published: &Figures) -> Vec<Comparison> {
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
