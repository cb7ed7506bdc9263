//! What is known of the default dataset, of all uploaded ones together, and of the pages that are kept.

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, Result};

use crate::server::data::current::State;
use crate::server::data::uploads::Uploads;
use crate::server::kept::Kept;

/// Its size and age, once there is one, and whether a newer one could not be loaded. The size is left out
/// where counts of students are withheld.
pub(super) fn now(current: &State, uncounted: bool) -> Result<Vec<MetricFamily>> {
    let failures = Counter::new(
        "student_analytics_dataset_failures_total",
        "Times that the dataset could not be loaded.",
    )?;
    failures.inc_by(current.failures as f64);
    let mut families = failures.collect();
    let stale = f64::from(u8::from(current.fault.is_some()));
    let mut gauges = vec![(
        "student_analytics_dataset_stale",
        "1 while the newest dataset cannot be used, else 0.",
        stale,
    )];
    if let Some(loaded) = &current.loaded {
        if !uncounted {
            gauges.push((
                "student_analytics_dataset_rows",
                "Rows of the dataset.",
                loaded.dataset.rows() as f64,
            ));
        }
        gauges.push((
            "student_analytics_dataset_age_seconds",
            "Time since the dataset was loaded.",
            loaded.since.elapsed().as_secs_f64(),
        ));
    }
    for (name, help, value) in gauges {
        let gauge = Gauge::new(name, help)?;
        gauge.set(value);
        families.extend(gauge.collect());
    }
    Ok(families)
}

/// How often an uploaded dataset was not in memory. Where that grows with every page, the cache is too
/// small for what people look at.
pub(super) fn uploads(uploads: &Uploads) -> Result<Vec<MetricFamily>> {
    let reads = Counter::new(
        "student_analytics_uploads_read_total",
        "Times that an uploaded file was read from the store.",
    )?;
    reads.inc_by(uploads.reads() as f64);
    Ok(reads.collect())
}

/// Pages that need not be computed again.
pub(super) fn kept(kept: &Kept) -> Result<Vec<MetricFamily>> {
    let served = Counter::new(
        "student_analytics_pages_kept_served_total",
        "Requests that were answered with a page computed before.",
    )?;
    served.inc_by(kept.served() as f64);
    let bytes = Gauge::new(
        "student_analytics_pages_kept_bytes",
        "Memory of the pages that are kept.",
    )?;
    bytes.set(kept.bytes() as f64);
    let mut families = served.collect();
    families.extend(bytes.collect());
    Ok(families)
}
