//! Mock model service in this process: it speaks all three wire formats over plain HTTP, replies as a test determines,
//! and counts its calls independently of the daemon, so that the daemon's records can be compared with them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// One call as the service received it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The number of the call, from 0.
    pub number: usize,
    /// The path.
    pub path: String,
    /// The headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The respondent, as the prompt introduces them: one line, different for each persona.
    pub persona: String,
    /// The system text.
    pub system: String,
    /// The question; in a re-ask, with the reply and the correction.
    pub question: String,
    /// The number of messages besides the system text: one, or three in a re-ask.
    pub turns: usize,
    /// The texts to embed; empty for a question.
    pub texts: Vec<String>,
    /// The whole body.
    pub body: Value,
}

/// The reaction of the service to a call.
#[derive(Clone, Debug)]
pub enum Act {
    /// A valid answer.
    Answer,
    /// This text instead of an answer.
    Say(String),
    /// A valid answer that reports these numbers of tokens sent and received.
    Claim(Value, Value),
    /// A valid answer with further headers.
    With(Vec<(&'static str, String)>),
    /// A failure with a status and headers.
    Status(u16, Vec<(&'static str, String)>),
    /// A failure with a status, headers and a body.
    Fail(u16, Vec<(&'static str, String)>, Value),
    /// A success with these bytes as its body.
    Body(Vec<u8>),
    /// A broken connection.
    Reset,
    /// No reply.
    Silence,
    /// A reply that is sent byte by byte without ever ending.
    Drip,
}

type Rule = dyn Fn(&Heard) -> Act + Send + Sync;

/// What a service keeps of its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// Every call with its prompt.
    Calls,
    /// Counts only, so that a benchmark measures the daemon and not the mock.
    Counts,
}

struct State {
    rule: Box<Rule>,
    latency: Duration,
    memory: Memory,
    /// The models that it lists.
    models: Mutex<Vec<String>>,
    told: Mutex<Told>,
}

/// The record of a service.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Every call, in order; empty where only counts are kept.
    pub heard: Vec<Heard>,
    /// Number of calls.
    pub calls: usize,
    /// Calls by persona.
    pub asked: BTreeMap<String, usize>,
    /// Calls with a valid answer, by persona.
    pub answered: BTreeMap<String, usize>,
    /// Calls under way.
    pub under_way: usize,
    /// Most calls under way at the same time.
    pub most_under_way: usize,
}

impl Told {
    /// Calls by persona.
    #[must_use]
    pub fn by_persona(&self) -> BTreeMap<String, usize> {
        self.asked.clone()
    }
}

/// A running service.
pub struct MockProvider {
    address: SocketAddr,
    state: Arc<State>,
    // Dropping it stops the service.
    _runtime: Runtime,
}

impl fmt::Debug for MockProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MockProvider({})", self.address)
    }
}

impl MockProvider {
    /// A service that answers every call at once.
    #[must_use]
    pub fn good() -> Self {
        Self::start(Duration::ZERO, |_| Act::Answer)
    }

    /// A service with that latency that reacts as the rule determines.
    #[must_use]
    pub fn start(latency: Duration, rule: impl Fn(&Heard) -> Act + Send + Sync + 'static) -> Self {
        Self::with(Memory::Calls, latency, rule)
    }

    /// The same for benchmarks: it keeps counts only.
    #[must_use]
    pub fn lean(latency: Duration, rule: impl Fn(&Heard) -> Act + Send + Sync + 'static) -> Self {
        Self::with(Memory::Counts, latency, rule)
    }

    fn with(
        memory: Memory,
        latency: Duration,
        rule: impl Fn(&Heard) -> Act + Send + Sync + 'static,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            rule: Box::new(rule),
            latency,
            memory,
            models: Mutex::new(vec!["mock-1".to_owned()]),
            told: Mutex::new(Told::default()),
        });
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that disconnects is not an error.
                    drop(serve(stream, &state).await);
                });
            }
        });
        Self { address, state, _runtime: runtime }
    }

    /// Lists those models from now on.
    pub fn list(&self, models: &[&str]) {
        let models = models.iter().map(|model| (*model).to_owned()).collect();
        *self.state.models.lock().unwrap_or_else(PoisonError::into_inner) = models;
    }

    /// The address at which it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its origin: the address without a path.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A settings section that makes it the engine `mock`: without a key, with a price.
    #[must_use]
    pub fn settings(&self, more: &str) -> String {
        format!(
            "[backup]\ndaily = false\n[engine.mock]\nkind = \"openai\"\nbase_url = \"{}/v1\"\nmodel = \"mock-1\"\n\
             api_key_env = \"\"\nprice = {{ input = 1.0, output = 2.0 }}\n{more}\n",
            self.origin()
        )
    }

    /// Its record so far.
    #[must_use]
    pub fn told(&self) -> Told {
        self.state.told().clone()
    }

    /// The number of calls so far.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state.told().calls
    }
}

