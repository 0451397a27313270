"""The command `chainrule`.

In: what was typed.
Out: steps, drawings, checks and pages; an exit status.
Open first: `cli`; `parser` says what can be typed, `commands` does it, `shell` is the stepper.
"""
