(** * measures: continuous actions

    Actions in a compact interval with Lebesgue measure, as Riemann integrals: the Gibbs
    principle for densities, the tanh change of variables, and Q* for continuous actions.
    Integrands may jump; continuity is asked for only where it is needed.
    Every statement over an arbitrary measure is in anymeasure.v, and Q* with Lebesgue's
    integral in continuous.v. *)
From Coq Require Import Reals Lra Ranalysis5.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums integrals contraction value policy backup.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Interval.
Variables (lo hi alpha : R).
Hypothesis lo_hi : lo < hi.
Hypothesis alpha_gt0 : 0 < alpha.
Implicit Types (Q p q f g : R -> R).

Notation integral := (integral lo hi).
Notation integrable := (integrable lo hi).
Notation continuous_on := (continuous_on lo hi).

(** Riemann-integrable probability density on [lo, hi]. *)
Definition is_density_on p :=
  integrable p /\ (forall a, lo <= a <= hi -> 0 <= p a) /\ integral p = 1.

Definition expect_on p f := integral (fun a => p a * f a).
Definition entropy_on p := - integral (fun a => p a * ln (p a)).
Definition kl_divergence_on p q := integral (fun a => p a * (ln (p a) - ln (q a))).
Definition partition_on Q := integral (fun a => exp (Q a / alpha)).
Definition soft_value_on Q := alpha * ln (partition_on Q).
Definition boltzmann_policy_on Q a := exp (Q a / alpha) / partition_on Q.

Lemma exp_continuous Q : continuous_on Q -> continuous_on (fun a => exp (Q a / alpha)).
Proof.
move=> Qc a ab; apply: (continuous_comp (fun a => Q a / alpha) exp); last first.
  by apply: ex_derive_continuous; auto_derive.
by apply: (continuous_mult Q (fun _ => / alpha)); [exact: Qc|exact: continuous_const].
Qed.

Lemma exp_integrable Q : integrable Q -> integrable (fun a => exp (Q a / alpha)).
Proof.
move=> Qi; apply: (integrable_exp lo_hi (f := fun a => Q a / alpha)).
by apply: (integrable_ext lo_hi _ (integrable_scal (/ alpha) Qi)) => a _; rewrite Rmult_comm.
Qed.

(** Z = int exp(Q/alpha) da > 0 for every integrable Q, continuous or not.  [Note L40] *)
Theorem partition_on_gt0 Q : integrable Q -> 0 < partition_on Q.
Proof.
move=> Qi; have [M [_ QM]] := integrable_bounded lo_hi Qi.
apply: Rlt_le_trans (_ : (hi - lo) * exp (- M / alpha) <= _).
  by apply: Rmult_lt_0_compat; [lra|exact: exp_pos].
rewrite -(integral_const lo hi); apply: integral_le => // [||a ab].
- exact: integrable_const.
- exact: exp_integrable.
- apply: exp_le; apply: div_le_compat => //.
  by have /Rabs_le_between : Rabs (Q a) <= M by [apply: QM; lra]; lra.
Qed.

(** pi(a) = exp(Q(a)/alpha) / Z > 0. *)
Theorem boltzmann_policy_on_gt0 Q a : integrable Q -> 0 < boltzmann_policy_on Q a.
Proof. by move=> Qi; apply: Rdiv_lt_0_compat; [exact: exp_pos|exact: partition_on_gt0]. Qed.

Lemma boltzmann_policy_on_integrable Q : integrable Q -> integrable (boltzmann_policy_on Q).
Proof.
move=> Qi; apply: (integrable_ext lo_hi _ (integrable_scal (/ partition_on Q) (exp_integrable Qi))).
by move=> a _; rewrite Rmult_comm.
Qed.

Lemma boltzmann_policy_on_continuous Q : continuous_on Q -> continuous_on (boltzmann_policy_on Q).
Proof.
move=> Qc a ab; apply: (continuous_mult (fun a => exp (Q a / alpha)) (fun _ => / partition_on Q)).
  exact: exp_continuous.
exact: continuous_const.
Qed.

