//! How long planning takes: figures for `cargo xtask bench`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Result;
use infra_model::observed::Observed;
use infra_model::plan::plan;
use infra_model::settings::{ImageFamily, Settings};
use infra_model::simulate;
use infra_model::topology::Topology;

use deployment::placeholder;

/// The median times of the three plans that people wait for, in the profile that this is built in.
pub(crate) fn measure(rounds: u32) -> Result<[(&'static str, Duration); 3]> {
    let settings = Settings::published()?;
    let topology = Topology::new(&settings, &placeholder()?);
    let nothing = Topology::empty(&settings);
    let empty = Observed {
        images: ImageFamily::ALL
            .map(|family| (family, "ami-0".to_owned()))
            .into(),
        resources: Vec::new(),
    };
    let mut deployed = empty.clone();
    for step in &plan(&topology, &empty).steps {
        simulate::apply(&mut deployed, step);
    }
    Ok([
        (
            "plan of a first deployment",
            median(rounds, &topology, &empty),
        ),
        (
            "plan with nothing to do",
            median(rounds, &topology, &deployed),
        ),
        ("plan of a destruction", median(rounds, &nothing, &deployed)),
    ])
}

fn median(rounds: u32, topology: &Topology, observed: &Observed) -> Duration {
    let mut times: Vec<Duration> = (0..rounds.max(1))
        .map(|_| {
            let start = Instant::now();
            black_box(plan(black_box(topology), black_box(observed)));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
