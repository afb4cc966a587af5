"""Signals that end a command: the first one interrupts it, as Ctrl-C does, and all later ones wait for its end.

What is done is kept while the command winds up; worker processes that take longer than some seconds over their last
task are ended, so that the wind-up never waits for long.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 4.0
"""Seconds that worker processes have for their last tasks."""
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))


class _State:
    """Whether signals have to wait, whether one does, and whether one was answered."""

    held = 0
    waiting = False
    answered = False


def answer_once() -> None:
    """Answer the first of all signals to come by KeyboardInterrupt in the main thread, and no other."""
    for one in SIGNALS:
        if signal.getsignal(one) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(one, _answer)


def _answer(number: int, frame: FrameType | None) -> None:
    del number, frame
    if _State.answered:
        return
    if _State.held:
        _State.waiting = True
        return
    _State.answered = True
    for one in SIGNALS:  # not by the handler alone: Python takes it away while it ends, and the exit code with it
        signal.signal(one, signal.SIG_IGN)
    watch = threading.Timer(GRACE, _end_children)
    watch.daemon = True
    watch.start()
    raise KeyboardInterrupt


def _end_children() -> None:
    """End all worker processes of this process; those who wait for them learn it."""
    from multiprocessing import active_children  # late: most commands need none of it

    for child in active_children():
        child.kill()


@contextmanager
def held() -> Iterator[None]:
    """Let signals wait while processes are started, which inherit that they do; then answer one that came."""
    block = getattr(signal, "pthread_sigmask", None)  # there is none on Windows
    before = None if block is None else block(signal.SIG_BLOCK, SIGNALS)
    _State.held += 1
    try:
        yield
    finally:
        _State.held -= 1
        if block is not None:
            block(signal.SIG_SETMASK, before)
        if _State.waiting and not _State.held:
            _State.waiting = False
            _answer(0, None)


def leave_to_parent() -> None:
    """In a worker process: ignore what a terminal sends to all processes at once, and take no signal as waiting."""
    for one in SIGNALS:
        if one != signal.SIGTERM:
            signal.signal(one, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
