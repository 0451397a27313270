"""The slips people make when they derive by hand, and which of them gives a wrong answer.

In: a graph at some points, and what the hand says there.
Out: sentences, the likeliest first.
Open first: `wrong_rules` and `wrong_nodes`, the tables; `case`, what all is worked out from; `explain`.
"""
