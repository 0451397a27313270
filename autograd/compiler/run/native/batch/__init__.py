"""The batch of a finished graph, found: its positions become samples, its constants their inputs.

In: a plan without inputs, in which the same parameters meet other constants at each of N positions.
Out: `Samples`, a plan of one position over inputs, N times fewer lines of code; or None.
Open first: `positions`; then `position` (one of them), `written` (the new plan), `sums` (what adds
them up).
"""