(** pi is a density: int pi(a) da = 1. *)
Theorem boltzmann_policy_on_is_density Q : integrable Q -> is_density_on (boltzmann_policy_on Q).
Proof.
move=> Qi; have Zp := partition_on_gt0 Qi; split; [|split].
- exact: boltzmann_policy_on_integrable.
- by move=> a _; apply: Rlt_le (boltzmann_policy_on_gt0 a Qi).
- transitivity (/ partition_on Q * partition_on Q); last by field; lra.
  rewrite -integral_scal; first by apply: integral_ext => // a _; rewrite /boltzmann_policy_on /Rdiv; ring.
  exact: exp_integrable.
Qed.

(** log pi(a) = (Q(a) - V)/alpha.  [H17 Eq. 6] *)
Theorem log_boltzmann_policy_on Q a : integrable Q ->
  ln (boltzmann_policy_on Q a) = (Q a - soft_value_on Q) / alpha.
Proof.
move=> Qi; rewrite /boltzmann_policy_on /soft_value_on ln_div; [|exact: exp_pos|exact: partition_on_gt0].
by rewrite ln_exp; field; lra.
Qed.

(** Densities of finite entropy. *)
Definition admissible p := is_density_on p /\ integrable (fun a => p a * ln (p a)).

Lemma kl_divergence_on_integrand Q p : integrable Q ->
  forall a, lo < a < hi ->
  p a * (ln (p a) - ln (boltzmann_policy_on Q a)) =
  p a * ln (p a) - (/ alpha * (p a * Q a) - soft_value_on Q / alpha * p a).
Proof. by move=> Qi a _; rewrite log_boltzmann_policy_on //; field; lra. Qed.

Lemma kl_divergence_on_integrable Q p : integrable Q -> admissible p ->
  integrable (fun a => p a * (ln (p a) - ln (boltzmann_policy_on Q a))).
Proof.
move=> Qi [[pi _] ipl].
apply: (integrable_ext lo_hi (f := fun a => p a * ln (p a) - (/ alpha * (p a * Q a) - soft_value_on Q / alpha * p a))).
  by move=> a ab; rewrite (kl_divergence_on_integrand _ Qi ab).
apply: integrable_minus => //.
by apply: integrable_minus; apply: integrable_scal => //; exact: integrable_mult.
Qed.

(** int p Q + alpha H(p) = V - alpha KL(p || pi), for every density of finite entropy.  [Note L40] [Note L44] *)
Theorem gibbs_identity_on Q p : integrable Q -> admissible p ->
  expect_on p Q + alpha * entropy_on p = soft_value_on Q - alpha * kl_divergence_on p (boltzmann_policy_on Q).
Proof.
move=> Qi [[pi [p0 p1]] ipl]; have ipQ := integrable_mult lo_hi pi Qi.
rewrite /kl_divergence_on (integral_ext lo_hi (kl_divergence_on_integrand p Qi)).
rewrite integral_minus // ?integral_minus ?integral_scal ?p1 //.
- by rewrite /expect_on /entropy_on; field; lra.
- exact: integrable_scal.
- exact: integrable_scal.
- by apply: integrable_minus; exact: integrable_scal.
Qed.

(** KL(p || q) >= 0, for densities on the interval with q positive. *)
Theorem kl_divergence_on_ge0 p q : is_density_on p -> is_density_on q ->
  (forall a, lo <= a <= hi -> 0 < q a) ->
  integrable (fun a => p a * (ln (p a) - ln (q a))) -> 0 <= kl_divergence_on p q.
Proof.
move=> [pi [p0 p1]] [qi [_ q1]] qpos ikl.
have <- : integral (fun a => p a - q a) = 0 by rewrite integral_minus // p1 q1; ring.
apply: integral_le => // [|a ab]; first exact: integrable_minus.
by apply: xlnxy_ge; [apply: p0|apply: qpos]; lra.
Qed.

(** V bounds the entropy-regularised objective ...  [H17 Eq. 5] [Note L58] *)
Theorem gibbs_le_on Q p : integrable Q -> admissible p ->
  expect_on p Q + alpha * entropy_on p <= soft_value_on Q.
