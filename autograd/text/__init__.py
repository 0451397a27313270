"""Text for people, and files that are whole.

In: numbers, cells of tables, names that were mistyped, bytes to keep.
Out: lines of text; a file that is there whole or not at all.
Open first: `format`; `files` is what every save writes with.
"""
