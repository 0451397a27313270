"""A tape, run number by number.

In: a `Tape` and the rows of a batch size.
Out: its results, and what it passes down.
Open first: `interpreter`, which needs Python alone; `machine` has the same loop in machine code.
"""
