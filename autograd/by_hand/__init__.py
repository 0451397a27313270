"""A derivative made by hand, held against the machine's.

In: a graph, and numbers, formulas or functions that somebody derived.
Out: right or wrong, and which slip gives just that wrong number.
Open first: `compare`; then `answer` (what was given), `slips` (the mistakes), `explain` (which one).
"""
