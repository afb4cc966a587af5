"""The track record of the model: how it scored on past cases, as the backtest left it beside this file.

`make calibrations` writes track_record.json; every forecast carries it, so that no probability stands without a word
on how earlier ones fared. Without the file there is no track record, which is said too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.errors import UsageError

FORMAT = "offramp/track-record/1"
PLACE = Path(__file__).with_name("track_record.json")


def track_record(path: Path = PLACE) -> dict[str, Any] | None:
    """Return the scores of the backtest (docs/forecast.md, `track_record`); None where there has been none.

    Raises
    ------
    UsageError
        Where the file cannot be read or holds something else.
    """
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"cannot read the track record {path}: {error}; make it again with: make calibrations"
        ) from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != FORMAT:
        raise UsageError(f"{path}: schema: expected {FORMAT} (got {schema!r}); make it again with: make calibrations")
    return dict(content)
