//! How the figures of a report are computed, for who reads it without the dashboard.

use maud::{Markup, html};

/// What is described, and how it is computed.
const METHODS: [(&str, &str); 16] = [
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
        "All factors together",
        "Multiple regression by least squares over the students who have every value. Levels are \
         compared with the first one of their factor; terms that follow from others have no coefficient. \
         Partial R² is the share of what all other factors leave unexplained.",
    ),
    (
        "Tests of levels",
        "The F of a one-way analysis of variance, Welch's F without equal spreads, Kruskal and Wallis' H \
         of ranks; ω² is η² without what chance alone adds.",
    ),
    (
        "Two groups",
        "The difference of means with Welch's t and its 95 % interval, Hedges' g with the exact \
         correction, Mann and Whitney's U with correction for ties and continuity. Groups that nobody \
         chose are proposed by the factor that explains most.",
    ),
    (
        "Map of missing values",
        "Rows are drawn in the order of the file. Where there are more of them than fit, a cell stands \
         for several and its shade for the share that is missing.",
    ),
    (
        "Many students",
        "Where a chart would draw too many points, those in one cell of an even grid become one in their \
         middle, the larger the more students it stands for. Nobody is left out, and who is alone in a cell \
         stays in place. Columns in pairs draw a sample that is spread evenly over the rows and the same every \
         time. The findings of such charts say so. All figures rest on every row.",
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

/// Subjects that are not shown, or not so, where small groups are withheld.
const OPEN_ONLY: [&str; 9] = [
    "Missing values",
    "Means and quantiles",
    "Histogram and density",
    "Boxes",
    "Trend",
    "Tests of levels",
    "Two groups",
    "Map of missing values",
    "Outlying values",
];

/// What takes their place.
const WITHHOLDING: [(&str, &str); 4] = [
    (
        "Privacy mode",
        "No group smaller than the least one is shown, nor does one follow by adding and subtracting \
         figures of this report and of those that dropping any of its filters gives. What further reports tell \
         together is not prevented. Nothing is shown of single students.",
    ),
    (
        "Missing values",
        "Students who lack a value of any column are in no figure; columns that lack many are left out \
         instead.",
    ),
    (
        "Means",
        "Standard deviations are those of a sample (n − 1). Intervals of means are 95 % intervals by \
         Student's t.",
    ),
    (
        "Distribution and two groups",
        "Bars are merged until each holds enough students. The difference of means comes with Welch's t \
         and its 95 % interval, and Hedges' g with the exact correction.",
    ),
];

/// The methods; `withholding` where small groups are withheld.
pub(super) fn section(withholding: bool) -> Markup {
    let (first, left_out): (&[_], &[_]) = match withholding {
        true => (&WITHHOLDING, &OPEN_ONLY),
        false => (&[], &[]),
    };
    let others = METHODS
        .iter()
        .filter(|(subject, _)| !left_out.contains(subject));
    html! {
        section.part #methods aria-labelledby="heading-methods" {
            h2 #heading-methods { "Methods" }
            div.panel {
                p { "The figures agree with those of pandas, scipy and statsmodels." }
                dl.methods {
                    @for (subject, method) in first.iter().chain(others) {
                        dt { (subject) } dd { (method) }
                    }
                }
            }
        }
    }
}
