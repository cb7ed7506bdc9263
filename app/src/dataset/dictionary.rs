//! The data dictionary of the default dataset: what each known column means and which values are
//! possible. Columns of other tables have no entry.

/// What is known of a column by its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    name: &'static str,
    /// One sentence without a full stop.
    pub meaning: &'static str,
    /// Smallest and largest possible value of a numeric column; others are flagged.
    pub range: Option<[f64; 2]>,
    /// Its levels are on a scale.
    pub ordered: bool,
}

const fn factor(name: &'static str, meaning: &'static str) -> Entry {
    Entry {
        name,
        meaning,
        range: None,
        ordered: false,
    }
}

const fn scale(name: &'static str, meaning: &'static str) -> Entry {
    Entry {
        ordered: true,
        ..factor(name, meaning)
    }
}

const fn number(name: &'static str, range: [f64; 2], meaning: &'static str) -> Entry {
    Entry {
        name,
        meaning,
        range: Some(range),
        ordered: false,
    }
}

const ENTRIES: &[Entry] = &[
    number("Hours_Studied", [0.0, 168.0], "Hours of study per week"),
    number(
        "Attendance",
        [0.0, 100.0],
        "Share of classes attended, in percent",
    ),
    scale(
        "Parental_Involvement",
        "How much the parents take part in the student's education",
    ),
    scale(
        "Access_to_Resources",
        "Availability of books, devices and other means of learning",
    ),
    factor(
        "Extracurricular_Activities",
        "Whether the student takes part in activities outside class",
    ),
    number(
        "Sleep_Hours",
        [0.0, 24.0],
        "Hours of sleep per night, on average",
    ),
    number("Previous_Scores", [0.0, 100.0], "Score in earlier exams"),
    scale("Motivation_Level", "The student's motivation"),
    factor(
        "Internet_Access",
        "Whether the student has internet access at home",
    ),
    number(
        "Tutoring_Sessions",
        [0.0, 100.0],
        "Tutoring sessions per month",
    ),
    scale("Family_Income", "Income of the family"),
    scale("Teacher_Quality", "Quality of the teachers"),
    factor("School_Type", "Whether the school is public or private"),
    scale(
        "Peer_Influence",
        "Influence of classmates on how the student does",
    ),
    number(
        "Physical_Activity",
        [0.0, 168.0],
        "Hours of physical activity per week",
    ),
    factor(
        "Learning_Disabilities",
        "Whether the student has a learning disability",
    ),
    scale(
        "Parental_Education_Level",
        "Highest education of the parents",
    ),
    scale("Distance_from_Home", "Distance between home and school"),
    factor("Gender", "Gender of the student"),
    number(
        "Exam_Score",
        [0.0, 100.0],
        "Score in the final exam, out of 100",
    ),
];

/// What is known of the column of that name.
pub fn entry(column: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == column)
}
