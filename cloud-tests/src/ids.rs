//! The ids that AWS gave, under the names of the model: `{vpc}`, `{app-group}`.

use serde_json::Value;

use crate::world::World;

/// Names in braces and the ids that they stand for.
pub struct Ids(Vec<(String, String)>);

impl Ids {
    /// Asks the AWS CLI for them.
    pub async fn of(world: &World) -> Self {
        let tags = world
            .aws(&[
                "ec2",
                "describe-tags",
                "--filters",
                "Name=key,Values=Resource",
            ])
            .await;
        let mut ids: Vec<(String, String)> = tags["Tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| (text(&tag["Value"]), text(&tag["ResourceId"])))
            .collect();
        let balancers = world.aws(&["elbv2", "describe-load-balancers"]).await;
        let balancer = text(&balancers["LoadBalancers"][0]["LoadBalancerArn"]);
        let listeners = world
            .aws(&[
                "elbv2",
                "describe-listeners",
                "--load-balancer-arn",
                &balancer,
            ])
            .await;
        let targets = world.aws(&["elbv2", "describe-target-groups"]).await;
        ids.push(("load-balancer".to_owned(), balancer));
        ids.push((
            "http-listener".to_owned(),
            text(&listeners["Listeners"][0]["ListenerArn"]),
        ));
        ids.push((
            "target-group".to_owned(),
            text(&targets["TargetGroups"][0]["TargetGroupArn"]),
        ));
        let mut all = Self(ids);
        let vpc = format!("Name=vpc-id,Values={}", all.fill("{vpc}"));
        let groups = world
            .aws(&[
                "ec2",
                "describe-security-groups",
                "--filters",
                &vpc,
                "Name=group-name,Values=default",
            ])
            .await;
        all.add("default-group", &groups["SecurityGroups"][0]["GroupId"]);
        let tables = world
            .aws(&[
                "ec2",
                "describe-route-tables",
                "--filters",
                &vpc,
                "Name=association.main,Values=true",
            ])
            .await;
        all.add("main-table", &tables["RouteTables"][0]["RouteTableId"]);
        for zone in ["a", "b"] {
            let own = format!("Name=route-table-id,Values={{private-route-table-{zone}}}");
            let own = all.fill(&own);
            let tables = world
                .aws(&["ec2", "describe-route-tables", "--filters", &own])
                .await;
            let association =
                &tables["RouteTables"][0]["Associations"][0]["RouteTableAssociationId"];
            all.add(&format!("association-{zone}"), association);
        }
        all
    }

    fn add(&mut self, name: &str, id: &Value) {
        self.0.push((name.to_owned(), text(id)));
    }

    /// Ids in the places of names.
    pub fn fill(&self, words: &str) -> String {
        self.0.iter().fold(words.to_owned(), |words, (name, id)| {
            words.replace(&format!("{{{name}}}"), id)
        })
    }

    /// Names in the places of ids, so that a text is the same on every run.
    pub fn blank(&self, text: &str) -> String {
        let mut named = self.0.iter().fold(text.to_owned(), |text, (name, id)| {
            text.replace(id.as_str(), &format!("{{{name}}}"))
        });
        // Members of a list stand in the order of their ids, which is another on each run.
        let mut sorted = named.clone();
        loop {
            for (a, _) in &self.0 {
                for (b, _) in self.0.iter().filter(|(b, _)| b > a) {
                    let (wrong, right) = (format!("{{{b}}}, {{{a}}}"), format!("{{{a}}}, {{{b}}}"));
                    sorted = sorted.replace(&wrong, &right);
                }
            }
            if sorted == named {
                return sorted;
            }
            named.clone_from(&sorted);
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}
