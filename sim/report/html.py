"""Pages: each one self-contained file that works offline, with Plotly inlined once and no network allowed.

All text goes through Jinja's autoescape; figures travel as JSON in a data block, with `<`, `>` and `&` escaped, and a
Content-Security-Policy names the two scripts by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.report.charts import DARK
from sim.report.figures import specifications
from sim.report.reading import ENDS, Record
from sim.wording import all_seen, counted, seen

if TYPE_CHECKING:
    from sim.report.charts import Spec
    from sim.report.content import Report

_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def to_html(record: Record, report: Report) -> str:
    """Return the page of a report.

    Parameters
    ----------
    record
        The content of forecast.json, which the figures are drawn from.
    report
        Its content in words.
    """
    return page("report.html", specifications(record), report=report, dots=record["dots"], ends=ENDS)


def page(
    template: str,
    specs: Mapping[str, Spec],
    *,
    script: str | None = None,
    dark: Mapping[str, str] | None = None,
    **content: Any,
) -> str:
    """Return a page.

    Parameters
    ----------
    template
        Its template, which extends page.html.
    specs
        Its figures, by the id of their place; without any no script is inlined but its own.
    script
        A script of its own, run last.
    dark
        Dark versions of colours that only its figures have.
    content
        What the template speaks of.
    """
    scripts = {"plotly": _plotly(), "page": _template_file("report.js")} if specs else {}
    if script is not None:
        scripts["own"] = _template_file(script)
    return (
        _environment()
        .get_template(template)
        .render(
            heights={name: one["layout"]["height"] for name, one in specs.items()},
            figures=Markup(embedded({"figures": specs, "dark": {**DARK, **(dark or {})}})),  # noqa: S704 - escaped for a data block
            css=Markup(_template_file("report.css")),  # noqa: S704 - our own file
            scripts={name: Markup(text) for name, text in scripts.items()},  # noqa: S704 - our own file and Plotly's
            policy=_policy(scripts.values()),
            **content,
        )
    )


def drawing(template: str, **content: Any) -> str:
    """Return a drawing from a template of ours."""
    return _environment().get_template(template).render(**content)


def embedded(value: Any) -> str:
    """Return JSON that is safe inside a script element."""
    text = json.dumps(all_seen(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE)


def _policy(scripts: Any) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


@cache
def _plotly() -> str:
    """Return Plotly's build for axes in a plane, a third of the whole: pages are smaller and open sooner."""
    return (files("sim.report") / "plotly" / "plotly-cartesian.min.js").read_text(encoding="utf-8").strip()


def _template_file(name: str) -> str:
    return (files("sim.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("sim.report", "templates"),
        autoescape=True,
        finalize=_text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["counted"] = counted
    return made


def _text(value: Any) -> Any:
    """Return what a template writes: text without hidden signs, all else and what is marked up already as it is."""
    return seen(value) if isinstance(value, str) and not isinstance(value, Markup) else value
