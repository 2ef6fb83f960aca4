// Assembles the npm packages: `wiredrift`, and one package for each program given.
//
// Usage: node npm/pack.mjs FOLDER TARGET=PROGRAM...
//
// TARGET is a Rust target, such as x86_64-unknown-linux-gnu. Each package becomes a subfolder of FOLDER, ready for
// `npm pack` or `npm publish`. The version is that of Cargo.toml.
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PLATFORMS = [
  { target: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64", libc: "glibc" },
  { target: "aarch64-unknown-linux-gnu", os: "linux", cpu: "arm64", libc: "glibc" },
  { target: "x86_64-apple-darwin", os: "darwin", cpu: "x64" },
  { target: "aarch64-apple-darwin", os: "darwin", cpu: "arm64" },
  { target: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" },
];

const root = fileURLToPath(new URL("..", import.meta.url));
const cargo = readFileSync(join(root, "Cargo.toml"), "utf8");
const fromCargo = (key) => cargo.match(new RegExp(`^${key} = "(.+)"$`, "m"))?.[1];
const version = fromCargo("version");

// The shim looks for packages of these names.
const nameOf = ({ os, cpu }) => `@wiredrift/cli-${os}-${cpu}`;

function platformPackage(platform, program, folder) {
  const { os, cpu, libc } = platform;
  const file = os === "win32" ? "wiredrift.exe" : "wiredrift";
  mkdirSync(join(folder, "bin"), { recursive: true });
  copyFileSync(program, join(folder, "bin", file));
  chmodSync(join(folder, "bin", file), 0o755);
  writeFileSync(join(folder, "README.md"), `The program of the package \`wiredrift\` for ${os} on ${cpu}.\n`);
  return {
    name: nameOf(platform),
    description: `wiredrift for ${os} on ${cpu}`,
    license: fromCargo("license"),
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    // Yarn keeps packages in archives; programs must be files.
    preferUnplugged: true,
    files: ["bin", "LICENSE-*"],
  };
}

function mainPackage(folder) {
  cpSync(join(root, "npm", "wiredrift"), folder, { recursive: true });
  return {
    ...JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
    // Exact versions: the shim and the program belong together.
    optionalDependencies: Object.fromEntries(PLATFORMS.map((platform) => [nameOf(platform), version])),
  };
}

function finish(folder, manifest) {
  const repository = fromCargo("repository");
  const complete = { ...manifest, version };
  if (repository) {
    complete.repository = { type: "git", url: `git+${repository}.git` };
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(complete, null, 2)}\n`);
  for (const licence of readdirSync(root).filter((name) => name.startsWith("LICENSE-"))) {
    copyFileSync(join(root, licence), join(folder, licence));
  }
  console.log(folder);
}

const [out, ...programs] = process.argv.slice(2);
if (!out || programs.length === 0) {
  console.error("usage: node npm/pack.mjs FOLDER TARGET=PROGRAM...");
  process.exit(2);
}
for (const argument of programs) {
  const [target, program] = argument.split(/=(.*)/s);
  const platform = PLATFORMS.find((platform) => platform.target === target);
  if (!platform || !program) {
    const targets = PLATFORMS.map((known) => known.target).join(", ");
    console.error(`${argument}: expected TARGET=PROGRAM, with one of the targets ${targets}`);
    process.exit(2);
  }
  const folder = join(out, `${platform.os}-${platform.cpu}`);
  finish(folder, platformPackage(platform, program, folder));
}
const folder = join(out, "wiredrift");
mkdirSync(folder, { recursive: true });
finish(folder, mainPackage(folder));
