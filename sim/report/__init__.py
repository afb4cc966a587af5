"""Reports: a stored record in; a page, Markdown, the record and figures out. Nothing here simulates.

`write_report` is the entry point; it imports what is slow to import, Jinja most of all, only when needed. A page is one
module that turns a record into a `Document`; `PAGES` maps formats of records to pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ReportError
from sim.wholefiles import write_all

if TYPE_CHECKING:
    from sim.report.document import Document

__all__ = ["document_of", "lines_of", "write_cell", "write_files", "write_report"]

_STUDIES = (
    *("advice", "backtest", "calibration", "counterfactuals", "diff", "discovery", "drivers", "explanation"),
    *("forecast", "history", "tipping"),
)
PAGES = {f"offramp/{name}/1": name for name in _STUDIES} | {"offramp/sweep-result/1": "sweep"}
"""The page of a record, keyed by its format."""


def write_report(
    record: Mapping[str, Any],
    folder: Path,
    *,
    words: str = "icd203",
    figures: bool = False,
    page: bool = True,
    others: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write page, Markdown and record into a folder, which is created if it is missing.

    A file appears whole or not at all, and no file is replaced before all of them are on disk.

    Parameters
    ----------
    record
        The content of forecast.json, history.json, sweep.json or the record of another study.
    folder
        Folder to write to.
    words
        Scale of words: `icd203`, `phia` or `none`.
    figures
        Whether to also write the main figures of a forecast or a history as SVG files.
    page
        Whether to write the page, which takes several megabytes.
    others
        Further files, keyed by name.

    Returns
    -------
    list
        The paths of the page, the Markdown, the record and the other files. For a forecast, the first two are called
        report.html and report.md; a sweep also has its results as CSV and Parquet.

    Raises
    ------
    ReportError
        If the record cannot be read, the scale is unknown or the folder cannot be written.
    """
    from sim.report.files import to_csv, to_json, to_parquet
    from sim.report.html import to_html
    from sim.report.markdown import to_markdown
    from sim.report.reading import reading

    document, name = document_of(record, words), _page_of(record)
    stem = "report" if name == "forecast" else name
    files: dict[str, str | bytes] = {}
    if page:
        with reading():
            files[f"{stem}.html"] = to_html(document)
    files |= {f"{stem}.md": to_markdown(document), f"{name}.json": to_json(record)}
    if name == "sweep":
        files |= {"sweep.csv": to_csv(record), "sweep.parquet": to_parquet(record)}
    if figures:
        from sim.report.svg import drawings, history_drawing

        files |= (history_drawing if name == "history" else drawings)(record)
    return write_files(folder, {**files, **(others or {})})


def write_cell(
    record: Mapping[str, Any], folder: Path, *, label: str, changes: Mapping[str, Any], names: Mapping[str, Any]
) -> list[Path]:
    """Write the forecast of a sweep's cell into a folder, as a small page index.html and as forecast.json.

    Parameters
    ----------
    record
        The content of forecast.json.
    label
        The sweep's label for the cell.
    changes
        Dotted path to the value that the cell sets there.
    names
        The sweep's names for inputs, as in its record.

    Raises
    ------
    ReportError
        If the record cannot be read or the folder cannot be written.
    """
    from sim.report.files import to_json
    from sim.report.html import to_html
    from sim.report.pages.sweep import cell_document
    from sim.report.reading import reading

    with reading():
        document = cell_document(record, label, changes, names, "icd203")
    return write_files(folder, {"forecast.json": to_json(record), "index.html": to_html(document)})


def document_of(record: Mapping[str, Any], words: str = "icd203", *, brief: bool = False) -> Document:
    """Read a record into the document of its page, or, if `brief`, into the shorter one that the terminal shows.

    A `ReportError` says that the record cannot be read or the scale is unknown.
    """
    from sim.report.reading import reading
    from sim.report.words import scale_of

    scale_of(words)
    with reading():
        page = import_module(f"sim.report.pages.{_page_of(record)}")
        document: Document = (getattr(page, "brief", page.document) if brief else page.document)(record, words)
    return document


def lines_of(
    record: Mapping[str, Any], basis: str, sections: Iterable[str] | None = None, words: str = "icd203"
) -> Iterator[str]:
    """Yield the lines of a record for the terminal, as `terminal.to_lines` does."""
    from sim.report.terminal import to_lines

    yield from to_lines(document_of(record, words, brief=True), basis, sections)


def _page_of(record: Mapping[str, Any]) -> str:
    if record.get("schema") not in PAGES:
        raise ReportError(f"expected a record of format {' or '.join(PAGES)} (got {record.get('schema')!r})")
    return PAGES[record["schema"]]


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> list[Path]:
    """Write files into a folder, created if missing: all of them or, if that fails, none, with a `ReportError`."""
    placed = {
        folder / name: content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
        for name, content in contents.items()
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_all(placed)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"the report cannot be written to {folder}: {reason}; choose another folder") from error
    return list(placed)
