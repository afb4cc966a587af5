"""Machine code for this processor, made by LLVM and kept from process to process.

It is stored in the folder where Python keeps its bytecode, and is valid for one processor and one version of LLVM. If
that folder is not writable, each process compiles anew.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from llvmlite import __version__, binding

EFFORT = 2  # of 0 to 3: at 0 values wait in memory, and a block takes a twentieth longer
DIGEST = 32
MOST_ALIKE = 200
"""Files kept of code whose names differ only after a hyphen: the oldest go first."""
_kept: list[Any] = []  # objects that hold the code
_loading = Lock()  # an engine must not be given code by several threads at once


class Compiler(NamedTuple):
    """The compiler, and the engine that runs the code."""

    machine: Any
    engine: Any
    kind: str
    """Key of the code: the processor, and the version of the compiler."""


def address_of(name: str, instructions: str) -> int:
    """Return the address of the function `loop` of a module in LLVM's instructions, kept under a name.

    Raises
    ------
    RuntimeError
        If LLVM cannot read the instructions.
    """
    with _loading:
        return _address_of(_compiler(), name, instructions)


def _address_of(compiler: Compiler, name: str, instructions: str) -> int:
    key = _digest(f"{compiler.kind} {instructions}".encode())
    symbol = f"loop_{key.hex()}"  # other modules also have a loop
    kept = code_file(name)
    code = _read(kept, key)
    if code is None:
        module = binding.parse_assembly(instructions.replace("@loop(", f"@{symbol}("))
        code = compiler.machine.emit_object(module)
        _write(kept, key + _digest(code) + code)
    found = binding.ObjectFileRef.from_data(code)
    compiler.engine.add_object_file(found)
    compiler.engine.finalize_object()
    _kept.append((compiler, found))
    address: int = compiler.engine.get_function_address(symbol)
    return address


def function_of(name: str, instructions: str, *arguments: Any) -> Any:
    """Return the function `loop` of a module, callable from Python, given the types of its arguments."""
    return ctypes.CFUNCTYPE(None, *arguments)(address_of(name, instructions))


def code_file(name: str) -> Path:
    """Return the file that keeps code."""
    return Path(cache_from_source(__file__)).with_name(f"{name}.code")


@cache
def _compiler() -> Compiler:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    processor, features = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    machine = binding.Target.from_default_triple().create_target_machine(processor, features, opt=EFFORT, jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    return Compiler(machine, engine, f"{__version__} {EFFORT} {binding.get_default_triple()} {processor} {features}")


def _read(file: Path, key: bytes) -> bytes | None:
    """Return the code that a file keeps under a key; None if it is missing or not as written."""
    try:
        kept = file.read_bytes()
    except OSError:
        return None
    found, digest, code = kept[:DIGEST], kept[DIGEST : 2 * DIGEST], kept[2 * DIGEST :]
    return code if found == key and digest == _digest(code) else None


def _write(file: Path, content: bytes) -> None:
    """Write a file, if the disk allows it."""
    from sim.wholefiles import write_whole  # late: most processes find what they need

    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
        alike = file.name.partition("-")[0]
        for old in sorted(file.parent.glob(f"{alike}-*"), key=lambda one: one.stat().st_mtime)[:-MOST_ALIKE]:
            old.unlink()


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST).digest()
