"""A learner's engine with one bug, for the session that the README shows: `__mul__` assigns."""

import math


class Value:
    def __init__(self, data, parents=()):
        self.data, self.grad = data, 0.0
        self.parents, self.pass_on = parents, lambda: None

    def __repr__(self):
        return f"Value({self.data}, grad={self.grad})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out.pass_on = pass_on
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def pass_on():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out.pass_on = pass_on
        return out

    def _function(self, data, slope):
        out = Value(data, (self,))

        def pass_on():
            self.grad += slope * out.grad

        out.pass_on = pass_on
        return out

    def __pow__(self, n):
        if isinstance(n, Value):
            return (n * self.log()).exp()
        return self._function(self.data**n, n * self.data ** (n - 1))

    def __rpow__(self, base):
        return Value(base) ** self

    def log(self):
        return self._function(math.log(self.data), 1 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return self._function(t, 1 - t * t)

    def exp(self):
        e = math.exp(self.data)
        return self._function(e, e)

    def relu(self):
        return self._function(max(0.0, self.data), float(self.data > 0))

    def __neg__(self):
        return self._function(-self.data, -1.0)

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, listed = stack.pop()
            if listed:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents]
        self.grad = 1.0
        for node in reversed(order):
            node.pass_on()
