"""The continuous agent: its laws, known answers, terminated against truncated, temperature, and Pendulum."""

import functools
from collections import deque

import gymnax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import struct
from gymnax.environments import environment, spaces
from thorough import THOROUGH

import softql
import softql.envs  # registers MultiGoal-softql
from softql import checkpoint, judging, session
from softql.agents import ContinuousHyper, ContinuousShape, continuous_agent, defaults_for
from softql.agents.continuous import actor_of
from softql.agents.critics import action_box, critic, drawer
from softql.agents.records import Parts
from softql.measures import quadrature
from softql.showing import acting, goal_shares, walker
from softql.train import seeds, summary, train

MODES = ("quadrature", "stein", "langevin", "mala")
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
ALPHA, GAMMA = 0.5, 0.8


def small(mode, **more):
    sizes = {"envs": 4, "hidden": (8,), "batch": 8, "buffer": 32, "warmup": 8, "nodes": 6, "samples": 8, "chain": 3}
    return ContinuousShape(mode=mode, particles=4, **{**sizes, **more})


@pytest.mark.parametrize("mode", MODES)
def test_the_laws_of_agents_hold(mode, tmp_path):
    """Pure steps, trees kept, seeds apart, lanes equal to single runs, a resumed run equal to an uninterrupted one."""
    init, step = continuous_agent(*gymnax.make("Pendulum-v1"), small(mode))
    hyper = ContinuousHyper(alpha=0.5, alpha_rate=0.01)
    quick = functools.partial(jax.jit, compiler_options=QUICK_TO_COMPILE)
    start, advance = quick(lambda key: init(key, hyper)), quick(lambda state: step(hyper, state)[0])
    starts = quick(jax.vmap(lambda key: init(key, hyper)))
    advances = quick(jax.vmap(lambda state: step(hyper, state)[0]))

    def lanes(seeds, steps):
        state = starts(jnp.stack([jax.random.key(seed) for seed in seeds]))
        for _ in range(steps):
            state = advances(state)
        return state.params

    def restore(state):
        checkpoint.save(tmp_path / "state.npz", state)
        return checkpoint.load(tmp_path / "state.npz", state)

    functions = {
        "agent_init": lambda seed: start(jax.random.key(seed)),
        "agent_step": advance,
        "agent_params": lambda state: state.params,
        "agent_lanes": lanes,
        "agent_restore": restore,
    }
    report = softql.verify(functions, ["agent"], examples=1)
    assert report.ok, str(report)
    assert report.counts["skipped"] == 0


# Known answers


@struct.dataclass
class SlopeState(environment.EnvState):
    over: jax.Array


@struct.dataclass
class SlopeParams(environment.EnvParams):
    max_steps_in_episode: int = 3
    ends: bool = False


class Slope(environment.Environment):
    """One state, reward a - a², actions in [-1, 1]; ends at once, or is cut every 3 steps."""

    @property
    def default_params(self):
        return SlopeParams()

    def reset_env(self, key, params):
        return jnp.ones(1), SlopeState(time=jnp.int32(0), over=jnp.bool_(False))

    def step_env(self, key, state, action, params):
        state = SlopeState(time=state.time + 1, over=jnp.bool_(params.ends))
        return jnp.ones(1), state, (action - jnp.square(action))[0], state.over, {}

    def is_terminated(self, state, params):
        return state.over

    @property
    def num_actions(self):
        return 1

    def action_space(self, params=None):
        return spaces.Box(-1.0, 1.0, (1,), jnp.float32)

    def observation_space(self, params):
        return spaces.Box(-jnp.inf, jnp.inf, (1,), jnp.float32)


def value(alpha):
    """α log ∫ exp((a - a²)/α) da, by quadrature in float64."""
    x, w = np.polynomial.legendre.leggauss(60)
    return alpha * np.log(np.sum(w * np.exp((x - x**2) / alpha)))


@pytest.mark.parametrize(
    ("mode", "ends"),
    [("quadrature", True), ("quadrature", False), ("stein", True), ("stein", False), ("mala", False)],
)
def test_q_is_the_exact_one(mode, ends):
    """Terminated: Q = r. Truncated: Q = r + γ V with V = V_0/(1 - γ): value goes on."""
    env, env_params = Slope(), SlopeParams(ends=ends)
    shape = small(mode, envs=8, hidden=(32,), batch=64, buffer=2_048, warmup=512, nodes=12, samples=64)
    hyper = ContinuousHyper(alpha=ALPHA, gamma=GAMMA, learning_rate=1e-2, polyak=0.1, anneal=8 * 1_100)
    init, step = continuous_agent(env, env_params, shape)

    @jax.jit
    def run(key):
        return jax.lax.scan(lambda s, _: step(hyper, s), init(key, hyper), length=1_000)

    state, metrics = run(jax.random.key(0))
    assert bool(metrics.finite.all())
    actions = jnp.linspace(-0.6, 0.9, 7)[None, :, None]  # where the policy goes
    q = critic(env, env_params, (32,)).apply(state.params.q, jnp.ones((1, 1)), actions)[0]
    reward = np.asarray(actions - jnp.square(actions))[0, :, 0]
    ahead = 0.0 if ends else GAMMA * value(ALPHA) / (1 - GAMMA)
    np.testing.assert_allclose(q, reward + ahead, atol=0.05)


