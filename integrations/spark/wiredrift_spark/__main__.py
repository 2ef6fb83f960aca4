"""The job: `python -m wiredrift_spark --contract api.yaml --input captures`."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from typing import List, Optional, Sequence, Tuple

from wiredrift_spark.errors import CheckFailed, Died
from wiredrift_spark.options import Options, sort
from wiredrift_spark.runner import find_binary

CONFIGURATION = "wiredrift.toml"


def parser() -> argparse.ArgumentParser:
    """The options of the job."""
    result = argparse.ArgumentParser(
        prog="wiredrift-spark",
        description="Checks captured HTTP/JSON traffic against a contract on Spark. "
        "Options after `--` are those of `wiredrift check`. Exits with its code.",
        allow_abbrev=False,
    )
    add = result.add_argument
    add("-c", "--contract", required=True, metavar="REF", help="the contract, as `wiredrift check` takes it")
    add("--input", required=True, nargs="+", action="extend", metavar="PATH", help="files, folders or URIs")
    add("--format", choices=("files", "lines", "table"), default="files", help="how Spark reads the input")
    add("--column", default="value", help="the column with the bodies of a table (default: value)")
    add("--capture-format", metavar="FORMAT", help="the format of the captures, as `wiredrift check --format` takes it")
    add("--binary", default="wiredrift", metavar="PATH", help="wiredrift on the driver and on the executors")
    add("--batch-mb", type=positive, default=64, metavar="N", help="MiB for one run of wiredrift (default: 64)")
    add("-o", "--output", action="append", default=[], metavar="FORMAT[=PATH]", help="a report; may be repeated")
    add("--profile", metavar="FILE", help="keep the profile in this file of the driver")
    return result


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected a number from 1")
    return value


def parse(arguments: Sequence[str]) -> Tuple[argparse.Namespace, Options]:
    """The arguments of the job and the options after `--`. Raises CheckFailed."""
    words = list(arguments)
    cut = words.index("--") if "--" in words else len(words)
    parsed = parser().parse_args(words[:cut])
    rest = words[cut + 1 :]
    found = configuration(os.getcwd())
    if found is not None and "--no-config" not in rest:
        message = "the job reads no configuration; give its options after `--`, together with --no-config"
        raise CheckFailed(f"{os.path.relpath(found)}: {message}")
    return parsed, sort(rest)


def configuration(folder: str) -> Optional[str]:
    """The configuration that wiredrift would read in this folder."""
    while True:
        path = os.path.join(folder, CONFIGURATION)
        if os.path.isfile(path):
            return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def report(binary: str, profile: str, parsed: argparse.Namespace, options: Options) -> int:
    """Runs `wiredrift check --from-profile` and returns its exit code."""
    outputs = [word for each in parsed.output for word in ("--output", each)]
    command = [binary, "check", "--from-profile", profile, "--contract", parsed.contract, "--no-config"]
    return subprocess.run([*command, *outputs, *options.report], check=False).returncode


def reason(message: str) -> str:
    """The message of this package in an error of Spark, or all of it but the calls in Java."""
    own = f"{CheckFailed.__module__}.{CheckFailed.__name__}: "
    if own in message:
        message = message.split(own, 1)[1]
    return re.split(r"\n\s*\n|\n\s+at ", message.strip(), maxsplit=1)[0].strip()


def run(arguments: Sequence[str]) -> int:
    """Runs the job. Raises CheckFailed."""
    parsed, options = parse(arguments)
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise CheckFailed(f"{error}: install Spark with `pip install 'wiredrift-spark[spark]'`") from error
    from wiredrift_spark import job

    work = job.make_work(parsed.contract, parsed.binary, parsed.capture_format, options, parsed.batch_mb)
    # The contract and the options are checked before Spark starts.
    with work.runner() as runner:
        runner.run([])
    spark = SparkSession.builder.appName("wiredrift").getOrCreate()
    try:
        profile = job.check_paths(spark, parsed.input, parsed.format, parsed.column, work)
    except (PySparkException, Py4JError) as error:
        raise CheckFailed(f"the Spark job failed: {reason(str(error))}") from error
    finally:
        spark.stop()
    with tempfile.TemporaryDirectory(prefix="wiredrift-") as folder:
        path = parsed.profile or os.path.join(folder, "all.profile")
        with open(path, "wb") as file:
            file.write(profile)
        return report(find_binary(work.binary), path, parsed, options)


def main(arguments: Optional[List[str]] = None) -> int:
    """The exit code: that of `wiredrift check`, or 2 if the job failed."""
    try:
        return run(sys.argv[1:] if arguments is None else arguments)
    except (CheckFailed, Died) as error:
        message = str(error).removeprefix("error: ")
        print(f"error: {message}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
