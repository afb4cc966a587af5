"""Machine code for this processor, by LLVM."""

from __future__ import annotations

from functools import cache
from typing import Any

from llvmlite import binding

_kept: list[Any] = []  # what the code lies in


def address_of(symbol: str, instructions: str, *, effort: int = 0) -> int:
    """Compile a module of LLVM's instructions; return where one of its functions begins.

    Parameters
    ----------
    effort
        From 0 to 3. At 0 it takes milliseconds, and values wait in memory; what loops over vectors hardly notices.
    """
    engine, module = _engine(effort), binding.parse_assembly(instructions)
    engine.add_module(module)
    engine.finalize_object()
    _kept.append((engine, module))
    address: int = engine.get_function_address(symbol)
    return address


@cache
def _engine(effort: int) -> Any:
    """Return what compiles."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features().flatten()
    target = binding.Target.from_default_triple()
    machine = target.create_target_machine(binding.get_host_cpu_name(), features, opt=effort, jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
