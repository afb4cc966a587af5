"""Read and write whole files.

A file named by a user is read once and within bounds by `read_whole`: it may be a pipe, which can be read only once, a
device that never ends, or a pipe that nobody writes to. Files are written atomically: to a temporary name in the same
folder, flushed to the disk, then renamed.
"""

from __future__ import annotations

import errno
import os
import secrets
import select
import shutil
import stat
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from sim.wording import counted

PATIENCE = 60.0  # seconds to wait for data from a pipe with an open writer
ALONE = 2.0  # seconds to wait for a writer to open a pipe
_PART = 1 << 16


def visible_files(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """Return the files with some suffixes in a folder and its subfolders, without hidden ones, sorted by path."""
    files = (file for file in folder.rglob("*") if file.suffix.lower() in suffixes and file.is_file())
    return sorted(file for file in files if not any(part[0] == "." for part in file.relative_to(folder).parts))


def read_whole(path: Path, most: int) -> bytes:
    """Read a file, or a pipe such as that of `<(command)`, of at most `most` bytes.

    Raises
    ------
    OSError
        If it cannot be read, is neither a file nor a pipe, is larger, or is a pipe that nobody writes to; `strerror`
        says which.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
            raise OSError(errno.EINVAL, "it is neither a file nor a pipe")
        read = bytearray()
        while part := file.read(_PART) if stat.S_ISREG(mode) else _next_part(descriptor, begun=bool(read)):
            read += part
            if len(read) > most:
                raise OSError(errno.EFBIG, f"it is larger than {counted(most, 'byte')}")
    return bytes(read)


def _next_part(pipe: int, *, begun: bool) -> bytes:
    """Return the next bytes from a pipe opened without blocking; empty at its end."""
    until = time.monotonic() + ALONE
    while True:
        try:
            part = os.read(pipe, _PART)
        except BlockingIOError:  # somebody holds the other end
            if not select.select([pipe], [], [], PATIENCE)[0]:
                raise OSError(errno.ETIMEDOUT, f"nothing came from the pipe for {PATIENCE:g} seconds") from None
            continue
        if part or begun:
            return part
        if time.monotonic() > until:
            raise OSError(errno.ETIMEDOUT, "nobody writes to the pipe")
        time.sleep(0.02)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file; existing content stays until the new content is on the disk, and the file's mode is kept.

    Raises
    ------
    OSError
        If the disk is full or the folder is not writable; nothing is left behind then.
    """
    write_all({path: content})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files like `write_whole`, replacing none before all of them are on the disk."""
    mark = f"{os.getpid()}-{secrets.token_hex(4)}"  # machines may share the folder
    parts = {path: path.with_name(f".{path.name}.{mark}") for path in contents}
    try:
        for path, part in parts.items():
            with part.open("wb") as file:
                if path.exists():
                    shutil.copymode(path, part)
                file.write(contents[path])
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
