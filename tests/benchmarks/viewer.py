"""How quick the viewer is, from the end of a stroke to the new ranking on the page.

``python -m tests.benchmarks.viewer [STROKES]`` drives a real Chromium in front of a real server
and prints milliseconds as JSON. They depend on the machine and on what else runs there.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser_kit import CHROMIUM, FLAGS, Desk, serving
from playwright.sync_api import sync_playwright

_LISTEN = """async () => {
  const { on } = await import("/static/js/state.js");
  window.times = [];
  let ended = 0;
  addEventListener("pointerup", () => { ended = performance.now(); }, true);
  on("ranking", () => {
    const there = performance.now() - ended;
    // After the frame that shows it.
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.times.push([there, performance.now() - ended]);
      channel.port2.postMessage(0);
    });
  });
}"""

_SERVER = """() => performance.getEntriesByType("resource")
  .filter((e) => e.name.includes("parts=ranking"))
  .map((e) => [e.serverTiming[0]?.duration, e.duration])"""


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median and 95th percentile, in ms."""
    ordered = sorted(values)
    at = {"median": 0.5, "p95": 0.95}
    return {name: round(ordered[int(q * (len(ordered) - 1) + 0.5)], 1) for name, q in at.items()}


def measure(strokes: int) -> dict[str, Any]:
    """Draw `strokes` strokes at random places, and return what was measured."""
    hand = random.Random(3)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as play:
        # The first start builds the atlas; it is the next ones that people wait for.
        with serving(Path(home)):
            pass
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        began = time.perf_counter()
        with serving(Path(home)) as (_, link):
            listening = time.perf_counter() - began
            desk = Desk(browser, link)
            desk.open(fresh=False)
            usable = time.perf_counter() - began
            sizes = desk.page.evaluate(
                "() => performance.getEntriesByType('resource').map(e => e.encodedBodySize)"
            )
            desk.page.evaluate(_LISTEN)
            for number in range(strokes):
                if number % 12 == 0 and desk.marks:
                    desk.click("act-clear")
                    desk.page.wait_for_timeout(500)
                    desk.page.evaluate("() => { window.times.pop(); }")
                x, y = hand.uniform(-14, 14), hand.uniform(30, 115)
                view = hand.choice(["posterior", "anterior"])
                desk.stroke(view, [(x, y), (x + hand.uniform(-3, 3), y - 8), (x, y - 14)])
                desk.page.wait_for_timeout(600)
            times = desk.page.evaluate("() => window.times")
            server = desk.page.evaluate(_SERVER)
            desk.close()
        browser.close()
    return {
        "strokes": len(times),
        "stroke end to ranking in the page": spread([there for there, _ in times]),
        "stroke end to ranking painted": spread([seen for _, seen in times]),
        "server, of a ranking": spread([own for own, _ in server if own]),
        "request, of a ranking": spread([whole for _, whole in server]),
        "start to listening": round(1000 * listening),
        "start to usable": round(1000 * usable),
        "page, kB": round(sum(sizes) / 1000),
    }


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(json.dumps(measure(wanted), indent=1))