Proof.
move=> Qi adm; rewrite gibbs_identity_on //.
have K := kl_divergence_on_ge0 (proj1 adm) (boltzmann_policy_on_is_density Qi)
  (fun a _ => boltzmann_policy_on_gt0 a Qi) (kl_divergence_on_integrable Qi adm).
by have := Rmult_le_pos _ _ (Rlt_le _ _ alpha_gt0) K; lra.
Qed.

Lemma boltzmann_policy_on_admissible Q : integrable Q -> admissible (boltzmann_policy_on Q).
Proof.
move=> Qi; have bi := boltzmann_policy_on_integrable Qi; split; first exact: boltzmann_policy_on_is_density.
apply: integrable_mult => //.
apply: (integrable_ext lo_hi (f := fun a => / alpha * (Q a - soft_value_on Q))) => [a _|].
  by rewrite log_boltzmann_policy_on // Rmult_comm.
apply: integrable_scal; apply: integrable_minus => //; exact: integrable_const.
Qed.

(** ... the Boltzmann density reaches it ... *)
Theorem gibbs_attained_on Q : integrable Q ->
  expect_on (boltzmann_policy_on Q) Q + alpha * entropy_on (boltzmann_policy_on Q) = soft_value_on Q.
Proof.
move=> Qi; rewrite gibbs_identity_on //; last exact: boltzmann_policy_on_admissible.
have -> : kl_divergence_on (boltzmann_policy_on Q) (boltzmann_policy_on Q) = 0; last by ring.
rewrite /kl_divergence_on (@integral_ext _ _ lo_hi _ (fun _ => 0)) => [|a _]; last by ring.
by rewrite integral_const Rmult_0_r.
Qed.

(** A continuous nonnegative function with zero integral vanishes. *)
Lemma integral_eq0 f : continuous_on f -> (forall a, lo <= a <= hi -> 0 <= f a) ->
  integral f = 0 -> forall a, lo < a < hi -> f a = 0.
Proof.
move=> fc f0 i0 a ab; case: (f0 a); [lra|move=> fa|by []]; exfalso.
have [eps [epos Heps]] : exists eps : R, 0 < eps /\ 
    forall x, Rabs (x - a) < eps -> lo <= x <= hi /\ f a / 2 < f x.
  have /fc/continuity_pt_filterlim/continuity_pt_locally : lo <= a <= hi by lra.
  have fa2 : 0 < f a / 2 by lra.
  move=> /(_ (mkposreal _ fa2)) [d Hd] /=.
  exists (Rmin d (Rmin (a - lo) (hi - a))); split.
    by apply: Rmin_pos; [exact: cond_pos|apply: Rmin_pos; lra].
  move=> x xa.
  have x1 := Rlt_le_trans _ _ _ xa (Rmin_l _ _).
  have x2 := Rlt_le_trans _ _ _ xa (Rmin_r _ _).
  have x3 := Rlt_le_trans _ _ _ x2 (Rmin_l _ _).
  have x4 := Rlt_le_trans _ _ _ x2 (Rmin_r _ _).
  have [y1 y2] := Rabs_def2 _ _ x3; have [y3 y4] := Rabs_def2 _ _ x4.
  split; first lra.
  by have := Hd x x1; move=> /= /Rabs_def2; lra.
have sub u v : lo <= u -> u <= v -> v <= hi -> ex_RInt f u v.
  move=> lu uv vh; apply: ex_RInt_continuous => z.
  by rewrite Rmin_left ?Rmax_right // => zb; apply: fc; lra.
pose u := a - eps / 2; pose v := a + eps / 2.
have [ub _] : lo <= u <= hi /\ f a / 2 < f u.
  by apply: Heps; rewrite /u Rabs_left; lra.
have [vb _] : lo <= v <= hi /\ f a / 2 < f v.
  by apply: Heps; rewrite /v Rabs_right; lra.
have uv : u < v by rewrite /u /v; lra.
have e1 : RInt f lo u + RInt f u hi = 0.
  by rewrite -i0; apply: RInt_Chasles; apply: sub; lra.
