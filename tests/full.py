"""A disk that is full: files of this process may grow to so many bytes and no further, as the kernel says it."""

from contextlib import contextmanager

import pytest

resource = pytest.importorskip("resource", reason="limits on the size of files are POSIX's")


@contextmanager
def room(size):
    """Writes beyond `size` bytes of any file end in an OSError, in the middle of what they were writing."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))  # Python ignores the signal that goes with it
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
