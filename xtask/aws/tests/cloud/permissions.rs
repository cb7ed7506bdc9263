//! What the commands call is what their policies allow, and nothing that is allowed is unused.

use std::collections::BTreeSet;

use infra_model::policy::{Command, policy};
use infra_model::settings::Settings;
use xtask_emulator::rules_from;

use crate::world::{World, in_a_cloud};

/// Needs no permission: everyone may ask who they are.
const FREE: &str = "sts:GetCallerIdentity";

fn allowed(command: Command) -> BTreeSet<String> {
    let policy = policy(&Settings::published().unwrap(), command);
    let statements = policy["Statement"].as_array().unwrap().clone();
    statements
        .iter()
        .flat_map(|statement| statement["Action"].as_array().unwrap().clone())
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

/// What was called since the last time.
fn called(world: &World) -> BTreeSet<String> {
    let requests = world.emulator().requests();
    world.emulator().clear_requests();
    let actions = requests.into_iter().map(|request| request.action);
    actions.filter(|action| action != FREE).collect()
}
