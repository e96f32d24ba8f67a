"""The house: imports only go down, and asking for the equations loads nothing that the equations do not need."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
STDLIB = sys.stdlib_module_names

# room -> (rooms it may import, packages it may import), in the order in which the data meets the code
LADDER = {
    "softql.equations": (set(), {"jax", "numpy", "jaxtyping"}),
    "softql.precise": ({"softql.equations"}, {"jax", "numpy", "jaxtyping"}),
    "softql.measures": ({"softql.equations"}, {"jax", "numpy", "jaxtyping", "scipy"}),
    "softql.samplers": (
        {"softql.equations", "softql.measures"},
        {"jax", "numpy", "jaxtyping", "blackjax", "optax"},  # optax comes with blackjax
    ),
    "softql.returns": ({"softql.equations"}, {"jax", "numpy", "jaxtyping"}),
    "softql.temperature": ({"softql.equations"}, {"jax", "numpy", "jaxtyping"}),
    "softql.closed_forms": (set(), {"jax", "numpy", "jaxtyping"}),
    "softql.mdp": ({"softql.equations"}, {"jax", "numpy", "jaxtyping"}),
    "softql.tabular": ({"softql.equations", "softql.mdp"}, {"jax", "numpy", "jaxtyping"}),
    "softql.equivalences": ({"softql.equations", "softql.tabular"}, {"jax", "numpy", "jaxtyping"}),
    "softql": (
        {
            "softql.equations",
            "softql.returns",
            "softql.temperature",
            "softql.tabular",
            "softql.equivalences",
            "softql.laws",
        },
        set(),
    ),
    "softql.lanes": (set(), {"jax", "jaxtyping"}),
    "softql.sharding": (set(), {"jax", "numpy"}),
    "softql.envs": (
        {"softql.equations", "softql.loading", "softql.measures", "softql.mdp"},
        {"jax", "numpy", "jaxtyping", "gymnax", "flax"},
    ),
    "softql.agents": (
        {
            *("softql.equations", "softql.measures", "softql.samplers", "softql.returns"),
            *("softql.temperature", "softql.lanes"),
        },
        {"jax", "numpy", "jaxtyping", "optax", "gymnax"},
    ),
    "softql.train": ({"softql.agents", "softql.sharding"}, {"jax", "numpy", "jaxtyping"}),
    "softql.evaluate": (
        {"softql.equations", "softql.agents", "softql.lanes", "softql.mdp", "softql.tabular"},
        {"jax", "numpy", "jaxtyping"},
    ),
    "softql.showing": (
        {*("softql.agents", "softql.equations", "softql.lanes", "softql.envs", "softql.measures", "softql.plots"),
         "softql.drawing"},
        {"jax", "numpy"},
    ),
    "softql.checkpoint": (set(), {"jax", "numpy"}),
    "softql.runs": ({"softql.checkpoint"}, {"jax", "numpy"}),
    "softql.plots": ({"softql.drawing"}, {"numpy", "matplotlib"}),
    "softql.judging": (
        {*("softql.agents", "softql.evaluate", "softql.sharding", "softql.showing")},
        {"jax", "numpy", "rich"},
    ),
    "softql.progress": ({"softql.agents", "softql.runs", "softql.sharding"}, {"numpy", "rich"}),
    "softql.together": ({"softql.runs", "softql.sharding"}, {"jax", "rich"}),
    "softql.session": (
        {
            *("softql.agents", "softql.train", "softql.evaluate", "softql.mdp", "softql.plots", "softql.runs"),
            *("softql.showing", "softql.judging", "softql.finding", "softql.progress", "softql.writers"),
            *("softql.checkpoint", "softql.drawing", "softql.sharding", "softql.together"),
        },
        {"jax", "numpy", "rich"},
    ),
    "softql.solving": (
        {"softql.equations", "softql.mdp", "softql.tabular", "softql.drawing", "softql.maps", "softql.plots"},
        {"jax", "numpy", "rich"},
    ),
    "softql.mistakes": (set(), set()),
    "softql.writers": ({"softql.mistakes"}, {"tensorboardX", "wandb"}),
    "softql.loading": ({"softql.mistakes"}, set()),
    "softql.finding": (
        {*("softql.loading", "softql.mistakes", "softql.envs", "softql.agents", "softql.lanes")},
        {"jax", "gymnax"},
    ),
    "softql.options": (
        {*("softql.drawing", "softql.finding", "softql.runs", "softql.sharding", "softql.mistakes", "softql.writers")},
        set(),
    ),
    "softql.processes": (
        {"softql.agents", "softql.options", "softql.sharding", "softql.mistakes", "softql.train"},
        {"jax"},
    ),
    "softql.intervals": (set(), {"numpy"}),
    "softql.grids": (set(), {"numpy"}),
    "softql.comparison": ({"softql.drawing", "softql.plots", "softql.intervals", "softql.grids"}, {"numpy"}),
    "softql.sweep": (
        {
            *("softql.agents", "softql.train", "softql.runs", "softql.judging", "softql.progress", "softql.session"),
            *("softql.comparison", "softql.intervals", "softql.grids", "softql.writers", "softql.plots"),
            *("softql.checkpoint", "softql.drawing", "softql.sharding", "softql.together"),
        },
        {"jax", "numpy", "rich"},
    ),
    "softql.sweeping": (
        {*("softql.finding", "softql.options", "softql.grids", "softql.runs", "softql.session", "softql.sweep"),
         "softql.mistakes", "softql.processes"},
        set(),
    ),
    "softql.comparing": (
        {*("softql.finding", "softql.options", "softql.comparison", "softql.intervals", "softql.grids", "softql.runs"),
         "softql.plots", "softql.progress", "softql.mistakes"},
        {"numpy", "rich"},
    ),
    "softql.evaluating": (
        {*("softql.finding", "softql.options", "softql.judging", "softql.runs", "softql.session", "softql.sweep"),
         "softql.mistakes", "softql.opening"},
        {"numpy", "rich"},
    ),
    "softql.drawing": ({"softql.envs"}, {"numpy", "PIL", "matplotlib"}),
    "softql.maps": ({"softql.drawing", "softql.plots"}, {"numpy", "matplotlib"}),
    "softql.figures": (
        {*("softql.comparison", "softql.drawing", "softql.intervals", "softql.plots")},
        {"numpy", "matplotlib"},
    ),
    "softql.watching": (
        {*("softql.agents", "softql.equations", "softql.finding", "softql.lanes", "softql.measures", "softql.runs"),
         "softql.session", "softql.showing", "softql.sweep"},
        {"jax", "numpy"},
    ),
    "softql.opening": (
        {*("softql.finding", "softql.options", "softql.runs", "softql.watching", "softql.mistakes")},
        set(),
    ),
    "softql.plotting": (
        {
            *("softql.drawing", "softql.figures", "softql.finding", "softql.grids", "softql.maps", "softql.opening"),
            *("softql.returns", "softql.runs", "softql.session", "softql.solving", "softql.watching"),
            *("softql.mistakes", "softql.options"),
        },
        {"numpy"},
    ),
    "softql.animating": (
        {*("softql.drawing", "softql.opening", "softql.options", "softql.runs", "softql.watching", "softql.mistakes")},
        {"numpy"},
    ),
    "softql.verification": ({"softql.laws", "softql.loading", "softql.mistakes"}, set()),
    "softql.citing": ({"softql", "softql.mistakes"}, set()),
    "softql.reporting": ({"softql.finding", "softql.options", "softql.mistakes"}, set()),
    "softql.cli": (
        {
            *("softql.citing", "softql.reporting", "softql.sweeping", "softql.comparing", "softql.evaluating"),
            *("softql.plotting", "softql.animating", "softql.opening"),
            "softql",
            "softql.session",
            "softql.solving",
            "softql.plots",
            "softql.runs",
            "softql.verification",
            "softql.mistakes",
            "softql.finding",
            "softql.options",
            "softql.processes",
        },
        {"rich"},
    ),
    "softql.laws": (set(), {"numpy", "hypothesis", "pytest"}),
}


def modules():
    return sorted((ROOT / "softql").rglob("*.py"))


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(name):
    """The longest room that a module lies in; `softql` itself is the room of its __init__ alone."""
    return max((room for room in LADDER if name == room or name.startswith(room + ".")), key=len)


def imported(path):
    """Every module that a file imports, at its top or inside a function, by absolute name."""
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            stem = ".".join([*base, node.module] if node.module else base)
            if stem == "softql" and module_name(path) != "softql":
                for alias in node.names:
                    inside = ROOT / "softql" / alias.name
                    yield f"softql.{alias.name}" if inside.is_dir() or inside.with_suffix(".py").is_file() else stem
            else:
                yield stem


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_imports_only_go_down(path):
    name = module_name(path)
    room = room_of(name)
    assert name == "softql" or room != "softql", f"{name} stands in no room of the ladder"
    rooms, packages = LADDER[room]
    for other in imported(path):
        top = other.partition(".")[0]
        if top == "softql":
            assert room_of(other) == room or room_of(other) in rooms, f"{name} may not import {other}"
        else:
            assert top in packages or top in STDLIB, f"{name} may not import {top}"


def test_the_ladder_has_no_room_without_a_file():
    assert {room_of(module_name(path)) for path in modules()} == set(LADDER)


def test_the_ladder_goes_down():
    """No room may reach itself through the rooms that it imports."""
    for start in LADDER:
        seen, frontier = set(), set(LADDER[start][0])
        while frontier:
            room = frontier.pop()
            assert room != start, f"{start} imports itself in a circle"
            seen.add(room)
            frontier |= LADDER[room][0] - seen


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import softql", ["jax", "numpy", "gymnax", "hypothesis", "matplotlib", "optax", "flax", "rich"]),
        ("import softql; softql.verify", ["jax", "gymnax", "matplotlib", "optax", "flax", "rich", "pytest"]),
        ("import softql; softql.soft_value", ["gymnax", "hypothesis", "matplotlib", "optax", "flax", "rich"]),
        ("import softql.equations", ["gymnax", "hypothesis", "matplotlib", "optax", "flax", "rich"]),
        ("import softql.agents", ["gymnax", "hypothesis", "matplotlib", "rich"]),
        ("import softql.cli", ["jax", "gymnax", "hypothesis", "matplotlib"]),
        ("import softql.session, softql.envs", ["hypothesis", "matplotlib.pyplot", "pandas", "seaborn", "scipy.stats"]),
    ],
)
def test_what_an_import_loads(statement, unwanted):
    loaded = f"{statement}; import sys; print([name for name in {unwanted!r} if name in sys.modules])"
    code = "import warnings; warnings.simplefilter('ignore'); " + loaded
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"


LATER = """
import sys
from softql import finding
env, params = finding.environment("Pong-misc")
assert "matplotlib.pyplot" not in sys.modules and "seaborn" not in sys.modules
import jax, matplotlib
matplotlib.use("agg")
state = env.reset(jax.random.key(0), params)[1]
drawn = env.render(state, params)
print(drawn.get_array().shape == env.obs_shape[:2], "seaborn" in sys.modules)
"""


def test_a_game_that_gymnax_draws_finds_what_it_draws_with():
    """gymnax's own modules hold stand-ins for pyplot and seaborn, which load when a game is drawn."""
    out = subprocess.run([sys.executable, "-c", LATER], capture_output=True, text=True, check=False, cwd=ROOT)
    assert out.stdout.splitlines()[-1:] == ["True True"], out.stderr


