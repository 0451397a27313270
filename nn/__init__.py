"""Neurons, layers and networks made of Values."""

from nn.layers import MLP, Layer, Neuron
from nn.module import Module

__all__ = ["MLP", "Layer", "Module", "Neuron"]
