"""A model that trains in a page, before one's eyes: its compiled program as loops of JavaScript.

In: a model, samples and targets.
Out: one HTML file that loads nothing; or, of `model`, the script by itself.
Open first: `playground` for what is seen, `model` and training.js for what computes.
"""
