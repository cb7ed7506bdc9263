//! A step of `cargo xtask test`: what `export` writes, read by the tools it is written for.
//!
//! cfn-lint must find nothing; what checkov finds must be in `xtask/export-allowed.txt`, and
//! nothing else may be there. Terraform is asked where it is installed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use infra_model::export;
use infra_model::settings::{Alarms, ImageFamily, Nat, Oidc, SESSION_TIMEOUT, Settings, Watched};
use infra_model::topology::Topology;
use infra_model::values::{CertificateArn, ProviderUrl, PublicKey, Scope};
use serde_json::Value;
use xshell::{Shell, cmd};

use deployment::placeholder;

/// The tools, for `pip install --requirement`.
pub(crate) const REQUIREMENTS: &str = "xtask/export-tools.txt";
/// The findings that are meant to be so.
const ALLOWED: &str = include_str!("../export-allowed.txt");

/// Checks both documents, of several settings. `tools` has the programs, `scratch` gets the files.
pub(crate) fn check(sh: &Shell, tools: &Path, scratch: &Path) -> Result<()> {
    for program in ["cfn-lint", "checkov"] {
        ensure!(
            tools.join(program).exists(),
            "there is no {program} in {}: make a Python environment and run \
             `pip install --requirement {REQUIREMENTS}` in it",
            tools.display()
        );
    }
    let allowed = allowed()?;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (variant, settings) in variants()? {
        let topology = Topology::new(&settings, &placeholder(&settings)?);
        let directory = scratch.join(variant);
        let (hcl, template) = (
            directory.join("terraform"),
            directory.join("cloudformation"),
        );
        sh.write_file(hcl.join("main.tf"), export::terraform(&topology))?;
        sh.write_file(
            template.join("template.yaml"),
            export::cloudformation(&topology),
        )?;

        cfn_lint(sh, tools, &template.join("template.yaml"))?;
        found.extend(checkov(sh, tools, &hcl, "terraform")?);
        found.extend(checkov(sh, tools, &template, "cloudformation")?);
        terraform(sh, &hcl)?;
    }
    let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    let unlisted: Vec<String> = found
        .iter()
        .filter(|(check, _)| !allowed.contains(check.as_str()))
        .map(|(check, what)| format!("{check} ({what})"))
        .collect();
    let stale: Vec<&str> = allowed.difference(&names).copied().collect();
    ensure!(
        unlisted.is_empty(),
        "checkov finds {}: mend the topology, or list it with its reason in xtask/export-allowed.txt",
        unlisted.join(", ")
    );
    ensure!(
        stale.is_empty(),
        "checkov no longer finds {}: remove it from xtask/export-allowed.txt",
        stale.join(", ")
    );
    Ok(())
}

/// The published system, and one with all other choices.
fn variants() -> Result<[(&'static str, Settings); 2]> {
    let published = Settings::published()?;
    let arn =
        "arn:aws:acm:eu-north-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000";
    let key = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{}", "A".repeat(48));
    let other = Settings {
        stage: "staging".parse()?,
        nat: Nat::Single,
        image: ImageFamily::AmazonLinux2023,
        certificate: Some(CertificateArn::new(arn)?),
        oidc: Some(oidc()?),
        allowed: vec!["203.0.113.0/24".parse()?, "198.51.100.0/24".parse()?],
        public_key: Some(PublicKey::new(key)?),
        access_logs: Some("123456789012".parse()?),
        alarms: Some(Alarms {
            emails: ["staff@school.example".parse()?].into(),
            watched: Watched::ALL.into(),
        }),
        ..published.clone()
    };
    Ok([("published", published), ("other", other)])
}

fn oidc() -> Result<Oidc> {
    let at = |path: &str| ProviderUrl::new(format!("https://id.example.org{path}"));
    Ok(Oidc {
        issuer: at("")?,
        authorization_endpoint: at("/authorize")?,
        token_endpoint: at("/token")?,
        user_info_endpoint: at("/userinfo")?,
        client_id: "dashboard".parse()?,
        scope: Scope::default(),
        session_timeout: SESSION_TIMEOUT,
    })
}

/// The checks on the allow-list, which each have a reason.
fn allowed() -> Result<BTreeSet<&'static str>> {
    let lines = ALLOWED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (check, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            ensure!(
                !reason.trim().is_empty(),
                "{check} has no reason in xtask/export-allowed.txt"
            );
            Ok(check)
        })
        .collect()
}

fn cfn_lint(sh: &Shell, tools: &Path, template: &Path) -> Result<()> {
    let program = tools.join("cfn-lint");
    let output = cmd!(sh, "{program} {template}")
        .quiet()
        .ignore_status()
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success() && said.trim().is_empty(),
        "cfn-lint finds fault with {}:\n{said}{}",
        template.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The failed checks, with the resource of one of each.
fn checkov(
    sh: &Shell,
    tools: &Path,
    directory: &Path,
    framework: &str,
) -> Result<BTreeMap<String, String>> {
    let program = tools.join("checkov");
    let output = cmd!(
        sh,
        "{program} --directory {directory} --framework {framework}"
    )
    .args([
        "--output",
        "json",
        "--compact",
        "--skip-download",
        "--soft-fail",
    ])
    .quiet()
    .ignore_stderr()
    .output()?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("checkov's report on {} is not JSON", directory.display()))?;
    let passed = report["summary"]["passed"].as_u64().unwrap_or(0);
    let unread = report["summary"]["parsing_errors"].as_u64().unwrap_or(1);
    ensure!(
        passed > 0 && unread == 0,
        "checkov cannot read {}: {}",
        directory.display(),
        report["summary"]
    );
    let failed = report["results"]["failed_checks"].as_array();
    let pair = |it: &Value| {
        let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        (
            text("check_id"),
            format!("{}: {}", text("resource"), text("check_name")),
        )
    };
    Ok(failed.into_iter().flatten().map(pair).collect())
}

/// Where Terraform is installed: its own format, and its provider's schema if that can be had.
fn terraform(sh: &Shell, directory: &Path) -> Result<()> {
    if cmd!(sh, "terraform version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr()
        .run()
        .is_err()
    {
        println!(
            "terraform is not installed: {} is not validated",
            directory.display()
        );
        return Ok(());
    }
    let format = cmd!(sh, "terraform fmt -check -diff {directory}")
        .quiet()
        .ignore_status()
        .output()?;
    if !format.status.success() {
        bail!(
            "terraform would write it otherwise:\n{}",
            String::from_utf8_lossy(&format.stdout)
        );
    }
    let init = cmd!(
        sh,
        "terraform -chdir={directory} init -backend=false -input=false -no-color"
    )
    .quiet()
    .ignore_status()
    .output()?;
    if !init.status.success() {
        println!(
            "the provider hashicorp/aws cannot be had: {} is not validated",
            directory.display()
        );
        return Ok(());
    }
    cmd!(sh, "terraform -chdir={directory} validate -no-color")
        .quiet()
        .run()?;
    Ok(())
}
