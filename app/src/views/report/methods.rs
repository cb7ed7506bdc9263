//! How the figures of a report are computed, for who reads it without the dashboard.

use maud::{Markup, html};

/// What is described, and how it is computed.
const METHODS: [(&str, &str); 13] = [
    (
        "Missing values",
        "A figure leaves out the rows that lack a value it needs, and no others; the n beside it says \
         how many it rests on. Nothing is filled in. Values out of their possible range are reported \
         and kept.",
    ),
    (
        "Means and quantiles",
        "Standard deviations are those of a sample (n − 1). Quantiles are interpolated linearly between \
         ordered values. Intervals of means are 95 % intervals by Student's t.",
    ),
    (
        "Histogram and density",
        "Scores that are whole numbers have a bin each; otherwise, or where it is chosen, there are 20 \
         bins of equal width. The curve is a Gaussian kernel density with Scott's bandwidth, which is \
         at least half a point where values are whole numbers.",
    ),
    (
        "Boxes",
        "A box goes from the first to the third quartile with a line at the median. Whiskers end at the \
         last values within 1.5 interquartile ranges of the box (Tukey); those beyond are outliers.",
    ),
    (
        "Performance bands and pass rate",
        "Bands and the pass mark of 60 apply where scores are marks out of 100: their 0.1 and 99.9 \
         percentiles lie within 0 to 100. The pass rate is the share of students with a score at or \
         above the mark.",
    ),
    (
        "Correlation",
        "Pearson's r over the rows that have both values; where Spearman is chosen, Pearson's r of their \
         ranks, ties sharing their mean rank. Its 95 % interval is Fisher's z. Pairs are strong from \
         |r| = 0.5 on, or from the bound that was chosen.",
    ),
    (
        "Trend",
        "The line is ordinary least squares; the band is the 95 % interval of the mean at each point.",
    ),
    (
        "Variance explained",
        "r² for numeric factors, with the square of Fisher's interval; η² of a one-way analysis of \
         variance for categorical ones, with the interval that inverts the noncentral F (Steiger 2004). \
         p is that of the correlation or of the F.",
    ),
    (
        "Many tests",
        "q is p adjusted for all factors of the table by Benjamini and Hochberg: of the factors with q \
         below 0.05, about 5 % are expected to be there by chance.",
    ),
    (
        "Map of missing values",
        "Rows are drawn in the order of the file. Where there are more of them than fit, a cell stands \
         for several and its shade for the share that is missing.",
    ),
    (
        "Many students",
        "Where a chart would draw too many points it draws a sample that is spread evenly over the rows \
         and the same every time, and its finding says so. All figures rest on every row.",
    ),
    (
        "Outlying values",
        "A value is listed when it lies more than 1.5 interquartile ranges beyond the quartiles of its \
         column, or outside the values that are possible there; the list names the rule.",
    ),
    (
        "What they do not say",
        "The figures describe the students in the data. An association is not a cause, and a small p is \
         not a large effect.",
    ),
];

pub(super) fn section() -> Markup {
    html! {
        section.part #methods aria-labelledby="heading-methods" {
            h2 #heading-methods { "Methods" }
            div.panel {
                p { "The figures agree with those of pandas, scipy and statsmodels." }
                dl.methods {
                    @for (subject, method) in METHODS {
                        dt { (subject) } dd { (method) }
                    }
                }
            }
        }
    }
}
