#!/bin/sh
# Installs the Rust of the workspace's rust-version. Not the newest: a newer clippy would find what nobody has changed.
set -eu

version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
rustup toolchain install "$version" --profile minimal --component clippy,rustfmt
rustup default "$version"
