"""Frames, in which `wiredrift check --batch` reads captures from standard input.

A frame is a line of JSON, as many bytes as it says, and a line feed.
"""

import json
from dataclasses import dataclass, replace
from typing import Dict, Iterable, Iterator, List, Optional, Tuple

from wiredrift_spark.places import Place

# The formats that have an entry per line and nothing else, as `wiredrift check --format` names them. Their files can
# be read in parts of any size, with the same result as a whole.
BY_LINE = ("ndjson", "log", "playwright")


@dataclass(frozen=True)
class Frame:
    """A file, whole lines of a file, why a file cannot be read, or the name of a hidden one."""

    file: str
    data: bytes = b""
    at: Optional[Place] = None  # where `data` starts, if it is not the whole file
    format: Optional[str] = None  # for lines only: the binary recognises the format of whole files
    found: bool = False  # a whole file of a folder, which need not be a capture
    hidden: bool = False  # a hidden file or folder, which is listed as skipped
    problem: Optional[str] = None

    def header(self) -> bytes:
        """The first line."""
        header: Dict[str, object] = {"file": self.file, "bytes": len(self.data)}
        if self.problem is not None:
            header["problem"] = self.problem
        elif self.hidden:
            header["hidden"] = True
        elif self.found:
            header["found"] = True
        if self.at is not None:
            header["at"] = self.at._asdict()
            if self.format is not None:
                header["format"] = self.format
        return json.dumps(header).encode() + b"\n"

    def chunks(self) -> Iterator[bytes]:
        """The frame as bytes. The data is not copied, as it may be long."""
        yield self.header()
        if self.problem is None and not self.hidden:
            yield self.data
            yield b"\n"


def batches(frames: Iterable[Frame], most: int) -> Iterator[List[Frame]]:
    """Frames in batches of at most this many bytes; a longer frame is a batch of its own."""
    batch: List[Frame] = []
    size = 0
    for frame in frames:
        if batch and size + len(frame.data) > most:
            yield batch
            batch, size = [], 0
        batch.append(frame)
        size += len(frame.data)
    if batch:
        yield batch


def halves(frames: List[Frame]) -> Optional[Tuple[List[Frame], List[Frame]]]:
    """Two halves of the same data, or `None` for a whole file and for a single line."""
    if len(frames) > 1:
        middle = len(frames) // 2
        return frames[:middle], frames[middle:]
    pieces = split(frames[0]) if frames else None
    return pieces and ([pieces[0]], [pieces[1]])


def split(frame: Frame) -> Optional[Tuple[Frame, Frame]]:
    """Two frames with the lines of one, or `None` if it has only one line, or is a whole file."""
    if frame.at is None:
        return None
    # The line feed at the end of the data separates nothing.
    last = len(frame.data) - 1
    cut = frame.data.find(b"\n", len(frame.data) // 2, last)
    if cut < 0:
        cut = frame.data.rfind(b"\n", 0, max(last, 0))
    if cut < 0:
        return None
    place = frame.at
    for line in frame.data[:cut].split(b"\n"):
        place = place.after(line)
    return replace(frame, data=frame.data[: cut + 1]), replace(frame, data=frame.data[cut + 1 :], at=place)
