#!/usr/bin/env bash
# Remakes both lock files. Hashes come from the configured package index; its address is left out of the files.
set -euo pipefail
cd "$(dirname "$0")/.."

UV="${UV:-.venv/bin/uv}"
compile() {
    "$UV" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet "$@"
}

# UPGRADE=1 lifts every pin; without it only what pyproject.toml no longer allows moves.
upgrade=()
[[ "${UPGRADE:-}" == 1 ]] && upgrade=(--upgrade)

# The dev lock is a superset of the runtime lock at the same versions, so that tests run what users run.
compile "${upgrade[@]}" --group build --output-file requirements.lock
compile "${upgrade[@]}" --group build --group dev --constraints requirements.lock --output-file requirements-dev.lock
