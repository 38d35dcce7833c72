#!/usr/bin/env bash
# Makes .venv and installs a hashed lock into it: `scripts/setup.sh runtime` or `scripts/setup.sh dev`.
# Does nothing when that lock and pyproject.toml are the ones already installed. Needs only Python 3.11 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted="${1:-runtime}"
case "$wanted" in
    runtime) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "usage: scripts/setup.sh runtime|dev" >&2; exit 2 ;;
esac

new_enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c "$new_enough" >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    echo "Juru needs Python 3.11 or newer with its venv module, and found none." >&2
    echo "Install it (Debian, Ubuntu: apt install python3 python3-venv), or name one: make run PYTHON=/path/to/python" >&2
    exit 1
}

# Copies of what was installed are the stamps: they stay true when git changes only a file's time.
installed() {
    .venv/bin/python -c "$new_enough" >/dev/null 2>&1 &&
        cmp -s "$lock" ".venv/installed-$wanted.lock" &&
        cmp -s pyproject.toml .venv/installed-pyproject.toml &&
        [[ -x .venv/bin/juru ]]
}

installed && exit 0

if ! .venv/bin/python -c "$new_enough" >/dev/null 2>&1; then
    python="$(find_python)"
    echo "Making .venv with $("$python" --version) ..."
    rm -rf .venv
    "$python" -m venv .venv
fi

pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet)
if ! cmp -s "$lock" ".venv/installed-$wanted.lock"; then
    echo "Installing $lock (a minute the first time) ..."
    "${pip[@]}" install --require-hashes --requirement "$lock"
fi
# The build tool is in the lock, so that nothing unhashed is fetched to build.
"${pip[@]}" install --no-deps --no-build-isolation --editable .

# The dev lock holds the runtime lock, at the same versions.
cp requirements.lock .venv/installed-runtime.lock
if [[ "$wanted" == dev ]]; then cp requirements-dev.lock .venv/installed-dev.lock; fi
cp pyproject.toml .venv/installed-pyproject.toml
