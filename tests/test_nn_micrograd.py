"""Programs written for micrograd run after changing their import lines, and give its numbers."""

from __future__ import annotations

import types

import numpy as np
import pytest

# micrograd's README, its own tests without PyTorch, and its demo notebook on a smaller sample. The
# lines are as a micrograd user has them; only the package names in the import lines are filled in.
README = """
from {engine} import Value

a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
e = c - d
f = e**2
g = f / 2.0
g += 10.0 / f
g.backward()
answers = [g.data, a.grad, b.grad]
"""

SANITY = """
from {engine} import Value

x = Value(-4.0)
z = 2 * x + 2 + x
q = z.relu() + z * x
h = (z * z).relu()
y = h + q + q * x
y.backward()
answers = [y.data, x.grad]
"""

NETWORK = """
import random
from {engine} import Value
from {nn} import Neuron, Layer, MLP

random.seed(1337)
n = Neuron(3, nonlin=False)
l = Layer(3, 2, nonlin=True)
model = MLP(2, [16, 16, 1])
x = [Value(0.5), Value(-1.0), 2.0]
answers = [n(x).data, *(o.data for o in l(x)), model([1.0, -2.0]).data]
answers += [p.data for p in n.parameters()] + [p.data for p in model.parameters()]
answers += [len(n.w), n.b.data, len(l.neurons), len(model.layers), len(model.parameters())]
model.zero_grad()
answers += [p.grad for p in model.parameters()]
"""

DEMO = """
import random
import numpy as np
from {engine} import Value
from {nn} import MLP

np.random.seed(1337)
random.seed(1337)
t = np.linspace(0, np.pi, 15)
X = np.concatenate([np.stack([np.cos(t), np.sin(t)], 1), np.stack([1 - np.cos(t), 0.5 - np.sin(t)], 1)])
X = X + 0.1 * np.random.normal(size=X.shape)
y = np.repeat([-1, 1], 15)
model = MLP(2, [8, 8, 1])

def loss(batch_size=None):
    if batch_size is None:
        Xb, yb = X, y
    else:
        ri = np.random.permutation(X.shape[0])[:batch_size]
        Xb, yb = X[ri], y[ri]
    inputs = [list(map(Value, xrow)) for xrow in Xb]
    scores = list(map(model, inputs))
    losses = [(1 + -yi*scorei).relu() for yi, scorei in zip(yb, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    alpha = 1e-4
    reg_loss = alpha * sum((p*p for p in model.parameters()))
    total_loss = data_loss + reg_loss
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]
    return total_loss, sum(accuracy) / len(accuracy)

answers = []
for k in range(20):
    total_loss, acc = loss(None if k % 2 else 10)
    model.zero_grad()
    total_loss.backward()
    learning_rate = 1.0 - 0.9*k/100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    answers += [total_loss.data, acc]
"""

SUBCLASS = """
from {engine} import Value
from {nn} import Module, Neuron

class Pair(Module):
    def __init__(self):
        self.scale = Value(2.0)
        self.neuron = Neuron(2, nonlin=False)
    def __call__(self, x):
        return self.scale * self.neuron(x)
    def parameters(self):
        return [self.scale] + self.neuron.parameters()

import random
random.seed(3)
pair = Pair()
out = pair([1.0, 2.0])
out.backward()
answers = [out.data] + [p.grad for p in pair.parameters()]
pair.zero_grad()
answers += [p.grad for p in pair.parameters()]
"""

BY_HAND = """
from {engine} import Value

x1, x2, w1, w2, b = Value(2.0), Value(0.0), Value(-3.0), Value(1.0), Value(6.8813735870195432)
x1w1, x2w2 = x1 * w1, x2 * w2
x1w1x2w2 = x1w1 + x2w2
n = x1w1x2w2 + b
e = 2 * n
o = (e - e**3 / 9).relu() + n * n
order, seen = [], set()
def build(v):
    if v not in seen:
        seen.add(v)
        for child in v._prev:
            build(child)
        order.append(v)
build(o)
o.grad = 1.0
for node in reversed(order):
    node._backward()
answers = [v.grad for v in (x1, x2, w1, w2, b, x1w1, x2w2, n, e, o)]
answers += [float(len(x1w1._prev)), float(b._prev == () or b._prev == set()), float(x1w1._op == "*")]
"""


def run(program: str, engine: str, nn: str) -> list[float]:
    module = types.ModuleType("program")
    exec(compile(program.format(engine=engine, nn=nn), "program", "exec"), module.__dict__)
    return [float(answer) for answer in module.answers]


def test_the_readme_gives_its_published_numbers():
    published = [24.70408163265306, 138.83381924198252, 645.5772594752186]
    np.testing.assert_allclose(run(README, "autograd", "nn"), published, rtol=1e-14)


@pytest.mark.parametrize("program", [README, SANITY, NETWORK, DEMO, SUBCLASS, BY_HAND])
def test_the_numbers_are_micrograds(program):
    pytest.importorskip("micrograd", reason="compares with micrograd, which is not installed")
    ours = run(program, "autograd", "nn")
    theirs = run(program, "micrograd.engine", "micrograd.nn")
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_the_demo_learns_and_repeats_itself():
    first = run(DEMO, "autograd", "nn")
    assert first == run(DEMO, "autograd", "nn")
    assert first[-2] < first[2] / 2  # the loss over all points, at the end and after one step
