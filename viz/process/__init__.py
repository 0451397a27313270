"""DOT to pictures, in a process of its own.

In: DOT text, a format, a time limit.
Out: the picture as bytes, or one clear error; the session goes on whatever happens.
Open first: `render`; `worker` keeps the child alive, `child` is what runs in it.
"""
