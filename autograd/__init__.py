"""A scalar autograd engine you can see.

>>> from autograd import Value
>>> x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.7, label="b")
>>> y = (x * w + b).tanh()
>>> y.backward()
>>> print(f"dy/dw = {w.grad:.4f}")        # x · (1 − y²)
dy/dw = 1.2695
"""

from autograd.by_hand.compare import compare
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
from autograd.functions import (
    acos,
    asin,
    atan,
    atan2,
    clamp,
    cos,
    cosh,
    dot,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    floor,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    maximum,
    minimum,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    step,
    tan,
    tanh,
    where,
)
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
    "Number", "Op", "Program", "TraceError", "Value", "acos", "asin", "atan", "atan2", "clamp",
    "compare", "compile", "cos", "cosh", "detect_anomaly", "dot", "elu", "erf", "erfc", "exp",
    "expm1", "first_nonfinite", "floor", "gelu", "grad", "gradcheck", "gradgradcheck",
    "hessian", "hypot", "jacfwd", "jacobian", "jacrev", "jvp", "leaky_relu", "leaves", "log",
    "log1p", "maximum", "minimum", "naive", "no_grad", "numerical_derivative",
    "numerical_gradient", "parse", "paths", "record_sources", "relu", "select", "sigmoid",
    "sign", "silu", "sin", "sinh", "softplus", "sqrt", "step", "tan", "tanh",
    "topological_order", "value_and_grad", "vjp", "where",
]  # fmt: skip

warn_of_second_owner()
keep_old_names(__name__, MOVED)
