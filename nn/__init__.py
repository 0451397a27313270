"""Neurons, layers and networks made of Values."""

from nn.layers import MLP, Layer, Neuron
from nn.module import Module
from nn.optim import SGD, Adam, AdamW, Optimizer

__all__ = ["MLP", "SGD", "Adam", "AdamW", "Layer", "Module", "Neuron", "Optimizer"]
