//! Which setting helps: errors and unfinished replies with the line to write, or the variable to look at.

use super::ModelEngine;
use crate::config::Structured;
use crate::inference::chat::{CallError, ChatReply, Denial, Refusable, Stop, TIMED_OUT};

/// Words by which services say that they do not have a model, or have it no more.
const GONE: [&str; 17] = [
    "not found",
    "not exist",
    "n't exist",
    "not loaded",
    "unknown model",
    "unknown_model",
    "invalid model",
    "not a valid model",
    "model is unknown",
    "no longer",
    "decommissioned",
    "no such model",
    "no model",
    "not have a model",
    "model is not available",
    "model not available",
    "not served",
];

/// Whether a service says that it does not have the model.
fn says_no_model(said: &str) -> bool {
    let said = said.to_lowercase();
    said.contains("model") && GONE.iter().any(|words| said.contains(words))
}

impl ModelEngine {
    /// The same error with the setting to look at, where it is one: the key, the model, or the address.
    pub(super) async fn with_setting(&self, error: &CallError) -> Option<CallError> {
        let name = &self.service.name;
        if let CallError::Denied { status, denial: Denial::Key, said } = error {
            let about = match (&self.service.key_from, self.service.key_variable.as_str()) {
                (Some(variable), _) => format!("the key is from ${variable}"),
                (None, "") => {
                    format!("none was sent: name its variable as api_key_env in [engine.{name}]")
                }
                (None, variable) => format!(
                    "none was sent: set ${variable}, or name another variable as api_key_env in [engine.{name}]"
                ),
            };
            let said = if said.is_empty() { about } else { format!("{said} ({about})") };
            return Some(CallError::Denied { status: *status, denial: Denial::Key, said });
        }
        let CallError::Rejected { status, said, refuses, .. } = error else { return None };
        // A limit or a temperature that does not fit one question fits none.
        if let Some(line) = refuses.iter().find_map(|part| self.value_line(*part)) {
            return Some(CallError::Setting { why: format!("{error}; {line}") });
        }
        if refuses.contains(&Refusable::Context) {
            let line = self.context_line();
            // Where others are read, only this question is too long.
            return Some(if self.is_proven() {
                let (status, refuses) = (*status, refuses.clone());
                let said = format!("{said}; {line}");
                CallError::Rejected { status, said, at: String::new(), refuses }
            } else {
                CallError::Setting { why: format!("{error}; {line}") }
            });
        }
        if self.is_proven() {
            return self.gone(error, *status, said).await;
        }
        let is_gone =
            says_no_model(said) || (*status == 404 && said.to_lowercase().contains("model"));
        if matches!(status, 400 | 404 | 422) && is_gone && refuses.is_empty() {
            let listed = self.list_models().await;
            let known = listed.contains(&self.service.model);
            if let Some(first) = listed.first().filter(|_| !known) {
                let line = self.line("model", &format!("{first:?}"));
                let has = listed.join(", ");
                return Some(CallError::Setting { why: format!("{error}; it has {has}: {line}") });
            }
        }
        matches!(status, 404 | 405).then(|| CallError::Setting {
            why: format!(
                "{error}; look at base_url in [engine.{name}], of which a version such as /v1 is a part, and at the model {}",
                self.service.model
            ),
        })
    }

    /// What is told of a model that answered before and that the service does not know any more.
    async fn gone(&self, error: &CallError, status: u16, said: &str) -> Option<CallError> {
        if !(matches!(status, 404 | 410) || (status == 400 && says_no_model(said))) {
            return None;
        }
        let model = &self.service.model;
        let listed = self.list_models().await;
        let name = &self.service.name;
        let helps = match listed.first() {
            _ if listed.contains(model) => {
                format!("answered before and is still listed: look at base_url in [engine.{name}]")
            }
            Some(first) => format!(
                "answered before and is not there any more: it has {} now; {}, or load it again",
                listed.join(", "),
                self.line("model", &format!("{first:?}"))
            ),
            None => format!(
                "answered before and is not there any more: load it again, or write another model in [engine.{name}]"
            ),
        };
        Some(CallError::Setting { why: format!("{error}; the model {model} {helps}") })
    }

