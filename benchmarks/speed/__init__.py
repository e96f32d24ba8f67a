"""How fast softql is, beside other libraries: `python -m benchmarks.speed`."""
