//! What a connection is doing and since when, and who gives up a place when all are taken.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::server::limits;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The first byte of its first request.
    First,
    /// The first byte of a further request.
    Idle,
    /// The rest of a request's head.
    Head,
    /// The answer, and the request's body for it.
    Answer,
    /// The client, to take the answer, or the next part of one that is made as it is taken.
    Send,
    /// More of an answer that goes on.
    Stream,
}

impl Phase {
    /// The longest that it may last.
    pub(super) fn patience(self) -> Duration {
        Duration::from_secs(match self {
            // A browser opens connections ahead, and opens new ones when those are gone.
            Self::First => 20,
            // Longer than the 60 s after which AWS's load balancer gives up an idle connection: if
            // this side were first, a request could be on its way, and its client would get a 502.
            Self::Idle => 75,
            // Heads fit into a few packets.
            Self::Head => 15,
            // Answers are bounded by `limits`, of which uploads have most; this is for defects.
            Self::Answer => limits::UPLOAD.as_secs() + 60,
            // The largest asset over a bad mobile network.
            Self::Send => 60,
            // Browsers come again by themselves; one that is gone unseen does not stay for ever.
            Self::Stream => 3600,
        })
    }

    /// Whether nothing has been asked.
    pub(super) fn is_idle(self) -> bool {
        matches!(self, Self::First | Self::Idle)
    }
}

/// The phase of one connection.
#[derive(Debug)]
pub(super) struct Watch {
    now: Mutex<(Phase, Instant)>,
    /// Whether a part of the last answer waits for the client to make room for it.
    sends: AtomicBool,
    /// Whether the last request had a body: parts of it may still arrive after the answer.
    had_body: AtomicBool,
    evict: Notify,
}

impl Watch {
    fn new() -> Self {
        Self {
            now: Mutex::new((Phase::First, Instant::now())),
            sends: AtomicBool::new(false),
            had_body: AtomicBool::new(false),
            evict: Notify::new(),
        }
    }

    fn now(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn phase(&self) -> Phase {
        self.now().0
    }

    /// Whether there is no more to the last request and its answer, and nothing of a further one.
    pub(super) fn is_quiet(&self) -> bool {
        let goes_on = [&self.sends, &self.had_body];
        self.phase().is_idle() && !goes_on.iter().any(|it| it.load(Ordering::Relaxed))
    }

    /// A request is there, whose body may have to be read yet.
    pub(super) fn requested(&self, has_body: bool) {
        self.had_body.store(has_body, Ordering::Relaxed);
        self.enter(Phase::Answer);
    }

    /// Whether bytes of an answer could not be sent yet.
    pub(super) fn sends(&self, waits: bool) {
        self.sends.store(waits, Ordering::Relaxed);
    }

    pub(super) fn deadline(&self) -> Instant {
        let (phase, since) = *self.now();
        since + phase.patience()
    }

    pub(super) fn enter(&self, phase: Phase) {
        *self.now() = (phase, Instant::now());
    }

    /// The client took a part of its answer: it has as long again for the next, unless it is late.
    pub(super) fn took_part(&self) {
        let now = Instant::now();
        if self.phase() == Phase::Send && now < self.deadline() {
            self.enter(Phase::Send);
        }
    }

    /// As if it had been in this phase for so long.
    #[cfg(test)]
    pub(super) fn entered(&self, phase: Phase, ago: Duration) {
        *self.now() = (phase, Instant::now() - ago);
    }

    /// Bytes arrived: the first ones of a head, unless a request is being answered.
    pub(super) fn received(&self) {
        if self.phase().is_idle() {
            self.enter(Phase::Head);
        }
    }

    /// Ends when the connection is to give up its place.
    pub(super) async fn evicted(&self) {
        self.evict.notified().await;
    }

    /// Since when it has kept its place without being answered.
    fn idle_since(&self) -> Option<Instant> {
        let (phase, since) = *self.now();
        (phase != Phase::Answer).then_some(since)
    }
}

/// The connections that there are.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    watches: Mutex<Vec<Weak<Watch>>>,
    left: Notify,
}

/// A connection's place among the others, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    watch: Arc<Watch>,
}

impl Place {
    pub(super) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let own = Arc::downgrade(&self.watch);
        let mut watches = self.crowd.watches();
        watches.retain(|watch| !watch.ptr_eq(&own));
        drop(watches);
        self.crowd.left.notify_one();
    }
}

impl Crowd {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            watches: Mutex::default(),
            left: Notify::new(),
        }
    }

    fn watches(&self) -> MutexGuard<'_, Vec<Weak<Watch>>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let watch = Arc::new(Watch::new());
        self.watches().push(Arc::downgrade(&watch));
        Place {
            crowd: Arc::clone(self),
            watch,
        }
    }

    /// Waits for a free place, and has one vacated if it can be. While all are being answered, who
    /// comes waits in the socket's queue.
    pub(super) async fn room(&self) {
        const AGAIN: Duration = Duration::from_millis(50);
        while self.watches().len() >= self.most {
            self.evict();
            // Meanwhile another may have been answered, and can be asked to go.
            let _ = timeout(AGAIN, self.left.notified()).await;
        }
    }

    fn evict(&self) {
        let watches = self.watches();
        let idle = watches.iter().filter_map(Weak::upgrade);
        let idle = idle.filter_map(|watch| Some((watch.idle_since()?, watch)));
        if let Some((_, watch)) = idle.min_by_key(|(since, _)| *since) {
            watch.evict.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn the_longest_idle_one_goes() {
        use Phase::{Answer, First, Head, Idle, Send, Stream};
        let cases: [(&[Phase], Option<usize>); 6] = [
            (&[First, First], Some(0)),
            (&[Answer, Head], Some(1)),
            (&[Answer, Send, Idle], Some(1)),
            (&[Answer, Idle, Answer], Some(1)),
            (&[Answer, Stream], Some(1)),
            (&[Answer, Answer], None),
        ];
        for (phases, goes) in cases {
            let crowd = Arc::new(Crowd::new(phases.len()));
            let mut places = Vec::new();
            for &phase in phases {
                let place = crowd.enter();
                place.watch.enter(phase);
                places.push(place);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            crowd.evict();
            for (i, place) in places.iter().enumerate() {
                let evicted = timeout(Duration::from_millis(1), place.watch.evicted()).await;
                assert_eq!(evicted.is_ok(), goes == Some(i), "{phases:?} {i}");
            }
        }
    }

    #[tokio::test]
    async fn who_comes_waits_for_a_place() {
        let crowd = Arc::new(Crowd::new(1));
        crowd.room().await;
        let place = crowd.enter();
        place.watch.enter(Phase::Answer);
        let waits = timeout(Duration::from_millis(200), crowd.room()).await;
        assert!(waits.is_err());
        drop(place);
        crowd.room().await;
    }

    #[test]
    fn bytes_begin_a_head_once() {
        let watch = Watch::new();
        watch.received();
        assert_eq!(watch.phase(), Phase::Head);
        let deadline = watch.deadline();
        watch.received();
        assert_eq!(watch.deadline(), deadline, "a drip buys no time");
        watch.enter(Phase::Answer);
        watch.received();
        assert_eq!(watch.phase(), Phase::Answer);
    }
}
