"""The fixed code of the concurrency rules, run: the same results, and what the rules promise."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from textwrap import dedent
from typing import Any

import pytest

from relint.settings import Settings
from relint.source import decode
from tests.fixing import fixed, run

ANY_ITEMS = {code: {"any-items": True} for code in ("REL302", "REL303")}


class Gauge:
    """How many are inside at once, at most."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def enter(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def leave(self) -> None:
        with self._lock:
            self.now -= 1


async def slow(gauge: Gauge, x: int) -> int:
    gauge.enter()
    await asyncio.sleep(0.005)
    gauge.leave()
    return x * 2


# -- REL301 ----------------------------------------------------------------------------------------------------------

DROPPED = """
    import asyncio
    import weakref

    async def main(done):
        async def job():
            # nothing but the task holds what it waits for
            future = asyncio.get_running_loop().create_future()
            held.append(weakref.ref(future))
            try:
                await future
            finally:
                done.append(True)

        asyncio.create_task(job())
        await asyncio.sleep(0)

    held = []
"""


async def _after_collection(main: Any, names: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the task still waits after a garbage collection, and what the loop complained of."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["message"]))
    done: list[bool] = []
    await main(done)
    gc.collect()
    await asyncio.sleep(0)
    alive = names["held"][0]() is not None
    if alive:
        names["held"][0]().set_result(None)
        await asyncio.sleep(0.01)
    return alive and done == [True], complaints


def test_a_dropped_task_is_collected_and_a_kept_one_is_not() -> None:
    before = run(DROPPED)
    alive, complaints = asyncio.run(_after_collection(before["main"], before))
    assert not alive
    assert complaints == ["Task was destroyed but it is pending!"]

    text = fixed(DROPPED, "REL301", unsafe=False)
    after = run(text)
    alive, complaints = asyncio.run(_after_collection(after["main"], after))
    assert alive
    assert complaints == []
    assert after["background_tasks"] == set()


def test_a_chained_callback_is_still_called() -> None:
    text = fixed(
        """
        import asyncio

        async def main(seen):
            async def job():
                return 7

            asyncio.create_task(job()).add_done_callback(lambda task: seen.append(task.result()))
            await asyncio.sleep(0.01)
        """,
        "REL301",
        unsafe=False,
    )
    seen: list[int] = []
    after = run(text)
    asyncio.run(after["main"](seen))
    assert seen == [7]
    assert after["background_tasks"] == set()


def test_a_task_in_a_list_is_held_for_longer_than_the_list() -> None:
    text = fixed(
        """
        import asyncio

        async def main(seen):
            async def job(number):
                await asyncio.sleep(0)
                seen.append(number)

            tasks = []
            for number in range(2):
                tasks.append(
                    asyncio.create_task(job(number)),
                )
        """,
        "REL301",
        unsafe=False,
    )
    after = run(text)

    async def both(seen: list[int]) -> int:
        await after["main"](seen)
        held = len(after["background_tasks"])
        await asyncio.sleep(0.01)
        return held

    seen: list[int] = []
    assert asyncio.run(both(seen)) == 2
    assert seen == [0, 1]
    assert after["background_tasks"] == set()


def test_a_task_of_another_thread_is_held_by_its_future() -> None:
    code = """
        import asyncio
        import weakref

        def start(loop, held):
            async def job():
                future = loop.create_future()
                held.append(weakref.ref(future))
                return await future

            asyncio.run_coroutine_threadsafe(job(), loop)
    """
    alive: list[bool] = []
    for text in (dedent(code), fixed(code, "REL301", unsafe=False)):
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        held: list[weakref.ref[asyncio.Future[None]]] = []
        names = run(text)
        names["start"](loop, held)
        while not held:
            time.sleep(0.005)
        time.sleep(0.05)  # until it waits
        gc.collect()
        waiting = held[0]()
        alive.append(waiting is not None)
        if waiting is not None:
            loop.call_soon_threadsafe(waiting.set_result, None)
        del waiting
        while names.get("background_tasks"):
            time.sleep(0.005)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert alive == [False, True]


def test_the_fix_uses_the_task_group_only_when_unsafe_fixes_are_asked_for() -> None:
    code = """
        import asyncio

        async def main(job):
            async with asyncio.TaskGroup() as group:
                asyncio.create_task(job())
    """
    assert "group.create_task(job())" in fixed(code, "REL301")
    assert "asyncio.create_task(job())" in fixed(code, "REL301", unsafe=False)


# -- REL302 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "return await asyncio.gather(*(f(gauge, x) for x in urls))",
        "return await asyncio.gather(*[asyncio.wait_for(f(gauge, x), 5) for x in urls])",
        "jobs = {x: f(gauge, x) for x in urls}\n    return await asyncio.gather(*jobs.values())",
        "jobs = []\n    for x in urls:\n        jobs.append(f(gauge, x=x))\n    return await asyncio.gather(*jobs)",
        "g = functools.partial(f, gauge)\n    return await asyncio.gather(*map(g, urls))",
        (
            "tasks = []\n    for x in urls:\n        tasks.append(asyncio.create_task(f(gauge, x)))\n"
            "    return [await task for task in tasks]"
        ),
    ],
)
def test_as_many_run_as_are_sanctioned(body: str) -> None:
    code = f"import asyncio\nimport functools\n\n\nasync def main(f, gauge, urls):\n    {body}\n"
    free, limited = Gauge(), Gauge()
    expected = asyncio.run(run(code)["main"](slow, free, list(range(30))))
    text = fixed(code, "REL302", options=ANY_ITEMS, max_concurrency=4)
    assert asyncio.run(run(text)["main"](slow, limited, list(range(30)))) == expected == [x * 2 for x in range(30)]
    assert (free.most, limited.most) == (30, 4)


