"""A graph of scalars, understood: what could be a matrix, what runs at once.

In: Values, or a function traced on an example.
Out: rows Σ scale · first · second + bias, and groups of them in an order that can run.
Open first: `lift`, then `fuse`, then `groups`; `trace` comes before them for functions.
"""