have e2 : RInt f u v + RInt f v hi = RInt f u hi.
  by apply: RInt_Chasles; apply: sub; lra.
have g1 : 0 <= RInt f lo u.
  by apply: RInt_ge_0; [lra|apply: sub; lra|move=> x xb; apply: f0; lra].
have g3 : 0 <= RInt f v hi.
  by apply: RInt_ge_0; [lra|apply: sub; lra|move=> x xb; apply: f0; lra].
have g2 : 0 < RInt f u v.
  apply: RInt_gt_0 => // x xb; last by apply: fc; lra.
  have [|_] := Heps x; last lra.
  by apply: Rabs_def1; rewrite /u /v in xb; lra.
lra.
Qed.

(** ... and among continuous positive densities it alone does.  [H17 Eq. 6] *)
Theorem gibbs_unique_on Q p : continuous_on Q -> continuous_on p ->
  (forall a, lo <= a <= hi -> 0 < p a) -> admissible p ->
  expect_on p Q + alpha * entropy_on p = soft_value_on Q ->
  forall a, lo < a < hi -> p a = boltzmann_policy_on Q a.
Proof.
move=> Qc pc ppos adm; rewrite gibbs_identity_on //; last exact: continuous_integrable.
move=> e a ab.
have [[pi [p0 p1]] _] := adm; have Qi := continuous_integrable lo_hi Qc.
have k0 : kl_divergence_on p (boltzmann_policy_on Q) = 0.
  by have : alpha * kl_divergence_on p (boltzmann_policy_on Q) = 0 by [lra]; move/Rmult_integral => [|//]; lra.
have bd := boltzmann_policy_on_is_density Qi.
apply: xlnxy_eq; [by apply: p0; lra|exact: boltzmann_policy_on_gt0 Qi|].
pose g a := p a * (ln (p a) - ln (boltzmann_policy_on Q a)) - (p a - boltzmann_policy_on Q a).
suff : g a = 0 by rewrite /g; lra.
have gi : integrable (fun a => p a - boltzmann_policy_on Q a).
  by apply: integrable_minus => //; case: bd.
apply: integral_eq0 ab => [x xb|x xb|].
- have lnc f : continuous f x -> 0 < f x -> continuous (fun a => ln (f a)) x.
    move=> fc fx; apply: (continuous_comp f ln) => //.
    by apply: ex_derive_continuous; auto_derive.
  apply: (continuous_minus (fun a => p a * (ln (p a) - ln (boltzmann_policy_on Q a)))
                           (fun a => p a - boltzmann_policy_on Q a)).
    apply: (continuous_mult p (fun a => ln (p a) - ln (boltzmann_policy_on Q a))); first exact: pc.
    apply: (continuous_minus (fun a => ln (p a)) (fun a => ln (boltzmann_policy_on Q a))).
      by apply: lnc; [exact: pc|exact: ppos].
    by apply: lnc; [exact: boltzmann_policy_on_continuous|exact: boltzmann_policy_on_gt0 Qi].
  by apply: (continuous_minus p (boltzmann_policy_on Q)); [exact: pc|exact: boltzmann_policy_on_continuous].
- by have := xlnxy_ge (p0 x xb) (boltzmann_policy_on_gt0 x Qi); rewrite /g; lra.
- rewrite /g integral_minus //; last exact: kl_divergence_on_integrable.
  rewrite -/(kl_divergence_on p (boltzmann_policy_on Q)) k0 integral_minus //; last by case: bd.
  by rewrite p1; case: bd => _ [_ ->]; ring.
Qed.

(** E_q[exp(Q/alpha)/q] = Z for any positive proposal density.  [H17 Eq. 10] *)
Theorem importance_weight_unbiased_on Q q : (forall a, lo < a < hi -> 0 < q a) ->
  expect_on q (fun a => exp (Q a / alpha) / q a) = partition_on Q.
Proof.
by move=> qpos; apply: integral_ext => // a ab; have := qpos a ab => ?; field; lra.
Qed.

End Interval.

(** ** Tanh-squashed actions *)
Definition sech2 u := 1 - tanh u * tanh u.
Definition softplus x := ln (1 + exp x).

Lemma cosh_gt0 u : 0 < cosh u.
Proof. by rewrite /cosh; have := exp_pos u; have := exp_pos (- u); lra. Qed.

Lemma tanhE u : tanh u = (1 - exp (- 2 * u)) / (1 + exp (- 2 * u)).
Proof.
have -> : exp (- 2 * u) = exp (- u) * exp (- u) by rewrite -exp_plus; congr exp; ring.
have ee : exp u * exp (- u) = 1 by rewrite -exp_plus Rplus_opp_r exp_0.
have e1 := exp_pos u; have e2 := exp_pos (- u).
rewrite /tanh /sinh /cosh.
have -> : exp u = / exp (- u) by apply: (Rmult_eq_reg_r (exp (- u))); [rewrite ee Rinv_l; lra|lra].
by field; split; [nra|nra].
Qed.

(** 1 - tanh(u)^2 > 0. *)
Theorem sech2_gt0 u : 0 < sech2 u.
Proof.
rewrite /sech2 tanhE; have e := exp_pos (- 2 * u); set x := exp _ in e *.
have -> : 1 - (1 - x) / (1 + x) * ((1 - x) / (1 + x)) = 4 * x / ((1 + x) * (1 + x)) by field; lra.
by apply: Rdiv_lt_0_compat; nra.
Qed.

(** d tanh(u)/du = 1 - tanh(u)^2. *)
Theorem tanh_derivative u : is_derive tanh u (sech2 u).
Proof.
have c := cosh_gt0 u.
rewrite /sech2; apply: (is_derive_ext (fun u => sinh u / cosh u)) => [//|].
rewrite /sinh /cosh in c *; auto_derive; first by rewrite /cosh in c; lra.
by rewrite /tanh /sinh /cosh; field; lra.
Qed.

(** log (1 - tanh(u)^2) = 2 (log 2 - u - softplus (-2u)): the stable
    log-determinant of the squashing map.  [H18] *)
Theorem log_sech2 u : ln (sech2 u) = 2 * (ln 2 - u - softplus (- 2 * u)).
Proof.
rewrite /sech2 /softplus tanhE; have e := exp_pos (- 2 * u).
have le : ln (exp (- 2 * u)) = - 2 * u by rewrite ln_exp.
set x := exp _ in e le *.
have -> : 1 - (1 - x) / (1 + x) * ((1 - x) / (1 + x)) =
          (2 * 2) * x / ((1 + x) * (1 + x)) by field; lra.
rewrite ln_div; [|nra|nra].
by rewrite !ln_mult; try lra; rewrite le; ring.
Qed.

(** Change of variables a = tanh u: int f(tanh u) (1 - tanh(u)^2) du = int f(a) da.  [H18] *)
Theorem squash_change_of_variables (f : R -> R) lo hi : lo <= hi ->
  (forall a, tanh lo <= a <= tanh hi -> continuous f a) ->
  RInt (fun u => sech2 u * f (tanh u)) lo hi = RInt f (tanh lo) (tanh hi).
Proof.
move=> lh fc; have mono x y : x <= y -> tanh x <= tanh y.
  case=> [xy|->]; last exact: Rle_refl.
  apply: Rlt_le; apply: (incr_function tanh m_infty p_infty sech2) => // z _ _.
    exact: tanh_derivative.
  exact: sech2_gt0.
apply: (RInt_comp f tanh sech2) => x; rewrite Rmin_left // Rmax_right // => xb.
  by apply: fc; split; apply: mono; lra.
split; first exact: tanh_derivative.
have tc : continuous tanh x.
  by apply: ex_derive_continuous; exists (sech2 x); exact: tanh_derivative.
apply: (continuous_minus (fun _ => 1) (fun u => tanh u * tanh u)); first exact: continuous_const.
exact: (continuous_mult tanh tanh).
Qed.

(** Z of squashed actions is Z in the pre-squash space of Q(tanh u) + alpha log(1 - tanh(u)^2): leave the Jacobian out and it is another integral ... *)
Theorem partition_squash (Q : R -> R) lo hi alpha : lo <= hi -> 0 < alpha ->
  (forall a, tanh lo <= a <= tanh hi -> continuous Q a) ->
  partition_on lo hi alpha (fun u => Q (tanh u) + alpha * ln (sech2 u)) =
  partition_on (tanh lo) (tanh hi) alpha Q.
Proof.
move=> lh al Qc; rewrite /partition_on /integral.
rewrite -(squash_change_of_variables (f := fun a => exp (Q a / alpha)) lh) => [|a ab].
  apply: RInt_ext => u _; have s0 := sech2_gt0 u.
  rewrite -{2}(exp_ln _ s0) -exp_plus; congr exp; field; lra.
by apply: exp_continuous ab => b; exact: Qc.
Qed.

(** ... and so is V. *)
Theorem soft_value_squash (Q : R -> R) lo hi alpha : lo <= hi -> 0 < alpha ->
  (forall a, tanh lo <= a <= tanh hi -> continuous Q a) ->
  soft_value_on lo hi alpha (fun u => Q (tanh u) + alpha * ln (sech2 u)) =
  soft_value_on (tanh lo) (tanh hi) alpha Q.
Proof. by move=> lh al Qc; rewrite /soft_value_on partition_squash. Qed.

(** The density of u = artanh a is the density of a times 1 - tanh(u)^2.  [H18] *)
Theorem boltzmann_policy_squash (Q : R -> R) lo hi alpha u : lo <= hi -> 0 < alpha ->
  (forall a, tanh lo <= a <= tanh hi -> continuous Q a) ->
  boltzmann_policy_on lo hi alpha (fun u => Q (tanh u) + alpha * ln (sech2 u)) u =
  boltzmann_policy_on (tanh lo) (tanh hi) alpha Q (tanh u) * sech2 u.
Proof.
move=> lh al Qc; rewrite /boltzmann_policy_on partition_squash //.
have s0 := sech2_gt0 u.
have -> : exp ((Q (tanh u) + alpha * ln (sech2 u)) / alpha) = exp (Q (tanh u) / alpha) * sech2 u.
  by rewrite -[X in _ = _ * X](exp_ln _ s0) -exp_plus; congr exp; field; lra.
by rewrite /Rdiv; ring.
Qed.

(** ** Continuous actions on an interval, finitely many states *)
Section ContinuousActions.
Variables (lo hi alpha : R).
Hypothesis lo_hi : lo < hi.
Hypothesis alpha_gt0 : 0 < alpha.

Notation integrable := (integrable lo hi).

Lemma soft_value_on_le (Q1 Q2 : R -> R) c : integrable Q1 -> integrable Q2 ->
  (forall a, lo <= a <= hi -> Q1 a <= Q2 a + c) ->
  soft_value_on lo hi alpha Q1 <= soft_value_on lo hi alpha Q2 + c.
Proof.
move=> i1 i2 H.
have Z1 := partition_on_gt0 lo_hi alpha_gt0 i1; have Z2 := partition_on_gt0 lo_hi alpha_gt0 i2.
have le : partition_on lo hi alpha Q1 <= exp (c / alpha) * partition_on lo hi alpha Q2.
  rewrite -(integral_scal _ (exp_integrable alpha lo_hi i2)); apply: integral_le => // [||a ab].
  - exact: exp_integrable.
  - by apply: integrable_scal; exact: exp_integrable.
  rewrite -exp_plus; apply: exp_le.
  have -> : c / alpha + Q2 a / alpha = (Q2 a + c) / alpha by rewrite /Rdiv; ring.
  by apply: div_le_compat => //; apply: H; lra.
rewrite /soft_value_on; have -> : alpha * ln (partition_on lo hi alpha Q2) + c =
   alpha * ln (exp (c / alpha) * partition_on lo hi alpha Q2).
  by rewrite ln_mult ?ln_exp //; [field; lra|exact: exp_pos].
by apply: Rmult_le_compat_l; [lra|apply: ln_le].
Qed.

(** V is 1-Lipschitz in the sup norm over the interval. *)
Theorem soft_value_on_lipschitz (Q1 Q2 : R -> R) c : integrable Q1 -> integrable Q2 ->
  (forall a, lo <= a <= hi -> Rabs (Q1 a - Q2 a) <= c) ->
  Rabs (soft_value_on lo hi alpha Q1 - soft_value_on lo hi alpha Q2) <= c.
Proof.
move=> i1 i2 H; apply: Rabs_le; split.
- have : soft_value_on lo hi alpha Q2 <= soft_value_on lo hi alpha Q1 + c; last lra.
  by apply: soft_value_on_le => // a ab; have := H a ab; move/Rabs_le_between; lra.
- have : soft_value_on lo hi alpha Q1 <= soft_value_on lo hi alpha Q2 + c; last lra.
  by apply: soft_value_on_le => // a ab; have := H a ab; move/Rabs_le_between; lra.
Qed.

(** ** Q* for continuous actions: finitely many states, actions in [lo, hi]; reward, transition
    law and discount are bounded functions of the action whose (Riemann) integrals exist.  They
    may jump: a reward for reaching a set, a wall, an end.  (An integrable function is bounded;
    a bounded one is integrable if it is continuous outside a null set.) *)
Variables (S : finType) (P : S -> R -> S -> R) (r : S -> R -> R) (disc : S -> R -> S -> R).
Variable gamma : R.
Hypothesis P_dist : forall s a, lo <= a <= hi -> is_dist (P s a).
Hypothesis P_int : forall s s', integrable (fun a => P s a s').
Hypothesis r_int : forall s, integrable (r s).
Hypothesis disc_ok : forall s a s', lo <= a <= hi -> 0 <= disc s a s' <= gamma.
Hypothesis disc_int : forall s s', integrable (fun a => disc s a s').
Hypothesis gamma_ok : 0 <= gamma < 1.