impl State {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        let Some((method, path, headers, body)) = request(&mut stream, &mut buffer).await? else {
            return Ok(());
        };
        // The list of models is no call.
        if method == "GET" {
            let models = state.models.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let models = models.into_iter().map(|id| json!({ "id": id }));
            let body = json!({ "data": models.collect::<Vec<_>>() }).to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await?;
            continue;
        }
        let heard = {
            let mut told = state.told();
            let heard = understand(told.calls, path, headers, body);
            told.calls += 1;
            *told.asked.entry(heard.persona.clone()).or_insert(0) += 1;
            if state.memory == Memory::Calls {
                told.heard.push(heard.clone());
            }
            told.under_way += 1;
            told.most_under_way = told.most_under_way.max(told.under_way);
            heard
        };
        let act = (state.rule)(&heard);
        if !state.latency.is_zero() {
            tokio::time::sleep(state.latency).await;
        }
        state.told().under_way -= 1;
        let usage = |input: u64, output: u64| (json!(input), json!(output));
        let letters: usize = heard.texts.iter().map(String::len).sum();
        let letters = letters + heard.system.len() + heard.question.len();
        let words = u64::try_from(letters).unwrap_or(0) / 4;
        let (status, extra, body) = match act {
            Act::Answer => (200, Vec::new(), proper(state, &heard, usage(words, 60))),
            Act::With(extra) => (200, extra, proper(state, &heard, usage(words, 60))),
            Act::Claim(input, output) => (200, Vec::new(), proper(state, &heard, (input, output))),
            Act::Say(text) => (200, Vec::new(), reply(&heard, &text, usage(words, 60))),
            Act::Status(status, extra) => {
                let body = json!({ "error": { "message": "as the test says" } }).to_string();
                (status, extra, body.into_bytes())
            }
            Act::Fail(status, extra, body) => (status, extra, body.to_string().into_bytes()),
            Act::Body(body) => (200, Vec::new(), body),
            Act::Reset => {
                stream.set_zero_linger()?;
                return Ok(());
            }
            Act::Silence => std::future::pending().await,
            Act::Drip => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await?;
                loop {
                    stream.write_all(b" ").await?;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        };
        let mut head = format!("HTTP/1.1 {status} As-Said\r\ncontent-type: application/json\r\n");
        for (name, value) in extra {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut message = head.into_bytes();
        message.extend(body);
        stream.write_all(&message).await?;
    }
}

type Parts = (String, String, BTreeMap<String, String>, Value);

async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Parts>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = head.lines();
    let mut begun = lines.next().unwrap_or_default().split(' ').map(ToOwned::to_owned);
    let (method, path) = (begun.next().unwrap_or_default(), begun.next().unwrap_or_default());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = serde_json::from_slice(&buffer[end..end + length]).unwrap_or(Value::Null);
    buffer.drain(..end + length);
    Ok(Some((method, path, headers, body)))
}

fn understand(
    number: usize,
    path: String,
    headers: BTreeMap<String, String>,
    body: Value,
) -> Heard {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |list: &Value, of: fn(&Value) -> &Value| -> Vec<String> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|entry| text(of(entry))).collect()
    };
    let embedded = if path.ends_with("/embeddings") {
        texts(&body["input"], |text| text)
    } else if path.ends_with(":batchEmbedContents") {
        texts(&body["requests"], |request| &request["content"]["parts"][0]["text"])
    } else {
        Vec::new()
    };
    let list = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let (system, turns): (String, Vec<String>) = if path.ends_with("/chat/completions") {
        let messages = list(&body["messages"]);
        let said = messages.iter().skip(1).map(|message| text(&message["content"]));
        (text(&body["messages"][0]["content"]), said.collect())
    } else if path.ends_with("/messages") {
        let messages = list(&body["messages"]);
        (text(&body["system"]), messages.iter().map(|message| text(&message["content"])).collect())
    } else {
        let contents = list(&body["contents"]);
        let said = contents.iter().map(|content| text(&content["parts"][0]["text"]));
        (text(&body["systemInstruction"]["parts"][0]["text"]), said.collect())
    };
    let question = match turns.as_slice() {
        [question, former, correction] => format!(
            "{question}\n\n--- The reply ---\n\n{former}\n\n--- Said to it ---\n\n{correction}"
        ),
        turns => turns.first().cloned().unwrap_or_default(),
    };
    let turns = turns.len();
    let persona =
        system.lines().find(|line| line.starts_with("You are: ")).unwrap_or_default().to_owned();
    Heard { number, path, headers, persona, system, question, turns, texts: embedded, body }
}

fn proper(state: &State, heard: &Heard, usage: (Value, Value)) -> Vec<u8> {
    if !heard.texts.is_empty() {
        return vectors(heard, &usage.0);
    }
    *state.told().answered.entry(heard.persona.clone()).or_insert(0) += 1;
    reply(heard, &answer(heard), usage)
}

/// A valid answer to the question, derived from the persona: the same persona always gives the same answer.
#[must_use]
pub fn answer(heard: &Heard) -> String {
    if heard.question.contains("\"rating\": a whole number from 1 to 5") {
        let said = |word: &&str| heard.question.contains(*word);
        let point = STANCES.iter().position(said).map_or(3, |place| place + 1);
        return json!({ "rating": point, "refused": null }).to_string();
    }
    if heard.question.contains("\"text\": what you say") {
        let stance = STANCES[usize::try_from((score(heard) - 1) / 2).unwrap()];
        // Every persona gives a slightly different text.
        let own = hash(&heard.persona) % 1_000_000;
        let text =
            format!("I would {stance} go for this myself, it is what I like, sort of {own}.");
        return json!({ "text": text, "refused": null }).to_string();
    }
    scored(heard, score(heard))
}

