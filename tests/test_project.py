"""The project as a whole: pins, versions and documents that must agree, and what no file of it may say."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

import sim
from sim.scenario.schema import Parameters
from tests import worlds

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
# Put together from pieces, so that this file does not say what it forbids.
INDEX_WORDS = "|".join(("index" + "-url", "find" + "-links", "trusted" + "-host"))
MACHINE_BOUND = re.compile(INDEX_WORDS + r"|(?<![\w.])/(root|work|home|Users)/")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pins_on(python: str) -> dict[str, Requirement]:
    """Pins that hold on a version of Python, by name; a name pinned twice fails."""
    held = [pin for pin in pins() if pin.marker is None or pin.marker.evaluate({"python_version": python})]
    names = [canonicalize_name(pin.name) for pin in held]
    assert len(names) == len(set(names)), "a package has two pins"
    return dict(zip(names, held, strict=True))


def files() -> list[Path]:
    """Return the files of the project: those git knows, and those it would take."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_every_constraint_is_an_exact_pin() -> None:
    assert pins()
    for pin in pins():
        assert pin.url is None, pin
        assert [one.operator for one in pin.specifier] == ["=="], pin
        assert "*" not in str(pin.specifier), pin


@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_pinned_within_its_range(python: str) -> None:
    held = pins_on(python)
    wanted = project()["dependencies"] + [one for extra in project()["optional-dependencies"].values() for one in extra]
    for requirement in map(Requirement, wanted):
        if requirement.name == "offramp":  # extras that take in other extras of our own
            continue
        pin = held[canonicalize_name(requirement.name)]
        (exact,) = pin.specifier
        assert requirement.specifier.contains(exact.version), f"{pin} is outside {requirement}"


def test_no_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    faults = []
    for path in files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:  # a picture or the like
            continue
        place = path.relative_to(ROOT).as_posix()
        faults += [f"{place}:{n}: {line.strip()[:80]}" for n, line in enumerate(lines, 1) if MACHINE_BOUND.search(line)]
    assert not faults, "\n".join(faults)


def test_the_citation_names_the_version_and_license_of_the_package() -> None:
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == project()["version"]
    assert citation["license"] == project()["license"]


def test_the_changelog_tells_of_this_version_and_whether_its_results_move() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    assert sections[0].startswith(f"[{project()['version']}]")
    for section in sections:
        assert "Results move:" in section, section.splitlines()[0]


def test_all_that_mutants_are_made_of_and_killed_by_exists() -> None:
    mutants = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    for name in (*mutants["only_mutate"], *mutants["pytest_add_cli_args_test_selection"], *mutants["also_copy"]):
        assert list(ROOT.glob(name)), name


def test_the_license_is_mit() -> None:
    assert project()["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")


def test_the_model_reference_gives_the_priors_that_the_code_has() -> None:
    section = (ROOT / "docs" / "model.md").read_text(encoding="utf-8").split("## 7. ")[-1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", section, flags=re.MULTILINE)
    written = {name: [float(number) for number in re.findall(r"-?[0-9.]*[0-9]", prior)] for name, prior in rows}
    plain = {name: field.default.to_plain() for name, field in Parameters.model_fields.items()}
    defaults = {
        name: next(iter(value.values())) if isinstance(value, dict) else [value] for name, value in plain.items()
    }
    assert written == defaults


def test_the_format_reference_names_every_key_of_a_forecast(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8")
    record = sim.run(sim.load(ROOT / "scenarios" / "idlib-2018" / "baseline.yaml"), runs=128).record()
    table = text.split("## Keys")[1].split("\n### ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == list(record)
    named = set(re.findall(r"`(\w+)`", text))
    for part in (
        "scenario",
        "question",
        "confidence",
        "outcomes",
        "incidence",
        "states",
        "ends",
        "environment",
        "provenance",
    ):
        assert set(record[part]) <= named, part
    samples = {part: record[part][0] for part in ("dots", "storylines", "convergence", "schedule")}
    samples |= {"actor": record["actors"]["russia"], "stance": record["provenance"]["stances"]["russia"]}
    samples |= {"estimate": record["after_agreement"], "input": record["provenance"]["inputs"][0]}
    told = sim.run(worlds.load(tmp_path), runs=1024).record()
    by_day, indicator = told["drivers"]["by"]["60"], told["indicators"][0]
    samples |= {"drivers": told["drivers"], "driver": by_day["inputs"][0], "group": by_day["groups"][0]}
    samples |= {"drivers of a day": by_day, "variance": by_day["variance"]}
    samples |= {"indicator": indicator, "reading": indicator["by"]["60"]}
    samples |= {"event": next(one for one in told["indicators"] if "event" in one)}
    samples |= {"given": sim.run(worlds.load(tmp_path), runs=1024, given=["strikes by 2020-01-20"]).record()["given"]}
    for part, sample in samples.items():
        assert set(sample) <= named, part
