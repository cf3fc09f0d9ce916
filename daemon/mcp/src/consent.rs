//! The consent of a person to what a study costs in real money. The client asks its user, in a form that the agent neither
//! sees nor fills in; where a client cannot ask, the study waits as a request at the owner's own screen. Clients of the protocol of
//! 2026 are answered with the question and call again with the reply, which counts for the very same study and once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use protocol::cost_request::{CostRequest, CostRequestId};
use protocol::safe;
use protocol::study::Draft;
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationSchema, InputRequest, InputRequiredResult, ProtocolVersion,
};
use rmcp::service::{RequestContext, ServiceError};

/// How long a person may think about it.
const THINKS_WITHIN: Duration = Duration::from_secs(600);

/// Questions that may wait for their reply; the oldest gives way.
const WAITING_MAX: usize = 16;

/// The field of the form, and the name of the question.
const FIELD: &str = "run";

/// Letters of the text that the person is shown.
const SHOWN: usize = 300;

/// What came of asking.
#[derive(Debug)]
pub(crate) enum Answered {
    /// A person agreed.
    Yes,
    /// A person declined, or closed the question.
    No,
    /// The client cannot ask.
    Nobody,
    /// The client is asked to ask, and to call again.
    Later(Box<InputRequiredResult>),
}

/// Questions that clients of the protocol of 2026 have not brought back yet.
#[derive(Debug, Default)]
pub(crate) struct Questions(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    by_number: BTreeMap<u64, (CostRequestId, Draft)>,
}

impl Questions {
    fn put(&self, request: CostRequestId, draft: Draft) -> String {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = waiting.next;
        waiting.next = number.wrapping_add(1);
        if waiting.by_number.len() >= WAITING_MAX {
            waiting.by_number.pop_first();
        }
        waiting.by_number.insert(number, (request, draft));
        number.to_string()
    }

    /// The reply that a repeated call brings to the question about that very draft, with its request. It is forgotten then.
    pub(crate) fn reply(
        &self,
        call: &CallToolRequestParams,
        draft: &Draft,
    ) -> Option<(CostRequestId, Answered)> {
        let number: u64 = call.request_state.as_deref()?.parse().ok()?;
        let reply = call.input_responses.as_ref()?.get(FIELD)?;
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (request, asked) = waiting.by_number.remove(&number)?;
        if asked != *draft {
            return None;
        }
        let reply: ElicitResult = serde_json::from_value(reply.clone()).ok()?;
        Some((request, answered(&reply)))
    }
}

/// Asks whoever sits at the client.
pub(crate) async fn ask(
    questions: &Questions,
    context: &RequestContext<RoleServer>,
    request: &CostRequest,
    draft: &Draft,
) -> Answered {
    if !can_ask(context) {
        return Answered::Nobody;
    }
    let whole = safe::line(draft.text.sent());
    let text: String = whole.chars().take(SHOWN).collect();
    let length = whole.chars().count();
    let cut = if length > SHOWN {
        format!(" (the first {SHOWN} of {length} characters)")
    } else {
        String::new()
    };
    let message = format!("{}. Run this study? {}{cut}", request.sentence(), safe::quoted(&text));
    let form = ElicitationSchema::builder().required_bool_property(FIELD, |field| {
        field.title("Run it").description("Agree to the cost of this one study")
    });
    let Ok(requested_schema) = form.build() else { return Answered::Nobody };
    let form = ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema };
    let is_new =
        context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
    if is_new {
        let question = InputRequest::Elicitation(ElicitRequest::new(form));
        let questions_asked = BTreeMap::from([(FIELD.to_owned(), question)]);
        let number = questions.put(request.id, draft.clone());
        return Answered::Later(Box::new(InputRequiredResult::new(
            Some(questions_asked),
            Some(number),
        )));
    }
    match context.peer.create_elicitation_with_timeout(form, Some(THINKS_WITHIN)).await {
        Ok(reply) => answered(&reply),
        // A client that says it can ask and then refuses to cannot.
        Err(ServiceError::McpError(_)) => Answered::Nobody,
        Err(_) => Answered::No,
    }
}

/// Whether the client says that it can ask with a form.
fn can_ask(context: &RequestContext<RoleServer>) -> bool {
    let elicitation = context.client_capabilities().and_then(|can| can.elicitation);
    // One that names no kind of question has forms, as before there were others.
    elicitation.is_some_and(|can| can.form.is_some() || can.url.is_none())
}

/// What the client calls itself.
pub(crate) fn client(context: &RequestContext<RoleServer>) -> String {
    context.client_info().map(|client| client.title.unwrap_or(client.name)).unwrap_or_default()
}

fn answered(reply: &ElicitResult) -> Answered {
    let agrees = reply.content.as_ref().and_then(|content| content.get(FIELD)?.as_bool());
    match reply.action {
        ElicitationAction::Accept if agrees == Some(true) => Answered::Yes,
        _ => Answered::No,
    }
}
