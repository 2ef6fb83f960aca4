"""What the tasks do. Nothing here needs Spark; pyarrow is needed for the rows that a task returns."""

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Mapping, Optional, Tuple

from wiredrift_spark import rows
from wiredrift_spark.contract import Contract
from wiredrift_spark.frames import Frame
from wiredrift_spark.merge import merge
from wiredrift_spark.names import Input, file_name, normal
from wiredrift_spark.places import Count, Key, Place
from wiredrift_spark.runner import Runner, find_binary

# The columns of the rows that tasks return.
PROFILE = "profile binary"
COUNT = "file string, block long, partition int, lines long, entries long, length long, size long, format string"

CountRow = Tuple[str, int, int, int, int, int, Optional[int], Optional[str]]


@dataclass(frozen=True)
class Work:
    """What all tasks have in common."""

    contract: Contract
    options: List[str]  # further options of `wiredrift check` for reading
    binary: str = "wiredrift"
    format: Optional[str] = None  # of all captures
    batch: int = 64 << 20  # bytes for one run of wiredrift
    inputs: List[Input] = field(default_factory=list)
    named: FrozenSet[str] = frozenset()  # the URIs of files that are an input on their own, not in a folder
    log_fields: List[str] = field(default_factory=list)

    def name(self, uri: str) -> str:
        """The name of a file in the report."""
        return file_name(uri, self.inputs)

    def frame(self, uri: str, content: bytes = b"") -> Frame:
        """A whole file that Spark has read."""
        return Frame(self.name(uri), content, found=normal(uri) not in self.named)

    @contextmanager
    def runner(self, folders: Iterable[str] = ()) -> Iterator[Runner]:
        """wiredrift in a temporary folder with the contract. Raises CheckFailed if the program is missing.

        Spark gives a task one core, so wiredrift uses one thread, unless the options say otherwise.
        """
        with tempfile.TemporaryDirectory(prefix="wiredrift-") as folder:
            binary = find_binary(self.binary, folders)
            arguments = [*self.contract.write(folder), *self.options]
            if self.format is not None:
                arguments += ["--format", self.format]
            if not any(each.startswith(("--jobs", "-j")) for each in self.options):
                arguments.append("--jobs=1")
            yield Runner(binary, arguments, folder)

    def profile(self, frames: Iterable[Frame], folders: Iterable[str] = ()) -> Optional[bytes]:
        """The profile of frames, or `None` if there are none: then no process is started."""
        frames = iter(frames)
        first = next(frames, None)
        if first is None:
            return None
        with self.runner(folders) as runner:
            return merge(runner.binary, runner.profiles(chain([first], frames), self.batch))


# A task returns its profile in a row. If it fails, or if its executor is lost, Spark runs it again, also when another
# one of its stage runs twice (speculation). The result of a stage is made of the rows of one successful attempt for
# each partition, so nothing is counted twice: a task has no other effect than its rows.


@dataclass(frozen=True)
class ProfileFiles:
    """Reads whole files: `rows.file_frames` says which columns it takes."""

    work: Work

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        yield from profile_row(self.work, rows.file_frames(batches, self.work.frame))


@dataclass(frozen=True)
class ProfileLines:
    """Reads lines: `rows.lines` says which columns it takes."""

    work: Work
    starts: Mapping[Key, Place]
    counts: Mapping[Key, Count]
    formats: Mapping[str, Optional[str]]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        frames = rows.line_frames(batches, self.starts, self.counts, self.format, self.work.name)
        yield from profile_row(self.work, frames)

    def format(self, file: str) -> Optional[str]:
        return self.formats.get(file)


@dataclass(frozen=True)
class CountLines:
    """Counts lines. The size of the file is the fifth column, if `has_size`."""

    work: Work
    recognise: bool
    has_size: bool

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        found = list(self.counts(batches))
        if found:
            import pyarrow as pa

            names = [column.split()[0] for column in COUNT.split(", ")]
            types = [pa.string(), pa.int64(), pa.int32(), *[pa.int64()] * 4, pa.string()]
            schema = pa.schema(list(zip(names, types)))
            yield pa.RecordBatch.from_pylist([dict(zip(names, row)) for row in found], schema=schema)

    def counts(self, batches: Iterable[Any]) -> Iterator[CountRow]:
        """The counts of each key."""
        counter = rows.Counter()
        sizes: Dict[str, int] = {}
        counter.read(self.with_sizes(batches, sizes))
        formats = self.formats(counter) if self.recognise else {}
        for key, count in counter.counts.items():
            yield (*key, *count, sizes.get(key.file), formats.get(key))

    def with_sizes(self, batches: Iterable[Any], sizes: Dict[str, int]) -> Iterator[Any]:
        """The same batches; the sizes of the files in them are kept."""
        for batch in batches:
            if self.has_size:
                found = set(zip(batch.column(1).to_pylist(), batch.column(4).to_pylist()))
                sizes.update((normal(file), size) for file, size in found)
            yield batch

    def formats(self, counter: rows.Counter) -> Dict[Key, Optional[str]]:
        if not counter.heads:
            return {}
        with self.work.runner(spark_files()) as runner:
            return {
                key: runner.format_of(self.work.name(key.file), b"\n".join(head) + b"\n", self.work.log_fields)
                for key, head in counter.heads.items()
            }


@dataclass(frozen=True)
class MergeProfiles:
    """Joins the profiles of a partition. Column: the profile."""

    work: Work

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        profiles = (profile for batch in batches for profile in batch.column(0).to_pylist())
        first = next(profiles, None)
        if first is not None:
            yield as_row(merge(find_binary(self.work.binary, spark_files()), chain([first], profiles)))


def profile_row(work: Work, frames: Iterable[Frame]) -> Iterator[Any]:
    """One row with the profile of frames; none if there are no frames."""
    profile = work.profile(frames, spark_files())
    if profile is not None:
        yield as_row(profile)


def as_row(profile: Optional[bytes]) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([profile], pa.binary())], names=["profile"])


def spark_files() -> List[str]:
    """The folder in which Spark puts what `--files` ships, if this is a task."""
    try:
        from pyspark import SparkFiles

        return [SparkFiles.getRootDirectory()]
    except Exception:  # noqa: BLE001 - there is no Spark, or no such folder
        return []
