"""Neurons, layers and networks made of Values."""

from autograd.import_names import keep_old_names
from nn.activate import (
    ELU,
    GELU,
    Activate,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from nn.activations import ACTIVATIONS
from nn.clip import clip_grad_norm_, clip_grad_value_
from nn.conv import AvgPool2d, Conv2d, MaxPool2d
from nn.data import Dataset, one_hot, read_csv, read_idx
from nn.dropout import Dropout
from nn.embedding import Embedding
from nn.history import History
from nn.inference import evaluate, predict
from nn.init import INITS
from nn.interop import from_torch, to_torch
from nn.layers import MLP, Layer, Linear, Neuron
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    log_softmax,
    logsumexp,
    mae_loss,
    mse_loss,
    softmax,
)
from nn.metrics import accuracy, confusion
from nn.module import Module
from nn.norm import LayerNorm
from nn.optim import SGD, Adam, AdamW, Optimizer, RMSprop
from nn.perceptron import Perceptron
from nn.recurrent import GRU, LSTM, RNN
from nn.schedule import CosineAnnealingLR, ExponentialLR, LambdaLR, LinearLR, StepLR
from nn.sequential import Flatten, Sequential, Unflatten
from nn.standardize import Standardize
from nn.state import load, save
from nn.train import NonFiniteLossError, fit

__all__ = [
    "ACTIVATIONS", "ELU", "GELU", "GRU", "INITS", "LSTM", "MLP", "RNN", "SGD", "Activate", "Adam",
    "AdamW", "AvgPool2d", "Conv2d", "CosineAnnealingLR", "Dataset", "Dropout", "Embedding",
    "ExponentialLR", "Flatten", "History", "LambdaLR", "Layer", "LayerNorm", "LeakyReLU",
    "Linear", "LinearLR", "MaxPool2d", "Mish", "Module", "Neuron", "NonFiniteLossError",
    "Optimizer", "Perceptron", "RMSprop", "ReLU", "ReLU6", "Sequential", "SiLU", "Sigmoid",
    "Softmax", "Softplus", "Standardize", "StepLR", "Tanh", "Unflatten", "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "clip_grad_norm_", "clip_grad_value_", "confusion",
    "cross_entropy", "evaluate", "fit", "from_torch", "hinge_loss", "huber_loss", "l1_loss",
    "load", "log_softmax", "logsumexp", "mae_loss", "mse_loss", "one_hot", "predict", "read_csv",
    "read_idx", "save", "softmax", "to_torch",
]  # fmt: skip

_KINDS = ["ELU", "GELU", "Activate", "LeakyReLU", "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus",
          "Tanh"]  # fmt: skip
_OLD = {"engines": "nn.eager", "engines.Engine": "nn.engine:Engine"}
keep_old_names(__name__, _OLD | {f"sequential.{name}": f"nn.activate:{name}" for name in _KINDS})
