"""The learner's own engine, exercised, and its bugs named.

In: a class with nothing but `data`, `grad` and `backward()`.
Out: findings: what is wrong, fails or is missing, each with the program that shows it.
Open first: `diagnose`; then `programs` (the exercise), `trial` (one run), `process` (many, none hangs),
`twin` (an engine with the bugs one asks for), `bugs` (their table) and `reasons` (which it is).
"""
