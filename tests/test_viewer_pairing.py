"""A second device: its link, its certificate, what it may do, and where its drawing goes."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import socket
import ssl
import subprocess
import sys
import threading
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from viewer_client import COOKIE, EMPTY, Client, error_of, spot

from hippain_maps._view_command import _pairing
from hippain_maps.atlas import Atlas
from hippain_maps.errors import HippainError
from hippain_maps.viewer import pair_server
from hippain_maps.viewer.pairing import MINUTES, PairedWork, PairSessions, create_pair_app
from hippain_maps.viewer.work import WorkFile

HOST, PORT = "192.168.1.5", 40123
HERE = f"https://{HOST}:{PORT}"
WORK, PATIENT = "/api/v1/work", "/api/v1/patient"


class Clinic:
    """A therapist's store, a second door, and a clock."""

    def __init__(self, atlas: Atlas, folder: Path) -> None:
        self.now = 0.0
        self.kept = WorkFile(folder)
        own = PairedWork(self.kept)
        self.sessions = PairSessions("fr", own.begin, clock=lambda: self.now)
        self.app = create_pair_app(atlas, self.sessions, own, HOST, PORT)

    def stranger(self) -> Client:
        """Return a device that has not been let in."""
        return Client(self.app, HERE)

    def device(self) -> Client:
        """Return a device that has opened a new link."""
        client = self.stranger()
        assert client.get("/", params={"key": self.sessions.new_key()}).status_code == 303
        client.headers["Origin"] = HERE
        return client


@pytest.fixture
def clinic(world: Atlas, tmp_path: Path) -> Clinic:
    """Return a clinic with nothing stored."""
    return Clinic(world, tmp_path / "work")


def draw(device: Client, x: float, revision: int | None = None) -> httpx.Response:
    """Have a device send a drawing."""
    if revision is None:
        revision = device.get(WORK).json()["revision"]
    return device.put(WORK, json={"drawing": spot(x), "revision": revision})


def drawn(drawing: dict[str, object] | None) -> float | None:
    """Return where the spot of a drawing is."""
    if drawing is None:
        return None
    x: float = drawing["features"][0]["geometry"]["coordinates"][0]  # type: ignore[index]
    return x


# --- The link ------------------------------------------------------------------------------------


def test_a_link_opens_one_page_once(clinic: Clinic) -> None:
    """The cookie is for TLS alone; a second device with the same link stays out."""
    key = clinic.sessions.new_key()
    answer = clinic.stranger().get("/", params={"key": key})
    assert answer.status_code == 303
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert morsel["secure"]
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "strict"
    assert clinic.stranger().get("/", params={"key": key}).status_code == 401
    error_of(clinic.stranger().get("/api/v1/chart"), 401, "no_cookie")


def test_a_link_expires(clinic: Clinic) -> None:
    """After twenty minutes it opens nothing, and a new link makes the one before it void."""
    key = clinic.sessions.new_key()
    clinic.now += 60 * MINUTES
    assert not clinic.sessions.accepts(key)
    first, second = clinic.sessions.new_key(), clinic.sessions.new_key()
    assert not clinic.sessions.accepts(first)
    assert clinic.sessions.accepts(second)
    assert not clinic.sessions.accepts(second)
    assert not clinic.sessions.accepts("")


def test_a_visit_expires(clinic: Clinic) -> None:
    """Twenty minutes after it came in, a device is a stranger."""
    device = clinic.device()
    clinic.now += 60 * MINUTES - 1
    assert device.get(WORK).status_code == 200
    clinic.now += 1
    error_of(device.get(WORK), 401, "no_cookie")


def test_one_device_at_a_time(clinic: Clinic) -> None:
    """The next patient's link ends the visit before."""
    first = clinic.device()
    second = clinic.device()
    error_of(first.get(WORK), 401, "no_cookie")
    assert second.get(WORK).status_code == 200


def test_the_door_is_as_strict_as_the_other(clinic: Clinic) -> None:
    """Host and Origin are those of the network address, over TLS."""
    device = clinic.device()
    error_of(device.get(WORK, headers={"Host": f"127.0.0.1:{PORT}"}), 421, "bad_host")
    plain = {"Origin": f"http://{HOST}:{PORT}"}
    error_of(device.put(WORK, json={}, headers=plain), 403, "bad_origin")
    answer = device.get("/api/v1/chart")
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


# --- What it may do ------------------------------------------------------------------------------


def test_it_stays_in_patient_mode(clinic: Clinic) -> None:
    """It is in the patient's language, and no code leads out."""
    device = clinic.device()
    assert device.get(PATIENT).json() == {"locked": True, "lang": "fr", "paired": True}
    for code in ("", "1234", "0000"):
        error_of(device.post(f"{PATIENT}/leave", json={"code": code}), 403, "wrong_code")
    error_of(device.get("/api/v1/sources"), 423, "locked")
    assert device.get("/api/v1/questions?patient=1&lang=fr").status_code == 200


def test_there_is_nothing_else_behind_it(clinic: Clinic) -> None:
    """Results, sources and what is stored are not shut away; they do not exist there."""
    assert set(clinic.app.openapi()["paths"]) == {
        "/api/v1/chart",
        "/api/v1/questions",
        WORK,
        PATIENT,
        f"{PATIENT}/leave",
    }


