"""The command ``hippain view``: a real server on this machine, started, asked and stopped."""

from __future__ import annotations

import importlib.util
import os
import queue
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from viewer_client import spot

from hippain_maps import cli
from hippain_maps.errors import HippainError
from hippain_maps.viewer import server

TIMEOUT = 60
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?key=([\w-]{43})\n")


@contextmanager
def running(home: Path, *options: str) -> Iterator[tuple[Any, str]]:
    """Run ``hippain view`` as a person would; yield the process and the link that it printed."""
    command = [sys.executable, "-m", "hippain_maps", "view", "--no-browser", *options]
    env = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "APPDATA": str(home)}
    env |= {"LOCALAPPDATA": str(home), "PYTHONIOENCODING": "utf-8"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, env=env, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


@contextmanager
def opened(link: str) -> Iterator[httpx.Client]:
    """Open a link as a browser does."""
    address, _ = link.split("/?")
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=TIMEOUT) as client:
        assert client.get(link.strip()).status_code == 303
        yield client


def stopped(process: Any) -> tuple[int, str, str]:
    """Press Ctrl-C; return the status and what was still printed."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, err


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C cannot be sent to one process elsewhere")
def test_it_serves_this_machine_until_interrupted(tmp_path: Path) -> None:
    """It prints one link, answers, survives abuse, keeps the drawing, and ends with 130."""
    with running(tmp_path, "--port", "0") as (process, link):
        found = LINK.fullmatch(link)
        assert found
        port = int(found[1])
        with opened(link) as client:
            answer = client.post("/api/v1/rank?parts=ranking", json=spot(-10, 90))
            assert answer.json()["candidates"]
            assert "server" not in answer.headers
            saved = client.put("/api/v1/work", json={"drawing": spot(), "revision": 0})
            assert saved.json()["revision"] == 1
            large = client.post("/api/v1/rank", content=b" " * 8_000_000)
            assert large.status_code == 413
            chunked = client.post("/api/v1/rank", content=(b" " * 100_000 for _ in range(80)))
            assert chunked.status_code == 413
            assert client.get("/api/v1/chart").status_code == 200
        # Bytes that are not HTTP, and a connection that says nothing.
        for words in (b"\x16\x03\x01\x00\xa5\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b""):
            with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as raw:
                raw.sendall(words)
        with opened(link) as client:
            assert client.get("/api/v1/work").json()["revision"] == 1
        status, out, err = stopped(process)
    assert status == 130
    assert out == ""
    assert "Traceback" not in err
    assert found[2] not in err
    assert "interrupted" in err
    with running(tmp_path, "--port", "0") as (_, again), opened(again) as client:
        assert client.get("/api/v1/work").json()["drawing"]["features"]
        assert LINK.fullmatch(again)
        assert found[2] not in again


def test_it_listens_on_this_machine_alone() -> None:
    """No address but 127.0.0.1, and answers are not held back by the network's own delay."""
    with server.take_port(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert listening.proto == socket.IPPROTO_TCP


def test_a_taken_port_is_said() -> None:
    """The refusal names the port and a way out, and comes before anything else is done."""
    with server.take_port(0) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli.main, ["view", "--no-browser", "--port", str(port)])
    assert result.exit_code == 2
    assert f"port {port} is taken" in result.output
    assert "--port 0" in result.output
    assert "Traceback" not in result.output


def test_without_a_port_another_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual port may be in use by another viewer; then any free one will do."""
    with server.take_port(0) as taken:
        usual = taken.getsockname()[1]
        monkeypatch.setattr(server, "PORT", usual)
        with server.take_port(None) as free:
            assert free.getsockname()[1] not in (0, usual)
        with pytest.raises(HippainError, match=f"port {usual} is taken"):
            server.take_port(usual)


def test_a_missing_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is the command that helps."""
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "uvicorn" else object()
    )
    result = CliRunner().invoke(cli.main, ["view"])
    assert result.exit_code == 2
    assert 'pip install "hippain-maps[viewer]"' in result.output


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_is_a_number(port: str) -> None:
    """Anything else is refused before anything is done."""
    result = CliRunner().invoke(cli.main, ["view", "--port", port])
    assert result.exit_code == 2


def test_the_browser_gets_a_link_that_works_once(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line of a browser can be seen by others; the printed link cannot."""
    opened_links: queue.Queue[str] = queue.Queue()
    said: list[str] = []
    served: list[Any] = []

    class Server:
        def __init__(self, config: Any) -> None:
            self.config = config

        def run(self, sockets: Any) -> None:
            served.append((self.config, sockets))

    monkeypatch.setattr(server.uvicorn, "Server", Server)
    monkeypatch.setattr(server.webbrowser, "open", opened_links.put)
    listening = server.take_port(0)
    with pytest.raises(KeyboardInterrupt):
        server.serve(listening, world, say=said.append, open_browser=True, folder=tmp_path)
    (printed,) = said
    link = opened_links.get(timeout=TIMEOUT)
    assert LINK.fullmatch(printed + "\n")
    assert LINK.fullmatch(link + "\n")
    assert printed != link
    ((config, sockets),) = served
    assert sockets == [listening]
    assert config.access_log is False
    assert config.log_config is None
    sessions = config.app.state.sessions
    key = link.partition("key=")[2]
    assert sessions.accepts(key)
    assert not sessions.accepts(key)
    assert sessions.accepts(printed.partition("key=")[2])
