#!/usr/bin/env bash
# The workloads of benchmarks/gpu.py on this machine's accelerator, in an environment of their own:
#
#     benchmarks/gpu.sh [--rounds 10] [--quick]
#
# Writes benchmarks/gpu-DEVICE.json and prints the table. JAX_EXTRA=cuda13 (or cpu, for a dry run) takes another JAX;
# PYTHON=python3.12 another Python.
set -euo pipefail
cd "$(dirname "$0")/.."

extra=${JAX_EXTRA:-cuda12}
environment=${SOFTQL_GPU_ENV:-.venv-gpu-$extra}
if [ ! -x "$environment/bin/python" ]; then
  "${PYTHON:-python3}" -m venv "$environment"
fi
jax=jax
[ "$extra" = cpu ] || jax="jax[$extra]"
"$environment/bin/pip" install -q -c constraints.txt -e '.[gymnax,cli]' "$jax"
exec "$environment/bin/python" -m benchmarks.gpu "$@"
