"""The viewer, served on a port of this machine by this process, for tests that need a socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from hippain_maps.atlas import Atlas
from hippain_maps.viewer.app import create_app
from hippain_maps.viewer.server import HOST, listen, quiet_config

SECRET = "the-secret-of-this-run"


@contextmanager
def served(atlas: Atlas, folder: Path) -> Iterator[tuple[int, str]]:
    """Serve the viewer; yield the port and the link that opens it."""
    listening = listen(HOST, 0)
    port = listening.getsockname()[1]
    server = uvicorn.Server(quiet_config(create_app(atlas, SECRET, port, folder)))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield port, f"http://{HOST}:{port}/?key={SECRET}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
