//! Pictures of the running program; `cargo xtask screenshots` provides what this needs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use browser_tests::{Browser, Program, Scheme, VIEWS, browse};
use clap::Parser;

/// Widths of a desktop computer's window and of a phone, each with the height of its window.
const SIZES: [(u32, u32); 2] = [(1440, 900), (360, 740)];

/// Takes pictures of the running program.
#[derive(Debug, Parser)]
struct Cli {
    /// The folder for a picture of every view, light and dark, wide and narrow.
    #[arg(long, value_name = "DIR", required_unless_present = "readme")]
    out: Option<PathBuf>,
    /// The folder for the pictures that the README shows.
    #[arg(long, value_name = "DIR")]
    readme: Option<PathBuf>,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let program = Program::start()?;
    if let Some(out) = &cli.out {
        for scheme in Scheme::ALL {
            for size in SIZES {
                views(
                    &program,
                    Browser {
                        scheme,
                        size,
                        ..Browser::default()
                    },
                    out,
                )?;
            }
        }
    }
    if let Some(folder) = &cli.readme {
        for scheme in Scheme::ALL {
            readme(&program, scheme, folder)?;
        }
    }
    Ok(())
}

/// Takes the view that shows most at a glance, as a window shows it.
fn readme(program: &Program, scheme: Scheme, folder: &Path) -> Result<()> {
    let browser = Browser {
        scheme,
        size: SIZES[0],
        ..Browser::default()
    };
    let picture = browse(program, browser, async |page| {
        page.goto(VIEWS[1]).await?;
        page.picture().await
    })?;
    let name = match scheme {
        Scheme::Light => "performance.png",
        Scheme::Dark => "performance-dark.png",
    };
    write(&folder.join(name), &picture)
}

/// Takes every view in its whole height.
fn views(program: &Program, browser: Browser, out: &Path) -> Result<()> {
    let (width, height) = browser.size;
    browse(program, browser, async |page| {
        for view in VIEWS {
            page.resize(width, height).await?;
            page.goto(view).await?;
            let name = format!("{}-{}-{width}.png", &view[1..], browser.scheme.name());
            write(&out.join(name), &page.whole_picture(width).await?)?;
        }
        Ok(())
    })
}

fn write(file: &Path, picture: &[u8]) -> Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    fs::write(file, picture).with_context(|| format!("{} cannot be written", file.display()))?;
    println!("{}", file.display());
    Ok(())
}
