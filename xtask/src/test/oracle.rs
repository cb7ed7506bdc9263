//! The oracle step: what `make_oracle.py` computes today is what is committed, so a sample, a
//! script or an oracle that was changed alone does not go unnoticed.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

use super::Tally;
use crate::tools;
use crate::workspace::Workspace;

/// Largest relative difference between two computations of one figure. The libraries' matrix
/// kernels differ from processor to processor, which moves a p-value of 1e-67 by up to 1e-11; a
/// figure of other data is off by far more.
const TOLERANCE: f64 = 1e-10;

/// How many differences are worth reading.
const SHOWN: usize = 10;

/// Computes the sample's figures anew and compares them with those committed.
pub(super) fn verify(sh: &Shell, workspace: &Workspace) -> Result<Tally> {
    let folder = workspace.root.join("app/tests/oracle");
    let (script, committed) = (folder.join("make_oracle.py"), folder.join("sample.json"));
    let sample = workspace.root.join("data/StudentPerformanceFactors.csv");
    let python = tools::python(
        sh,
        &workspace.tools(),
        "oracle",
        &workspace.root.join("xtask/oracle/requirements.txt"),
    )?;
    let computed = cmd!(sh, "{python} {script} {sample}").read()?;
    let computed = serde_json::from_str(&computed)
        .with_context(|| format!("what {} prints", script.display()))?;
    let kept = sh.read_file(&committed)?;
    let kept = serde_json::from_str(&kept).with_context(|| format!("{}", committed.display()))?;

    let differences = differences("", &kept, &computed);
    for difference in differences.iter().take(SHOWN) {
        println!("{difference}");
    }
    if !differences.is_empty() {
        bail!(
            "{} figures in {} are not those of {}: if the data were meant to change, write the file anew with {}",
            differences.len(),
            committed.display(),
            sample.display(),
            script.display(),
        );
    }
    Ok(Tally::ONE)
}

/// Every place at which two documents differ, and how.
fn differences(at: &str, kept: &Value, computed: &Value) -> Vec<String> {
    match (kept, computed) {
        (Value::Object(kept), Value::Object(computed)) => {
            let of_kept = kept
                .iter()
                .flat_map(|(key, value)| match computed.get(key) {
                    Some(other) => differences(&format!("{at}/{key}"), value, other),
                    None => vec![format!("{at}/{key}: not computed")],
                });
            let new = computed.keys().filter(|key| !kept.contains_key(*key));
            of_kept
                .chain(new.map(|key| format!("{at}/{key}: not kept")))
                .collect()
        }
        (Value::Array(kept), Value::Array(computed)) if kept.len() == computed.len() => {
            let pairs = kept.iter().zip(computed).enumerate();
            pairs
                .flat_map(|(index, (kept, computed))| {
                    differences(&format!("{at}/{index}"), kept, computed)
                })
                .collect()
        }
        _ if same(kept, computed) => Vec::new(),
        _ => vec![format!("{at}: {kept} is kept, {computed} computed")],
    }
}

fn same(kept: &Value, computed: &Value) -> bool {
    match (kept.as_f64(), computed.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()),
        _ => kept == computed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_reported() {
        let cases = [
            (json!({"mean": 67.2}), json!({"mean": 67.2}), vec![]),
            (
                json!({"p": 2.0332962177614e-67}),
                json!({"p": 2.0332962177780e-67}),
                vec![],
            ),
            (json!(1), json!(1.0), vec![]),
            (
                json!({"mean": 67.2}),
                json!({"mean": 67.3}),
                vec!["/mean: 67.2 is kept, 67.3 computed"],
            ),
            (
                json!({"p": 1e-300}),
                json!({"p": 1e-301}),
                vec!["/p: 1e-300 is kept, 1e-301 computed"],
            ),
            (
                json!({"p": 0.0}),
                json!({"p": null}),
                vec!["/p: 0.0 is kept, null computed"],
            ),
            (
                json!({"a": {}}),
                json!({"a": {"b": 1}}),
                vec!["/a/b: not kept"],
            ),
            (
                json!({"a": {"b": null}}),
                json!({"a": {}}),
                vec!["/a/b: not computed"],
            ),
            (
                json!([1, 2]),
                json!([1]),
                vec![": [1,2] is kept, [1] computed"],
            ),
            (
                json!([1, 2]),
                json!([1, 3]),
                vec!["/1: 2 is kept, 3 computed"],
            ),
        ];
        for (kept, computed, expected) in cases {
            assert_eq!(
                differences("", &kept, &computed),
                expected,
                "{kept} {computed}"
            );
        }
    }
}
