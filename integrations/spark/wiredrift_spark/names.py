"""The names of files in reports: those that a run of wiredrift on one machine would show."""

import os
import re
from dataclasses import dataclass
from typing import List, Optional, Sequence
from urllib.parse import quote, unquote, urlsplit

from wiredrift_spark.errors import CheckFailed

# What Spark decompresses by the name of a file, and what wiredrift decompresses or unpacks itself. These files are
# read as they are, and as a whole.
COMPRESSED = tuple(".gz .tgz .zst .br .zip .tar .bz2 .xz .deflate .snappy .lz4 .zlib".split())


@dataclass(frozen=True)
class Input:
    """A file or a folder as typed."""

    typed: str
    path: Optional[str]  # the absolute path, if it is on this machine

    @classmethod
    def of(cls, typed: str) -> "Input":
        """The input for an argument. What is not on this machine is left to Spark."""
        is_local = not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", typed) and os.path.exists(typed)
        return cls(typed, os.path.abspath(typed) if is_local else None)

    @property
    def location(self) -> str:
        """What Spark reads. Spark takes some characters of paths for patterns, so they are escaped."""
        if self.path is None:
            return self.typed
        return "file://" + escaped(self.path)

    def under(self, path: str) -> str:
        """An absolute path in this input, as wiredrift finds it under the argument."""
        assert self.path is not None  # it is on this machine
        rest = path[len(self.path.rstrip("/")) + 1 :]
        if not rest:
            return self.typed
        return self.typed + rest if self.typed.endswith("/") else f"{self.typed}/{rest}"

    def name_of(self, path: str) -> str:
        """The same as wiredrift shows it."""
        return lossy(without_dot(self.under(path)))


def escaped(path: str) -> str:
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", path)


def as_location(uri: str) -> str:
    """What Spark reads for a file that it named with a URI: the URI, but not percent-encoded."""
    return escaped(unquote(uri))


def inputs(typed: Sequence[str]) -> List[Input]:
    """The inputs for arguments.

    Raises CheckFailed if one contains another: Spark reads the files in both once, wiredrift twice.
    """
    found = [Input.of(each) for each in typed]
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            if one.path and other.path and (is_within(one.path, other.path) or is_within(other.path, one.path)):
                raise CheckFailed(f"{other.typed} and {one.typed} have files in common: name them once")
    return found


def is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def file_name(uri: str, known: Sequence[Input]) -> str:
    """The name of a file that Spark names with a URI: the path under the argument as typed, or the URI."""
    path = local_path(uri)
    for each in known:
        if path is not None and each.path is not None and is_within(path, each.path):
            return each.name_of(path)
    return normal(uri)


def local_path(uri: str) -> Optional[str]:
    """The path of a `file:` URI; `None` for other storages."""
    if not uri.startswith("file:"):
        return None
    return "/" + unquote(uri[len("file:") :]).lstrip("/")


def file_uri(path: str) -> Optional[str]:
    """The URI of an absolute path; `None` for paths that are not UTF-8, which have none for Spark."""
    try:
        return "file://" + quote(path, safe="/~!$&'()*+,;=:@")
    except UnicodeEncodeError:
        return None


def normal(uri: str) -> str:
    """A URI as a key: Spark writes `file:/a` or `file:///a` for the same file, and encodes some characters or not."""
    path = local_path(uri)
    return uri if path is None else file_uri(path) or uri


def without_dot(path: str) -> str:
    """A path without a leading `./`."""
    return path[2:] if path.startswith("./") and len(path) > 2 else path


def lossy(path: str) -> str:
    """A path as text: U+FFFD takes the place of what is not UTF-8."""
    return os.fsencode(path).decode(errors="replace")


def is_compressed(uri: str) -> bool:
    """Whether the name says that a file is compressed or an archive."""
    return urlsplit(uri).path.lower().endswith(COMPRESSED)
