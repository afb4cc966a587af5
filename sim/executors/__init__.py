"""Executors map a function over tasks, here or in other processes; they know no scenarios."""

from sim.executors.base import Executor, Serial
from sim.executors.late import Late
from sim.executors.local import Local

__all__ = ["Executor", "Late", "Local", "Serial"]
