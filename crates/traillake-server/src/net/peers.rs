//! How many connections there are, in all and of one peer.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// Counts connections; clones share the counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_peer: HashMap<IpAddr, usize>,
}

/// A connection's place, which it leaves when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    peers: Peers,
    peer: IpAddr,
}

/// Which limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    All,
    Peer,
}

impl Peers {
    /// A place, if there is one left.
    pub(super) fn enter(&self, address: IpAddr, most: usize, most_of_peer: usize) -> Result<Place, Full> {
        let peer = peer_of(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= most {
            return Err(Full::All);
        }
        let of_peer = counts.by_peer.entry(peer).or_default();
        if *of_peer >= most_of_peer {
            return Err(Full::Peer);
        }
        *of_peer += 1;
        counts.all += 1;
        Ok(Place { peers: self.clone(), peer })
    }

    /// Connections there are.
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.peers.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all = counts.all.saturating_sub(1);
        if let Some(of_peer) = counts.by_peer.get_mut(&self.peer) {
            *of_peer = of_peer.saturating_sub(1);
            if *of_peer == 0 {
                counts.by_peer.remove(&self.peer);
            }
        }
    }
}

/// An IPv4 address, or the /64 network of an IPv6 one, which is what one machine has at its disposal.
fn peer_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn places_are_limited_in_all_and_by_peer_and_given_back() {
        let peers = Peers::default();
        let enter = |text| peers.enter(address(text), 3, 2);
        let one = enter("10.0.0.1").unwrap();
        let _two = enter("::ffff:10.0.0.1").unwrap();
        assert_eq!(enter("10.0.0.1").unwrap_err(), Full::Peer);
        let three = enter("10.0.0.2").unwrap();
        assert_eq!(enter("10.0.0.3").unwrap_err(), Full::All);
        drop((one, three));
        assert_eq!(peers.count(), 1);
        assert!(enter("10.0.0.1").is_ok());
        assert_eq!(peers.0.lock().unwrap().by_peer.len(), 1);
    }

    #[test]
    fn a_network_of_ipv6_is_one_peer() {
        assert_eq!(peer_of(address("2001:db8::1")), peer_of(address("2001:db8::ffff:1:2:3")));
        assert_ne!(peer_of(address("2001:db8::1")), peer_of(address("2001:db8:0:1::1")));
    }
}
