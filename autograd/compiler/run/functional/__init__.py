"""A plan for libraries whose functions return new arrays: PyTorch and JAX run the same two lists.

In: a plan, and a `Library`, which says how PyTorch or JAX call what NumPy does.
Out: a `Runner`: outputs from weights and inputs, and the gradient by the weights.
Open first: `runner`; `rows` finds where rows lie, `torch` and `jax` are the two libraries.
"""
