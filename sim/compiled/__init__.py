"""Rules for one run, compiled to loops over all runs of a block.

A rule is a small function of float32 numbers that reads like its formula. `@rule` turns it into a NumPy ufunc that does
for each run exactly what the function does, to the last bit, without intermediate arrays. LLVM, through llvmlite,
produces the machine code when the rule is first called, and the code is kept for other processes.
"""
