"""Pages: self-contained files that work offline, with Plotly inlined once and no network allowed.

One template lays out every `Document`; parts that a page draws in its own way are macros of blocks.html. All text
passes through Jinja's autoescape; figures travel as JSON in a data block, with `<`, `>` and `&` escaped, and a
Content-Security-Policy lists the scripts by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report.charts import DARK
from sim.report.document import said
from sim.wording import all_seen, counted, long_date, seen

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

    from sim.report.document import Document

_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def to_html(document: Document) -> str:
    """Return the page of a document; without charts, Plotly is not inlined."""
    figures = {name: draw() for name, draw in document.charts.items()}
    # Plotly's cartesian build is a third of the whole: pages are smaller and open faster.
    scripts = [_file("plotly/plotly-cartesian.min.js").strip(), _file("templates/report.js")] if figures else []
    if "cells" in document.blocks:
        scripts.append(_file("templates/sweep.js"))
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    hashes = " ".join(map("'sha256-{}'".format, digests))
    return (
        _environment()
        .get_template("page.html")
        .render(
            document=document,
            heights={name: one["layout"]["height"] for name, one in figures.items()},
            figures=Markup(embedded({"figures": figures, "dark": DARK})),  # noqa: S704 - escaped for a data block
            css=Markup(_file("templates/report.css")),  # noqa: S704 - our own file
            scripts=[Markup(text) for text in scripts],  # noqa: S704 - our own files and Plotly's
            policy=f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
            "base-uri 'none'; form-action 'none'",
        )
    )


def drawing(template: str, **content: Any) -> str:
    """Return a drawing from one of our templates."""
    return _environment().get_template(template).render(**content)


def embedded(value: Any) -> str:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(all_seen(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


@cache
def _file(name: str) -> str:
    return files("sim.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sim.report", "templates"),
        bytecode_cache=_compiled(),
        autoescape=True,
        finalize=_text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"counted": counted, "dated": long_date, "said": said, "percent": "{:.2%}".format}
    made.filters["kind"] = lambda part: type(part).__name__
    return made


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates stored next to Python's own, because compiling takes as long as rendering."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, if possible."""
        with suppress(OSError):  # a read-only or full disk
            super().dump_bytecode(bucket)


def _compiled() -> BytecodeCache | None:
    """Return the cache of compiled templates; None if Python keeps no bytecode.

    A template is looked up by its text, the version of Jinja and this file, which contains the settings.
    """
    folder = Path(__file__).with_name("__pycache__")
    if sys.dont_write_bytecode or not folder.is_dir():
        return None
    settings = hashlib.sha256(Path(__file__).read_bytes() + jinja2.__version__.encode()).hexdigest()[:16]
    return _Compiled(str(folder), f"template-{settings}-%s")


def _text(value: Any) -> Any:
    """Return a value for a template: text without hidden characters; markup and other values unchanged."""
    return seen(value) if isinstance(value, str) and not isinstance(value, Markup) else value
