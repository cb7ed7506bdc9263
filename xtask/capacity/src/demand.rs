//! What users ask for: pages, how often, and what each costs.

use crate::work::Work;

/// Views of one visit: the assets are loaded for the first of them.
pub const VIEWS_PER_VISIT: f64 = 20.0;

/// A page: what a view of it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// CPU seconds of a view that was computed before.
    pub again: f64,
    /// CPU seconds of a view with a filter that nobody asked for before.
    pub fresh: f64,
    /// Bytes of a further view.
    pub further: f64,
    /// Bytes of the first view, with everything that it loads.
    pub first_visit: f64,
}

/// What users ask for. Every page is asked for as often.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The pages.
    pub pages: Vec<Page>,
    /// The share of views that many ask for alike: pages without a filter.
    pub shared: f64,
}

impl Demand {
    /// What one view asks of a core.
    pub fn work(&self) -> Work {
        let kinds = self
            .pages
            .iter()
            .flat_map(|page| [(self.shared, page.again), (1.0 - self.shared, page.fresh)]);
        Work::Mix(kinds.collect())
    }

    /// What one view asks of a core when a CDN answers those that many ask for alike: CPU seconds,
    /// over all views.
    pub fn mean_behind_cdn(&self) -> f64 {
        (1.0 - self.shared) * self.mean(|page| page.fresh)
    }

    /// Bytes of a view, with its part of the assets.
    pub fn bytes(&self) -> f64 {
        self.mean(|page| page.further) + self.asset_bytes()
    }

    /// A view's part of the assets, which never change, in bytes.
    pub fn asset_bytes(&self) -> f64 {
        self.mean(|page| (page.first_visit - page.further).max(0.0)) / VIEWS_PER_VISIT
    }

    fn mean(&self, of: impl Fn(&Page) -> f64) -> f64 {
        self.pages.iter().map(of).sum::<f64>() / self.pages.len().max(1) as f64
    }
}
