"""Signals that end a command: the first one interrupts it, like Ctrl-C, and later ones are ignored.

Finished work is kept while the command shuts down; worker processes that take more than a few seconds over their last
task are killed, so that shutting down never takes long.
"""

from __future__ import annotations

import atexit
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 4.0
"""Seconds that worker processes get for their last tasks."""
NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))


class _State:
    """Whether signals have to wait, whether one is waiting, and whether one was handled."""

    held = 0
    waiting = False
    answered = False


def answer_once() -> None:
    """Raise KeyboardInterrupt in the main thread for the first signal, and ignore all later ones."""
    for one in SIGNALS:
        if signal.getsignal(one) is not signal.SIG_IGN:  # as under nohup
            signal.signal(one, _answer)


def _answer(number: int, frame: FrameType | None) -> None:
    del number, frame
    if _State.answered:
        return
    if _State.held:
        _State.waiting = True
        return
    _State.answered = True
    atexit.register(_ignore_all)
    watch = threading.Timer(GRACE, _end_children)
    watch.daemon = True
    watch.start()
    raise KeyboardInterrupt


def _ignore_all() -> None:
    """Ignore signals for good, at exit: Python then removes the handler, and a signal would change the exit code.

    Not before: Python complains about a signal that is ignored while it waits for its handler. Those sent from here on
    are blocked, and those sent before have been handled by the time the block is set.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)


def _end_children() -> None:
    """Kill all worker processes of this process; code that waits for them notices."""
    from multiprocessing import active_children  # late: most commands do not need it

    for child in active_children():
        child.kill()


@contextmanager
def held() -> Iterator[None]:
    """Block signals while processes are started, which inherit the block; then handle one that arrived."""
    block = getattr(signal, "pthread_sigmask", None)  # missing on Windows
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
    """Ignore, in a worker process, signals that a terminal sends to all processes, and unblock all signals."""
    for one in SIGNALS:
        if one != signal.SIGTERM:
            signal.signal(one, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
