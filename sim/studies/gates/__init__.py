"""Gates: claims about forecasts, held to as many runs as it takes, and no more than allowed.

`trials` puts a scenario's gates as claims about numbers, `check` judges them on ever more blocks, `contrasts` says
what an interval proves. docs/gates.md states the statistics.
"""
