//! What the deployment's commands cost against the emulator, as a Markdown table: for
//! `cargo xtask bench`. It judges nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use cloud_tests::{Run, World};
use infra_model::id::Kind;
use serde_json::Value;
use xtask_emulator::rules_from;

/// How often each is measured.
const ROUNDS: usize = 5;
/// How far away AWS is in the last measurement, in milliseconds.
const AWAY: u64 = 150;

/// What one run cost.
struct Cost {
    took: Duration,
    calls: usize,
    /// The most memory that was resident, in bytes.
    memory: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let world = World::new().await;
    let mut costs: BTreeMap<&str, Vec<Cost>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        world.reset().await;
        let mut measure = async |what, arguments: &[&str]| -> Result<()> {
            let cost = measured(&world, arguments).await?;
            costs.entry(what).or_default().push(cost);
            Ok(())
        };
        measure("deploy to an empty account", &["deploy", "--yes"]).await?;
        measure("diff with nothing to do", &["diff"]).await?;
        measure("destroy", &["destroy", "--yes", "--purge-bucket"]).await?;
    }
    println!("| against the emulator | time | calls | memory at most |");
    println!("| --- | ---: | ---: | ---: |");
    for (what, costs) in &mut costs {
        costs.sort_by_key(|cost| cost.took);
        let median = &costs[costs.len() / 2];
        let memory = costs.iter().map(|cost| cost.memory).max().unwrap_or(0);
        println!(
            "| {what} | {:.1} s | {} | {} MB |",
            median.took.as_secs_f64(),
            median.calls,
            memory / 1_000_000
        );
    }
    let (took, chain) = far_away(&world).await?;
    println!(
        "\nMedians of {ROUNDS} runs of the dev build. With {AWAY} ms more for each call, a deployment to an \
         empty account takes {:.1} s; its longest chain of steps that wait for one another takes {:.1} s of that.",
        took.as_secs_f64(),
        chain.as_secs_f64()
    );
    Ok(())
}

/// Runs a command that succeeds.
async fn measured(world: &World, arguments: &[&str]) -> Result<Cost> {
    world.emulator().clear_requests();
    let started = Instant::now();
    let child = world.start(arguments);
    let process = child.id().context("it has just started")?;
    let watched = tokio::spawn(peak(process));
    let run = Run::of(child).await;
    let took = started.elapsed();
    ensure!(run.exit == 0, "{arguments:?}: {}", run.said());
    Ok(Cost {
        took,
        calls: world.emulator().requests().len(),
        memory: watched.await?,
    })
}

/// The most memory that the process had resident until it ended, by Linux's own high-water mark.
async fn peak(process: u32) -> u64 {
    let mut most = 0;
    while let Ok(status) = tokio::fs::read_to_string(format!("/proc/{process}/status")).await {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        // A process that has ended and was not waited for has no memory any more.
        let Some(line) = line else { break };
        let kilobytes = line.trim().trim_end_matches(" kB").parse::<u64>();
        most = most.max(kilobytes.unwrap_or(0) * 1024);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    most
}

/// A deployment with a delay for each call: its time, and that of its longest chain.
async fn far_away(world: &World) -> Result<(Duration, Duration)> {
    world.reset().await;
    let plan = world.run(&["diff", "--json"]).await;
    let plan: Value = serde_json::from_str(&plan.out).context("the plan")?;
    let rules = rules_from(&[format!("delay={AWAY}")])?;
    world.emulator().set_rules(rules);
    let started = Instant::now();
    let run = world.run(&["deploy", "--yes"]).await;
    ensure!(run.exit == 0, "{}", run.said());
    Ok((started.elapsed(), longest_chain(&plan, &run.err)?))
}

/// The longest sum of steps' times along the plan's edges.
fn longest_chain(plan: &Value, said: &str) -> Result<Duration> {
    let steps = plan["steps"].as_array().context("the plan has steps")?;
    let mut ends: Vec<f64> = Vec::with_capacity(steps.len());
    let unknown = "0".repeat(64);
    for step in steps {
        let kind: Kind = serde_json::from_value(step["kind"].clone())?;
        let name = step["name"].as_str().context("a step has a name")?;
        // A release has a name only once it is deployed.
        let (name, end) = name.split_once(&*unknown).unwrap_or((name, ""));
        let what = format!(" {} {name}", kind.words());
        let end = format!("{end} (");
        // The bucket is made before the plan is applied, and then only updated.
        let line = said
            .lines()
            .find(|line| line.starts_with('✓') && line.contains(&what) && line.contains(&end));
        let line = line.with_context(|| format!("nothing was said of{what}{end}"))?;
        let took = line
            .rsplit_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(" s)"));
        let took: f64 = took.context("a step that is done says its time")?.parse()?;
        let after = step["after"]
            .as_array()
            .context("a step says what it waits for")?;
        let before = after.iter().filter_map(Value::as_u64).filter_map(|it| {
            usize::try_from(it)
                .ok()
                .and_then(|it| ends.get(it))
                .copied()
        });
        ends.push(before.fold(0.0, f64::max) + took);
    }
    let longest = ends.into_iter().fold(0.0, f64::max);
    Ok(Duration::from_secs_f64(longest))
}
