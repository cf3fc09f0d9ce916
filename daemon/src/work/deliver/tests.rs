//! Tests of the driver against real connections: what is due is sent at once and again after a failure, a receiver that
//! says nothing holds up nobody else, and an address that may not be reached is not dialled.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol::hook::{Delivery, DeliveryQuery, DeliveryState, EndpointRequest, HookFormat};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::resolve::allowed;
use crate::app::Core;
use crate::app::testing::{Disk, broken, everyone_answers, me, options, paper, settings};
use crate::work::Drivers;
use crate::world::World;

/// A receiver that gives those replies, one after the other, the last one for ever; an empty one is silence.
async fn receiver(replies: &[&'static str]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let (notes, replies) = (Arc::clone(&heard), replies.to_vec());
    tokio::spawn(async move {
        let mut count = 0_usize;
        while let Ok((mut stream, _)) = listener.accept().await {
            let reply = replies[count.min(replies.len() - 1)];
            count += 1;
            let notes = Arc::clone(&notes);
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 * 1024];
                let mut text = String::new();
                while !text.contains("\r\n\r\n") || !text.ends_with('}') {
                    match stream.read(&mut bytes).await {
                        Ok(0) | Err(_) => return,
                        Ok(count) => text.push_str(&String::from_utf8_lossy(&bytes[..count])),
                    }
                }
                notes.lock().unwrap().push(text);
                if reply.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _gone = stream.write_all(reply.as_bytes()).await;
                if reply == DRIP {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    (url, heard)
}

async fn add(core: &Core, url: &str, allow_private: bool) {
    let request = EndpointRequest {
        url: url.to_owned(),
        format: HookFormat::Standard,
        events: Vec::new(),
        allow_private,
        secret: None,
        key: None,
    };
    core.add_endpoint(&me(), request).await.unwrap();
}

async fn deliveries(core: &Core) -> Vec<Delivery> {
    let query = DeliveryQuery { limit: 100, ..DeliveryQuery::default() };
    core.deliveries(&me(), query).await.unwrap().items
}

async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), looking).await.expect("it comes about")
}

const OK: &str = "HTTP/1.1 204 Fine\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const NO: &str = "HTTP/1.1 500 No\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno";
const ELSEWHERE: &str =
    "HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";

fn core() -> Core {
    let settings = crate::app::Settings {
        hooks_retry: Duration::from_millis(20),
        ..settings(1_000, everyone_answers())
    };
    Core::open_with(World::system(), Disk::default().storage(), settings, options()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_is_sent_and_sent_again_under_the_same_id_and_a_silent_one_holds_up_nobody() {
    let core = core();
    let (silent, _) = receiver(&[""]).await;
    let (flaky, heard) = receiver(&[NO, ELSEWHERE, OK]).await;
    add(&core, &silent, true).await;
    add(&core, &flaky, true).await;
    let mut drivers = Drivers::none(core.clone());
    super::start(&mut drivers);
    core.submit(&me(), paper(1, 4)).await.unwrap();
    let taken = until(async || {
        let all = deliveries(&core).await;
        all.into_iter().find(|one| one.state == DeliveryState::Delivered)
    })
    .await;
    let statuses: Vec<Option<u16>> = taken.attempts.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Some(500), Some(307), Some(204)], "a redirect is not followed");
    let heard = heard.lock().unwrap().clone();
    let bodies: Vec<&str> =
        heard.iter().map(|text| text.split("\r\n\r\n").nth(1).unwrap()).collect();
    assert!(bodies.windows(2).all(|two| two[0] == two[1]));
    let id = format!("webhook-id: {}", taken.id);
    assert!(heard.iter().all(|text| text.contains(&id)), "{heard:?}");
    // The silent one is still being waited for.
    let waiting = deliveries(&core).await.into_iter().find(|one| one.url == silent).unwrap();
    assert_eq!((waiting.state, waiting.tries), (DeliveryState::Pending, 0));
    drivers.stop().await;
    assert_eq!(broken(&core), Vec::<String>::new());
    core.close();
}

const DRIP: &str = "HTTP/1.1 410 Gone\r\ncontent-length: 104857600\r\n\r\nno more";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_whose_reply_never_ends_is_believed_its_status() {
    let core = core();
    let (url, _) = receiver(&[DRIP]).await;
    add(&core, &url, true).await;
    let mut drivers = Drivers::none(core.clone());
    super::start(&mut drivers);
    core.submit(&me(), paper(1, 4)).await.unwrap();
    let dead = until(async || {
        let all = deliveries(&core).await;
        all.into_iter().find(|one| one.state == DeliveryState::Dead)
    })
    .await;
    assert_eq!((dead.tries, dead.attempts[0].status), (1, Some(410)));
    assert_eq!(dead.attempts[0].reply, "no more");
    let endpoint = core.endpoints(&me()).await.unwrap().remove(0);
    assert_eq!(endpoint.state, protocol::hook::EndpointState::Paused);
    drivers.stop().await;
    core.close();
}

#[tokio::test]
async fn a_task_that_fails_gives_its_place_back() {
    let mut under_way = super::HooksUnderWay::default();
    let endpoint = uuid::Uuid::from_u128(1);
    under_way.begin((1, endpoint), async { panic!("as told") });
    under_way.begin((2, endpoint), async {});
    while !under_way.of_endpoints.is_empty() {
        under_way.some_ended().await;
    }
    assert!(under_way.tasks.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_name_only_addresses_that_may_be_dialled_are_used() {
    let addresses = |all: &[&str]| {
        let all: Vec<SocketAddr> = all.iter().map(|one| one.parse().unwrap()).collect();
        all.into_iter()
    };
    let mixed = ["127.0.0.1:0", "8.8.8.8:0", "[::1]:0", "[fd00::1]:0", "169.254.169.254:0"];
    let public = allowed(addresses(&mixed), false).unwrap();
    assert_eq!(public, addresses(&["8.8.8.8:0"]).collect::<Vec<_>>());
    assert!(allowed(addresses(&["127.0.0.1:0", "10.0.0.1:0"]), false).is_err());
    assert_eq!(allowed(addresses(&mixed), true).unwrap().len(), 4, "metadata services never");
    // A name of this machine is refused when it is dialled, whatever it looks like.
    let resolver = super::resolve::GuardedResolver { allow_private: false };
    let resolved = reqwest::dns::Resolve::resolve(&resolver, "localhost".parse().unwrap()).await;
    assert!(resolved.is_err());
}
