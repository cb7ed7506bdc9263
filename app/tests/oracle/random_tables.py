#!/usr/bin/env python3
"""Writes `random_tables.json`: small seeded tables and what pandas, scipy and statsmodels say
about them. `stats_oracle.rs` holds the dashboard's statistics to it.

    python3 -m venv venv
    venv/bin/pip install pandas==3.1.1 scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python random_tables.py > random_tables.json

Field names are those of the Rust structs. Missing values and undefined figures are null. Tables
whose points lie on a line (but for rounding) are avoided: there the references return noise.
"""
import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize, special, stats
from scipy.stats.contingency import association as contingency_association
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import _fstat2effectsize, anova_oneway
from statsmodels.stats.proportion import confint_proportions_2indep

SEED = 20240607
FLOORS = [90, 80, 70, 60, -math.inf]


def whole(rng, n):
    """Whole scores with many ties."""
    x = rng.integers(0, 12, n)
    return x, 55 + 2 * x + rng.integers(-6, 7, n), rng.integers(1, 5, n)


def real(rng, n):
    """Measurements without ties."""
    x = rng.normal(20, 6, n).round(3)
    return x, (70 - 0.4 * x + rng.normal(0, 5, n)).round(3), rng.exponential(2, n).round(4)


def offset(rng, n):
    """Little spread far from zero. Much farther, and the references lose digits themselves."""
    x = rng.integers(0, 9, n)
    return 2e3 + x, (5e3 + 0.5 * x + rng.normal(0, 1, n)).round(2), rng.normal(-4e3, 1, n).round(3)


def skewed(rng, n):
    """A few values far out, so that boxes have outliers."""
    x = rng.pareto(1.5, n).round(3)
    return x, (60 + 8 * rng.standard_t(2, n)).round(2), rng.integers(0, 2, n) * 1000


def flat_outcome(rng, n):
    """A constant outcome."""
    return rng.integers(0, 9, n), np.full(n, 67.25), rng.normal(0, 1, n).round(3)


def flat_factor(rng, n):
    """A constant factor."""
    return np.full(n, 0.1), rng.integers(50, 100, n), rng.integers(0, 3, n)


def steps(rng, n):
    """Outcomes that their level fixes, but for the first row."""
    return rng.normal(0, 1, n).round(2), np.zeros(n), rng.integers(0, 3, n)


def dependent(rng, n):
    """One numeric factor follows from the other."""
    x = rng.integers(0, 9, n)
    return x, (60 + 2 * x + rng.normal(0, 3, n)).round(1), 100 - 2 * x


def table(rng, make, n, levels, missing):
    """Three numeric columns x, y, z and the codes of a factor; null where missing."""
    x, y, z = (np.asarray(column, float) for column in make(rng, n))
    codes = rng.integers(0, levels, n).astype(float)
    if make is steps:
        y = 60 + 7 * codes
        if n % 2:
            y[0] += 3
    for column in (x, y, z, codes):
        column[rng.random(n) < missing] = np.nan
    return x, y, z, codes, levels


def tables():
    rng = np.random.default_rng(SEED)
    for make in (whole, real, offset, skewed):
        for n, levels, missing in [(40, 3, 0), (40, 4, 0.1), (25, 2, 0.3), (12, 5, 0), (30, 1, 0),
                                   (8, 3, 0.2), (5, 2, 0), (3, 2, 0), (2, 2, 0), (1, 1, 0)]:
            yield make.__name__, table(rng, make, n, levels, missing)
    for make in (flat_outcome, flat_factor, steps):
        for n, levels, missing in [(20, 3, 0), (15, 2, 0.2), (9, 4, 0), (2, 2, 0)]:
            yield make.__name__, table(rng, make, n, levels, missing)
    for n in (6, 9, 30):
        yield "one row per level", (*table(rng, real, n, n, 0)[:3], np.arange(n, dtype=float), n)
    yield "all missing", table(rng, real, 6, 2, 1)
    yield "no rows", table(rng, real, 0, 2, 0)
    for make in (whole, real, offset, skewed, dependent):
        for _ in range(6):
            for n, levels, missing in [(20, 3, 0), (22, 4, 0.1), (16, 2, 0.1), (11, 3, 0), (7, 2, 0)]:
                yield make.__name__, table(rng, make, n, levels, missing)


def summary(s):
    names = dict(count="count", mean="mean", std="std", min="min", q1="25%", median="50%", q3="75%", max="max")
    d = s.describe()
    return {ours: d[theirs] for ours, theirs in names.items()}


