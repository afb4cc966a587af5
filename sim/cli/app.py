"""All commands of `offramp` together, for its help and for tests."""

from importlib import import_module

from sim.cli.declare import MODULES, app

for module in dict.fromkeys(MODULES.values()):  # in the order of the help
    import_module(f"sim.cli.{module}")

__all__ = ["app"]
