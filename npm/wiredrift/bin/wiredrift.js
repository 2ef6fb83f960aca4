#!/usr/bin/env node
// Starts the wiredrift program of the package for this platform.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@wiredrift/cli-${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "wiredrift.exe" : "wiredrift";

function find() {
  try {
    return process.env.WIREDRIFT_BINARY || require.resolve(`${name}/bin/${program}`);
  } catch {
    fail(`the package ${name} is not installed.

The package wiredrift installs it as an optional dependency. It is missing for one of these reasons:
- Optional dependencies were skipped (--omit=optional, --no-optional). Install without that option.
- The lock file or node_modules was made on another platform. Delete both and install again.
- There is no package for this platform. There are packages for Linux (glibc) and macOS on x64 and arm64,
  and for Windows on x64. Elsewhere, install Rust, run \`cargo install wiredrift\`, and set WIREDRIFT_BINARY
  to the path of the program.`);
  }
}

function fail(message) {
  console.error(`wiredrift: ${message}`);
  process.exit(2);
}

const file = find();
const child = spawn(file, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => fail(`cannot start ${file}: ${error.message}`));
for (const signal of ["SIGHUP", "SIGTERM"]) {
  process.on(signal, () => child.kill(signal));
}
// Ctrl-C sends SIGINT to the program, too. A second one would end it before it has printed its report, so only wait.
process.on("SIGINT", () => {});
child.on("exit", (code, signal) => {
  if (signal === null) {
    process.exit(code);
  }
  // End by the same signal, so that the caller sees it. Node ignores some signals; the exit code is for these.
  process.exitCode = 128 + constants.signals[signal];
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
