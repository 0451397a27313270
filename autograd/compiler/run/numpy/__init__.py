"""A plan at one batch size: a flat list of NumPy calls, forward and backward.

In: a plan, storage for its rows, a batch size.
Out: the calls; running them fills rows and gradients.
Open first: `replay`; `binder` gives out storage, then a file for each kind of instruction.
"""
