"""A plan at one batch size: a flat list of NumPy calls, forward and backward.

In: a plan, storage for its rows, a batch size.
Out: a `Replay`, whose `forward` fills the rows and whose `backward` fills their gradients.
Open first: `replay`; then a file for each kind of instruction, which `binder` and `contributions` tell
where its operands lie and where its contributions go.
"""