    /// What to write where a service refuses the value of a setting.
    fn value_line(&self, part: Refusable) -> Option<String> {
        let (key, now) = match part {
            Refusable::Length => ("output_tokens", self.service.output_tokens_max.to_string()),
            Refusable::TemperatureValue => ("temperature", self.service.temperature?.to_string()),
            _ => return None,
        };
        let name = &self.service.name;
        Some(format!(
            "it is {now} now: write {key} = … in [engine.{name}] with a value that it takes"
        ))
    }

    /// What helps where the context of a model is too small.
    fn context_line(&self) -> String {
        format!(
            "raise the context of the server (num_ctx, --ctx-size, --max-model-len), write less than {} as output_tokens in [engine.{}], or shorten the text",
            self.service.output_tokens_max, self.service.name
        )
    }

    /// What helps where that is what comes of every call.
    pub fn what_helps(&self, error: &CallError) -> Option<String> {
        let name = &self.service.name;
        match error {
            CallError::Network { why, .. } if why == TIMED_OUT => Some(format!(
                "a call may take {} s: timeout_seconds in [engine.{name}] gives it more",
                self.service.target.call_wait.as_secs()
            )),
            CallError::Malformed { .. } | CallError::TooLarge { .. } => Some(format!(
                "is base_url in [engine.{name}] right? It is {}",
                self.service.target.base_url
            )),
            _ => None,
        }
    }

    /// Why a reply has no answer in it, and what helps: it was cut off, or it holds nothing but thoughts. `None` where there
    /// is something to read, or the model declined.
    pub fn why_without_answer(&self, reply: &ChatReply) -> Option<String> {
        let is_empty = reply.text.trim().is_empty();
        match reply.stop {
            Stop::Declined(_) => None,
            Stop::Truncated => Some(self.why_unfinished(reply.thought || is_empty)),
            Stop::Finished if reply.thought && is_empty => {
                let most = u64::from(self.service.output_tokens_max);
                let short = reply.tokens.map(|tokens| tokens.output);
                // A server may call it finished although the limit is what ended it.
                let short = short.filter(|output| *output < most.saturating_mul(9) / 10);
                Some(short.map_or_else(
                    || self.why_unfinished(true),
                    |output| {
                        format!(
                            "the model thinks and stops without an answer, after {output} of {most} tokens: switch its thinking off at the server, or ask another model in [engine.{}]",
                            self.service.name
                        )
                    },
                ))
            }
            Stop::Finished => None,
        }
    }

    /// Why a reply ended before the answer, and the settings that help.
    pub fn why_unfinished(&self, thought: bool) -> String {
        let most = self.service.output_tokens_max;
        let longer = self.line("output_tokens", &most.saturating_mul(4).to_string());
        let name = &self.service.name;
        match (thought, self.service.reasoning) {
            (true, false) => format!(
                "the model spends its limit of {most} tokens on thinking: set reasoning = true or output_tokens in [engine.{name}]"
            ),
            (true, true) => {
                format!("the model spends its limit of {most} tokens on thinking: {longer}")
            }
            (false, _) => {
                format!("the replies are cut off at their limit of {most} tokens: {longer}")
            }
        }
    }

    /// Why no reply can be read, with the value that the latest one has, and what helps.
    pub fn why_unreadable(&self, reason: &str, seen: Option<&str>) -> String {
        let seen = seen.map(|seen| format!(" (the model writes {seen})")).unwrap_or_default();
        let name = &self.service.name;
        let helps = match self.service.structured {
            Structured::Schema => format!("ask another model in [engine.{name}]"),
            Structured::Json | Structured::Text => format!(
                "try structured = \"schema\" in [engine.{name}], which holds a model to the allowed values, or another model"
            ),
        };
        format!("none of the latest replies can be read: {reason}{seen}; {helps}")
    }

    /// What to write into the settings.
    pub fn line(&self, key: &str, value: &str) -> String {
        format!("write {key} = {value} in [engine.{}]", self.service.name)
    }
}
