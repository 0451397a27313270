"""A program as data: instructions over numbered rows of storage.

In: groups of rows and operations.
Out: a `Plan` that any engine can run, list or save.
Open first: `instructions`; `planner` writes them, `layout` gives every node its row.
"""
