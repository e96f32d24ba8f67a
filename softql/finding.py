"""Environments and networks by name: gymnax's and softql's own, and anybody's by `module:attribute`.

An environment is anything that behaves as a gymnax 1.0 environment does (`environment` says how); a network is a pair
of pure functions (`network`). Both are tried on shapes alone before anything is trained, so that what is wrong with
them is one line. Imports: loading, mistakes; envs, agents, lanes, jax and gymnax inside.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from softql.loading import load, one_line, place
from softql.mistakes import Mistake

__all__ = ["environment", "label", "network", "settled"]


def environment(name: str) -> tuple[Any, Any]:
    """An environment and its parameters: by its gymnax name, or by `module:attribute` or `path/to/file.py:attribute`.

    The attribute is an instance, or a class or function that is called without arguments and gives an instance or
    a pair (instance, parameters). An instance has

        reset(key, params) -> (obs, state)
        step(key, state, action, params) -> (obs, state, reward, terminated, truncated, info)
        action_space(params), observation_space(params), default_params, name

    as a `gymnax.environments.environment.Environment` of gymnax 1.0 has: `step` resets on its own where an episode
    ended, `info["final_observation"]` is the observation before that, and the parameters have
    `max_steps_in_episode`. Observations are one array each. All of it is traced by JAX.

    Raises:
        Mistake: in one line, where there is no such name or attribute, or it is no such environment.

    Example:
        >>> environment("CartPole-v1")[1].max_steps_in_episode
        500
        >>> environment("gymnax.environments.misc.rooms:FourRooms")[0].name
        'FourRooms-misc'
    """
    if ":" in name:
        return _own(name)
    from softql.envs import gymnax  # with softql's own registered

    known: list[str] = list(gymnax.registered_envs)
    if name not in known:
        near = _near(name, known)
        hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known)}"
        raise Mistake(f"there is no environment {name!r}; {hint}")
    try:
        env, env_params = gymnax.make(name)
    except Exception as error:  # some environments download what they need
        raise Mistake(f"gymnax can't make {name}: {error}") from error
    return env, env_params


def _near(name: str, known: list[str]) -> list[str]:
    """Names that may have been meant: what comes before -v1, -misc and the like decides, for all share that."""

    def stem(text: str) -> str:
        return text.partition("-")[0].lower().replace("_", "")

    stems: dict[str, list[str]] = {}
    for other in known:
        stems.setdefault(stem(other), []).append(other)
    wanted = stem(name)
    found = difflib.get_close_matches(wanted, stems, n=3, cutoff=0.65)
    found += [x for x in stems if x not in found and len(wanted) >= 4 and (wanted in x or x in wanted)]
    return [other for x in found for other in stems[x]][:4]


def settled(name: str) -> str:
    """The name as it still holds in another working folder: a file by its whole path.

    Example:
        >>> settled("CartPole-v1"), settled("package.module:Env")
        ('CartPole-v1', 'package.module:Env')
    """
    place, colon, attribute = name.partition(":")
    return str(Path(place).resolve()) + colon + attribute if place.endswith(".py") else name


def label(name: str) -> str:
    """A short form for folders and titles.

    Example:
        >>> label("CartPole-v1"), label("/home/me/mine.py:Maze")
        ('CartPole-v1', 'Maze')
    """
    return name.rpartition(":")[2] or Path(name.partition(":")[0]).stem


def _own(name: str) -> tuple[Any, Any]:
    if not name.partition(":")[2]:
        raise Mistake(f"{name} names no attribute: write module:attribute")
    found = load(name)
    if isinstance(found, type) or (callable(found) and not hasattr(found, "step")):
        found = _tried(f"calling {name}", found)
    env, params = found if isinstance(found, tuple) and len(found) == 2 else (found, None)
    needed = ("reset", "step", "action_space", "observation_space", "name", *(["default_params"] * (params is None)))
    if missing := [x for x in needed if not hasattr(env, x)]:
        raise Mistake(f"{name} is a {type(env).__name__} without {', '.join(missing)}: no gymnax environment")
    params = env.default_params if params is None else params
    if not hasattr(params, "max_steps_in_episode"):
        raise Mistake(f"the parameters of {name} have no max_steps_in_episode, the most steps of an episode")
    _stepped(name, env, params)
    return env, params


def _stepped(name: str, env: Any, params: Any) -> None:
    """Trace a reset and a step, and see that what comes out has the form that training needs."""
    import jax
    import jax.numpy as jnp

    key = jax.random.key(0)
    space = _tried(f"{name}: action_space(params)", lambda: env.action_space(params))
    _tried(f"{name}: observation_space(params)", lambda: env.observation_space(params))
    shape = () if hasattr(space, "n") else getattr(space, "shape", ())
    action = jax.ShapeDtypeStruct(shape, jnp.int32 if hasattr(space, "n") else jnp.float32)
    reset = _tried(f"{name}: reset(key, params)", lambda: jax.eval_shape(lambda: env.reset(key, params)))
    if not isinstance(reset, tuple) or len(reset) != 2:
        raise Mistake(f"{name}: reset returns {_counted(reset)}; it must return (obs, state)")
    obs, state = reset
    if not hasattr(obs, "shape"):
        raise Mistake(f"{name}: reset observes a {type(obs).__name__}: softql takes observations of one array each")
    went = _tried(
        f"{name}: step(key, state, action, params)",
        lambda: jax.eval_shape(lambda s, a: env.step(key, s, a, params), state, action),
    )
    if not isinstance(went, tuple) or len(went) != 6:
        old = " (gymnax before 1.0, which did not tell terminated from truncated?)" if _length(went) == 5 else ""
        raise Mistake(
            f"{name}: step returns {_counted(went)}{old}; it must return (obs, state, reward, terminated, truncated, "
            "info)"
        )
    if not isinstance(went[5], dict) or "final_observation" not in went[5]:
        raise Mistake(f'{name}: step gives no info["final_observation"], the observation before a reset')
    for what, x, wanted in (
        ("the next obs", went[0], obs.shape),
        ('info["final_observation"]', went[5]["final_observation"], obs.shape),
        *((what, x, ()) for what, x in zip(("reward", "terminated", "truncated"), went[2:5], strict=True)),
    ):
        if getattr(x, "shape", None) != wanted:
            raise Mistake(f"{name}: {what} of step has shape {getattr(x, 'shape', None)}, expected {wanted}")
    before: Any = jax.tree.structure(state)
    if before != jax.tree.structure(went[1]):
        raise Mistake(f"{name}: the state after a step has another structure than after a reset")
    for x, y in zip(jax.tree.leaves(state), jax.tree.leaves(went[1]), strict=True):
        if (x.shape, x.dtype) != (y.shape, y.dtype):
            raise Mistake(
                f"{name}: a leaf of the state is {x.dtype}{list(x.shape)} after a reset and {y.dtype}{list(y.shape)} "
                "after a step"
            )


def network(name: str, env: Any, env_params: Any) -> Any:
    """A Q-network of one's own for an environment, by `module:attribute` or `path/to/file.py:attribute`.

    The attribute is a pair (init, apply), something with these two, or a function of (env, env_params) that gives one:

        init(key) -> params                                 any pytree of floating-point arrays
        apply(params, obs [*b, ...]) -> q [*b, A]           Discrete actions, `softql.agents.Network`
        apply(params, obs [*b, ...], action [*b, n, d]) -> q [*b, n]    continuous ones, `agents.critics.Critic`

    in reward units, for any leading axes b, pure, traced by JAX.

    Raises:
        Mistake: in one line, where there is no such attribute or it is no such pair.

    Example:
        >>> env = environment("CartPole-v1")
        >>> network("softql.agents:q_network", *env).apply.__name__
        'apply'
    """
    import jax
    import jax.numpy as jnp

    from softql.agents import Network
    from softql.agents.critics import Critic
    from softql.lanes import observed

    found = load(name)
    if callable(found) and not isinstance(found, tuple) and not _is_pair(found):
        factory = found
        found = _tried(f"{name}(env, env_params)", lambda: factory(env, env_params))
    if isinstance(found, tuple) and len(found) == 2 and not _is_pair(found):
        found = Network(*found)
    if not _is_pair(found):
        raise Mistake(f"{name} is no pair (init, apply) of functions, and gives none for (env, env_params)")
    key, space = jax.random.key(0), env.action_space(env_params)
    discrete = hasattr(space, "n")
    params = _tried(f"{name}: init(key)", lambda: jax.eval_shape(found.init, key))
    leaves = jax.tree.leaves(params)
    if not leaves or not all(jnp.issubdtype(x.dtype, jnp.floating) for x in leaves):
        raise Mistake(f"{name}: init must give a pytree of floating-point arrays; its leaves are {leaves[:3]}")
    one = jax.eval_shape(lambda: env.reset(key, env_params))[0]
    for lead in ((3,), (2, 3)):
        rows = jax.eval_shape(jax.vmap(observed), jax.ShapeDtypeStruct((1, 3, *one.shape), one.dtype))
        obs = jax.ShapeDtypeStruct((*lead, *one.shape), rows.dtype)
        inputs = [obs] if discrete else [obs, jax.ShapeDtypeStruct((*lead, 5, *space.shape), jnp.float32)]
        wanted = (*lead, int(space.n) if discrete else 5)
        said = f"{name}: apply(params, {', '.join(('obs ' + str(obs.shape), 'action')[: len(inputs)])})"
        q = _tried(said, partial(jax.eval_shape, found.apply, params, *inputs))
        if getattr(q, "shape", None) != wanted or not jnp.issubdtype(q.dtype, jnp.floating):
            got = f"{q.dtype}{list(q.shape)}" if hasattr(q, "shape") else type(q).__name__
            raise Mistake(f"{said} gives {got}, expected floating-point numbers {list(wanted)}")
    return (Network if discrete else Critic)(found.init, found.apply)


def _is_pair(x: Any) -> bool:
    return not isinstance(x, type) and callable(getattr(x, "init", None)) and callable(getattr(x, "apply", None))


def _tried(what: str, call: Callable[[], Any]) -> Any:
    """The answer, or a Mistake of one line."""
    try:
        return call()
    except Mistake:
        raise
    except Exception as error:
        raise Mistake(f"{what} raised {type(error).__name__}: {one_line(error)}{place(error)}") from error


def _length(x: Any) -> int | None:
    return len(x) if isinstance(x, (tuple, list)) else None


def _counted(x: Any) -> str:
    n = _length(x)
    return f"a {type(x).__name__}" if n is None else f"{n} values"
