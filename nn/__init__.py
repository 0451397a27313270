"""Neurons, layers and networks made of Values."""

from nn.layers import MLP, Layer, Linear, Neuron
from nn.module import Module
from nn.optim import SGD, Adam, AdamW, Optimizer
from nn.state import load, save

__all__ = [
    "MLP", "SGD", "Adam", "AdamW", "Layer", "Linear", "Module", "Neuron", "Optimizer", "load", "save",
]  # fmt: skip
