"""`--scheduler tcp://host:8786`: files are checked by the workers of a Dask cluster (https://distributed.dask.org)."""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Iterator, Mapping, Sequence

from relint import remote
from relint.dispatch import Batch, batches, died
from relint.errors import ConfigError
from relint.result import Checked, Task
from relint.worker import Work

_PATIENCE = 30
"""Seconds until the scheduler must have answered, and have a worker."""
_BATCHES_A_THREAD = 16
_BATCH = (64_000, 1_000_000)
"""Bytes: the smallest and the largest batch."""


class Cluster:
    """The workers of one scheduler. It is called when there is something to check, and only then connected to."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __call__(self, works: Sequence[Work], sizes: Sequence[int], task: Task) -> Iterator[Checked]:
        """The results in order. ConfigError when there is no cluster, or one that would find other things."""
        plugins = tuple(sorted({plugin for work in works for plugin in work.settings.plugins}))
        for plugin in plugins:
            if Path(plugin).exists():
                raise ConfigError(f"--scheduler: the plugin {plugin} is a path: install it as a package on the workers")
        expected = remote.identity(plugins)
        with _connected(self._address) as client:
            threads = sum(_agreed(client, self._address, plugins, expected).values())
            smallest, largest = _BATCH
            limit = min(max(sum(sizes) // (threads * _BATCHES_A_THREAD), smallest), largest)
            made = batches(works, sizes, limit)
            yield from in_order(made, task, client.get_executor(pure=False), expected, _lost(), 2 * threads)


def in_order(
    made: Sequence[Batch],
    task: Task,
    executor: Executor,
    expected: Mapping[str, str],
    lost: type[Exception],
    at_once: int,
) -> Iterator[Checked]:
    """The results of all batches, `at_once` of them under way. `lost` is what the executor raises when a batch has
    taken its worker along."""
    waiting = ThreadPoolExecutor(at_once)  # each waits for one batch, and holds the contents of its files
    futures: deque[Future[list[Checked]]] = deque(
        waiting.submit(_sent, batch, task, executor, expected, lost) for batch in made
    )
    try:
        while futures:
            yield from futures.popleft().result()
    finally:
        waiting.shutdown(wait=False, cancel_futures=True)


def _sent(
    batch: Batch, task: Task, executor: Executor, expected: Mapping[str, str], lost: type[Exception]
) -> list[Checked]:
    """The results of a batch; when it was lost, each of its files is tried once more, alone."""
    try:
        return remote.send(batch, task, executor, expected)
    except lost:
        return [_sent_alone(work, task, executor, expected, lost) for work in batch]


def _sent_alone(
    work: Work, task: Task, executor: Executor, expected: Mapping[str, str], lost: type[Exception]
) -> Checked:
    try:
        (checked,) = remote.send([work], task, executor, expected)
    except lost:
        return died(work.path)
    return checked


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ConfigError("--scheduler needs the package distributed: pip install 'relint[dask]'") from error
    # What it has to say of workers that come and go is the scheduler's log.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"--scheduler: nothing answers at {address}: {error}") from error
    try:
        yield client
    finally:
        client.close()


def _agreed(client: Any, address: str, plugins: tuple[str, ...], expected: Mapping[str, str]) -> Mapping[str, int]:
    """Threads by worker. ConfigError when there is no worker, or one that would find other things than this process."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        raise ConfigError(f"--scheduler: {address} has no workers") from error
    try:
        identities = client.run(remote.identity, plugins)
    except Exception as error:
        raise ConfigError(f"--scheduler: the workers of {address} cannot run relint: {error}") from error
    for worker, other in sorted(identities.items()):
        if why := remote.difference(expected, other):
            raise ConfigError(f"--scheduler: the worker {worker} differs in {why}")
    threads: Mapping[str, int] = client.nthreads()
    return threads


def _lost() -> type[Exception]:
    from distributed import KilledWorker

    lost: type[Exception] = KilledWorker
    return lost
