//! End-to-end tests: every externally visible promise, checked on the real binary through its command line and its
//! socket. `DEMOSCOPE_LONG=1` runs the long forms; `SEED=…` repeats a random test with its printed seed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking: the message is its verdict")]

// What an analyst does first, and what a script relies on.
mod agents;
mod apply;
mod backup;
mod channels;
mod config;
mod control;
mod controls;
mod credits;
mod delete;
mod dispatch;
mod evidence;
mod exports;
mod failover;
mod finding_status;
mod finished_rounds;
mod first_run;
mod form;
mod local_encoder;
mod model_addresses;
mod model_breaks;
mod model_chain;
mod model_costs;
mod model_network;
mod model_replies;
mod model_restarts;
mod model_uncounted;
mod models;
mod page;
mod questions;
mod ranking;
mod reading;
mod station;
mod station_chain;
mod station_hands;
mod station_kinds;
mod station_upgrade;
mod study_types;
mod texts;

// What must survive.
mod damage;
mod given_up;
mod hooks;
mod kill;
mod kill_chain;
mod link;
mod lost_store;
mod silence;
mod stop;
mod upgrade;
mod watched_files;

// What must not get through.
mod bad_files;
mod bad_usage;
mod canary;
mod contracts;
mod doors;
mod hostile_text;
mod http;
mod review_input;
mod socket;

// What keeps the source as it is meant to be.
mod layers;
mod messages;
