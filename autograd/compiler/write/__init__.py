"""A program written down: for readers, and into files.

In: a plan, its parameters and their names.
Out: text in the notation of the lectures; an npz file, checked when read.
Open first: `listing` for print(program) (`names` and `parameters`: what rows are called), `backward`
for its reverse pass (`shares`: what a line gets), `saving` for files.
"""
