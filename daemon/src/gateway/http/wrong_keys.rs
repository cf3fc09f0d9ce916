//! Wrong keys by peer: whoever tries many of them in a minute is told to wait, and a valid key of the same peer opens all the
//! same. Behind one address there may be many programs, so nobody is kept out; but trying is slow, and it is told what it is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::places::network;

/// Wrong keys of one peer in a window that are told to be wrong.
const TRIES_MAX: u32 = 20;
/// From the first of them on.
const WINDOW: Duration = Duration::from_secs(60);
/// Peers that are remembered.
const PEERS_MAX: usize = 4096;

/// The wrong keys of each peer lately.
#[derive(Debug, Default)]
pub(super) struct WrongKeys(Mutex<HashMap<IpAddr, KeyTries>>);

#[derive(Clone, Copy, Debug)]
struct KeyTries {
    since: Duration,
    count: u32,
}

impl WrongKeys {
    /// Counts a wrong key of that peer; or says how long it has to wait where it tried too many.
    pub(super) fn count(&self, peer: IpAddr, now: Duration) -> Result<(), Duration> {
        let peer = network(peer);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |tries: &KeyTries| now.saturating_sub(tries.since) >= WINDOW;
        if known.len() >= PEERS_MAX && !known.contains_key(&peer) {
            known.retain(|_, tries| !is_over(tries));
            let oldest = known.iter().min_by_key(|(_, tries)| tries.since).map(|(peer, _)| *peer);
            if let Some(oldest) = oldest.filter(|_| known.len() >= PEERS_MAX) {
                known.remove(&oldest);
            }
        }
        let tries = known.entry(peer).or_insert(KeyTries { since: now, count: 0 });
        if is_over(tries) {
            *tries = KeyTries { since: now, count: 0 };
        }
        tries.count = tries.count.saturating_add(1);
        if tries.count > TRIES_MAX {
            return Err(WINDOW.saturating_sub(now.saturating_sub(tries.since)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn peer(number: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(number))
    }

    #[test]
    fn the_twenty_first_wrong_key_of_a_minute_waits_for_its_end() {
        let wrong = WrongKeys::default();
        let start = Duration::from_secs(100);
        for second in 0..20 {
            assert_eq!(wrong.count(peer(1), start + Duration::from_secs(second)), Ok(()));
        }
        let late = start + Duration::from_secs(45);
        assert_eq!(wrong.count(peer(1), late), Err(Duration::from_secs(15)));
        assert_eq!(wrong.count(peer(2), late), Ok(()), "another peer");
        assert!(wrong.count(peer(1), start + Duration::from_secs(59)).is_err());
        for _ in 0..20 {
            assert_eq!(wrong.count(peer(1), start + WINDOW), Ok(()), "the next minute");
        }
        assert_eq!(wrong.count(peer(1), start + WINDOW), Err(WINDOW));
    }

    #[test]
    fn no_more_peers_are_remembered_than_there_is_room_for() {
        let wrong = WrongKeys::default();
        let many = u32::try_from(PEERS_MAX).unwrap();
        for number in 0..many + 100 {
            let now = Duration::from_millis(u64::from(number));
            assert_eq!(wrong.count(peer(number), now), Ok(()));
        }
        let known = wrong.0.lock().unwrap();
        assert_eq!(known.len(), PEERS_MAX);
        assert!(
            known.contains_key(&peer(many + 99)) && !known.contains_key(&peer(99)),
            "the newest are"
        );
    }
}
