(** * satisfied_rounding: the hypotheses of every theorem of rounding.v hold together

    As satisfied.v.  Four actions with Q of 1 and -1, in float32: each weight is its exact
    exponential rounded once, and the logarithm is exact. *)
From Coq Require Import Reals Lra Lia ZArith.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Flocq Require Import Core.
From softql Require Import sums value rounding hypotheses.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Notation choice := (fun n : Z => ~~ Z.even n).
Notation near := (nearest (-149) 24 choice).
#[export] Instance digits : Prec_gt_0 24. Proof. by []. Qed.
Notation four := [finType of bool * bool].
Definition Q (a : four) : R := if a.1 then 1 else -1.
Definition top : four := (true, true).
Definition others : tree four := Node (Leaf (true, false)) (Node (Leaf (false, true)) (Leaf (false, false))).
Definition weight (a : four) : R := near (beside 1 Q top a).

Lemma all_four : perm_eq (top :: leaves others) (enum four).
Proof. by apply: uniq_perm; rewrite ?enum_uniq // => -[[] []]; rewrite mem_enum. Qed.

Lemma rounded_gt0 x : 0 <= x -> is_float (-149) 24 (near x) /\ 0 <= near x.
Proof.
move=> x0; split; first exact: generic_format_round.
by apply: round_ge_generic => //; exact: generic_format_0.
Qed.

Lemma weight_ok a : is_float (-149) 24 (weight a) /\ 0 <= weight a /\
  Rabs (weight a - beside 1 Q top a) <= / 2 ^ 24 * beside 1 Q top a + / 2 ^ 150.
Proof.
have b0 : 0 <= beside 1 Q top a by apply: Rlt_le (exp_pos _).
have [f w0] := rounded_gt0 b0; do 2!split=> //.
have := @nearest_near (-149) 24 choice _ (beside 1 Q top a).
by rewrite (Rabs_pos_eq _ b0) float32_roundoff float32_underflow; exact.
Qed.

Lemma good_weights a : good_weight 1 Q top weight a.
Proof.
have [f [w0 w]] := weight_ok a; do 2!split=> //; apply: Rle_trans w _.
have b0 : 0 < beside 1 Q top a by exact: exp_pos.
apply: Rplus_le_compat; last by lra.
by apply: Rmult_le_compat_r; lra.
Qed.

Lemma sum_ge0 t : 0 <= rounded_sum (-149) 24 choice weight t.
Proof.
elim: t => [a|l hl r hr] /=; first by case: (weight_ok a) => _ [].
by case: (rounded_gt0 (Rplus_le_le_0_compat _ _ hl hr)).
Qed.

Lemma exact_log t : good_log choice weight t (ln (1 + rounded_sum (-149) 24 choice weight t)).
Proof.
rewrite /good_log /= Rminus_eq_0 Rabs_R0; apply: Rmult_le_pos; first lra.
exact: ln_1p_ge0 (sum_ge0 t).
Qed.

Lemma met_rounding_log_of_inexact_sum : met (@rounding.log_of_inexact_sum).
Proof. by exists 1, 1, (/ 2), (/ 2); do !split; lra. Qed.

Lemma met_rounding_rounded_sum_error : met (@rounding.rounded_sum_error).
Proof.
exists (-149)%Z, 24%Z, choice; split; first exact: digits.
by exists [eqType of four], weight, others; split=> // a _; case: (weight_ok a) => f [].
Qed.

Lemma met_rounding_rounded_soft_value_error : met (@rounding.rounded_soft_value_error).
Proof.
exists (-149)%Z, 24%Z, choice; split; first exact: digits.
exists four, 1, (/ 2 ^ 24), (/ 2 ^ 150), 0, Q; do 4!(split; first by lra).
exists top, others, weight, (ln (1 + rounded_sum (-149) 24 choice weight others)).
split; first exact: all_four. split; first by rewrite /share float32_roundoff /=; lra.
split; first by move=> a _; exact: weight_ok.
by split=> //; rewrite Rminus_eq_0 Rabs_R0 Rmult_0_l; lra.
Qed.

Lemma met_rounding_float32_two_actions : met (@rounding.float32_two_actions).
Proof.
exists choice, bool_finType, 1, (fun a => if a then 1 else -1); split; first exact: Rlt_0_1.
pose e (a : bool) := weight (a, true).
exists true, false, e, (ln (1 + rounded_sum (-149) 24 choice e (Leaf false))); split.
  by apply: uniq_perm; rewrite ?enum_uniq // => -[]; rewrite mem_enum.
split; first exact: (good_weights (false, true)).
by split=> //; exact: (exact_log (Leaf (false, true))).
Qed.

Lemma met_rounding_float32_many_actions : met (@rounding.float32_many_actions).
Proof.
exists choice, four, 1, Q; split; first exact: Rlt_0_1.
exists top, others, weight, (ln (1 + rounded_sum (-149) 24 choice weight others)).
split; first exact: all_four. do 2!(split; first by rewrite //=; lra).
split; first by move=> a _; exact: good_weights.
by split=> //; exact: exact_log.
Qed.
