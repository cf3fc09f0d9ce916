//! Baseline for calls: a loop that sends a body of the usual size and reads the reply, with as much concurrency as a
//! study. It samples no panel, stores nothing and parses no answer, so it shows the cost of the calls alone on this
//! machine; gates missed on a busy or slow machine can be compared with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

/// The measurements of a loop.
pub(crate) struct Bare {
    pub(crate) wall: Duration,
    /// Milliseconds of processor time of its single thread.
    pub(crate) processor_ms: f64,
}

/// Characters of a system text and of a question, as in a concept test.
const SYSTEM: usize = 1_300;
const QUESTION: usize = 1_100;

/// Makes that many calls with that concurrency, on one thread.
pub(crate) fn bare(origin: &str, calls: u32, at_once: u32) -> Bare {
    let url = format!("{origin}/v1/chat/completions");
    std::thread::spawn(move || {
        daemon::internals::install_tls();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
        let body = json!({
            "model": "mock-1",
            "messages": [
                { "role": "system", "content": format!("You are: {}", "x".repeat(SYSTEM)) },
                { "role": "user", "content": "x".repeat(QUESTION) },
            ],
        })
        .to_string();
        let (begun, worked) = (Instant::now(), processor());
        runtime.block_on(async {
            let left = Arc::new(AtomicU32::new(calls));
            let mut under_way = tokio::task::JoinSet::new();
            for _ in 0..at_once {
                let (client, url, body) = (client.clone(), url.clone(), body.clone());
                let left = Arc::clone(&left);
                let one_less = |left: u32| left.checked_sub(1);
                under_way.spawn(async move {
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
                    {
                        let call = client.post(&url).header("content-type", "application/json");
                        let reply = call.body(body.clone()).send().await.unwrap();
                        assert!(reply.status().is_success());
                        drop(reply.bytes().await.unwrap());
                    }
                });
            }
            while under_way.join_next().await.is_some() {}
        });
        let processor_ms = processor().saturating_sub(worked).as_secs_f64() * 1e3;
        Bare { wall: begun.elapsed(), processor_ms }
    })
    .join()
    .unwrap()
}

/// Processor time of this thread so far.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}
