//! How long the three plans take that people wait for, in the profile that this is built in:
//! `cargo run --release --package infra-model --example planning_time`.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use infra_model::observed::Observed;
use infra_model::plan::plan;
use infra_model::settings::{APP_PORT, ImageFamily, Payload, Settings};
use infra_model::simulate;
use infra_model::topology::Topology;
use infra_model::values::{Sha256, UserData};

const ROUNDS: usize = 2_000;

/// About as long as the real one.
const SCRIPT_LINES: usize = 150;

fn main() -> Result<(), Box<dyn Error>> {
    let settings = Settings::published()?;
    let script = format!(
        "#!/bin/bash\n{}",
        "echo \"one step\"\n".repeat(SCRIPT_LINES)
    );
    let payload = Payload {
        release: Sha256::new("a".repeat(64))?,
        sample_data: Sha256::new("5".repeat(64))?,
        user_data: UserData::new(script)?,
        unit_port: APP_PORT,
    };
    let topology = Topology::new(&settings, &payload);
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
    let times = [
        ("plan of a first deployment", median(&topology, &empty)),
        ("plan with nothing to do", median(&topology, &deployed)),
        ("plan of a destruction", median(&nothing, &deployed)),
    ];
    let times = times.map(|(what, time)| format!("{what} {:.2} ms", time.as_secs_f64() * 1e3));
    println!("medians of {ROUNDS} rounds: {}", times.join(", "));
    Ok(())
}

fn median(topology: &Topology, observed: &Observed) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(plan(black_box(topology), black_box(observed)));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}
