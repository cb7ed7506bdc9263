//! A process that gives up system calls as its unit says, and then becomes the service: what the
//! service may not do, it fails to do here too.
//!
//! Of the unit it understands `SystemCallFilter=~`, with `SystemCallErrorNumber=EPERM`, and
//! `MemoryDenyWriteExecute=`, as systemd.exec(5) describes them.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use seccompiler::{BpfProgram, TargetArch, apply_filter, compile_from_json};
use serde_json::{Value, json};

use super::unit::Unit;

/// EPERM, on Linux.
const NOT_PERMITTED: u32 = 1;
/// Bits of a mapping's protection: that it can be written, and that it can be executed.
const WRITE: u64 = 2;
const EXECUTE: u64 = 4;

/// Confines itself as the unit says, and becomes the program.
pub(super) fn run(unit: &str, program: &[String]) -> Result<ExitCode> {
    let unit = Unit::load(unit)?.with_context(|| format!("there is no unit {unit}"))?;
    for filter in filters(&unit)? {
        apply_filter(&filter).context("the kernel takes no filter")?;
    }
    let [program, arguments @ ..] = program else {
        bail!("no program to confine");
    };
    // Only a failure returns.
    let error = Command::new(program).args(arguments).exec();
    Err(error).with_context(|| format!("{program} cannot be started"))
}

fn filters(unit: &Unit) -> Result<Vec<BpfProgram>> {
    let mut refused: Vec<Value> = refused_calls(unit)?
        .iter()
        .map(|name| json!({"syscall": name}))
        .filter(is_known)
        .collect();
    if unit.is_on("Service", "MemoryDenyWriteExecute") {
        let both = WRITE | EXECUTE;
        refused.push(protecting("mmap", both));
        refused.push(protecting("mprotect", EXECUTE));
        refused.push(protecting("pkey_mprotect", EXECUTE));
    }
    match refused.is_empty() {
        true => Ok(Vec::new()),
        false => compile(&refused).map(|filter| vec![filter]),
    }
}

/// Calls that ask for all of these bits of protection, their third argument.
fn protecting(call: &str, bits: u64) -> Value {
    let condition = json!({"index": 2, "type": "dword", "op": {"masked_eq": bits}, "val": bits});
    json!({"syscall": call, "args": [condition]})
}

/// Whether this architecture has the call: sets name calls of all of them.
fn is_known(rule: &Value) -> bool {
    compile(std::slice::from_ref(rule)).is_ok()
}

fn compile(refused: &[Value]) -> Result<BpfProgram> {
    let filter = json!({"service": {
        "mismatch_action": "allow",
        "match_action": {"errno": NOT_PERMITTED},
        "filter": refused,
    }});
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    let compiled = compile_from_json(filter.to_string().as_bytes(), architecture)?;
    compiled.into_values().next().context("no filter")
}

/// The names of the calls that the unit refuses, sets spelled out by systemd itself.
fn refused_calls(unit: &Unit) -> Result<Vec<String>> {
    let mut calls = Vec::new();
    for word in unit.refusals("Service", "SystemCallFilter")? {
        match word.starts_with('@') {
            true => calls.extend(members(&word)?),
            false => calls.push(word),
        }
    }
    Ok(calls)
}

fn members(set: &str) -> Result<Vec<String>> {
    let output = Command::new("systemd-analyze")
        .args(["syscall-filter", set])
        .output()
        .context("systemd-analyze cannot be started: it spells out sets of system calls")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("systemd-analyze knows no set {set}: {}", said.trim());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().skip(1).map(str::trim);
    let mut calls = Vec::new();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.starts_with('@') {
            true => calls.extend(members(line)?),
            false => calls.push(line.to_owned()),
        }
    }
    Ok(calls)
}
