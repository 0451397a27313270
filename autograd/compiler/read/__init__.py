"""A graph of scalars, understood: what could be a matrix, what runs at once.

In: Values, or a function traced on an example.
Out: blocks, in an order in which they can run: matrices, short sums, products, operations.
Open first: `arrays`, then `fuse`, then `blocks`; `trace` comes before them for functions, `simplify`
between `fuse` and `blocks`. `serial` says whether there are blocks at all.
"""
