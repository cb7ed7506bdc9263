//! What browsers load beside the pages, embedded at build time (see `build.rs`). Each file's path
//! holds a hash of its content, so that it may be cached for ever.

/// One file in three encodings.
#[derive(Debug)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// As it is.
    pub raw: &'static [u8],
    /// Compressed with brotli at its highest level.
    pub brotli: &'static [u8],
    /// Compressed with gzip at its highest level.
    pub gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));
