"""Engines: each reads a plan and runs it.

In: a plan, parameters, and arrays of samples.
Out: outputs, and the gradient of the first.
Open first: `batches`, then `engines`, which says who runs what; `numpy/replay`, where a program runs
both ways; `native` for machine code, `tape` for what runs number by number, `functional` for PyTorch
and JAX.
"""
