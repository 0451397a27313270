"""A model that trains in a page: its compiled program as loops of JavaScript, and what drives them.

In: a model, samples and targets.
Out: a script with ``createProgram``, ``createTraining`` and ``weightsFile``; facts and data as JSON.
Open first: `model`; then training.js, which says what the page can ask for.
"""
