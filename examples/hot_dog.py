"""Hot dog / not hot dog: the last neuron says yes or no.

828 drawings of food by the designers of seven sets of emoji; 7 are hot dogs. Whoever learns from copies
of a drawing has seen the answer, so a whole design is held out: each of five designs in turn.
The loop that `fit` runs is written out once: forward propagation, compare, backward propagation, change
the weights a little.

    python examples/hot_dog.py --seed 3
"""

import argparse
import time

import numpy as np

from nn import MLP, Adam, Dataset, binary_cross_entropy_with_logits, fit, predict
from nn.datasets import food_clipart, food_drawings
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--eager", action="store_true", help="node by node, not compiled")
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
given = options.parse_args()
eager, seed = given.eager, given.seed
food, clipart = food_drawings(), food_clipart()


def seen(drawings, which, rng=None):
    """Drawings as 16×16 colours, −1 … 1: [drawing, 768]; turned and recoloured if there is an rng."""
    n = len(which)
    images = drawings.images[which].astype(float)
    alpha = drawings.alpha[which, ..., None].astype(float)
    if rng is not None:
        turn, zoom = rng.uniform(-0.44, 0.44, n), rng.uniform(0.75, 1.05, n)
        flip, shift = rng.choice([-1.0, 1.0], n), rng.uniform(-2.5, 2.5, (2, n))
        y, x = np.mgrid[:32, :32] - 15.5  # where each pixel of the turned drawing comes from
        across, down = x[None] - shift[0, :, None, None], y[None] - shift[1, :, None, None]
        cos, sin = ((f(turn) / zoom)[:, None, None] for f in (np.cos, np.sin))
        column = np.rint(flip[:, None, None] * (cos * across + sin * down) + 15.5).astype(int)
        row = np.rint(cos * down - sin * across + 15.5).astype(int)
        inside = ((row >= 0) & (row < 32) & (column >= 0) & (column < 32))[..., None]
        place = np.arange(n)[:, None, None], row.clip(0, 31), column.clip(0, 31)
        images = np.where(inside, images[place], 255.0)
        alpha = np.where(inside, alpha[place], 0.0)
        ground = np.where(rng.random((n, 1)) < 0.5, 255.0, rng.uniform(0, 255, (n, 3)))
        images = images - (255 - alpha) + (1 - alpha / 255) * ground[:, None, None]
        images = (images * rng.uniform(0.85, 1.15, (n, 1, 1, 3))).clip(0, 255)
    return images.reshape(n, 16, 2, 16, 2, 3).mean((2, 4)).reshape(n, -1) / 127.5 - 1


def half_hot_dogs(drawings, chosen, count, rng):
    """So many of the chosen drawings, every other one a hot dog, none the same twice."""
    yes, no = (np.flatnonzero(chosen & (drawings.hot_dogs == kind)) for kind in (True, False))
    which = np.where(np.arange(count) % 2, rng.choice(yes, count), rng.choice(no, count))
    return Dataset(seen(drawings, which, rng), drawings.hot_dogs[which].astype(int))


def balanced(answers, truth) -> float:
    """The mean of the shares of hot dogs and of other foods that are called right."""
    return float(np.mean([np.mean((answers[truth == k] > 0) == k) for k in (0, 1)]))


def trained(chosen, rng):
    """A network that has seen some of the designs."""
    model = MLP(768, [16, 1], activation="tanh", init="xavier_normal", rng=seed)
    data = half_hot_dogs(food, chosen, 64 if eager else 3200, rng)
    optimizer = Adam(model.parameters(), lr=0.001, weight_decay=1e-4)
    fit(model, data, "binary_cross_entropy_with_logits", optimizer, epochs=1 if eager else 15,
        batch_size=64, compiled=not eager, progress=False)  # fmt: skip
    return model


# One drawing by hand, before any training: what the network says is luck, and one step changes it.
model = MLP(768, [16, 1], activation="tanh", init="xavier_normal", rng=seed)
x = seen(food, np.flatnonzero(food.hot_dogs)[:1])[0].tolist()
before = binary_cross_entropy_with_logits(model(x), 1)
before.backward()
Adam(model.parameters(), lr=0.001).step()
after = binary_cross_entropy_with_logits(model(x), 1)
print(f"one step on one hot dog: loss {before.data:.4f} → {after.data:.4f}")
assert after.data < before.data

# The same over and over; each design is held out once.
scores, luck, found, alarms = [], [], 0, []
for k, design in enumerate(np.unique(food.designs)):
    rng = np.random.default_rng([seed, k])
    held = food.designs == design
    test = half_hot_dogs(food, held, 64 if eager else 500, rng)
    luck.append(balanced(predict(model, test.x, compiled=not eager)[:, 0], test.y))
    net = trained(~held, rng)
    scores.append(balanced(predict(net, test.x, compiled=not eager)[:, 0], test.y))
    answers = predict(net, seen(food, np.flatnonzero(held)), compiled=not eager)[:, 0] > 0
    truth = food.hot_dogs[held]
    found += int(answers[truth].sum())
    alarms.append(answers[~truth].mean())
    print(f"never saw {design:>9}: {scores[-1]:.0%} right (before training {luck[-1]:.0%})")
    if eager:
        break
print(
    f"as drawn: {found} of 7 hot dogs found, {np.mean(alarms):.1%} of the other foods taken for one"
)
others = predict(net, seen(clipart, np.arange(len(clipart.names))), compiled=not eager)[:, 0]
missed = int((others[clipart.hot_dogs] <= 0).sum())
print(
    f"clip art by other hands: {missed} of 2 hot dogs missed. It learned these designers' hot dog."
)
assert eager or np.mean(scores) >= 0.75, scores
assert eager or found >= 5, found

stranger = np.flatnonzero(held & food.hot_dogs)[:1]  # of the design that this network never saw
net.zero_grad()
binary_cross_entropy_with_logits(net(seen(food, stranger)[0].tolist()), 1).backward()
draw_network(
    net, output_names=["hot dog"], title=f"768–16–1 is shown a hot dog by {design}, whom it never saw"
).save(f"out/{'eager/' * eager}hot_dog.svg")  # fmt: skip
print(
    f"{np.mean(scores):.1%} balanced over designs never seen ({np.mean(luck):.0%} before training) · "
    f"{time.perf_counter() - started:.1f} s"
)
