"""The backward pass to walk through, forwards and back, and what is to be seen on the way.

In: the root of a graph.
Out: steps, paths, the wrong order, the birthplace of a nan: each as data that prints itself.
Open first: `stepper`; the arithmetic lies in `moves`, the words in `steps`.
"""