def test_one_a_message_runs_as_many_as_are_sanctioned() -> None:
    text = fixed(
        """
        import asyncio

        async def serve(f, gauge, inbox):
            tasks = set()
            while True:
                message = await inbox.get()
                if message is None:
                    break
                tasks.add(asyncio.create_task(f(gauge, message)))
            return [await task for task in tasks]
        """,
        "REL302",
        options=ANY_ITEMS,
        max_concurrency=3,
    )

    async def main(gauge: Gauge) -> list[int]:
        inbox: asyncio.Queue[int | None] = asyncio.Queue()
        for message in [*range(1, 21), None]:
            inbox.put_nowait(message)
        results: list[int] = await run(text)["serve"](slow, gauge, inbox)
        return results

    gauge = Gauge()
    assert sorted(asyncio.run(main(gauge))) == [x * 2 for x in range(1, 21)]
    assert gauge.most == 3


@pytest.mark.parametrize(
    "body",
    [
        """
            threads = []
            for x in urls:
                thread = threading.Thread(target=work, args=(x,), kwargs={"results": results}, daemon=True)
                thread.start()
                threads.append(thread)
            for thread in threads:
                thread.join()
        """,
        """
            threads = [threading.Thread(target=work, args=(x, results)) for x in urls]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        """,
    ],
)
def test_threads_become_a_pool(body: str) -> None:
    code = f"""
        import threading

        def main(work, urls, results):
{body.rstrip()}
    """
    text = fixed(code, "REL302", options=ANY_ITEMS, max_concurrency=4)
    assert "ThreadPoolExecutor(max_workers=4)" in text
    gauge = Gauge()

    def work(x: int, results: list[int]) -> None:
        gauge.enter()
        time.sleep(0.005)
        gauge.leave()
        if x < 0:
            raise ValueError(x)
        results.append(x)

    results: list[int] = []
    run(text)["main"](work, range(20), results)
    assert sorted(results) == list(range(20))
    assert gauge.most <= 4
    with pytest.raises(ValueError, match="-1"):
        run(text)["main"](work, [-1], results)


# -- REL303 ----------------------------------------------------------------------------------------------------------


def test_a_full_queue_holds_the_producer_back() -> None:
    text = fixed(
        """
        import asyncio

        class Pipe:
            def __init__(self):
                self.items = asyncio.Queue()
                self.most = 0

            async def fill(self, n):
                for i in range(n):
                    await self.items.put(i)
                    self.most = max(self.most, self.items.qsize())

            async def drain(self, n):
                await asyncio.sleep(0.01)
                return [await self.items.get() for _ in range(n)]
        """,
        "REL303",
        options=ANY_ITEMS,
        queue_size=5,
    )

    async def main() -> tuple[list[int], int]:
        pipe = run(text)["Pipe"]()
        _, items = await asyncio.gather(pipe.fill(50), pipe.drain(50))
        return items, pipe.most

    assert asyncio.run(main()) == (list(range(50)), 5)