def mean_interval(s):
    if len(s) < 2:
        return None
    half = stats.t.ppf(0.975, len(s) - 1) * stats.sem(s)
    return [s.mean() - half, s.mean() + half]


def box(s):
    if s.empty:
        return None
    q1, median, q3 = s.quantile([0.25, 0.5, 0.75])
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    inside = s[s.between(low, high)]
    return dict(n=len(s), q1=q1, median=median, q3=q3, whisker_low=inside.min(), whisker_high=inside.max(),
                outliers=sorted(s[(s < low) | (s > high)]))


def histogram(s, bins):
    if s.empty:
        return None
    counts, edges = np.histogram(s, bins=bins)
    return dict(edges=edges, counts=counts)


def whole_numbers(s):
    if s.empty or (s % 1 != 0).any() or s.max() - s.min() >= 200:
        return None
    return histogram(s, np.arange(s.min() - 0.5, s.max() + 1))


def kde(s):
    if s.nunique() < 2:
        return None
    estimate = stats.gaussian_kde(s)
    x = np.linspace(s.min(), s.max(), 5)
    return dict(factor=estimate.factor, bandwidth=np.sqrt(estimate.covariance[0, 0]), x=x, y=estimate(x))


def correlations(df, method):
    r, present = df.corr(method), df.notna()
    return dict(cells=[[dict(r=r.loc[a, b], n=(present[a] & present[b]).sum()) for b in df] for a in df])


def correlation_interval(x, y):
    if len(x) < 4 or x.nunique() < 2 or y.nunique() < 2:
        return None
    return list(stats.pearsonr(x, y).confidence_interval(0.95))


def r2_interval(interval):
    if interval is None:
        return None
    low, high = (bound ** 2 for bound in interval)
    return [0 if interval[0] <= 0 <= interval[1] else min(low, high), max(low, high)]


def trend(x, y):
    if x.nunique() < 2:
        return None
    line = stats.linregress(x, y)
    t = stats.t.ppf(0.975, len(x) - 2)
    return dict(n=len(x), slope=line.slope, intercept=line.intercept, r=line.rvalue, r2=line.rvalue ** 2,
                p=line.pvalue, slope_stderr=line.stderr,
                slope_ci95=[line.slope - t * line.stderr, line.slope + t * line.stderr])


def band(x, y, at):
    """The 95 % band of the mean outcome, by statsmodels."""
    if x.nunique() < 2 or len(x) < 3:
        return None
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    return fit.get_prediction(np.column_stack([np.ones(len(at)), at])).conf_int(alpha=0.05)


def anova(groups):
    if len(groups) < 2:
        return None
    values = np.concatenate(groups)
    f, p = stats.f_oneway(*groups)
    constant = len(set(values)) == 1
    h, hp = (math.nan, math.nan) if constant else stats.kruskal(*groups)
    between = sum(len(g) * (g.mean() - values.mean()) ** 2 for g in groups)
    total = ((values - values.mean()) ** 2).sum()
    df = (len(groups) - 1, len(values) - len(groups))
    omega2 = _fstat2effectsize(f, df).omega2 if math.isfinite(f) else (1 if f == math.inf else math.nan)
    return dict(n=len(values), levels=len(groups), f=f, p=p, eta2=math.nan if constant else between / total, omega2=omega2,
                df_between=len(groups) - 1, df_within=len(values) - len(groups), kruskal_h=h, kruskal_p=hp)


def eta2_interval(a):
    """Inverts the noncentral F for its noncentrality."""
    if a is None or not math.isfinite(a["f"]):
        return None
    f, df1, df2 = a["f"], a["df_between"], a["df_within"]

    def bound(share):
        if stats.f.cdf(f, df1, df2) <= share:
            return 0
        top = 1
        while stats.ncf.cdf(f, df1, df2, top) > share:
            top *= 2
        lam = optimize.brentq(lambda nc: stats.ncf.cdf(f, df1, df2, nc) - share, 1e-12, top, xtol=1e-13, rtol=1e-14)
        return lam / (lam + df1 + df2 + 1)

    return [bound(0.975), bound(0.025)]


def welch(groups):
    if len(groups) < 2 or any(len(set(g)) < 2 for g in groups):
        return None
    a = anova_oneway(groups, use_var="unequal")
    return dict(f=a.statistic, p=a.pvalue, df_between=a.df[0], df_within=a.df[1])


