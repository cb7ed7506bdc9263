#![allow(missing_docs, clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::collections::BTreeMap;
use std::time::Instant;
use infra_model::document::Document;
use infra_model::observed::*;
use infra_model::plan::*;
use infra_model::settings::*;
use infra_model::topology::*;
use infra_model::values::*;
use sha2::Digest;
use xtask_aws::apply::*;
use xtask_aws::clients::Clients;
use xtask_aws::wait::Pace;

fn hex(b: &[u8]) -> String { sha2::Sha256::digest(b).iter().map(|b| format!("{b:02x}")).collect() }

async fn run(clients: &Clients, settings: &Settings, files: &Files, observed: &mut Observed, topology: &Topology, tweak: bool) -> Outcome {
    let mut plan = plan(topology, observed);
    for p in &plan.problems { println!("problem {p:?}"); }
    if tweak { for s in &mut plan.steps { match &mut s.action { infra_model::plan::Action::Create{to: State::Bucket(b),..} | infra_model::plan::Action::Update{to: State::Bucket(b),..} => { b.policy = Some(Document::of(vec![])); } _ => {} } } }
    let (tx, mut rx) = tokio::sync::mpsc::unbounded_channel();
    let (_stop, stop) = tokio::sync::watch::channel(false);
    let key = std::env::var("KEY").ok();
    let began = Instant::now();
    let a = Apply { clients, settings, files, public_key: key.as_deref(), parallel: PARALLEL, pace: Pace::of(clients), stop, events: tx };
    let outcome = apply(&a, &plan).await;
    drop(a);
    while let Ok(e) = rx.try_recv() {
        let s = &plan.steps[e.step];
        let line = match &e.what { Progress::Failed(err) => format!("FAILED {err}"), Progress::Done{took} => format!("done {} ms", took.as_millis()), o => format!("{o:?}") };
        if !matches!(e.what, Progress::Started) { println!("{:>3} {:<8} {:<22} {:<36} {line}", e.step, s.action.verb(), s.kind.words(), s.name); }
    }
    println!("== {:?} done {} failed {} skipped {}", began.elapsed(), outcome.done.len(), outcome.failed.len(), outcome.skipped.len());
    for i in &outcome.done {
        let s = &plan.steps[*i];
        match &s.action {
            infra_model::plan::Action::Create{tags,to} | infra_model::plan::Action::Replace{tags,to,..} => {
                if let infra_model::plan::Action::Replace{item,..} = &s.action { observed.remove(&(s.kind, item.clone())); }
                let mut st = to.clone(); st.resolve(&|id| outcome.made.get(&id).cloned());
                if s.kind.is_tagged() {
                    let id = s.id.and_then(|i| outcome.made.get(&i)).unwrap();
                    let name = s.kind.has_fixed_name().then_some(s.name.as_str());
                    observed.put(Found::whole(&id.0, name, tags.clone(), st));
                } else { observed.put(Found::part(st)); }
            }
            infra_model::plan::Action::Update{item,tags,to,..} => {
                let mut st = to.clone(); st.resolve(&|id| outcome.made.get(&id).cloned());
                let f = observed.resources.iter_mut().find(|f| f.kind()==s.kind && f.id==*item).unwrap();
                if let (State::LaunchTemplate(h), State::LaunchTemplate(w)) = (&mut f.state, &st) { h.versions.extend(w.versions.clone()); } else { f.state = st; }
                for (k,v) in tags.iter() { f.tags.set(k,v); }
            }
            infra_model::plan::Action::Delete{item,..} => observed.remove(&(s.kind, item.clone())),
            _ => {}
        }
    }
    outcome
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = Settings::published().unwrap();
    let clients = Clients::connect(&settings.region).await;
    let (rel, data) = (b"release".to_vec(), b"data".to_vec());
    let payload = Payload { release: Sha256::new(hex(&rel)).unwrap(), sample_data: Sha256::new(hex(&data)).unwrap(), user_data: UserData::new("#!/bin/bash\n").unwrap(), unit_port: APP_PORT };
    let mut files: Files = BTreeMap::new();
    files.insert(infra_model::names::release_key(&payload.release), Content::Bytes(rel));
    files.insert(infra_model::names::SAMPLE_DATA.to_owned(), Content::Bytes(data));
    let mut observed = Observed::default();
    observed.images.insert(ImageFamily::AmazonLinux2, std::env::var("AMI").unwrap_or("ami-12c6146b".into()));
    let topology = Topology::new(&settings, &payload);
    run(&clients, &settings, &files, &mut observed, &topology, true).await;
    println!("-- again");
    run(&clients, &settings, &files, &mut observed, &topology, true).await;
    println!("-- changes");
    for f in &mut observed.resources {
        f.tags.remove("Name");
        match &mut f.state {
            State::Vpc(v) => v.dns_hostnames = false,
            State::TargetGroup(t) => { t.health.interval = 15; t.deregistration_delay = 1 }
            State::GroupRules(r) => { r.ingress.clear(); }
            State::RolePolicies(r) => { r.inline.remove("ReadFiles"); r.managed.clear(); }
            State::LoadBalancer(b) => b.drops_invalid_headers = false,
            State::Listener(b) => b.action = ListenerAction::Other("x".into()),
            State::AutoScalingGroup(g) => { g.max = 9; g.grace = 1 }
            State::ScalingPolicy(g) => { g.target = Some(1.0) }
            State::Role(r) => r.trust = Document::of(vec![]),
            State::Bucket(b) => { b.versioning = false; b.encryption = None; b.blocks_public_access = false; b.lifecycle.clear(); }
            State::RouteTable(t) => { t.subnets.clear(); }
            State::Endpoint(t) => { t.tables.pop_first(); }
            State::Object(o) => { o.sha256 = None; }
            _ => {}
        }
    }
    run(&clients, &settings, &files, &mut observed, &topology, true).await;
    println!("-- replace");
    for f in &mut observed.resources {
        match &mut f.state {
            State::NatGateway(_) => f.status = Status::Failed,
            State::KeyPair(k) => k.algorithm = "rsa".into(),
            _ => {}
        }
    }
    run(&clients, &settings, &files, &mut observed, &topology, true).await;
    if std::env::var("ROLL").is_ok() {
        println!("-- new version");
        let payload = Payload { user_data: UserData::new("#!/bin/bash\necho 2\n").unwrap(), ..payload };
        let topology = Topology::new(&settings, &payload);
        run(&clients, &settings, &files, &mut observed, &topology, true).await;
    }
    println!("-- destroy");
    let empty = Topology::empty(&settings).allowing(Choices { purge_bucket: true, ..Choices::default() });
    run(&clients, &settings, &files, &mut observed, &empty, false).await;
    println!("left: {:?}", observed.resources.iter().map(|f| f.key()).collect::<Vec<_>>());
}
