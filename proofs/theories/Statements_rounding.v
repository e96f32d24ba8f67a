(** * Statements_rounding: every theorem in full

    Written by `make ledger`, read by people: each theorem with this project's definitions
    unfolded down to the libraries' own notions, and closed by the theorem itself; before the
    theorems of a file its recursive functions, written out the same way.
    A statement or a definition that changes makes this file fail to compile or differ. *)
From Coq Require Import Reals ZArith.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Flocq Require Import Core.
From softql Require sums value rounding.
Set Printing Width 100.
Open Scope R_scope.

(** ** rounding *)

Definition ledger_leaves :
  (forall A : Type, rounding.tree A -> seq A) :=
(fix leaves (A : Type) (t : rounding.tree A) {struct t} : seq A :=
   match t with
   | rounding.Leaf a => [:: a]
   | rounding.Node l r => leaves A l ++ leaves A r
   end).
Definition ledger_leaves_is : @rounding.leaves = ledger_leaves := erefl.

Definition ledger_depth :
  (forall A : Type, rounding.tree A -> nat) :=
(fix depth (A : Type) (t : rounding.tree A) {struct t} : nat :=
   match t with
   | rounding.Leaf _ => 0%N
   | rounding.Node l r => (maxn (depth A l) (depth A r)).+1
   end).
Definition ledger_depth_is : @rounding.depth = ledger_depth := erefl.

Definition ledger_exact_sum :
  (forall A : Type, (A -> R) -> rounding.tree A -> R) :=
(fix exact_sum (A : Type) (e : A -> R) (t : rounding.tree A) {struct t} : R :=
   match t with
   | rounding.Leaf a => e a
   | rounding.Node l r => exact_sum A e l + exact_sum A e r
   end).
Definition ledger_exact_sum_is : @rounding.exact_sum = ledger_exact_sum := erefl.

Definition ledger_rounded_sum :
  (Z -> Z -> (Z -> bool) -> forall A : Type, (A -> R) -> rounding.tree A -> R) :=
(fun (emin prec : Z) (choice : Z -> bool) =>
 fix rounded_sum (A : Type) (e : A -> R) (t : rounding.tree A) {struct t} : R :=
   match t with
   | rounding.Leaf a => e a
   | rounding.Node l r =>
       round radix2 (FLT_exp emin prec) (Znearest choice) (rounded_sum A e l + rounded_sum A e r)
   end).
Definition ledger_rounded_sum_is : @rounding.rounded_sum = ledger_rounded_sum := erefl.

