"""What a result depends on in addition to its inputs: code, packages and the processor's level.

The rules of the model give the same bits everywhere, but some functions behind input draws and figures do not, since
NumPy selects its kernels by processor. The same inputs therefore give the same bytes only on the same level and package
versions, and every result records these.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGES = ("numpy", "scipy", "mesa", "llvmlite")
MODEL_SOURCES = (
    "model",
    "compiled",
    "scenario",
    "runs/block",
    "distributions",
    "rng.py",
    "tables.py",
    "tallies.py",
)


def version() -> str:
    """Return the version of offramp."""
    try:
        return metadata.version("offramp")
    except metadata.PackageNotFoundError:
        return "unknown"


def package_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version(), **_installed()}


@cache
def _installed() -> dict[str, str]:
    """Return package versions, read once because that takes longer than some blocks of runs."""
    return {name: metadata.version(name) for name in PACKAGES}


def model_version() -> str:
    """Return the digest of the source files that decide what a run does."""
    return digest_of(MODEL_SOURCES)


@cache
def digest_of(sources: tuple[str, ...]) -> str:
    """Return the digest of source files and folders of the package, 16 hexadecimal digits."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for name in sources:
        source = here / name
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            digest.update(file.relative_to(here).as_posix().encode())
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def cpu_level() -> str:
    """Return the machine and the highest SIMD level that NumPy uses on it, such as `x86_64-AVX512_SKX`."""
    from numpy._core._multiarray_umath import __cpu_features__ as features

    levels = (
        "AVX512_SPR",
        "AVX512_ICL",
        "AVX512_SKX",
        "AVX2",
        "SVE",
        "ASIMD",
        "VSX4",
        "VSX3",
        "VX",
        "SSE42",
        "LSX",
        "RVV",
    )
    best = next((level for level in levels if features.get(level)), "baseline")
    return f"{platform.machine()}-{best}"


def stamp() -> dict[str, str]:
    """Return the entry of a record about where it was made: versions and the processor's level."""
    return {"offramp": version(), "model": model_version(), **package_versions(), "cpu": cpu_level()}


@cache
def identity() -> dict[str, str]:
    """Return what two machines must have in common to give the same bytes: versions and the processor's level."""
    major, minor, _ = platform.python_version_tuple()
    return {
        "offramp": version(),
        "model": model_version(),
        "python": f"{major}.{minor}",
        **_installed(),
        "cpu": cpu_level(),
    }


def difference(here: dict[str, str], there: dict[str, str]) -> str:
    """Return how another machine's identity differs from this one's, and what to do; empty if it does not."""
    parts = {name: f"{name} {there.get(name)} there, {value} here" for name, value in here.items()}
    parts = {name: text for name, text in parts.items() if there.get(name) != here[name]}
    todo = []
    if parts.keys() - {"cpu"}:
        todo.append("install the same versions on both sides")
    if "cpu" in parts:
        todo.append("use one type of machine, or start all with the same NPY_DISABLE_CPU_FEATURES")
    return f"{', '.join(parts.values())}; {' and '.join(todo)}" if parts else ""
