"""A pytree to one file and back: atomic, its structure and bytes checked, no pickle.

The file is a NumPy `.npz`: one array a leaf, named by its path in the tree, and a note with a SHA-256 over all of it.
It is written under a temporary name, flushed to disk and renamed, so a crash leaves the old file or the new one.
Imports: jax, numpy.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import jax
import numpy as np

FORMAT = 1
NOTE = "softql"


class Unreadable(ValueError):
    """The file is damaged, or holds another tree than the one asked for; the message says which."""


def save(path: str | Path, tree: Any) -> None:
    """Write the arrays of a pytree to `path`.

    Args:
      path: the file; what was there is replaced as one act.
      tree: a pytree of arrays (keys made by `jax.random.key` are saved as their data).

    Raises:
      OSError: when the file can't be written; the old one is then untouched.

    Example:
      >>> import tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     save(folder + "/p.npz", {"w": np.ones(2)})
      ...     load(folder + "/p.npz", {"w": np.zeros(2)})["w"].tolist()
      [1.0, 1.0]
    """
    path = Path(path)
    named = [(_name(keys), leaf) for keys, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]]
    keys = {name: str(jax.random.key_impl(leaf)) for name, leaf in named if _is_key(leaf)}
    arrays = {name: np.asarray(jax.random.key_data(leaf) if name in keys else leaf) for name, leaf in named}
    extended = {name: x.dtype.name for name, x in arrays.items() if x.dtype.kind == "V"}  # bfloat16 and its like
    note = {"format": FORMAT, "sha256": _digest(arrays), "extended": extended, "keys": keys}
    content: dict[str, Any] = {name: x.view(f"u{x.itemsize}") if name in extended else x for name, x in arrays.items()}
    content[NOTE] = np.frombuffer(json.dumps(note).encode(), np.uint8)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, **content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: str | Path, like: Any) -> Any:
    """Read a pytree of the structure, shapes and dtypes of `like`, whose leaves may be `jax.ShapeDtypeStruct` too.

    Returns:
      The tree, with NumPy arrays for leaves (and keys where `like` has keys).

    Raises:
      OSError: when there is no such file, or it can't be read.
      Unreadable: when its bytes changed, or it holds another tree.
    """
    arrays = _read(Path(path))
    leaves, structure = jax.tree_util.tree_flatten_with_path(like)
    names = [_name(keys) for keys, _ in leaves]
    if sorted(names) != sorted(arrays):
        odd = sorted(set(names) ^ set(arrays))[0]
        raise Unreadable(f"{path} holds another tree: {odd} is in one and not in the other")
    for name, (_, leaf) in zip(names, leaves, strict=True):
        found, asked = arrays[name], leaf
        if (found.shape, found.dtype) != (asked.shape, asked.dtype):
            raise Unreadable(
                f"{path}: {name} is {found.dtype}{list(found.shape)}, expected {asked.dtype}{list(asked.shape)}"
            )
    return jax.tree_util.tree_unflatten(structure, [arrays[name] for name in names])


def _read(path: Path) -> dict[str, Any]:
    """Every leaf by name, if the bytes are those that were written."""
    content = io.BytesIO(path.read_bytes())
    try:
        with np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        note = json.loads(arrays.pop(NOTE).tobytes())
        version = note["format"]
        arrays = {name: x.view(note["extended"].get(name, x.dtype)) for name, x in arrays.items()}
        intact = note["sha256"] == _digest(arrays)
    except Exception as error:  # whatever a parser makes of foreign bytes
        raise Unreadable(f"{path} is damaged or was not written by softql ({type(error).__name__})") from error
    if version != FORMAT:
        raise Unreadable(f"{path} has format {version}; this softql reads format {FORMAT}")
    if not intact:
        raise Unreadable(f"{path} is damaged: its contents do not match its checksum")
    keys = {name: jax.random.wrap_key_data(jax.numpy.asarray(arrays[name]), impl=i) for name, i in note["keys"].items()}
    return arrays | keys


def _name(keys: Any) -> str:
    return "tree" + jax.tree_util.keystr(keys)


def _is_key(leaf: Any) -> bool:
    return bool(jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key))


def _digest(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.name} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


__all__ = ["Unreadable", "load", "save"]
