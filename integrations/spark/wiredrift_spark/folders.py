"""Files on the machine of the driver: those that Spark reads, and those that the driver has to read itself.

Spark leaves out files with some names, hidden files, and links that lead nowhere. wiredrift reads the first, and lists
or reports the others, so the driver looks into folders itself.
"""

import errno
import os
import stat
from dataclasses import dataclass, field
from typing import Iterator, List, Tuple

from wiredrift_spark.frames import Frame
from wiredrift_spark.names import Input, escaped, file_uri, lossy

# A folder by its device and its number there, and its path.
Folder = Tuple[Tuple[int, int], str]


@dataclass
class Listing:
    """What an input contains, as paths."""

    input: Input
    files: List[str] = field(default_factory=list)  # for Spark
    own: List[str] = field(default_factory=list)  # files for the driver
    hidden: List[str] = field(default_factory=list)
    problems: List[Tuple[str, str]] = field(default_factory=list)  # paths, and what is wrong with them

    def frames(self) -> Iterator[Frame]:
        """Frames for all but what Spark reads."""
        name = self.input.name_of
        for path in self.own:
            try:
                with open(path, "rb") as file:
                    yield Frame(name(path), file.read(), found=path != self.input.path)
            except OSError as error:
                yield Frame(name(path), problem=words(error))
        for path in self.hidden:
            yield Frame(name(path), hidden=True)
        for path, message in self.problems:
            yield Frame(name(path), problem=message)

    def add(self, path: str, status: os.stat_result) -> None:
        """Adds a file."""
        is_own = is_ignored(path) or not stat.S_ISREG(status.st_mode) or not status.st_size
        target = self.own if is_own or not os.access(path, os.R_OK) else self.files
        target.append(path)


def look(each: Input) -> Listing:
    """The files of an input on this machine. Folders are read as `wiredrift check` does."""
    assert each.path is not None  # it is on this machine
    listing = Listing(each)
    if not os.path.isdir(each.path):
        listing.add(each.path, os.stat(each.path))
        return listing
    todo: List[Tuple[str, List[Folder]]] = [(each.path, [])]
    while todo:
        path, above = todo.pop()
        try:
            entries = list(os.scandir(path))
            above = [*above, (identity(os.stat(path)), path)]
        except OSError as error:
            listing.problems.append((path, words(error)))
            continue
        todo += ((entry.path, above) for entry in entries if is_folder(entry, above, listing))
    if not (listing.files or listing.own or listing.problems):
        listing.problems.append((each.path, "the folder contains no files to read"))
    return listing


def is_folder(entry: "os.DirEntry[str]", above: List[Folder], listing: Listing) -> bool:
    """Whether an entry is a folder to look into. Adds everything else to the listing."""
    try:
        status = entry.stat()
    except OSError as error:
        listing.problems.append((entry.path, words(error)))
        return False
    folder = stat.S_ISDIR(status.st_mode)
    if folder and entry.is_symlink():
        for other, path in reversed(above):
            if other == identity(status):
                back = lossy(listing.input.under(path))
                message = f"folder loop: a link leads back to {back}; remove the link, or name the files to read"
                listing.problems.append((entry.path, message))
                return False
    if entry.name.startswith("."):
        listing.hidden.append(entry.path)
        return False
    # Reading a pipe of a folder would block.
    if stat.S_ISREG(status.st_mode):
        listing.add(entry.path, status)
    return folder


def identity(status: os.stat_result) -> Tuple[int, int]:
    return status.st_dev, status.st_ino


def is_ignored(path: str) -> bool:
    """Whether Spark ignores a file because of its name, or cannot read it."""
    name = os.path.basename(path)
    is_hidden = name.startswith(".") or (name.startswith("_") and "=" not in name)
    return is_hidden or name.endswith("._COPYING_") or is_unreadable(path)


def is_unreadable(path: str) -> bool:
    """Whether Spark cannot read a file because of its name.

    For Hadoop, what is before a colon in the name of a file is a scheme, and in a path with escaped characters also
    that in the name of a folder.
    """
    return file_uri(path) is None or ":" in (os.path.basename(path) if escaped(path) == path else path)


def words(error: OSError) -> str:
    """What is wrong, in the words of wiredrift."""
    if error.errno == errno.ENOENT:
        return "no such file or folder"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied"
    return f"I/O error: {error.strerror} (os error {error.errno})"
