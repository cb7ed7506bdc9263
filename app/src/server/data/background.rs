//! Work that takes seconds and that nobody's page waits for: a thread of its own, which gets a core
//! when the pages leave one.

use std::thread;

use tokio::sync::oneshot;

/// How much the thread yields to others: with 10 it gets a tenth of what a page's thread gets.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The work panicked, or no thread could be had for it.
#[derive(Debug, thiserror::Error)]
#[error("the work came to no end, which is a defect of this program")]
pub struct Unfinished;

/// Does the work on such a thread. It goes on when nobody waits for it any more.
///
/// # Errors
/// If the work panics, or there is no thread for it.
pub(super) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    let (done, result) = oneshot::channel();
    let thread = thread::Builder::new().name("reader".to_owned());
    let spawned = thread.spawn(move || {
        yield_to_pages();
        // Whoever waited may have gone.
        let _received = done.send(work());
    });
    spawned.map_err(|_| Unfinished)?;
    result.await.map_err(|_| Unfinished)
}

/// For this thread alone, as Linux has it, and for good: that is why it is a thread of its own.
#[cfg(target_os = "linux")]
fn yield_to_pages() {
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}

/// Elsewhere the whole process would yield.
#[cfg(not(target_os = "linux"))]
fn yield_to_pages() {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[tokio::test]
    async fn the_work_is_done_and_a_panic_is_told() {
        assert_eq!(run(|| 6 * 7).await.unwrap(), 42);
        assert!(run(|| panic!("broken")).await.is_err());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_its_own_thread_yields() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        let inside = run(priority).await.unwrap();
        assert_eq!(inside, (before + NICE).min(19));
        assert_eq!(priority(), before);
    }
}
