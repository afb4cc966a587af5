"""Sweeps: one question asked of many variants of a scenario, as a file in, one tidy table and report out.

`load.load_sweep` reads a sweep file into a `Sweep` of cells, `runner.run_sweep` runs them, `shards` splits and merges.
"""
