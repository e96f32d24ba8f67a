"""What is saved comes back, and what was damaged is refused."""

import os
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from full import room

from softql import checkpoint


@pytest.fixture
def tree():
    return {
        "layers": [(jnp.arange(6.0).reshape(2, 3), jnp.zeros(3, jnp.bfloat16)), (jnp.ones((), jnp.int32),)],
        "key": jax.random.key(3),
        "flag": np.array([True, False]),
        "wide": np.array([1 / 3]),
    }


def same(a, b):
    def bits(leaf):
        return np.asarray(jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf)

    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        assert x.dtype == y.dtype
        np.testing.assert_array_equal(bits(x), bits(y))


def test_a_tree_comes_back(tmp_path, tree):
    checkpoint.save(tmp_path / "t.npz", tree)
    same(checkpoint.load(tmp_path / "t.npz", tree), tree)
    assert [path.name for path in tmp_path.iterdir()] == ["t.npz"]


def test_shapes_alone_say_what_to_expect(tmp_path, tree):
    checkpoint.save(tmp_path / "t.npz", tree)
    same(checkpoint.load(tmp_path / "t.npz", jax.eval_shape(lambda: tree) | {"wide": tree["wide"]}), tree)


def test_every_bit_counts(tmp_path, tree):
    path = tmp_path / "t.npz"
    checkpoint.save(path, tree)
    good = path.read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.integers(0, 8 * len(good), 1000):
        bad = bytearray(good)
        bad[at // 8] ^= 1 << (at % 8)
        path.write_bytes(bytes(bad))
        with pytest.raises(checkpoint.Unreadable, match="damaged"):
            checkpoint.load(path, tree)


def test_damage_to_an_array_is_noticed(tmp_path):
    path = tmp_path / "t.npz"
    checkpoint.save(path, {"w": np.full(1000, 7.0)})
    bad = path.read_bytes().replace(np.full(1, 7.0).tobytes(), np.full(1, 8.0).tobytes(), 1)
    path.write_bytes(bad)
    with pytest.raises(checkpoint.Unreadable, match="damaged"):
        checkpoint.load(path, {"w": np.zeros(1000)})


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut"])
def test_foreign_files_are_refused(tmp_path, content):
    (tmp_path / "t.npz").write_bytes(content)
    with pytest.raises(checkpoint.Unreadable, match="damaged or was not written by softql"):
        checkpoint.load(tmp_path / "t.npz", {})


def test_another_tree_is_refused_by_name(tmp_path, tree):
    checkpoint.save(tmp_path / "t.npz", {"a": np.zeros(2)})
    with pytest.raises(checkpoint.Unreadable, match=r"tree\['b'\] is in one"):
        checkpoint.load(tmp_path / "t.npz", {"a": np.zeros(2), "b": np.zeros(1)})
    with pytest.raises(checkpoint.Unreadable, match=r"tree\['a'\] is float64\[2\], expected float64\[3\]"):
        checkpoint.load(tmp_path / "t.npz", {"a": np.zeros(3)})


def test_a_failed_save_leaves_the_old_file(tmp_path, tree, monkeypatch):
    path = tmp_path / "t.npz"
    checkpoint.save(path, {"a": np.zeros(2)})

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(path, {"a": np.ones(2)})
    monkeypatch.undo()
    same(checkpoint.load(path, {"a": np.zeros(2)}), {"a": np.zeros(2)})
    assert [p.name for p in tmp_path.iterdir()] == ["t.npz"]


def test_a_disk_that_fills_up_while_it_writes(tmp_path):
    """The kernel cuts the write short: the old file stands, and nothing half-written stays."""
    path = tmp_path / "t.npz"
    checkpoint.save(path, {"a": np.zeros(1000)}, tmp_path / "earlier.npz")
    with room(4096), pytest.raises(OSError, match="too large"):
        checkpoint.save(path, {"a": np.ones(1000)}, tmp_path / "earlier.npz")
    same(checkpoint.load(path, {"a": np.zeros(1000)}), {"a": np.zeros(1000)})
    assert [p.name for p in tmp_path.iterdir()] == ["t.npz"]


def test_bytes_are_on_the_disk_before_they_have_their_name(tmp_path, monkeypatch):
    """Flush the file, move the old one away, rename, flush the folder: in this order."""
    done, fsync, replace = [], os.fsync, os.replace

    def synced(descriptor):
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    def renamed(old, new):
        done.append(f"{'new' if Path(old).name.startswith('.') else 'old'} as {Path(new).name}")
        replace(old, new)

    path = tmp_path / "t.npz"
    checkpoint.save(path, {"a": np.zeros(2)})
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", renamed)
    checkpoint.save(path, {"a": np.zeros(2)}, tmp_path / "earlier.npz")
    if os.path.isdir("/proc/self/fd"):
        assert done == ["file", "old as earlier.npz", "new as t.npz", "folder"]


def test_another_format_is_refused_by_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "FORMAT", 3)
    checkpoint.save(tmp_path / "t.npz", {"a": np.zeros(2)})
    monkeypatch.undo()
    with pytest.raises(checkpoint.Unreadable, match="has format 3; this softql reads format 2"):
        checkpoint.load(tmp_path / "t.npz", {"a": np.zeros(2)})


def test_nothing_is_pickled(tmp_path):
    """Objects are not saved, and an archive of objects under a right seal is not read."""
    with pytest.raises(TypeError, match="holds Python objects"):
        checkpoint.save(tmp_path / "t.npz", {"a": np.array([print])})
    np.savez(tmp_path / "foreign.npz", softql=np.array([print], object))
    (tmp_path / "t.npz").write_bytes(checkpoint._sealed((tmp_path / "foreign.npz").read_bytes()))
    with pytest.raises(checkpoint.Unreadable, match="was not written by this softql"):
        checkpoint.load(tmp_path / "t.npz", {})
