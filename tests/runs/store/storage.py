"""An S3-compatible server on loopback, within this process, for tests of stores on object storage."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

BUCKET = "forecasts"


@contextmanager
def storage() -> Iterator[dict[str, str]]:
    """Run a server with an empty bucket; yield the environment that leads to it."""
    from moto.server import ThreadedMotoServer

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            _make_bucket(environment["AWS_ENDPOINT_URL"])
            yield environment
    finally:
        server.stop()


def _make_bucket(endpoint: str) -> None:
    """Make the bucket; what an earlier server of this process held, and the way to it, is forgotten."""
    import s3fs
    from fsspec.core import url_to_fs

    s3fs.S3FileSystem.clear_instance_cache()
    urllib.request.urlopen(f"{endpoint}/moto-api/reset", data=b"").close()  # noqa: S310 - loopback
    system, _ = url_to_fs(f"s3://{BUCKET}", endpoint_url=endpoint)
    system.mkdir(BUCKET)
