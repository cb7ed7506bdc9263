//! SVG: drawn on a fixed grid, for a document; it follows the reader's light or dark theme.

use std::fmt::Write;

use crate::diagram::{Column, Drawing};
use crate::id::{Id, Tier};
use crate::topology::Topology;

const WIDTH: f64 = 1330.0;
const HEIGHT: f64 = 970.0;
/// The middle of the VPC, where what spans both zones lies, and of each zone's instances.
const MIDDLE: f64 = 550.0;
const INSTANCES: [f64; 2] = [300.0, 800.0];
/// The outer lanes, on which instances reach NAT gateways and these the internet.
const LANES: [f64; 2] = [96.0, 1004.0];
/// Left edge of each zone's subnets, their width, and where their titles begin.
const COLUMNS: [f64; 2] = [70.0, 570.0];
const COLUMN: f64 = 460.0;
const TITLES: [f64; 2] = [120.0, 584.0];

/// The middle of the identity provider.
const PROVIDER: f64 = 950.0;

/// The middle of the bucket, and how many letters of its name go on a line.
const BUCKET: f64 = 1195.0;
const BUCKET_LETTERS: usize = 22;

const STYLE: &str = "\
text{font:14px system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:#1b2733}\
.small{font-size:12.5px;fill:#44525f}.title{font-weight:600}.middle{text-anchor:middle}\
.page{fill:#fff}.region{fill:none;stroke:#7a8896;stroke-dasharray:6 4}.vpc{fill:#f4f7fb;stroke:#5b7ea6}\
.zone{fill:none;stroke:#7a8896;stroke-dasharray:3 4}.public{fill:#e4f3e6;stroke:#4f8f5b}\
.private{fill:#e6eefb;stroke:#4a76b8}.box{fill:#fff;stroke:#3c4a57;stroke-width:1.4}\
.group{fill:none;stroke:#b4531f;stroke-width:1.6;stroke-dasharray:8 4}.fleet{fill:none;stroke:#7a4fa8;stroke-width:1.6;stroke-dasharray:2 3}\
.in{stroke:#1c6b3a;fill:none;stroke-width:2}.out{stroke:#2a5da8;fill:none;stroke-width:1.8;stroke-dasharray:7 4}\
.label{fill:#fff;opacity:.94}.red{fill:#9a4313}.violet{fill:#69409a}\
.green-head{fill:#1c6b3a}.blue-head{fill:#2a5da8}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#b6c2cd}.page{fill:#12181f}.region,.zone{stroke:#76848f}\
.vpc{fill:#18212b;stroke:#6d93c0}.public{fill:#173022;stroke:#5fa06c}.private{fill:#18263c;stroke:#6390d3}\
.box{fill:#202b36;stroke:#a9b6c2}.group{stroke:#e08a55}.fleet{stroke:#b08be0}.in{stroke:#5fc487}.out{stroke:#7fb0f2}\
.label{fill:#18212b}.red{fill:#eda477}.violet{fill:#c7a9ee}.green-head{fill:#5fc487}.blue-head{fill:#7fb0f2}}";

/// The picture, complete in one file.
pub fn svg(topology: &Topology) -> String {
    let d = Drawing::of(topology);
    let mut page = Page::new(&d);
    page.frame(&d);
    for column in &d.columns {
        page.zone(&d, column);
    }
    page.shared(&d);
    page.traffic(&d);
    if let Some(host) = &d.provider {
        page.provider(&d, host);
    }
    page.finish()
}

struct Page(String);

impl Page {
    fn new(d: &Drawing<'_>) -> Self {
        let mut page = Self(String::new());
        let name = escaped(&d.name(Id::LoadBalancer));
        let _ = writeln!(
            page.0,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" \
             aria-label=\"The deployment: browsers, {name}, and instances in two zones\">\n\
             <style>{STYLE}</style>\n\
             <defs>{}{}</defs>",
            head("in-head", "green-head"),
            head("out-head", "blue-head"),
        );
        page.rect("page", 0.0, 0.0, WIDTH, HEIGHT);
        page
    }

    /// Region and VPC, with the gateway on the VPC's edge.
    fn frame(&mut self, d: &Drawing<'_>) {
        self.rect("region", 20.0, 116.0, 1290.0, 836.0);
        self.text("small", 32.0, 138.0, d.topology.settings().region.as_str());
        self.rect("vpc", 40.0, 168.0, 1020.0, 768.0);
        let vpc = format!("{} · {}", d.name(Id::Vpc), d.cidr(Id::Vpc));
        self.text("title", 54.0, 922.0, &vpc);
        self.node(MIDDLE, 20.0, &["Browsers", &d.browsers]);
        self.node(MIDDLE, 148.0, &[&d.name(Id::InternetGateway)]);
    }

