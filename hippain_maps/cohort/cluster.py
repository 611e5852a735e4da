"""The same blocks on many processes: Dask schedules them, on this machine or on a cluster.

A block is a task of its own, so that a worker that is lost takes with it only what it was at: Dask
gives those blocks to another, and each is kept once, whoever finished it. The atlas travels to a
worker once and stays there. Few blocks are on their way at a time, so that memory is bounded.
"""

from __future__ import annotations

import importlib.metadata
import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from hippain_maps._json import one_line
from hippain_maps.atlas import Atlas
from hippain_maps.cohort.decode import Entry
from hippain_maps.cohort.run import Block, Ranker, in_one_thread
from hippain_maps.cohort.tables import BlockTables, Layout, rank_block
from hippain_maps.errors import CohortError, how_to_install

Client = Any
"""A client of Dask, whose methods have no types."""

_AHEAD = 2
"""So many blocks a thread of the cluster are on their way, so that none waits for the next."""


_KEPT = 64 * 1024 * 1024
"""Freed memory below this, in bytes, stays with the worker."""


@contextmanager
def on_workers(workers: int) -> Iterator[Ranker]:
    """Start workers on this machine, and yield who ranks blocks on them.

    Parameters
    ----------
    workers : int
        Processes. They listen to this machine alone, and end with the block.
    """
    dask = _dask()
    import distributed

    settings = {
        # Drawings are not to be left in files that nobody thinks of.
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.target": False,
        # Dask has workers give every freed array back to the system at once, which doubles the
        # time of our many middling ones.
        "distributed.nanny.pre-spawn-environ": {
            "MALLOC_TRIM_THRESHOLD_": _KEPT,
            "MALLOC_MMAP_THRESHOLD_": _KEPT,
            **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1),
        },
        "distributed.worker.profile.enabled": False,
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        yield partial(_rank, client)


@contextmanager
def on_cluster(address: str, *, timeout: float = 10) -> Iterator[Ranker]:
    """Join a Dask cluster that is running, and yield who ranks blocks on it.

    Parameters
    ----------
    address : str
        Its scheduler, such as ``tcp://10.0.0.5:8786``. Drawings are sent there.
    timeout : float
        Seconds to wait for its answer.

    Raises
    ------
    CohortError
        If no scheduler answers, it has no workers, or they have another version of this package.
    """
    _dask()
    import distributed

    try:
        client: Client = distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=timeout
        )
    except (OSError, ValueError, TypeError) as error:
        raise CohortError(
            f"no Dask scheduler answers at '{one_line(address)}' ({one_line(str(error))[:80]}); "
            "give its address as tcp://HOST:PORT"
        ) from None
    with client:
        _check(client, address)
        yield partial(_rank, client)


def _dask() -> Any:
    try:
        import dask
        import distributed  # noqa: F401 - named here, so that its absence is said in words
    except ImportError:
        raise CohortError(
            f"workers need Dask: install it with {how_to_install('cohort')}"
        ) from None
    return dask


def _check(client: Client, address: str) -> None:
    """Refuse a cluster whose workers could not give the same digits."""
    mine = importlib.metadata.version("hippain-maps")
    try:
        theirs = client.run(importlib.metadata.version, "hippain-maps")
    except importlib.metadata.PackageNotFoundError:
        theirs = {"a worker": "none"}
    if not theirs:
        raise CohortError(f"the cluster at '{one_line(address)}' has no workers; start some")
    others = sorted(set(theirs.values()) - {mine})
    if others:
        raise CohortError(
            f"workers have hippain-maps {', '.join(map(str, others))}, and this is {mine}: install "
            "the same everywhere"
        )


def _rank(
    client: Client, blocks: Iterable[Block], atlas: Atlas, layout: Layout
) -> Iterator[tuple[int, BlockTables]]:
    """Rank blocks on the workers, and yield them as they are done."""
    from distributed import KilledWorker, as_completed

    # As a task and not as data handed out: if every copy is lost, it is made again.
    shared = client.submit(pickle.loads, pickle.dumps(atlas), pure=False)
    waiting: Any = as_completed()  # type: ignore[no-untyped-call]
    numbers: dict[str, int] = {}
    source = iter(blocks)

    def send() -> bool:
        try:
            number, entries = next(source)
        except StopIteration:
            return False
        future = client.submit(_on_worker, entries, shared, layout, pure=False)
        numbers[future.key] = number
        waiting.add(future)
        return True

    def fill() -> None:
        while len(numbers) < _AHEAD * max(1, sum(client.nthreads().values())) and send():
            pass

    fill()
    while numbers:
        future = next(waiting)
        number = numbers.pop(future.key)
        try:
            tables = future.result()
        except KilledWorker:
            raise CohortError(
                f"block {number + 1} ended several workers, one after the other: give each more "
                "memory, or smaller blocks (--block); what is done is kept"
            ) from None
        yield number, tables
        fill()


def _on_worker(entries: list[Entry], atlas: Atlas, layout: Layout) -> BlockTables:
    with in_one_thread():
        return rank_block(entries, atlas, layout)
