"""Writes the address of the repository into Cargo.toml, from which all packages take it.

A release runs this file in GitHub Actions. Without the address, `cargo binstall` finds no archives, and npm rejects
packages with provenance. An address that is there already is kept.
"""

import os
import re
from pathlib import Path

manifest = Path("Cargo.toml")
text = manifest.read_text(encoding="utf-8")
if not re.search(r"^repository = ", text, re.MULTILINE):
    address = f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}"
    text, count = re.subn(r"^license = .*$", rf'\g<0>\nrepository = "{address}"', text, count=1, flags=re.MULTILINE)
    if count != 1:
        raise SystemExit("Cargo.toml has no license, after which the repository belongs")
    manifest.write_text(text, encoding="utf-8", newline="\n")
