"""Joins profiles with `wiredrift merge`."""

import os
import subprocess
import tempfile
from typing import Iterable, Optional

from wiredrift_spark.errors import CheckFailed


def merge(binary: str, profiles: Iterable[bytes]) -> Optional[bytes]:
    """One profile for all of them, or `None` if there are none. Their order does not matter.

    They are written to a temporary folder as they come, so that memory holds one at a time. Raises CheckFailed if
    they belong to different contracts, and if one is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="wiredrift-") as folder:
        count = 0
        for profile in profiles:
            with open(os.path.join(folder, f"{count}.profile"), "wb") as file:
                file.write(profile)
            count += 1
        if count == 0:
            return None
        result = os.path.join(folder, "0.profile")
        if count > 1:
            result = os.path.join(folder, "merged")
            command = [binary, "merge", folder, "--output", result, "--no-config"]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, check=False)
            if done.returncode != 0:
                message = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
                raise CheckFailed(f"profiles cannot be joined: {message}")
        with open(result, "rb") as file:
            return file.read()
