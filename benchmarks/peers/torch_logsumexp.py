"""torch's soft value: reads A, answers the seconds of one call on [2^20 / A, A], until its input ends."""

from __future__ import annotations

import sys
import time

import torch


def main() -> None:
    kept: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    for line in sys.stdin:
        actions = int(line)
        if actions not in kept:
            n = (1 << 20) // actions
            kept = {actions: (torch.randn(n, actions), torch.randn(n).exp())}
            call(*kept[actions])
        start = time.perf_counter()
        for _ in range(3):
            call(*kept[actions])
        print((time.perf_counter() - start) / 3, flush=True)


def call(q: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
    return alpha * torch.logsumexp(q / alpha[:, None], -1)


if __name__ == "__main__":
    main()