(** E_{s'}[ r + discount V(s') ]. *)
Definition backup_on (V : S -> R) s a :=
  expect (P s a) (fun s' => soft_q_target (r s a) (disc s a s') (V s')).
(** (T* Q)(s,a) = E_{s'}[ r + discount alpha log int exp(Q(s',b)/alpha) db ].  [Note L67] *)
Definition optimality_on (Q : S -> R -> R) :=
  backup_on (fun s' => soft_value_on lo hi alpha (Q s')).
(** A table of integrable functions of the action, fixed by T* on the interval. *)
Definition is_Qstar_on (Q : S -> R -> R) :=
  (forall s, integrable (Q s)) /\
  (forall s a, lo <= a <= hi -> optimality_on Q s a = Q s a).

Lemma backup_on_integrable V s : integrable (backup_on V s).
Proof.
apply: integrable_sum => // s'; apply: integrable_mult => //; apply: integrable_plus => //.
by apply: integrable_mult => //; exact: integrable_const.
Qed.

Lemma backup_on_lipschitz V1 V2 s a c : lo <= a <= hi -> (forall s, Rabs (V1 s - V2 s) <= c) ->
  Rabs (backup_on V1 s a - backup_on V2 s a) <= gamma * c.
Proof.
move=> ab v12; rewrite /backup_on -expect_minus; apply: expect_abs_le => [|s'].
  exact: P_dist.
have [d0 d1] := disc_ok s s' ab.
rewrite /soft_q_target (_ : _ - _ = disc s a s' * (V1 s' - V2 s')); last by ring.
rewrite Rabs_mult Rabs_right; last lra.
by apply: Rmult_le_compat => //; exact: Rabs_pos.
Qed.

(** T* is a gamma-contraction in the sup norm over the states and the interval. *)
Theorem optimality_on_contraction (Q1 Q2 : S -> R -> R) c :
  (forall s, integrable (Q1 s)) -> (forall s, integrable (Q2 s)) ->
  (forall s a, lo <= a <= hi -> Rabs (Q1 s a - Q2 s a) <= c) ->
  forall s a, lo <= a <= hi -> Rabs (optimality_on Q1 s a - optimality_on Q2 s a) <= gamma * c.
Proof.
move=> i1 i2 H s a ab; apply: backup_on_lipschitz => // s'.
by apply: soft_value_on_lipschitz => // b bb; exact: H.
Qed.

Definition value_operator (V : S -> R) s := soft_value_on lo hi alpha (backup_on V s).

Lemma value_operator_contraction V1 V2 :
  dist_sup (value_operator V1) (value_operator V2) <= gamma * dist_sup V1 V2.
Proof.
have d0 : 0 <= dist_sup V1 V2 by exact: supnorm_ge0.
apply: supnorm_le => [|s]; first by apply: Rmult_le_pos; lra.
apply: soft_value_on_lipschitz => [||a ab]; try exact: backup_on_integrable.
by apply: backup_on_lipschitz => // s'; exact: (supnorm_ge (fun s => V1 s - V2 s)).
Qed.

(** Q* exists, for bounded rewards that may jump and any compact interval of actions ...  [Note L21] *)
Theorem Qstar_on_exists : exists Q, is_Qstar_on Q.
Proof.
have [V HV] := fixed_point_exists gamma_ok value_operator_contraction.
exists (backup_on V); split=> [s|s a ab]; first exact: backup_on_integrable.
by apply: expect_ext => s'; rewrite -/(value_operator V s') HV.
Qed.

(** ... and is unique at every action of the interval. *)
Theorem Qstar_on_unique Q1 Q2 : is_Qstar_on Q1 -> is_Qstar_on Q2 ->
  forall s a, lo <= a <= hi -> Q1 s a = Q2 s a.
Proof.
have fix_value Q : is_Qstar_on Q -> fixed_point value_operator (fun s => soft_value_on lo hi alpha (Q s)).
  move=> [_ H] s; congr (_ * ln _); apply: integral_ext => // a ab.
  by rewrite -/(optimality_on Q s a) H //; lra.
move=> H1 H2 s a ab.
have e := fixed_point_unique gamma_ok value_operator_contraction (fix_value _ H1) (fix_value _ H2).
rewrite -(proj2 H1 s a ab) -(proj2 H2 s a ab).
by apply: expect_ext => s'; rewrite e.
Qed.

(** It is continuous in the action where reward, transition law and discount are. *)
Theorem Qstar_on_continuous Q s a : is_Qstar_on Q -> lo < a < hi -> continuous (r s) a ->
  (forall s', continuous (fun b => P s b s') a) -> (forall s', continuous (fun b => disc s b s') a) ->
  continuous (Q s) a.
