"""Runs action.yml, the GitLab template, the pre-commit hooks and the packing of a release as CI systems do.

.ci/packages calls this file. WHEELS is a folder with the wheel of wiredrift, from which pip installs. A fake `gh` keeps
the comments of a pull request in a file and records its calls.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import xml.etree.ElementTree
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
WHEELS = Path(os.environ["WHEELS"]).resolve()
VERSION = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]

CONTRACT = "samples/petstore/openapi.yaml"
DRIFTING = "samples/petstore/captures/drifting/show-pet.200.json"
CONFORMING = "samples/petstore/captures/conforming/show-pet.200.json"

# Called as `gh api [--method METHOD] [--jq FILTER] [--field body=@FILE] PATH`.
FAKE_GH = """#!/usr/bin/env bash
set -euo pipefail
method=GET filter=. body=
shift
while [ $# -gt 0 ]; do
    case $1 in
    --method) method=$2; shift ;;
    --jq) filter=$2; shift ;;
    --field) body=${2#body=@}; shift ;;
    --*) ;;
    *) path=$1 ;;
    esac
    shift
done
echo "$method $path" >>"$FAKE_GH/calls"
comments=$FAKE_GH/comments.json
edit() {
    jq --rawfile body "$body" "$@" "$comments" >"$comments.new"
    mv "$comments.new" "$comments"
}
if [ "$method" = GET ]; then
    jq --raw-output "$filter" "$comments"
elif [ -e "$FAKE_GH/read-only" ]; then
    echo "gh: Resource not accessible by integration (HTTP 403)" >&2
    exit 1
elif [ "$method" = POST ]; then
    edit '. + [{id: (length + 1), user: {type: "Bot"}, body: $body}]'
else
    edit --argjson id "${path##*/}" 'map(if .id == $id then .body = $body else . end)'
fi
"""


# The package of the platform is published; the main package is not.
FAKE_NPM = """#!/usr/bin/env bash
case "$1 $2" in
"view @wiredrift/cli-"*) echo 0.1.0 ;;
"view "*) exit 1 ;;
*) echo "$@" >>"$LOGS/npm.log" ;;
esac
"""


def environment(**variables):
    """The variables that every CI system sets, and those of this machine that pip and the shell need."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    return kept | {"CI": "true", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": WHEELS.as_uri()} | variables


