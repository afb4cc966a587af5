"""Shelves: where a store's entries lie, as named bytes. `Folder` keeps them as files.

An entry is whole or not there for every reader, however many write: files are written under a temporary name in
their folder, flushed to the disk and renamed, under names that no other writer on any machine uses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sim.errors import StoreError
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
            self.complain(_reason(error))

    def check(self) -> None:
        """Make the folder where it is missing."""
        try:
            self._make(self.path / "blocks")
        except OSError as error:
            self.complain(_reason(error))

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
            self.complain(_reason(error), "clean up")

    def _make(self, folder: Path) -> None:
        """Make a folder of the store; a new store keeps itself out of git."""
        if not self.path.is_dir():
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / ".gitignore").write_text("*\n", encoding="ascii")
        folder.mkdir(parents=True, exist_ok=True)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
