//! What a page shows of one chart.

use charming::Chart;
use serde_json::Value;

use super::DataTable;

/// Addresses that clicks on named parts of a chart lead to, by name.
pub type Clicks = Vec<(String, String)>;

/// A chart ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The ECharts option.
    pub option: Value,
    /// Height on the page, in pixels.
    pub height: usize,
    /// Where clicks lead.
    pub clicks: Clicks,
}

impl Drawing {
    /// The chart as ECharts reads it. By serde_json and never through charming's `Display`, which
    /// turns strings between its function marks into code.
    pub(super) fn new(chart: &Chart, height: usize) -> Self {
        Self {
            // A chart of finite numbers and strings always serialises.
            option: serde_json::to_value(chart).unwrap_or_default(),
            height,
            clicks: Clicks::new(),
        }
    }
}

/// A chart with its heading, its finding and the table behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Its name in addresses and in the page, unique on the page.
    pub id: &'static str,
    /// Heading.
    pub title: String,
    /// One sentence that says what the chart shows.
    pub finding: String,
    /// `None` when there is nothing to draw; the finding then says why.
    pub drawing: Option<Drawing>,
    /// The figures behind it.
    pub table: DataTable,
    /// What the CSV holds where that is more than the table.
    pub download: Option<DataTable>,
}

impl Card {
    /// A card without a chart, with the reason in its place.
    pub(super) fn without_chart(id: &'static str, title: String, reason: &str) -> Self {
        Self {
            id,
            title,
            finding: reason.to_owned(),
            drawing: None,
            table: DataTable::default(),
            download: None,
        }
    }

    /// A card whose figures are a table and no chart.
    pub fn of_table(id: &'static str, title: String, finding: String, table: DataTable) -> Self {
        Self {
            id,
            title,
            finding,
            drawing: None,
            table,
            download: None,
        }
    }

    /// The same where nothing can be followed, as on paper: without links in chart and table.
    #[must_use]
    pub fn unlinked(mut self) -> Self {
        if let Some(drawing) = &mut self.drawing {
            drawing.clicks.clear();
        }
        self.table = self.table.unlinked();
        self
    }

    /// The CSV file of the chart's figures.
    pub fn csv(&self) -> String {
        self.download.as_ref().unwrap_or(&self.table).to_csv()
    }
}

/// The reason when the filters leave no row with an outcome.
pub(super) const NO_ROWS: &str = "No students match these filters, so there is nothing to show.";
