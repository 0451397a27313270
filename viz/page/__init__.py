"""The live page, and the step-through page, which is the same from its first step: one HTML file.

In: the root of a graph.
Out: a page that computes it again at any numbers, says why, walks forward and backward, loads nothing.
Open first: `live`; the page itself is page.html, the .css beside it, and the .js from program to start.
"""
