//! What a request asks of a processor.

use crate::draws::Draws;

/// How long a request keeps one core busy, in seconds on the core that was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Always as long.
    Fixed(f64),
    /// From the exponential distribution with this mean.
    Exponential(f64),
    /// One of several, each with its weight: pages, asked for more or less often.
    Mix(Vec<(f64, f64)>),
}

impl Work {
    /// Its mean, in seconds; 0 of an empty mix.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed(seconds) | Self::Exponential(seconds) => *seconds,
            Self::Mix(kinds) => {
                let weights: f64 = kinds.iter().map(|(weight, _)| weight).sum();
                let all: f64 = kinds.iter().map(|(weight, seconds)| weight * seconds).sum();
                if weights > 0.0 { all / weights } else { 0.0 }
            }
        }
    }

    /// That of one request, in seconds.
    pub(crate) fn draw(&self, draws: &mut Draws) -> f64 {
        match self {
            Self::Fixed(seconds) => *seconds,
            Self::Exponential(mean) => draws.exponential(*mean),
            Self::Mix(kinds) => {
                let weights: f64 = kinds.iter().map(|(weight, _)| weight).sum();
                let mut ticket = draws.share() * weights;
                for (weight, seconds) in kinds {
                    if ticket <= *weight {
                        return *seconds;
                    }
                    ticket -= weight;
                }
                kinds.last().map_or(0.0, |(_, seconds)| *seconds)
            }
        }
    }
}
