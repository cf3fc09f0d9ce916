# Everyday commands. `just check` is exactly what CI runs.

# All of CI.
check:
    .ci/run

# Tests, or those whose name contains a word.
test name="":
    cargo test --workspace {{name}}

# The long forms of the promise tests: hundreds of kills, thousands of damaged files, every golden pair, and requests generated from
# /openapi.json (by $SCHEMATHESIS or `schemathesis`; where neither is there, it says so). About half an hour.
long:
    DEMOSCOPE_LONG=1 cargo test --release -p demoscope-tests --test it -- --nocapture
    DEMOSCOPE_LONG=1 cargo test --release -p demoscope-reader --lib review
    DEMOSCOPE_LONG=1 cargo test --release -p demoscope-daemon --lib

# The measured figures, as a table.
bench:
    cargo build --release -p demoscope-tests --bins
    cargo run --release -p demoscope-tests --bin bench

# A study on a throw-away home.
demo:
    DEMOSCOPE_HOME=$(mktemp -d) cargo run --release -- run assets/studies/meal-kit.md
