"""The Spark part: reads captures, runs the tasks, and joins their profiles."""

import math
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Dict, Iterator, List, Optional, Sequence, Set

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from wiredrift_spark import contract as contracts
from wiredrift_spark import options as further
from wiredrift_spark.errors import CheckFailed
from wiredrift_spark.folders import look
from wiredrift_spark.merge import merge
from wiredrift_spark.names import as_location, file_uri, inputs, is_compressed, normal
from wiredrift_spark.places import Count, Key, starts
from wiredrift_spark.rows import whole_files
from wiredrift_spark.runner import find_binary
from wiredrift_spark.work import COUNT, PROFILE, CountLines, MergeProfiles, ProfileFiles, ProfileLines, Work

# A task joins this many profiles.
FAN_IN = 16

# Rows in an Arrow batch, which is in memory as a whole. A file is a row, and may be long.
FILE_ROWS = 1
LINE_ROWS = 1000


def make_work(
    contract: str, binary: str, capture_format: Optional[str], options: further.Options, batch_mb: int
) -> Work:
    """What the tasks need. Raises CheckFailed if the contract cannot be used."""
    return Work(
        contract=contracts.load(contract, options.refs),
        options=options.reading,
        # A path of this machine must not depend on the current folder of a task.
        binary=os.path.abspath(binary) if os.path.dirname(binary) and os.path.isfile(binary) else binary,
        format=capture_format,
        batch=batch_mb << 20,
        log_fields=options.log_fields,
    )


def check_dataframe(
    df: DataFrame,
    column: str,
    contract: str,
    *,
    name: str = "table",
    binary: str = "wiredrift",
    capture_format: str = "ndjson",
    options: Sequence[str] = (),
    batch_mb: int = 64,
) -> bytes:
    """The profile of a column of payloads (or exchanges, or log lines: see `capture_format`), one per row.

    Rows are numbered as lines of the files that the DataFrame was read from, or of a file with this name if it was not
    read from files. The DataFrame is evaluated twice. `options` are further options of `wiredrift check`. Write the
    profile to a file and run `wiredrift check --from-profile FILE --contract CONTRACT` for the report.

    Raises CheckFailed if there are no rows or if an option cannot be used. Errors of tasks, such as a wrong contract,
    are Spark's exceptions with the message of wiredrift.
    """
    work = make_work(contract, binary, capture_format, further.sort(options), batch_mb)
    profile = merge(find_binary(work.binary), profiles_of_table(df, column, name, work))
    if profile is None:
        raise CheckFailed("the DataFrame has no rows")
    return profile


def check_paths(spark: SparkSession, typed: Sequence[str], mode: str, column: str, work: Work) -> bytes:
    """The profile of files and folders. Raises CheckFailed if there are none, or if they cannot be used."""
    work = replace(work, inputs=inputs(typed))
    if mode == "table":
        locations = [each.location for each in work.inputs]
        table = spark.read.option("recursiveFileLookup", "true").parquet(*locations)
        profiles = profiles_of_table(table, column, "", replace(work, format=work.format or "ndjson"))
    else:
        profiles = profiles_of_captures(spark, mode, work)
    profile = merge(find_binary(work.binary), profiles)
    if profile is None:
        raise CheckFailed("the inputs contain nothing to read")
    return profile


def profiles_of_captures(spark: SparkSession, mode: str, work: Work) -> List[bytes]:
    """The files of all inputs."""
    listings = [look(each) for each in work.inputs if each.path is not None]
    uris = {uri for listing in listings for uri in map(file_uri, listing.files) if uri is not None}
    named = {uri for each in work.inputs if each.path is not None for uri in [file_uri(each.path)] if uri is not None}
    locations = [each.location for each in work.inputs if each.path is None]
    elsewhere: List[str] = []
    if locations:
        # The list of files comes from the file system. No content is read for it.
        elsewhere = sorted({normal(uri) for uri in binary_files(spark, locations).inputFiles()} - uris)
        named |= named_files(spark, locations)
    work = replace(work, named=frozenset(named))
    listed = sorted(uris.union(elsewhere))
    read = profiles_of_lines if mode == "lines" else profiles_of_files
    profiles = read(spark, listed, work) if listed else []
    own = chain.from_iterable(listing.frames() for listing in listings)
    rest = work.profile(chain(own, map(work.frame, without_rows(spark, elsewhere))))
    return profiles if rest is None else [*profiles, rest]


def named_files(spark: SparkSession, locations: List[str]) -> Set[str]:
    """The URIs of the locations that are files, also of those that a pattern stands for."""
    found: Set[str] = set()
    hadoop: Any = spark._jvm
    configuration = spark._jsc.hadoopConfiguration()
    for location in locations:
        path = hadoop.org.apache.hadoop.fs.Path(location)
        statuses = path.getFileSystem(configuration).globStatus(path) or []
        found.update(normal(each.getPath().toUri().toString()) for each in statuses if each.isFile())
    return found


def without_rows(spark: SparkSession, files: List[str]) -> List[str]:
    """The files that Spark leaves out because they are empty."""
    if not files:
        return []
    rows = binary_files(spark, [as_location(uri) for uri in files]).select("_metadata.file_path").collect()
    return sorted(set(files) - {normal(row.file_path) for row in rows})


