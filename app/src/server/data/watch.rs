//! Loads the default dataset where it could not be had at once, and looks after it: what is newer is
//! loaded beside the one in use and takes its place once it is known to be good.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{info, warn};

use super::current::Current;
use super::source::{LoadError, Source};
use crate::store::StoreError;
use crate::views::Stay;

/// The first pause after a failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Loads what is to be loaded, and looks again `every` so often; never without a time.
pub async fn keep(source: Source, outcome: String, current: Arc<Current>, every: Option<Duration>) {
    until_loaded(&source, &outcome, &current).await;
    let Some(every) = every.filter(|_| source.changes()) else {
        return;
    };
    let mut seen = version_in_use(&current);
    loop {
        sleep(jittered(every)).await;
        look(&source, &outcome, &current, &mut seen).await;
    }
}

/// Tries again and again, for it is of no use to serve anything else in its place.
async fn until_loaded(source: &Source, outcome: &str, current: &Current) {
    let mut pause = FIRST_PAUSE;
    while current.state().loaded.is_none() {
        match source.load(outcome).await {
            Ok(loaded) => {
                let rows = loaded.dataset.rows();
                current.swap(loaded);
                info!(rows, "the dataset is loaded");
                return;
            }
            Err(error) => refuse(current, &error),
        }
        sleep(jittered(pause)).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

/// One look. What cannot be used is read again only after it has changed.
async fn look(source: &Source, outcome: &str, current: &Current, seen: &mut String) {
    let version = match source.version().await {
        Ok(version) => version,
        Err(error) => {
            // Whatever is there next is looked at.
            seen.clear();
            return refuse(current, &error.into());
        }
    };
    if version == version_in_use(current) {
        current.recover();
        *seen = version;
        return;
    }
    if version == *seen {
        return;
    }
    let loaded = source.load(outcome).await;
    // Somebody is writing it: the next look will find it finished.
    if source.version().await.as_ref() != Ok(&version) {
        return;
    }
    match loaded {
        Ok(loaded) => {
            let rows = loaded.dataset.rows();
            current.swap(loaded);
            info!(rows, "a newer dataset is served");
            *seen = version;
            info!(rows, "a newer dataset is served");
        }
        Err(error) => {
            if matches!(error, LoadError::Data(_)) {
                *seen = version;
            }
            refuse(current, &error);
        }
    }
}

/// The log gets the kind alone, since messages about a file hold cells of it.
fn refuse(current: &Current, error: &LoadError) {
    current.fail(match error {
        LoadError::Store(StoreError::NotFound) => "the file is gone".to_owned(),
        other => other.to_string(),
    });
    match error {
        LoadError::Data(_) => warn!("the newest dataset is not a usable table"),
        LoadError::Store(error) => warn!(%error, "the newest dataset cannot be fetched"),
        LoadError::Defect(_) => warn!("reading the newest dataset failed: a defect"),
    }
}

fn version_in_use(current: &Current) -> String {
    match current
        .state()
        .loaded
        .map(|loaded| loaded.about.stay.clone())
    {
        Some(Stay::Watched { version, .. }) => version,
        _ => String::new(),
    }
}

/// Between three quarters of a pause and all of it, so that instances do not ask together.
fn jittered(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.75 + 0.25 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_jittered_and_bounded() {
        for _ in 0..100 {
            let pause = jittered(Duration::from_secs(40));
            assert!((30.0..=40.0).contains(&pause.as_secs_f64()), "{pause:?}");
        }
    }
}
