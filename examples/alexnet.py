"""Why AlexNet won: convolution against a support vector machine and a plain network, at 28×28 pixels.

AlexNet was a triangle of seven or eight layers with convolutions in front, gave 1 000 answers, and beat
the support vector machine. Here the same on 5 000 MNIST digits: convolutions, ever smaller maps, ten
answers; beside scikit-learn's SVC and a plain network of 16 hidden neurons.
"""

import argparse
import time

from sklearn.svm import SVC

from nn import (
    MLP,
    Adam,
    Conv2d,
    CosineAnnealingLR,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    accuracy,
    cross_entropy,
    fit,
    predict,
)
from nn.datasets import mnist_5k
from viz import draw_network

started = time.perf_counter()
options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
options.add_argument("--seed", type=int, default=0, help="draws the split and the weights")
seed = options.parse_args().seed
train, test = mnist_5k().split(test=0.2, rng=seed)


def trained(model, x, test_x, epochs: int) -> float:
    """The share of held-out digits that it is right about."""
    optimizer = Adam(model.parameters(), lr=0.004)
    fit(
        model, (x, train.y), "cross_entropy", optimizer, epochs=epochs, compiled=True,
        scheduler=CosineAnnealingLR(optimizer, T_max=epochs),
    )  # fmt: skip
    return accuracy(predict(model, test_x, compiled=True), test.y)


machine = SVC().fit(train.x, train.y).score(test.x, test.y)
plain = trained(
    MLP(784, [16, 10], "relu", init="he_normal", rng=seed), train.x, test.x, epochs=10
)  # fmt: skip
net = Sequential(
    Conv2d(1, 8, 5, stride=2, init="he_normal", rng=seed),  # 8 maps of 12×12
    ReLU(),
    MaxPool2d(2),  # 6×6
    Conv2d(8, 16, 3, init="he_normal", rng=seed + 1),  # 16 of 4×4
    ReLU(),
    MaxPool2d(2),  # 2×2
    Flatten(),
    Linear(64, 32, init="he_normal", rng=seed + 2),
    ReLU(),
    Linear(32, 10, rng=seed + 3),
)
images, test_images = (x.reshape(-1, 1, 28, 28) for x in (train.x, test.x))
convolution = trained(net, images, test_images, epochs=20)
print(f"SVC {machine:.1%}, plain network {plain:.1%}, convolution {convolution:.1%}")
assert convolution > plain + 0.02, (convolution, plain)
assert convolution >= 0.94, convolution

net.zero_grad()
cross_entropy(net(test_images[0].tolist()), int(test.y[0])).backward()
draw_network(
    net, title=f"A small AlexNet is shown a {test.y[0]}", output_names=test.classes,
    probabilities=True, max_neurons=6, max_layers=12,
).save("out/alexnet.svg")  # fmt: skip
print(
    f"{convolution:.1%} of {len(test.x)} held-out digits right (SVC {machine:.1%}, plain network "
    f"{plain:.1%}) · {time.perf_counter() - started:.1f} s"
)
