"""Further options of `wiredrift check`: which of them are for reading captures, and which for the report."""

import re
from dataclasses import dataclass, field
from typing import List, Sequence

from wiredrift_spark.errors import CheckFailed

# Options that select exchanges while captures are read. The report refuses them.
READING = frozenset(
    ["--operation", "--side", "--host", "--method", "--path", "--status", "--since", "--until", "--sample"]
)

# Options for the report only: some of them name files, which only the driver has.
REPORT = frozenset(["--output", "-o", "--fail-on", "--baseline", "--allow-path", "--color"])

# The same without a value.
REPORT_SWITCHES = frozenset(["--update-baseline", "--verbose", "-v", "--no-ci"])

# Further options with a value, which reading and the report need.
BOTH = frozenset(
    ["--formats", "--base-path", "--discriminator", "--schema-for", "--webhook", "--body-field",
     "--request-body-field", "--url-field", "--method-field", "--status-field", "--time-field", "--max-body",
     "--jobs", "-j", "--rewrite", "--redact", "--keep", "--api-header", "--level", "-l", "--ignore"]
)  # fmt: skip

# Options that the job sets, or that do not work with profiles.
REFUSED = {
    "--contract": "give it before `--`",
    "-c": "give --contract before `--`",
    "--profile": "give it before `--`",
    "--format": "give --capture-format before `--`",
    "--batch": "the job sets it",
    "--from-profile": "the job sets it",
    "--config": "the job reads no configuration; give its options after `--`",
    "--suggest": "write a profile with --profile, and run it where the captures are",
    "--apply": "it needs --suggest",
}


@dataclass
class Options:
    """Options of `wiredrift check`, by their use."""

    reading: List[str] = field(default_factory=list)
    report: List[str] = field(default_factory=list)
    refs: List[str] = field(default_factory=list)  # values of --ref

    @property
    def log_fields(self) -> List[str]:
        """The options that name fields of log lines, on which the recognition of formats depends."""
        return [each for each in self.reading if re.match(r"--[a-z-]+-field=", each)]


def sort(arguments: Sequence[str]) -> Options:
    """Sorts options by their use. Raises CheckFailed for those that cannot be used here, and for operands."""
    options = Options()
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        name, equals, value = argument.partition("=")
        # A short option may have its value in the same word: `-lwrong-type=off`.
        if re.match(r"-[a-zA-Z].", argument):
            name, equals, value = argument[:2], "=", argument[2:].removeprefix("=")
        if not name.startswith("-") or name in ("-", "--"):
            raise CheckFailed(f"{argument}: not an option; name captures with --input, before `--`")
        if name in REFUSED:
            raise CheckFailed(f"{name}: {REFUSED[name]}")
        words = [argument]
        if name in READING | REPORT | BOTH or name == "--ref":
            if not equals:
                if not rest:
                    raise CheckFailed(f"{name}: the value is missing")
                value = rest.pop(0)
            words = [f"{name}={value}" if name.startswith("--") else name + value]
        if name in ("--since", "--until") and re.fullmatch(r"\d+[a-z]+", value):
            raise CheckFailed(f"{name} {value}: give a day or a time; tasks start at different times")
        if name == "--ref":
            options.refs.append(value)
            options.report += words
            continue
        if name not in REPORT | REPORT_SWITCHES and name != "--no-config":
            options.reading += words
        if name not in READING and name != "--no-config":
            options.report += words
    return options
