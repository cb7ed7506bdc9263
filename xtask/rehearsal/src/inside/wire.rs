//! The machine's network, one process at the border: standard input is a listener of the world
//! outside, whose connections it carries to the machine's own port; and what the machine asks of
//! the cloud it carries out through a socket in the shared folder.

use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::{CLOUD_PORT, PORT, SHARED};

pub(super) async fn run() -> Result<ExitCode> {
    let port: u16 = std::env::var(PORT)
        .ok()
        .and_then(|port| port.parse().ok())
        .with_context(|| format!("{PORT} is no port"))?;
    let outside = std::io::stdin().as_fd().try_clone_to_owned()?;
    let outside = std::net::TcpListener::from(outside);
    outside.set_nonblocking(true)?;
    let outside = TcpListener::from_std(outside).context("standard input is no listener")?;
    let cloud = TcpListener::bind(("127.0.0.1", CLOUD_PORT)).await?;
    tokio::try_join!(into(outside, port), out(cloud))?;
    Ok(ExitCode::SUCCESS)
}

/// Carries connections from outside to the machine's port.
async fn into(outside: TcpListener, port: u16) -> Result<()> {
    loop {
        let (mut client, _) = outside.accept().await?;
        tokio::spawn(async move {
            match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(mut server) => {
                    let _ = client.set_nodelay(true);
                    let _ = server.set_nodelay(true);
                    // Either side may go away at any time: that is what it tells the other.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
                // Nobody listens: the connection is reset, as the machine itself would.
                Err(_) => {
                    let _ = client.set_zero_linger();
                }
            }
        });
    }
}

/// Carries connections of the machine to the cloud.
async fn out(cloud: TcpListener) -> Result<()> {
    loop {
        let (mut client, _) = cloud.accept().await?;
        tokio::spawn(async move {
            let socket = Path::new(SHARED).join("cloud");
            let connected =
                tokio::time::timeout(Duration::from_secs(5), UnixStream::connect(socket));
            if let Ok(Ok(mut server)) = connected.await {
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
