//! What the operating system says of this process, under the names that Prometheus recommends.
//!
//! The prometheus crate has a collector for this, which reads `/proc/stat` and whole seconds only. The
//! service is run with `ProcSubset=pid`, where that file does not exist and the start would be 1970.

use std::fs;
use std::time::SystemTime;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, Result};
use rustix::time::{ClockId, clock_gettime};

/// When the process started, as good as now: it is made at the start.
pub(super) fn start_time() -> Result<Gauge> {
    let gauge = Gauge::new(
        "process_start_time_seconds",
        "Start of the process, in seconds since 1970.",
    )?;
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    gauge.set(since.unwrap_or_default().as_secs_f64());
    Ok(gauge)
}

/// CPU time, and on Linux memory and open files.
pub(super) fn now() -> Result<Vec<MetricFamily>> {
    let cpu = Counter::new(
        "process_cpu_seconds_total",
        "User and system time of the process, in seconds.",
    )?;
    cpu.inc_by(cpu_seconds());
    let mut families = cpu.collect();
    for (name, help, value) in [
        (
            "process_resident_memory_bytes",
            "Resident memory, in bytes.",
            resident_bytes(),
        ),
        (
            "process_open_fds",
            "Open file descriptors.",
            open_descriptors(),
        ),
    ] {
        if let Some(value) = value {
            let gauge = Gauge::new(name, help)?;
            gauge.set(value);
            families.extend(gauge.collect());
        }
    }
    Ok(families)
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// Without the one through which they are listed.
fn open_descriptors() -> Option<f64> {
    let listed = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(listed.saturating_sub(1) as f64)
}