def test_it_never_sees_what_the_therapist_has(clinic: Clinic) -> None:
    """It starts empty; the therapist's drawing is put aside and comes to no harm."""
    clinic.kept.put(spot(-1), 0)
    device = clinic.device()
    assert device.get(WORK).json()["drawing"] is None
    assert [drawn(work.drawing) for work in clinic.kept.aside().drawings] == [-1]


# --- Where its drawing goes ----------------------------------------------------------------------


def test_what_it_draws_is_the_therapists(clinic: Clinic) -> None:
    """With every change; the device finds its own drawing again after a reload."""
    device = clinic.device()
    for x in (-2, -3):
        assert draw(device, x).status_code == 200
        assert drawn(clinic.kept.get().drawing) == x
    assert drawn(device.get(WORK).json()["drawing"]) == -3
    error_of(draw(device, -9, revision=0), 409, "stale")


def test_the_visit_is_over_when_the_therapist_goes_on(clinic: Clinic) -> None:
    """What the therapist has is not overwritten, and the patient's last drawing is not lost."""
    device = clinic.device()
    draw(device, -2)
    revision = clinic.kept.get().revision
    clinic.kept.put(spot(-7), revision)
    assert drawn(device.get(WORK).json()["drawing"]) == -2
    error_of(draw(device, -3, revision), 410, "closed")
    error_of(draw(device, -4, revision), 410, "closed")
    assert drawn(clinic.kept.get().drawing) == -7
    assert [drawn(work.drawing) for work in clinic.kept.aside().drawings] == [-3]
    assert device.get(WORK).json()["drawing"] is None


def test_the_next_patient_starts_anew(clinic: Clinic) -> None:
    """Two patients in a row: the first drawing is aside, the second is the therapist's."""
    draw(clinic.device(), -2)
    second = clinic.device()
    assert second.get(WORK).json()["drawing"] is None
    draw(second, -3)
    assert drawn(clinic.kept.get().drawing) == -3
    assert [drawn(work.drawing) for work in clinic.kept.aside().drawings] == [-2]


def test_its_drawing_passes_the_gate(clinic: Clinic) -> None:
    """What comes from another device is checked like any file."""
    device = clinic.device()
    revision = device.get(WORK).json()["revision"]
    wrong = {"drawing": EMPTY | {"type": "x"}, "revision": revision}
    error_of(device.put(WORK, json=wrong), 422, "bad_drawing")


# --- The server ----------------------------------------------------------------------------------


def test_it_is_served_over_tls(world: Atlas, tmp_path: Path) -> None:
    """The certificate is the one whose fingerprint is printed; without TLS there is no answer."""
    kept = WorkFile(tmp_path)
    door = pair_server.open_pair_server(world, kept, "de", address="127.0.0.1")
    port = int(door.address.rpartition(":")[2])
    pem = ssl.get_server_certificate(("127.0.0.1", port))
    der = ssl.PEM_cert_to_DER_cert(pem)
    assert hashlib.sha256(der).hexdigest().upper() == door.fingerprint.replace(":", "")
    trusted = ssl.create_default_context(cadata=pem)
    said = door.invitation()
    (link,) = [line for line in said.splitlines() if line.startswith("https://")]
    assert door.fingerprint in said
    assert "WARNING" in said
    with httpx.Client(verify=trusted, base_url=door.address) as client:
        assert client.get(link).status_code == 303
        client.headers["Origin"] = door.address
        assert f"hippain_{port}" in client.cookies
        assert COOKIE not in client.cookies
        assert draw(client, -2).status_code == 200  # type: ignore[arg-type]
    assert drawn(kept.get().drawing) == -2
    with pytest.raises(httpx.HTTPError):
        httpx.get(door.address.replace("https", "http"), timeout=10)


def test_without_a_network_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing that a second device could reach."""

    class Unreachable(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(pair_server.socket, "socket", Unreachable)
    with pytest.raises(HippainError, match="in no network"):
        pair_server.own_address()


@pytest.mark.skipif(os.name != "posix", reason="the folder for data is named by the environment")
def test_enter_gives_the_next_patient_a_link(
    world: Atlas,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first link is printed at once; each press of Enter in a terminal prints another."""
    numbers = itertools.count(1)

    class Door:
        def invitation(self) -> str:
            return f"link {next(numbers)}"

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(pair_server, "open_pair_server", lambda *_: Door())
    monkeypatch.setattr(sys, "stdin", Terminal("\n\n"))
    before = set(threading.enumerate())
    _pairing(world, "en")(WorkFile(tmp_path))
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if line.startswith("link")] == ["link 1", "link 2", "link 3"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    _pairing(world, "en")(WorkFile(tmp_path))
    assert "link 5" not in capsys.readouterr().err


def test_the_command_prints_the_code_and_the_warning(tmp_path: Path) -> None:
    """A QR code, the link, what it opens, and the printed link of this machine beside it."""
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "hippain_maps", "view", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--pair", "--pair-language", "es"],
        env=env | {"PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "next patient" in line or "in no network" in line:
                break
        process.kill()
    said = "".join(lines)
    if "in no network" in said:
        pytest.skip("this machine is in no network")
    assert "https://" in said
    assert "WARNING: this opens a door into your network" in said
    assert "▀" in said or "█" in said