class Folder(unittest.TestCase):
    """A test in a new folder with a checkout of the samples. The paths of both contain spaces."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="wiredrift ")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.checkout = self.folder / "the checkout"
        shutil.copytree(ROOT / "samples/petstore", self.checkout / "samples/petstore")

    def bash(self, script, variables, cwd=None):
        """Runs a script as GitHub does for `shell: bash`."""
        file = self.folder / "script.sh"
        file.write_text(script)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)]
        return subprocess.run(command, cwd=cwd or self.checkout, env=variables, text=True, capture_output=True)

    def virtual_environment(self):
        """Returns the variables in which `pip` and programs are those of a new virtual environment."""
        subprocess.run([sys.executable, "-m", "venv", self.folder / "venv"], check=True)
        variables = environment()
        return variables | {"PATH": f"{self.folder / 'venv/bin'}:{variables['PATH']}"}


class Action(Folder):
    """action.yml, in a job of a pull request unless `event` is changed. All jobs run on one runner."""

    @classmethod
    def setUpClass(cls):
        cls.runner = tempfile.TemporaryDirectory(prefix="runner temp ")
        cls.addClassCleanup(cls.runner.cleanup)

    def setUp(self):
        super().setUp()
        self.event = {"pull_request": {"number": 7}}
        self.job_id = "contract"
        self.matrix = None
        self.fake = self.folder / "fake"
        self.fake.mkdir()
        (self.fake / "gh").write_text(FAKE_GH)
        (self.fake / "gh").chmod(0o755)
        # Comments of others.
        others = [
            {"id": 1, "user": {"type": "Bot"}, "body": "ok"},
            {"id": 2, "user": {"type": "User"}, "body": "<!-- wiredrift -->"},
        ]
        (self.fake / "comments.json").write_text(json.dumps(others))

    def act(self, **inputs):
        """Runs the steps of the action as one job does. Returns its outputs, log, summary and exit code."""
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        event_file = self.folder / "event.json"
        event_file.write_text(json.dumps(self.event))
        variables = environment(
            GITHUB_ACTIONS="true",
            GITHUB_ACTION_PATH=str(ROOT),
            GITHUB_EVENT_NAME="pull_request" if "pull_request" in self.event else "push",
            GITHUB_EVENT_PATH=str(event_file),
            GITHUB_JOB=self.job_id,
            GITHUB_REPOSITORY="pets/shop",
            GITHUB_RUN_ID="1",
            GITHUB_SERVER_URL="https://github.example",
            GITHUB_WORKFLOW="contract",
            GITHUB_WORKSPACE=str(self.checkout),
            RUNNER_OS="Linux",
            RUNNER_TEMP=self.runner.name,
            FAKE_GH=str(self.fake),
            **{name: str(file) for name, file in files.items()},
        )
        variables["PATH"] = f"{self.fake}:{variables['PATH']}"
        names = {name.replace("_", "-"): value for name, value in inputs.items()}
        self.assertLessEqual(names.keys(), action["inputs"].keys())
        context = {
            "inputs": {name: names.get(name, field.get("default", "")) for name, field in action["inputs"].items()},
            "github": {"token": "a token", "event": self.event},
            "matrix": self.matrix,
            "steps": {},
        }

        log, code, uploaded = "", 0, None
        for step in action["runs"]["steps"]:
            if "if" in step and not holds(step["if"], context):
                continue
            if "uses" in step:
                uploaded = {name: filled(value, context) for name, value in step["with"].items()}
                continue
            self.assertNotIn("${{", step["run"], "an expression in a script")
            added = {name: filled(value, context) for name, value in step.get("env", {}).items()}
            cwd = self.checkout / filled(step.get("working-directory", "."), context)
            done = self.bash(step["run"], variables | added, cwd)
            log += done.stdout + done.stderr
            for folder in files["GITHUB_PATH"].read_text().splitlines():
                variables["PATH"] = f"{folder}:{variables['PATH']}"
            files["GITHUB_PATH"].write_text("")
            if "id" in step:
                lines = files["GITHUB_OUTPUT"].read_text().splitlines()
                context["steps"][step["id"]] = {"outputs": dict(line.split("=", 1) for line in lines)}
            code = done.returncode
            if code != 0:
                break
        outputs = {name: filled(field["value"], context) for name, field in action["outputs"].items()}
        summary = files["GITHUB_STEP_SUMMARY"].read_text()
        return Job(code=code, log=log, outputs=outputs, uploaded=uploaded, summary=summary)

    def comments(self):
        return [comment["body"] for comment in json.loads((self.fake / "comments.json").read_text())[2:]]

    def calls(self):
        calls = self.fake / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def test_check_reports_everywhere(self):
        job = self.act(contract=CONTRACT, captures=DRIFTING)
        self.assertEqual(job.code, 1, job.log)
        self.assertEqual(job.outputs["exit-code"], "1")
        self.assertIn("missing-property", job.log)
        self.assertIn("::error ", job.log, "an annotation")
        self.assertIn("missing-property", job.summary)
        self.assertIn("missing-property", Path(job.outputs["markdown"]).read_text())
        sarif = json.loads(Path(job.uploaded["sarif_file"]).read_text())
        self.assertEqual(sarif["version"], "2.1.0")
        self.assertIn("missing-property", {result["ruleId"] for result in sarif["runs"][0]["results"]})
        self.assertRegex(job.uploaded["category"], r"^wiredrift-\d+$")
        self.assertEqual(len(self.comments()), 1)
        self.assertIn("missing-property", self.comments()[0])

    def test_later_runs_update_the_comment(self):
        self.act(contract=CONTRACT, captures=DRIFTING)
        drifting = self.comments()
        shutil.copy(ROOT / CONFORMING, self.checkout / DRIFTING)
        job = self.act(contract=CONTRACT, captures=DRIFTING)
        self.assertEqual(len(self.comments()), 1)
        self.assertNotEqual(self.comments(), drifting)
        self.act(contract=CONTRACT, captures=CONFORMING)
        self.assertEqual(len(self.comments()), 2, "other captures have a comment of their own")
        self.assertEqual(
            [call for call in self.calls() if not call.startswith("GET")],
            ["POST repos/pets/shop/issues/7/comments", "PATCH repos/pets/shop/issues/comments/3"]
            + ["POST repos/pets/shop/issues/7/comments"],
            job.log,
        )

    def test_each_use_of_the_action_has_a_comment_of_its_own(self):
        categories = set()
        with tempfile.NamedTemporaryFile("w", dir=self.checkout, suffix=".toml") as config:
            arguments = f"--config '{config.name}'"
            config.write(f"captures = ['{CONFORMING}']\ncontract = '{CONTRACT}'\n")
            config.flush()
            for more, job_id, matrix in [
                ({}, "contract", None),
                ({"arguments": f"{arguments} --strict"}, "contract", None),
                ({}, "other", None),
                ({}, "contract", {"os": "linux"}),
                ({}, "contract", {"os": "windows"}),
                ({"id": "pets"}, "contract", None),
            ]:
                self.job_id, self.matrix = job_id, matrix
                job = self.act(**({"arguments": arguments} | more))
                self.assertEqual(job.code, 0, job.log)
                categories.add(job.uploaded["category"])
        self.assertEqual(len(categories), 6)
        self.assertIn("wiredrift-pets", categories)
        self.assertEqual(len(self.comments()), 6)
        job = self.act(contract=CONTRACT, captures=CONFORMING, id="../pets")
        self.assertEqual(job.code, 2, job.log)

    def test_known_findings_are_not_uploaded(self):
        known = "--baseline known.json"
        job = self.act(contract=CONTRACT, captures=DRIFTING, arguments=f"{known} --update-baseline")
        self.assertEqual(job.code, 0, job.log)
        job = self.act(contract=CONTRACT, captures=DRIFTING, arguments=known)
        self.assertEqual(job.code, 0, job.log)
        sarif = json.loads(Path(job.uploaded["sarif_file"]).read_text())
        self.assertEqual(sarif["runs"][0]["results"], [])

    def test_conforming_captures_pass(self):
        job = self.act(contract=CONTRACT, captures=CONFORMING)
        self.assertEqual(job.code, 0, job.log)

    def test_sarif_and_comment_can_be_turned_off(self):
        job = self.act(contract=CONTRACT, captures=DRIFTING, sarif="false", comment="false")
        self.assertEqual(job.code, 1, job.log)
        self.assertIsNone(job.uploaded)
        self.assertEqual(self.calls(), [])

    def test_a_push_has_no_comment(self):
        self.event = {}
        job = self.act(contract=CONTRACT, captures=DRIFTING)
        self.assertEqual(job.code, 1, job.log)
        self.assertIn("No comment: this run is not for a pull request.", job.log)
        self.assertNotIn("::notice", job.log)
        self.assertEqual(self.calls(), [])

    def test_a_fork_cannot_comment(self):
        (self.fake / "read-only").touch()
        job = self.act(contract=CONTRACT, captures=CONFORMING)
        self.assertEqual(job.code, 0, job.log)
        self.assertIn("::notice title=wiredrift::The comment could not be written", job.log)

    def test_a_run_that_is_not_completed_is_reported(self):
        job = self.act(contract="missing.yaml", captures=DRIFTING)
        self.assertEqual(job.code, 2, job.log)
        self.assertEqual(job.log.count("::error "), 1, job.log)
        self.assertIn("::error title=wiredrift::cannot read missing.yaml", job.log)
        self.assertIn("could not complete the run (exit code 2)", self.comments()[0])

    def test_a_long_report_is_cut(self):
        report = self.folder / "long.md"
        report.write_text("# Report\n" + "ä line\n" * 20_000)
        (self.folder / "wiredrift").mkdir()
        variables = environment(
            RUNNER_TEMP=str(self.folder),
            FAKE_GH=str(self.fake),
            GITHUB_SERVER_URL="https://github.example",
            GITHUB_REPOSITORY="pets/shop",
            GITHUB_RUN_ID="1",
            PULL_REQUEST="7",
            ID="wiredrift-1",
            MARKDOWN=str(report),
            EXIT_CODE="1",
        )
        variables["PATH"] = f"{self.fake}:{variables['PATH']}"
        done = self.bash(f"'{ROOT}/integrations/github/comment.sh'", variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        body = self.comments()[0]
        self.assertTrue(64_000 < len(body) <= 65_536, len(body))
        self.assertIn("This is the beginning of the report.", body)

    def test_inputs_are_not_commands(self):
        captures = ["$(touch injected)/a pet.200.json", "$(touch injected)/`touch injected`.200.json"]
        (self.checkout / "$(touch injected)").mkdir()
        for capture in captures:
            shutil.copy(ROOT / DRIFTING, self.checkout / capture)
        job = self.act(
            contract=CONTRACT,
            captures="\n".join(captures) + "\n",
            arguments="--operation showPet --level 'missing-property=info' --color \"never\"",
            fail_on="info",
        )
        self.assertEqual(job.code, 1, job.log)
        self.assertIn("info[missing-property]", job.log)
        self.assertEqual(list(self.folder.rglob("injected")), [])
        job = self.act(contract=CONTRACT, captures=DRIFTING, arguments="$(touch injected); touch injected")
        self.assertEqual(job.code, 2, job.log)
        self.assertEqual(list(self.folder.rglob("injected")), [])

    def test_working_directory(self):
        job = self.act(contract="openapi.yaml", captures="captures/drifting", working_directory="samples/petstore")
        self.assertEqual(job.code, 1, job.log)

    def test_diff_and_report(self):
        pair = {"old": CONTRACT, "new": "samples/petstore/next.yaml"}
        job = self.act(command="diff", **pair)
        self.assertEqual(job.code, 1, job.log)
        self.assertIn("bounds-narrowed", Path(job.uploaded["sarif_file"]).read_text())
        job = self.act(command="diff", fail_on="never", **pair)
        self.assertEqual(job.code, 0, job.log)
        job = self.act(command="report", captures="samples/petstore/captures", **pair)
        self.assertEqual(job.code, 0, job.log)
        self.assertIn("bounds-narrowed", Path(job.uploaded["sarif_file"]).read_text())
        # The breaking change does not affect these captures.
        job = self.act(command="report", captures="samples/petstore/captures", fail_on="error", **pair)
        self.assertEqual(job.code, 1, job.log)
        job = self.act(command="report", captures="samples/petstore/captures", fail_on="used", **pair)
        self.assertEqual(job.code, 0, job.log)

    def test_missing_and_wrong_inputs(self):
        for inputs, message in [
            ({"command": "diff", "old": CONTRACT}, "Set both of the inputs old and new"),
            ({"command": "destroy"}, "must be check, diff or report"),
            ({"contract": CONTRACT, "captures": DRIFTING, "arguments": "'"}, "is not closed"),
        ]:
            with self.subTest(message):
                job = self.act(**inputs)
                self.assertEqual(job.code, 2, job.log)
                self.assertIn("::error title=wiredrift::", job.log)
                self.assertIn(message, job.log)


class Job:
    """The result of one use of the action."""

    def __init__(self, **fields):
        self.__dict__.update(fields)


def value_of(path, context):
    """The value of an expression such as `inputs.old`. Like GitHub, missing values are empty."""
    if name := re.fullmatch(r"\s*toJSON\((\w+)\)\s*", path):
        return json.dumps(context[name[1]], indent=2)
    value = context
    for name in path.strip().split("."):
        value = value.get(name, {})
    return str(value) if value != {} else ""


def filled(text, context):
    """Text with the values of its expressions."""
    return re.sub(r"\$\{\{([^}]*)\}\}", lambda match: value_of(match[1], context), text)


def holds(condition, context):
    """Evaluates a condition such as `inputs.comment == 'true'`."""
    path, operator, literal = re.fullmatch(r"(\S+) (==|!=) '(.*)'", condition).groups()
    return (value_of(path, context) == literal) == (operator == "==")


class GitLab(Folder):
    def test_the_job_writes_its_reports(self):
        template = yaml.safe_load((ROOT / "integrations/gitlab/wiredrift.gitlab-ci.yml").read_text())
        job = template[".wiredrift"]
        self.assertEqual(job["variables"]["WIREDRIFT_VERSION"], VERSION)
        (self.checkout / "a capture").mkdir()
        shutil.copy(ROOT / DRIFTING, self.checkout / "a capture")
        variables = self.virtual_environment() | job["variables"]
        variables |= {"GITLAB_CI": "true", "CI_JOB_ID": "1", "CI_PROJECT_DIR": str(self.checkout)}
        # Files that the asterisk would stand for, if the shell expanded it.
        (self.checkout / "wrong-type").mkdir()
        for name in ("a=info", "b=info"):
            (self.checkout / "wrong-type" / name).touch()
        chosen = {"WIREDRIFT_CAPTURES": "a capture", "WIREDRIFT_CONTRACT": CONTRACT}
        chosen |= {"WIREDRIFT_ARGUMENTS": "--operation showPet --fail-on warning --level wrong-type/*=info"}
        done = self.bash("\n".join(job["before_script"] + job["script"]), variables | chosen)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("missing-property", done.stdout)

        reports = job["artifacts"]["reports"]
        quality = json.loads((self.checkout / reports["codequality"]).read_text())
        self.assertIn("missing-property", {issue["check_name"] for issue in quality})
        for issue in quality:
            self.assertTrue(issue["description"] and issue["fingerprint"] and issue["location"]["path"])
        junit = xml.etree.ElementTree.parse(self.checkout / reports["junit"])
        self.assertIn("missing-property", (self.checkout / reports["junit"]).read_text())
        self.assertTrue(junit.findall(".//failure"))

        # Without variables, the job checks what wiredrift.toml names.
        config = f"captures = ['{CONFORMING}']\ncontract = '{CONTRACT}'\n"
        (self.checkout / "wiredrift.toml").write_text(config)
        done = self.bash("\n".join(job["script"]), variables)
        self.assertEqual(done.returncode, 0, done.stderr)


class Npm(Folder):
    def test_the_program_gets_one_interrupt_and_ends_by_itself(self):
        program = self.folder / "program"
        program.write_text(
            f"#!{sys.executable}\n"
            "import signal, sys, time\n"
            "signals = []\n"
            "signal.signal(signal.SIGINT, lambda *_: signals.append(1))\n"
            "print('started', flush=True)\n"
            "end = time.monotonic() + 2\n"
            "while time.monotonic() < end: time.sleep(0.1)\n"
            "print(len(signals), 'interrupts', flush=True)\n"
            "sys.exit(130)\n"
        )
        program.chmod(0o755)
        shim = subprocess.Popen(
            ["node", ROOT / "npm/wiredrift/bin/wiredrift.js"],
            env=environment(WIREDRIFT_BINARY=str(program)),
            stdout=subprocess.PIPE,
            text=True,
            # A group of its own, as a terminal has one for each command.
            start_new_session=True,
        )
        self.assertEqual(shim.stdout.readline(), "started\n")
        time.sleep(0.2)
        os.killpg(shim.pid, signal.SIGINT)
        rest, _ = shim.communicate(timeout=30)
        self.assertEqual((rest, shim.returncode), ("1 interrupts\n", 130))


class PreCommit(Folder):
    """The hooks, with the wheel in place of the build from source."""

    def test_hooks(self):
        hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
        variables = self.virtual_environment()
        done = self.bash(f"pip install --quiet wiredrift=={VERSION}", variables)
        self.assertEqual(done.returncode, 0, done.stderr)

        lint = hooks["wiredrift-lint"]
        files = [file.relative_to(self.checkout).as_posix() for file in self.checkout.rglob("*")]
        chosen = sorted(file for file in files if re.search(lint["files"], file))
        self.assertEqual(chosen, [CONTRACT, "samples/petstore/split/openapi.yaml"])
        done = self.bash(f"{lint['entry']} {' '.join(chosen)}", variables)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        check = hooks["wiredrift-check"]
        self.assertFalse(check["pass_filenames"])
        done = self.bash(f"{check['entry']} {DRIFTING} --contract {CONTRACT}", variables)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("missing-property", done.stdout)

    def test_the_version_in_the_comment(self):
        self.assertIn(f"wiredrift=={VERSION}]", (ROOT / ".pre-commit-hooks.yaml").read_text())


class Release(Folder):
    """The scripts of the job `packages` in release.yml, with the wheel of this machine only."""

    def test_packages(self):
        workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
        target = "x86_64-unknown-linux-gnu"
        for name in ("Cargo.toml", "README.md", "LICENSE-APACHE", "LICENSE-MIT"):
            shutil.copy(ROOT / name, self.checkout)
        (self.checkout / ".ci").mkdir()
        shutil.copy(ROOT / ".ci/name_repository.py", self.checkout / ".ci")
        variables = environment(
            GITHUB_REF_NAME=f"v{VERSION}",
            GITHUB_REPOSITORY="pets/shop",
            GITHUB_SERVER_URL="https://github.example",
        )
        shutil.copytree(ROOT / "npm", self.checkout / "npm")
        shutil.copytree(WHEELS, self.checkout / f"wheels/wheel-{target}")
        for step in workflow["jobs"]["packages"]["steps"]:
            if "run" in step:
                self.assertNotIn("${{", step["run"], "an expression in a script")
                done = self.bash(step["run"], variables)
                self.assertEqual(done.returncode, 0, f"{step['name']}:\n{done.stdout}{done.stderr}")

        folder = f"wiredrift-{VERSION}-{target}"
        archive = self.checkout / f"release/{folder}.tar.gz"
        with tarfile.open(archive) as files:
            names = files.getnames()
            self.assertTrue(files.getmember(f"{folder}/wiredrift").mode & 0o111)
        expected = ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "man/wiredrift.1", "man/wiredrift-check.1"]
        expected += ["completions/wiredrift.bash", "completions/_wiredrift", "completions/wiredrift.fish"]
        expected += ["completions/_wiredrift.ps1"]
        for name in expected:
            self.assertIn(f"{folder}/{name}", names)
        self.assertIn(archive.name, (self.checkout / "release/SHA256SUMS").read_text())
        packages = {file.name for file in (self.checkout / "npm-packages").iterdir()}
        self.assertEqual(packages, {f"wiredrift-{VERSION}.tgz", f"wiredrift-cli-linux-x64-{VERSION}.tgz"})
        for package in packages:
            with tarfile.open(self.checkout / "npm-packages" / package) as files:
                manifest = json.load(files.extractfile("package/package.json"))
            repository = {"type": "git", "url": "git+https://github.example/pets/shop.git"}
            self.assertEqual(manifest["repository"], repository, "npm demands it for packages with provenance")
        cargo = (self.checkout / "Cargo.toml").read_text()
        self.assertIn('\nrepository = "https://github.example/pets/shop"\n', cargo, "for cargo binstall")

        # A second run skips the package that the first one has published.
        done = self.bash(self.publish(workflow, "npm", {"npm": FAKE_NPM}), variables)
        self.assertEqual(done.returncode, 0, done.stderr)
        published = (self.folder / "programs/npm.log").read_text().splitlines()
        self.assertEqual(published, [f"publish ./npm-packages/wiredrift-{VERSION}.tgz --access public --provenance"])

    def publish(self, workflow, job, programs):
        """The script of a publishing job, which runs these programs in place of the real ones."""
        folder = self.folder / "programs"
        folder.mkdir(exist_ok=True)
        for name, script in programs.items():
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)
        step = next(step for step in workflow["jobs"][job]["steps"] if step.get("name") == "Publish")
        return f'export LOGS="{folder}" PATH="{folder}:$PATH"\n{step["run"]}'

    def test_what_is_published_is_skipped(self):
        workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
        self.assertTrue(workflow["jobs"]["pypi"]["steps"][-1]["with"]["skip-existing"])
        log = '#!/usr/bin/env bash\necho "$@" >>"$LOGS/{}.log"\n'
        (self.checkout / "release").mkdir()
        for version, is_published in (("0.1.0", True), ("0.2.0", False)):
            programs = {
                "curl": "#!/usr/bin/env bash\necho '{\"vers\":\"0.1.0\"}'\n",
                "cargo": log.format("cargo"),
                "gh": log.format("gh") + f'[ "$2" != view ] || {str(is_published).lower()}\n',
            }
            variables = environment(GITHUB_REF_NAME=f"v{version}", GITHUB_REPOSITORY="pets/shop")
            for job in ("crate", "github"):
                done = self.bash(self.publish(workflow, job, programs), variables)
                self.assertEqual(done.returncode, 0, done.stderr)
            calls = (self.folder / "programs/gh.log").read_text()
            self.assertIn("release upload v0.1.0" if is_published else "release create v0.2.0", calls)
            self.assertEqual((self.folder / "programs/cargo.log").exists(), not is_published)


if __name__ == "__main__":
    unittest.main(verbosity=2)
