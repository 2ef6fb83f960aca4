"""The contract: the files that a task needs, as bytes.

They go to the tasks with their code, so that no shared storage is needed. A task writes them to a temporary folder,
with the same paths from the folder that they have in common: a profile names the documents of a contract by these.
"""

import os
import re
from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Set
from urllib.parse import unquote

from wiredrift_spark.errors import CheckFailed

# Documents of contracts, by their names.
DOCUMENTS = (".json", ".yaml", ".yml")

# Texts that may refer to a file: in quotes, or the plain value of a key or an element in YAML.
TEXTS = re.compile(r"\"([^\"\n]+)\"|'([^'\n]+)'|(?:[:\-]|^)[ \t]+([^\s\"'{}\[\],]+)", re.MULTILINE)

# The most files that are sent to tasks.
MOST = 10_000


@dataclass(frozen=True)
class Contract:
    """A contract for `wiredrift check` in a folder with these files."""

    reference: str  # relative to the folder, or the name of a built-in contract
    files: Dict[str, bytes] = field(default_factory=dict)  # by their paths in the folder
    refs: List[str] = field(default_factory=list)  # values of --ref

    def write(self, folder: str) -> List[str]:
        """Writes the files and returns the arguments for wiredrift, which is to be run in this folder."""
        for name, data in self.files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        refs = [part for ref in self.refs for part in ("--ref", ref)]
        return ["--contract", self.reference, *refs]


def load(reference: str, refs: Iterable[str] = ()) -> Contract:
    """Reads a contract and the files that it refers to, and those of `--ref URL=FILE`.

    Raises CheckFailed for a contract that is not in files, and for a file that cannot be read.
    """
    if reference.startswith("git:"):
        raise CheckFailed(f"--contract {reference}: give a file; contracts in Git are not sent to Spark")
    named = dict(split_ref(ref) for ref in refs)
    roots = [os.path.abspath(path) for path in named.values()]
    is_path = os.path.exists(reference)
    if is_path:
        roots.append(os.path.abspath(reference))
    paths = sorted(with_references(roots))
    if not paths:
        return Contract(reference)
    # The name of a folder with schemas is a part of the contract, so the folder itself is sent.
    common = os.path.commonpath([os.path.dirname(path) for path in [*paths, *roots]])
    try:
        files = {os.path.relpath(path, common): read(path) for path in paths}
    except OSError as error:
        raise CheckFailed(f"cannot read {error.filename}: {error.strerror}") from error
    inside = os.path.relpath(os.path.abspath(reference), common) if is_path else reference
    relative = [f"{url}={os.path.relpath(os.path.abspath(path), common)}" for url, path in named.items()]
    return Contract(inside, files, relative)


def split_ref(ref: str) -> List[str]:
    """The URL and the file of `--ref`. A URL may contain `=`."""
    parts = ref.rsplit("=", 1)
    if len(parts) != 2:
        raise CheckFailed(f"--ref {ref}: expected URL=FILE")
    return parts


def with_references(roots: List[str]) -> Set[str]:
    """These files, those in these folders, and all files of which they contain the path.

    That is more than what a contract refers to in `$ref`, `mapping` and `externalValue`, but never less.
    """
    found: Set[str] = set()
    todo = list(roots)
    while todo:
        path = os.path.normpath(todo.pop())
        if path in found:
            continue
        if os.path.isdir(path):
            for root, _, files in os.walk(path):
                todo += (os.path.join(root, name) for name in files if name.lower().endswith(DOCUMENTS))
            continue
        found.add(path)
        if len(found) > MOST:
            raise CheckFailed(f"the contract has more than {MOST} files")
        todo += (other for other in mentioned(path) if other not in found)
    return found


def mentioned(path: str) -> Iterable[str]:
    """The files of which a document contains the path, absolute or from its folder."""
    texts = {next(filter(None, groups)) for groups in TEXTS.findall(read(path).decode(errors="replace"))}
    for text in texts:
        name = text.split("#", 1)[0].replace("\\/", "/")
        if not name.lower().endswith(DOCUMENTS) or len(name) > 4096:
            continue
        name = name[len("file://") :] if name.startswith("file:///") else name
        for each in {name, unquote(name)}:
            other = os.path.join(os.path.dirname(path), each)
            if os.path.isfile(other):
                yield other


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
