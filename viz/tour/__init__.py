"""A few live pages and a playground, with a word to each: what `chainrule demo` opens.

In: nothing; the examples are its own.
Out: one HTML file with a tab for each.
Open first: `tour`.
"""