def two_groups(a, b):
    """The first level against the others."""
    out = dict(mean_difference=None, hedges_g=None, mann_whitney=None)
    if len(a) and len(b):
        test = stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=True)
        out["mann_whitney"] = dict(u=test.statistic, p=test.pvalue, superiority=test.statistic / (len(a) * len(b)))
    if min(len(a), len(b)) < 2:
        return out
    if len(set(a)) == 1 and len(set(b)) == 1:
        return out | dict(mean_difference=dict(difference=a.mean() - b.mean()), hedges_g={})  # the rest is undefined
    t = stats.ttest_ind(a, b, equal_var=False)
    interval = t.confidence_interval(0.95)
    out["mean_difference"] = dict(difference=a.mean() - b.mean(), ci95=[interval.low, interval.high], t=t.statistic,
                                  df=t.df, p=t.pvalue)
    n, m, df = len(a), len(b), len(a) + len(b) - 2
    pooled = math.sqrt(((n - 1) * a.var(ddof=1) + (m - 1) * b.var(ddof=1)) / df)
    exact = math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)
    g = exact * (a.mean() - b.mean()) / pooled
    half = stats.norm.ppf(0.975) * math.sqrt((n + m) / (n * m) + g**2 / (2 * (n + m)))
    out["hedges_g"] = dict(g=g, ci95=[g - half, g + half])
    return out


def association(grouped):
    """Passes and failures per level."""
    counts = pd.crosstab(grouped.code, grouped.y >= 60).to_numpy()
    if min(counts.shape) < 2:
        return None
    test = stats.chi2_contingency(counts, correction=False)
    return dict(n=counts.sum(), chi2=test.statistic, df=test.dof, p=test.pvalue,
                v=contingency_association(counts, method="cramer"))


def proportions(grouped):
    a, b = grouped.y[grouped.code == 0] >= 60, grouped.y[grouped.code != 0] >= 60
    if a.empty or b.empty:
        return None
    interval = confint_proportions_2indep(a.sum(), len(a), b.sum(), len(b), method="newcomb", compare="diff")
    return [a.mean() - b.mean(), list(interval)]


def design(df, present):
    """Columns of the model by name and factor; the first level that has rows is the reference."""
    ones = np.ones(len(df))
    levels = [("codes", f"level {int(level)}", (df.codes == level).to_numpy(float)) for level in present[1:]]
    return [("", "intercept", ones), ("x", "x", df.x.to_numpy()), ("z", "z", df.z.to_numpy()), *levels]


def rank(columns):
    """Rank of columns of about equal length."""
    if not columns:
        return 0
    matrix = np.column_stack(columns)
    matrix[:, 1:] = matrix[:, 1:] - matrix[:, 1:].mean(axis=0)
    lengths = np.linalg.norm(matrix, axis=0)
    return np.linalg.matrix_rank(matrix[:, lengths > 1e-9] / lengths[lengths > 1e-9], tol=1e-9)


def regression(df, at):
    """The model of numbers near zero, where statsmodels' pseudo-inverse keeps its digits; only the intercept and
    expected outcomes differ from those of the numbers as they are."""
    df = df.dropna()
    if df.empty:
        return None
    present = sorted(set(df.codes))
    offset = df[["x", "y", "z"]].median().round()
    df = df.assign(**{c: df[c] - offset[c] for c in offset.index})
    columns = design(df, present)
    kept, aliased = [], []
    for column in columns:
        if rank([c[2] for c in [*kept, column]]) > len(kept):
            kept.append(column)
        else:
            aliased.append(column[1])
    matrix = np.column_stack([c[2] for c in kept])
    fit = sm.OLS(df.y.to_numpy(), matrix).fit()
    out = dict(n=len(df), df_model=len(kept) - 1, df_residual=len(df) - len(kept), aliased=aliased)
    if df.y.nunique() < 2:
        return out
    shifts = np.array([1] + [-offset.get(name, 0) for _, name, _ in kept[1:]])
    intercept = shifts @ fit.params + offset.y
    out |= dict(estimates=[intercept, *fit.params[1:]], fitted=fit.fittedvalues + offset.y)
    if out["df_residual"] == 0 or fit.ssr < 1e-12 * fit.centered_tss:
        return out  # residuals are rounding
    interval = fit.conf_int()
    out["coefficients"] = [dict(stderr=fit.bse[i], t=fit.tvalues[i], p=fit.pvalues[i], ci95=interval[i])
                           for i in range(1, len(kept))]
    stderr = math.sqrt(shifts @ fit.cov_params() @ shifts)
    half = stats.t.ppf(0.975, fit.df_resid) * stderr
    p = 2 * stats.t.sf(abs(intercept / stderr), fit.df_resid)
    out["coefficients"].insert(0, dict(stderr=stderr, t=intercept / stderr, p=p, ci95=[intercept - half, intercept + half]))
    out |= dict(r2=fit.rsquared, adjusted_r2=fit.rsquared_adj, residual_std=math.sqrt(fit.mse_resid))
    if out["df_model"] > 0:
        out |= dict(f=fit.fvalue, f_p=fit.f_pvalue)
    out["partial"] = [partial(df.y, columns, kept, fit, factor) for factor in ("x", "z", "codes")]
    influence = fit.get_influence()
    leverage = influence.hat_matrix_diag
    own = np.where(leverage > 1 - 1e-9, np.nan, 1)
    out["influence"] = dict(leverage=leverage, internal=own * influence.resid_studentized_internal,
                            cook=own * influence.cooks_distance[0])
    if out["df_residual"] > 1:
        alone = influence.resid_studentized_internal**2 > (1 - 1e-9) * fit.df_resid
        out["influence"]["external"] = np.where(alone, np.nan, own * influence.resid_studentized_external)
    if not aliased:
        row = dict(intercept=1, x=at[0] - offset.x, z=at[2] - offset.z) | {f"level {int(present[-1])}": 1}
        there = fit.get_prediction([[row.get(name, 0) for _, name, _ in kept]])
        frame = there.summary_frame().iloc[0]
        names = dict(mean_ci95=["mean_ci_lower", "mean_ci_upper"], ci95=["obs_ci_lower", "obs_ci_upper"])
        out["prediction"] = {ours: list(frame[theirs] + offset.y) for ours, theirs in names.items()}
        out["prediction"]["mean"] = frame["mean"] + offset.y
    return out


