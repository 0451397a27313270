"""Import the packages whole before pytest imports their files one by one.

A function may be called like the file it is in (``autograd.compare``); pytest would put the file in its
place where it imports that file first.
"""

import autograd  # noqa: F401
import nn  # noqa: F401
import viz  # noqa: F401
