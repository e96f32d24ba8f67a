"""Correct and different: the reference with its sums done in other ways, and code that shares no line with it.

The laws must hold on each of them.
"""

from __future__ import annotations

import importlib.util
import math
from types import ModuleType

import numpy as np
import reference
from forms import FORMS


def variant(**replaced) -> ModuleType:
    """A copy of the reference in which some helpers are replaced, for all functions that use them."""
    spec = importlib.util.spec_from_file_location("variant", reference.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, function in replaced.items():
        assert hasattr(module, name)
        setattr(module, name, function)
    return module


def chain(x):
    """logaddexp of one entry after another."""
    total = x[..., 0]
    for i in range(1, x.shape[-1]):
        total = np.logaddexp(total, x[..., i])
    return total


def backwards(x):
    """Smallest terms first."""
    return reference.log_sum_exp(np.sort(x, axis=-1))


def by_gaps(x):
    """max + log1p of the sum over the others of exp(-gap)."""
    order = np.sort(x, axis=-1)[..., ::-1]
    top = order[..., :1]
    with np.errstate(invalid="ignore"):
        rest = np.where(np.isneginf(order[..., 1:]), 0, np.exp(order[..., 1:] - top))
    return (top[..., 0] + np.log1p(np.sum(rest, axis=-1))).astype(x.dtype)


def to_base_two(x):
    """exp2 and log2 with one conversion."""
    top = np.max(x, axis=-1)
    shift = np.where(np.isneginf(top), 0, top).astype(x.dtype)
    bits = (x - shift[..., None]) * np.asarray(1 / math.log(2), x.dtype)
    return shift + np.asarray(math.log(2), x.dtype) * np.log2(np.sum(np.exp2(bits), axis=-1))


def in_long_double(x):
    return reference.log_sum_exp(x.astype(np.longdouble)).astype(x.dtype)


def summed_exactly(chance, x):
    """expected, with math.fsum."""
    terms = np.where(chance > 0, chance * np.where(chance > 0, x, 0), 0)
    rows = terms.reshape(-1, terms.shape[-1])
    with np.errstate(over="ignore"):
        sums = [math.fsum(row) if np.all(np.isfinite(row)) else float(np.sum(row)) for row in rows]
    return np.asarray(sums).reshape(terms.shape[:-1]).astype(terms.dtype)


VARIANTS = {
    "textbook": reference,
    "logaddexp chain": variant(log_sum_exp=chain),
    "sorted sums": variant(log_sum_exp=backwards),
    "gaps and log1p": variant(log_sum_exp=by_gaps),
    "base two": variant(log_sum_exp=to_base_two),
    "long double": variant(log_sum_exp=in_long_double),
    "exact sums": variant(expected=summed_exactly),
    **FORMS,
}
