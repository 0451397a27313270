"""Small programs, and somebody's class run through them where it can do no harm.

In: a class, or how to get it.
Out: for each program the numbers it ends with, or how it failed.
Open first: `process` (all of it), `programs` (the exercise), `trial` (one run).
"""
