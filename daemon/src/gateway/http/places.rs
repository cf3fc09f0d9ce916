//! Places for connections: a number in all, and a number for each peer, which is smaller until it has shown a valid key. Which
//! key a connection shows is known when the head of its request is there, so for a moment every connection may be one with a key.
//! After that, and where no place is free at all, the oldest connection without a key that has no request under way gives up its
//! place, of the peer that holds most of them: so whoever opens many slow connections loses their own. A peer that showed a valid
//! key lately keeps room for the next: there those without one give way at once.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlaceLimits {
    /// In all.
    pub(super) all: usize,
    /// Of one peer, without a valid key.
    pub(super) of_stranger: usize,
    /// Of one peer, with keys and without.
    pub(super) of_peer: usize,
}

/// How long a connection has to show a key before it counts as one without.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// How long room is kept for the keys of a peer that showed a valid one.
const KEY_LATELY: Duration = Duration::from_secs(600);

/// Such peers that are remembered.
const PEERS_MAX: usize = 4096;

/// All places.
#[derive(Debug)]
pub(super) struct Places {
    limits: PlaceLimits,
    taken: Mutex<TakenPlaces>,
}

#[derive(Debug, Default)]
struct TakenPlaces {
    next: u64,
    /// By the order in which they were taken.
    seats: BTreeMap<u64, Seat>,
    /// When each peer last showed a valid key.
    keys_shown: HashMap<IpAddr, Instant>,
}

#[derive(Debug)]
struct Seat {
    peer: IpAddr,
    since: Instant,
    has_key: bool,
    is_at_work: bool,
    /// A request was answered.
    has_asked: bool,
    given_up: CancellationToken,
}

impl Seat {
    /// Whether a key may still come: one that was there would have come with the first request.
    fn is_fresh(&self, now: Instant) -> bool {
        !self.has_asked && now.saturating_duration_since(self.since) < GRACE
    }

    /// Whether it may be given to another.
    fn is_idle(&self) -> bool {
        !self.has_key && !self.is_at_work && !self.given_up.is_cancelled()
    }
}

/// The place of one connection, free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    given_up: CancellationToken,
    is_beyond: bool,
}

impl Places {
    pub(super) fn new(limits: PlaceLimits) -> Arc<Self> {
        Arc::new(Self { limits, taken: Mutex::default() })
    }

