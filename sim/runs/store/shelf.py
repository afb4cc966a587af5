"""Shelves: where a store keeps its entries, as named bytes. `Folder` uses files, `Objects` object storage.

Every reader sees an entry whole or not at all, however many writers there are. A file is written under a temporary name
in its folder, one that no other writer on any machine uses, then flushed to disk and renamed; putting an object is
atomic. Two writers of the same entry write the same content.

Object storage (`s3://bucket/prefix` and the like) goes through fsspec and needs `offramp[s3]`. Credentials and
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
    """An item on a shelf: name, size in bytes, time written (seconds since 1970), and whether it is a leftover."""

    name: str
    size: int
    written: float
    leftover: bool = False


TO_DO = {
    "write to": "; what was kept before is intact. Make room, or name another store",
    "make": "; name another store",
}
"""What to do if something cannot be done with a store."""


class Shelf(ABC):
    """Named bytes; names are like `blocks/3f/3f9c...`."""

    shared = False  # whether workers on other machines can reach it under the same name

    @abstractmethod
    def __str__(self) -> str:
        """Return where it is."""

    @abstractmethod
    def get(self, name: str, most: int | None = None) -> bytes | None:
        """Return the bytes under a name, only the first `most` if given; None if there are none."""

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Store bytes under a name. Raises StoreError if they cannot be written; the previous content stays."""

    @abstractmethod
    def check(self) -> None:
        """Check that the shelf exists, even read-only, or create it. Raises StoreError if neither works."""

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """List the items below `blocks/`, including leftovers of writers that were killed."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove the item of a name. Raises StoreError if it cannot be removed."""

    def complain(self, reason: str, doing: str = "write to") -> NoReturn:
        """Raise StoreError about a failed operation here."""
        raise StoreError(f"cannot {doing} the store {self}: {reason}{TO_DO.get(doing, '')}")


class Folder(Shelf):
    """Files below a folder; `shared` if it is a mount that all machines have under the same path."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path, self.shared = path, shared

    def __str__(self) -> str:
        return str(self.path)

    def get(self, name: str, most: int | None = None) -> bytes | None:
        """Return the bytes of a file; None if it cannot be read."""
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
        """Create the folder if it is missing."""
        try:
            self._make(self.path / "blocks")
        except FileExistsError:
            raise StoreError(
                f"expected a folder for the store {self}, and there is a file; name another store"
            ) from None
        except OSError as error:
            self.complain(reason_of(error), "make")

    def items(self) -> Iterator[Item]:
        """List the files; skip those that disappear meanwhile."""
        for path in sorted((self.path / "blocks").rglob("*")):
            try:
                if path.is_file():
                    status = path.stat()
                    name = path.relative_to(self.path).as_posix()
                    yield Item(name, status.st_size, status.st_mtime, path.name.startswith("."))
            except OSError:
                continue

    def remove(self, name: str) -> None:
        """Delete a file; one that is already gone is not an error."""
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            self.complain(reason_of(error), "clean up")

    def _make(self, folder: Path) -> None:
        """Create a folder of the store; a new store is kept out of git."""
        if not self.path.is_dir():
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / ".gitignore").write_text("*\n", encoding="ascii")
        folder.mkdir(parents=True, exist_ok=True)


PACKAGES = {"s3": "offramp[s3]", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs", "az": "adlfs"}
"""Kinds of object storage with an atomic put, and the package to install for each."""
MARK = "offramp-store"
TIMES = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3, "mode": "standard"}}
WHEN = ("LastModified", "last_modified", "updated", "mtime", "created")
"""Names that file systems use for the time an object was written."""


class Objects(Shelf):
    """Objects below a prefix of a bucket."""

    shared = True

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def __str__(self) -> str:
        return self.url

    def get(self, name: str, most: int | None = None) -> bytes | None:
        """Return an object; StoreError if the storage does not answer, because a block would be played in vain."""
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
        """Check that there is a store; mark a new one."""
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
        """Delete an object; one that is already gone is not an error."""
        system, root = _open(self.url)
        try:
            system.rm_file(f"{root}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:
            self.complain(_reason(error), "clean up")


@cache
def _open(url: str) -> tuple[Any, str]:
    """Return the file system of an address and the path in it; once per process."""
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
    """Return when an object was written, in seconds since 1970; 0 if the storage does not say."""
    when = next((about[name] for name in WHEN if about.get(name) is not None), 0.0)
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    return when.timestamp() if isinstance(when, datetime) else float(when)


def _reason(error: BaseException) -> str:
    text = (str(error) or type(error).__name__).splitlines()[0]
    return text[:1].lower() + text[1:]
