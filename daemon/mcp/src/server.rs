//! The server of the Model Context Protocol: who it is, what it tells an agent at the beginning, its tools, and how a call of
//! one becomes a result. A wrong call is answered with a result that says what is wrong, which agents read; errors of the
//! protocol are for clients.

use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult,
    ErrorCode, Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities,
    ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::consent::Questions;
use crate::marks::ABOUT_MARKS;
use crate::told;
use crate::tools::{self, Call, Halt, ToolName};
use crate::use_cases::UseCases;

/// What an agent is told before it calls anything.
const INSTRUCTIONS: &str = "Demoscope tests texts on panels of synthetic people, on this machine. Find earlier studies with \
     list_studies; run one with run_study (an idea, a message, two variants) or review_content (finished words); wait with \
     wait_study; read it with get_study and get_findings; hold studies against each other with compare_studies and rank. \
     Report numbers with their intervals, and say that the answers are synthetic: they rank ideas and find problems, and do \
     not tell how many people would buy. The engine `offline` is free; others cost money, which a person agrees to: where your \
     client cannot ask one, the study waits as a request such as r1, which you tell the user of.";

/// Requests that are served. One that is read as something else has parameters that it cannot have.
const METHODS: [&str; 4] = ["initialize", "ping", "tools/list", "tools/call"];

/// Serves the tools.
pub(crate) struct Server<U> {
    use_cases: Arc<U>,
    questions: Arc<Questions>,
}

impl<U> Server<U> {
    pub(crate) fn new(use_cases: Arc<U>) -> Self {
        Self { use_cases, questions: Arc::default() }
    }
}

impl<U> Clone for Server<U> {
    fn clone(&self) -> Self {
        Self { use_cases: Arc::clone(&self.use_cases), questions: Arc::clone(&self.questions) }
    }
}

impl<U: UseCases> ServerHandler for Server<U> {
    fn get_info(&self) -> ServerConfig {
        let own =
            Implementation::new("demoscope", env!("CARGO_PKG_VERSION")).with_title("Demoscope");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(own)
            .with_instructions(format!("{INSTRUCTIONS} {ABOUT_MARKS}"))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::list(self.use_cases.may_run())))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::find(name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = ToolName::named(&request.name) else {
            let names: Vec<&str> = tools::names().collect();
            let what = format!("There is no tool of that name; there are {}", names.join(", "));
            return Err(ErrorData::invalid_params(what, None));
        };
        let (use_cases, questions) = (&*self.use_cases, &*self.questions);
        let call = Call { use_cases, questions, context: &context, request };
        Ok(match call.answer(tool).await {
            Ok(told) => CallToolResult::structured(told).into(),
            Err(Halt::Refused(error)) => told::refusal(&error, &tools::arguments(tool)).into(),
            Err(Halt::Ask(question)) => (*question).into(),
        })
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let CustomRequest { method, .. } = request;
        if METHODS.contains(&method.as_str()) {
            let what = format!("The parameters of {method} are not as the protocol has them");
            return Err(ErrorData::invalid_params(what, None));
        }
        let what = format!("There is no such method; there are {}", METHODS.join(", "));
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, what, None))
    }
}
