(** * points: soft values of explicit lists of numbers

    A row of action values is a list of (weight, Q) pairs.  The certified vectors state
    softql's outputs against the project's own definitions on such rows; the lemmas here
    turn them into closed expressions that coq-interval can bound. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From softql Require Import sums value policy.
Open Scope R_scope.

(** The action type of a row of n entries is 'I_n. *)
Definition weights (row : seq (R * R)) (i : 'I_(size row)) : R := (nth (0, 0) row i).1.
Definition values (row : seq (R * R)) (i : 'I_(size row)) : R := (nth (0, 0) row i).2.

(** V of a row. *)
Definition row_value alpha row := soft_value (weights row) alpha (values row).
(** log pi of the k-th action of a row. *)
Definition row_log_policy alpha row (k : nat) := ((nth (0, 0) row k).2 - row_value alpha row) / alpha.

Lemma row_log_policyE alpha row (i : 'I_(size row)) :
  boltzmann_log_policy (weights row) alpha (values row) i = row_log_policy alpha row i.
Proof. by []. Qed.

Fixpoint shifted_sum alpha m (row : seq (R * R)) : R :=
  if row is x :: l then x.1 * exp (- ((m - x.2) / alpha)) + shifted_sum alpha m l else 0.

Lemma row_sum (f : R * R -> R) row :
  \big[Rplus/0]_(i < size row) f (nth (0, 0) row i) = foldr (fun x y => f x + y) 0 row.
Proof.
rewrite -(big_mkord xpredT (fun i => f (nth (0, 0) row i))) -(big_nth (0, 0) xpredT f).
by rewrite unlock; elim: row => //= x l ->.
Qed.

(** V = m + alpha ln sum_a w_a exp(-(m - Q_a)/alpha), for any shift. *)
Theorem row_value_shifted alpha row m : 0 < alpha -> is_weight (weights row) ->
  row_value alpha row = m + alpha * ln (shifted_sum alpha m row).
Proof.
move=> al wok; rewrite /row_value (soft_value_shifted wok al _ m); congr (_ + _ * ln _).
rewrite (row_sum (fun x => x.1 * exp (- ((m - x.2) / alpha)))).
by elim: row {wok} => //= x l ->.
Qed.

(** log pi_k = -(gap_k + ln sum_a w_a exp(-gap_a)), gaps from any shift. *)
Theorem row_log_policy_shifted alpha row m k : 0 < alpha -> is_weight (weights row) ->
  row_log_policy alpha row k =
  - ((m - (nth (0, 0) row k).2) / alpha + ln (shifted_sum alpha m row)).
Proof. by move=> al wok; rewrite /row_log_policy (row_value_shifted _ _ m al wok); field; lra. Qed.

(** Weights of a row, checked entry by entry. *)
Fixpoint nonnegative (row : seq (R * R)) : Prop :=
  if row is x :: l then 0 <= x.1 /\ nonnegative l else True.
Fixpoint positive_somewhere (row : seq (R * R)) : Prop :=
  if row is x :: l then 0 < x.1 \/ positive_somewhere l else False.

Lemma row_is_weight row : nonnegative row -> positive_somewhere row -> is_weight (weights row).
Proof.
move=> n p; split.
  move=> [i /= lt]; rewrite /weights /=; elim: row i lt n {p} => //= x l IH [|i] lt [x0 n] //.
  exact: IH.
have [i [lt pi]] : exists i, (i < size row)%N /\ 0 < (nth (0, 0) row i).1.
  elim: row p {n} => //= x l IH [x0|/IH [i [lt pi]]]; first by exists 0%N.
  by exists i.+1.
by exists (Ordinal lt).
Qed.

(** Which weights occur: one, zero (masked), and exponentials of log weights. *)
Ltac weigh := apply: row_is_weight; rewrite /=;
  [by repeat (split; [first [exact: Rle_0_1 | exact: Rle_refl | exact: Rlt_le (exp_pos _)]|])
  |by repeat first [left; first [exact: Rlt_0_1 | exact: exp_pos] | right]].
