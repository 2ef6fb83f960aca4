"""Places in files: where the lines that a task reads start in their file.

Spark gives each task a block of a file, so a task knows its lines, but not their numbers. A first pass counts the
lines of each block. The sums over the blocks before it are the place where a block starts.
"""

from typing import Dict, NamedTuple, Optional

# What JSON calls white space. A line of nothing else is no entry.
WHITE_SPACE = b" \t\r\n"

# The length of a byte order mark in UTF-8, in bytes.
MARK = 3


class Place(NamedTuple):
    """A place at the start of a line."""

    line: int  # from 1
    byte: int  # from 0
    entries: int  # the lines before it that are not blank

    def after(self, line: bytes) -> "Place":
        """The place after a line, which is given without its line feed."""
        return Place(self.line + 1, self.byte + len(line) + 1, self.entries + (not is_blank(line)))


START = Place(1, 0, 0)


class Key(NamedTuple):
    """Lines that one task reads in order.

    The block is where the block starts in the file, in bytes. For lines of files, it is enough to tell the tasks
    apart. Rows of a DataFrame may have been moved, so the number of the partition is a part of the key, too.
    """

    file: str
    block: int
    partition: int


class Count(NamedTuple):
    """What a task found for a key."""

    lines: int
    entries: int  # the lines that are not blank
    length: int  # in bytes, with a line feed for each line, also for the last one of a file

    def and_line(self, line: bytes) -> "Count":
        return Count(self.lines + 1, self.entries + (not is_blank(line)), self.length + len(line) + 1)


NOTHING = Count(0, 0, 0)


def is_blank(line: bytes) -> bool:
    """Whether a line is no entry."""
    return not line.strip(WHITE_SPACE)


def starts(counts: Dict[Key, Count], sizes: Optional[Dict[str, int]] = None) -> Dict[Key, Place]:
    """Where the lines of each key start in their file.

    `sizes` are those of the files in bytes, if these were read as they are. They show which files start with a byte
    order mark, because Spark removes it.
    """
    places: Dict[Key, Place] = {}
    of_files = after_marks(counts, sizes or {})
    for key in sorted(counts):
        start = of_files.get(key.file, START)
        count = counts[key]
        places[key] = start
        of_files[key.file] = Place(start.line + count.lines, start.byte + count.length, start.entries + count.entries)
    return places


def after_marks(counts: Dict[Key, Count], sizes: Dict[str, int]) -> Dict[str, Place]:
    """Where the first lines start of the files that start with a byte order mark.

    The last line may have no line feed, so what was counted is one byte more than what was read, or the same.
    """
    missing = dict(sizes)
    for key, count in counts.items():
        if key.file in missing:
            missing[key.file] -= count.length
    return {file: START._replace(byte=MARK) for file, length in missing.items() if length in (MARK, MARK - 1)}
