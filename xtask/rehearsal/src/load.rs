//! The users: page requests at a steady rate, each counted.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::visitor::Visitor;

/// No more requests than this wait for an answer at once: at the usual rate, more than a machine that
/// hangs is sent within their [`PATIENCE`].
const MOST_IN_FLIGHT: usize = 512;
/// How long a user waits for a page.
const PATIENCE: Duration = Duration::from_secs(30);
/// What every page holds.
const MARK: &[u8] = b"Student Analytics";
/// What is asked for, in turn, each time with another filter: a page that was asked for before costs
/// next to nothing.
const PAGES: [&str; 4] = ["overview", "performance", "factors", "relationships"];

/// The address of the `n`-th request; after some thousands they come again.
fn address(n: usize) -> String {
    let page = PAGES[n % PAGES.len()];
    let (hours, attendance) = (10 + n / 4 % 35, 60 + n / 140 % 30);
    match n % 3 {
        0 => format!("/{page}?Gender=Female&Attendance={attendance}..&Hours_Studied=..{hours}"),
        1 => format!("/{page}?Hours_Studied=..{hours}&Attendance={attendance}.."),
        _ => {
            format!("/{page}?School_Type=Public&Attendance={attendance}..&Hours_Studied=..{hours}")
        }
    }
}

/// Users at work, until this is dropped.
#[derive(Debug)]
pub(crate) struct Load {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    origin: String,
    visitor: Visitor,
    room: Arc<Semaphore>,
    /// Thousandths of a request in a second.
    rate: AtomicU64,
    stop: AtomicBool,
    counts: Mutex<Counts>,
}

/// What came of the requests until now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests that were sent.
    pub(crate) sent: u64,
    /// Those that returned the dashboard.
    pub(crate) good: u64,
    /// Those of them that did so by HTTPS.
    pub(crate) secure: u64,
    /// Those that did not, each with why.
    pub(crate) failed: Vec<(Instant, String)>,
    /// Requests that found no room, because too many were waiting already.
    pub(crate) withheld: u64,
}

impl Counts {
    /// Those without an answer yet.
    pub(crate) fn in_flight(&self) -> u64 {
        self.sent - self.good - self.failed.len() as u64
    }
}

impl Load {
    /// Sets users to work at an origin, at that many requests a second.
    pub(crate) fn start(visitor: Visitor, origin: String, rate: f64) -> Self {
        let shared = Arc::new(Shared {
            origin,
            visitor,
            room: Arc::new(Semaphore::new(MOST_IN_FLIGHT)),
            rate: AtomicU64::new(thousandths(rate)),
            stop: AtomicBool::new(false),
            counts: Mutex::default(),
        });
        let task = tokio::spawn(send(Arc::clone(&shared)));
        Self { shared, task }
    }

    /// Changes the rate.
    pub(crate) fn set_rate(&self, rate: f64) {
        self.shared.rate.store(thousandths(rate), Ordering::Relaxed);
    }

    /// The rate, in requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.shared.rate.load(Ordering::Relaxed) as f64 / 1000.0
    }

    /// What came of the requests until now.
    pub(crate) fn counts(&self) -> Counts {
        self.shared.counts().clone()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.task.abort();
    }
}

impl Shared {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request: whether it came by HTTPS, or why it was not the dashboard.
    async fn request(&self, page: &str) -> Result<bool, String> {
        let answer = self.visitor.get(&format!("{}{page}", self.origin)).await;
        let answer = answer.map_err(|error| format!("{error:#}"))?;
        let is_page = answer.body.windows(MARK.len()).any(|window| window == MARK);
        match answer.status.is_success() && is_page {
            true => Ok(answer.is_secure()),
            false => Err(format!("{page}: status {}", answer.status)),
        }
    }
}

/// Sends requests, each on its own way, at the rate of the moment.
async fn send(shared: Arc<Shared>) {
    let mut next = tokio::time::Instant::now();
    for page in (0..).map(address) {
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        let rate = shared.rate.load(Ordering::Relaxed).max(1);
        next += Duration::from_secs_f64(1000.0 / rate as f64);
        tokio::time::sleep_until(next).await;
        // After a pause of the whole machine, what was missed is not sent at once.
        next = next.max(tokio::time::Instant::now() - Duration::from_millis(200));
        let Ok(room) = Arc::clone(&shared.room).try_acquire_owned() else {
            shared.counts().withheld += 1;
            continue;
        };
        shared.counts().sent += 1;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let answer = tokio::time::timeout(PATIENCE, shared.request(&page)).await;
            let answer = answer.unwrap_or_else(|_| Err(format!("{page}: no answer")));
            let mut counts = shared.counts();
            match answer {
                Ok(secure) => {
                    counts.good += 1;
                    counts.secure += u64::from(secure);
                }
                Err(why) => counts.failed.push((Instant::now(), why)),
            }
            drop(room);
        });
    }
}

fn thousandths(rate: f64) -> u64 {
    // A rate is small and positive.
    (rate * 1000.0).round().max(1.0) as u64
}
