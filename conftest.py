"""What holds for every test: the packages are imported whole, and no test is against the clock.

A function may be called like the file it is in (``autograd.compare``); pytest would put the file in its
place where it imports that file first.
"""

import autograd  # noqa: F401
import nn  # noqa: F401
import viz  # noqa: F401

try:
    from hypothesis import settings
except ImportError:  # `pip install -e .` and pytest alone run the examples in the docstrings
    pass
else:
    settings.register_profile("without a clock", deadline=None)
    settings.load_profile("without a clock")

collect_ignore = ["docs/conf.py"]  # Sphinx reads it, which is not needed for the tests
