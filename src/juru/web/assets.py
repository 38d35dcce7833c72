"""Style sheets, scripts and pictures: read once, compressed, named by their content so that a browser may keep them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

Asset = tuple[str, str, bytes]
"""A tag of its content, its type, and its bytes, compressed."""

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


def read_assets(folders: Iterable[Path]) -> dict[str, Asset]:
    """Every file of the folders by its name."""
    assets = {}
    for path in sorted(path for folder in folders for path in folder.iterdir()):
        body = path.read_bytes()
        tag = hashlib.sha256(body).hexdigest()[:12]
        assets[path.name] = (tag, _TYPES[path.suffix], gzip.compress(body, mtime=0))
    return assets


def answer(asset: Asset | None, request: Request) -> Response:
    """An asset as a browser asks for it."""
    if asset is None:
        return Response(status_code=404)
    tag, kind, packed = asset
    headers = {"etag": f'"{tag}"', "vary": "accept-encoding", "cache-control": "no-cache"}
    if request.query_params.get("v") == tag:
        headers["cache-control"] = "public, max-age=31536000, immutable"
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=headers | {"content-encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=kind, headers=headers)
