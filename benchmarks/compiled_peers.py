"""A contestant of `compiled.py` in a process of its own: `compiled_peers.py torch data.npz model cpu`.

"torch" and "jax" are written by hand for that library; "torch-program" and "jax-program" are the
compiled program beside the data, handed over. Reads one line a command: "loss" runs one step and prints
the loss before it, "time N" prints the seconds that each of N steps took: of CPU time, on a device by
the clock, which waits until the device has nothing left to do. No step in PyTorch reads a number back.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np

LR = 0.01


def torch_step(model: str, arrays: dict[str, np.ndarray], device: str = "cpu"):
    import torch
    import torch.nn.functional as F  # noqa: N812

    torch.set_num_threads(1)
    p = [torch.tensor(arrays[f"p{i}"], device=device, requires_grad=True)
         for i in range(len(arrays) - 2)]  # fmt: skip
    x, y = (torch.tensor(arrays[name], device=device) for name in ("x", "y"))
    optimizer = torch.optim.SGD(p, lr=LR)

    def forward():
        if model == "moons":
            h = torch.relu(F.linear(torch.relu(F.linear(x, p[0], p[1])), p[2], p[3]))
            score = F.linear(h, p[4], p[5])
            hinge = torch.relu(1.0 - y[:, None] * score).mean()
            return hinge + 1e-4 * sum((q * q).sum() for q in p)
        if model == "digits":
            return F.cross_entropy(F.linear(torch.relu(F.linear(x, p[0], p[1])), p[2], p[3]), y)
        if model == "convolution":
            h = torch.relu(F.conv2d(x, p[0].reshape(8, 1, 5, 5), p[1], stride=2))
            h = torch.relu(F.conv2d(h, p[2].reshape(16, 8, 3, 3), p[3], stride=2))
            return F.cross_entropy(F.linear(h.flatten(1), p[4], p[5]), y)
        wte, wpe, wq, wk, wv, wo, up, down, head = p
        b, t = x.shape
        c = wte.shape[1]

        def norm(a):
            return a * torch.rsqrt((a * a).mean(-1, keepdim=True) + 1e-5)

        def split(a):
            return a.view(b, t, 4, c // 4).transpose(1, 2)

        h = wte[x] + wpe
        n = norm(h)
        q, k, v = (split(F.linear(n, w)) for w in (wq, wk, wv))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + F.linear(a.transpose(1, 2).reshape(b, t, c), wo)
        h = h + F.linear(torch.relu(F.linear(norm(h), up)), down)
        return F.cross_entropy(F.linear(norm(h), head).view(b * t, -1), y.view(-1))

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = forward()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def jax_step(model: str, arrays: dict[str, np.ndarray]):
    jax = one_thread_of_jax()
    jnp = jax.numpy
    p = [jnp.array(arrays[f"p{i}"]) for i in range(len(arrays) - 2)]
    x, y = jnp.array(arrays["x"]), jnp.array(arrays["y"])
    relu = jax.nn.relu

    def cross_entropy(z, y):
        return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean()

    def forward(p):
        if model == "moons":
            h = relu(relu(x @ p[0].T + p[1]) @ p[2].T + p[3])
            hinge = relu(1.0 - y[:, None] * (h @ p[4].T + p[5])).mean()
            return hinge + 1e-4 * sum((q * q).sum() for q in p)
        if model == "digits":
            return cross_entropy(relu(x @ p[0].T + p[1]) @ p[2].T + p[3], y)
        if model == "convolution":
            conv = jax.lax.conv_general_dilated
            h = relu(conv(x, p[0].reshape(8, 1, 5, 5), (2, 2), "VALID") + p[1][:, None, None])
            h = relu(conv(h, p[2].reshape(16, 8, 3, 3), (2, 2), "VALID") + p[3][:, None, None])
            return cross_entropy(h.reshape(len(x), -1) @ p[4].T + p[5], y)
        wte, wpe, wq, wk, wv, wo, up, down, head = p
        b, t = x.shape

        def norm(a):
            return a * ((a * a).mean(-1, keepdims=True) + 1e-5) ** -0.5

        def split(a):
            return a.reshape(b, t, 4, -1).transpose(0, 2, 1, 3)

        h = wte[x] + wpe
        n = norm(h)
        q, k, v = (split(n @ w.T) for w in (wq, wk, wv))
        scores = q @ k.transpose(0, 1, 3, 2) * q.shape[-1] ** -0.5
        a = jax.nn.softmax(jnp.where(jnp.tri(t, dtype=bool), scores, -jnp.inf)) @ v
        h = h + a.transpose(0, 2, 1, 3).reshape(b, t, -1) @ wo.T
        h = h + relu(norm(h) @ up.T) @ down.T
        return cross_entropy((norm(h) @ head.T).reshape(b * t, -1), y.ravel())

    @jax.jit
    def train(p):
        loss, g = jax.value_and_grad(forward)(p)
        return loss, [q - LR * d for q, d in zip(p, g)]

    def step() -> float:
        nonlocal p
        loss, p = train(p)
        return float(loss)

    return step


def torch_program(path: str, arrays: dict[str, np.ndarray], device: str):
    import torch

    from autograd import Program

    torch.set_num_threads(1)
    module = Program.load(path).to_torch(device)
    optimizer = torch.optim.SGD(module.parameters(), lr=LR)
    x, y = (torch.tensor(arrays[name], device=device) for name in ("x", "y"))

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = module(x, y)[0].mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def jax_program(path: str, arrays: dict[str, np.ndarray]):
    jax = one_thread_of_jax()
    from autograd import Program

    function = Program.load(path).to_jax()
    weights, x, y = function.weights, jax.numpy.array(arrays["x"]), jax.numpy.array(arrays["y"])

    @jax.jit
    def train(weights, x, y):
        means, gradient = function.value_and_grad(weights, x, y)
        return means[0], weights - LR * gradient

    def step() -> float:
        nonlocal weights
        loss, weights = train(weights, x, y)
        return float(loss)

    return step


def one_thread_of_jax():
    import os

    if hasattr(os, "sched_setaffinity"):  # its pool has a thread for each processor it may use
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def scalar_step(engine: str, arrays: dict[str, np.ndarray]):
    """The moons with one node an operation: micrograd, or this project's engine without `compile`."""
    if engine == "micrograd":
        from micrograd.engine import Value
    else:
        from autograd import Value
    sys.setrecursionlimit(10**6)

    def values(a):
        return [values(row) for row in a] if a.ndim else Value(float(a))

    p = [values(arrays[f"p{i}"]) for i in range(6)]
    flat = [v for a in p for row in a for v in (row if isinstance(row, list) else [row])]
    x, y = arrays["x"].tolist(), arrays["y"].tolist()

    def layer(w, b, x):
        return [sum((wi * xi for wi, xi in zip(row, x)), bi) for row, bi in zip(w, b)]

    def score(x):
        h = [z.relu() for z in layer(p[0], p[1], list(map(Value, x)))]
        return layer(p[4], p[5], [z.relu() for z in layer(p[2], p[3], h)])[0]

    def step() -> float:
        losses = [(1 + -yi * score(xi)).relu() for xi, yi in zip(x, y)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(v * v for v in flat)
        for v in flat:
            v.grad = 0.0
        loss.backward()
        for v in flat:
            v.data -= LR * v.grad
        return loss.data

    return step


def timed(step, count: int, clock=time.process_time, wait=lambda: None) -> list[float]:
    """What ``count`` steps took; short ones in groups, as looking at the clock takes a while itself.

    Args:
        wait: until what computes has done all that it was told.
    """
    wait()
    start = clock()
    step()
    wait()
    together = max(1, min(count, int(2e-4 / max(clock() - start, 1e-7))))
    found = []
    for _ in range(count // together):
        start = clock()
        for _ in range(together):
            step()
        wait()
        found.append((clock() - start) / together)
    return found


def main() -> None:
    engine, path, model, device = sys.argv[1:]
    timing = {} if device == "cpu" else {"clock": time.perf_counter}
    if device != "cpu" and engine.startswith("torch"):
        import torch

        timing["wait"] = torch.accelerator.synchronize
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    if engine in ("micrograd", "eager"):
        step = scalar_step(engine, arrays)
    elif engine.endswith("-program"):
        program = path.replace("data", "program")
        step = (
            torch_program(program, arrays, device) if engine.startswith("torch")
            else jax_program(program, arrays)
        )  # fmt: skip
    else:
        step = torch_step(model, arrays, device) if engine == "torch" else jax_step(model, arrays)
    for line in sys.stdin:
        command, *count = line.split()
        if command == "loss":
            print(json.dumps(float(step())), flush=True)
        else:
            print(json.dumps(timed(step, int(count[0]), **timing)), flush=True)


if __name__ == "__main__":
    main()
