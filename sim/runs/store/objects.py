"""A shelf on object storage, through fsspec: `s3://bucket/prefix` and its like. Needs `offramp[s3]`.

Credentials and endpoint come from the usual environment (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_ENDPOINT_URL`, ...).
Putting an object is atomic there, so any number of writers may share a store; two that put the same entry put the
same content.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from sim.errors import UsageError
from sim.runs.store.shelf import Item, Shelf

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
