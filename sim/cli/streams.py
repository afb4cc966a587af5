"""Streams that take whatever is written: a reader that goes away, a full disk or a closed stream stops no command.

Files, verdicts and exit codes therefore never depend on who reads the output; what could not be written is told at
the end.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Any, Literal, TextIO

Name = Literal["stdout", "stderr"]


class Patient(io.RawIOBase):
    """Hands bytes on until that fails once, and drops them from then on.

    Attributes
    ----------
    error
        Why writing failed; None while it works.
    """

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self.error: OSError | ValueError | None = None

    def write(self, data: Any, /) -> int:
        """Write what can be written; say that all was."""
        view = memoryview(data).cast("B")
        size = len(view)
        while view and self.error is None:
            try:
                count = self._raw.write(view)
            except (OSError, ValueError) as error:  # ValueError: it is closed
                self.error = error
                break
            if count is None:  # somebody made the pipe one that does not wait
                select.select([], [self._raw], [])
            else:
                view = view[count:]
        return size

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Whether a terminal is behind it."""
        return self._raw.isatty()

    def fileno(self) -> int:
        """Return the number of the stream beneath."""
        return self._raw.fileno()


def hold(name: Name) -> Patient:
    """Put a patient stream in the place of one of this process; where that is closed, one into nothing.

    What the encoding cannot hold is escaped.
    """
    stream: TextIO | None = getattr(sys, name)
    raw = _nothing(1 if name == "stdout" else 2) if stream is None else _beneath(stream)
    patient = Patient(raw)
    encoding = "utf-8" if stream is None else stream.encoding
    at_once = name == "stderr" or patient.isatty()
    text = io.TextIOWrapper(io.BufferedWriter(patient), encoding, "backslashreplace", line_buffering=at_once)
    setattr(sys, name, text)
    return patient


def _beneath(stream: TextIO) -> io.RawIOBase:
    """Return what takes the bytes of a stream."""
    stream.flush()
    buffer: Any = stream.buffer  # the same where Python is told not to buffer
    raw: io.RawIOBase = getattr(buffer, "raw", buffer)
    return raw


def _nothing(number: int) -> io.RawIOBase:
    """Open the null device under a stream's own number, so that no file which is opened later gets it."""
    opened = os.open(os.devnull, os.O_WRONLY)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    os.set_inheritable(number, True)
    return io.FileIO(number, "w", closefd=False)


def failure_of(patient: Patient) -> str | None:
    """Say why output was lost, if it was; a reader that goes away has what it wanted."""
    if patient.error is None or isinstance(patient.error, BrokenPipeError):
        return None
    why = getattr(patient.error, "strerror", None) or str(patient.error)
    return f"cannot write the output: {why.lower()}"
