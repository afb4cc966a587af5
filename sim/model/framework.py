"""Mesa's `Agent` and `Model`; the rest of Mesa comes when it is asked for.

All of it takes a second of processor: grids, data collection and experiments, with pandas, networkx and parts of SciPy.
Agents and models need none of that.
"""

from __future__ import annotations

from sim.later import put_off

put_off("mesa")
put_off("mesa.experimental")  # from Mesa 3.4 on models need modules of it

from mesa.agent import Agent  # noqa: E402  # what it lies in is put off first
from mesa.model import Model  # noqa: E402

__all__ = ["Agent", "Model"]
