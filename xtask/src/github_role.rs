//! `cargo xtask github-role`: the two roles that GitHub's workflows take on, as a shell script that makes them.

use std::fmt::Write;

use anyhow::Result;
use infra_model::github::{self, AUDIENCE, ISSUER, Role, Trust};
use infra_model::settings::Settings;
use infra_model::values::{AccountId, Branch, Environment, Repository, RepositoryIds};

use crate::output;
use deployment::Deployment;

/// The name of a role's only policy.
const POLICY: &str = "Commands";

/// Options of `cargo xtask github-role`.
#[derive(Debug, clap::Args)]
pub(crate) struct GithubRole {
    /// Number of the AWS account
    #[arg(long, value_name = "DIGITS")]
    account: AccountId,
    /// Repository whose workflows take the roles on; its case counts
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Repository,
    /// GitHub's numbers of owner and repository, which subjects of tokens name in repositories made or
    /// renamed since the middle of 2026: gh api repos/OWNER/NAME --jq '"\(.owner.id):\(.id)"'
    #[arg(long, value_name = "OWNER:REPOSITORY")]
    ids: Option<RepositoryIds>,
    /// Environment that protects deployments
    #[arg(long, default_value = "production")]
    environment: Environment,
    /// Branch that is deployed
    #[arg(long, default_value = "main")]
    branch: Branch,
    #[command(flatten)]
    deployment: Deployment,
}

impl GithubRole {
    /// Prints the script.
    pub(crate) fn run(&self) -> Result<()> {
        let trust = Trust {
            account: self.account.clone(),
            repository: self.repository.clone(),
            ids: self.ids,
            environment: self.environment.clone(),
            branch: self.branch.clone(),
        };
        output::print(&script(&self.deployment.settings()?, &trust)?)
    }
}

/// The script: the provider, both roles, and what to tell GitHub. It can be run again after a change.
fn script(settings: &Settings, trust: &Trust) -> Result<String> {
    let Trust {
        account,
        repository,
        ids,
        ..
    } = trust;
    let stage = &settings.stage;
    let bucket = &settings.bucket;
    let region = &settings.region;
    let mut text = format!(
        "#!/bin/sh\n\
         # What the workflows of {repository} may do in the account {account}, for the stage {stage}.\n\
         # Read it, then run it with the credentials of an administrator; after a change, run it again.\n\
         set -eu\n"
    );
    if ids.is_none() {
        text.push_str(
            "#\n\
             # The subjects below have no numbers. GitHub puts them into those of a repository that was made\n\
             # or renamed since the middle of 2026; AWS refuses its workflows until --ids names them.\n",
        );
    }
    let provider = format!("arn:aws:iam::{account}:oidc-provider/{ISSUER}");
    let _ = write!(
        text,
        "\n# Trust in tokens that GitHub signs; once for the account.\n\
         aws iam get-open-id-connect-provider --open-id-connect-provider-arn {provider} >/dev/null 2>&1 ||\n  \
         aws iam create-open-id-connect-provider --url https://{ISSUER} --client-id-list {AUDIENCE}\n"
    );
    let roles = github::roles(settings, trust);
    for role in &roles {
        text.push_str(&commands(role)?);
    }
    text.push_str("\n# What the workflows must be told then:\n");
    for role in &roles {
        let (variable, arn) = (role.variable, role.arn(account));
        let _ = writeln!(
            text,
            "#   gh variable set {variable} --repo {repository} --body {arn}"
        );
    }
    for (variable, value) in [
        ("AWS_REGION", region.as_str()),
        ("STUDENT_ANALYTICS_BUCKET", bucket.as_str()),
        ("STUDENT_ANALYTICS_STAGE", stage.as_str()),
    ] {
        let _ = writeln!(
            text,
            "#   gh variable set {variable} --repo {repository} --body {value}"
        );
    }
    Ok(text)
}

