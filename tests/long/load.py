"""The viewer under load: ``python -m tests.long.load [--clients 50] [--seconds 120]``.

Serves the viewer of the shipped atlas from a process of its own on this machine, and has clients
draw, read the chart, ask for patterns and save, each on a connection of its own with a pause
between requests. Prints requests, refusals for pace (429, which are no errors), the 95th percentile
of the time to an answer, and the memory of the server over time. Ends with status 1 at any error,
or if memory grew by more than a fifth after the first quarter.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "drawings"


def memory_mb(process: int) -> float:
    """Return the resident memory of a process (Linux)."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def use(link: str, until: float, seen: Counter[str], times: list[float]) -> None:
    """Be one client until it is time to stop."""
    drawings = [path.read_text() for path in sorted(EXAMPLES.glob("*.geojson"))[:12]]
    origin = link.partition("/?")[0]
    async with httpx.AsyncClient(base_url=origin, timeout=30) as client:
        await client.get(link)
        client.headers["Origin"] = origin
        while time.monotonic() < until:
            text = random.choice(drawings)
            method, path, body = random.choice(
                [
                    ("POST", "/api/v1/rank", text),
                    ("POST", "/api/v1/rank", text),
                    ("GET", "/api/v1/chart", None),
                    ("GET", "/api/v1/work", None),
                    ("GET", "/", None),
                ]
            )
            began = time.monotonic()
            try:
                answer = await client.request(
                    method, path, content=body, headers={"content-type": "application/json"}
                )
                await answer.aread()
            except httpx.HTTPError as error:
                seen[f"error {type(error).__name__}"] += 1
                continue
            times.append(time.monotonic() - began)
            known = answer.status_code in (200, 429)
            seen[str(answer.status_code) if known else f"error {answer.status_code}"] += 1
            await asyncio.sleep(random.uniform(0.1, 0.5))


async def watch(process: int, until: float, memory: list[float]) -> None:
    """Note the memory of the server twice a second."""
    while time.monotonic() < until:
        memory.append(memory_mb(process))
        await asyncio.sleep(0.5)


async def load(link: str, process: int, clients: int, seconds: float) -> dict[str, object]:
    """Run the clients; return what came of it."""
    seen: Counter[str] = Counter()
    times: list[float] = []
    memory: list[float] = []
    until = time.monotonic() + seconds
    await asyncio.gather(
        watch(process, until, memory), *(use(link, until, seen, times) for _ in range(clients))
    )
    quarter = len(memory) // 4
    return {
        "requests": len(times),
        "answers": dict(seen),
        "errors": sum(count for kind, count in seen.items() if kind.startswith("error")),
        "p50_ms": round(1000 * statistics.median(times)),
        "p95_ms": round(1000 * statistics.quantiles(times, n=20)[-1]),
        "memory_mb": [round(memory[n]) for n in (0, quarter, 2 * quarter, 3 * quarter, -1)],
        "memory_growth": round(max(memory[-quarter:]) / max(memory[: 2 * quarter]), 3),
    }


def main() -> int:
    """Serve and load; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hippain-") as home:
        command = [sys.executable, "-m", "hippain_maps", "view", "--port", "0", "--no-browser"]
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        try:
            assert process.stdout
            link = next(
                word
                for line in process.stdout
                for word in line.split()
                if word.startswith("http://127")
            )
            found = asyncio.run(load(link, process.pid, given.clients, given.seconds))
        finally:
            process.terminate()
            process.wait(timeout=20)
    print(json.dumps(found, indent=1))
    return 1 if found["errors"] or float(str(found["memory_growth"])) > 1.2 else 0


if __name__ == "__main__":
    sys.exit(main())
