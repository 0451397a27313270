"""Rows and operations, made fewer: what is equal is computed once, common factors are taken out.

In: rows and operations.
Out: others that compute the same outputs.
Open first: `merge`, which `follow` takes to the end; `common` is for bilinear forms.
"""