    /// A place for a connection of that peer; none when all are taken by others that are at work, have keys, or may show one.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr, now: Instant) -> Option<Place> {
        let peer = network(peer);
        let mut taken = self.taken();
        let PlaceLimits { all, of_stranger, of_peer } = self.limits;
        let is_old = |seat: &Seat| seat.peer == peer && !seat.is_fresh(now);
        let (its, strange) = taken.of(peer);
        let keeps_room = taken.has_shown_key(peer, now);
        if its >= of_peer {
            let freed = taken.free_one(is_old);
            // A client with a key sends the head of its request at once: the oldest that has not waits for something else.
            let is_own = |seat: &Seat| keeps_room && seat.peer == peer;
            freed.or_else(|| taken.free_one(is_own))?;
        } else if taken.held() >= all {
            let crowd = taken.crowd()?;
            taken.free_one(|seat| seat.peer == crowd)?;
        } else if strange >= of_stranger
            && taken.free_one(is_old).is_none()
            && !keeps_room
            && !taken.is_any_fresh(peer, now)
        {
            return None;
        }
        let number = taken.next;
        taken.next = taken.next.wrapping_add(1);
        let given_up = CancellationToken::new();
        let token = given_up.clone();
        let (has_key, is_at_work, has_asked) = (false, false, false);
        let seat = Seat { peer, since: now, has_key, is_at_work, has_asked, given_up: token };
        taken.seats.insert(number, seat);
        let is_beyond = strange >= of_stranger;
        drop(taken);
        Some(Place { places: Arc::clone(self), number, given_up, is_beyond })
    }

    /// Takes the places back that a peer has beyond those of a stranger, once no key came with them.
    pub(super) fn trim(&self, peer: IpAddr, now: Instant) {
        let peer = network(peer);
        let mut taken = self.taken();
        while taken.of(peer).1 > self.limits.of_stranger {
            if taken.free_one(|seat| seat.peer == peer && !seat.is_fresh(now)).is_none() {
                return;
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, TakenPlaces> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connections that hold a place.
    #[cfg(test)]
    fn held(&self) -> usize {
        self.taken().held()
    }
}

impl TakenPlaces {
    fn held(&self) -> usize {
        self.seats.values().filter(|seat| !seat.given_up.is_cancelled()).count()
    }

    /// Connections of a peer: all of them, and those without a key.
    fn of(&self, peer: IpAddr) -> (usize, usize) {
        let held = self.seats.values().filter(|seat| !seat.given_up.is_cancelled());
        held.filter(|seat| seat.peer == peer)
            .fold((0, 0), |(all, strange), seat| (all + 1, strange + usize::from(!seat.has_key)))
    }

    /// Whether a peer has a connection that may still show a key.
    fn is_any_fresh(&self, peer: IpAddr, now: Instant) -> bool {
        self.seats.values().any(|seat| seat.peer == peer && seat.is_idle() && seat.is_fresh(now))
    }

    /// Whether a peer showed a valid key lately.
    fn has_shown_key(&self, peer: IpAddr, now: Instant) -> bool {
        let shown = self.keys_shown.get(&peer);
        shown.is_some_and(|at| now.saturating_duration_since(*at) < KEY_LATELY)
    }

    fn note_key(&mut self, peer: IpAddr, now: Instant) {
        if self.keys_shown.len() >= PEERS_MAX && !self.keys_shown.contains_key(&peer) {
            let oldest = self.keys_shown.iter().min_by_key(|(_, at)| **at).map(|(peer, _)| *peer);
            if let Some(oldest) = oldest {
                self.keys_shown.remove(&oldest);
            }
        }
        self.keys_shown.insert(peer, now);
    }

    /// The peer with most connections that can be given up.
    fn crowd(&self) -> Option<IpAddr> {
        let mut count: HashMap<IpAddr, usize> = HashMap::new();
        for seat in self.seats.values().filter(|seat| seat.is_idle()) {
            *count.entry(seat.peer).or_default() += 1;
        }
        count.into_iter().max_by_key(|(peer, count)| (*count, *peer)).map(|(peer, _)| peer)
    }

    /// Gives up the oldest that can be; none where none can.
    fn free_one(&mut self, is_of: impl Fn(&Seat) -> bool) -> Option<()> {
        let seat = self.seats.values().find(|seat| seat.is_idle() && is_of(seat))?;
        seat.given_up.cancel();
        Some(())
    }
}

impl Place {
    /// A request is under way from here on.
    pub(super) fn begin(&self) {
        self.change(|seat| seat.is_at_work = true);
    }

    /// The request was answered.
    pub(super) fn end(&self) {
        self.change(|seat| (seat.is_at_work, seat.has_asked) = (false, true));
    }

    /// A valid key was shown.
    pub(super) fn has_key(&self, now: Instant) {
        let mut taken = self.places.taken();
        let Some(seat) = taken.seats.get_mut(&self.number) else { return };
        seat.has_key = true;
        let peer = seat.peer;
        taken.note_key(peer, now);
    }

    /// Whether it was given beyond what a peer without a key has: it is for one that shows a key.
    pub(super) fn is_beyond(&self) -> bool {
        let taken = self.places.taken();
        let Some(seat) = taken.seats.get(&self.number).filter(|_| self.is_beyond) else {
            return false;
        };
        taken.of(seat.peer).1 > self.places.limits.of_stranger
    }

    /// Waits until the place is given to another connection.
    pub(super) async fn given_up(&self) {
        self.given_up.cancelled().await;
    }

    fn change(&self, change: impl FnOnce(&mut Seat)) {
        if let Some(seat) = self.places.taken().seats.get_mut(&self.number) {
            change(seat);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().seats.remove(&self.number);
    }
}

/// Whom an address stands for: one machine, or the network of one in IPv6.
pub(super) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [one, two, three, four, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(one, two, three, four, 0, 0, 0, 0))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LIMITS: PlaceLimits = PlaceLimits { all: 6, of_stranger: 2, of_peer: 4 };

    fn peer(last: u8) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
    }

    fn is_given_up(place: &Place) -> bool {
        place.given_up.is_cancelled()
    }

    #[test]
    fn a_stranger_with_too_many_loses_the_oldest_of_their_own() {
        let (places, now) = (Places::new(LIMITS), Instant::now());
        let later = now + GRACE;
        let other = places.take(peer(2), now).unwrap();
        let own = [places.take(peer(1), now).unwrap(), places.take(peer(1), now).unwrap()];
        let third = places.take(peer(1), later).unwrap();
        assert!(is_given_up(&own[0]) && !is_given_up(&own[1]) && !is_given_up(&third));
        assert!(!is_given_up(&other));
    }

    #[test]
    fn many_at_once_have_a_moment_to_show_their_keys() {
        let (places, now) = (Places::new(LIMITS), Instant::now());
        let at_once: Vec<Place> = (0..4).map(|_| places.take(peer(1), now).unwrap()).collect();
        assert!(places.take(peer(1), now).is_none(), "no more than with keys");
        assert_eq!(at_once.iter().filter(|place| place.is_beyond()).count(), 2);
        at_once[1].has_key(now);
        places.trim(peer(1), now);
        assert!(!at_once.iter().any(is_given_up), "it is too early");
        places.trim(peer(1), now + GRACE);
        let given_up: Vec<bool> = at_once.iter().map(is_given_up).collect();
        assert_eq!(given_up, [true, false, false, false], "two without a key stay");
    }

    #[test]
    fn what_is_at_work_or_has_a_key_is_kept() {
        let (places, now) = (Places::new(LIMITS), Instant::now());
        let later = now + GRACE;
        let busy = [places.take(peer(1), now).unwrap(), places.take(peer(1), now).unwrap()];
        busy.iter().for_each(Place::begin);
        assert!(places.take(peer(1), later).is_none(), "both are at work");
        busy[0].has_key(later);
        let third = places.take(peer(1), later).unwrap();
        third.has_key(later);
        let fourth = places.take(peer(1), later).unwrap();
        fourth.has_key(later);
        assert!(
            places.take(peer(1), later).is_none(),
            "four of one peer, one of them a stranger's"
        );
        busy[1].end();
        assert!(places.take(peer(1), later).is_some());
        assert!(is_given_up(&busy[1]));
    }

    #[test]
    fn a_peer_that_showed_a_key_keeps_room_for_the_next_whatever_else_it_opens() {
        let (places, now) = (Places::new(LIMITS), Instant::now());
        places.take(peer(1), now).unwrap().has_key(now);
        let mut flood: Vec<Place> = (0..4).map(|_| places.take(peer(1), now).unwrap()).collect();
        let client = places.take(peer(1), now).unwrap();
        client.has_key(now);
        assert!(is_given_up(&flood[0]) && !is_given_up(&flood[1]), "the oldest gives way");
        flood.extend((0..9).map(|_| places.take(peer(1), now).unwrap()));
        assert!(!is_given_up(&client));
        assert_eq!(places.held(), 4, "no more than with keys");
        // Also beside as many as a stranger may have that are at work; without a key it is refused then.
        drop(flood);
        let busy = [places.take(peer(1), now).unwrap(), places.take(peer(1), now).unwrap()];
        busy.iter().for_each(Place::begin);
        assert!(places.take(peer(1), now + GRACE).unwrap().is_beyond());
        assert!(places.take(peer(1), now + KEY_LATELY).is_none(), "it was too long ago");
    }

    #[test]
    fn who_has_asked_without_a_key_shows_none_any_more() {
        let (places, now) = (Places::new(LIMITS), Instant::now());
        let flood: Vec<Place> = (0..4).map(|_| places.take(peer(1), now).unwrap()).collect();
        assert!(places.take(peer(1), now).is_none());
        flood[2].begin();
        flood[2].end();
        assert!(places.take(peer(1), now).is_some());
        let given_up: Vec<bool> = flood.iter().map(is_given_up).collect();
        assert_eq!(given_up, [false, false, true, false]);
    }

    #[test]
    fn a_full_house_takes_from_the_peer_that_holds_most() {
        let (places, now) = (Places::new(LIMITS), Instant::now());
        let honest = places.take(peer(9), now).unwrap();
        let hostile: Vec<Place> =
            [1, 1, 2, 2, 3].map(|last| places.take(peer(last), now).unwrap()).into_iter().collect();
        let newcomer = places.take(peer(8), now).unwrap();
        assert!(!is_given_up(&honest) && !is_given_up(&newcomer));
        assert_eq!(hostile.iter().filter(|place| is_given_up(place)).count(), 1);
        assert_eq!(places.held(), 6);
        drop((honest, hostile, newcomer));
        assert_eq!(places.held(), 0, "a place is free when its connection is gone");
    }

    #[test]
    fn an_ipv6_network_is_one_peer_and_a_mapped_address_is_its_ipv4_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::7"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::7"), of("2001:db8:1:3::7"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_eq!(of("::1").to_string(), "::1");
    }
}
