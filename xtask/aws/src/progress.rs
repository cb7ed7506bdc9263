//! How applying goes: on a terminal a moving line for each step in flight, with its time; in a
//! pipeline plain lines.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use infra_model::id::Kind;
use infra_model::plan::{Action, Plan, Step};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::apply::{Because, Event, Progress};
use crate::voice::say;

/// How often a moving line moves.
const TICK: Duration = Duration::from_millis(120);

/// The task that shows events.
#[derive(Debug)]
pub(crate) struct Shown(JoinHandle<()>);

impl Shown {
    /// Ends when all events are shown.
    pub(crate) async fn finish(self) {
        // What it shows is no reason to fail.
        let _ = self.0.await;
    }
}

/// Shows, on standard error, the events that are sent, until the sender is dropped.
pub(crate) fn show(plan: &Plan) -> (mpsc::UnboundedSender<Event>, Shown) {
    let (events, mut receiver) = mpsc::unbounded_channel();
    let lines = plan.steps.iter().map(Line::of).collect();
    let mut screen = Screen::new(lines, std::io::stderr().is_terminal());
    let shown = tokio::spawn(async move {
        while let Some(event) = receiver.recv().await {
            screen.show(&event);
        }
    });
    (events, Shown(shown))
}

/// What is said of a step.
struct Line {
    what: String,
    usual: Option<&'static str>,
}

impl Line {
    fn of(step: &Step) -> Self {
        let verb = match step.action {
            Action::Nothing { .. } => "wait for",
            _ => step.action.verb(),
        };
        Self {
            what: format!("{verb} {} {}", step.kind.words(), step.name),
            usual: usual(step),
        }
    }
}

/// How long AWS usually takes, where that is long.
fn usual(step: &Step) -> Option<&'static str> {
    let is_going = matches!(step.action, Action::Delete { .. });
    let is_changing = matches!(step.action, Action::Update { .. });
    match (step.kind, is_going) {
        (Kind::NatGateway, false) => Some("usually 2 minutes"),
        (Kind::NatGateway, true) => Some("usually 1 minute"),
        (Kind::LoadBalancer, _) if !is_changing => Some("usually 2 to 3 minutes"),
        (Kind::AutoScalingGroup, true) => Some("usually 2 to 4 minutes"),
        (Kind::AutoScalingGroup, false) if is_changing => Some("usually 5 minutes"),
        (Kind::InstanceProfile, false) => Some("usually 10 seconds"),
        _ => None,
    }
}

struct Screen {
    lines: Vec<Line>,
    bars: Option<MultiProgress>,
    moving: BTreeMap<usize, ProgressBar>,
}

impl Screen {
    fn new(lines: Vec<Line>, is_terminal: bool) -> Self {
        Self {
            lines,
            bars: is_terminal.then(MultiProgress::new),
            moving: BTreeMap::new(),
        }
    }

    fn show(&mut self, event: &Event) {
        let Some(line) = self.lines.get(event.step) else {
            return;
        };
        let what = line.what.as_str();
        match &event.what {
            Progress::Started => self.start(event.step),
            Progress::Waiting(why) => match self.moving.get(&event.step) {
                Some(bar) => bar.set_message(format!("{what}: waiting {why}")),
                None => say!("… {what}: waiting {why}"),
            },
            Progress::Done { took } => {
                let text = format!("✓ {what} ({:.1} s)", took.as_secs_f64());
                self.end(event.step, &text);
            }
            Progress::Failed(error) => self.end(event.step, &format!("✗ {what}: {error}")),
            Progress::Skipped(Because::Failed(other)) => {
                let before = self.lines.get(*other).map_or("", |line| line.what.as_str());
                let text = format!("- {what}: not started, because this failed: {before}");
                self.end(event.step, &text);
            }
            Progress::Skipped(Because::Stopped) => {
                self.end(event.step, &format!("- {what}: not started"));
            }
        }
    }

    fn start(&mut self, step: usize) {
        let Line { what, usual } = &self.lines[step];
        let usual = usual.map(|usual| format!(", {usual}")).unwrap_or_default();
        let Some(bars) = &self.bars else {
            return say!("… {what}{usual}");
        };
        let bar = bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
            bar.set_style(style);
        }
        bar.set_message(format!("{what}{usual}"));
        bar.enable_steady_tick(TICK);
        self.moving.insert(step, bar);
    }

    fn end(&mut self, step: usize, text: &str) {
        if let Some(bar) = self.moving.remove(&step) {
            bar.finish_and_clear();
        }
        let printed = self.bars.as_ref().map(|bars| bars.println(text));
        if !matches!(printed, Some(Ok(()))) {
            say!("{text}");
        }
    }
}
