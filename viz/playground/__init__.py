"""A model that trains in a page: its compiled program as loops of JavaScript, and what drives them.

In: a model, samples and targets.
Out: a script that defines ``createProgram``, ``createTraining`` and ``weightsFile``, and what a page says.
Open first: `model`; then training.js, which says what the page can ask for.
"""
