//! Pages as functions from ready values to [`Markup`]: nothing here computes.
//!
//! Last but one in the chain; only the server uses it.

mod card;
mod compare;
mod controls;
mod explain;
mod explore;
mod factors;
mod frame;
mod groups;
mod guide;
mod layout;
mod login;
mod mapping;
mod overview;
mod page;
mod performance;
mod problem;
mod protected;
mod relationships;
mod report;
mod sidebar;

pub use compare::{compare, no_groups};
pub use explain::{ExplainWords, explain};
pub use explore::explore;
pub use factors::{FactorChoices, factors};
pub use frame::{About, Frame, Stay};
pub use groups::GroupForms;
pub use guide::{PATH as GUIDE, guide, guide_topic};
pub use layout::page;
pub use login::login;
pub use mapping::{ColumnForm, LevelForm, MappingForm, mapping};
pub use overview::overview;
pub use page::Page;
pub use performance::performance;
pub use problem::{problem, unreadable};
pub use protected::{protected, withheld_panel};
pub use relationships::{RelationChoices, relationships};
pub use report::{
    Item, Part, REPORT, Report, compare_panels, explain_panels, explore_panels, factor_panels,
    missing_in_words, no_comparison, overview_panels, report, strong_panel,
};

use maud::{Markup, html};

/// A part of a page with its heading.
fn section(id: &str, title: &str, content: &Markup) -> Markup {
    html! {
        section.panel aria-labelledby={ "heading-" (id) } {
            h2 id={ "heading-" (id) } { (title) }
            (content)
        }
    }
}
