"""Reports: a stored record in; a page, Markdown, the record and figures out. Nothing here simulates.

`write_report`, `write_history` and `write_sweep` are the entries; words, figures and layouts are modules of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ReportError

if TYPE_CHECKING:
    from sim.report.charts import Spec
    from sim.report.study import StudyReport

__all__ = [
    "write_advice",
    "write_backtest",
    "write_calibration",
    "write_counterfactuals",
    "write_discovery",
    "write_explanation",
    "write_files",
    "write_history",
    "write_report",
    "write_sweep",
    "write_tipping",
]


def write_report(
    record: dict[str, Any], folder: Path, *, words: str = "icd203", figures: bool = False, page: bool = True
) -> list[Path]:
    """Write report.html, report.md and forecast.json into a folder, which is made where it is missing.

    A file appears whole or not at all, and none of them is replaced before all of them are on disk.

    Parameters
    ----------
    record
        The content of forecast.json.
    folder
        Where to write.
    words
        Scale of words: `icd203`, `phia` or `none`.
    figures
        Whether to write the main figures too, as incidence.svg, states.svg, hazard.svg and dots.svg.
    page
        Whether to write report.html, which takes several megabytes.

    Returns
    -------
    list
        The paths of the page, the Markdown, the record and the figures.

    Raises
    ------
    ReportError
        Where the record cannot be read, the scale is unknown or the folder cannot be written.
    """
    from sim.report.content import report_of  # late: Jinja takes a while to import
    from sim.report.html import to_html
    from sim.report.json import to_json
    from sim.report.markdown import to_markdown
    from sim.report.svg import drawings

    report = report_of(record, words)
    texts = {"report.html": to_html(record, report)} if page else {}
    texts |= {"report.md": to_markdown(report), "forecast.json": to_json(record)}
    return write_files(folder, texts | (drawings(record, report) if figures else {}))


def write_history(record: dict[str, Any], folder: Path, *, words: str = "icd203", figures: bool = False) -> list[Path]:
    """Write history.html, history.md and history.json into a folder, as `write_report` does; with figures history.svg.

    Parameters
    ----------
    record
        The content of history.json.

    Raises
    ------
    ReportError
        Where the record cannot be read, the scale is unknown or the folder cannot be written.
    """
    from sim.report.history import history_markdown, history_of, history_page
    from sim.report.json import to_json
    from sim.report.svg import history_drawing

    history = history_of(record, words)
    texts = {
        "history.html": history_page(record, history),
        "history.md": history_markdown(history),
        "history.json": to_json(record),
    }
    return write_files(folder, texts | (history_drawing(record, history) if figures else {}))


def write_sweep(record: dict[str, Any], folder: Path, *, words: str = "icd203") -> list[Path]:
    """Write sweep.html, sweep.md, sweep.json, sweep.csv and sweep.parquet into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of sweep.json.

    Raises
    ------
    ReportError
        Where the record cannot be read, the scale is unknown or the folder cannot be written.
    """
    from sim.report.json import to_json
    from sim.report.sweep import sweep_markdown, sweep_of, sweep_page
    from sim.report.tidy import to_csv, to_parquet

    sweep = sweep_of(record, words)
    contents: dict[str, str | bytes] = {
        "sweep.html": sweep_page(record, sweep),
        "sweep.md": sweep_markdown(sweep),
        "sweep.json": to_json(record),
        "sweep.csv": to_csv(record),
        "sweep.parquet": to_parquet(record),
    }
    return write_files(folder, contents)


def write_backtest(record: dict[str, Any], track_record: dict[str, Any], folder: Path) -> list[Path]:
    """Write backtest.html, backtest.md, backtest.json and track_record.json into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of backtest.json.
    track_record
        What forecasts say of the model's track record.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.backtest_study import backtest_of, reliability_spec
    from sim.report.json import to_json

    files = _study_files("backtest", record, backtest_of(record), {"reliability": reliability_spec(record)})
    return write_files(folder, {**files, "track_record.json": to_json(track_record)})


def write_calibration(record: dict[str, Any], posterior: str, folder: Path) -> list[Path]:
    """Write the posterior's CSV file, calibration.html, calibration.md and calibration.json into a folder.

    Parameters
    ----------
    record
        The content of calibration.json.
    posterior
        The content of the posterior's file.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.calibration_study import calibration_of, parameters_spec

    files = _study_files("calibration", record, calibration_of(record), {"parameters-figure": parameters_spec(record)})
    return write_files(folder, {f"{record['name']}.csv": posterior, **files})


def write_counterfactuals(record: dict[str, Any], folder: Path) -> list[Path]:
    """Write counterfactuals.html, counterfactuals.md and counterfactuals.json into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of counterfactuals.json.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.counterfactual_study import study_of
    from sim.report.figures import changes

    figure = changes(record)
    specs = {} if figure is None else {"counterfactuals-figure": figure}
    return write_files(folder, _study_files("counterfactuals", record, study_of(record), specs))


def write_tipping(record: dict[str, Any], folder: Path) -> list[Path]:
    """Write tipping.html, tipping.md and tipping.json into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of tipping.json.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.charts import HEAT_DARK
    from sim.report.tipping import FIGURE, study_of, tipping_spec

    files = _study_files("tipping", record, study_of(record), {FIGURE: tipping_spec(record)}, HEAT_DARK)
    return write_files(folder, files)


def write_discovery(record: dict[str, Any], folder: Path) -> list[Path]:
    """Write discovery.html, discovery.md and discovery.json into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of discovery.json.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.discovery import discovery_figures, discovery_report

    return write_files(folder, _study_files("discovery", record, discovery_report(record), discovery_figures(record)))


def write_explanation(record: dict[str, Any], folder: Path) -> list[Path]:
    """Write explanation.html, explanation.md and explanation.json into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of explanation.json.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.curves import run_figures
    from sim.report.explanation import explanation_report

    return write_files(folder, _study_files("explanation", record, explanation_report(record), run_figures(record)))


def write_advice(record: dict[str, Any], folder: Path) -> list[Path]:
    """Write advice.html, advice.md and advice.json into a folder, as `write_report` does.

    Parameters
    ----------
    record
        The content of advice.json.

    Raises
    ------
    ReportError
        Where the record cannot be read or the folder cannot be written.
    """
    from sim.report.advice import FIGURE, advice_spec, study_of

    return write_files(folder, _study_files("advice", record, study_of(record), {FIGURE: advice_spec(record)}))


def _study_files(
    name: str,
    record: Mapping[str, Any],
    report: StudyReport,
    specs: Mapping[str, Spec],
    dark: Mapping[str, str] | None = None,
) -> dict[str, str | bytes]:
    """Return page, Markdown and record of a study by file name."""
    from sim.report.json import to_json
    from sim.report.study import study_markdown, study_page

    return {
        f"{name}.html": study_page(report, specs, dark),
        f"{name}.md": study_markdown(report),
        f"{name}.json": to_json(record),
    }


def write_files(folder: Path, contents: Mapping[str, str | bytes]) -> list[Path]:
    """Write files into a folder, which is made where it is missing; all of them, or none where the disk is full.

    Raises
    ------
    ReportError
        Where the folder cannot be written.
    """
    placed = {folder / name: content for name, content in contents.items()}
    with _complaints(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(placed)
    return list(placed)


@contextmanager
def _complaints(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"the report cannot be written to {folder}: {reason}; choose another folder") from error


def _write_all(contents: Mapping[Path, str | bytes]) -> None:
    """Write all contents beside their places, then put them there."""
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    try:
        for path, content in contents.items():
            with parts[path].open("wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace"))
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
