//! Mermaid: GitHub draws it where the README shows the text.

use std::fmt::Write;

use crate::diagram::Drawing;
use crate::id::{Id, Tier, Zone};
use crate::topology::Topology;

/// A flowchart: boxes are places, arrows are traffic with its port.
pub fn mermaid(topology: &Topology) -> String {
    let d = Drawing::of(topology);
    let mut out = String::from("flowchart TB\n");
    let mut line = |indent: usize, text: &str| {
        let _ = writeln!(out, "{:indent$}{text}", "", indent = indent * 2);
    };
    let settings = topology.settings();
    line(1, &format!("browsers([\"Browsers<br>{}\"])", d.browsers));
    if let Some(host) = &d.provider {
        line(1, &format!("provider([\"Identity provider<br>{host}\"])"));
    }
    line(1, &format!("subgraph region[\"{}\"]", settings.region));
    line(
        2,
        &format!(
            "subgraph vpc[\"{} · {}\"]",
            d.name(Id::Vpc),
            d.cidr(Id::Vpc)
        ),
    );
    line(
        3,
        &format!("igw{{{{\"{}\"}}}}", d.name(Id::InternetGateway)),
    );
    line(
        3,
        &format!(
            "lb[\"{}<br>{}<br>{}\"]",
            d.name(Id::LoadBalancer),
            d.web,
            d.name(Id::BalancerGroup)
        ),
    );
    for column in &d.columns {
        let zone = column.zone;
        let letter = zone.letter();
        line(
            3,
            &format!("subgraph zone_{letter}[\"{}\"]", topology.zone_name(zone)),
        );
        line(
            4,
            &format!(
                "subgraph public_{letter}[\"{}\"]",
                d.subnet(Tier::Public, zone)
            ),
        );
        match column.has_nat {
            true => line(
                5,
                &format!("nat_{letter}[\"{}\"]", d.name(Id::NatGateway(zone))),
            ),
            false => line(5, &format!("public_{letter}_lb[\"load balancer only\"]")),
        }
        line(4, "end");
        line(
            4,
            &format!(
                "subgraph private_{letter}[\"{}\"]",
                d.subnet(Tier::Private, zone)
            ),
        );
        line(
            5,
            &format!(
                "app_{letter}[\"{}<br>{}\"]",
                d.instance_name(),
                d.name(Id::AppGroup)
            ),
        );
        line(4, "end");
        line(3, "end");
    }
    let (size, target) = d.fleet();
    line(
        3,
        &format!(
            "asg[/\"{}<br>{size}, {target}\"/]",
            d.name(Id::AutoScalingGroup)
        ),
    );
    line(3, &format!("s3e{{{{\"{}\"}}}}", d.name(Id::S3Endpoint)));
    line(2, "end");
    line(2, &format!("s3[(\"{}\")]", d.name(Id::Bucket)));
    line(1, "end");
    line(1, &format!("browsers -->|\"{}\"| igw --> lb", d.web));
    if d.provider.is_some() {
        line(1, "browsers -->|\"sign in\"| provider");
        line(1, "lb -->|\"HTTPS 443\"| igw --> provider");
    }
    for column in &d.columns {
        let letter = column.zone.letter();
        let nat = if column.has_nat {
            letter
        } else {
            Zone::A.letter()
        };
        line(1, &format!("lb -->|\"{}\"| app_{letter}", d.app));
        line(1, &format!("asg -.-> app_{letter}"));
        line(1, &format!("app_{letter} -->|\"HTTPS 443\"| nat_{nat}"));
        line(1, &format!("app_{letter} --> s3e"));
        if column.has_nat {
            line(1, &format!("nat_{letter} --> igw"));
        }
    }
    line(1, "s3e --> s3");
    if d.logs {
        line(1, "lb -.->|\"access logs\"| s3");
    }
    if d.alarms {
        let name = d.name(Id::AlarmTopic);
        line(
            1,
            &format!("lb -.->|\"figures\"| watch[\"CloudWatch<br>{name}<br>alarms by mail\"]"),
        );
    }
    out
}
