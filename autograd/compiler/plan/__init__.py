"""A program as data: instructions over numbered rows of storage.

In: blocks of rows and operations.
Out: a `Plan` that any engine can run, list or save.
Open first: `instructions`; `planner` writes them over node numbers, `layout` gives every node its row,
`reverse` writes the second list, which fills the gradients. Where nothing can run at once, `tape` makes
the graph itself one instruction.
"""
