"""A plan for libraries whose functions return new arrays: PyTorch and JAX run the same two lists.

In: a plan, and a `Library`, which says how PyTorch or JAX call what NumPy does.
Out: a `Runner`: outputs from weights and inputs, and the gradient by the weights.
Open first: `runner`; `steps` has a step for each instruction, `rows` finds where rows lie, `source`
writes the two passes as PyTorch's own. The libraries are `run.torch` and `run.jax`.
"""
