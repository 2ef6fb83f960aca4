"""Runs the job on Spark, kills an executor in the middle, and compares the reports with those of a single run.

    WIREDRIFT=target/debug/wiredrift python integrations/spark/tests/spark_test.py

Needs Java, pyspark with pyarrow and pandas, Linux, and about 3 GiB of memory.
"""

import contextlib
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Tuple

import support

JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "512m",
    "spark.executor.memory": "512m",
    "spark.driver.extraJavaOptions": JVM,
    "spark.executor.extraJavaOptions": JVM,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    # Small blocks, so that a small file has many of them.
    "spark.sql.files.maxPartitionBytes": str(64 << 10),
    "spark.sql.files.openCostInBytes": "0",
}
BLOCKS = 16

# What runs over captures takes at least this long, so that there is time to kill an executor. Seconds.
SLOW = 0.4


def generate(folder: Path) -> None:
    """Captures with planted drift, in many blocks and formats."""
    captures = folder / "captures"
    shutil.copytree(support.PETSTORE / "captures", captures)
    lines = support.poisoned(support.pets(16_000))

    def write(name: str, data: bytes) -> None:
        path = captures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    write("show-pet.200.ndjson", b"\n".join(lines) + b"\n")
    write("a [b] {c}/ä%41?*/show-pet.200.jsonl", b"\xef\xbb\xbf" + b"\r\n".join(lines[:3000]))
    write("traffic.log", support.log(1500))
    write("short/show-pet.200.ndjson", lines[5] + b"\n")
    write("packed/show-pet.200.ndjson.gz", gzip.compress(b"\n".join(lines[:2000]) + b"\n"))
    write("packed/damaged.ndjson.gz", gzip.compress(b"\n".join(lines[:2000]))[:3000])
    write("empty.ndjson", b"")
    write("blank.ndjson", b"\n \r\n")
    support.odd_files(captures / "odd")


def slow_binary(folder: Path) -> str:
    script = f'if [ "$3" = --batch ]; then sleep {SLOW}; fi\nexec "$@"'
    return support.wrapper(str(folder), script)


