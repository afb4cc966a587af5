"""Shelves: where a store's entries lie, as named bytes. `Folder` keeps them as files, `Objects` on object storage.

An entry is whole or not there for every reader, however many write: files are written under a temporary name in
their folder, flushed to the disk and renamed, under names that no other writer on any machine uses; putting an object
is atomic. Two writers that put the same entry put the same content.

Object storage (`s3://bucket/prefix` and its like) goes through fsspec and needs `offramp[s3]`. Credentials and
endpoint come from the usual environment (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`, ...).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import StoreError, UsageError, reason_of
from sim.wholefiles import write_whole


@dataclass(frozen=True)
class Item:
    """What lies on a shelf: its name, bytes, when it was put there (seconds since 1970), and if it is a leftover."""

    name: str
    size: int
    written: float
    leftover: bool = False


class Shelf(ABC):
    """Named bytes; names are like `blocks/3f/3f9c...`."""

    shared = False
    """Whether workers on other machines reach it under the same name."""

    @abstractmethod
    def __str__(self) -> str:
        """Say where it is."""

    @abstractmethod
    def get(self, name: str, most: int | None = None) -> bytes | None:
        """Return what was put under a name, of it the first `most` bytes where asked for; None where nothing was."""

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Put bytes under a name.

        Raises
        ------
        StoreError
            Where they cannot be written; what was there before is not touched.
        """

    @abstractmethod
    def check(self) -> None:
        """See that the shelf is there, or make it; one that is read-only will do.

        Raises
        ------
        StoreError
            Where neither can be done.
        """

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """List what lies below `blocks/`, leftovers of writers that were killed too."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Take away what lies under a name.

        Raises
        ------
        StoreError
            Where that cannot be done.
        """

    def complain(self, reason: str, doing: str = "write to") -> NoReturn:
        """Raise the error of what could not be done here.

        Raises
        ------
        StoreError
            Always.
        """
        raise StoreError(
            f"cannot {doing} the store {self}: {reason}; what was kept before is intact. "
            "Make room, or choose another place with --store, or none with --no-store"
        )


class Folder(Shelf):
    """Files below a folder; `shared` where it is a mount that all machines have under the same path."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path, self.shared = path, shared

    def __str__(self) -> str:
        """Say where it is."""
        return str(self.path)

    def get(self, name: str, most: int | None = None) -> bytes | None:
        """Return the bytes of a file; None where there is none that can be read."""
        try:
            with (self.path / name).open("rb") as file:
                return file.read(-1 if most is None else most)
        except OSError:
            return None

    def put(self, name: str, content: bytes) -> None:
        """Write a file, whole."""
        path = self.path / name
        try:
            self._make(path.parent)
            write_whole(path, content)
        except OSError as error:
            self.complain(reason_of(error))

    def check(self) -> None:
        """Make the folder where it is missing."""
        try:
            self._make(self.path / "blocks")
        except OSError as error:
            self.complain(reason_of(error))

    def items(self) -> Iterator[Item]:
        """List the files; what goes away meanwhile is left out."""
        for path in sorted((self.path / "blocks").rglob("*")):
            try:
                if path.is_file():
                    status = path.stat()
                    name = path.relative_to(self.path).as_posix()
                    yield Item(name, status.st_size, status.st_mtime, path.name.startswith("."))
            except OSError:
                continue

    def remove(self, name: str) -> None:
        """Delete a file; one that is gone already is no fault."""
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            self.complain(reason_of(error), "clean up")

    def _make(self, folder: Path) -> None:
        """Make a folder of the store; a new store keeps itself out of git."""
        if not self.path.is_dir():
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / ".gitignore").write_text("*\n", encoding="ascii")
        folder.mkdir(parents=True, exist_ok=True)


PACKAGES = {"s3": "offramp[s3]", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
"""Kinds of object storage whose put is atomic, and what to install for them."""
MARK = "offramp-store"
TIMES = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3, "mode": "standard"}}
WHEN = ("LastModified", "last_modified", "updated", "mtime", "created")
"""What file systems call the time an object was written."""


class Objects(Shelf):
    """Objects below a prefix of a bucket."""

    shared = True

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __str__(self) -> str:
        """Say where it is."""
        return self.url

    def get(self, name: str, most: int | None = None) -> bytes | None:
        """Return an object; StoreError where the storage does not answer, for a block would be played in vain."""
        system, root = _open(self.url)
        try:
            content: bytes = system.cat_file(f"{root}/{name}", **({} if most is None else {"start": 0, "end": most}))
        except FileNotFoundError:
            return None
        except Exception as error:
            self.complain(_reason(error), "read")
        return content

    def put(self, name: str, content: bytes) -> None:
        """Put an object."""
        system, root = _open(self.url)
        try:
            system.pipe_file(f"{root}/{name}", content)
        except Exception as error:
            self.complain(_reason(error))

    def check(self) -> None:
        """See that there is a store; a new one gets a mark."""
        if self.get(MARK) is None:
            self.put(MARK, b"offramp/store/1\n")

    def items(self) -> Iterator[Item]:
        """List the objects."""
        system, root = _open(self.url)
        try:
            found = system.find(f"{root}/blocks", detail=True)
        except FileNotFoundError:
            return
        except Exception as error:
            self.complain(_reason(error), "read")
        for path, about in sorted(found.items()):
            yield Item(path[len(root) + 1 :], int(about["size"]), _written(about))

    def remove(self, name: str) -> None:
        """Delete an object; one that is gone already is no fault."""
        system, root = _open(self.url)
        try:
            system.rm_file(f"{root}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:
            self.complain(_reason(error), "clean up")


@cache
def _open(url: str) -> tuple[Any, str]:
    """Return the file system of an address and the path in it; once a process."""
    kind = url.partition("://")[0]
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(url, use_listings_cache=False, **({"config_kwargs": TIMES} if kind == "s3" else {}))
    except ImportError:
        raise UsageError(
            f"a store at {kind}:// needs more packages: python -m pip install '{PACKAGES[kind]}'"
        ) from None
    return system, str(root).rstrip("/")


def _written(about: dict[str, Any]) -> float:
    """Return when an object was written, in seconds since 1970; 0 where the storage does not say."""
    when = next((about[name] for name in WHEN if about.get(name) is not None), 0.0)
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    return when.timestamp() if isinstance(when, datetime) else float(when)


def _reason(error: BaseException) -> str:
    text = (str(error) or type(error).__name__).splitlines()[0]
    return text[:1].lower() + text[1:]
