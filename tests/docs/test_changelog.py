"""The changelog says by how much results move; what it says of this version is what the guide to scenarios says."""

from __future__ import annotations

from tests.docs.markdown import section, tables
from tests.places import ROOT


def test_the_probabilities_of_this_version_are_those_of_the_guide_to_scenarios() -> None:
    guide = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    moved = next(tables((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    for row in moved:
        (told,) = next(tables(section(guide, row["offensive within 90 days"])))
        assert told["Offensive within 90 days"].startswith(f"{row['version 5']} "), row
    assert len(moved) > 10