(** A sum s' that is wrong by a share th and an amount b gives a logarithm ln (1 + s') that is wrong by no more than that share and that amount, however small or large s is. *)
Definition ledger_log_of_inexact_sum :
  (forall s s' th b : R,
 0 <= s ->
 0 <= s' ->
 0 <= th <= 1 ->
 0 <= b ->
 (1 - th) * s - b <= s' <= (1 + th) * s + b ->
 Rabs (ln (1 + s') - ln (1 + s)) <= th * ln (1 + s) + b)
  := @rounding.log_of_inexact_sum.

(** Numbers >= 0, added in any order by rounded additions, d deep: (1 - u)^d s <= s' <= (1 + u)^d s. Halves onto halves, d is log2 n; one after the other, n - 1. *)
Definition ledger_rounded_sum_error :
  (forall (emin prec : Z) (choice : Z -> bool),
 Prec_gt_0 prec ->
 forall (A : eqType) (e : A -> R) (t : rounding.tree A),
 (forall a : A,
  a \in rounding.leaves t -> generic_format radix2 (FLT_exp emin prec) (e a) /\ 0 <= e a) ->
 (1 - / 2 * bpow radix2 (- prec + 1)) ^ rounding.depth t * rounding.exact_sum e t <=
 rounding.rounded_sum emin prec choice e t <=
 (1 + / 2 * bpow radix2 (- prec + 1)) ^ rounding.depth t * rounding.exact_sum e t)
  := @rounding.rounded_sum_error.

(** The soft value that the code computes, in floating point: for every action but one, top, a weight that is exp(-g) up to a share eps and an amount tau; their sum by rounded additions d deep, in any order; a logarithm, with its product and sum kept in two words, good to a share lam; one rounding at the end. Then, with u the unit roundoff and V the real soft value, |V' - V| <= u |V| + (1 + u) ((1 + lam)(1 + u)^d (1 + eps) - 1) (V - Q_top) + underflow. [H17 Eq. 5] *)
Definition ledger_rounded_soft_value_error :
  (forall (emin prec : Z) (choice : Z -> bool),
 Prec_gt_0 prec ->
 forall (A : finType) (alpha eps tau lam : R) (Q : A -> R),
 0 < alpha ->
 0 <= eps <= 1 ->
 0 <= tau ->
 0 <= lam ->
 forall (top : A) (t : rounding.tree A) (e' : A -> R) (log' : R),
 perm_eq (top :: rounding.leaves t) (enum A) ->
 (1 + / 2 * bpow radix2 (- prec + 1)) ^ rounding.depth t * (1 + eps) - 1 <= 1 ->
 (forall a : A,
  a \in rounding.leaves t ->
  generic_format radix2 (FLT_exp emin prec) (e' a) /\
  0 <= e' a /\
  Rabs (e' a - exp (- ((Q top - Q a) / alpha))) <= eps * exp (- ((Q top - Q a) / alpha)) + tau) ->
 Rabs (log' - ln (1 + rounding.rounded_sum emin prec choice e' t)) <=
 lam * ln (1 + rounding.rounded_sum emin prec choice e' t) ->
 let V := alpha * ln (\big[Rplus/0]_a (1 * exp (Q a / alpha))) in
 let lost :=
   (1 + lam) *
   ((1 + / 2 * bpow radix2 (- prec + 1)) ^ rounding.depth t *
    (INR (size (rounding.leaves t)) * tau)) in
 Rabs (round radix2 (FLT_exp emin prec) (Znearest choice) (Q top + alpha * log') - V) <=
 / 2 * bpow radix2 (- prec + 1) * Rabs V +
 (1 + / 2 * bpow radix2 (- prec + 1)) *
 (((1 + lam) * (1 + ((1 + / 2 * bpow radix2 (- prec + 1)) ^ rounding.depth t * (1 + eps) - 1)) - 1) *
  (V - Q top) + alpha * lost) + / 2 * bpow radix2 emin)
  := @rounding.rounded_soft_value_error.

(** Two actions in float32: |V' - V| <= 2^-24 |V| + 2.1 2^-24 (V - max Q) + alpha 2^-125 + 2^-150. The first term is from half a unit in the last place of V to a whole one. [H17 Eq. 5] *)
Definition ledger_float32_two_actions :
  (forall (choice : Z -> bool) (A : finType) (alpha : R) (Q : A -> R),
 0 < alpha ->
 forall (top other : A) (e' : A -> R) (log' : R),
 perm_eq [:: top; other] (enum A) ->
 generic_format radix2 (FLT_exp (-149) 24) (e' other) /\
 0 <= e' other /\
 Rabs (e' other - exp (- ((Q top - Q other) / alpha))) <=
 9 / 5 * / 2 ^ 24 * exp (- ((Q top - Q other) / alpha)) + / 2 ^ 126 ->
 (let L := ln (1 + rounding.rounded_sum (-149) 24 choice e' (rounding.Leaf other)) in
  Rabs (log' - L) <= / 2 ^ 26 * L) ->
 let V := alpha * ln (\big[Rplus/0]_a (1 * exp (Q a / alpha))) in
 Rabs (round radix2 (FLT_exp (-149) 24) (Znearest choice) (Q top + alpha * log') - V) <=
 / 2 ^ 24 * Rabs V + 21 / 10 * / 2 ^ 24 * (V - Q top) + alpha * / 2 ^ 125 + / 2 ^ 150)
  := @rounding.float32_two_actions.

(** Up to 4,096 actions in float32, halves onto halves: |V' - V| <= 2^-24 |V| + 15 2^-24 (V - max Q) + alpha 2^-113 + 2^-150. [H17 Eq. 5] *)
Definition ledger_float32_many_actions :
  (forall (choice : Z -> bool) (A : finType) (alpha : R) (Q : A -> R),
 0 < alpha ->
 forall (top : A) (t : rounding.tree A) (e' : A -> R) (log' : R),
 perm_eq (top :: rounding.leaves t) (enum A) ->
 (rounding.depth t <= 12)%N ->
 INR (size (rounding.leaves t)) <= 4095 ->
 (forall a : A,
  a \in rounding.leaves t ->
  generic_format radix2 (FLT_exp (-149) 24) (e' a) /\
  0 <= e' a /\
  Rabs (e' a - exp (- ((Q top - Q a) / alpha))) <=
  9 / 5 * / 2 ^ 24 * exp (- ((Q top - Q a) / alpha)) + / 2 ^ 126) ->
 (let L := ln (1 + rounding.rounded_sum (-149) 24 choice e' t) in Rabs (log' - L) <= / 2 ^ 26 * L) ->
 let V := alpha * ln (\big[Rplus/0]_a (1 * exp (Q a / alpha))) in
 Rabs (round radix2 (FLT_exp (-149) 24) (Znearest choice) (Q top + alpha * log') - V) <=
 / 2 ^ 24 * Rabs V + 15 * / 2 ^ 24 * (V - Q top) + alpha * / 2 ^ 113 + / 2 ^ 150)
  := @rounding.float32_many_actions.
