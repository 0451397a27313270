"""A small engine with the bugs that one asks for.

In: traits: what is different from a correct engine.
Out: a class that runs the programs of the exercise.
Open first: `traits`; then `twin` (the node), `walks` (backward) and `routes` (2 − a as −a + 2).
"""
