use super::*;
use infra_model::observed::Observed;
use infra_model::plan::plan;
use infra_model::settings::ImageFamily;
use infra_model::topology::Topology;

/// A first deployment.
fn first() -> Plan {
    let settings = Settings::published().unwrap();
    let topology = Topology::new(&settings, &deployment::placeholder(&settings).unwrap());
    let images = ImageFamily::ALL.map(|family| (family, "ami-0".to_owned()));
    let empty = Observed {
        images: images.into(),
        ..Observed::default()
    };
    plan(&topology, &empty)
}

/// The place of a part's step.
fn at(plan: &Plan, id: Id) -> usize {
    let found = plan.steps.iter().position(|step| step.id == Some(id));
    found.unwrap()
}

#[test]
fn every_step_starts_once_and_after_those_that_it_waits_for() {
    let plan = first();
    // However many are in flight, and whichever of them ends first.
    for (width, newest_first) in [(1, false), (3, true), (8, false), (100, true)] {
        let mut graph = Graph::of(&plan);
        let (mut running, mut done) = (Vec::new(), BTreeSet::new());
        loop {
            while running.len() < width
                && let Some(next) = graph.next()
            {
                let after = &plan.steps[next].after;
                assert!(after.iter().all(|before| done.contains(before)), "{next}");
                running.push(next);
            }
            let ended = match newest_first {
                true => running.pop(),
                false => (!running.is_empty()).then(|| running.remove(0)),
            };
            let Some(ended) = ended else { break };
            assert!(done.insert(ended), "{ended} ran twice");
            graph.done(ended);
        }
        assert_eq!(done.len(), plan.steps.len());
        assert!(graph.unstarted().is_empty());
    }
}

#[test]
fn what_fails_takes_along_what_comes_after_it_and_nothing_else() {
    let plan = first();
    for (failing, skipped, goes_on) in [
        (Id::Vpc, Id::LoadBalancer, Id::Role),
        (Id::Role, Id::LaunchTemplate, Id::LoadBalancer),
        (Id::Release, Id::AutoScalingGroup, Id::HttpListener),
        (Id::AutoScalingGroup, Id::ScalingPolicy, Id::SampleData),
    ] {
        let mut graph = Graph::of(&plan);
        let step = at(&plan, failing);
        graph.left.remove(&step);
        let behind = graph.failed(step);
        assert!(
            behind.contains(&at(&plan, skipped)),
            "{failing} and {skipped}"
        );
        assert!(
            !behind.contains(&at(&plan, goes_on)),
            "{failing} and {goes_on}"
        );
        for index in graph.unstarted() {
            let after = &plan.steps[index].after;
            assert!(!after.contains(&step) && !after.iter().any(|it| behind.contains(it)));
        }
    }
}