def partial(y, columns, kept, fit, factor):
    """What the model loses without the factor, whose columns may have stood for others."""
    others = [c[2] for c in columns if c[0] != factor]
    taken = len(kept) - rank(others)
    if taken == 0:
        return None
    without = sm.OLS(y.to_numpy(), np.column_stack(others)).fit()
    f = (without.ssr - fit.ssr) / taken / fit.mse_resid
    return dict(r2=(without.ssr - fit.ssr) / without.ssr, f=f, p=stats.f.sf(f, taken, fit.df_resid), df=taken)


def bands(s):
    best = [next(i for i, floor in enumerate(FLOORS) if value >= floor) for value in s]
    return [best.count(i) for i in range(len(FLOORS))]


def adjusted(p):
    q = np.full(len(p), np.nan)
    there = ~np.isnan(p)
    if there.any():
        q[there] = multipletests(p[there], method="fdr_bh")[1]
    return q


def expected(x, y, z, codes, p, at):
    df = pd.DataFrame(dict(x=x, y=y, z=z))
    pairs = df[["x", "y"]].dropna()
    outcome = df.y.dropna()
    grouped = pd.DataFrame(dict(code=codes, y=y)).dropna()
    analysis = anova([group.to_numpy() for _, group in grouped.groupby("code").y])
    interval = correlation_interval(pairs.x, pairs.y)
    return dict(
        summary=summary(df.y), mean_interval=mean_interval(outcome), box=box(outcome),
        histogram=histogram(outcome, 7), whole_numbers=whole_numbers(outcome), kde=kde(outcome),
        pearson=correlations(df, "pearson"), spearman=correlations(df, "spearman"),
        ranks=df.x.rank(), correlation_interval=interval, r2_interval=r2_interval(interval),
        trend=trend(pairs.x, pairs.y), band=band(pairs.x, pairs.y, at),
        anova=analysis, eta2_interval=eta2_interval(analysis),
        welch=welch([group.to_numpy() for _, group in grouped.groupby("code").y]),
        **two_groups(grouped.y[grouped.code == 0].to_numpy(), grouped.y[grouped.code != 0].to_numpy()),
        association=association(grouped), proportions=proportions(grouped),
        regression=regression(df.assign(codes=codes), at),
        bands=bands(outcome), pass_rate=(outcome >= 60).mean() * 100,
        benjamini_hochberg=adjusted(p))


def plain(value):
    """Only what JSON has."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray, pd.Series)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.13g}")
    return value


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(SEED + 1)
    lines = []
    for name, (x, y, z, codes, levels) in tables():
        p = (rng.random(6) ** 3).round(4)
        p[rng.random(6) < 0.2] = np.nan
        at = np.nan_to_num(np.nanmean(x)).round() + np.array([-5.0, 0.0, 2.5])
        case = dict(name=name, x=x, y=y, z=z, codes=codes, levels=levels, p=p, at=at,
                    expected=expected(x, y, z, codes, p, at))
        lines.append(json.dumps(plain(case), separators=(",", ":"), allow_nan=False))
    sys.stdout.write("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
