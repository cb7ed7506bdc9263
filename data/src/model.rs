//! The model: every constant of the synthetic sample, and where it comes from.
//!
//! Nothing here is a row of the published dataset. All figures are summaries of it:
//!
//! * levels: how many of the 6,607 students have each, and how many have none;
//! * numeric factors: a plain distribution fitted to the published mean, standard deviation,
//!   quartiles and range, rounded to students of 6,607;
//! * effects: the coefficients of the published ordinary least squares regression of the exam
//!   score on all factors (complete cases, categorical factors coded against the alphabetically
//!   first level, whose effect is 0);
//! * the outcome: that regression explains a score almost to the point, but for 50 students, who
//!   score 15 to 30 points above it for no reason the factors give.
//!
//! The factors are independent of each other: no two numeric ones of the published dataset
//! correlate by more than 0.025.

/// The students of the published dataset. Every column's counts add up to it.
pub(crate) const PUBLISHED_ROWS: u64 = 6_607;

/// A column of the sample other than the score.
pub(crate) enum Column {
    Numeric(Numeric),
    Categorical(Categorical),
}

/// A whole-number factor.
pub(crate) struct Numeric {
    pub(crate) name: &'static str,
    /// The smallest value; the next ones follow one by one.
    pub(crate) first: u32,
    /// Students with each value, of [`PUBLISHED_ROWS`].
    pub(crate) students: &'static [u64],
    /// Points of the score per unit.
    pub(crate) effect: f64,
}

/// A factor with levels.
pub(crate) struct Categorical {
    pub(crate) name: &'static str,
    pub(crate) levels: &'static [Level],
    /// Students without a value, of [`PUBLISHED_ROWS`].
    pub(crate) missing: u64,
}

/// A level of a categorical factor.
pub(crate) struct Level {
    pub(crate) name: &'static str,
    /// Students with this level, of [`PUBLISHED_ROWS`].
    pub(crate) students: u64,
    /// Points of the score against the alphabetically first level.
    pub(crate) effect: f64,
}

/// The factors, in the order of the file.
pub(crate) static COLUMNS: [Column; 19] = [
    // Normal, mean 19.96, standard deviation 6.0, over 1 to 44; one student at 44.
    numeric("Hours_Studied", 1, &HOURS_STUDIED, 0.294_871),
    // Uniform, rounded to whole numbers: the two ends are half as frequent.
    numeric("Attendance", 60, &ATTENDANCE, 0.198_778),
    categorical(
        "Parental_Involvement",
        &[
            level("Low", 1_337, -1.982_918),
            level("Medium", 3_362, -1.062_422),
            level("High", 1_908, 0.0),
        ],
        0,
    ),
    categorical(
        "Access_to_Resources",
        &[
            level("Low", 1_313, -2.063_287),
            level("Medium", 3_319, -1.009_621),
            level("High", 1_975, 0.0),
        ],
        0,
    ),
    categorical(
        "Extracurricular_Activities",
        &[level("Yes", 3_938, 0.561_980), level("No", 2_669, 0.0)],
        0,
    ),
    // Normal, mean 7.03, standard deviation 1.565, over 4 to 10.
    numeric(
        "Sleep_Hours",
        4,
        &[278, 753, 1_378, 1_699, 1_411, 790, 298],
        -0.001_982,
    ),
    // Uniform, rounded to whole numbers, as attendance.
    numeric("Previous_Scores", 50, &PREVIOUS_SCORES, 0.048_875),
    categorical(
        "Motivation_Level",
        &[
            level("Low", 1_937, -1.061_976),
            level("Medium", 3_351, -0.542_306),
            level("High", 1_319, 0.0),
        ],
        0,
    ),
    categorical(
        "Internet_Access",
        &[level("Yes", 6_108, 0.924_690), level("No", 499, 0.0)],
        0,
    ),
    // Poisson, mean 1.5, the ends a little heavier; one student at 8.
    numeric(
        "Tutoring_Sessions",
        0,
        &[1_504, 2_178, 1_658, 829, 311, 98, 23, 5, 1],
        0.498_154,
    ),
    categorical(
        "Family_Income",
        &[
            level("Low", 2_672, -1.085_580),
            level("Medium", 2_666, -0.590_632),
            level("High", 1_269, 0.0),
        ],
        0,
    ),
    categorical(
        "Teacher_Quality",
        &[
            level("Low", 657, -1.057_501),
            level("Medium", 3_925, -0.549_047),
            level("High", 1_947, 0.0),
        ],
        78,
    ),
    categorical(
        "School_Type",
        &[
            level("Public", 4_598, 0.032_657),
            level("Private", 2_009, 0.0),
        ],
        0,
    ),
    categorical(
        "Peer_Influence",
        &[
            level("Negative", 1_377, 0.0),
            level("Neutral", 2_592, 0.522_247),
            level("Positive", 2_638, 1.026_952),
        ],
        0,
    ),
    // Normal, mean 2.968, standard deviation 0.99, over 0 to 6.
    numeric(
        "Physical_Activity",
        0,
        &[40, 415, 1_647, 2_553, 1_551, 367, 34],
        0.186_670,
    ),
    categorical(
        "Learning_Disabilities",
        &[level("No", 5_912, 0.0), level("Yes", 695, -0.853_789)],
        0,
    ),
    categorical(
        "Parental_Education_Level",
        &[
            level("High School", 3_223, -0.485_825),
            level("College", 1_989, 0.0),
            level("Postgraduate", 1_305, 0.502_745),
        ],
        90,
    ),
    categorical(
        "Distance_from_Home",
        &[
            level("Near", 3_884, 0.907_689),
            level("Moderate", 1_998, 0.387_933),
            level("Far", 658, 0.0),
        ],
        67,
    ),
    categorical(
        "Gender",
        &[
            level("Male", 3_814, -0.042_151),
            level("Female", 2_793, 0.0),
        ],
        0,
    ),
];

