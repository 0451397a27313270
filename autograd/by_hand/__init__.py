"""A derivative made by hand, held against the machine's.

In: a graph, and numbers, formulas or functions that somebody derived.
Out: right or wrong, and which slip gives just that wrong answer.
Open first: `compare`; then `judge` (right or not), `wrong_rules` (the table of misconceptions),
`explain` (which slip it was).
"""