/// The score of the persona, 1 to 10: always the same one.
#[must_use]
pub fn score(heard: &Heard) -> u64 {
    1 + (hash(&heard.persona) >> 20) % 10
}

/// A valid answer to the question with that score, from 1 to 10.
#[must_use]
pub fn scored(heard: &Heard, score: u64) -> String {
    let sentiment = ["negative", "mixed", "positive"][usize::try_from(score.min(9) / 4).unwrap()];
    let intent = ["definitely_not", "probably_not", "maybe", "probably", "definitely"]
        [usize::try_from((score - 1) / 2).unwrap()];
    let reasoning =
        format!("Cooking at home suits me, but the price of it is high; I give it {score}.");
    let mut answer = json!({
        "reasoning": reasoning,
        "score": score,
        "sentiment": sentiment,
        "purchase_intent": intent,
        "appeals": [{ "theme": "Home cooking", "quote": "Cooking at home suits me" }],
        "concerns": [{ "theme": "Price", "quote": "the price of it is high" }],
        "key_theme": "Price",
        "preference": if score > 5 { "a" } else { "b" },
        "score_a": score,
        "score_b": 11 - score,
        "differentiators": ["Price"],
        "answer": format!("The price would, at {score} times the usual."),
        "themes": ["Price"],
        "refused": null,
    });
    // Only the fields that the question's form names.
    let form = heard.question.rsplit_once("nothing else:\n").map_or(CONCEPT_FORM, |(_, form)| form);
    answer.as_object_mut().unwrap().retain(|key, _| form.contains(&format!("\"{key}\":")));
    answer.to_string()
}

/// The form of an owner's own template that does not contain one.
const CONCEPT_FORM: &str =
    r#"{"reasoning": "", "score": 1, "sentiment": "", "purchase_intent": "", "refused": null}"#;

/// Words in free texts for each point from 1 to 5; the mock's rater reads the point from them.
const STANCES: [&str; 5] = ["never", "hardly", "perhaps", "rather", "certainly"];

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |drawn, byte| {
        (drawn ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Dimensions of a vector of this service.
const DIMENSIONS: usize = 64;

/// A vector of a text: each word counts in one dimension, determined by the word; a small component depends on the
/// whole text, so that no two texts are equally similar.
#[must_use]
pub fn vector(text: &str) -> Vec<f32> {
    let mut drawn = hash(text);
    let mut vector: Vec<f32> = Vec::with_capacity(DIMENSIONS);
    for _ in 0..DIMENSIONS {
        vector.push(f32::from(u8::try_from(drawn >> 56).unwrap()) / 2_550.0);
        drawn = drawn.rotate_left(7).wrapping_mul(0x0100_0000_01b3);
    }
    for word in text.split(|letter: char| !letter.is_alphanumeric()) {
        if !word.is_empty() {
            let place = hash(&word.to_lowercase()) >> 32;
            vector[usize::try_from(place).unwrap() % DIMENSIONS] += 1.0;
        }
    }
    vector
}

fn vectors(heard: &Heard, tokens: &Value) -> Vec<u8> {
    let vectors: Vec<Vec<f32>> = heard.texts.iter().map(|text| vector(text)).collect();
    let body = if heard.path.ends_with("/embeddings") {
        // In the wrong order on purpose: the index assigns each vector to its text.
        let entry =
            |(index, vector): (usize, &Vec<f32>)| json!({ "index": index, "embedding": vector });
        let data: Vec<Value> = vectors.iter().enumerate().rev().map(entry).collect();
        json!({ "model": "mock-embed", "data": data, "usage": { "prompt_tokens": tokens } })
    } else {
        let entries: Vec<Value> =
            vectors.iter().map(|vector| json!({ "values": vector })).collect();
        json!({ "embeddings": entries })
    };
    body.to_string().into_bytes()
}

fn reply(heard: &Heard, text: &str, (input, output): (Value, Value)) -> Vec<u8> {
    let body = if heard.path.ends_with("/chat/completions") {
        json!({
            "model": "mock-1", "choices": [{ "finish_reason": "stop", "message": { "content": text } }],
            "usage": { "prompt_tokens": input, "completion_tokens": output },
        })
    } else if heard.path.ends_with("/messages") {
        json!({
            "model": "mock-1", "stop_reason": "end_turn", "content": [{ "type": "text", "text": text }],
            "usage": { "input_tokens": input, "output_tokens": output },
        })
    } else {
        json!({
            "modelVersion": "mock-1",
            "candidates": [{ "finishReason": "STOP", "content": { "parts": [{ "text": text }] } }],
            "usageMetadata": { "promptTokenCount": input, "candidatesTokenCount": output },
        })
    };
    body.to_string().into_bytes()
}
