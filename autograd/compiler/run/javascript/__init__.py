"""A plan as a script: both lists printed as JavaScript loops over Float64Array, a sample at a time.

In: a program that has been compiled.
Out: the text of an expression that makes ``{ parameters, gradients, run, mean, forward }``.
Open first: `script`; `forward` and `backward` print one instruction, `nest` loops and places of rows.
"""
