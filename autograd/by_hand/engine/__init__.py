"""The learner's own engine, exercised, and its bugs named.

In: a class with nothing but `data`, `grad` and `backward()`.
Out: findings: what is wrong, fails or is missing, each with the program that shows it.
Open first: `diagnose`; then `exercise` (the programs, and how they run), `twin` (an engine with the
bugs one asks for), `bugs` (their tables) and `reasons` (which it is).
"""
