//! The pages and their addresses, written once.

/// One tab of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Headline figures and what the columns hold.
    Overview,
    /// Distribution of the outcome.
    Performance,
    /// What goes with the outcome.
    Factors,
    /// Numeric columns against each other.
    Relationships,
    /// Every step of an exploratory analysis, one below the other.
    Explore,
    /// Two groups side by side.
    Compare,
}

impl Page {
    /// Every page in the order of the tabs.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Performance,
        Self::Factors,
        Self::Relationships,
        Self::Explore,
        Self::Compare,
    ];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/overview",
            Self::Performance => "/performance",
            Self::Factors => "/factors",
            Self::Relationships => "/relationships",
            Self::Explore => "/explore",
            Self::Compare => "/compare",
        }
    }

    /// Its name on the tab and as the page's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Performance => "Performance Analysis",
            Self::Factors => "Factor Impact",
            Self::Relationships => "Relationship Explorer",
            Self::Explore => "Explore (EDA)",
            Self::Compare => "Compare",
        }
    }
}
