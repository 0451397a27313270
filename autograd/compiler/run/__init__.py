"""Engines: each reads a plan and runs it.

In: a plan, parameters, and arrays of samples.
Out: outputs, and the gradient of the first.
Open first: `numpy/replay`, where a program runs forwards and backwards; `torch` for a PyTorch module.
"""
