"""Runs wiredrift over frames."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import IO, Iterable, Iterator, List, Optional, Sequence

from wiredrift_spark.errors import CheckFailed, Died
from wiredrift_spark.frames import Frame, batches, halves

# In one batch, this many lines are looked for one by one. Beyond that, larger pieces are given up, because each line
# takes some runs to find.
MOST_ALONE = 64

# The most bytes of an error message that are passed on.
MESSAGE = 4000


@dataclass(frozen=True)
class Runner:
    """wiredrift with the options for reading captures."""

    binary: str  # the path
    arguments: Sequence[str]
    folder: str  # the current folder of the process: that of the contract

    def run(self, frames: Iterable[Frame]) -> bytes:
        """The profile of frames, by one process.

        Raises Died if the process dies, and CheckFailed if it rejects the contract, an option or a frame.
        """
        command = [self.binary, "check", "--batch", "--profile", "-", "--no-config", *self.arguments]
        # A file takes errors of any length, so that only two pipes have to be served.
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=self.folder
            )
            assert process.stdin is not None and process.stdout is not None  # they are pipes
            failed: List[BaseException] = []
            feeder = threading.Thread(target=feed, args=(process, process.stdin, frames, failed), daemon=True)
            feeder.start()
            try:
                profile = process.stdout.read()
                feeder.join()
                process.wait()
            finally:
                process.stdout.close()
                if process.poll() is None:
                    process.kill()
                    process.wait()
            errors.seek(0)
            message = errors.read()[-MESSAGE:].decode(errors="replace").strip()
        if failed:
            raise failed[0]
        if process.returncode == 2:
            raise CheckFailed(message)
        if process.returncode != 0:
            raise Died(ending(process.returncode))
        return profile

    def profiles(self, frames: Iterable[Frame], most: int) -> Iterator[bytes]:
        """The profiles of frames, in batches of at most this many bytes."""
        for batch in batches(frames, most):
            yield from self.isolated(batch)

    def isolated(self, batch: List[Frame]) -> Iterator[bytes]:
        """The profiles of a batch. Frames, and lines of them, that kill the process are reported as problems.

        Raises CheckFailed if the process dies even without captures.
        """
        problems: List[Frame] = []
        todo = [batch]
        while todo:
            frames = todo.pop()
            try:
                yield self.run(frames)
                continue
            except Died as died:
                reason = str(died)
            if frames is batch:
                self.probe()
            pieces = halves(frames)
            if pieces is None or (len(frames) == 1 and len(problems) >= MOST_ALONE):
                problems.append(given_up(frames[0], reason))
            else:
                todo += reversed(pieces)
        if problems:
            try:
                yield self.run(problems)
            except Died as died:
                raise CheckFailed(f"{self.binary} {died} while it reported unreadable captures") from died

    def probe(self) -> None:
        """Runs the program without captures. Raises CheckFailed if it does not work."""
        try:
            self.run([])
        except Died as died:
            raise CheckFailed(f"{self.binary} {died} even without captures: is it built for this machine?") from died

    def format_of(self, name: str, head: bytes, log_fields: Sequence[str]) -> Optional[str]:
        """The format of a file by its name and its first lines; `None` if it is not recognised."""
        with tempfile.TemporaryDirectory(prefix="wiredrift-") as folder:
            # Only the extension counts. Other parts of a name may not be valid here.
            path = os.path.join(folder, "head" + os.path.splitext(name)[1])
            with open(path, "wb") as file:
                file.write(head)
            command = [self.binary, "captures", path, "--no-config", "--output", "json", *log_fields]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, check=False)
        try:
            files = json.loads(done.stdout)["files"]
        except ValueError:
            return None  # the run over the file reports what is wrong
        return files[0]["format"] if files else None


def feed(
    process: "subprocess.Popen[bytes]", pipe: IO[bytes], frames: Iterable[Frame], failed: List[BaseException]
) -> None:
    """Writes frames to a process. An error of the frames themselves ends the process, and is kept in `failed`."""
    try:
        with pipe:
            for frame in frames:
                for chunk in frame.chunks():
                    pipe.write(chunk)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the process ended early; its exit code says why
    except BaseException as error:  # noqa: B036 - it is raised again by the caller
        failed.append(error)
        process.kill()


def ending(code: int) -> str:
    """How a process ended."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def given_up(frame: Frame, reason: str) -> Frame:
    """The report on a frame that cannot be checked."""
    where = ""
    if frame.at is not None:
        first = frame.at.line
        last = first + frame.data.rstrip(b"\n").count(b"\n")
        where = f"line {first}: " if first == last else f"lines {first} to {last}: "
    return Frame(frame.file, problem=frame.problem or f"{where}not checked: wiredrift {reason}")


def find_binary(binary: str, folders: Iterable[str] = ()) -> str:
    """The path of the program: the path as given, in PATH, next to Python, or by its name in one of the folders.

    Raises CheckFailed if it is nowhere.
    """
    name = os.path.basename(binary)
    if os.path.dirname(binary) and os.path.isfile(binary):
        return os.path.abspath(binary)
    found = shutil.which(name) if not os.path.dirname(binary) else None
    if found:
        return os.path.abspath(found)
    for folder in (*folders, os.path.dirname(sys.executable), os.getcwd()):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            # Spark ships files without their permissions.
            if not os.access(path, os.X_OK):
                os.chmod(path, 0o755)
            return os.path.abspath(path)
    raise CheckFailed(f"{binary} is not on this machine: install wiredrift, or ship it and name it with --binary")
