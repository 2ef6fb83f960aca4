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

# Licences, sources and advisories of the dependencies.
deny:
    cargo deny check

# How long contracts take to load, and how much memory.
bench:
    cargo run --release --manifest-path benches/Cargo.toml --bin load
