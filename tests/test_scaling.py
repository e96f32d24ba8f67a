"""The benchmarks of scale: the model is the one that is stated, the page is fresh, gpu.py runs on a CPU too."""

import json

import jax
import numpy as np
import pytest

from benchmarks import gpu, scaling


def rows(seconds, lanes=(1, 4, 16)):
    return [
        {"work": "light", "lanes": n, "devices": 1, "processes": 1, "seconds": seconds(n), "host": 1e-3 + 1e-6 * n}
        | {"peak": 1e8 + 1e4 * n, "least": seconds(n), "most": seconds(n), "first": 1.0, "env_steps": 256 * n}
        for n in lanes
    ]


def test_the_model_finds_what_made_the_rows_and_foresees_by_it():
    found = {"rows": rows(lambda n: 0.02 + 0.003 * n), "cores": 2}
    model = scaling.models(found)["light"]
    np.testing.assert_allclose(model["seconds"], (0.02, 0.003), rtol=1e-6)
    np.testing.assert_allclose(model["peak"], (1e8, 1e4), rtol=1e-4)
    on, host, memory = scaling.foreseen(model, 10_000, 1_000)
    np.testing.assert_allclose([on, host, memory], [0.02 + 0.03, 1e-3 + 1e-2, 1e8 + 1e5], rtol=1e-4)
    start, slope = scaling.fitted(rows(lambda n: 0.003 * n - 0.001), "seconds")
    assert (start, slope > 0) == (0.0, True)
    start, slope = scaling.fitted(rows(lambda n: 0.1 / n), "seconds")
    assert (start > 0, slope) == (True, 0.0)


def test_16_lanes_are_held_against_single_ones():
    one = rows(lambda n: 0.1 * n, (1, 16))
    two = [row | {"devices": 2, "seconds": 0.88} for row in one[1:]]
    found = {"rows": [row | {"work": "recipe"} for row in one + two], "cores": 2}
    assert [round(row["ratio"], 6) for row in scaling.spread(found)] == [1.0, 1.1]


def test_the_page_is_fresh_and_tells_the_extrapolated_from_the_measured():
    text = scaling.page(json.loads(scaling.RESULTS.read_text()))
    assert text == scaling.PAGE.read_text("utf-8"), "python -m benchmarks.scaling --page"
    measured, extrapolated = text.split("## Extrapolated: 10,000 seeds, 1,000 devices")
    assert "**Not measured.**" in extrapolated
    assert "1,000 |" not in measured


def test_the_accelerators_workloads_run_on_a_cpu(tmp_path, monkeypatch, capsys):
    """A dry run, and it says so."""
    monkeypatch.setattr(gpu, "ACTIONS", (2,))
    monkeypatch.setattr(gpu, "SEEDS", (1, 2))
    gpu.main(["--quick", "--rounds", "1", "--out", str(tmp_path)])
    assert jax.default_backend() == "cpu"
    (path,) = tmp_path.iterdir()
    found = json.loads(path.read_text())
    assert found["dry_run"]
    assert {row["what"] for row in found["backup"]} == {
        *("copy", "soft_value", "boltzmann_policy", "boltzmann_policy, fast")
    }
    assert all(row["share"] > 0 for row in found["backup"])
    assert [row["steps_per_second"] > 0 for row in found["seeds"]] == [True, True]
    assert "a dry run, no figure of an accelerator" in capsys.readouterr().out


def test_memory_that_is_full_ends_the_seeds_and_is_said(monkeypatch):
    def full(*of):
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory")

    monkeypatch.setattr("softql.train.train", full)
    found = gpu.seeds((4, 8), 1, {}, 1)
    assert found == [{"what": "seeds", "seeds": 4, "full": True}]
    monkeypatch.setattr("softql.train.train", lambda *of: (_ for _ in ()).throw(jax.errors.JaxRuntimeError("other")))
    with pytest.raises(jax.errors.JaxRuntimeError, match="other"):
        gpu.seeds((4,), 1, {}, 1)