    fn zone(&mut self, d: &Drawing<'_>, column: &Column) {
        let (zone, at) = (column.zone, column.zone as usize);
        let (x, title) = (COLUMNS[at], TITLES[at]);
        // Wider at the outer side: the ways to the S3 endpoint lie between the zones.
        let left = x - if at == 0 { 10.0 } else { 4.0 };
        self.rect("zone", left, 218.0, COLUMN + 14.0, 616.0);
        self.text("small", title, 238.0, &d.topology.zone_name(zone));
        self.rect("public", x, 248.0, COLUMN, 240.0);
        self.text("title", title, 270.0, &d.subnet(Tier::Public, zone));
        if column.has_nat {
            let name = d.name(Id::NatGateway(zone));
            let half = width(&name) / 2.0;
            // At the outer edge, over its lane.
            let middle = if at == 0 {
                x + 12.0 + half
            } else {
                x + COLUMN - 12.0 - half
            };
            self.node(middle, 288.0, &[&name, "Elastic IP"]);
        }
        self.rect("private", x, 548.0, COLUMN, 276.0);
        self.text("title", title, 814.0, &d.subnet(Tier::Private, zone));
        let middle = INSTANCES[at];
        self.rect("group", middle - 165.0, 600.0, 330.0, 110.0);
        let instance_type = d.topology.settings().instance_type.as_str();
        self.node(middle, 618.0, &[&d.instance_name(), instance_type]);
        self.middle("red small", middle, 698.0, &d.name(Id::AppGroup));
    }

    /// What spans both zones, and what lies outside the VPC.
    fn shared(&mut self, d: &Drawing<'_>) {
        self.rect("group", MIDDLE - 165.0, 370.0, 330.0, 108.0);
        self.node(MIDDLE, 386.0, &[&d.name(Id::LoadBalancer), &d.web]);
        self.label_of("red small", MIDDLE, 462.0, &d.name(Id::BalancerGroup));
        let targets = format!("{} · checks {}", d.name(Id::TargetGroup), d.health_path());
        self.label(MIDDLE, 532.0, &targets);
        if d.alarms {
            let name = d.name(Id::AlarmTopic);
            self.node(BUCKET, 560.0, &["CloudWatch", &name, "alarms by mail"]);
        }
        if d.logs {
            self.label(MIDDLE, 500.0, "access logs to the S3 bucket");
        }

        let (size, target) = d.fleet();
        self.rect("fleet", 124.0, 584.0, 852.0, 198.0);
        let fleet = format!("{} · {size} · {target}", d.name(Id::AutoScalingGroup));
        self.text("violet small", 138.0, 770.0, &fleet);

        self.node(MIDDLE, 872.0, &[&d.name(Id::S3Endpoint)]);
        let name = broken(&d.name(Id::Bucket), BUCKET_LETTERS);
        let mut lines = vec!["S3 bucket"];
        lines.extend(name.iter().map(String::as_str));
        self.node(
            BUCKET,
            891.0 - (22.0 + 16.0 * lines.len() as f64) / 2.0,
            &lines,
        );

        self.path("in", "in-head", "M1090 200 h44");
        self.text("small", 1144.0, 204.0, "requests");
        self.path("out", "out-head", "M1090 226 h44");
        self.text("small", 1144.0, 230.0, "out: AWS, S3");
        self.rect("group", 1090.0, 242.0, 44.0, 18.0);
        self.text("small", 1144.0, 256.0, "security group");
        self.rect("fleet", 1090.0, 270.0, 44.0, 18.0);
        self.text("small", 1144.0, 284.0, "Auto Scaling group");
    }

