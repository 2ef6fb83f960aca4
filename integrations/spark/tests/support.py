"""What the tests share: the binary, the samples, and captures with planted drift."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterable, List, Sequence, Tuple

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
PETSTORE = ROOT / "samples" / "petstore"
CONTRACT = str(PETSTORE / "openapi.yaml")
BINARY = os.path.abspath(os.environ.get("WIREDRIFT") or ROOT / "target" / "debug" / "wiredrift")

sys.path.insert(0, str(PACKAGE))


def pet(number: int) -> Dict[str, Any]:
    """A payload of showPet. Some of them deviate from the contract."""
    result = {"id": number, "name": "Zoë 🐕", "kind": "dog", "status": "available", "price": 10.5}
    if number % 97 == 3:
        result["colour"] = "red"
    if number % 131 == 5:
        result["price"] = "12"
    return result


def pets(count: int) -> List[bytes]:
    """Lines of JSON."""
    return [json.dumps(pet(number), ensure_ascii=False).encode() for number in range(1, count + 1)]


def poisoned(lines: Sequence[bytes]) -> List[bytes]:
    """The same lines with a malformed one, one that is not UTF-8, blank ones, and one that ends with CR LF."""
    result = list(lines)
    result[6] = result[6][:30]
    result[9] = result[9].replace(b"Zo", b"\xff\xfe")
    result[2] += b"\r"
    return [*result[:4], b"", *result[4:12], b" \t\r", *result[12:]]


def log(count: int) -> bytes:
    """A log with an exchange per line."""
    lines = (
        {
            "time": "2024-03-09T10:15:20Z",
            "method": "GET",
            "url": f"https://api.petshop.example/v1/pets/{number}",
            "status": 200,
            "response_body": pet(number),
        }
        for number in range(1, count + 1)
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def odd_files(folder: Path) -> None:
    """Files of a folder that wiredrift skips or cannot read, and some with names that Spark ignores."""
    har = (PETSTORE / "captures/drifting/list-pets.har").read_bytes()
    for name, data in (
        (".hidden.har", har),
        (".git/a.har", har),
        ("_work/.b", b""),
        ("_work/c.har", har),
        ("_d.har", har),
        ("_e=f.har", har),
        ("_metadata", har),
        ("g.har._COPYING_", har),
        ("_SUCCESS", b""),
        ("table.csv", b"a,b\n1,2\n"),
        ("_notes", b"what is this?\n"),
        ("picture.png", b"\x89PNG\r\n\0\0"),
        ("settings.yaml", b"key: 1\n"),
        ("settings.yaml.gz", gzip.compress(b"key: 1\n")),
        ("blank", b"\n \r\n"),
        ("2024-03-09T10:15:20.har", har),
        ("h\\i+j,k'l\"m.har", har),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    Path(folder, os.fsdecode(b"\xff.har")).write_bytes(har)
    with zipfile.ZipFile(folder / "some.zip", "w") as archive:
        archive.writestr(".hidden.har", har)
        archive.writestr("settings.yaml", "key: 1")
        archive.writestr("a.har", har)
    for name, target in (("nowhere", "missing"), (".nowhere", "missing"), ("_work/back", ".."), (".loop", ".loop")):
        os.symlink(target, folder / name)
    os.symlink("_work", folder / "again")


def run(*arguments: str, folder: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs wiredrift."""
    command = [BINARY, *arguments]
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)


REPORTS = ("report.json", "report.html", "report.txt")
OUTPUTS = ("json=report.json", "html=report.html", "text=report.txt")


def reports(folder: str, *arguments: str) -> Tuple[int, List[bytes]]:
    """The exit code of `wiredrift check`, and its reports as bytes."""
    for name in REPORTS:
        Path(folder, name).unlink(missing_ok=True)
    outputs = [word for output in OUTPUTS for word in ("--output", output)]
    done = run("check", *arguments, "--contract", CONTRACT, "--no-config", *outputs, folder=folder)
    if not all(Path(folder, name).exists() for name in REPORTS):
        raise AssertionError(f"wiredrift {arguments} exited with {done.returncode}: {done.stderr.decode()}")
    return done.returncode, [Path(folder, name).read_bytes() for name in REPORTS]


def reports_of_profile(folder: str, profile: bytes) -> Tuple[int, List[bytes]]:
    """The same of a profile."""
    Path(folder, "merged.bin").write_bytes(profile)
    return reports(folder, "--from-profile", "merged.bin")


class Batch:
    """Rows as Arrow passes them."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.columns = [Column(values) for values in zip(*rows)]

    def column(self, index: int) -> "Column":
        return self.columns[index]


class Column:
    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def to_pylist(self) -> List[Any]:
        return list(self.values)


def wrapper(folder: str, script: str) -> str:
    """A program that does something before it runs wiredrift as `"$@"`."""
    path = Path(folder, "wrapper")
    path.write_text(f'#!/usr/bin/env bash\nset -- "{BINARY}" "$@"\n{script}\n')
    path.chmod(0o755)
    return str(path)
