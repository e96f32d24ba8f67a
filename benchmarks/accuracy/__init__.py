"""Who loses how many digits: generates docs/accuracy.md and docs/accuracy.png.

    python -m benchmarks.accuracy                 everything but the price in speed, which is kept as it stands
    python -m benchmarks.accuracy --price         only the price: on a quiet machine

Rooms: `__main__` (the run), `cases` (inputs and their truth), `operators` (softql's column), `peers` (the others', in
an environment of their own), `edges` (the edge table, also a test), `page` (tables), `picture`, `price`.
Needs softql with its `test` extra; regimes and oracle are those of tests/.
"""