@pytest.mark.parametrize("mode", MODES)
def test_actions_follow_the_policy(mode):
    """Mean and second moment of what each actor draws from a Q that is given."""
    env = Slope(), SlopeParams()
    shape = small(mode, hidden=(16,), nodes=40, samples=64, chain=200, step_size=0.15, noise=2)
    network, box = critic(*env, (16,)), action_box(*env)
    params = network.init(jax.random.key(4))
    params[-1] = params[-1]._replace(weight=20 * params[-1].weight)
    draws = drawer(*env, 2, (16,)) if mode == "stein" else None
    policy = learned(network, draws, box, params, shape) if mode == "stein" else ()
    parts = Parts(params, policy, jnp.log(ALPHA))
    obs = jnp.ones((4_000, 1))
    drawn = np.asarray(jax.jit(actor_of(network, draws, box, shape))(jax.random.key(0), parts, obs))[:, 0]
    points, log_w = quadrature(box.low, box.high, 64)
    q = network.apply(params, jnp.ones((1, 1)), points[None])[0]
    assert float(q.max() - q.min()) > 2 * ALPHA  # else a uniform actor would pass
    mass = np.exp(np.asarray(q / ALPHA + log_w, np.float64))
    mass /= mass.sum()
    x = np.asarray(points[:, 0])
    slack = 0.08 if mode == "stein" else 0.03  # the network is an approximation
    assert abs(drawn.mean() - mass @ x) < slack
    assert abs((drawn**2).mean() - mass @ x**2) < slack
    assert np.abs(drawn).max() <= 1


def learned(network, draws, box, params, shape):
    """The drawing network, trained by the sampler of its own."""
    import optax

    from softql.samplers import amortised_stein, boltzmann_target

    target = boltzmann_target(lambda a: network.apply(params, jnp.ones((1, 1)), a[None, None])[0, 0], ALPHA, box)
    sampler = amortised_stein(
        lambda p, xi: draws.apply(p, jnp.ones((1, 1)), xi[None])[0], shape.noise, target, optax.adam(3e-3), 64
    )

    @jax.jit
    def run(state):
        return jax.lax.scan(lambda s, k: sampler.step(k, s), state, jax.random.split(jax.random.key(0), 800))[0]

    return run(sampler.init(draws.init(jax.random.key(1)))).params


def test_the_temperature_finds_its_entropy():
    """With alpha_rate, alpha moves to where the policy has the wanted entropy: here 0.3 nats below uniform."""
    env, env_params = Slope(), SlopeParams(ends=True)
    shape = small("quadrature", envs=8, hidden=(32,), batch=64, buffer=2_048, warmup=512, nodes=12)
    wanted = np.log(2.0) - 0.3
    hyper = ContinuousHyper(alpha=5.0, gamma=GAMMA, learning_rate=1e-2, alpha_rate=0.02, entropy_target=wanted)
    init, step = continuous_agent(env, env_params, shape)
    state, metrics = jax.jit(lambda key: jax.lax.scan(lambda s, _: step(hyper, s), init(key, hyper), length=1_500))(
        jax.random.key(0)
    )
    assert float(metrics.entropy[-100:].mean()) == pytest.approx(wanted, abs=0.05)
    assert float(jnp.exp(state.params.log_alpha)) < 2.0


@pytest.mark.parametrize("name", ["MountainCarContinuous-v0", "Reacher-misc", "PointRobot-misc"])
def test_other_environments_run(name):
    """Whatever they observe and however they scale it: a few steps are finite, and actions keep their limits."""
    env, env_params = gymnax.make(name)
    init, step = continuous_agent(env, env_params, small("quadrature", buffer=256, warmup=64))
    hyper = ContinuousHyper()
    state, metrics = jax.jit(lambda key: jax.lax.scan(lambda s, _: step(hyper, s), init(key, hyper), length=8))(
        jax.random.key(0)
    )
    assert bool(metrics.finite.all())
    assert int(metrics.env_steps[-1]) == 64 + 8 * 4
    space = env.action_space(env_params)
    width = len(action_box(env, env_params).low)
    first = state.lanes.obs.shape[1]  # a row of memory begins with the observation, then the action
    taken = np.asarray(state.memory.rows)[: int(state.memory.size), first : first + width]
    assert (taken >= np.asarray(space.low)).all()
    assert (taken <= np.asarray(space.high)).all()
    assert (taken.std(0) > 0).all()


