use std::time::Duration;

/// The pauses before further attempts: random between zero and a limit that doubles (full jitter).
#[derive(Debug)]
pub(crate) struct Backoff {
    initial: Duration,
    max: Duration,
    pauses: u32,
}

impl Backoff {
    pub(crate) const fn new(initial: Duration, max: Duration) -> Self {
        Self {
            initial,
            max,
            pauses: 0,
        }
    }

    /// Returns the next pause: the time that the server asked for, plus a random one.
    ///
    /// The sum and not the greater of the two: otherwise all who were given the same time come back in
    /// the same instant. `random` is from 0 up to 1.
    pub(crate) fn next_pause(&mut self, min: Duration, random: f64) -> Duration {
        min.saturating_add(self.next_limit().mul_f64(random.clamp(0.0, 1.0)))
    }

    /// Returns the limit of the next pause.
    pub(crate) fn next_limit(&mut self) -> Duration {
        let limit = self
            .initial
            .saturating_mul(2_u32.saturating_pow(self.pauses))
            .min(self.max);
        self.pauses = self.pauses.saturating_add(1);
        limit
    }

    /// Begins again with the shortest limit if an attempt has worked for at least the longest limit. A
    /// shorter success changes nothing: a server that accepts every attempt and ends it at once would be
    /// called almost without pause.
    pub(crate) fn worked_for(&mut self, time: Duration) {
        if time >= self.max {
            self.pauses = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn doubles_the_limit_up_to_the_longest() {
        let mut backoff = Backoff::new(ms(100), ms(5_000));
        let limits: Vec<_> = (0..8)
            .map(|_| backoff.next_pause(Duration::ZERO, 1.0))
            .collect();
        assert_eq!(
            limits,
            [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map(ms)
        );
        for _ in 0..100 {
            assert_eq!(backoff.next_limit(), ms(5_000));
        }
    }

    #[test]
    fn adds_the_random_pause_to_what_the_server_asks_for() {
        let mut backoff = Backoff::new(ms(100), ms(5_000));
        assert_eq!(backoff.next_pause(ms(2_000), 0.0), ms(2_000));
        assert_eq!(backoff.next_pause(ms(2_000), 0.5), ms(2_100));
        assert_eq!(backoff.next_pause(Duration::MAX, 1.0), Duration::MAX);
    }

    #[test]
    fn begins_again_only_after_a_long_success() {
        let mut backoff = Backoff::new(ms(100), ms(5_000));
        backoff.next_limit();
        backoff.worked_for(ms(4_999));
        assert_eq!(backoff.next_limit(), ms(200));
        backoff.worked_for(ms(5_000));
        assert_eq!(backoff.next_limit(), ms(100));
    }
}