Proof.
move=> [_ H] ab rc Pc dc; pose V s' := soft_value_on lo hi alpha (Q s').
have near : locally a (fun b => backup_on V s b = Q s b).
  have e0 : 0 < Rmin (a - lo) (hi - a) by apply: Rmin_pos; lra.
  exists (mkposreal _ e0) => b /Rabs_def2 [/= b1 b2]; apply: H.
  by have := Rmin_l (a - lo) (hi - a); have := Rmin_r (a - lo) (hi - a); rewrite /minus /plus /opp /= in b1 b2; lra.
apply: (continuous_ext_loc _ (backup_on V s)) => //; rewrite /backup_on /expect.
elim: (index_enum S) => [|s' l IH].
  by apply: (continuous_ext (fun _ => 0)) => [x|]; [rewrite big_nil|exact: continuous_const].
apply: (continuous_ext (fun x => P s x s' * (r s x + disc s x s' * V s') +
    \big[Rplus/0]_(t <- l) (P s x t * soft_q_target (r s x) (disc s x t) (V t)))) => [x|]; first by rewrite big_cons.
apply: (continuous_plus (fun x => P s x s' * (r s x + disc s x s' * V s'))) => //.
apply: (continuous_mult (fun x => P s x s') (fun x => r s x + disc s x s' * V s')) => //.
apply: (continuous_plus (r s) (fun x => disc s x s' * V s')) => //.
by apply: (continuous_mult (fun x => disc s x s') (fun _ => V s')) => //; exact: continuous_const.
Qed.
End ContinuousActions.
