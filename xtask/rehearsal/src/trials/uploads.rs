//! A trial of an upload: what one instance took, every other shows, also when that one is gone.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{Found, Scene};
use crate::balancer;
use crate::fleet::Fleet;
use crate::report::took;
use crate::visitor::{Answer, Visitor};

/// What the service's log says of an upload.
const TAKEN: &str = r#""route":"/datasets","status":303"#;
/// The file's rows, and what its pages say of them.
const ROWS: usize = 1000;
const SHOWN: &str = "of 1,000 students";

impl Scene<'_> {
    /// Through the load balancer in, seen on each instance; seen again when the one that took it is
    /// terminated, and its place taken by one that never heard of it; then deleted.
    pub(super) async fn upload(&self) -> Result<Found> {
        let mut found = Found::with_one_missing();
        let user = self.stage.visitor();
        let csv = csv();
        let bucket = self.release_object().await?.0;
        let cloud = self.stage.fleet().await.setting().cloud.clone();
        // A user sends the form of the page that is open, by HTTPS if that leads there.
        let first = format!("{}/overview", self.stage.origin());
        let origin = user.get(&first).await?.origin()?;

        let before = takes(&*self.stage.fleet().await);
        let began = Instant::now();
        let page = upload(&user, &origin, &csv).await?;
        found.fact(format!("uploaded in {}", took(began.elapsed())));
        let (_, id) = page.split_once("data=").context("the page names no data")?;
        let key = format!("uploads/{id}/data.csv");
        let kept = cloud.read(&bucket, &key).await?;
        found.demand(kept == csv.as_bytes(), || {
            "the bucket holds something else".to_owned()
        });
        self.all_show(&user, &page, &mut found).await?;

        let taker = self.taker(&before).await?;
        self.stage
            .fleet()
            .await
            .terminate(&taker, "it took the upload")
            .await?;
        let model = Duration::from_secs(600);
        self.replaced(model).await?;
        self.stage
            .wait("its end", model, |fleet| fleet.instance(&taker).is_none())
            .await?;
        let still = user.get(&format!("{origin}{page}")).await?;
        found.demand(shows_it(&still), || {
            "it is gone with the instance that took it".to_owned()
        });
        self.all_show(&user, &page, &mut found).await?;
        found.fact("shown by every instance before and after".to_owned());

        delete(&user, &origin, id).await?;
        found.demand(cloud.read(&bucket, &key).await.is_err(), || {
            "the bucket still holds it".to_owned()
        });
        for (instance, origin) in self.origins().await {
            let status = user.get(&format!("{origin}{page}")).await?.status;
            found.demand(status == 404, || {
                format!("{instance} says {status} of what was deleted")
            });
        }
        found.fact("deleted for all".to_owned());
        Ok(found)
    }

    /// Each instance is asked itself.
    async fn all_show(&self, user: &Visitor, page: &str, found: &mut Found) -> Result<()> {
        for (instance, origin) in self.origins().await {
            let answer = user.get(&format!("{origin}{page}")).await?;
            found.demand(shows_it(&answer), || {
                format!("{instance} does not show it: status {}", answer.status)
            });
        }
        Ok(())
    }

    /// Where each instance that serves is reached, past the load balancer.
    async fn origins(&self) -> Vec<(String, String)> {
        let fleet = self.stage.fleet().await;
        let port = fleet.setting().targets.port;
        let serving = fleet.serving_ids().into_iter();
        let origin = |id: String| {
            let slot = fleet.instance(&id)?.slot;
            Some((id, format!("http://{}:{port}", balancer::address(slot))))
        };
        serving.filter_map(origin).collect()
    }

    /// The instance whose log says that it took an upload since then.
    async fn taker(&self, before: &BTreeMap<String, usize>) -> Result<String> {
        let mut taker = None;
        let model = Duration::from_secs(60);
        let is_known = |fleet: &Fleet| {
            let now = takes(fleet).into_iter();
            let mut more = now.filter(|(id, count)| before.get(id).is_none_or(|it| it < count));
            taker = more.find(|(_, count)| *count > 0).map(|(id, _)| id);
            taker.is_some()
        };
        self.stage
            .wait("a log of the upload", model, is_known)
            .await?;
        taker.context("no instance took the upload")
    }
}

/// How many uploads each instance has taken.
fn takes(fleet: &Fleet) -> BTreeMap<String, usize> {
    let count = |it: &crate::fleet::Instance| it.machine.said().matches(TAKEN).count();
    let instances = fleet.instances().iter();
    instances.map(|it| (it.id.clone(), count(it))).collect()
}

/// A table with two of the sample's columns, so that nobody is asked what they are.
fn csv() -> String {
    let row = |n: usize| format!("{},{}\n", 50 + n % 50, ["Female", "Male"][n % 2]);
    let rows: String = (0..ROWS).map(row).collect();
    format!("Exam_Score,Gender\n{rows}")
}

/// Sends a file to an origin; the path of the page that shows it.
async fn upload(user: &Visitor, origin: &str, csv: &str) -> Result<String> {
    let edge = "the-edge-of-the-file";
    let body = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sports.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{csv}\r\n--{edge}--\r\n"
    );
    let form = format!("multipart/form-data; boundary={edge}");
    let answer = user
        .post(&format!("{origin}/datasets"), &form, body)
        .await?;
    match answer.location() {
        Some(page) if answer.status == 303 => Ok(page.to_owned()),
        _ => bail!("the upload ends with status {}", answer.status),
    }
}

async fn delete(user: &Visitor, origin: &str, id: &str) -> Result<()> {
    let uri = format!("{origin}/datasets/{id}/delete");
    let form = "application/x-www-form-urlencoded";
    let status = user.post(&uri, form, String::new()).await?.status;
    ensure!(status == 303, "the deletion ends with status {status}");
    Ok(())
}

fn shows_it(answer: &Answer) -> bool {
    answer.status.is_success() && answer.text().contains(SHOWN)
}
