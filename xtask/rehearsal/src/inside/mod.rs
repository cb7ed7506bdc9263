//! What runs within a machine: its first process, its `systemctl`, and its wire.

mod confined;
mod init;
mod service;
mod systemctl;
mod unit;
mod wire;

use std::process::ExitCode;

use anyhow::Result;

/// What this program is within a machine.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Role {
    /// The first process: runs the user data, and services.
    #[command(hide = true)]
    Init,
    /// The command that talks to the first process.
    #[command(hide = true, disable_help_flag = true)]
    Systemctl {
        /// As systemctl has them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The network: carries connections to and from the machine.
    #[command(hide = true)]
    Wire,
    /// A process that confines itself before it becomes a service's program.
    #[command(hide = true)]
    Confined {
        /// The service's unit.
        unit: String,
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<String>,
    },
}

/// Is that.
pub async fn run(role: Role) -> Result<ExitCode> {
    match role {
        Role::Init => init::run().await,
        Role::Systemctl { arguments } => systemctl::run(&arguments).await,
        Role::Wire => wire::run().await,
        Role::Confined { unit, program } => confined::run(&unit, &program),
    }
}

/// Where init listens for `systemctl`.
const MANAGER: &str = "/run/manager";
/// The folder that the machine shares with the world.
const SHARED: &str = "/run/shared";
/// The port of the target group, which the wire leads to; a variable of init's and the wire's.
pub(crate) const PORT: &str = "REHEARSAL_PORT";
/// systemd's version that `systemctl --version` tells.
pub(crate) const SYSTEMD: &str = "REHEARSAL_SYSTEMD";
/// Where the machine finds the cloud.
pub(crate) const CLOUD_PORT: u16 = 4566;
