//! Charts of the factor page's second half: the model of all factors, and tests of each alone.

mod coefficients;
mod influence;
mod partial;
mod residuals;
mod tests;
mod what_if;

pub use coefficients::{coefficients, coefficients_in_words, no_model};
pub use influence::influence;
pub use partial::{partial, partial_in_words};
pub use residuals::residuals;
pub use tests::{level_tests, tests_in_words};
pub use what_if::expectation;
