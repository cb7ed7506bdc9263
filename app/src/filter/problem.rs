//! What is wrong with an address.

/// One thing in an address that cannot be understood; the message names it and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryProblem {
    /// No such column.
    #[error("unknown column `{name}`. The columns are: {columns}")]
    UnknownColumn {
        /// As in the address.
        name: String,
        /// What would have been possible.
        columns: String,
    },
    /// No such level.
    #[error("column `{column}` has no level `{level}`. Its levels are: {levels}")]
    UnknownLevel {
        /// The factor.
        column: String,
        /// As in the address.
        level: String,
        /// What would have been possible.
        levels: String,
    },
    /// Identifiers name single students.
    #[error("column `{column}` is an identifier: it is used in no figure and no filter")]
    Identifier {
        /// The column.
        column: String,
    },
    /// A range that is not one.
    #[error("`{value}` is not a range of `{column}`. Write it as 10..30, 10.. or ..30")]
    Range {
        /// The numeric column.
        column: String,
        /// As in the address.
        value: String,
    },
    /// Two ranges for one column.
    #[error("column `{column}` has more than one range. Keep one of them")]
    SecondRange {
        /// The numeric column.
        column: String,
    },
    /// A choice with an impossible value.
    #[error("`{parameter}={value}`: {remedy}")]
    Choice {
        /// Name of the parameter.
        parameter: String,
        /// As in the address.
        value: String,
        /// What is possible.
        remedy: String,
    },
    /// A number that is assumed and none.
    #[error("`{value}` is not a number. Write it as {parameter}=20")]
    NotANumber {
        /// Name of the parameter.
        parameter: String,
        /// As in the address.
        value: String,
    },
    /// Two values that are assumed of one student.
    #[error("`{parameter}` is there more than once. Keep one of them")]
    SecondAssumption {
        /// Name of the parameter.
        parameter: String,
    },
    /// More conditions than privacy mode takes.
    #[error(
        "this address has {found} conditions, and in privacy mode figures are shown for at most {most}. Leave some out"
    )]
    TooManyConditions {
        /// As many as there are.
        found: usize,
        /// As many as there may be.
        most: usize,
    },
    /// A range that privacy mode does not take.
    #[error(
        "in privacy mode ranges come in steps, and {bound} is none of `{column}`. A range may begin at {begins} and end at {ends}"
    )]
    Step {
        /// The numeric column.
        column: String,
        /// The bound in the address.
        bound: String,
        /// Where ranges may begin.
        begins: String,
        /// Where they may end.
        ends: String,
    },
}
