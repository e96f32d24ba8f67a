"""A pytree to one file and back: atomic, its structure and every bit checked, no pickle.

The file is a NumPy `.npz`: one array a leaf, named by its path in the tree, and a note of its format. The archive's
comment, its last bytes, is the SHA-256 of all bytes before. It is written under a temporary name, flushed to disk and
renamed, so a crash leaves the old file or the new one.
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

FORMAT = 2
NOTE = "softql"
SEAL = b"softql sha256 "


class Unreadable(ValueError):
    """The file is damaged, or holds another tree than the one asked for; the message says which."""


def save(path: str | Path, tree: Any, earlier: str | Path | None = None) -> None:
    """Write the arrays of a pytree to `path`.

    Args:
      path: the file; what was there is replaced as one act.
      tree: a pytree of arrays (keys made by `jax.random.key` are saved as their data).
      earlier: a file name to which what was at `path` is moved first; a crash in between leaves that one.

    Raises:
      OSError: when the file can't be written; the old one is then untouched.
      TypeError: when a leaf is no array of numbers.

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
    for name, x in arrays.items():
        if x.dtype.hasobject:
            raise TypeError(f"{name} holds Python objects: only arrays of numbers are saved")
    extended = {name: x.dtype.name for name, x in arrays.items() if x.dtype.kind == "V"}  # bfloat16 and its like
    note = {"format": FORMAT, "extended": extended, "keys": keys}
    content: dict[str, Any] = {name: x.view(f"u{x.itemsize}") if name in extended else x for name, x in arrays.items()}
    content[NOTE] = np.frombuffer(json.dumps(note).encode(), np.uint8)
    archive = io.BytesIO()
    np.savez(archive, **content)
    write(path, _sealed(archive.getbuffer()), earlier)


def write(path: Path, content: bytes, earlier: str | Path | None = None) -> None:
    """Bytes to a file as one act: under a temporary name, flushed to disk, renamed; `earlier` as for `save`.

    Raises:
      OSError: when the file can't be written; the old one is then untouched.

    Example:
      >>> import tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     write(Path(folder, "note"), b"whole")
      ...     [(path.name, path.read_bytes()) for path in Path(folder).iterdir()]
      [('note', b'whole')]
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if earlier is not None and path.exists():
            os.replace(path, earlier)
        os.replace(temporary, path)
        _settle(path.parent)
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


def _sealed(archive: Any) -> bytes:
    """The archive with its digest for a comment: the comment's length in the last two bytes, then the comment."""
    length = len(SEAL) + 64
    body = bytes(archive[:-2]) + length.to_bytes(2, "little")
    return body + SEAL + hashlib.sha256(body).hexdigest().encode()


def _settle(folder: Path) -> None:
    """Have the renames on disk too, where a folder can be flushed."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, Any]:
    """Every leaf by name, if the bytes are those that were written."""
    content = path.read_bytes()
    body, seal = content[: -len(SEAL) - 64], content[-len(SEAL) - 64 :]
    if not seal.startswith(SEAL):
        raise Unreadable(f"{path} is damaged or was not written by softql (no seal)")
    if seal != SEAL + hashlib.sha256(body).hexdigest().encode():
        raise Unreadable(f"{path} is damaged: its contents do not match its checksum")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        note = json.loads(arrays.pop(NOTE).tobytes())
        version = note["format"]
        arrays = {name: x.view(note["extended"].get(name, x.dtype)) for name, x in arrays.items()}
        impls = dict(note["keys"])
    except Exception as error:  # whatever a parser makes of foreign bytes
        raise Unreadable(f"{path} was not written by this softql ({type(error).__name__})") from error
    if version != FORMAT:
        raise Unreadable(f"{path} has format {version}; this softql reads format {FORMAT}")
    keys = {name: jax.random.wrap_key_data(jax.numpy.asarray(arrays[name]), impl=i) for name, i in impls.items()}
    return arrays | keys


def _name(keys: Any) -> str:
    return "tree" + jax.tree_util.keystr(keys)


def _is_key(leaf: Any) -> bool:
    return bool(jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key))


__all__ = ["Unreadable", "load", "save", "write"]
