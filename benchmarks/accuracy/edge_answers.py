"""What a column answers at the edges: `python edge_answers.py softql|peers`, JSON on stdout.

Each answer is a list of numbers, or the name of the exception. Imports: numpy, edges, and the column's libraries.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
warnings.simplefilter("ignore")
np.seterr(all="ignore")

from edges import EDGES  # noqa: E402


def softql_answers(name, q, alpha, log_w):
    import jax

    import softql

    slopes = {"d_value_dq": 0, "d_value_dalpha": 1}
    if name in slopes:
        return jax.grad(softql.soft_value, slopes[name])(q, alpha, log_w)
    of = {
        "value": softql.soft_value,
        "policy": softql.boltzmann_policy,
        "entropy": softql.boltzmann_entropy,
        "advantage": softql.soft_advantage,
    }
    return softql.mellowmax(q, alpha) if name == "mellowmax" else of[name](q, alpha, log_w)


def peer_answers(of):
    def answer(name, q, alpha, log_w):
        w = None if log_w is None else log_w[None]
        if name == "d_value_dq":
            name = "policy"
        # mass against w where there are masks only: the density is the mass
        return of(q[None], np.asarray(alpha)[None], w, q[None], np.asarray(alpha)[None])[name][0]

    return answer


def listed(answer, edge, name):
    q, alpha = np.asarray(edge.q, np.float32), np.float32(edge.alpha)
    log_w = None if edge.log_w is None else np.asarray(edge.log_w, np.float32)
    try:
        return np.asarray(answer(name, q, alpha, log_w), np.float64).ravel().tolist()
    except KeyError:
        return None
    except Exception as error:
        return type(error).__name__


def main(column):
    if column == "softql":
        columns = {"softql": softql_answers}
    else:
        import peers

        columns = {}
        for who, (module, of, _) in peers.PEERS.items():
            try:
                __import__(module)
            except ImportError:
                continue
            columns[who] = peer_answers(of)
    out = {who: [{n: listed(f, e, n) for n in e.answers} for e in EDGES] for who, f in columns.items()}
    print(json.dumps(out))


if __name__ == "__main__":
    main(sys.argv[1])