/// The name of the outcome, the last column.
pub(crate) const SCORE: &str = "Exam_Score";

/// The score where every effect is 0: the published intercept, 41.829, less what the unexplained
/// high scores add to the mean, 50 of 6,607 students by 22.6 points.
pub(crate) const INTERCEPT: f64 = 41.657;

/// An explained score differs from the regression by up to this many points either way, evenly,
/// before it is rounded. With the rounding, that is the published residual standard deviation
/// without the unexplained scores, 0.32 points.
pub(crate) const NOISE: f64 = 0.22;

/// The outcome's three kinds of students, of [`PUBLISHED_ROWS`]: explained by the factors,
/// unexplained, and the one who scores [`RECORD_SCORE`].
pub(crate) const OUTCOME_STUDENTS: [u64; 3] = [6_557, 49, 1];

/// The least and the most points by which an unexplained score exceeds the regression.
pub(crate) const LIFT: (f64, f64) = (15.0, 30.2);

/// The least and the highest regular score.
pub(crate) const SCORE_RANGE: (f64, f64) = (55.0, 100.0);

/// The score beyond the range that one student of the published dataset has.
pub(crate) const RECORD_SCORE: f64 = 101.0;

const HOURS_STUDIED: [u64; 44] = [
    3, 5, 8, 13, 20, 30, 43, 61, 83, 111, 144, 182, 224, 268, 312, 353, 389, 416, 433, 438, 433,
    414, 386, 350, 309, 265, 221, 179, 142, 109, 81, 59, 42, 29, 19, 12, 8, 5, 3, 2, 1, 1, 0, 1,
];

const ATTENDANCE: [u64; 41] = [
    83, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 166,
    166, 166, 166, 166, 166, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165, 165,
    165, 165, 83,
];

const PREVIOUS_SCORES: [u64; 51] = [
    66, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132,
    132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132, 132,
    132, 132, 132, 132, 132, 132, 133, 133, 133, 133, 133, 133, 67,
];

const fn numeric(name: &'static str, first: u32, students: &'static [u64], effect: f64) -> Column {
    Column::Numeric(Numeric {
        name,
        first,
        students,
        effect,
    })
}

const fn categorical(name: &'static str, levels: &'static [Level], missing: u64) -> Column {
    Column::Categorical(Categorical {
        name,
        levels,
        missing,
    })
}

const fn level(name: &'static str, students: u64, effect: f64) -> Level {
    Level {
        name,
        students,
        effect,
    }
}

impl Column {
    /// The name in the header.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Numeric(factor) => factor.name,
            Self::Categorical(factor) => factor.name,
        }
    }

    /// Students with each value or level in their order, of [`PUBLISHED_ROWS`]. A categorical
    /// factor ends with those who have none.
    pub(crate) fn students(&self) -> Vec<u64> {
        match self {
            Self::Numeric(factor) => factor.students.to_vec(),
            Self::Categorical(factor) => factor.level_students().chain([factor.missing]).collect(),
        }
    }
}

impl Categorical {
    /// Students with each level, of [`PUBLISHED_ROWS`].
    pub(crate) fn level_students(&self) -> impl Iterator<Item = u64> + Clone {
        self.levels.iter().map(|level| level.students)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_counts_every_student_once() {
        for column in &COLUMNS {
            let students: u64 = column.students().iter().sum();
            assert_eq!(students, PUBLISHED_ROWS, "{}", column.name());
        }
        assert_eq!(OUTCOME_STUDENTS.iter().sum::<u64>(), PUBLISHED_ROWS);
    }
}
