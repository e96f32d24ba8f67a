"""Write the certified vectors: softql's own outputs, each with a goal that coq-interval must prove.

    python vectors/generate.py [FOLDER]    in an environment with softql; rewrites float64.v, float32.v and tables.v
    python vectors/generate.py --drift     the same, and exit 3 if softql now answers otherwise than the files said

Inputs are the regimes of tests/regimes.py. For each row softql computes the value and the log-policy; the file states,
about the project's own definitions over the reals, that the output lies within K units in the last place. Inputs and
outputs are written as the exact rational numbers that the floats are. Nothing here decides whether a bound holds: Coq
does.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "tests")]

import jax.numpy as jnp  # noqa: E402  after the settings above, which JAX reads once
import numpy as np  # noqa: E402
from regimes import masked, regime, weighted  # noqa: E402

from softql import boltzmann_log_policy, optimality_target, soft_value  # noqa: E402

ROWS = 10
REACH = 1000.0
#: what is promised, in units in the last place of the output (of max |Q| where V crosses 0)
VALUE_ULP, LOG_POLICY_ULP = Fraction(3, 2), Fraction(4)

HEAD = """(* Written by vectors/generate.py: outputs of softql in {dtype}, as the exact rationals they are. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype.
From Interval Require Import Tactic.
From softql Require Import value.
From softql_vectors Require Import points.
Open Scope R_scope.

(* Rewrite with a closed form, look the row up, and let interval arithmetic of the given precision decide. *)
Tactic Notation "certify" constr(form) constr(ok) reference(row) constr(precision) :=
  rewrite form; [unfold row; rewrite /=; interval with (i_prec precision)|lra|exact: ok].

"""


class Row(NamedTuple):
    """One row of action values: where it comes from, and what is in it."""

    regime: str
    q: np.ndarray
    alpha: np.floating
    log_w: np.ndarray | None


def rows(dtype: type) -> Iterator[Row]:
    """The inputs: every regime, two-action rows, weights of 1e-30 to 1e30, masks that hide NaN.

    Of the extreme regime only rows whose gaps stay below REACH alpha: interval arithmetic takes minutes for exp(-1e30).
    """
    batches = [(letter, regime(letter, 100 * ROWS if letter == "E" else ROWS, dtype)) for letter in "TDUOENZ"]
    batches += [("T, two actions", regime("T", ROWS, dtype, actions=2, seed=1))]
    batches += [("T, weighted", weighted(regime("T", ROWS, dtype, seed=2)))]
    batches += [("E, masked", masked(regime("E", 100 * ROWS, dtype, seed=3)))]
    for name, case in batches:
        spread = np.nanmax(case.q, -1) - np.nanmin(case.q, -1)
        near = np.flatnonzero(spread < REACH * case.alpha)[:ROWS]
        for i in near:
            yield Row(name, case.q[i], case.alpha[i], None if case.log_w is None else case.log_w[i])


def exact(x: np.floating | float) -> Fraction:
    return Fraction(float(x))


def real(x: Fraction) -> str:
    """A rational as a Coq real number."""
    sign = "-" if x < 0 else ""
    return f"({sign}{abs(x.numerator)})" if x.denominator == 1 else f"({sign}{abs(x.numerator)}/{x.denominator})"


def weight(row: Row, a: int) -> str:
    if row.log_w is None:
        return "1"
    if row.log_w[a] == -np.inf:
        return "0"
    return "1" if row.log_w[a] == 0 else f"exp {real(exact(row.log_w[a]))}"


def listed(row: Row) -> str:
    """The row as a Coq list of (weight, Q); what stands in a masked slot is of no account."""
    q = [Fraction(0) if weight(row, a) == "0" else exact(row.q[a]) for a in range(len(row.q))]
    return "[:: " + "; ".join(f"({weight(row, a)}, {real(q[a])})" for a in range(len(q))) + "]"


def ulp(x: np.floating) -> Fraction:
    return exact(np.spacing(np.abs(x)))


def bits(largest: float, tolerance: Fraction) -> int:
    """The precision that interval arithmetic needs to see a tolerance under numbers of a given size."""
    return 32 + max(
        30,
        math.ceil(math.log2(max(largest, 1.0)) - math.log2(tolerance.numerator) + math.log2(tolerance.denominator)),
    )


def goals(dtype: type) -> Iterator[str]:
    """One lemma a value, two lemmas a log-policy: its best action and another one."""
    choose = np.random.default_rng(0)
    for number, row in enumerate(rows(dtype)):
        q, alpha, log_w = jnp.asarray(row.q), jnp.asarray(row.alpha), row.log_w
        v = np.asarray(soft_value(q, alpha, log_w))
        log_pi = np.asarray(boltzmann_log_policy(q, alpha, log_w))
        assert v.dtype == log_pi.dtype == dtype
        open_ = [a for a in range(len(row.q)) if weight(row, a) != "0"]
        score = [float(row.q[a]) + (0.0 if log_w is None else float(alpha) * float(log_w[a])) for a in open_]
        best = open_[int(np.argmax(score))]
        shift, a_ = exact(row.q[best]), exact(row.alpha)
        biggest = max(abs(exact(row.q[a])) for a in open_)
        crosses = row.regime == "Z"
        tolerance = VALUE_ULP * (ulp(row.q[open_][np.argmax(np.abs(row.q[open_]))]) if crosses else ulp(v))
        name, a_text = f"{number:03d}", real(a_)
        prec = bits(float(max(biggest, a_)), tolerance)
        yield (
            f"(* regime {row.regime} *)\n"
            f"Definition row_{name} := {listed(row)}.\n"
            f"Lemma row_{name}_ok : is_weight (weights row_{name}). Proof. weigh. Qed.\n"
            f"Lemma value_{name} : Rabs (row_value {a_text} row_{name} - {real(exact(v))}) <= {real(tolerance)}.\n"
            f"Proof. certify (row_value_shifted {a_text} row_{name} {real(shift)}) "
            f"row_{name}_ok row_{name} {prec}%positive. Qed.\n"
        )
        others = [a for a in open_ if a != best and np.isfinite(log_pi[a])]
        for a in [best, *([int(choose.choice(others))] if others else [])]:
            out = log_pi[a]
            if out == 0:  # an answer below the smallest normal number, which XLA flushes: outside the promise
                continue
            tolerance = LOG_POLICY_ULP * ulp(out)
            spread = abs(shift - exact(row.q[a])) / a_
            prec = bits(float(max(spread, biggest / a_ if spread else 1)), tolerance)
            yield (
                f"Lemma log_policy_{name}_{a} : "
                f"Rabs (row_log_policy {a_text} row_{name} {a} - {real(exact(out))}) <= {real(tolerance)}.\n"
                f"Proof. certify (row_log_policy_shifted {a_text} row_{name} {real(shift)} {a}) "
                f"row_{name}_ok row_{name} {prec}%positive. Qed.\n"
            )


TABLE_HEAD = r"""(* Written by vectors/generate.py: soft Q-tables from value iteration with optimality_target. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From softql Require Import sums contraction value policy backup.
Open Scope R_scope.

Lemma sum_bool (f : bool -> R) : \big[Rplus/0]_(b : bool) f b = f true + f false.
Proof. exact: big_bool. Qed.

(* The residual of the table bounds its distance to Q*: ||Q - Q*|| <= ||T* Q - Q|| / (1 - gamma). *)
Lemma certified w P r disc gamma alpha (table : bool * bool -> R) bound :
  is_process w P disc gamma alpha -> 0 <= bound ->
  (forall sa, Rabs (optimality w P r disc alpha table sa - table sa) <= bound * (1 - gamma)) ->
  forall Qs, is_Qstar w P r disc alpha Qs -> forall sa, Rabs (table sa - Qs sa) <= bound.
Proof.
move=> ok b0 res Qs Hs sa; have [_ _ _ g01 _] := ok.
apply: Rle_trans (supnorm_ge (fun sa => table sa - Qs sa) sa) _.
apply: Rle_trans (bellman_residual_error ok table Hs) _.
apply/Rle_div_l; first lra.
by apply: supnorm_le => //; apply: Rmult_le_pos; lra.
Qed.

"""
#: gamma, and the distance to Q* that is promised for a table: 2 ulp of max |Q| over 1 - gamma
GAMMA, TABLE_ULP = Fraction(7, 8), Fraction(16)


class Process(NamedTuple):
    """A process with two states and two actions, every number exact in float32."""

    transition: np.ndarray
    reward: np.ndarray
    ends: np.ndarray
    allowed: np.ndarray
    alpha: float


def processes() -> Iterator[tuple[str, Process]]:
    """A plain process, one that ends, one with a masked action, one nearly deterministic."""
    chance = np.array([[[3, 1], [1, 7]], [[2, 2], [1, 3]]], float) / np.array([[[4], [8]], [[4], [4]]])
    reward = np.array([[1, -0.5], [0.25, 2]])
    never, always = np.zeros((2, 2, 2), bool), np.ones((2, 2), bool)
    ends = never.copy()
    ends[1, 0, :] = True
    masked_ = np.array([[True, True], [False, True]])
    yield "plain", Process(chance, reward, never, always, 0.5)
    yield "ending", Process(chance, reward, ends, always, 0.25)
    yield "masked", Process(chance, reward, never, masked_, 0.5)
    yield "confident", Process(chance, reward, ends, always, 0.03125)


def solved(p: Process, dtype: type) -> np.ndarray:
    """Soft value iteration in one dtype, until the table stands still or 2,000 sweeps."""
    discount = jnp.asarray(float(GAMMA) * ~p.ends, dtype)
    log_w = jnp.where(jnp.asarray(p.allowed), 0.0, -jnp.inf).astype(dtype)
    chance, reward, alpha = (jnp.asarray(x, dtype) for x in (p.transition, p.reward, p.alpha))
    q = jnp.zeros((2, 2), dtype)
    for _ in range(2000):
        target = [
            [optimality_target(jnp.full(2, reward[s, a]), discount[s, a], q, alpha, log_w) for a in (0, 1)]
            for s in (0, 1)
        ]
        swept = (chance * jnp.asarray(target)).sum(-1)
        if bool((swept == q).all()):
            break
        q = swept
    return np.asarray(q)


def cases(function: str, kind: str, values: np.ndarray) -> str:
    """A Coq function on booleans (false first) that looks its value up."""
    names = ("false", "true")
    rows_ = "".join(
        f"  | {', '.join(names[i] for i in index)} => {real(exact(values[index]))}\n"
        for index in np.ndindex(values.shape)
    )
    arguments = ("s", "a", "t")[: values.ndim]
    head = f"Definition {function} ({' '.join(arguments)} : bool) : {kind} :="
    return f"{head}\n  match {', '.join(arguments)} with\n{rows_}  end.\n"


def tables() -> Iterator[str]:
    """One theorem a process and dtype: softql's table lies within TABLE_ULP of the true Q*."""
    for name, p in processes():
        yield cases(f"P_{name}", "R", p.transition)
        yield cases(f"r_{name}", "R", p.reward)
        yield cases(f"disc_{name}", "R", float(GAMMA) * ~p.ends)
        yield cases(f"w_{name}", "R", p.allowed.astype(float))
        alpha, gamma = real(exact(p.alpha)), real(GAMMA)
        yield (
            f"Lemma {name}_ok : is_process w_{name} P_{name} disc_{name} {gamma} {alpha}.\n"
            "Proof.\nsplit; try lra.\n"
            f"- by move=> s; split=> [a|]; [|exists true]; rewrite /w_{name}; [case: s; case: a|case: s]; lra.\n"
            f"- by move=> s a; split=> [t|]; rewrite ?sum_bool /P_{name}; "
            "[case: s; case: a; case: t|case: s; case: a]; lra.\n"
            f"- by move=> s a t; rewrite /disc_{name}; case: s; case: a; case: t; lra.\n"
            "Qed.\n"
        )
        for dtype in (np.float64, np.float32):
            q = solved(p, dtype)
            bound = TABLE_ULP * ulp(np.abs(q).max())
            tag = f"{name}_{dtype.__name__}"
            yield cases(f"entry_{tag}", "R", q)
            yield (
                f"Theorem table_{tag} Qs : is_Qstar w_{name} P_{name} r_{name} disc_{name} {alpha} Qs ->\n"
                f"  forall sa, Rabs (entry_{tag} sa.1 sa.2 - Qs sa) <= {real(bound)}.\n"
                "Proof.\n"
                f"move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_{tag} sa.1 sa.2) _ {name}_ok _ _ _ Hs); "
                "first lra.\n"
                "move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool "
                "/soft_q_target /row.\n"
                f"by rewrite /P_{name} /r_{name} /disc_{name} /w_{name} /entry_{tag}; case: s; case: a => /=; "
                "interval with (i_prec 120).\n"
                "Qed.\n"
            )


def written() -> dict[str, str]:
    """The three files, by name."""
    files = {"tables.v": TABLE_HEAD + "\n".join(tables())}
    for dtype in (np.float64, np.float32):
        files[f"{dtype.__name__}.v"] = HEAD.format(dtype=dtype.__name__) + "\n".join(goals(dtype))
    return files


def main(arguments: list[str]) -> int:
    drift = arguments[:1] == ["--drift"]
    folder = Path(arguments[0]) if arguments and not drift else HERE
    changed = []
    for name, text in written().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            changed.append(name)
            path.write_text(text, "utf-8")
    if drift:
        print(f"drift: {', '.join(changed)}" if changed else "drift: none, softql answers what the files say")
    return 3 if drift and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
