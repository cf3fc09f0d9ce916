//! How many random cases a property test tries. A quarter of them bites on every change; all of them run with the long
//! tests (`just long`), where minutes do not matter.

use proptest::test_runner::Config;

/// The settings of a property that is worth `all` cases.
pub(crate) fn cases(all: u32) -> Config {
    let is_long = std::env::var_os("DEMOSCOPE_LONG").is_some_and(|value| value == "1");
    let cases = if is_long { all } else { all.div_ceil(4) };
    Config { cases, failure_persistence: None, ..Config::default() }
}
