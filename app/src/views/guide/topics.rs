//! What the guide says: each topic on one screen, in plain words, with its formula and its source.

/// One kind of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Topic {
    /// Its name in addresses.
    pub slug: &'static str,
    /// Heading.
    pub title: &'static str,
    /// What it means, a paragraph each.
    pub words: &'static [&'static str],
    /// How it is computed, a line each.
    pub formulas: &'static [&'static str],
    /// Where that comes from.
    pub source: &'static str,
}

/// Every topic, in the order of the pages that use them.
pub(super) const TOPICS: [Topic; 15] = [
    Topic {
        slug: "summary",
        title: "Mean, spread and quartiles",
        words: &[
            "The mean is the sum of all values over their number. The standard deviation says how far values \
             typically lie from it. The median has half of the students on either side, the quartiles a \
             quarter below and a quarter above.",
            "A missing value counts in no figure; how many are missing is said beside it. A value outside \
             what is possible (a mark above 100) is flagged and kept.",
            "The pass rate is the share of students with an outcome who reach the pass mark. Where the \
             outcome is marks out of 100, five bands cut it at 60, 70, 80 and 90.",
        ],
        formulas: &[
            "mean x̄ = Σ xᵢ / n",
            "standard deviation s = √( Σ (xᵢ − x̄)² / (n − 1) )",
            "quantile p: linear between the sorted values at position 1 + (n − 1) p",
        ],
        source: "Hyndman and Fan, “Sample Quantiles in Statistical Packages” (1996), type 7; as pandas has them.",
    },
    Topic {
        slug: "distribution",
        title: "Histogram and density",
        words: &[
            "A bar is as high as there are students with a score in its bin. Whole-numbered outcomes have one \
             bin for each score, since wider bins would hold two or three scores in turn and draw false peaks.",
            "The curve is a smoothed histogram: each student is a small hill, and the curve is their sum. It \
             shows the shape and has no meaning for a single score. Where two groups are compared, bars and \
             curves are shares of each group, so that a large and a small one can be told apart.",
        ],
        formulas: &[
            "density f(x) = 1 / (n h) · Σ φ( (x − xᵢ) / h ), φ the normal density",
            "bandwidth h = s · n^(−1/5), at least 0.5 where the outcome is whole-numbered",
        ],
        source: "Scott, “Multivariate Density Estimation” (1992).",
    },
    Topic {
        slug: "boxes",
        title: "Boxes and outliers",
        words: &[
            "The box holds the middle half of the students, with the median as a line. The whiskers reach to the \
             farthest students who are within one and a half box lengths; who lies beyond is drawn as a point.",
            "Such a point is an outlier by a rule of thumb, not an error: among many students a few are always \
             far out.",
        ],
        formulas: &[
            "fences: Q1 − 1.5 (Q3 − Q1) and Q3 + 1.5 (Q3 − Q1)",
            "whiskers: least and greatest value within the fences",
        ],
        source: "Tukey, “Exploratory Data Analysis” (1977).",
    },
    Topic {
        slug: "mean-interval",
        title: "Averages with their interval",
        words: &[
            "The average of the students here would be a little different for other students of the same kind. \
             The 95 % interval is made so that, of a hundred such samples, about ninety-five would have the \
             true average inside.",
            "The more students, the shorter the interval. Below two students there is none.",
        ],
        formulas: &["x̄ ± t(0.975, n − 1) · s / √n"],
        source: "Student, “The Probable Error of a Mean” (1908).",
    },
    Topic {
        slug: "correlation",
        title: "Correlation",
        words: &[
            "A correlation lies between −1 and 1. It is positive where students with more of one thing tend to \
             have more of the other, negative where they have less, and near 0 where there is no straight \
             relation. Pearson's r asks for a line, Spearman's ρ only for the same order.",
            "Strength in words: very weak below 0.2, weak below 0.4, moderate below 0.6, strong below 0.8. A \
             correlation does not say which of the two is the cause, or whether either is.",
        ],
        formulas: &[
            "r = Σ (xᵢ − x̄)(yᵢ − ȳ) / √( Σ (xᵢ − x̄)² · Σ (yᵢ − ȳ)² )",
            "ρ: the same of the ranks, ties sharing their average rank",
            "95 % interval: tanh( artanh r ± 1.96 / √(n − 3) )",
        ],
        source: "Fisher, “On the ‘Probable Error’ of a Coefficient of Correlation” (1921); Spearman (1904); Evans, \
                 “Straightforward Statistics for the Behavioral Sciences” (1996).",
    },
    Topic {
        slug: "trend",
        title: "Trend line and band",
        words: &[
            "The line is the one that comes closest to all points, measured by squared distances upwards. Its \
             slope says how much more of the outcome goes along with one unit more of the factor, on average.",
            "The band holds the line itself with 95 % confidence; single students lie far outside of it.",
        ],
        formulas: &[
            "slope b = Σ (xᵢ − x̄)(yᵢ − ȳ) / Σ (xᵢ − x̄)²",
            "band at x: ŷ ± t(0.975, n − 2) · s √( 1/n + (x − x̄)² / Σ (xᵢ − x̄)² )",
        ],
        source: "Draper and Smith, “Applied Regression Analysis” (1998), chapter 1.",
    },
    Topic {
        slug: "variance-explained",
        title: "Variance explained",
        words: &[
            "How much of the differences between students goes along with a factor, from 0 to 100 %. It puts \
             numeric and categorical factors on one scale: r² is the part a line follows, η² the part that \
             lies between the averages of the levels.",
            "Among few students η² is too large, since averages differ by chance alone. ω² takes that part off, \
             and falls below 0 where chance would have given more.",
        ],
        formulas: &[
            "η² = SS between / SS total",
            "ω² = (SS between − (k − 1) MS within) / (SS total + MS within), k levels",
            "interval of r²: that of r by Fisher's z, squared; of η²: by inverting the noncentral F",
        ],
        source: "Hays, “Statistics for Psychologists” (1963); Steiger, “Beyond the F Test” (2004).",
    },
    Topic {
        slug: "tests",
        title: "Tests, p and q",
        words: &[
            "p is how often chance alone would give a difference as large as this one or larger, if there were \
             none. A small p speaks against chance; it says nothing of how large or important the difference \
             is, which is why the effect stands before it.",
            "F compares the averages of levels and takes their spreads as equal; Welch's F does not; Kruskal and \
             Wallis' H compares ranks, which a few extreme scores do not disturb.",
            "Of twenty tests of nothing, one has p < 0.05. q is p made larger for the number of tests: among all \
             with q < 0.05, at most about one in twenty is a false alarm.",
        ],
        formulas: &[
            "F = MS between / MS within",
            "H = 12 / (N (N + 1)) · Σ Rⱼ² / nⱼ − 3 (N + 1), divided by the correction for ties",
            "q(i) = min over j ≥ i of p(j) · m / j, for m tests sorted by p",
        ],
        source: "Welch (1951); Kruskal and Wallis (1952); Benjamini and Hochberg, “Controlling the False Discovery \
                 Rate” (1995).",
    },
    Topic {
        slug: "regression",
        title: "All factors at once",
        words: &[
            "The model writes the outcome as a sum: a start, so many points for each unit of a numeric factor, \
             and so many for each level. The weights are those for which the sum comes closest to all students \
             with a value of every factor; others are left out and counted.",
            "A coefficient compares students who are alike in all other factors of the table. Of each categorical \
             factor the first level is what the others are compared with. It is still an association: what the \
             table does not hold may be behind it.",
            "R² is the share of the differences that the model accounts for; the adjusted R² takes off what any \
             further factor would add by chance. A term that follows from others has no coefficient.",
        ],
        formulas: &[
            "b = (XᵀX)⁻¹ Xᵀy, standard errors from s² (XᵀX)⁻¹",
            "t = b / standard error, with n − terms degrees of freedom; interval b ± t(0.975) · standard error",
            "R² = 1 − SS residual / SS total; adjusted 1 − (1 − R²)(n − 1) / (n − terms)",
        ],
        source: "Draper and Smith, “Applied Regression Analysis” (1998); solved by Goodnight's sweep (1979) in twice \
                 the usual precision.",
    },
    Topic {
        slug: "partial",
        title: "What a factor adds",
        words: &[
            "Two factors that go together share what they explain. The partial R² asks what is lost when one \
             factor is taken out of the model and all others stay: the share of what they leave unexplained.",
            "It can be far less than what the factor explains alone, where others say the same, and sometimes more.",
        ],
        formulas: &[
            "partial R² = (SS residual without − SS residual with) / SS residual without",
            "F = (SS residual without − SS residual with) / df of the factor / s²",
        ],
        source: "Draper and Smith, “Applied Regression Analysis” (1998), chapter 6.",
    },
    Topic {
        slug: "residuals",
        title: "Residuals and influence",
        words: &[
            "A residual is a student's outcome less what the model expects. A good model leaves a band of even \
             height around 0; a bend says that a line does not fit, a funnel that some students are harder to \
             predict than others.",
            "Leverage says how unusual a student's factors are, the studentized residual how far the outcome is \
             from what all others let expect, and Cook's distance how far the whole model would move without \
             the student. Above 4 / n a row deserves a look, for a slip of the pen first; no rule says to leave \
             it out.",
        ],
        formulas: &[
            "leverage hᵢ = xᵢᵀ (XᵀX)⁻¹ xᵢ",
            "studentized residual: eᵢ / (s₍ᵢ₎ √(1 − hᵢ)), s₍ᵢ₎ without the student",
            "Cook's distance: eᵢ² hᵢ / (terms · s² (1 − hᵢ)²)",
        ],
        source: "Belsley, Kuh and Welsch, “Regression Diagnostics” (1980); Cook (1977); Bollen and Jackman (1990).",
    },
    Topic {
        slug: "prediction",
        title: "What is expected of a student",
        words: &[
            "For a student with the values chosen, the model's sum is the expected outcome. There are two \
             intervals: a narrow one for the average of all such students, and a wide one, the prediction \
             interval, that holds the outcome of one of them in 95 of 100 cases.",
            "Beyond the values that students here have, the model only extends its line. And it says what goes \
             along with what: a student who studies more because of it need not get what the sum says.",
        ],
        formulas: &[
            "expected ŷ = xᵀ b",
            "interval of the average: ŷ ± t(0.975) · s √h, with h = xᵀ (XᵀX)⁻¹ x",
            "prediction interval: ŷ ± t(0.975) · s √(1 + h)",
        ],
        source: "Draper and Smith, “Applied Regression Analysis” (1998), 5.1.",
    },
    Topic {
        slug: "two-groups",
        title: "The difference between two groups",
        words: &[
            "First how large it is: the difference of the averages in points, and Hedges' g in standard deviations, \
             by which differences of different outcomes can be compared. Below 0.2 it is called negligible, \
             below 0.5 small, below 0.8 medium. The chance that one of A has more than one of B needs no unit \
             at all: 50 % is no difference.",
            "Then how sure it is: Welch's t compares averages whatever the spreads, Mann and Whitney's U ranks. \
             Students who are in both groups make these only rough, and are counted on the page. A student of \
             whom nobody can tell, since a value is missing, is in neither.",
        ],
        formulas: &[
            "t = (x̄ − ȳ) / √(s²ₓ/n + s²ᵧ/m), degrees of freedom by Welch and Satterthwaite",
            "g = Γ(d/2) / (√(d/2) Γ((d − 1)/2)) · (x̄ − ȳ) / s pooled, d = n + m − 2",
            "U = pairs in which A has more, ties counted as half; its chance U / (n m)",
        ],
        source: "Welch (1947); Hedges (1981); Hedges and Olkin (1985); Mann and Whitney (1947); Cohen (1988).",
    },
    Topic {
        slug: "contrasts",
        title: "In what else groups differ",
        words: &[
            "Groups that differ in the outcome mostly differ in other things too, and those may be behind it. \
             Every other factor is ranked by how well it tells the groups apart: 0 where they are alike, 1 \
             where it settles who is in which.",
            "For a numeric factor that is the size of its correlation with being in group A, for a categorical one \
             Cramér's V. Beside it stands the difference itself: g for averages, shares in percent for levels.",
        ],
        formulas: &[
            "V = √( χ² / (n · (min(groups, levels) − 1)) ), χ² without a correction for continuity",
            "shares: difference with Newcombe's interval from Wilson's",
        ],
        source: "Cramér, “Mathematical Methods of Statistics” (1946); Newcombe (1998), method 10.",
    },
    Topic {
        slug: "privacy",
        title: "Privacy mode",
        words: &[
            "Where a server runs with a smallest group of N students, it withholds every group of fewer, and the next one \
             where the difference would give the group away. Who passes, a band and a bar of a histogram are groups too: bars \
             are merged, ranges come in steps, rare levels become one. Rows, points, boxes, quartiles, least and greatest values, \
             residuals and predictions belong to single students and are not there at all. Students who lack a value are left out.",
            "Guaranteed: in one answer, taken together with those that dropping any of its filters gives, no group below N is shown, \
             and none follows by adding and subtracting; a filter is all that is asked of one column. An address takes two conditions at most; \
             where the number who meet both would give a group away, nothing is shown of them.",
            "Not prevented: what other answers tell together, such as those for two levels of one column, neighbouring ranges, another \
             pass mark, other outcomes, or the same data on another day; and what is known from elsewhere. A whole group with one and the same \
             result is shown: who is known to be in it has that result.",
        ],
        formulas: &[
            "filters cut the students into 2ᵏ cells, in or out of each; every part that is counted has 0 or at least N of each cell",
            "a column with at most four values in a cell is itself counted: N of each",
            "counts in sentences: to the nearest multiple of max(N, 10)",
        ],
        source: "Hundepool et al., “Statistical Disclosure Control” (2012), chapter 4: primary and complementary suppression; US Department of Education, PTAC, on small cells.",
    },
];

/// The topic that says how the figures of a chart are computed, by the chart's id.
pub(super) fn of_chart(id: &str) -> Option<&'static str> {
    let slug = match id {
        "histogram" | "distributions" | "pairs" => "distribution",
        "bands" | "counts" | "missing" => "summary",
        "average" => "mean-interval",
        "means" => "two-groups",
        "boxes" | "outliers" | "outlying" => "boxes",
        "correlation" | "relation" | "matrix" => "correlation",
        "scatter" | "scatters" => "trend",
        "variance" => "variance-explained",
        "tests" => "tests",
        "coefficients" => "regression",
        "partial" => "partial",
        "residuals" | "influence" => "residuals",
        "contrasts" => "contrasts",
        _ => return None,
    };
    Some(slug)
}