def test_the_pendulum_swings_up():
    """Two seeds for a third of the recipe's steps, while exploring; `softql train Pendulum-v1` is the whole of it."""
    recipe = defaults_for("Pendulum-v1", "quadrature")
    pendulum = continuous_agent(*gymnax.make("Pendulum-v1"), recipe.shape)
    hyper = recipe.hyper._replace(anneal=30_000.0)
    steps = 30_000 // recipe.shape.env_steps - 64
    ((_, metrics),) = train(pendulum, hyper, seeds(0, 2), steps, steps)
    last = summary(jax.tree.map(lambda x: x[:, -400:], metrics))  # two episodes of 200 steps
    assert (np.asarray(last.episode_return) > -450).all()  # a hanging pendulum gets -1,200


def by_recipe(name, mode):
    """(shape, parameters of 4 seeds, keys to judge them with), trained as `softql train NAME --mode MODE` does."""
    plan = session.plan(*gymnax.make(name), name, {"seed": 0, "seeds": 4, "episodes": 64, "mode": mode})
    chunks = train(plan.agent, plan.hyper, seeds(plan.seed, 4), plan.steps, plan.chunk)
    ((state, _),) = deque(chunks, maxlen=1)
    return plan.shape, state.params, judging.keys(plan.seed, 4)


@pytest.mark.skipif(not THOROUGH, reason="a minute: SOFTQL_THOROUGH=1 runs it")
def test_the_recipe_of_the_pendulum_reaches_minus_200_on_every_seed():
    shape, params, keys = by_recipe("Pendulum-v1", "quadrature")
    returns = judging.returns_of(*gymnax.make("Pendulum-v1"), shape, params, keys, 64, "greedy").mean(-1)
    assert (np.asarray(returns) >= -200).all()


@pytest.mark.skipif(not THOROUGH, reason="minutes a mode: SOFTQL_THOROUGH=1 runs it")
@pytest.mark.parametrize("mode", MODES)
def test_each_of_the_four_goals_gets_15_to_35_percent_on_every_seed(mode):
    """Of 300 paths a seed: a share has a standard error of 2.5 %."""
    env, env_params = gymnax.make("MultiGoal-softql")
    shape, params, _ = by_recipe("MultiGoal-softql", mode)
    follow = walker(env, env_params, acting(env, env_params, shape), 300)
    for k in range(4):
        parts = jax.tree.map(lambda x, k=k: x[k], params)
        shares = goal_shares(follow(parts, jax.random.key(1_000 + k)))
        assert ((shares > 0.15) & (shares < 0.35)).all(), (mode, k, shares)


@pytest.mark.parametrize(
    ("name", "alpha", "steps"),
    [
        ("Pendulum-v1", 0.1, 60_000),
        ("MountainCarContinuous-v0", 0.1, 2_000_000),
        ("PointRobot-misc", 0.002, 100_000),
        ("Reacher-misc", 0.05, 100_000),
    ],
)
def test_training_by_name_takes_the_environments_own_recipe(name, alpha, steps):
    """What `softql train NAME` plans when nothing else is said: shape and data of the recipe, its steps in whole
    chunks, and none of the settings that any other name gets."""
    planned = session.plan(*gymnax.make(name), name, {"seed": 0, "seeds": 1, "episodes": 1})
    recipe, general = (defaults_for(x, "quadrature") for x in (name, "Unheard-of-v0"))
    assert planned.shape == recipe.shape != general.shape
    assert planned.hyper == recipe.hyper._replace(anneal=float(planned.env_steps))
    assert (recipe.hyper.alpha, recipe.env_steps) == (alpha, steps)
    assert steps <= planned.env_steps <= 1.02 * steps
    assert planned.shape.warmup < planned.env_steps / 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ContinuousShape(mode="replay"), "choose one of quadrature, stein"),
        (lambda: ContinuousShape(nodes=0), "nodes = 0"),
        (lambda: ContinuousShape(samples=100), "samples = 100: it must be a power of 2"),
        (lambda: ContinuousShape(hidden=8), "hidden = 8: it must be a tuple"),
        (lambda: ContinuousShape(particles=1), "Stein's direction needs two"),
        (lambda: ContinuousShape(particles=2.5), r"particles = 2\.5"),
        (lambda: continuous_agent(*gymnax.make("Pendulum-v1"), softql.agents.Shape()), "take a ContinuousShape"),
        (lambda: softql.agents.agent(*gymnax.make("CartPole-v1"), ContinuousShape()), "take a Shape"),
        (lambda: ContinuousShape(scale=0.0), "scale = 0.0"),
        (lambda: ContinuousShape(buffer=100), "not a multiple"),
        (lambda: ContinuousShape(warmup=100_000), "does not fit"),
        (lambda: continuous_agent(*gymnax.make("CartPole-v1")), "takes vectors with limits"),
        (lambda: critic(*gymnax.make("Pendulum-v1"), hidden=()), "at least one layer"),
        (lambda: drawer(*gymnax.make("Pendulum-v1"), noise=0), "noise = 0"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