/// One role: its policies, and the commands that make it so.
fn commands(role: &Role) -> Result<String> {
    let Role {
        name,
        variable: _,
        what,
        trust,
        permissions,
    } = role;
    let trust = serde_json::to_string_pretty(trust)?;
    let permissions = serde_json::to_string_pretty(permissions)?;
    Ok(format!(
        "\n# {name}. {what}\n\
         trust=$(cat <<'TRUST'\n{trust}\nTRUST\n)\n\
         permissions=$(cat <<'PERMISSIONS'\n{permissions}\nPERMISSIONS\n)\n\
         if aws iam get-role --role-name {name} >/dev/null 2>&1; then\n  \
         aws iam update-assume-role-policy --role-name {name} --policy-document \"$trust\"\n\
         else\n  \
         aws iam create-role --role-name {name} --assume-role-policy-document \"$trust\"\n\
         fi\n\
         aws iam put-role-policy --role-name {name} --policy-name {POLICY} --policy-document \"$permissions\"\n"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use infra_model::github::{Trust, roles};
    use infra_model::settings::Settings;

    use super::script;

    fn trust(ids: Option<&str>) -> Trust {
        Trust {
            account: "123456789012".parse().unwrap(),
            repository: "octo-org/student-analytics".parse().unwrap(),
            ids: ids.map(|it| it.parse().unwrap()),
            environment: "production".parse().unwrap(),
            branch: "main".parse().unwrap(),
        }
    }

    /// The policies have tests of their own; here is what stands around them.
    fn without_policies(script: &str) -> String {
        let mut end = None;
        let kept = script.lines().filter(|line| {
            let within = end.is_some() && end != Some(*line);
            if !within {
                end = line
                    .split_once("<<'")
                    .map(|(_, word)| word.trim_end_matches('\''));
            }
            !within
        });
        kept.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn the_script_makes_provider_and_roles() {
        let script = script(
            &Settings::published().unwrap(),
            &trust(Some("123456:456789")),
        );
        insta::assert_snapshot!(without_policies(&script.unwrap()), @r#"
        #!/bin/sh
        # What the workflows of octo-org/student-analytics may do in the account 123456789012, for the stage prod.
        # Read it, then run it with the credentials of an administrator; after a change, run it again.
        set -eu

        # Trust in tokens that GitHub signs; once for the account.
        aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com >/dev/null 2>&1 ||
          aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com

        # StudentAnalyticsGitHubPlan. Pull requests and the daily look for drift: reads, and changes nothing.
        trust=$(cat <<'TRUST'
        TRUST
        )
        permissions=$(cat <<'PERMISSIONS'
        PERMISSIONS
        )
        if aws iam get-role --role-name StudentAnalyticsGitHubPlan >/dev/null 2>&1; then
          aws iam update-assume-role-policy --role-name StudentAnalyticsGitHubPlan --policy-document "$trust"
        else
          aws iam create-role --role-name StudentAnalyticsGitHubPlan --assume-role-policy-document "$trust"
        fi
        aws iam put-role-policy --role-name StudentAnalyticsGitHubPlan --policy-name Commands --policy-document "$permissions"

        # StudentAnalyticsGitHubDeploy. Jobs of the protected environment: deploys, goes back, destroys.
        trust=$(cat <<'TRUST'
        TRUST
        )
        permissions=$(cat <<'PERMISSIONS'
        PERMISSIONS
        )
        if aws iam get-role --role-name StudentAnalyticsGitHubDeploy >/dev/null 2>&1; then
          aws iam update-assume-role-policy --role-name StudentAnalyticsGitHubDeploy --policy-document "$trust"
        else
          aws iam create-role --role-name StudentAnalyticsGitHubDeploy --assume-role-policy-document "$trust"
        fi
        aws iam put-role-policy --role-name StudentAnalyticsGitHubDeploy --policy-name Commands --policy-document "$permissions"

        # What the workflows must be told then:
        #   gh variable set AWS_PLAN_ROLE --repo octo-org/student-analytics --body arn:aws:iam::123456789012:role/StudentAnalyticsGitHubPlan
        #   gh variable set AWS_DEPLOY_ROLE --repo octo-org/student-analytics --body arn:aws:iam::123456789012:role/StudentAnalyticsGitHubDeploy
        #   gh variable set AWS_REGION --repo octo-org/student-analytics --body eu-north-1
        #   gh variable set STUDENT_ANALYTICS_BUCKET --repo octo-org/student-analytics --body student-performance-app-files
        #   gh variable set STUDENT_ANALYTICS_STAGE --repo octo-org/student-analytics --body prod
        "#);
    }

    #[test]
    fn it_has_both_permissions_and_says_what_names_alone_mean() {
        let settings = Settings::published().unwrap();
        let script = script(&settings, &trust(None)).unwrap();
        for role in roles(&settings, &trust(None)) {
            let policy = serde_json::to_string_pretty(&role.permissions).unwrap();
            assert!(script.contains(&policy), "{}", role.name);
        }
        assert!(script.contains("until --ids names them"), "{script}");
    }
}
