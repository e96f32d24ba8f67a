"""Put the laws to functions that follow other conventions: `verify(adapt(mine, ...))`.

An adapter turns (name of a function, function) into a function; both take arguments by the names in `signatures`.
`adapt` composes them, the first one nearest to the laws and the last one, `arrays` say, nearest to your code. Where an
adapter cannot put an input into your terms (a boolean mask has no weights) the input is passed over, and a law that
has no other is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .implementation import OutOfDomain, find, numbers, refuses_last, watched
from .oracle import boltzmann, exact
from .signatures import IN_REWARD_UNITS, LOG_POLICIES, OF_TEMPERATURE, REWARDS, SHAPES, SIGNATURES, TABLES, WHOLE

SHARED = ("any", "integer")
Function = Callable[..., Any]
Adapter = Callable[[str, Function], Function]


class Adapted(Mapping[str, Function]):
    """An implementation in the laws' terms; functions are adapted when they are asked for."""

    def __init__(
        self,
        implementation: Any,
        adapters: tuple[Adapter, ...],
        rename: Mapping[str, str],
        arguments: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.implementation, self.adapters, self.rename, self.arguments = implementation, adapters, rename, arguments

    def __getitem__(self, name: str) -> Function:
        function = find(self.implementation, self.rename.get(name, name))
        if function is None:
            raise KeyError(name)
        if name not in SIGNATURES:
            return function
        whole = SIGNATURES[name][:-1] if refuses_last(name, function) else SIGNATURES[name]
        inner = _positional(watched(name, function), self.arguments.get(name, whole))
        for adapter in reversed(self.adapters):
            inner = adapter(name, inner)
        return _named(inner, SIGNATURES[name])

    def __iter__(self) -> Iterator[str]:
        return (name for name in SIGNATURES if self.get(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def adapt(
    implementation: Any,
    *adapters: Adapter,
    rename: Mapping[str, str] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Adapted:
    """An implementation in the laws' terms.

    Args:
        implementation: a module, object or mapping.
        adapters: of this module; the first is nearest to the laws.
        rename: the laws' name of a function -> yours.
        arguments: the laws' name of a function -> the arguments that yours takes, in its order, by the laws' names;
            what is left out is not passed, and an input that has it is passed over.

    Raises:
        ValueError: for a function or an argument that the laws do not know.

    Example: a log-sum-exp that takes beta = 1/alpha before the logits, and no measure.
        >>> class Mine:
        ...     def lse(beta, x):
        ...         return np.logaddexp.reduce(x * np.asarray(beta)[..., None], axis=-1) / beta
        >>> from softql.laws import verify
        >>> mine = adapt(Mine, inverse_temperature, rename={"soft_value": "lse"}, arguments={"soft_value": "alpha q"})
        >>> verify(mine, ["value_is_log_partition"], examples=20).ok
        True
    """
    orders = {name: tuple(order.replace(",", " ").split()) for name, order in (arguments or {}).items()}
    for name in orders:
        if name not in SIGNATURES:
            raise ValueError(f"arguments: the laws need no function {name!r}; they need {', '.join(SIGNATURES)}")
        for argument in orders[name]:
            if argument not in SIGNATURES[name]:
                raise ValueError(f"{name} has no argument {argument!r}; it has {', '.join(SIGNATURES[name])}")
    return Adapted(implementation, adapters, rename or {}, orders)


def _named(inner: Function, names: tuple[str, ...]) -> Function:
    """From the laws' positional call to names; a missing measure is None."""

    def call(*values: Any) -> Any:
        return inner(**{name: values[i] if i < len(values) else None for i, name in enumerate(names)})

    return call


def _positional(function: Function, order: tuple[str, ...]) -> Function:
    """From names to your function's own order; trailing missing arguments are left out."""

    def call(**values: Any) -> Any:
        for name, value in values.items():
            if name not in order and value is not None:
                raise OutOfDomain(f"takes no {name.removeprefix('path_')}")
        given = [values.get(name) for name in order]
        while given and given[-1] is None:
            given.pop()
        return function(*given)

    return call


# Conventions


def inverse_temperature(name: str, function: Function) -> Function:
    """Your functions take beta = 1 / alpha in place of alpha."""

    def call(**values: Any) -> Any:
        if values.get("alpha") is not None:
            values["alpha"] = 1 / values["alpha"]
        return function(**values)

    return call


def alpha_in_reward(name: str, function: Function) -> Function:
    """Your functions have no alpha: they work at temperature 1 with rewards and values divided by alpha."""
    if "alpha" not in SIGNATURES[name]:
        return function

    def call(**values: Any) -> Any:
        if name in OF_TEMPERATURE:
            raise OutOfDomain("is about alpha, which is in the reward")
        alpha = np.asarray(values.pop("alpha"))
        for argument in REWARDS:
            if argument in values:
                values[argument] = values[argument] / _against(alpha, argument)
        answer = function(**values)
        if name not in IN_REWARD_UNITS:
            return answer
        unit = alpha**2 if name == "path_consistency_loss" else alpha
        if isinstance(answer, tuple):  # values and the bound on their error
            return tuple(numbers(part) * unit for part in answer)
        return numbers(answer) * (unit[..., None] if name in TABLES else unit)

    return call


def boolean_masks(name: str, function: Function) -> Function:
    """Your functions take True where an action exists, in place of log_w."""

    def call(**values: Any) -> Any:
        log_w = values.get("log_w")
        if log_w is not None:
            if not np.all((log_w == 0) | (log_w == -np.inf)):
                raise OutOfDomain("takes masks without weights")
            values["log_w"] = log_w == 0
        return function(**values)

    return call


def probabilities(name: str, function: Function) -> Function:
    """Your policies are the probabilities w pi of the actions, where the laws have log densities log pi."""

    def call(**values: Any) -> Any:
        log_w = values.get("log_w")
        for argument in LOG_POLICIES:
            if argument in values:
                values[argument] = _probability(values[argument], log_w)
        answer = function(**values)
        if name != "boltzmann_policy" or log_w is None:
            return answer
        return _density(numbers(answer), values["q"], values["alpha"], log_w)

    return call


def _density(chance: np.ndarray, q: np.ndarray, alpha: np.ndarray, log_w: np.ndarray) -> np.ndarray:
    """pi from w pi.

    Chances are terms w exp(Q / alpha - max) over a sum of at least the smallest w. Below the smallest normal number
    terms lose their digits or are 0, so w pi is known to that number over the smallest w, and a division by w would
    make a finding of it. Where the chance and the truth are both below, there is nothing to compare.
    """
    log_weight = np.broadcast_to(exact(log_w), q.shape)
    exists = log_weight != -np.inf
    weight = np.exp(np.where(exists, log_weight, 0.0))
    least = np.minimum(np.min(weight, axis=-1, keepdims=True), 1.0)
    floor = float(np.finfo(q.dtype).tiny) / least
    if chance.shape != q.shape or not np.any(exists & (chance >= 0) & (chance <= floor)):
        return chance / weight.astype(log_w.dtype)
    truth = boltzmann(q, alpha, log_w).policy
    lost = exists & (chance >= 0) & (chance <= floor) & (truth * weight <= floor)
    density = chance / weight.astype(log_w.dtype)
    return np.where(lost, truth, density).astype(density.dtype)


def _probability(log_pi: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    weight = np.zeros_like(log_pi) if log_w is None else np.broadcast_to(log_w, log_pi.shape)
    exists = (weight != -np.inf) & (log_pi != -np.inf)
    chance = np.where(exists, np.exp(np.where(exists, log_pi + weight, 0)), 0).astype(log_pi.dtype)
    if np.any(exists & (chance < np.finfo(chance.dtype).tiny)):
        raise OutOfDomain("takes probabilities, and one is too small for its dtype")
    return chance


def normalised_measure(name: str, function: Function) -> Function:
    """Your functions divide the weights by their sum W (or count by 1/|A|), so that your policies are relative to it.

    Their V is lower by alpha log W, their entropy by log W, and their log pi is higher by log W.
    """
    if "log_w" not in SIGNATURES[name] or name == "hard_q":  # a maximum does not depend on the measure
        return function
    known = [argument for argument in SIGNATURES[name] if SHAPES[argument] == "table" and argument != "transition"]

    def call(**values: Any) -> Any:
        if name in WHOLE and "alpha" in SIGNATURES[name]:
            raise OutOfDomain("adds log W of every later state under its measure")
        log_mass = _log_mass(values[known[0]], values["log_w"])
        if "entropy_target" in values:
            moved = values["entropy_target"] - (log_mass.mean() if name in WHOLE else log_mass)
            values["entropy_target"] = moved.astype(values["entropy_target"].dtype)
        for argument in LOG_POLICIES:
            if argument in values:
                values[argument] = (values[argument] + log_mass[..., None]).astype(values[argument].dtype)
        return _corrected(name, numbers(function(**values)), log_mass, values)

    return call


def _corrected(name: str, answer: np.ndarray, log_mass: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
    """The answer against the measure itself; in the answer's dtype, so that its ulp stays what it was."""
    value = exact(values["alpha"]) * log_mass if values.get("alpha") is not None else log_mass
    with np.errstate(all="ignore"):
        if name in ("log_partition", "entropy", "boltzmann_entropy"):
            corrected = answer + log_mass
        elif name in ("soft_value", "policy_value"):
            corrected = answer + value
        elif name in ("optimality_target", "evaluation_target"):
            corrected = answer + np.where(exact(values["discount"]) == 0, 0.0, values["discount"] * value)
        elif name == "boltzmann_log_policy":
            corrected = answer - log_mass[..., None]
        elif name == "boltzmann_policy":
            corrected = answer / np.exp(log_mass)[..., None]
        elif name == "soft_advantage":
            corrected = answer - value[..., None]
        else:  # divergences, gradients and temperatures do not depend on the measure
            return answer
    return corrected.astype(answer.dtype)


def _log_mass(table: np.ndarray, log_w: np.ndarray | None) -> np.ndarray:
    """log W of each state; 0 in a state without actions, where there is nothing to divide by."""
    weight = np.zeros(table.shape) if log_w is None else np.broadcast_to(exact(log_w), table.shape)
    top = np.max(weight, axis=-1)
    shift = np.where(top == -np.inf, 0.0, top)
    total = np.sum(np.exp(weight - shift[..., None]), axis=-1)
    return np.where(total > 0, shift + np.log(np.where(total > 0, total, 1.0)), 0.0)


# Shapes and arrays


def arrays(make: Callable[[Any], Any]) -> Adapter:
    """Your functions take arrays of another library: `arrays(torch.as_tensor)`, `arrays(jax.numpy.asarray)`."""

    def adapter(name: str, function: Function) -> Function:
        def call(**values: Any) -> Any:
            return function(**{key: _made(make, key, x) for key, x in values.items()})

        return call

    return adapter


def _made(make: Callable[[Any], Any], key: str, x: Any) -> Any:
    if SHAPES[key] == "integer":
        return int(x)
    return make(x) if isinstance(x, (np.ndarray, np.generic)) else x


def batched_only(name: str, function: Function) -> Function:
    """Your functions take exactly one batch axis: tables [B, a], one number a state [B], alpha and masks likewise."""
    if name in WHOLE:
        return function

    def call(**values: Any) -> Any:
        batch = _batch(values)
        rows = {key: _rows(x, batch, SHAPES[key]) for key, x in values.items()}
        return _unrolled(name, numbers(function(**rows)), batch)

    return call


def one_alpha(name: str, function: Function) -> Function:
    """Your functions take one alpha for all states, a number; inputs whose states differ in it are passed over."""

    def call(**values: Any) -> Any:
        alpha = values.get("alpha")
        if alpha is not None and np.ndim(alpha):
            if np.any(alpha != alpha.flat[0]):
                raise OutOfDomain("takes one alpha for all states")
            values["alpha"] = alpha.flat[0]
        return function(**values)

    return call


def single_state_only(name: str, function: Function) -> Function:
    """Your functions take one state at a time: tables [a], numbers, one mask."""
    if name in WHOLE:
        return function

    def call(**values: Any) -> Any:
        batch = _batch(values)
        rows = {key: _rows(x, batch, SHAPES[key]) for key, x in values.items()}
        answers = []
        for i in range(int(np.prod(batch))):
            one = {key: x if x is None or SHAPES[key] in SHARED else x[i] for key, x in rows.items()}
            if "seed" in one:  # each state draws on its own
                one["seed"] = int(one["seed"]) + 7919 * i
            answers.append(numbers(function(**one)))
        return _unrolled(name, np.stack(answers, axis=int(name == "sample_actions")), batch)

    return call


def _unrolled(name: str, answer: np.ndarray, batch: tuple[int, ...]) -> np.ndarray:
    """The answer with its leading axes as they were; draws come before the states."""
    draws = int(name == "sample_actions")
    return answer.reshape((*answer.shape[:draws], *batch, *answer.shape[draws + 1 :]))


def _batch(values: Mapping[str, Any]) -> tuple[int, ...]:
    """The leading axes of a call."""
    shapes = [
        np.shape(x)[:-1] if SHAPES[key] == "table" else np.shape(x)
        for key, x in values.items()
        if x is not None and SHAPES[key] in ("table", "state")
    ]
    return max(shapes, key=len)


def _rows(x: Any, batch: tuple[int, ...], shape: str) -> Any:
    """One argument with the leading axes in one."""
    if x is None or shape in SHARED:
        return x
    tail = np.shape(x)[-1:] if shape in ("table", "measure") else ()
    return np.broadcast_to(x, (*batch, *tail)).reshape(-1, *tail).copy()


def _against(alpha: np.ndarray, argument: str) -> np.ndarray:
    """alpha in the shape of an argument's trailing axis."""
    return alpha[..., None] if SHAPES[argument] == "table" else alpha
