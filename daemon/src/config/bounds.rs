//! Bounds of single settings, beyond their kind: one entry of the table for each. They are checked after all layers are
//! merged, because some depend on another setting.

use super::{Config, Network, Notify};

/// One bound: the setting, whether it holds, what is wrong where it does not, and what to do.
struct SettingBound {
    key: &'static str,
    holds: fn(&Config) -> bool,
    what: &'static str,
    hint: fn(&Config) -> String,
}

/// The bounds, in the order in which they are checked.
const BOUNDS: [SettingBound; 14] = [
    SettingBound {
        key: "limits.panel_max",
        holds: |config| config.limits.panel_max > 0,
        what: "is zero",
        hint: |_| "a panel has at least one respondent".to_owned(),
    },
    SettingBound {
        key: "limits.studies_running",
        holds: |config| config.limits.studies_running > 0,
        what: "is zero",
        hint: |_| "at least one study must be able to run".to_owned(),
    },
    SettingBound {
        key: "limits.connections",
        holds: |config| config.limits.connections > 0,
        what: "is zero",
        hint: |_| "at least one client must be able to connect".to_owned(),
    },
    SettingBound {
        key: "http.listen",
        holds: |config| config.http.is_understood(),
        what: "is no address",
        hint: |_| "an address with a port such as 127.0.0.1:7455, or off".to_owned(),
    },
    SettingBound {
        key: "http.listen",
        holds: |config| config.http.stays_within(),
        what: "is an address that other machines reach",
        hint: |_| "use 127.0.0.1, or allow that with allow_remote = true".to_owned(),
    },
    SettingBound {
        key: "http.hosts",
        holds: |config| config.http.hosts_are_names(),
        what: "holds what is no name of a host",
        hint: |_| "names such as demoscope.example.org, with a port or without".to_owned(),
    },
    SettingBound {
        key: "http.connections",
        holds: |config| config.http.counts_are_within(),
        what: "or another number of [http] is out of bounds",
        hint: |_| {
            "from 1: connections to 10000, requests to 1000000, seconds to 600, body_max_kib to 65536"
                .to_owned()
        },
    },
    SettingBound {
        key: "credits.tier",
        holds: |config| config.credits.tiers.contains_key(&config.credits.tier),
        what: "names no tier",
        hint: |config| {
            let tiers: Vec<&str> = config.credits.tiers.keys().map(String::as_str).collect();
            format!("known are {}", tiers.join(", "))
        },
    },
    dollars("cost.confirm_above_usd", |config| is_amount(config.cost.confirm_above_usd)),
    dollars("cost.day_max_usd", |config| is_amount(config.cost.day_max_usd)),
    dollars("cost.total_max_usd", |config| is_amount(config.cost.total_max_usd)),
    SettingBound {
        key: "network.proxy",
        holds: |config| Network::PROXIES.contains(&config.network.proxy.as_str()),
        what: "is no way to reach a service",
        hint: |_| {
            format!(
                "use {}; a proxy of one engine stands in [engine.NAME]",
                Network::PROXIES.join(" or ")
            )
        },
    },
    SettingBound {
        key: "notify.terminal",
        holds: |config| Notify::WAYS.contains(&config.notify.terminal.as_str()),
        what: "is no way to call anybody",
        hint: |_| format!("use {}", Notify::WAYS.join(", ")),
    },
    SettingBound {
        key: "credits.tiers",
        holds: |config| config.credits.tiers.values().all(|monthly| *monthly >= 0),
        what: "has a negative allowance",
        hint: |_| "an allowance is zero or more".to_owned(),
    },
];

const fn dollars(key: &'static str, holds: fn(&Config) -> bool) -> SettingBound {
    SettingBound {
        key,
        holds,
        what: "is no amount",
        hint: |_| "dollars, from 0 to 1000000".to_owned(),
    }
}

fn is_amount(dollars: f64) -> bool {
    (0.0..=1e6).contains(&dollars)
}

/// A bound that does not hold.
pub(super) struct BrokenBound {
    pub(super) key: &'static str,
    pub(super) what: &'static str,
    pub(super) hint: String,
}

/// The first bound that does not hold.
pub(super) fn check(config: &Config) -> Result<(), BrokenBound> {
    match BOUNDS.iter().find(|bound| !(bound.holds)(config)) {
        Some(SettingBound { key, what, hint, .. }) => {
            Err(BrokenBound { key, what, hint: hint(config) })
        }
        None => Ok(()),
    }
}
