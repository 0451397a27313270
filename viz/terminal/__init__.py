"""The command `chainrule`.

In: what was typed.
Out: steps, drawings, checks and pages; an exit status.
Open first: `cli`; `shell` is the interactive stepper.
"""
