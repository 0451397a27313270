"""The tables of bugs: a sentence, and the traits of an engine that has it.

In: the operations of an engine.
Out: every bug there may be, likeliest first.
Open first: `bugs`; then `pass_bugs` (backward), `operation_bugs`, `wrong_rules` and `wrong_values`.
"""
