"""Engines: each reads a plan and runs it.

In: a plan, parameters, and arrays of samples.
Out: outputs, and the gradient of the first.
Open first: `numpy/replay` for the engine of this house, `torch` for a module of PyTorch.
"""
