"""Serve a second device on the clinic's own network: address, certificate, link, QR code."""

from __future__ import annotations

import datetime
import io
import ipaddress
import os
import socket
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import segno
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hippain_maps.atlas import Atlas
from hippain_maps.errors import HippainError
from hippain_maps.viewer.pairing import MINUTES, PairedWork, PairSessions, create_pair_app
from hippain_maps.viewer.server import listen, quiet_config
from hippain_maps.viewer.work import WorkFile

_ELSEWHERE = ("192.0.2.1", 9)
"""An address that is nobody's; the system only works out how it would be reached."""


@dataclass(frozen=True, slots=True)
class PairServer:
    """A running second door.

    Parameters
    ----------
    address : str
        Where it is, such as ``https://192.168.1.5:40123``.
    fingerprint : str
        Of its certificate, SHA-256, as browsers show it.
    sessions : PairSessions
        Makes links.
    """

    address: str
    fingerprint: str
    sessions: PairSessions

    def invitation(self) -> str:
        """Return a new link with its QR code, and the words that must stand beside it."""
        link = f"{self.address}/?key={self.sessions.new_key()}"
        code = io.StringIO()
        segno.make(link, error="m").terminal(out=code, compact=True)
        return (
            f"{code.getvalue()}{link}\n\n"
            "WARNING: this opens a door into your network. Until it is used, and for at most "
            f"{MINUTES} minutes,\nwhoever has this link can draw one patient's pain and send it "
            "to this viewer, once.\nThe device sees no results and nothing that is stored. Its "
            f"browser will warn that it does not know\nthe certificate; go on only if the "
            f"fingerprint it shows is\n{self.fingerprint}\nThe drawing is on your page when you "
            "load that again."
        )


def own_address() -> str:
    """Return the address of this machine in its network; nothing is sent to find it.

    Raises
    ------
    HippainError
        If it is in none.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(_ELSEWHERE)
            address = str(asking.getsockname()[0])
    except OSError:
        address = ""
    if not address or ipaddress.ip_address(address).is_loopback:
        raise HippainError(
            "this machine is in no network that a second device could share; join one, or leave "
            "--pair out"
        )
    return address


def certificate(address: str) -> tuple[bytes, bytes, str]:
    """Return a certificate for an address, made on the spot, its key and its fingerprint.

    It vouches for nothing: the person compares the fingerprint. It is valid for a day.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hippain view")])
    now = datetime.datetime.now(datetime.UTC)
    where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(where, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    fingerprint = made.fingerprint(hashes.SHA256()).hex(":").upper()
    return made.public_bytes(serialization.Encoding.PEM), private, fingerprint


def open_pair_server(
    atlas: Atlas, kept: WorkFile, language: str, *, address: str | None = None
) -> PairServer:
    """Start to serve a second device, on any free port, for as long as the program runs.

    Parameters
    ----------
    atlas : Atlas
        Gives the chart and the questions.
    kept : WorkFile
        Where the drawing goes.
    language : str
        Of the patient.
    address : str, optional
        To listen on; by default that of this machine in its network.

    Raises
    ------
    HippainError
        If there is no network.
    """
    host = address or own_address()
    listening = listen(host, 0)
    port = listening.getsockname()[1]
    own = PairedWork(kept)
    sessions = PairSessions(language, own.begin)
    public, private, fingerprint = certificate(host)
    config = quiet_config(create_pair_app(atlas, sessions, own, host, port), limit_concurrency=50)
    with tempfile.TemporaryDirectory(prefix="hippain-") as folder:
        # Only files can be read by the library for TLS; they are gone before anybody connects.
        paths = [Path(folder) / "certificate.pem", Path(folder) / "key.pem"]
        for path, content in zip(paths, (public, private), strict=True):
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(content)
        config.ssl_certfile, config.ssl_keyfile = paths
        config.load()
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    return PairServer(f"https://{host}:{port}", fingerprint, sessions)
