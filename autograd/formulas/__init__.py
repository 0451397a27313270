"""Text in, a graph out; a graph in, text out.

In: a formula as people type it, or the nodes of a graph.
Out: an `Expression` to call with Values; a name and a readable formula for every node.
Open first: `parse` for reading (its rules stand in `grammar`), `names` for what a node is called.
"""
