//! Variables of the environment that say how services are reached. They count as they were when the daemon was started; that
//! commands have another value since is told where it may be the reason why a service cannot be reached. Values are compared
//! and not kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::way::{OF_HTTP, OF_HTTPS};

/// Variables that say where the certificates of this system are.
pub(super) const OF_CERTIFICATES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// All of these names, each once.
pub(super) fn network_variables() -> impl Iterator<Item = &'static str> {
    let others = OF_HTTP.into_iter().filter(|name| !OF_HTTPS.contains(name));
    OF_HTTPS.into_iter().chain(others).chain(OF_CERTIFICATES)
}

/// What the daemon was started with in the place of what commands have since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StartedWith {
    Nothing,
    Another,
}

/// The variables that the latest command has otherwise than the daemon. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct SetSince(Arc<Mutex<BTreeMap<&'static str, StartedWith>>>);

impl SetSince {
    /// Compares the environment of a command with that of the daemon.
    pub(super) fn note(
        &self,
        started: &BTreeMap<String, String>,
        command: &BTreeMap<String, String>,
    ) {
        let text = |of: &BTreeMap<String, String>, name: &str| {
            let text = of.get(name).map(|text| text.trim().to_owned());
            text.filter(|text| !text.is_empty())
        };
        let differs = |name: &'static str| {
            let has = text(command, name)?;
            match text(started, name) {
                None => Some((name, StartedWith::Nothing)),
                Some(had) => (had != has).then_some((name, StartedWith::Another)),
            }
        };
        *self.held() = network_variables().filter_map(differs).collect();
    }

    /// The first of these variables that commands have otherwise.
    pub(super) fn first_of(&self, names: &[&'static str]) -> Option<&'static str> {
        let held = self.held();
        names.iter().copied().find(|name| held.contains_key(name))
    }

    /// What is told of that variable, and what helps.
    pub(super) fn told(&self, names: &[&'static str]) -> Option<String> {
        let name = self.first_of(names)?;
        let started = self.held().get(name).copied()?;
        Some(match started {
            StartedWith::Nothing => format!(
                "the daemon was started without ${name}, which commands have set since: `demoscope daemon stop`, and the next command starts it with that"
            ),
            StartedWith::Another => format!(
                "the daemon was started with another ${name} than commands have since: `demoscope daemon stop`, and the next command starts it with that"
            ),
        })
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<&'static str, StartedWith>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_commands_have_otherwise_is_told_without_its_value() {
        let since = SetSince::default();
        let started = environment(&[("ALL_PROXY", "http://a:1"), ("HTTP_PROXY", "http://b:1")]);
        let command = environment(&[
            ("HTTPS_PROXY", "http://ann:canary@c:1"),
            ("ALL_PROXY", " http://a:1"),
            ("HTTP_PROXY", "http://d:1"),
            ("SSL_CERT_DIR", " "),
            ("OPENAI_API_KEY", "sk-canary"),
        ]);
        since.note(&started, &command);
        let told = since.told(&OF_HTTPS).unwrap();
        assert!(told.contains("started without $HTTPS_PROXY"), "{told}");
        assert!(told.contains("`demoscope daemon stop`") && !told.contains("canary"), "{told}");
        assert!(since.told(&OF_HTTP).unwrap().contains("another $HTTP_PROXY"));
        assert_eq!(since.told(&OF_CERTIFICATES), None);
        since.note(&started, &started);
        assert_eq!((since.told(&OF_HTTPS), since.told(&OF_HTTP)), (None, None));
    }
}
