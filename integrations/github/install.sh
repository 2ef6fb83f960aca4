#!/usr/bin/env bash
# Installs wiredrift from its wheel into a virtual environment, and adds it to PATH for the next steps.
set -euo pipefail

if [ -z "$VERSION" ]; then
    VERSION=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' "$GITHUB_ACTION_PATH/Cargo.toml")
fi

python=$(command -v python3 || command -v python) || {
    echo "::error title=wiredrift::Python is missing. Add a step with actions/setup-python before this one."
    exit 2
}
environment=$RUNNER_TEMP/wiredrift/venv
# It exists if an earlier step of the job used the action.
[ -d "$environment" ] || "$python" -m venv "$environment"

programs=$environment/bin
[ -d "$programs" ] || programs=$environment/Scripts # on Windows
"$programs/python" -m pip install --quiet --disable-pip-version-check "wiredrift==$VERSION"
echo "$programs" >>"$GITHUB_PATH"
