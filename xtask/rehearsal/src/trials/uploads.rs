//! A trial of an upload: what one instance took, every other shows, also when that one is gone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{Found, Scene};
use crate::balancer;
use crate::fleet::Fleet;
use crate::report::took;

/// What the service's log says of an upload.
const TAKEN: &str = r#""route":"/datasets","status":303"#;
/// The file's rows, and what its pages say of them.
const ROWS: usize = 1000;
const SHOWN: &str = "of 1,000 students";

/// A user with a file.
#[derive(Clone, Debug)]
struct User(ureq::Agent);

/// What a user gets.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Scene<'_> {
    /// Through the load balancer in, seen on each instance; seen again when the one that took it is
    /// terminated, and its place taken by one that never heard of it; then deleted.
    pub(super) async fn upload(&self) -> Result<Found> {
        let mut found = Found::with_one_missing();
        let user = User::new();
        let csv = csv();
        let bucket = self.release_object().await?.0;
        let (balancer, cloud) = {
            let fleet = self.stage.fleet().await;
            (fleet.address(), fleet.setting().cloud.clone())
        };

        let before = takes(&*self.stage.fleet().await);
        let began = Instant::now();
        let page = user.upload(balancer, &csv).await?;
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
        found.demand(user.get(balancer, &page).await?.shows_it(), || {
            "it is gone with the instance that took it".to_owned()
        });
        self.all_show(&user, &page, &mut found).await?;
        found.fact("shown by every instance before and after".to_owned());

        user.delete(balancer, id).await?;
        found.demand(cloud.read(&bucket, &key).await.is_err(), || {
            "the bucket still holds it".to_owned()
        });
        for (instance, address) in self.addresses().await {
            let status = user.get(address, &page).await?.status;
            found.demand(status == 404, || {
                format!("{instance} says {status} of what was deleted")
            });
        }
        found.fact("deleted for all".to_owned());
        Ok(found)
    }

    /// Each instance is asked itself.
    async fn all_show(&self, user: &User, page: &str, found: &mut Found) -> Result<()> {
        for (instance, address) in self.addresses().await {
            let answer = user.get(address, page).await?;
            found.demand(answer.shows_it(), || {
                format!("{instance} does not show it: status {}", answer.status)
            });
        }
        Ok(())
    }

    /// Where each instance that serves is reached, past the load balancer.
    async fn addresses(&self) -> Vec<(String, SocketAddr)> {
        let fleet = self.stage.fleet().await;
        let port = fleet.setting().targets.port;
        let serving = fleet.serving_ids().into_iter();
        let address = |id: String| {
            let slot = fleet.instance(&id)?.slot;
            Some((id, SocketAddr::from((balancer::address(slot), port))))
        };
        serving.filter_map(address).collect()
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

impl User {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self(agent.into())
    }

    /// Sends a file; the page that shows it.
    async fn upload(&self, address: SocketAddr, csv: &str) -> Result<String> {
        let edge = "the-edge-of-the-file";
        let body = format!(
            "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sports.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{csv}\r\n--{edge}--\r\n"
        );
        let form = format!("multipart/form-data; boundary={edge}");
        let answer = self.post(address, "/datasets", &form, body).await?;
        match answer.location {
            Some(page) if answer.status == 303 => Ok(page),
            _ => bail!("the upload ends with status {}", answer.status),
        }
    }

    async fn delete(&self, address: SocketAddr, id: &str) -> Result<()> {
        let path = format!("/datasets/{id}/delete");
        let form = "application/x-www-form-urlencoded";
        let status = self.post(address, &path, form, String::new()).await?.status;
        ensure!(status == 303, "the deletion ends with status {status}");
        Ok(())
    }

    async fn post(
        &self,
        address: SocketAddr,
        path: &str,
        form: &str,
        body: String,
    ) -> Result<Answer> {
        let request = self
            .0
            .post(format!("http://{address}{path}"))
            .header("content-type", form);
        let sent = tokio::task::spawn_blocking(move || answer(request.send(body)?));
        sent.await?
    }

    async fn get(&self, address: SocketAddr, path: &str) -> Result<Answer> {
        let request = self.0.get(format!("http://{address}{path}"));
        tokio::task::spawn_blocking(move || answer(request.call()?)).await?
    }
}

fn answer(from: ureq::http::Response<ureq::Body>) -> Result<Answer> {
    let location = from.headers().get("location");
    let location = location.and_then(|it| Some(it.to_str().ok()?.to_owned()));
    Ok(Answer {
        status: from.status().as_u16(),
        location,
        body: from.into_body().read_to_string()?,
    })
}

impl Answer {
    fn shows_it(&self) -> bool {
        self.status == 200 && self.body.contains(SHOWN)
    }
}
