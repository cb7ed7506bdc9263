use clap::Parser as _;

use super::super::Capacity;
use super::Report;

#[derive(Debug, clap::Parser)]
struct Cli {
    #[command(flatten)]
    capacity: Capacity,
}

fn words(arguments: &[&str]) -> String {
    let all = ["capacity"].iter().chain(arguments);
    let scene = Cli::parse_from(all).capacity.scene().unwrap();
    Report::of(&scene).words()
}

#[test]
fn a_thousand_users() {
    insta::assert_snapshot!(words(&["--users", "1000"]), @"
    1,000 users at the busiest, a view every 30 s: 33.3 requests a second, 14.7 on average over a working day.
    A view takes 2.14 ms of a core on average (6 pages alike, 50 % of the views without a filter), and 25,278 bytes with its part of the assets. Measured: a release build (rustc 1.95.0, commit fde9651), br, on Intel Xeon (2 cores), Linux 6.18.
    2 to 4 × t3.small: 2 cores each, 1 times as fast as the one that was measured, 20 % of each is the baseline. The policy aims at 70 %; an instance is sent requests 150 s after its launch. Times are the instance's, without the network.

    | until | requests a second | instances serve, wanted | cores used | p99 at worst | refused |
    | --- | ---: | ---: | ---: | ---: | ---: |
    | 01:00 | 1.3 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 02:00 | 0.8 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 03:00 | 0.7 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 04:00 | 0.8 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 05:00 | 1.5 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 06:00 | 3.5 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 07:00 | 8.4 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 08:00 | 17.5 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 09:00 | 27.4 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 10:00 | 32.5 | 2, 2 | 2 % | 9.6 ms | 0 |
    | 11:00 | 32.7 | 2, 2 | 2 % | 9.6 ms | 0 |
    | 12:00 | 28.3 | 2, 2 | 2 % | 9.6 ms | 0 |
    | 13:00 | 26.0 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 14:00 | 29.2 | 2, 2 | 2 % | 9.6 ms | 0 |
    | 15:00 | 30.7 | 2, 2 | 2 % | 9.6 ms | 0 |
    | 16:00 | 27.7 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 17:00 | 21.8 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 18:00 | 15.7 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 19:00 | 12.6 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 20:00 | 10.9 | 2, 2 | 1 % | 9.6 ms | 0 |
    | 21:00 | 9.1 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 22:00 | 6.7 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 23:00 | 4.2 | 2, 2 | 0 % | 9.6 ms | 0 |
    | 24:00 | 2.5 | 2, 2 | 0 % | 9.6 ms | 0 |

    1,269,223 requests: 1,269,223 answered, 0 refused (0). Half of the answers within 1.1 ms, 99 % within 9.6 ms, 99.9 % within 9.6 ms. 2.00 instances on average.

    | USD a month, if this goes on all month | |
    | --- | ---: |
    | instances with disks | 32.87 |
    | CPU credits beyond the baseline (unlimited mode) | 0.00 |
    | load balancer, gateways, addresses, storage | 99.24 |
    | load balancer capacity units | 7.42 |
    | traffic to the internet | 87.83 |
    | **total** | **227.36** |

    Prices of 2025-06-01, before discounts for volume and free tiers, without taxes.

    4 × t3.small end at 108,276 users (3,609 requests a second): beyond, more than 0.1 % are refused or 1 % take longer than 500 ms. They are used to 70 % at 78,606 users. Their credits last for ever up to 22,459 users; at 70 % all day each instance costs 0.072 USD an hour instead of 0.022. In standard mode, once the credits are used up, 22,459 users would be the end.

    1,000 users, 33.3 requests a second at the busiest:

    | instance type | instances | USD a month | with a CDN for assets | CDN for pages without a filter too |
    | --- | ---: | ---: | ---: | ---: |
    | t3.micro | 2 | 211 | 219 | 261 with 2 |
    | t3.small | 2 | 227 | 235 | 277 with 2 |
    | t3.medium | 2 | 259 | 267 | 309 with 2 |
    | t3.large | 2 | 322 | 330 | 372 with 2 |
    | c5.large | 2 | 329 | 337 | 378 with 2 |

    Cheapest of these: 211 USD a month, with --instance-type t3.micro --max 2.

    100,000 users, 3,333 requests a second at the busiest:

    | instance type | instances | USD a month | with a CDN for assets | CDN for pages without a filter too |
    | --- | ---: | ---: | ---: | ---: |
    | t3.micro | 6 | 9,727 | 10,532 | 14,704 with 5 |
    | t3.small | 6 | 9,729 | 10,534 | 14,706 with 5 |
    | t3.medium | 6 | 9,778 | 10,583 | 14,754 with 5 |
    | c5.large | 6 | 9,819 | 10,624 | 14,795 with 5 |
    | m5.large | 6 | 9,845 | 10,650 | 14,819 with 5 |

    Cheapest of these: 9,727 USD a month, with --instance-type t3.micro --max 6.

    10,000,000 users, 333,333 requests a second at the busiest:

    | instance type | instances | USD a month | with a CDN for assets | CDN for pages without a filter too |
    | --- | ---: | ---: | ---: | ---: |
    | c5.4xlarge | 64 | 966,203 | 1,046,707 | 1,463,858 with 63 |
    | c5.9xlarge | 29 | 966,684 | 1,047,188 | 1,464,335 with 28 |
    | m6i.4xlarge | 64 | 968,033 | 1,048,538 | 1,465,649 with 63 |

    Cheapest of these: 966,203 USD a month, with --instance-type c5.4xlarge --max 64.

    By CPU alone: an instance's memory has to hold the table too (a t3.micro has 1 GiB, a t3.small 2).
    Assets never change under their address, and a CDN may keep them for ever. Pages without a filter it may keep only when the dashboard lets it (today they are `no-cache`), and only where everyone may see them: not with a password or sign-in. CDN: CloudFront at 0.085 USD a GB and 1.20 USD a million requests.
    ");
}

#[test]
fn more_users_than_the_fleet_bears_are_refused() {
    let text = words(&["--users", "200000", "--max", "4"]);
    assert!(text.contains("| 4, 4 | 100 % |"), "{text}");
}

#[test]
fn json_says_the_same() {
    let scene = Cli::parse_from(["capacity", "--users", "1000"])
        .capacity
        .scene()
        .unwrap();
    let report = Report::of(&scene);
    let json = report.json();
    assert_eq!(json["users"], 1000);
    assert_eq!(json["periods"].as_array().map(Vec::len), Some(1440));
    let requests = &json["requests"];
    let sum = ["answered", "refused", "gave_up"].map(|key| requests[key].as_f64().unwrap());
    assert_eq!(requests["came"].as_f64(), Some(sum.iter().sum()));
    assert!(
        json["growth"]
            .as_array()
            .is_some_and(|growth| growth.len() == 3)
    );
}
