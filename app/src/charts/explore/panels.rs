//! Small plots side by side: where each of them stands.

use charming::component::Grid;

/// Plots in rows of so many.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    /// Plots in all.
    pub n: usize,
    /// Plots in a row.
    pub columns: usize,
    /// Height of the chart in pixels.
    pub height: usize,
}

/// Pixels between a plot and the one below it, where names and labels of the axis stand.
const BELOW: usize = 56;

impl Panels {
    /// The plots' areas, row by row.
    pub(super) fn grids(&self) -> Vec<Grid> {
        let rows = self.n.div_ceil(self.columns).max(1);
        let (width, height) = (100.0 / self.columns as f64, self.height / rows);
        // Labels of the y axis stand in the left part of a plot's share, and half of the last one of
        // the x axis in its right part.
        let (labels, end) = match self.columns > 2 {
            true => (0.14, 0.95),
            false => (0.24, 0.91),
        };
        (0..self.n)
            .map(|i| {
                let (row, column) = (i / self.columns, i % self.columns);
                let left = (column as f64 + labels) * width;
                Grid::new()
                    .left(format!("{left:.2}%"))
                    .width(format!("{:.2}%", (end - labels) * width))
                    .top((row * height + 8) as i64)
                    .height(height.saturating_sub(BELOW).max(20) as i64)
                    .contain_label(false)
            })
            .collect()
    }
}
