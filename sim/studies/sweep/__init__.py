"""Sweeps: one question asked of many variants of a scenario, from one file, with one tidy table and report.

`load.load_sweep` reads a sweep file into a `Sweep` of cells, `runner.run_sweep` runs them, `shards` splits and merges.
"""
