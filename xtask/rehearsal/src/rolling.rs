//! An instance refresh: which instance comes or goes next, so that never fewer than the least
//! are healthy and never more than the most run.

/// What a refresh knows of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Whether it runs the wanted version.
    pub(crate) is_wanted: bool,
    /// Whether it serves, and has warmed up.
    pub(crate) is_ready: bool,
}

/// What a refresh may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// How many instances the group should have.
    pub(crate) desired: usize,
    /// Percent of them that must be ready.
    pub(crate) min_healthy: usize,
    /// Percent of them that may run.
    pub(crate) max_healthy: usize,
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// One of the wanted version is launched.
    Launch,
    /// The part of this place is terminated.
    Terminate(usize),
    /// Nothing can be done before an instance is ready.
    Wait,
    /// All instances are of the wanted version, and ready.
    Done,
}

/// What is to be done next.
pub(crate) fn next(parts: &[Part], bounds: Bounds) -> Next {
    let least = (bounds.desired * bounds.min_healthy).div_ceil(100);
    let most = (bounds.desired * bounds.max_healthy).div_ceil(100);
    let wanted = parts.iter().filter(|part| part.is_wanted).count();
    let ready = parts.iter().filter(|part| part.is_ready).count();
    let old = parts
        .iter()
        .position(|part| !part.is_wanted && !part.is_ready);
    let old = old.or_else(|| parts.iter().position(|part| !part.is_wanted));
    match old {
        None if wanted < bounds.desired => Next::Launch,
        None if parts.iter().all(|part| part.is_ready) => Next::Done,
        None => Next::Wait,
        // One that does not serve can go at once; another only if enough are left.
        Some(place) if !parts[place].is_ready || ready > least => Next::Terminate(place),
        Some(_) if parts.len() < most && wanted < bounds.desired => Next::Launch,
        Some(_) => Next::Wait,
    }
}

/// Percent of the desired instances that are of the wanted version and ready.
pub(crate) fn percent(parts: &[Part], desired: usize) -> u32 {
    let done = parts.iter().filter(|part| part.is_wanted && part.is_ready);
    let percent = done.count() * 100 / desired.max(1);
    u32::try_from(percent.min(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        desired: 2,
        min_healthy: 100,
        max_healthy: 150,
    };

    fn parts(text: &str) -> Vec<Part> {
        let part = |word: &str| Part {
            is_wanted: word.starts_with("new"),
            is_ready: !word.ends_with('?'),
        };
        text.split_whitespace().map(part).collect()
    }

    #[test]
    fn two_instances_are_replaced_one_by_one() {
        for (text, expected) in [
            ("old old", Next::Launch),
            ("old old new?", Next::Wait),
            ("old old new", Next::Terminate(0)),
            ("old new", Next::Launch),
            ("old new new?", Next::Wait),
            ("old new new", Next::Terminate(0)),
            ("new new", Next::Done),
            ("new new?", Next::Wait),
            ("old? old", Next::Terminate(0)),
            ("old", Next::Launch),
            ("", Next::Launch),
        ] {
            assert_eq!(next(&parts(text), BOUNDS), expected, "{text}");
        }
        assert_eq!(percent(&parts("old new new?"), 2), 50);
    }

    /// From any beginning, with instances that become ready sooner or later: it ends, never
    /// with fewer ready than asked, and never with more than may run.
    #[test]
    fn it_ends_within_its_bounds() {
        for desired in 1..=6 {
            let bounds = Bounds { desired, ..BOUNDS };
            let mut parts = vec![
                Part {
                    is_wanted: false,
                    is_ready: true
                };
                desired
            ];
            let mut steps = 0;
            loop {
                match next(&parts, bounds) {
                    Next::Launch => parts.push(Part {
                        is_wanted: true,
                        is_ready: false,
                    }),
                    Next::Terminate(place) => drop(parts.remove(place)),
                    Next::Wait => {
                        let late = parts.iter_mut().find(|part| !part.is_ready);
                        late.expect("something to wait for").is_ready = true;
                    }
                    Next::Done => break,
                }
                steps += 1;
                assert!(steps < 100, "{parts:?}");
                assert!(parts.iter().filter(|part| part.is_ready).count() >= desired);
                assert!(parts.len() <= (desired * 3).div_ceil(2));
            }
        }
    }
}
