"""Reports: a stored forecast record in; report.html, report.md and forecast.json out. Nothing here simulates.

`write_report` is the one entry; words, figures and layouts are modules of their own beneath it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.errors import ReportError

__all__ = ["write_report"]


def write_report(record: dict[str, Any], folder: Path, *, words: str = "icd203") -> list[Path]:
    """Write report.html, report.md and forecast.json into a folder, which is made where it is missing.

    A file appears whole or not at all, and none of the three is replaced before all of them are on disk.

    Parameters
    ----------
    record
        The content of forecast.json.
    folder
        Where to write.
    words
        Scale of words: `icd203`, `phia` or `none`.

    Returns
    -------
    list
        The paths of the page, the Markdown and the record.

    Raises
    ------
    ReportError
        Where the record cannot be read, the scale is unknown or the folder cannot be written.
    """
    from sim.reporting.content import report_of  # late: Jinja and Plotly take a while to import
    from sim.reporting.html import to_html
    from sim.reporting.json import to_json
    from sim.reporting.markdown import to_markdown

    report = report_of(record, words)
    texts = {
        folder / "report.html": to_html(record, report),
        folder / "report.md": to_markdown(report),
        folder / "forecast.json": to_json(record),
    }
    with _complaints(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(texts)
    return list(texts)


@contextmanager
def _complaints(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"the report cannot be written to {folder}: {reason}; choose another folder") from error


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write all texts beside their places, then put them there."""
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in texts}
    try:
        for path, text in texts.items():
            with parts[path].open("wb") as file:
                file.write(text.encode("utf-8", "backslashreplace"))
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
