"""The expression graph of a Value, drawn.

In: a root, and what to call, fold, frame or highlight.
Out: a scene of cards, operators and arrows with their local derivatives.
Open first: `draw_graph`; `cards` makes the scene.
"""
