//! Closed forms, which the simulation is held against.

/// Mean seconds in an M/M/1 queue, waiting and service; the load is `rate * mean`, below 1
/// (Kleinrock, Queueing Systems I, 3.2).
pub fn mm1(rate: f64, mean: f64) -> f64 {
    mean / (1.0 - rate * mean)
}

/// Mean seconds in an M/D/1 queue: the formula of Pollaczek and Khinchine without variance.
pub fn md1(rate: f64, service: f64) -> f64 {
    let load = rate * service;
    service + load * service / (2.0 * (1.0 - load))
}

/// The chance to wait in an M/M/c queue, Erlang's C, for an offered load in cores below `cores`:
/// by the recursion of Erlang's B.
pub fn erlang_c(cores: usize, offered: f64) -> f64 {
    let mut blocked = 1.0;
    for core in 1..=cores {
        blocked = offered * blocked / (core as f64 + offered * blocked);
    }
    let load = offered / cores as f64;
    blocked / (1.0 - load * (1.0 - blocked))
}

/// Mean seconds in an M/M/c queue, waiting and service.
pub fn mmc(cores: usize, rate: f64, mean: f64) -> f64 {
    let offered = rate * mean;
    mean + erlang_c(cores, offered) * mean / (cores as f64 - offered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_agree_where_they_meet() {
        for load in [0.1, 0.5, 0.9] {
            assert!((mmc(1, load, 1.0) - mm1(load, 1.0)).abs() < 1e-12);
            // Waiting behind fixed services is half of that behind exponential ones.
            let waits = (md1(load, 1.0) - 1.0, mm1(load, 1.0) - 1.0);
            assert!((2.0 * waits.0 - waits.1).abs() < 1e-12);
        }
        // Two cores at load 1/2: C = 1/3 (Kleinrock I, 3.5).
        assert!((erlang_c(2, 1.0) - 1.0 / 3.0).abs() < 1e-12);
    }
}
