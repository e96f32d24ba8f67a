(** * estimator: importance sampling of the soft value

    N independent actions from a proposal with density [q] against the weights [w];
    exact statements over the finite sample space. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums value policy gradient.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** exp(Q_a/alpha) / q_a, the importance weight of one sample.  [H17 Eq. 10] *)
Definition importance_weight (A : Type) alpha (q Q : A -> R) a := exp (Q a / alpha) / q a.

Section OneSample.
Variables (A : finType) (w : A -> R) (alpha : R) (q : A -> R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis q_density : is_density w q.
Hypothesis q_gt0 : forall a, 0 < w a -> 0 < q a.
Implicit Types Q : A -> R.

(** E_q[exp(Q/alpha)/q] = Z, for any proposal that covers the allowed actions.  [H17 Eq. 10] *)
Theorem importance_weight_unbiased Q :
  expect (prob w q) (importance_weight alpha q Q) = partition w alpha Q.
Proof.
rewrite /partition (wsum_ext w_ok (g := fun a => q a * importance_weight alpha q Q a)) => [|a wa].
  by apply: sum_ext => a; rewrite /prob; ring.
by rewrite /importance_weight; have := q_gt0 wa => ?; field; lra.
Qed.

(** With q = pi_Q every weight equals Z: the zero-variance proposal.  [Note L69] *)
Theorem importance_weight_boltzmann Q a :
  importance_weight alpha (boltzmann_policy w alpha Q) Q a = partition w alpha Q.
Proof.
have Z0 := partition_gt0 alpha w_ok Q; have e0 := exp_pos (Q a / alpha).
by rewrite /importance_weight /boltzmann_policy; field; lra.
Qed.

(** The variance of one weight is chi-square like: E_q[(weight - Z)^2]. *)
Definition weight_variance Q := variance (prob w q) (importance_weight alpha q Q).
End OneSample.

(** ** Several proposals, all weighted by their mixture *)
Section Mixture.
Variables (A K : finType) (w : A -> R) (alpha : R) (count : K -> R) (q : K -> A -> R).
Hypothesis w_ok : is_weight w.
(** N_k draws of proposal k; together the proposals cover the allowed actions. *)
Hypothesis mixture_gt0 : forall a, 0 < w a -> 0 < \sum_k count k * q k a.

(** The weight that each sample has, whichever proposal drew it: 1 / sum_k N_k q_k(a).  [H17 Eq. 10] *)
Definition mixture_weight a := / \sum_k count k * q k a.

(** E[sum over the N_k samples of every k of weight exp(Q/alpha)] = Z, though no single proposal need cover
    the actions.  [H17 Eq. 10] *)
Theorem mixture_unbiased Q :
  \sum_k count k * expect (prob w (q k)) (fun a => mixture_weight a * exp (Q a / alpha)) = partition w alpha Q.
Proof.
transitivity (\sum_k \sum_a count k * (prob w (q k) a * (mixture_weight a * exp (Q a / alpha)))).
  by apply: sum_ext => k; rewrite -sum_scal.
rewrite sum_swap.
transitivity (\sum_a w a * ((\sum_k count k * q k a) * mixture_weight a * exp (Q a / alpha))).
  apply: sum_ext => a; rewrite -2!sum_scalr -sum_scal; apply: sum_ext => k.
  by rewrite /prob; ring.
apply: wsum_ext => // a wa; rewrite /mixture_weight.
by have := mixture_gt0 wa => ?; field; lra.
Qed.

(** A sample's weight is at most one over what its own proposal alone would give: a proposal
    that leaves actions out costs no large weights.  [H17 Eq. 10] *)
Theorem mixture_weight_le a k : (forall j, 0 <= count j * q j a) -> 0 < count k * q k a ->
  mixture_weight a <= / (count k * q k a).
Proof.
move=> c0 ck; apply: Rinv_le_contravar => //.
exact: (@term_le_sum K (fun j => count j * q j a)).
Qed.
End Mixture.

(** ** Jensen's inequality for the logarithm *)
Section Jensen.
Variables (W : finType) (p : W -> R).
Hypothesis p_dist : is_dist p.

(** E[log x] <= log E[x], for x positive where p is. *)
Theorem jensen_ln (x : W -> R) : (forall v, 0 < p v -> 0 < x v) ->
  expect p (fun v => ln (x v)) <= ln (expect p x).
Proof.
move=> xpos; have [p0 p1] := p_dist; set m := expect p x.
have mpos : 0 < m.
  have [_ [v pv]] := prior_is_weight p_dist.
  apply: Rlt_le_trans (Rmult_lt_0_compat _ _ pv (xpos v pv)) _.
  apply: (@term_le_sum W (fun v => p v * x v)) => u.
  by case: (p0 u) => [pu|<-]; [apply: Rlt_le; apply: Rmult_lt_0_compat => //; exact: xpos|lra].
have tangent v : 0 < p v -> ln (x v) <= ln m + (/ m * x v - 1).
  move=> /xpos xv; have xm : 0 < x v / m by apply: Rdiv_lt_0_compat.
  by have := ln_le_sub1 xm; rewrite ln_div // /Rdiv [x v * _]Rmult_comm; lra.
apply: Rle_trans (expect_le_support p_dist tangent) _.
rewrite expect_plus expect_minus expect_scal !expect_const // -/m.
by right; field; lra.
Qed.
End Jensen.

(** ** N independent samples *)
Section ManySamples.
Variables (A : finType) (n : nat).
Hypothesis n_gt0 : (0 < n)%N.
Let n_pos : 0 < INR n. Proof. by apply: lt_0_INR; apply/ltP. Qed.

Section IID.
Variable p : A -> R.
Hypothesis p_dist : is_dist p.

(** The law of n independent draws from p. *)
Definition iid (x : {ffun 'I_n -> A}) : R := \prod_i p (x i).

Lemma iid_dist : is_dist iid.
Proof.
split=> [x|].
  rewrite /iid; elim/big_ind: _ => [|y z Hy Hz|i _]; first lra.
    exact: Rmult_le_pos.
  exact: (proj1 p_dist).
rewrite /iid -(bigA_distr_bigA (fun (_ : 'I_n) a => p a)) /=.
by rewrite (eq_bigr (fun _ => 1)) => [|i _]; [rewrite big1|exact: (proj2 p_dist)].
Qed.

Lemma iid_product (g : 'I_n -> A -> R) :
  expect iid (fun x => \prod_i g i (x i)) = \prod_i expect p (g i).
Proof.
rewrite /expect /iid bigA_distr_bigA; apply: sum_ext => x.
by rewrite -big_split.
Qed.

(** Each draw has law p ... *)
Lemma iid_marginal (i : 'I_n) (f : A -> R) : expect iid (fun x => f (x i)) = expect p f.
Proof.
pose g (j : 'I_n) a := if j == i then f a else 1.
rewrite (expect_ext _ (g := fun (x : {ffun 'I_n -> A}) => \prod_j g j (x j))) => [|x]; last first.
  by rewrite (bigD1 i) //= /g eqxx big1 => [|j /negbTE ->] //; rewrite Rmult_1_r.
rewrite iid_product (bigD1 i) //= big1 => [|j /negbTE ji]; rewrite /g ?eqxx ?ji ?Rmult_1_r //.
exact: expect_const.
Qed.

(** ... and two different draws are independent. *)
Lemma iid_pair (i j : 'I_n) (f h : A -> R) : i != j ->
  expect iid (fun x => f (x i) * h (x j)) = expect p f * expect p h.
Proof.
move=> ij; pose g (k : 'I_n) a := if k == i then f a else if k == j then h a else 1.
have ji : j != i by rewrite eq_sym.
rewrite (expect_ext _ (g := fun (x : {ffun 'I_n -> A}) => \prod_k g k (x k))) => [|x]; last first.
  rewrite (bigD1 i) //= (bigD1 j) //= big1 => [|k /andP[/negbTE ki /negbTE kj]]; last first.
    by rewrite /g ki kj.
  by rewrite /g eqxx (negbTE ji) eqxx Rmult_1_r.
rewrite iid_product (bigD1 i) //= (bigD1 j) //= big1 => [|k /andP[/negbTE ki /negbTE kj]].
  by rewrite /g eqxx (negbTE ji) eqxx Rmult_1_r.
by rewrite /g ki kj; exact: expect_const.
Qed.

Lemma iid_support x : 0 < iid x -> forall i, 0 < p (x i).
Proof.
move=> x0 i; case: ((proj1 p_dist) (x i)) => // e; exfalso; move: x0.
by rewrite /iid (bigD1 i) //= -e Rmult_0_l; lra.
Qed.

(** The mean of n draws of f: unbiased, with variance Var(f)/n. *)
Definition sample_mean (f : A -> R) (x : {ffun 'I_n -> A}) := (\sum_(i : 'I_n) f (x i)) / INR n.

Lemma sample_mean_unbiased f : expect iid (sample_mean f) = expect p f.
Proof.
rewrite (expect_ext _ (g := fun (x : {ffun 'I_n -> A}) => / INR n * \sum_(i : 'I_n) f (x i))) => [|x]; last first.
  by rewrite /sample_mean /Rdiv Rmult_comm.
rewrite expect_scal (_ : expect iid _ = \sum_(i : 'I_n) expect p f).
  by rewrite sum_const card_ord; field; lra.
rewrite {1}/expect; transitivity (\sum_x \sum_(i : 'I_n) iid x * f (x i)).
  by apply: sum_ext => x; rewrite sum_scal.
by rewrite sum_swap; apply: sum_ext => i; exact: iid_marginal.
Qed.

Lemma sample_mean_variance f : variance iid (sample_mean f) = variance p f / INR n.
Proof.
pose g a := f a - expect p f.
have g0 : expect p g = 0 by rewrite /g expect_minus expect_const //; ring.
rewrite (variance_centred _ iid_dist) sample_mean_unbiased.
have E x : (sample_mean f x - expect p f) * (sample_mean f x - expect p f) =
   / (INR n * INR n) * \sum_(i : 'I_n) \sum_(j : 'I_n) (g (x i) * g (x j)).
  have -> : sample_mean f x - expect p f = / INR n * \sum_(i : 'I_n) g (x i).
    have -> : \sum_(i : 'I_n) g (x i) = \sum_(i : 'I_n) f (x i) - INR n * expect p f.
      by rewrite /g (sum_minus (fun i : 'I_n => f (x i))) sum_const card_ord.
    by rewrite /sample_mean; field; lra.
  have -> : \sum_(i : 'I_n) \sum_(j : 'I_n) (g (x i) * g (x j)) =
     (\sum_(i : 'I_n) g (x i)) * (\sum_(i : 'I_n) g (x i)).
    by rewrite -sum_scalr; apply: sum_ext => i; rewrite sum_scal.
  by field; lra.
rewrite (expect_ext _ E) expect_scal.
have -> : expect iid (fun x => \sum_(i : 'I_n) \sum_(j : 'I_n) (g (x i) * g (x j))) =
   \sum_(i : 'I_n) \sum_(j : 'I_n) expect iid (fun x => g (x i) * g (x j)).
  rewrite {1}/expect; transitivity (\sum_x \sum_(i : 'I_n) \sum_(j : 'I_n) (iid x * (g (x i) * g (x j)))).
    apply: sum_ext => x; rewrite -(sum_scal (iid x)); apply: sum_ext => i.
    by rewrite -(sum_scal (iid x)).
  rewrite (sum_swap (fun x (i : 'I_n) => _)); apply: sum_ext => i.
  by rewrite (sum_swap (fun x (j : 'I_n) => _)).
transitivity (/ (INR n * INR n) * \sum_(i : 'I_n) variance p f); last first.
  by rewrite sum_const card_ord; field; lra.
congr (_ * _); apply: sum_ext => i; rewrite (bigD1 i) //= big1 => [|j ji].
  rewrite Rplus_0_r (variance_centred _ p_dist).
  exact: (iid_marginal i (fun a => g a * g a)).
by rewrite iid_pair ?g0 1?eq_sym //; ring.
Qed.
End IID.

Variables (w : A -> R) (alpha : R) (q : A -> R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis q_density : is_density w q.
Hypothesis q_gt0 : forall a, 0 < w a -> 0 < q a.
Implicit Types Q : A -> R.

Let p_dist := prob_dist w_ok q_density.
Notation draws := (iid (prob w q)).

(** Z_N = (1/N) sum_n exp(Q(a_n)/alpha)/q(a_n).  [H17 Eq. 10] *)
Definition partition_estimate Q := sample_mean (importance_weight alpha q Q).
(** V_N = alpha log Z_N.  [H17 Eq. 10] [Note L69] *)
Definition importance_value Q x := alpha * ln (partition_estimate Q x).

(** E[Z_N] = Z.  [H17 Eq. 10] *)
Theorem partition_estimate_unbiased Q :
  expect draws (partition_estimate Q) = partition w alpha Q.
Proof. by rewrite (sample_mean_unbiased p_dist) importance_weight_unbiased. Qed.

(** Var[Z_N] = Var[one weight] / N. *)
Theorem partition_estimate_variance Q :
  variance draws (partition_estimate Q) = weight_variance w alpha q Q / INR n.
Proof. exact: sample_mean_variance. Qed.

Lemma partition_estimate_gt0 Q x : 0 < draws x -> 0 < partition_estimate Q x.
Proof.
move=> dx; apply: Rdiv_lt_0_compat => //; apply: (sum_gt0 (Ordinal n_gt0)) => i.
have [_ qx] := prob_gt0 w_ok q_density (iid_support p_dist dx i).
by apply: Rdiv_lt_0_compat => //; exact: exp_pos.
Qed.

(** E[V_N] <= V: the log of a mean is biased low.  [Note L69] *)
Theorem importance_value_biased_low Q :
  expect draws (importance_value Q) <= soft_value w alpha Q.
Proof.
rewrite expect_scal /soft_value; apply: Rmult_le_compat_l; first lra.
rewrite -(partition_estimate_unbiased Q); apply: jensen_ln; first exact: iid_dist.
exact: partition_estimate_gt0.
Qed.

(** softql computes V_N as a soft value: samples as points, weights 1/(N q).  [H17 Eq. 10] *)
Theorem importance_value_is_soft_value Q (x : {ffun 'I_n -> A}) : (forall i, 0 < q (x i)) ->
  importance_value Q x =
  soft_value (fun i : 'I_n => / (INR n * q (x i))) alpha (fun i => Q (x i)).
Proof.
move=> qx; rewrite /importance_value /soft_value /partition /partition_estimate /sample_mean.
congr (_ * ln _).
transitivity ((\sum_(i : 'I_n) importance_weight alpha q Q (x i)) * / INR n) => //.
rewrite -sum_scalr; apply: sum_ext => i; have := qx i.
by rewrite /importance_weight => qi; field; split; lra.
Qed.
End ManySamples.
