"""Derivatives of functions, of any order, and the differences that check them.

In: a function and its arguments, or a finished graph.
Out: gradients, jacobians, hessians with JAX's names; verdicts with PyTorch's.
Open first: `transforms`; `tape` is one run of a function, pulled back or pushed forward.
"""
