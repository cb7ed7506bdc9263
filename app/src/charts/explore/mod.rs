//! The charts of the Explore page that no other page has.

mod counts;
mod lines;
mod missing;
mod outliers;
mod pairs;
mod panels;
mod scatters;
mod score_boxes;

pub use counts::counts;
pub use lines::of_factor;
pub use missing::missing_map;
pub use outliers::{outlier_boxes, outlying, outlying_in_full};
pub use pairs::pair_plot;
pub use scatters::scatters;
pub use score_boxes::score_boxes;
