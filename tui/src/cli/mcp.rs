//! The `demoscope mcp` command: the tools for agents over standard input and output, as a client of the Model Context Protocol
//! starts them. It calls the daemon through its socket as every command does, and finds it again when it was restarted.

use std::time::Duration;

use mcp::{CostRule, UseCases};
use protocol::analysis::CrossTab;
use protocol::cost_request::{CostDecision, CostRequest, CostRequestId};
use protocol::error::ErrorCode;
use protocol::event::{Cursor, EventPage};
use protocol::external::{ExternalHead, ExternalResult};
use protocol::id::{StudyId, SubmitKey};
use protocol::ledger::Balance;
use protocol::paths::Paths;
use protocol::ranking::{RankQuestion, Ranking};
use protocol::results::{Comparison, Report};
use protocol::run::{Preview, Study};
use protocol::service::{DemoscopeClient, Hello, Page, Reply, StudyQuery, Submit, VERSIONS};
use protocol::study::{Draft, Origin};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::failure::{Exit, Failure};
use crate::link::{self, Absent, Link, call};
use crate::ui::Ui;

/// Events on a page.
const PAGE: u32 = 500;

/// Serve agents over standard input and output (Model Context Protocol)
///
/// A client starts this command by itself: give it `demoscope` with the argument `mcp`. Its agent can then run studies, wait for
/// them and read them. What costs more than cost.confirm_above_usd is asked of you first: in the client, or, where that cannot
/// ask, in the workstation and by `demoscope approve`. Other machines, and clients without this program, use the same tools by HTTP, with a key: see the
/// README.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claude mcp add demoscope -- demoscope mcp
  {\"mcpServers\": {\"demoscope\": {\"command\": \"demoscope\", \"args\": [\"mcp\"]}}}")]
pub(crate) struct Args {}

/// Serves one client until it leaves.
pub(crate) async fn run(_: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let paths = link.paths.clone();
    let socket = Socket { paths, client: Mutex::new(link.into_client()) };
    match Box::pin(mcp::serve(socket)).await {
        Ok(()) => Ok(Exit::Done),
        Err(broken) => Err(Failure::invalid(broken.to_string())
            .hint("Start it from a client, as `demoscope mcp --help` shows")),
    }
}

/// The daemon behind its socket.
struct Socket {
    paths: Paths,
    client: Mutex<DemoscopeClient>,
}

impl Socket {
    /// Makes a call; when the daemon was lost, finds or starts it and makes the same call once more.
    async fn ask<T, F>(&self, call: impl Fn(DemoscopeClient) -> F + Send + Sync) -> Reply<T>
    where
        F: Future<Output = Reply<T>> + Send,
    {
        let client = self.client.lock().await.clone();
        match call(client).await {
            Err(error) if error.code == ErrorCode::Unreachable => {
                let fresh = link::start_daemon(&self.paths).await?.client;
                link::offer(&fresh).await?;
                *self.client.lock().await = fresh.clone();
                call(fresh).await
            }
            reply => reply,
        }
    }
}

impl UseCases for Socket {
    const COST_RULE: CostRule = CostRule::PersonAtClient;

    async fn check(&self, draft: Draft) -> Reply<Preview> {
        self.ask(|client| {
            let draft = draft.clone();
            async move { call!(client, check(draft)) }
        })
        .await
    }

    async fn submit(&self, draft: Draft) -> Reply<Study> {
        let submit = Submit {
            key: SubmitKey(Uuid::new_v4()),
            draft,
            origin: Origin::Mcp,
            cost_confirmed: false,
            path: None,
        };
        self.ask(|client| {
            let submit = submit.clone();
            async move { call!(client, submit(submit)) }
        })
        .await
    }

    async fn request_cost(&self, draft: Draft, client: String) -> Reply<CostRequest> {
        let submit = Submit {
            key: SubmitKey(Uuid::new_v4()),
            draft,
            origin: Origin::Mcp,
            cost_confirmed: false,
            path: None,
        };
        self.ask(|daemon| {
            let (submit, client) = (submit.clone(), client.clone());
            async move { call!(daemon, request_cost(submit, client)) }
        })
        .await
    }

    async fn decide_cost(&self, id: CostRequestId, decision: CostDecision) -> Reply<CostRequest> {
        self.ask(|client| async move { call!(client, decide_cost(id, decision)) }).await
    }

    async fn externals(&self, offset: u32, limit: u32) -> Reply<Page<ExternalHead>> {
        self.ask(|client| async move { call!(client, externals(offset, limit)) }).await
    }

    async fn external(&self, name: String) -> Reply<Option<ExternalResult>> {
        self.ask(|client| {
            let name = name.clone();
            async move { call!(client, external(name)) }
        })
        .await
    }

    async fn cost_request(&self, id: CostRequestId) -> Reply<CostRequest> {
        self.ask(|client| async move { call!(client, cost_request(id)) }).await
    }

    fn may_run(&self) -> bool {
        true
    }

    async fn studies(&self, query: StudyQuery) -> Reply<Page<Study>> {
        self.ask(|client| {
            let query = query.clone();
            async move { call!(client, studies(query)) }
        })
        .await
    }

    async fn find(&self, name: String) -> Reply<Study> {
        self.ask(|client| {
            let name = name.clone();
            async move { call!(client, find(name)) }
        })
        .await
    }

    async fn report(&self, study: StudyId) -> Reply<Report> {
        self.ask(|client| async move { call!(client, report(study)) }).await
    }

    async fn cross(
        &self,
        study: StudyId,
        dimensions: Vec<String>,
        of: Option<String>,
    ) -> Reply<CrossTab> {
        self.ask(|client| {
            let (dimensions, of) = (dimensions.clone(), of.clone());
            async move { call!(client, cross(study, dimensions, of)) }
        })
        .await
    }

    async fn compare(
        &self,
        first: StudyId,
        second: StudyId,
        of: Option<String>,
    ) -> Reply<Comparison> {
        self.ask(|client| {
            let of = of.clone();
            async move { call!(client, compare(first, second, of)) }
        })
        .await
    }

    async fn rank(&self, question: RankQuestion) -> Reply<Ranking> {
        self.ask(|client| {
            let question = question.clone();
            async move { call!(client, rank(question)) }
        })
        .await
    }

    async fn credits(&self) -> Reply<Balance> {
        self.ask(|client| async move { call!(client, credits()) }).await
    }

    async fn head(&self) -> Reply<Cursor> {
        let hello = Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol_min: VERSIONS.0,
            protocol_max: VERSIONS.1,
        };
        let welcome = self
            .ask(|client| {
                let hello = hello.clone();
                async move { call!(client, hello(hello)) }
            })
            .await?;
        Ok(welcome.head)
    }

    async fn events(&self, after: Cursor, wait: Duration) -> Reply<EventPage> {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.ask(|client| async move { call!(client, events(after, PAGE, wait_ms)) }).await
    }
}