def environment(master: str) -> Dict[str, str]:
    settings = " ".join(f"--conf '{key}={value}'" for key, value in SETTINGS.items())
    paths = [str(support.PACKAGE), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": f"--master '{master}' {settings} pyspark-shell",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


Processes = Dict[int, Tuple[int, str]]


def processes() -> Processes:
    """The parents and the command lines of all processes."""
    found: Processes = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found[int(entry.name)] = (parent, command)
    return found


def ancestors(process: int, known: Processes) -> Iterator[int]:
    while process in known:
        process = known[process][0]
        yield process


def busy_executor(job: int, binary: str) -> Optional[int]:
    """The JVM of an executor of this job that runs wiredrift over captures at the moment."""
    known = processes()
    for process, (_, command) in known.items():
        if "--batch" not in command or "check" not in command:
            continue
        above = list(ancestors(process, known))
        if job not in above:
            continue
        for each in above:
            if "CoarseGrainedExecutorBackend" in known.get(each, (0, ""))[1]:
                return each
    return None


class Job:
    """A run of the job."""

    def __init__(self, folder: Path, master: str, *arguments: str, kill: bool = False) -> None:
        for name in support.REPORTS:
            (folder / name).unlink(missing_ok=True)
        outputs = [word for output in support.OUTPUTS for word in ("--output", output)]
        command = [sys.executable, "-m", "wiredrift_spark", "--contract", support.CONTRACT, *outputs, *arguments]
        started = time.monotonic()
        self.killed: Optional[float] = None
        with open(folder / "errors", "wb") as errors:
            job = subprocess.Popen(
                command,
                cwd=folder,
                env=environment(master),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            runs = 0
            while kill and self.killed is None and job.poll() is None:
                executor = busy_executor(job.pid, support.BINARY)
                runs += executor is not None
                # Not at once: others have finished by then, and their results must be kept.
                if executor is not None and runs > 20:
                    os.kill(executor, signal.SIGKILL)
                    self.killed = time.monotonic() - started
                time.sleep(0.05)
            job.communicate()
        self.seconds = time.monotonic() - started
        self.code = job.returncode
        self.errors = (folder / "errors").read_text(errors="replace")
        self.reports = [(folder / name).read_bytes() for name in support.REPORTS if (folder / name).exists()]


def compare(name: str, job: Job, expected: Tuple[int, List[bytes]], kill: bool) -> str:
    """A line for the summary. Raises AssertionError."""
    if len(job.reports) != len(support.REPORTS):
        raise AssertionError(f"{name}: no reports, exit code {job.code}\n{job.errors[-6000:]}")
    different = [report for report, one, other in zip(support.REPORTS, job.reports, expected[1]) if one != other]
    if job.code != expected[0] or different:
        raise AssertionError(f"{name}: exit code {job.code}, expected {expected[0]}; different: {different}")
    after = ""
    if kill:
        if job.killed is None or "Lost executor" not in job.errors:
            raise AssertionError(f"{name}: no executor was lost\n{job.errors[-6000:]}")
        after = f", an executor killed after {job.killed:.1f} s"
    return f"{name}: same reports, exit code {job.code}, {job.seconds:.1f} s{after}"


def table(folder: Path) -> None:
    """A table in two files, one of them with several row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = support.poisoned(support.pets(3000))
    (folder / "table/day=1").mkdir(parents=True)
    for name, part, kind in (
        ("table/part-0.parquet", lines, pa.binary()),
        ("table/day=1/part 1.parquet", [line.decode() for line in support.pets(50)], pa.string()),
    ):
        column = pa.array([line or None for line in part], kind)
        numbers = pa.array(range(len(part)), pa.int64())
        written = pa.table({"number": numbers, "body": column})
        pq.write_table(written, folder / name, row_group_size=250, compression="none", use_dictionary=False)


def expected_of_table(folder: Path) -> Tuple[int, List[bytes]]:
    """The reports of a single run over files with the same names and lines."""
    with tempfile.TemporaryDirectory() as other:
        for path in (folder / "table").rglob("*.parquet"):
            import pyarrow.parquet as pq

            values = pq.read_table(path, partitioning=None).column("body").to_pylist()
            lines = [value.encode() if isinstance(value, str) else value or b"" for value in values]
            target = Path(other, path.relative_to(folder))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"".join(line + b"\n" for line in lines))
        return support.reports(other, "table", "--format", "ndjson", "--operation", "showPet", "--side", "response")


def check_uris(folder: Path) -> str:
    """Folders and files that are named by URIs, as on other storages."""
    har = (support.PETSTORE / "captures/drifting/list-pets.har").read_bytes()
    for name, data in (
        ("found/ä b.har", har),
        ("found/table.csv", b"a,b\n"),
        ("found/empty.har", b""),
        ("named/x.csv", b"a,b\n"),
        ("named/y.csv", b""),
    ):
        path = folder / "uris" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    paths = [f"{folder}/uris/found", *(f"{folder}/uris/named/{name}.csv" for name in "xy")]
    code, (expected, *_) = support.reports(str(folder), *paths)
    uris = (f"file://{folder}/uris/found", f"file://{folder}/uris/named/*.csv")
    job = Job(folder, "local[2]", "--input", *uris, "--binary", support.BINARY)
    if not job.reports:
        raise AssertionError(f"URIs: no reports, exit code {job.code}\n{job.errors[-6000:]}")
    found = job.reports[0].replace(b"file://", b"").replace(b"%20", b" ").replace(b"%C3%A4", "ä".encode())
    if (job.code, found) != (code, expected):
        raise AssertionError(f"URIs: exit code {job.code}, expected {code}\n{found.decode()}")
    return f"URIs: same report, exit code {job.code}, {job.seconds:.1f} s"


def check_dataframes(folder: Path) -> List[str]:
    """`check_dataframe` for a DataFrame without files, and the errors of tasks."""
    os.environ.update(environment("local[2]"))
    from pyspark.sql import SparkSession

    from wiredrift_spark import check_dataframe

    started = time.monotonic()
    spark = SparkSession.builder.appName("dataframes").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    try:
        lines = support.poisoned(support.pets(300))
        rows = spark.sparkContext.parallelize([(bytearray(line),) for line in lines], 5)
        df = spark.createDataFrame(rows, "body binary")
        (folder / "show-pet.200.table").write_bytes(b"\n".join(lines) + b"\n")
        expected = support.reports(str(folder), "show-pet.200.table", "--format", "ndjson")
        profile = check_dataframe(
            df, "body", support.CONTRACT, name="show-pet.200.table", binary=support.BINARY, batch_mb=1
        )
        if support.reports_of_profile(str(folder), profile) != expected:
            raise AssertionError("check_dataframe: other reports than those of the single run")
        try:
            check_dataframe(df, "body", support.CONTRACT, binary=support.BINARY, options=["--operation", "nope"])
        except Exception as error:
            if "nope" not in str(error):
                raise
        else:
            raise AssertionError("check_dataframe: a wrong option is no error")
    finally:
        spark.stop()
    return [f"check_dataframe: same reports, errors have a message, {time.monotonic() - started:.1f} s"]


def main() -> int:
    summary: List[str] = []
    with tempfile.TemporaryDirectory(prefix="wiredrift-spark-") as name:
        folder = Path(name)
        generate(folder)
        table(folder)
        started = time.monotonic()
        expected = support.reports(name, "captures")
        summary.append(f"single run: exit code {expected[0]}, {time.monotonic() - started:.1f} s")
        blocks = sum(-(-path.stat().st_size // (64 << 10)) for path in (folder / "captures").glob("*.ndjson"))
        if blocks < BLOCKS:
            raise AssertionError(f"only {blocks} blocks")
        slow = slow_binary(folder)
        cluster = "local-cluster[2,1,1024]"
        for mode in ("lines", "files"):
            arguments = ("--input", "captures", "--format", mode, "--binary", slow, "--batch-mb", "1")
            job = Job(folder, cluster, *arguments, kill=True)
            summary.append(compare(f"{mode}, {blocks} blocks", job, expected, kill=True))
            print(summary[-1], flush=True)
        arguments = ("--input", "table", "--format", "table", "--column", "body", "--binary", support.BINARY)
        job = Job(folder, "local[2]", *arguments, "--", "--operation=showPet", "--side", "response")
        summary.append(compare("table", job, expected_of_table(folder), kill=False))
        summary.append(check_uris(folder))
        summary += check_dataframes(folder)
    print("\nSummary")
    for line in summary:
        print(f"   {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
