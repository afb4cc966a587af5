"""The outputs for CI that commands with gates share: JUnit XML, step summary, annotations."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.cli.console import note
from sim.cli.output import check_file
from sim.errors import ReportError
from sim.report import write_files
from sim.report.ci.annotations import to_annotations
from sim.report.ci.findings import Finding
from sim.report.ci.junit import to_junit
from sim.report.ci.summary import MOST_BYTES, to_summary


@dataclass(frozen=True)
class CiOutput:
    """Which outputs are asked for."""

    junit: Path | None = None
    summary: Path | None = None
    annotations: bool = False

    def check(self) -> None:
        """See that the files can be written.

        Raises
        ------
        UsageError
            Where one cannot be.
        """
        check_file(self.junit)
        check_file(self.summary)

    def write(self, findings: Sequence[Finding], title: str, notes: Iterable[str] = ()) -> None:
        """Write what is asked for.

        Raises
        ------
        ReportError
            Where a file cannot be written.
        """
        if self.junit is not None:
            write_files(self.junit.parent, {self.junit.name: to_junit(findings)})
            note(f"wrote {self.junit}")
        if self.summary is not None:
            self._write_summary(self.summary, findings, title, notes)
        if self.annotations:
            for line in to_annotations(findings):
                note(line)

    @staticmethod
    def _write_summary(path: Path, findings: Sequence[Finding], title: str, notes: Iterable[str]) -> None:
        """Write the summary; add it to the file that GitHub gives to a step, which other commands write to as well."""
        shared = os.environ.get("GITHUB_STEP_SUMMARY")
        if shared is None or Path(shared).resolve() != path.resolve():
            write_files(path.parent, {path.name: to_summary(findings, title, notes=notes)})
            note(f"wrote {path}")
            return
        try:
            taken = path.stat().st_size if path.exists() else 0
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(to_summary(findings, title, notes=notes, most=max(0, MOST_BYTES - taken)))
        except OSError as error:
            raise ReportError(f"the summary cannot be written to {path}: {error.strerror or error}") from error
