"""A scalar autograd engine you can see.

>>> from autograd import Value
>>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.7, label="b")
>>> y = (x * w + b).tanh()
>>> y.backward()
>>> print(f"dy/dw = {w.grad:.4f}")        # x · (1 − y²)
dy/dw = 1.2695
"""

from autograd import functions
from autograd.by_hand.compare import compare
from autograd.by_hand.engine.diagnose import diagnose
from autograd.by_hand.lines import check_lines
from autograd.compiler import Program, TraceError, compile, select
from autograd.derivatives.gradcheck import GradcheckError, gradcheck, gradgradcheck
from autograd.derivatives.numerical import numerical_derivative, numerical_gradient
from autograd.derivatives.transforms import (
    grad,
    hessian,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    value_and_grad,
    vjp,
)
from autograd.formulas.names import Names
from autograd.formulas.parse import FormulaError, parse
from autograd.functions import *  # noqa: F403 – the operations, each by its name
from autograd.graph import leaves, topological_order
from autograd.import_names import MOVED, keep_old_names, warn_of_second_owner
from autograd.modes import no_grad
from autograd.ops import OPS, Op
from autograd.stepping.anomaly import (
    Anomaly,
    AnomalyError,
    detect_anomaly,
    first_nonfinite,
    record_sources,
)
from autograd.stepping.depth_first import naive
from autograd.stepping.paths import paths
from autograd.stepping.stepper import Backprop
from autograd.value import Number, Value

__all__ = [
    "OPS", "Anomaly", "AnomalyError", "Backprop", "FormulaError", "GradcheckError", "Names",
    "Number", "Op", "Program", "TraceError", "Value", "check_lines", "compare", "compile",
    "detect_anomaly", "diagnose", "first_nonfinite", "grad", "gradcheck", "gradgradcheck",
    "hessian", "jacfwd", "jacobian", "jacrev", "jvp", "leaves", "naive", "no_grad",
    "numerical_derivative", "numerical_gradient", "parse", "paths", "record_sources", "select",
    "topological_order", "value_and_grad", "vjp",
]  # fmt: skip
__all__ += functions.__all__

warn_of_second_owner()
keep_old_names(__name__, MOVED)
