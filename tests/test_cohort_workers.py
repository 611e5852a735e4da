"""A cohort on many processes: the rows of one, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cohorts import drawings_of, mark_rows, write_table
from distributed import Client, LocalCluster

from hippain_maps.atlas import Atlas
from hippain_maps.cohort.cluster import _rank, on_cluster
from hippain_maps.cohort.run import rank_cohort
from hippain_maps.errors import CohortError

COUNT = 40


@pytest.fixture(scope="module")
def table(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small cohort."""
    path = tmp_path_factory.mktemp("cohort") / "study.parquet"
    return write_table(path, mark_rows(drawings_of(atlas, COUNT)))


@pytest.fixture(scope="module")
def alone(table: Path, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what a single process makes of it."""
    path = tmp_path_factory.mktemp("alone") / "ranked.parquet"
    rank_cohort(table, path, atlas, block=5)
    return path


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Start two workers."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as found:
        yield found


@pytest.mark.slow
def test_workers_give_the_rows_of_one_process(
    table: Path, alone: Path, cluster: LocalCluster, atlas: Atlas, tmp_path: Path
) -> None:
    """Through the address of a cluster: the same rows, in the same order, to the last digit."""
    out = tmp_path / "ranked.parquet"
    with on_cluster(cluster.scheduler_address) as ranker:
        rank_cohort(table, out, atlas, block=5, ranker=ranker)
    assert pq.read_table(out).equals(pq.read_table(alone))


def test_a_killed_worker_loses_and_doubles_nothing(
    table: Path, alone: Path, cluster: LocalCluster, atlas: Atlas, tmp_path: Path
) -> None:
    """A worker killed in the middle is replaced, and every row is there once."""
    out = tmp_path / "ranked.parquet"
    killed: list[int] = []
    with Client(cluster) as client:

        def kill(done: int, total: int) -> None:
            if not killed:
                pid = next(iter(client.run(os.getpid).values()))
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

        rank_cohort(table, out, atlas, block=5, ranker=partial(_rank, client), progress=kill)
    assert killed
    assert pq.read_table(out).equals(pq.read_table(alone))


@pytest.mark.slow
def test_a_run_begun_alone_is_finished_by_workers(
    table: Path, alone: Path, cluster: LocalCluster, atlas: Atlas, tmp_path: Path
) -> None:
    """The blocks of an interrupted run are used, whoever ranked them."""
    out = tmp_path / "ranked.parquet"

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank_cohort(table, out, atlas, block=5, progress=stop)
    with on_cluster(cluster.scheduler_address) as ranker:
        result = rank_cohort(table, out, atlas, block=5, ranker=ranker)
    assert result.resumed == 1
    assert pq.read_table(out).equals(pq.read_table(alone))


def test_no_cluster_is_said_in_a_line() -> None:
    """An address where nobody answers is named, with the form of an address."""
    nobody = on_cluster("tcp://127.0.0.1:9", timeout=1)
    with pytest.raises(CohortError, match="no Dask scheduler answers"):
        nobody.__enter__()
