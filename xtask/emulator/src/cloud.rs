//! The cloud: what happens to a request from its arrival to its answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use tokio::sync::Mutex as TurnMutex;

use crate::control;
use crate::faults::arrival::{Arrival, Counts};
use crate::faults::rules::Rules;
use crate::faults::views::Views;
use crate::halt::{Halt, Passage, Point, Side};
use crate::mends::{self, Mended};
use crate::moto::Moto;
use crate::paging;
use crate::protocol::{Answer, Call, Service, cbor};
use crate::record::{Entry, Record, Recorded};
use crate::server::Cut;

/// Everything that the emulator is.
#[derive(Debug)]
pub(crate) struct Cloud {
    moto: Moto,
    rules: Mutex<(Arc<Rules>, Counts)>,
    record: Mutex<Record>,
    pub(crate) halt: Halt,
    /// Calls take turns: moto does them one after the other anyway, and a mend looks before it
    /// acts. Objects of S3 pass by.
    pub(crate) turn: TurnMutex<Turn>,
}

/// What only the call whose turn it is may touch.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    pub(crate) mended: Mended,
    views: Views,
}

impl Cloud {
    /// A cloud of an empty moto.
    pub(crate) fn new(moto: Moto) -> Self {
        Self {
            moto,
            rules: Mutex::default(),
            record: Mutex::new(Record::new()),
            halt: Halt::new(),
            turn: TurnMutex::default(),
        }
    }

    /// Sets the rules; what they count begins anew.
    pub(crate) fn set_rules(&self, rules: Rules) {
        let write = rules.kill_before.map(|write| (write, Side::Before));
        let write = write.or(rules.kill_after.map(|write| (write, Side::After)));
        if let Some((write, side)) = write {
            self.halt.set(Point { write, side });
        }
        *lock(&self.rules) = (Arc::new(rules), Counts::default());
    }

    /// The rules in force.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        Arc::clone(&lock(&self.rules).0)
    }

    /// What was called since the record was cleared.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        lock(&self.record).requests()
    }

    /// Clears the record.
    pub(crate) fn clear_requests(&self) {
        lock(&self.record).clear();
    }

    /// Empties the cloud: no resources, no rules, no record, no halt.
    pub(crate) async fn reset(&self) -> Result<()> {
        self.halt.release();
        let mut turn = self.turn.lock().await;
        self.moto.reset().await?;
        *turn = Turn::default();
        self.set_rules(Rules::default());
        self.clear_requests();
        Ok(())
    }

    /// Ends moto, though connections may still be open.
    pub(crate) fn stop(&self) {
        self.moto.stop();
    }

    /// Answers a request, or has its connection closed.
    pub(crate) async fn serve(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Cut> {
        if request.uri().path().starts_with(control::PREFIX) {
            return Ok(control::serve(&self, request).await);
        }
        if request.uri().path() == "/moto-api/reset" {
            return Ok(match self.reset().await {
                Ok(()) => Answer::new(StatusCode::OK, "application/json", r#"{"status":"ok"}"#),
                Err(error) => broken(Service::Other, &error),
            });
        }
        let call = Call::read(request).await.map_err(|_| Cut)?;
        let in_cbor = call.in_cbor;
        let entry = lock(&self.record).arrived(&call);
        let passage = self.halt.arrived(entry.write);
        if passage == Passage::Hold {
            return self.hold().await;
        }
        let (rules, arrival) = {
            let mut guard = lock(&self.rules);
            let (rules, counts) = &mut *guard;
            (Arc::clone(rules), counts.arrived(rules, &call))
        };
        if rules.delay > 0 {
            tokio::time::sleep(Duration::from_millis(rules.delay)).await;
        }
        let (answer, reply_lost) = match arrival {
            Arrival::Lost => return Err(Cut),
            Arrival::Refused(answer) => (answer, false),
            Arrival::Done { reply_lost } => {
                // In a task of its own: a client that goes away does not stop the work.
                let cloud = Arc::clone(&self);
                let service = call.service;
                let work = tokio::spawn(async move { cloud.perform(call, &rules).await });
                let answer = work.await.map_err(|_| Cut)?;
                (
                    answer.unwrap_or_else(|error| broken(service, &error)),
                    reply_lost,
                )
            }
        };
        if passage == Passage::WorkThenHold {
            self.halt.worked();
            return self.hold().await;
        }
        if reply_lost {
            return Err(Cut);
        }
        self.answered(entry, &answer);
        Ok(match in_cbor {
            true => cbor::told(&answer),
            false => answer,
        })
    }

    /// Holds a request until the halt ends, and then has its connection closed: it is never
    /// done afterwards, when its client may be long dead.
    async fn hold(&self) -> Result<Answer, Cut> {
        self.halt.released().await;
        Err(Cut)
    }

    fn answered(&self, entry: Entry, answer: &Answer) {
        lock(&self.record).answered(entry, answer.status.as_u16());
    }

    /// Does the work of a call.
    async fn perform(&self, mut call: Call, rules: &Rules) -> Result<Answer> {
        let page = paging::take(&mut call, rules.small_pages);
        if !mends::concern(&call) {
            return self.moto.forward(call).await;
        }
        let mut guard = self.turn.lock().await;
        let turn = &mut *guard;
        let question = mends::Question::of(&call);
        if let Some(refusal) = turn.views.before(&question) {
            return Ok(refusal);
        }
        let mut scene = mends::Scene {
            moto: &self.moto,
            rules,
            mended: &mut turn.mended,
        };
        let mut answer = match mends::before(&mut scene, &question, &mut call).await? {
            Some(answer) => answer,
            None => {
                let mut answer = self.moto.forward(call).await?;
                mends::after(&mut scene, &question, &mut answer).await?;
                answer
            }
        };
        turn.views.after(rules, &question, &mut answer)?;
        mends::filters::apply(&question, &mut answer)?;
        if let Some(page) = page {
            paging::cut(question.service, &question.operation, page, &mut answer)?;
        }
        Ok(answer)
    }
}

/// The emulator itself failed: told as AWS's own failure, with its cause.
fn broken(service: Service, error: &anyhow::Error) -> Answer {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Answer::error(service, status, "EmulatorFailure", &format!("{error:#}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
