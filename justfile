# Everything that CI checks.
ci:
    bash .ci/run

# The tests alone.
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

# Licences, sources and advisories of the dependencies; those that nothing uses.
deny:
    cargo deny check
    cargo machete

# Whether the library is still what its last version was.
semver:
    cargo semver-checks

# Measure: `load` contracts, `kernel` payloads in memory, `process` whole runs, `diff` pairs of contracts.
bench name="load":
    cargo run --release --manifest-path benches/Cargo.toml --bin {{name}}
