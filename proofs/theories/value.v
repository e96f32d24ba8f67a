(** * value: the soft value V = alpha log sum_a w_a exp(Q_a/alpha)

    The weights [w] are the measure on the actions: nonnegative, not all zero.
    They are softql's [exp(log_w)].  w = 1 is a finite action space, w in {0,1} a
    mask, quadrature weights a continuous space, w = 1/(N q) an importance sample,
    a probability vector a prior; w = 1/|A| gives mellowmax. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Definitions.
Variable A : finType.
Implicit Types (w Q p : A -> R).

(** A measure on the actions: w_a >= 0 and some w_a > 0. *)
Definition is_weight w := (forall a, 0 <= w a) /\ exists a, 0 < w a.
(** The whole mass W = sum_a w_a. *)
Definition total w := \sum_a w a.
(** Z = sum_a w_a exp(Q_a / alpha).  [Note L40] *)
Definition partition w alpha Q := \sum_a w a * exp (Q a / alpha).
(** V = alpha log Z.  [H17 Eq. 5] [Note L58] *)
Definition soft_value w alpha Q := alpha * ln (partition w alpha Q).
(** The hard maximum over the allowed actions, as a property of [m]. *)
Definition is_max w Q m :=
  (exists a, 0 < w a /\ Q a = m) /\ (forall a, 0 < w a -> Q a <= m).
(** E = -Q/alpha.  [Note L15] *)
Definition energy alpha Q a := - Q a / alpha.
(** mellowmax = alpha log ((1/n) sum_a exp(Q_a / alpha)).  [AL17] *)
Definition mellowmax alpha Q := alpha * ln ((\sum_a exp (Q a / alpha)) / INR #|A|).
End Definitions.

(** ** Weights *)
Section Weights.
Variable A : finType.
Implicit Types (w Q : A -> R).

Lemma weight_cases w a : is_weight w -> w a = 0 \/ 0 < w a.
Proof. by case=> w0 _; case: (w0 a) => ?; [right|left]. Qed.

Lemma total_gt0 w : is_weight w -> 0 < total w.
Proof. by case=> w0 [a wa]; apply: Rlt_le_trans wa _; apply: term_le_sum. Qed.

Lemma wsum_le w (f g : A -> R) : is_weight w ->
  (forall a, 0 < w a -> f a <= g a) -> \sum_a w a * f a <= \sum_a w a * g a.
Proof.
move=> wok fg; apply: sum_le => a; case: (weight_cases a wok) => [->|wa]; first lra.
by apply: Rmult_le_compat_l; [lra|exact: fg].
Qed.

Lemma wsum_gt0 w (f : A -> R) : is_weight w -> (forall a, 0 < w a -> 0 < f a) ->
  0 < \sum_a w a * f a.
Proof.
move=> wok f0; have [w0 [a wa]] := wok.
apply: Rlt_le_trans (Rmult_lt_0_compat _ _ wa (f0 a wa)) _.
apply: (@term_le_sum A (fun a => w a * f a)) => b.
case: (weight_cases b wok) => [->|wb]; first lra.
by apply: Rlt_le; apply: Rmult_lt_0_compat => //; exact: f0.
Qed.

Lemma wsum_ext w (f g : A -> R) : is_weight w -> (forall a, 0 < w a -> f a = g a) ->
  \sum_a w a * f a = \sum_a w a * g a.
Proof.
move=> wok fg; apply: sum_ext => a; case: (weight_cases a wok) => [->|wa]; first ring.
by rewrite fg.
Qed.

(** max_{a : w_a > 0} Q_a, the hard value (0 when everything is masked): what softql
    answers at alpha = 0. *)
Definition allowed w a : bool := Rlt_dec 0 (w a).
Definition hard_value w Q : R :=
  if [pick a | allowed w a] is Some a0
  then \big[Rmax/Q a0]_(a | allowed w a) Q a else 0.

Lemma allowedP w a : allowed w a <-> 0 < w a.
Proof. by rewrite /allowed; case: Rlt_dec. Qed.

Lemma bigmax_cond_ge (x0 : R) (P : pred A) Q (s : seq A) b :
  b \in s -> P b -> Q b <= \big[Rmax/x0]_(a <- s | P a) Q a.
Proof.
move=> bs Pb; elim: s bs => // a s IH; rewrite inE big_cons => /orP[/eqP <-|bs].
  by rewrite Pb; exact: Rmax_l.
by case: (P a); [exact: Rle_trans (IH bs) (Rmax_r _ _)|exact: IH].
Qed.

(** A maximum over the allowed actions exists ... *)
Theorem hard_value_is_max w Q : is_weight w -> is_max w Q (hard_value w Q).
Proof.
move=> [_ [b wb]]; rewrite /hard_value; case: pickP => [a0 al0|none]; last first.
  by have := none b; rewrite (proj2 (allowedP w b) wb).
split=> [|a wa]; last first.
  by apply: bigmax_cond_ge; [rewrite mem_index_enum|apply/allowedP].
elim/big_ind: _ => [|x y Hx Hy|a al].
- by exists a0; split=> //; apply/allowedP.
- by rewrite /Rmax; case: Rle_dec.
- by exists a; split=> //; apply/allowedP.
Qed.

(** ... and is unique. *)
Theorem max_unique w Q m m' : is_max w Q m -> is_max w Q m' -> m = m'.
Proof.
move=> [[a [wa <-]] h] [[b [wb <-]] h'].
by apply: Rle_antisym; [exact: h'|exact: h].
Qed.
End Weights.

Section Value.
Variables (A : finType) (w : A -> R) (alpha : R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.
Implicit Types (Q : A -> R).

(** Z > 0, so that log Z is meant as written.  [Note L40] *)
Theorem partition_gt0 Q : 0 < partition w alpha Q.
Proof. by apply: wsum_gt0 => // a _; apply: exp_pos. Qed.

(** exp(V / alpha) = Z. *)
Lemma exp_soft_value Q : exp (soft_value w alpha Q / alpha) = partition w alpha Q.
Proof.
rewrite /soft_value (_ : _ / alpha = ln (partition w alpha Q)); last by field; lra.
by rewrite exp_ln //; exact: partition_gt0.
Qed.

(** What Q says about a masked action (w_a = 0) changes nothing. *)
Theorem soft_value_masked Q1 Q2 :
  (forall a, 0 < w a -> Q1 a = Q2 a) -> soft_value w alpha Q1 = soft_value w alpha Q2.
Proof. by move=> e; congr (_ * ln _); apply: wsum_ext => // a wa; rewrite e. Qed.

(** ** Order, translation, scaling *)
(** Q1 <= Q2 on the allowed actions implies V(Q1) <= V(Q2). *)
Theorem soft_value_monotone Q1 Q2 :
  (forall a, 0 < w a -> Q1 a <= Q2 a) -> soft_value w alpha Q1 <= soft_value w alpha Q2.
Proof.
move=> q12; apply: Rmult_le_compat_l; first lra.
apply: ln_le; first exact: partition_gt0.
by apply: wsum_le => // a wa; apply: exp_le; apply: div_le_compat => //; exact: q12.
Qed.

(** V(Q + c) = V(Q) + c. *)
Theorem soft_value_translation Q c :
  soft_value w alpha (fun a => Q a + c) = soft_value w alpha Q + c.
Proof.
rewrite /soft_value /partition.
have -> : \sum_a w a * exp ((Q a + c) / alpha) =
          (\sum_a w a * exp (Q a / alpha)) * exp (c / alpha).
  rewrite -sum_scalr; apply: sum_ext => a; rewrite Rmult_assoc -exp_plus.
  by congr (_ * exp _); field; lra.
rewrite ln_mult ?ln_exp; [field; lra|exact: partition_gt0|exact: exp_pos].
Qed.

(** The overflow-free form that the code evaluates, for any shift m
    (softql takes m = max Q): V = m + alpha log sum_a w_a exp(-(m - Q_a)/alpha). *)
Theorem soft_value_shifted Q m :
  soft_value w alpha Q = m + alpha * ln (\sum_a w a * exp (- ((m - Q a) / alpha))).
Proof.
have -> : \sum_a w a * exp (- ((m - Q a) / alpha)) = partition w alpha (fun a => Q a + - m).
  by apply: sum_ext => a; congr (_ * exp _); field; lra.
by rewrite -/(soft_value w alpha (fun a => Q a + - m)) soft_value_translation; ring.
Qed.

(** V(k Q; k alpha) = k V(Q; alpha): the value has the units of the reward. *)
Theorem soft_value_homogeneous Q k : 0 < k ->
  soft_value w (k * alpha) (fun a => k * Q a) = k * soft_value w alpha Q.
Proof.
move=> k0; rewrite /soft_value /partition Rmult_assoc; congr (_ * (_ * ln _)).
by apply: sum_ext => a; congr (_ * exp _); field; lra.
Qed.

(** Scaling the measure shifts the value: V[c w] = V[w] + alpha log c. *)
Theorem soft_value_weight_scale Q c : 0 < c ->
  soft_value (fun a => c * w a) alpha Q = soft_value w alpha Q + alpha * ln c.
Proof.
move=> c0; rewrite /soft_value /partition.
have -> : \sum_a c * w a * exp (Q a / alpha) = c * \sum_a w a * exp (Q a / alpha).
  by rewrite -sum_scal; apply: sum_ext => a; ring.
by rewrite ln_mult //; [ring|exact: partition_gt0].
Qed.

(** ** Bounds *)
(** Q_a + alpha log w_a <= V for every allowed action. *)
Theorem soft_value_ge Q a : 0 < w a -> Q a + alpha * ln (w a) <= soft_value w alpha Q.
Proof.
move=> wa; have -> : Q a + alpha * ln (w a) = alpha * ln (w a * exp (Q a / alpha)).
  by rewrite ln_mult ?ln_exp //; [field; lra|exact: exp_pos].
apply: Rmult_le_compat_l; first lra.
apply: ln_le; first by apply: Rmult_lt_0_compat => //; exact: exp_pos.
apply: (@term_le_sum A (fun a => w a * exp (Q a / alpha))) => b.
by apply: Rmult_le_pos; [exact: (proj1 w_ok)|apply: Rlt_le (exp_pos _)].
Qed.

(** V <= max Q + alpha log W. *)
Theorem soft_value_le_max Q m : (forall a, 0 < w a -> Q a <= m) ->
  soft_value w alpha Q <= m + alpha * ln (total w).
Proof.
move=> Qm; apply: Rle_trans (@soft_value_monotone Q (fun _ => 0 + m) _) _ => [a wa|].
  by have := Qm a wa; lra.
rewrite (soft_value_translation (fun _ => 0)) /soft_value /partition.
have -> : \sum_a w a * exp (0 / alpha) = total w.
  by apply: sum_ext => a; rewrite /Rdiv Rmult_0_l exp_0 Rmult_1_r.
lra.
Qed.

(** max Q <= V when every allowed action weighs at least one (a finite or masked space). *)
Theorem soft_value_ge_max Q m : (forall a, 0 < w a -> 1 <= w a) ->
  is_max w Q m -> m <= soft_value w alpha Q.
Proof.
move=> w1 [[a [wa <-]] _]; apply: Rle_trans (soft_value_ge Q wa).
have : 0 <= ln (w a) by rewrite -ln_1; apply: ln_le; [lra|exact: w1].
by move=> /(Rmult_le_pos _ _ (Rlt_le _ _ alpha_gt0)); lra.
Qed.

(** V is 1-Lipschitz in the sup norm over the allowed actions. *)
Theorem soft_value_lipschitz Q1 Q2 c :
  (forall a, 0 < w a -> Rabs (Q1 a - Q2 a) <= c) ->
  Rabs (soft_value w alpha Q1 - soft_value w alpha Q2) <= c.
Proof.
move=> H.
have up : soft_value w alpha Q1 <= soft_value w alpha Q2 + c.
  rewrite -soft_value_translation; apply: soft_value_monotone => a /H.
  by move/Rabs_le_between; lra.
have lo : soft_value w alpha Q2 <= soft_value w alpha Q1 + c.
  rewrite -soft_value_translation; apply: soft_value_monotone => a /H.
  by move/Rabs_le_between; lra.
by apply: Rabs_le; lra.
Qed.
End Value.

(** ** Counting measure: a finite action space without weights *)
Section Counting.
Variables (A : finType) (a0 : A).
Implicit Type Q : A -> R.

Definition counting : A -> R := fun _ => 1.

Lemma counting_is_weight : is_weight counting.
Proof. by split=> [a|]; [|exists a0]; rewrite /counting; lra. Qed.

Lemma counting_total : total counting = INR #|A|.
Proof. by rewrite /total /counting sum_const; ring. Qed.

Lemma counting_is_max Q : is_max counting Q (fmax a0 Q).
Proof.
split=> [|a _]; last exact: fmax_ge.
by have [a ->] := fmax_attained a0 Q; exists a; split=> //; rewrite /counting; lra.
Qed.

(** V = alpha log sum_a exp(Q_a/alpha), and max Q <= V <= max Q + alpha log |A|. *)
Theorem soft_value_counting alpha Q : 0 < alpha ->
  soft_value counting alpha Q = alpha * ln (\sum_a exp (Q a / alpha)) /\
  fmax a0 Q <= soft_value counting alpha Q <= fmax a0 Q + alpha * ln (INR #|A|).
Proof.
move=> al; split.
  by congr (_ * ln _); apply: sum_ext => a; rewrite /counting; ring.
split.
- apply: soft_value_ge_max => //; [exact: counting_is_weight|move=> a _|exact: counting_is_max].
  by rewrite /counting; lra.
- rewrite -counting_total; apply: soft_value_le_max => // [|a _]; last exact: fmax_ge.
  exact: counting_is_weight.
Qed.
End Counting.
Arguments counting {A}.

(** ** Masks *)
Section Masks.
Variables (A : finType) (allowed : pred A).
Implicit Type Q : A -> R.

Definition mask : A -> R := fun a => if allowed a then 1 else 0.

(** A mask that allows some action is a valid weight. *)
Theorem mask_is_weight a : allowed a -> is_weight mask.
Proof.
move=> al; split=> [b|]; first by rewrite /mask; case: ifP; lra.
by exists a; rewrite /mask al; lra.
Qed.

(** A masked value is the log-sum-exp over the allowed actions alone. *)
Theorem soft_value_mask alpha Q :
  soft_value mask alpha Q = alpha * ln (\big[Rplus/0]_(a | allowed a) exp (Q a / alpha)).
Proof.
congr (_ * ln _); rewrite /partition [RHS]big_mkcond; apply: eq_bigr => a _.
by rewrite /mask; case: ifP => _; ring.
Qed.
End Masks.

(** ** Priors and mellowmax: weights that sum to one *)
Section Priors.
Variables (A : finType) (a0 : A).
Implicit Types (Q rho : A -> R).

Lemma prior_is_weight rho : is_dist rho -> is_weight rho.
Proof.
move=> [r0 r1]; split=> //.
case: (pickP (fun a => Rlt_dec 0 (rho a) : bool)) => [a|none].
  by case: Rlt_dec => // ra _; exists a.
exfalso; have : \sum_a rho a = 0; last lra.
transitivity (\sum_(a : A) 0); last by rewrite sum_const; ring.
apply: sum_ext => a; have := none a; case: Rlt_dec => // nr _.
by case: (r0 a) => // /nr.
Qed.

(** Under a prior the value never exceeds the maximum. *)
Theorem soft_value_prior_le_max rho alpha Q m : is_dist rho -> 0 < alpha ->
  (forall a, 0 < rho a -> Q a <= m) -> soft_value rho alpha Q <= m.
Proof.
move=> rd al Qm; have := soft_value_le_max (prior_is_weight rd) al Qm.
by rewrite /total (proj2 rd) ln_1; lra.
Qed.

Definition uniform : A -> R := fun _ => / INR #|A|.

Lemma uniform_is_dist : is_dist uniform.
Proof.
have c0 := card_gt0R a0; split=> [a|]; first exact: Rlt_le (Rinv_0_lt_compat _ c0).
by rewrite sum_const Rinv_r //; apply: Rgt_not_eq.
Qed.

(** mellowmax is the soft value under the uniform prior ...  [AL17] *)
Theorem mellowmax_uniform_prior alpha Q : mellowmax alpha Q = soft_value uniform alpha Q.
Proof.
rewrite /mellowmax /soft_value /partition; congr (_ * ln _).
by rewrite /Rdiv -sum_scalr; apply: sum_ext => a; rewrite /uniform Rmult_comm.
Qed.

(** ... and the counting value less alpha log n.  [AL17] *)
Theorem mellowmax_counting alpha Q :
  mellowmax alpha Q = soft_value counting alpha Q - alpha * ln (INR #|A|).
Proof.
have Zp := partition_gt0 alpha (counting_is_weight a0) Q.
rewrite /mellowmax /soft_value -Rmult_minus_distr_l -ln_div //; last exact: card_gt0R.
by congr (_ * ln (_ / _)); apply: sum_ext => a; rewrite /counting Rmult_1_l.
Qed.

(** mellowmax <= max Q.  (That mean Q <= mellowmax is soft_value_ge_mean.) *)
Theorem mellowmax_le_max alpha Q : 0 < alpha -> mellowmax alpha Q <= fmax a0 Q.
Proof.
move=> al; rewrite mellowmax_uniform_prior; apply: soft_value_prior_le_max => //.
  exact: uniform_is_dist.
by move=> a _; exact: fmax_ge.
Qed.
End Priors.
Arguments uniform {A}.

(** One action: V = Q + alpha log w. *)
Theorem soft_value_one_action (w Q : unit -> R) alpha : 0 < alpha -> 0 < w tt ->
  soft_value w alpha Q = Q tt + alpha * ln (w tt).
Proof.
move=> al w0; rewrite /soft_value /partition (bigD1 tt) //= big1 => [|[]] //.
by rewrite Rplus_0_r ln_mult ?ln_exp //; [field; lra|exact: exp_pos].
Qed.
