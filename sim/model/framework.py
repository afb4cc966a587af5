"""Mesa's `Agent` and `Model`; the rest of Mesa is imported only on demand.

Importing all of Mesa takes a second of processor time: grids, data collection and experiments, with pandas, networkx
and parts of SciPy. Agents and models need none of that.
"""

from __future__ import annotations

from sim.later import put_off

put_off("mesa")
put_off("mesa.experimental")  # from Mesa 3.4 on, models need modules of it

from mesa.agent import Agent  # noqa: E402  # its package must be delayed first
from mesa.model import Model  # noqa: E402

__all__ = ["Agent", "Model"]