    fn traffic(&mut self, d: &Drawing<'_>) {
        self.path("in", "in-head", &format!("M{MIDDLE} 74 V146"));
        self.label(MIDDLE, 100.0, &d.web);
        self.path("in", "in-head", &format!("M{MIDDLE} 186 V384"));
        let balancer = width(&d.name(Id::LoadBalancer)).max(width(&d.web)) / 2.0;
        let instance = width(&d.instance_name()) / 2.0;
        for (at, column) in d.columns.iter().enumerate() {
            // Left of the middle, everything is mirrored.
            let outwards = if at == 0 { -1.0 } else { 1.0 };
            let (middle, lane) = (INSTANCES[at], LANES[at]);
            let from = MIDDLE + outwards * balancer;
            self.path("in", "in-head", &format!("M{from} 413 H{middle} V616"));
            self.label(middle, 516.0, &d.app);

            let side = middle + outwards * instance;
            if column.has_nat {
                self.path("out", "out-head", &format!("M{side} 645 H{lane} V344"));
                let gateway = MIDDLE + outwards * 60.0;
                self.path(
                    "out",
                    "out-head",
                    &format!("M{lane} 288 V204 H{gateway} V188"),
                );
            } else {
                let nat = LANES[0] + 60.0;
                self.path(
                    "out",
                    "out-head",
                    &format!("M{side} 645 H{lane} V502 H{nat} V344"),
                );
            }
            self.label(lane + outwards * -18.0, 570.0, "HTTPS 443");

            let side = middle - outwards * instance;
            let lane = MIDDLE + outwards * 7.0;
            self.path("out", "out-head", &format!("M{side} 645 H{lane} V870"));
        }
        let from = MIDDLE + width(&d.name(Id::S3Endpoint)) / 2.0;
        let to = BUCKET - bucket_width(d) / 2.0 - 2.0;
        self.path("out", "out-head", &format!("M{from} 891 H{to}"));
        self.label(880.0, 891.0, "HTTPS 443");
    }

    /// The identity provider: browsers sign in there, and the load balancer asks it who they are.
    fn provider(&mut self, d: &Drawing<'_>, host: &str) {
        self.node(PROVIDER, 20.0, &["Identity provider", host]);
        let (browsers, provider) = (width(&d.browsers) / 2.0, width(host) / 2.0);
        let (from, to) = (MIDDLE + browsers, PROVIDER - provider - 2.0);
        self.path("in", "in-head", &format!("M{from} 47 H{to}"));
        self.label((from + to) / 2.0, 47.0, "sign in");

        let up = MIDDLE + 34.0;
        self.path("out", "out-head", &format!("M{up} 386 V188"));
        self.label(up + 46.0, 352.0, "HTTPS 443");
        let from = MIDDLE + width(&d.name(Id::InternetGateway)) / 2.0;
        self.path("out", "out-head", &format!("M{from} 157 H{PROVIDER} V76"));
    }

    fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let _ = writeln!(
            self.0,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>"
        );
    }

    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.0,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
        );
    }

    fn middle(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.text(&format!("{class} middle"), x, y, text);
    }

    /// A box around its middle with a name, and what there is to say of it.
    fn node(&mut self, middle: f64, y: f64, lines: &[&str]) {
        let height = 22.0 + 16.0 * lines.len() as f64;
        let width = lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        self.rect("box", middle - width / 2.0, y, width, height);
        for (row, line) in lines.iter().enumerate() {
            let class = if row == 0 { "title" } else { "small" };
            self.middle(class, middle, y + 24.0 + 16.0 * row as f64, line);
        }
    }

    fn path(&mut self, class: &str, head: &str, path: &str) {
        let _ = writeln!(
            self.0,
            "<path class=\"{class}\" marker-end=\"url(#{head})\" d=\"{path}\"/>"
        );
    }

    /// Text on an arrow.
    fn label(&mut self, x: f64, y: f64, text: &str) {
        self.label_of("small", x, y, text);
    }

    fn label_of(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let width = 10.0 + 6.8 * text.chars().count() as f64;
        self.rect("label", x - width / 2.0, y - 11.0, width, 20.0);
        self.middle(class, x, y + 4.0, text);
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

/// How wide a box must be for a name, in any of the usual fonts.
fn width(name: &str) -> f64 {
    (30.0 + 8.6 * name.chars().count() as f64).max(150.0)
}

fn bucket_width(d: &Drawing<'_>) -> f64 {
    let name = broken(&d.name(Id::Bucket), BUCKET_LETTERS);
    name.iter().map(|line| width(line)).fold(0.0, f64::max)
}

fn head(id: &str, class: &str) -> String {
    format!(
        "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path class=\"{class}\" d=\"M0 0 8 4 0 8z\"/></marker>"
    )
}

/// A long name on several lines, broken after a hyphen.
fn broken(name: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in name.split_inclusive('-') {
        match lines.last_mut() {
            Some(last) if last.is_empty() || last.len() + part.len() <= width => {
                last.push_str(part)
            }
            _ => lines.push(part.to_owned()),
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
