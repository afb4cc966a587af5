"""The crisis model: pure rules over arrays of runs, and the Mesa agents and model that hold the arrays.

`docs/model.md` is the reference for the equations; section numbers in this package refer to it.
"""
