# Run everything that CI runs.
ci:
    bash .ci/run

# Run the tests only.
test:
    cargo test

# Bring generated files up to date: schemas, rule examples and table, README output, snapshots.
update:
    cargo run --quiet -- schema --write schemas
    WIREDRIFT_UPDATE=1 cargo test --quiet
    cargo insta test --accept

# Build with the oldest Rust that Cargo.toml promises.
msrv:
    bash .ci/msrv

# Check licences, sources and advisories of the dependencies, and find unused ones.
deny:
    cargo deny check
    cargo machete

# Compare the public API with that of the last release.
semver:
    cargo semver-checks

# Measure: `load` contracts, `kernel` payloads in memory, `process` whole runs, `diff` pairs of contracts.
bench name="load":
    cargo run --release --manifest-path benches/Cargo.toml --bin {{name}}
