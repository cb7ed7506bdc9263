//! The socket on which the program is reached: the one that a service manager passed, or a new one.
//!
//! systemd keeps the socket of a `.socket` unit open while the program is gone. Connections then wait
//! in its queue until the next process accepts them, and nobody is refused.

use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context, Result, bail};
use listenfd::ListenFd;

/// The socket that `sd_listen_fds(3)` describes, if there is one. Reads and removes the variables of
/// that protocol, so it is called before there are threads.
pub(crate) fn passed() -> Result<Option<TcpListener>> {
    let mut passed = ListenFd::from_env();
    if passed.len() > 1 {
        bail!(
            "the service manager passed {} sockets: give the socket unit one ListenStream=",
            passed.len()
        );
    }
    passed.take_tcp_listener(0).context(
        "the service manager passed no TCP socket: give the socket unit a ListenStream= with a port",
    )
}

/// The socket that was passed, or else a new one at the address.
pub(crate) fn listen(passed: Option<TcpListener>, address: SocketAddr) -> Result<TcpListener> {
    let listener = match passed {
        Some(listener) => listener,
        None => TcpListener::bind(address).map_err(|error| {
            let explanation = explain(&error, address);
            anyhow::Error::new(error).context(explanation)
        })?,
    };
    listener
        .set_nonblocking(true)
        .context("the socket cannot be set up")?;
    Ok(listener)
}

/// The address to open: `localhost` where that leads to the socket.
pub(crate) fn url(address: SocketAddr) -> String {
    if address.ip() == Ipv4Addr::LOCALHOST || address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

fn explain(error: &Error, address: SocketAddr) -> String {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {port} is taken by another program. Stop it, or choose another port with --port"
        ),
        ErrorKind::PermissionDenied => {
            format!("port {port} may not be used by this user. Choose one from 1024 up with --port")
        }
        ErrorKind::AddrNotAvailable => format!(
            "{} is not an address of this machine. Choose one with --bind",
            address.ip()
        ),
        _ => format!("cannot listen on {address}"),
    }
}