def test_a_queue_that_is_put_without_waiting_gets_a_suggestion_only() -> None:
    code = """
        import queue

        jobs = queue.Queue()

        def accept(job):
            jobs.put_nowait(job)

        def work():
            return jobs.get()
    """
    assert fixed(code, "REL303", options=ANY_ITEMS) == decode("app.py", dedent(code).encode()).text


# -- REL306 ----------------------------------------------------------------------------------------------------------

IMMUNE = """
    import asyncio

    async def main(work, seen):
        for _ in range(3):
            try:
                await work()
            except {clause}:
                seen.append("handled")
        return "went on"
"""


@pytest.mark.parametrize(
    "clause", ["", "BaseException", "asyncio.CancelledError", "(ValueError, asyncio.CancelledError)"]
)
def test_a_cancelled_task_ends(clause: str) -> None:
    code = IMMUNE.format(clause=clause).replace("except :", "except:")

    async def cancelled(text: str) -> str:
        seen: list[str] = []
        gates = [asyncio.Event() for _ in range(3)]
        waiting = iter(gates)

        async def work() -> None:
            await next(waiting).wait()

        task = asyncio.create_task(run(text)["main"](work, seen))
        await asyncio.sleep(0.001)
        task.cancel()
        for gate in gates[1:]:
            gate.set()
        try:
            return str(await task)
        except asyncio.CancelledError:
            return "cancelled"

    assert asyncio.run(cancelled(code)) == "went on"
    assert asyncio.run(cancelled(fixed(code, "REL306"))) == "cancelled"


def test_other_errors_are_handled_as_before() -> None:
    text = fixed(IMMUNE.format(clause="BaseException"), "REL306")
    seen: list[str] = []

    async def work() -> None:
        raise ValueError

    assert asyncio.run(run(text)["main"](work, seen)) == "went on"
    assert seen == ["handled"] * 3


# -- REL307 ----------------------------------------------------------------------------------------------------------


def test_an_error_releases_the_lock() -> None:
    code = """
        import threading

        lock = threading.Lock()

        def update(store, key):
            lock.acquire()
            store[key] += 1
            lock.release()
            return store
    """
    text = fixed(code, "REL307", unsafe=False)
    for source, locked in ((code, True), (text, False)):
        names = run(source)
        assert names["update"]({"a": 1}, "a") == {"a": 2}
        with pytest.raises(KeyError):
            names["update"]({}, "a")
        assert names["lock"].locked() is locked


def test_an_error_releases_the_asyncio_lock() -> None:
    code = """
        import asyncio

        class Store:
            def __init__(self):
                self.lock = asyncio.Lock()

            async def update(self, fetch):
                await self.lock.acquire()
                value = await fetch()
                self.lock.release()
                return value
    """

    async def locked_after_error(text: str) -> bool:
        async def good() -> int:
            return 1

        async def bad() -> int:
            raise KeyError

        store = run(text)["Store"]()
        assert await store.update(good) == 1
        with pytest.raises(KeyError):
            await store.update(bad)
        return bool(store.lock.locked())

    assert asyncio.run(locked_after_error(code)) is True
    assert asyncio.run(locked_after_error(fixed(code, "REL307", unsafe=False))) is False


def test_a_lock_that_leaves_the_block_taken_is_no_safe_fix() -> None:
    code = """
        import threading

        lock = threading.Lock()

        def take(item):
            lock.acquire()
            if item:
                return item
            print(item)
            lock.release()
    """
    assert fixed(code, "REL307", unsafe=False) == dedent(code)
    assert "with lock:" in fixed(code, "REL307")


def test_defaults_are_the_documented_ones() -> None:
    sanctioned = Settings().sanctioned
    assert (sanctioned.max_concurrency, sanctioned.queue_size) == (10, 1000)
