"""Rows of Spark as frames. Rows come as Arrow batches; of these, only `column(i).to_pylist()` is used."""

from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Set, Tuple

from wiredrift_spark.errors import CheckFailed
from wiredrift_spark.frames import BY_LINE, Frame
from wiredrift_spark.names import normal
from wiredrift_spark.places import NOTHING, Count, Key, Place

# Lines go to wiredrift in frames of about this many bytes.
FRAME = 1 << 20

# The start of a file in which wiredrift recognises its format, in bytes.
HEAD = 64 << 10

# The columns of lines: the line, and its key. For counting, the size of the file follows.
Line = Tuple[bytes, Key]


def file_frames(batches: Iterable[Any], frame_of: Callable[[str, bytes], Frame]) -> Iterator[Frame]:
    """A frame for each file. Columns: its URI, and its content."""
    for batch in batches:
        for uri, content in zip(*columns(batch, 2)):
            yield frame_of(uri, content or b"")


def lines(batches: Iterable[Any]) -> Iterator[Line]:
    """The lines and their keys, one object for consecutive lines with the same key.

    Columns: the line, the URI of the file, the block and the partition.

    A value without a body is a blank line. A line feed in a value of a table would end the line, so it becomes a
    carriage return, which JSON allows and forbids in the same places.
    """
    last: Optional[List[Any]] = None
    key = Key("", 0, 0)
    for batch in batches:
        for value, *of in zip(*columns(batch, 4)):
            if of != last:
                last, key = of, Key(normal(of[0]), of[1], of[2])
            value = value or b""
            yield (value.replace(b"\n", b"\r") if b"\n" in value else value), key


def columns(batch: Any, count: int) -> List[List[Any]]:
    return [batch.column(index).to_pylist() for index in range(count)]


class Counter:
    """Counts lines, and keeps the first ones of each file, which show its format."""

    def __init__(self) -> None:
        self.counts: Dict[Key, Count] = {}
        self.heads: Dict[Key, List[bytes]] = {}

    def read(self, batches: Iterable[Any]) -> None:
        count: Count = NOTHING
        key: Optional[Key] = None
        head: Optional[List[bytes]] = None
        for line, of in lines(batches):
            if of is not key:
                if key is not None:
                    self.counts[key] = count
                key, count = of, self.counts.get(of, NOTHING)
                head = self.heads.setdefault(of, []) if of.block == 0 else None
            if head is not None and count.length <= HEAD:
                head.append(line)
            count = count.and_line(line)
        if key is not None:
            self.counts[key] = count


def line_frames(
    batches: Iterable[Any],
    starts: Mapping[Key, Place],
    counts: Mapping[Key, Count],
    formats: Callable[[str], Optional[str]],
    name_of: Callable[[str], str],
) -> Iterator[Frame]:
    """The lines of keys in frames, with their places. Keys without a start are left out.

    Spark may put several blocks of several files in one partition, one after the other; the rows of one block are in
    the order of the file. The frames follow each key on its own, so the rows of several keys may also be mixed.

    Raises CheckFailed if the rows are not those that were counted: then the places would be wrong.
    """
    places: Dict[Key, Place] = {}
    seen: Dict[Key, Count] = {}
    for key, chunk in chunks(batches, lambda key: 1 if formats(key.file) not in BY_LINE else FRAME):
        if key not in starts:
            continue
        at = place = places.get(key, starts[key])
        count = seen.get(key, NOTHING)
        for line in chunk:
            place = place.after(line)
            count = count.and_line(line)
        places[key], seen[key] = place, count
        # Blank lines alone hold nothing to read.
        if place.entries > at.entries:
            yield Frame(name_of(key.file), b"\n".join(chunk) + b"\n", at, formats(key.file))
    for key, count in seen.items():
        if count != counts[key]:
            raise CheckFailed(changed(key, counts[key], count))


def changed(key: Key, first: Count, second: Count) -> str:
    return (
        f"{key.file}: the first reading found {first.lines} lines with {first.length} bytes from byte {key.block}, the "
        f"second one {second.lines} lines with {second.length} bytes: write the data to files that do not change, or "
        "cache the DataFrame"
    )


def chunks(batches: Iterable[Any], most: Callable[[Key], int]) -> Iterator[Tuple[Key, List[bytes]]]:
    """Consecutive lines of one key, of about as many bytes as `most` says for it."""
    chunk: List[bytes] = []
    key: Optional[Key] = None
    size = limit = 0
    for line, of in lines(batches):
        if chunk and key and (of is not key or size >= limit):
            yield key, chunk
            chunk, size = [], 0
        if of is not key:
            key, limit = of, most(of)
        chunk.append(line)
        size += len(line) + 1
    if chunk and key:
        yield key, chunk


def whole_files(files: Iterable[str], counts: Mapping[Key, Count], formats: Mapping[str, Optional[str]]) -> Set[str]:
    """The files that are read as a whole: those without entries, and those that do not have an entry per line."""
    entries: Dict[str, int] = {}
    for key, count in counts.items():
        entries[key.file] = entries.get(key.file, 0) + count.entries
    return {file for file in files if not entries.get(file) or formats.get(file) not in BY_LINE}
