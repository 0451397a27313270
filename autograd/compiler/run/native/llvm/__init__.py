"""LLVM's language: numbers that write lines of it, and the compiler that makes machine code of them.

In: calculations on `Lane`s, by operators, NumPy's functions or a rule of the table.
Out: the text of functions, and with `jit` the machine code of a module.
Open first: `code` (text, line by line); then `lane` and `forms` (numbers that write it), `jit`.
"""
