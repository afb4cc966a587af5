"""Gates: claims about forecasts, tested with as many runs as it takes, up to a limit.

`trials` turns a scenario's gates into claims about numbers, `check` judges them on ever more blocks, `contrasts` says
what an interval proves. docs/gates.md explains the statistics.
"""
