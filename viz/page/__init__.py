"""The step-through page: one HTML file.

In: the root of a graph.
Out: a page that walks forward and backward, and needs no network.
Open first: `player`; the page itself is player.html, .css and .js.
"""
