//! Demoscope's daemon, as a library. `domain` decides, `store` remembers, `inference` asks, `app` changes state,
//! `work` and `gateway` drive it.

pub mod config;
pub mod domain;
pub mod inference;
