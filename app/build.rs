//! Embeds what browsers load: each file with a hash in its name, so that it may be cached for
//! ever, and compressed ahead of time. ECharts comes out of charming's own package.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The parts of the one sheet for all pages, in their order: what comes later prevails.
const SHEET: [&str; 7] = [
    "theme", "frame", "sidebar", "pages", "tables", "sizes", "mapping",
];

/// Constant, file name and media type of our own assets.
const OWN: [(&str, &str, &str); 4] = [
    ("APP_JS", "app.js", "text/javascript; charset=utf-8"),
    ("CHARTS_JS", "charts.js", "text/javascript; charset=utf-8"),
    ("THEME_JS", "theme.js", "text/javascript; charset=utf-8"),
    ("ICON", "icon.svg", "image/svg+xml"),
];

fn main() -> Result<()> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=assets");
    let mut source = String::new();
    let mut names = Vec::new();
    for (constant, file, media_type) in OWN {
        let path = Path::new("assets").join(file);
        source += &embed(constant, &path, file, media_type, &out)?;
        names.push(format!("&{constant}"));
    }
    let sheet = out.join("sheet.css");
    fs::write(&sheet, whole_sheet()?).context("cannot write the sheet")?;
    source += &embed(
        "APP_CSS",
        &sheet,
        "app.css",
        "text/css; charset=utf-8",
        &out,
    )?;
    names.push("&APP_CSS".to_owned());
    let media_type = "text/javascript; charset=utf-8";
    source += &embed("ECHARTS", &echarts()?, "echarts.js", media_type, &out)?;
    names.push("&ECHARTS".to_owned());
    writeln!(
        source,
        "/// Every asset.\npub static ALL: [&Asset; {}] = [{}];",
        names.len(),
        names.join(", ")
    )?;
    fs::write(out.join("assets.rs"), source).context("cannot write the list of assets")
}

fn whole_sheet() -> Result<String> {
    let part = |name| {
        let path = format!("assets/sheet/{name}.css");
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    };
    SHEET.into_iter().map(part).collect()
}

/// What cargo knows of the packages. That spans the whole workspace, and a first build of this
/// package alone has not fetched all of it: what is missing is then fetched.
fn metadata() -> Result<Metadata> {
    let here = |options: &[&str]| {
        let options: Vec<String> = options.iter().map(|it| (*it).to_owned()).collect();
        MetadataCommand::new().other_options(options).exec()
    };
    let platform = std::env::var("TARGET").context("cargo sets TARGET")?;
    let of_platform = ["--filter-platform", &platform];
    here(&["--offline", of_platform[0], of_platform[1]])
        .or_else(|_| here(&of_platform))
        .context("cargo cannot describe the packages")
}

/// ECharts as charming ships it, found where cargo unpacked the package.
fn echarts() -> Result<PathBuf> {
    let metadata = metadata()?;
    let charming = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "charming")
        .context("charming is not among the dependencies")?;
    let folder = charming
        .manifest_path
        .parent()
        .context("charming's manifest has no folder")?
        .join("src/asset");
    let found: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {folder}"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("echarts-") && name.ends_with(".min.js")
        })
        .collect();
    ensure!(
        found.len() == 1,
        "expected one echarts-*.min.js in {folder}, found {found:?}"
    );
    Ok(found[0].clone())
}

/// Writes the compressed files and returns the Rust source of the constant.
fn embed(constant: &str, path: &Path, name: &str, media_type: &str, out: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let hash = Sha256::digest(&bytes);
    let hash: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let (stem, extension) = name.split_once('.').context("an asset has an extension")?;
    for (suffix, content) in [
        ("raw", bytes.clone()),
        ("br", brotli(&bytes)?),
        ("gz", gzip(&bytes)?),
    ] {
        let file = out.join(format!("{name}.{suffix}"));
        fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let include =
        |suffix: &str| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.{suffix}\"))");
    Ok(format!(
        "/// `{name}`.\npub static {constant}: Asset = Asset {{\n    path: \"/assets/{stem}-{hash}.{extension}\",\n    \
         media_type: \"{media_type}\",\n    raw: {},\n    brotli: {},\n    gzip: {},\n}};\n",
        include("raw"),
        include("br"),
        include("gz")
    ))
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
