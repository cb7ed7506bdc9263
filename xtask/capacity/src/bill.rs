//! What a load costs in a month: what the topology costs by being there, and what grows with use.

use infra_model::cost::{BALANCER_UNIT_HOUR, CREDIT, HOURS, TRAFFIC_GB};

/// A GB from CloudFront to Europe and North America, the first 10 TB of a month
/// (<https://aws.amazon.com/cloudfront/pricing/>).
pub const CDN_GB: f64 = 0.085;
/// A million HTTPS requests to CloudFront, Europe.
pub const CDN_MILLION: f64 = 1.20;

/// What one second of the load is on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Instances that are there.
    pub instances: f64,
    /// Credits that are charged.
    pub credits: f64,
    /// Views that the load balancer passes on.
    pub views: f64,
    /// Bytes that it passes on.
    pub bytes: f64,
    /// Those of them that go to the internet; to a CDN of AWS's own they cost nothing.
    pub direct_bytes: f64,
    /// Requests that a CDN answers, its own questions included; 0 without one.
    pub cdn_requests: f64,
    /// Bytes that a CDN sends to users.
    pub cdn_bytes: f64,
}

/// A month of that, in USD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bill {
    /// Instances with their disks.
    pub instances: f64,
    /// CPU credits beyond the baseline.
    pub credits: f64,
    /// Load balancer, gateways, addresses, storage.
    pub fixed: f64,
    /// Load balancer capacity units.
    pub units: f64,
    /// Bytes to the internet.
    pub traffic: f64,
    /// The CDN's requests and bytes.
    pub cdn: f64,
}

impl Bill {
    /// For an average second of `usage`; an instance costs `each` a month, the rest of the topology
    /// `fixed`.
    pub fn of(usage: &Usage, each: f64, fixed: f64) -> Self {
        let month = HOURS * 3600.0;
        // A unit is 25 new connections a second, or a GB an hour; each view may be a connection.
        let units = (usage.views / 25.0).max(usage.bytes * 3600.0 / 1e9);
        Self {
            instances: usage.instances * each,
            credits: usage.credits * month * CREDIT,
            fixed,
            units: units * BALANCER_UNIT_HOUR * HOURS,
            traffic: usage.direct_bytes * month / 1e9 * TRAFFIC_GB,
            cdn: usage.cdn_bytes * month / 1e9 * CDN_GB
                + usage.cdn_requests * month / 1e6 * CDN_MILLION,
        }
    }

    /// All of it.
    pub fn total(&self) -> f64 {
        self.instances + self.credits + self.fixed + self.units + self.traffic + self.cdn
    }
}
