"""How often something may be asked: a bucket that fills steadily and is emptied by asking."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from hippain_maps.viewer.faults import Refusal


class Rate:
    """So many requests at once, and so many a second in the long run.

    Parameters
    ----------
    what : str
        What is asked for, in the plural, for the message.
    burst : int
        Requests at once.
    per_second : float
        Requests a second thereafter.
    clock : callable
        Returns seconds.

    Examples
    --------
    >>> now = [0.0]
    >>> rate = Rate("figures", burst=2, per_second=1, clock=lambda: now[0])
    >>> rate.take(), rate.take()
    (None, None)
    >>> rate.take()
    Traceback (most recent call last):
    hippain_maps.viewer.faults.Refusal: too many figures at once; ask again in 1 s
    >>> now[0] = 1.0
    >>> rate.take()
    """

    def __init__(
        self,
        what: str,
        *,
        burst: int,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._left = float(burst)
        self._seen = clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Count a request.

        Raises
        ------
        Refusal
            If there were too many; it says in how many seconds to ask again.
        """
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
            self._seen = now
            if self._left >= 1:
                self._left -= 1
                return
            wait = math.ceil((1 - self._left) / self._per_second)
        raise Refusal(
            429,
            "too_fast",
            f"too many {self._what} at once; ask again in {wait} s",
            headers={"Retry-After": str(wait)},
        )
