//! How much single rows bear on a regression.

use super::coding::Row;
use super::sweep::Swept;
use super::{Factor, Regression};
use twofloat::TwoFloat;

/// Above this inflation of a variance, double precision leaves a leverage fewer than ten digits.
const INFLATED: f64 = 1e5;

/// A leverage this close to 1 leaves the row no residual but rounding.
const WHOLE: f64 = 1.0 - 1e-10;

/// How much each row bears on a regression; rows are given by their place among its `rows`.
///
/// Belsley, Kuh and Welsch, "Regression Diagnostics" (1980). Figures that need a residual are NaN
/// for a row that the model must pass through, and all of them without degrees of freedom.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence<'a> {
    fit: &'a Regression,
    /// Weight of a row's outcome in its own expectation, 0..=1; they sum to the number of terms.
    pub leverage: Vec<f64>,
}

impl Influence<'_> {
    /// A row's residual over its standard deviation.
    pub fn internal(&self, row: usize) -> f64 {
        let h = self.leverage[row];
        match h < WHOLE {
            true => self.fit.residuals[row] / (self.fit.residual_std * (1.0 - h).sqrt()),
            false => f64::NAN,
        }
    }

    /// A row's residual over the standard deviation that the other rows give: Student's t with one
    /// degree of freedom less than the model's.
    pub fn external(&self, row: usize) -> f64 {
        externally(self.internal(row), self.fit.df_residual as f64)
    }

    /// Cook's distance: how far all expectations move without the row, 0 or more.
    pub fn cook(&self, row: usize) -> f64 {
        let (r, h) = (self.internal(row), self.leverage[row]);
        r * r / self.fit.coefficients.len() as f64 * h / (1.0 - h)
    }

    /// Rows whose Cook's distance is above 4 / n, the most influential first.
    ///
    /// Bollen and Jackman, "Regression Diagnostics" (in Fox and Long, "Modern Methods of Data
    /// Analysis", 1990): a rule by which to look at rows, not to leave them out.
    pub fn influential(&self) -> Vec<usize> {
        let limit = 4.0 / self.leverage.len() as f64;
        let all = (0..self.leverage.len()).map(|row| (row, self.cook(row)));
        let mut above: Vec<(usize, f64)> = all.filter(|(_, cook)| *cook > limit).collect();
        above.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        above.into_iter().map(|(row, _)| row).collect()
    }
}

impl Regression {
    /// Influence of each row; `factors` are those the model was fitted to.
    pub fn influence(&self, factors: &[Factor<'_>]) -> Influence<'_> {
        Influence {
            leverage: self.leverages(factors),
            fit: self,
        }
    }

    fn leverages(&self, factors: &[Factor<'_>]) -> Vec<f64> {
        let quadratic = Quadratic::new(&self.swept, self.coding.terms.len());
        if let (Some(compact), Some(inverse)) = (&self.compact, &quadratic.inverse) {
            return compact.leverages(inverse, quadratic.size);
        }
        let mut row = Row::default();
        self.rows
            .iter()
            .map(|&number| {
                self.coding.read(factors, number, &mut row);
                quadratic.of(&row)
            })
            .collect()
    }
}

/// The externally studentised residual from the internally studentised one; infinite where all
/// other rows lie on their own model, but for rounding.
fn externally(internal: f64, df: f64) -> f64 {
    let rest = df - internal * internal;
    if df < 2.0 || rest.is_nan() {
        f64::NAN
    } else if rest < df * (1.0 - WHOLE) {
        f64::INFINITY.copysign(internal)
    } else {
        internal * ((df - 1.0) / rest).sqrt()
    }
}

/// The quadratic form of the inverse cross products: leverage of a row.
pub(super) struct Quadratic<'a> {
    swept: &'a Swept,
    size: usize,
    /// The inverse in double precision, 0 for terms outside; `None` where that would not do.
    inverse: Option<Vec<f64>>,
}

impl<'a> Quadratic<'a> {
    pub(super) fn new(swept: &'a Swept, size: usize) -> Self {
        let cell = |at: usize| {
            let (a, b) = (at / size, at % size);
            match swept.holds(a) && swept.holds(b) {
                true => f64::from(swept.inverse(a, b)),
                false => 0.0,
            }
        };
        Self {
            swept,
            size,
            inverse: (swept.inflation() < INFLATED).then(|| (0..size * size).map(cell).collect()),
        }
    }

    pub(super) fn of(&self, row: &Row) -> f64 {
        let leverage = match &self.inverse {
            Some(inverse) => self.short(inverse, row),
            None => self.long(row),
        };
        leverage.max(0.0)
    }

    fn short(&self, inverse: &[f64], row: &Row) -> f64 {
        let line = |a: usize| {
            let cells = &inverse[a * self.size..(a + 1) * self.size];
            let ones: f64 = row.ones.iter().map(|&b| cells[b]).sum();
            let numbers: f64 = row.numbers.iter().map(|&(b, x)| cells[b] * x).sum();
            ones + numbers
        };
        let ones: f64 = row.ones.iter().map(|&a| line(a)).sum();
        ones + row.numbers.iter().map(|&(a, x)| x * line(a)).sum::<f64>()
    }

    fn long(&self, row: &Row) -> f64 {
        let entries: Vec<(usize, f64)> = row
            .ones
            .iter()
            .map(|&term| (term, 1.0))
            .chain(row.numbers.iter().copied())
            .filter(|&(term, _)| self.swept.holds(term))
            .collect();
        let mut sum = TwoFloat::from(0.0);
        for &(a, left) in &entries {
            for &(b, right) in &entries {
                sum += self.swept.inverse(a, b) * TwoFloat::new_mul(left, right);
            }
        }
        f64::from(sum)
    }
}
