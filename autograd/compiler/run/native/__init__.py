"""A plan as machine code: a sample in each lane of a vector register, compiled by LLVM.

In: a plan, storage for its static rows, a batch size.
Out: a `Native`, whose `run` fills outputs and gradients, as a `Replay` does.
Open first: `engine`; then `module` (the functions of a program), `forward` and `reverse` (a line of
code for each number), and the room `llvm` (its language, NumPy's functions in it, the compiler).
"""
