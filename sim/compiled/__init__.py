"""Rules of one run, compiled to loops over all runs of a block.

A rule is a small function of float32 numbers that reads like its formula. `@rule` turns it into a NumPy ufunc: of each
run it does what the function does, to the last bit, with no array in between. LLVM makes the machine code, through
llvmlite, when the rule is first called, and keeps it for other processes.
"""
