"""A pytree to one file and back: atomic, its structure and bytes checked, no pickle.

The file is a NumPy `.npz`: one array a leaf, named by its path in the tree, and a note with a SHA-256 over all of it.
It is written under a temporary name, flushed to disk and renamed, so a crash leaves the old file or the new one.
Imports: jax, numpy.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
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
    arrays = _named(tree)
    note = {"format": FORMAT, "sha256": _digest(arrays)}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            content: dict[str, Any] = {NOTE: np.frombuffer(json.dumps(note).encode(), np.uint8), **arrays}
            np.savez(file, **content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: str | Path, like: Any) -> Any:
    """Read a pytree of the structure, shapes and dtypes of `like`; its leaves may be arrays or `jax.ShapeDtypeStruct`.

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
    fitted = [_fit(path, name, arrays[name], leaf) for name, (_, leaf) in zip(names, leaves, strict=True)]
    return jax.tree_util.tree_unflatten(structure, fitted)


def _fit(path: str | Path, name: str, array: np.ndarray, leaf: Any) -> Any:
    """The array as a leaf like the one wanted; keys become keys again."""
    wanted = jax.eval_shape(_plain, leaf)
    if (array.shape, array.dtype) != (wanted.shape, wanted.dtype):
        found, asked = f"{array.dtype}{list(array.shape)}", f"{wanted.dtype}{list(wanted.shape)}"
        raise Unreadable(f"{path}: {name} is {found}, expected {asked}")
    if _is_key(leaf):
        return jax.random.wrap_key_data(jax.numpy.asarray(array), impl=jax.random.key_impl(leaf))
    return jax.numpy.asarray(array)


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        note = json.loads(arrays.pop(NOTE).tobytes())
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable(f"{path} is damaged or was not written by softql ({type(error).__name__})") from error
    if note.get("format") != FORMAT:
        raise Unreadable(f"{path} has format {note.get('format')}; this softql reads format {FORMAT}")
    if note.get("sha256") != _digest(arrays):
        raise Unreadable(f"{path} is damaged: its contents do not match its checksum")
    return arrays


def _named(tree: Any) -> dict[str, np.ndarray]:
    return {_name(keys): np.asarray(_plain(leaf)) for keys, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]}


def _name(keys: Any) -> str:
    return "tree" + jax.tree_util.keystr(keys)


def _plain(leaf: Any) -> Any:
    """A key's data, or the leaf."""
    return jax.random.key_data(leaf) if _is_key(leaf) else leaf


def _is_key(leaf: Any) -> bool:
    return bool(jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key))


def _digest(arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


__all__ = ["Unreadable", "load", "save"]