def profiles_of_files(spark: SparkSession, uris: List[str], work: Work) -> List[bytes]:
    """Each file as a whole."""
    files = binary_files(spark, [as_location(uri) for uri in uris]).select("_metadata.file_path", "content")
    with settings(spark, FILE_ROWS):
        return joined(files, ProfileFiles(work), work)


def profiles_of_lines(spark: SparkSession, uris: List[str], work: Work) -> List[bytes]:
    """Files with an entry per line in blocks, and all other files as a whole."""
    whole = {uri for uri in uris if is_compressed(uri)}
    plain = [uri for uri in uris if uri not in whole]
    profiles: List[bytes] = []
    if plain:
        # Only a line feed ends a line for wiredrift. Without the option, a carriage return would, too.
        reader = spark.read.option("recursiveFileLookup", "true").option("lineSep", "\n")
        text = reader.text([as_location(uri) for uri in plain])
        value = F.col("value").cast("binary")  # as a string, Python would get U+FFFD for what is not UTF-8
        rows = with_places(text, value)
        with settings(spark, LINE_ROWS):
            counted = count(with_places(text, value, F.col("_metadata.file_size").alias("size")), work, has_size=True)
            whole |= whole_files(plain, counted.counts, counted.formats)
            lines = {key: each for key, each in counted.counts.items() if key.file not in whole}
            if lines:
                task = ProfileLines(work, starts(lines, counted.sizes), lines, counted.formats)
                profiles += joined(rows, task, work)
    if whole:
        profiles += profiles_of_files(spark, sorted(whole), work)
    return profiles


def profiles_of_table(df: DataFrame, column: str, name: str, work: Work) -> List[bytes]:
    """Each row as a line."""
    value = F.col(column).cast("binary")
    rows = lines_of(value, F.lit(name), F.lit(0).cast("long"), df)
    if df.inputFiles():
        # Some operations, such as aggregations, drop the metadata of files.
        with suppress(AnalysisException):
            rows = with_places(df, value)
    with settings(df.sparkSession, LINE_ROWS):
        counted = count(rows, work, has_size=False)
        task = ProfileLines(work, starts(counted.counts), counted.counts, counted.formats)
        return joined(rows, task, work)


def binary_files(spark: SparkSession, locations: List[str]) -> DataFrame:
    return spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(locations)


def with_places(df: DataFrame, value: Column, *more: Column) -> DataFrame:
    """Lines of files, and more columns."""
    return lines_of(value, F.col("_metadata.file_path"), F.col("_metadata.file_block_start"), df, *more)


def lines_of(value: Column, file: Column, block: Column, df: DataFrame, *more: Column) -> DataFrame:
    """The columns that `rows.lines` takes, and more."""
    columns = [value.alias("line"), file.alias("file"), block.alias("block")]
    return df.select(*columns, F.spark_partition_id().alias("partition"), *more)


@dataclass(frozen=True)
class Counted:
    """What the first pass found."""

    counts: Dict[Key, Count]
    sizes: Dict[str, int]  # of files, in bytes
    formats: Dict[str, Optional[str]]  # of files


def count(rows: DataFrame, work: Work, has_size: bool) -> Counted:
    """Counts the lines of each block on the executors. One row per block comes to the driver."""
    task = CountLines(work, recognise=work.format is None, has_size=has_size)
    found = rows.mapInArrow(lambda batches: task(batches), COUNT).collect()
    counts = {Key(row.file, row.block, row.partition): Count(row.lines, row.entries, row.length) for row in found}
    sizes = {row.file: row.size for row in found if row.size is not None}
    formats = {row.file: row.format or work.format for row in found if row.format or work.format}
    return Counted(counts, sizes, formats)


def joined(rows: DataFrame, task: Any, work: Work) -> List[bytes]:
    """The profiles of all partitions, joined on the executors until at most one is left.

    The rows of `repartition` are spread in turn. Spark sorts them before (`spark.sql.execution.sortBeforeRepartition`),
    and a partition that is run again gives the same bytes, so that a lost executor moves no row twice.
    """
    partitions = rows.rdd.getNumPartitions()
    profiles = rows.mapInArrow(lambda batches: task(batches), PROFILE)
    join = MergeProfiles(work)
    while partitions > 1:
        partitions = math.ceil(partitions / FAN_IN)
        profiles = profiles.repartition(partitions).mapInArrow(lambda batches: join(batches), PROFILE)
    return [bytes(row.profile) for row in profiles.collect()]


@contextmanager
def settings(spark: SparkSession, rows: int) -> Iterator[None]:
    """Settings of the session while it reads.

    The number of blocks depends on the number of cores, which changes when executors come and go. Both passes over
    the lines need the same blocks, so it is fixed.
    """
    blocks = "spark.sql.files.minPartitionNum"
    changed = {"spark.sql.execution.arrow.maxRecordsPerBatch": str(rows)}
    if spark.conf.get(blocks, None) is None:
        changed[blocks] = str(max(1, spark.sparkContext.defaultParallelism))
    before = {key: spark.conf.get(key, None) for key in changed}
    for key, value in changed.items():
        spark.conf.set(key, value)
    try:
        yield
    finally:
        for key, old in before.items():
            if old is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, old)