WITHOUT_JAX = """
import sys

class NoJax:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("jax", "jaxlib", "jaxtyping"):
            raise ModuleNotFoundError(f"No module named {name!r}")

sys.meta_path.insert(0, NoJax())
import numpy as np
import softql, softql.laws, softql.cli
assert softql.verify({"energy": lambda q, alpha: -q / alpha[..., None]}, ["energy_is_minus_q"], examples=5).ok
assert softql.cli.main(["laws"]) == 0
try:
    softql.soft_value
except ModuleNotFoundError as error:
    print(error)
"""


def test_the_laws_run_where_jax_is_not_installed():
    """jax's import is refused, so this holds in an environment that has only NumPy and Hypothesis."""
    out = subprocess.run([sys.executable, "-c", WITHOUT_JAX], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.splitlines()[-1] == "No module named 'jax'"


def test_the_lazy_names_are_the_ones_that_type_checkers_see():
    import softql

    tree = ast.parse((ROOT / "softql" / "__init__.py").read_text())
    (block,) = [n for n in tree.body if isinstance(n, ast.If) and getattr(n.test, "id", "") == "TYPE_CHECKING"]
    seen = {alias.asname: node.module for node in block.body for alias in node.names}
    assert seen == softql._HOME
    assert set(seen) <= set(dir(softql))
    for name, module in seen.items():
        assert getattr(softql, name) is getattr(sys.modules[module], name)
    with pytest.raises(AttributeError, match="no attribute 'soft_vlaue'"):
        softql.soft_vlaue  # noqa: B018
    assert softql.laws.verify is softql.verify


def test_files_are_rooms_not_halls():
    assert [str(path) for path in modules() if len(path.read_text().splitlines()) > 500] == []


SCRIPTS = sorted(p for room in ("benchmarks", "docs") for p in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)
def test_scripts_ask_for_what_softql_has(path):
    """Nothing else runs most of them between two releases."""
    rooms, tree = {}, ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "softql":
            room = importlib.import_module(node.module)
            for name in node.names:
                if not hasattr(room, name.name):
                    importlib.import_module(f"{node.module}.{name.name}")
                if isinstance(found := getattr(room, name.name), ModuleType):
                    rooms[name.asname or name.name] = found
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in rooms:
            assert hasattr(rooms[node.value.id], node.attr), f"{node.value.id}.{node.attr}, line {node.lineno}"
