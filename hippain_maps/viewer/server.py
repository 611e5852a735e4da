"""Serve the viewer on this machine: take the port, say where it is, run until interrupted."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import platformdirs
import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from hippain_maps.atlas import Atlas
from hippain_maps.errors import HippainError
from hippain_maps.viewer.app import create_app
from hippain_maps.viewer.work import WorkFile

HOST = "127.0.0.1"
"""The only address that is listened on: no other machine can reach it."""

PORT = 8175
"""Where the viewer is, unless told otherwise or taken."""


def work_folder() -> Path:
    """Return the private folder for the unsaved drawing, by the custom of the system."""
    return platformdirs.user_data_path("hippain_maps", appauthor=False)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    OSError
        If the port cannot be had.
    """
    # With the protocol named, or asyncio leaves Nagle's delay on: 40 ms for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # Elsewhere it means that a port may be shared with whoever asks.
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def take_port(port: int | None) -> socket.socket:
    """Return a socket that listens on a port of this machine.

    Parameters
    ----------
    port : int or None
        0 for any free one; None for the usual one, or any free one where that is taken.

    Raises
    ------
    HippainError
        If the port cannot be had; it says what to do.
    """
    try:
        return listen(HOST, PORT if port is None else port)
    except OSError as error:
        if port is None:
            return take_port(0)
        if error.errno == errno.EADDRINUSE:
            raise HippainError(
                f"port {port} is taken, perhaps by another 'hippain view'; stop that, or name "
                "another port (--port 0 takes any free one)"
            ) from None
        raise HippainError(
            f"port {port} cannot be used: {error.strerror or error}; name another, from 1024 up"
        ) from None


def quiet_config(app: FastAPI, **more: Any) -> uvicorn.Config:
    """Return how an app is served: nothing is logged, since an address may carry a key."""
    return uvicorn.Config(
        app,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
        **more,
    )


def serve(
    listening: socket.socket,
    atlas: Atlas,
    *,
    say: Callable[[str], None],
    open_browser: bool,
    folder: Path | None = None,
    store: Path | None = None,
    pair: Callable[[WorkFile], None] | None = None,
) -> NoReturn:
    """Serve the viewer until interrupted.

    Parameters
    ----------
    listening : socket
        From `take_port`; it is closed in the end.
    atlas : Atlas
        What drawings are compared with.
    say : callable
        Is given the opening link.
    open_browser : bool
        Whether to open it too. That link works once: others on the machine can see it.
    folder : path, optional
        For the unsaved drawing; by default `work_folder`.
    store : path, optional
        For visits; by default in the folder of the unsaved drawing.
    pair : callable, optional
        Opens a door for a second device, given where drawings are kept.

    Raises
    ------
    KeyboardInterrupt
        At Ctrl-C, when everything is closed.
    """
    port = listening.getsockname()[1]
    secret = secrets.token_urlsafe(32)
    app = create_app(atlas, secret, port, folder or work_folder(), store)
    with listening:
        say(f"http://{HOST}:{port}/?key={secret}")
        if pair:
            pair(app.state.work)
        if open_browser:
            key = app.state.sessions.key_for_one_opening()
            address = f"http://{HOST}:{port}/?key={key}"
            # A browser in a terminal would not come back before it is left.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        # Our products of matrices are small: threads would wait for each other longer than work.
        with threadpool_limits(1, user_api="blas"):
            uvicorn.Server(quiet_config(app)).run(sockets=[listening])
    # It ends for no other reason; some versions lose the interrupt when it comes at a bad moment.
    raise KeyboardInterrupt
