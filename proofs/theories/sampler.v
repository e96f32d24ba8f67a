(** * sampler: draws from pi proportional to exp(Q/alpha)

    Gumbel-max for finite actions; for an interval, the two facts that samplers driven by
    the gradient of Q rest on: Stein's identity and zero probability flux. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums integrals value policy gradient measures.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** Gumbel-max

    Add independent standard Gumbel noise to the logits Q_a/alpha + log w_a and take the
    largest.  A standard Gumbel number has distribution function exp(-exp(-x)). *)
Definition gumbel_cdf x := exp (- exp (- x)).
Definition gumbel_pdf x := exp (- x) * exp (- exp (- x)).

(** A standard Gumbel number has the distribution function exp(-exp(-x)); its density is the
    derivative ... *)
Theorem gumbel_cdf_derivative x : is_derive gumbel_cdf x (gumbel_pdf x).
Proof. by rewrite /gumbel_cdf /gumbel_pdf; auto_derive => //; ring. Qed.

Lemma exp_scale_limits c : 0 < c ->
  filterlim (fun g => exp (- (c * exp (- g)))) (Rbar_locally m_infty) (locally 0) /\
  filterlim (fun g => exp (- (c * exp (- g)))) (Rbar_locally p_infty) (locally 1).
Proof.
move=> c0; split.
- have E : is_lim (fun g => - g) m_infty p_infty.
    by apply: (is_lim_opp _ _ m_infty); exact: is_lim_id.
  have e1 : filterlim (fun g => exp (- g)) (Rbar_locally m_infty) (Rbar_locally p_infty).
    exact: (filterlim_comp _ _ _ _ exp _ _ _ E is_lim_exp_p).
  have e2 : is_lim (fun g => c * exp (- g)) m_infty p_infty.
    have -> : p_infty = Rbar_mult c p_infty.
      symmetry; apply: is_Rbar_mult_unique; apply: is_Rbar_mult_sym.
      exact: is_Rbar_mult_p_infty_pos.
    exact: is_lim_scal_l.
  have e3 : is_lim (fun g => - (c * exp (- g))) m_infty m_infty.
    exact: (is_lim_opp _ _ p_infty).
  exact: (filterlim_comp _ _ _ _ exp _ _ _ e3 is_lim_exp_m).
- have E : is_lim (fun g => - g) p_infty m_infty.
    have -> : m_infty = Rbar_opp p_infty by [].
    by apply: is_lim_opp; exact: is_lim_id.
  have e0 : filterlim (fun g => exp (- g)) (Rbar_locally p_infty) (locally 0).
    exact: (filterlim_comp _ _ _ _ exp _ _ _ E is_lim_exp_m).
  apply: (filterlim_comp _ _ _ _ (fun x => exp (- (c * x))) _ _ _ e0).
  have /ex_derive_continuous : ex_derive (fun x => exp (- (c * x))) 0 by auto_derive.
  by rewrite /continuous Rmult_0_r Ropp_0 exp_0.
Qed.

(** ... and it rises from 0 to 1. *)
Theorem gumbel_cdf_limits : is_lim gumbel_cdf m_infty 0 /\ is_lim gumbel_cdf p_infty 1.
Proof.
have [l1 l2] := exp_scale_limits Rlt_0_1.
split; [move: l1|move: l2]; apply: filterlim_ext => g; by rewrite Rmult_1_l.
Qed.

Section GumbelMax.
Variables (A : finType) (w Q : A -> R) (alpha : R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.

(** The logit of an allowed action. *)
Definition logit a := Q a / alpha + ln (w a).
(** The density at g that action a holds the value g and every other allowed action stays
    below it; its integral over g is the probability that a wins. *)
Definition win_density a g := gumbel_pdf (g - logit a) *
  \big[Rmult/1]_(b | allowed w b && (b != a)) gumbel_cdf (g - logit b).

Lemma exp_logit b : 0 < w b -> exp (logit b) = w b * exp (Q b / alpha).
Proof. by move=> wb; rewrite /logit exp_plus exp_ln // Rmult_comm. Qed.

Lemma prod_exp (P : pred A) (f : A -> R) :
  \big[Rmult/1]_(b | P b) exp (f b) = exp (\big[Rplus/0]_(b | P b) f b).
Proof. by rewrite (big_morph exp exp_plus exp_0). Qed.

Lemma allowed_sum g : \big[Rplus/0]_(b | allowed w b) (- exp (- (g - logit b))) =
  - (partition w alpha Q * exp (- g)).
Proof.
rewrite /partition -sum_scalr -sum_opp [LHS]big_mkcond; apply: sum_ext => b.
case: (weight_cases b w_ok) => [wb|wb].
  by rewrite /allowed wb; case: Rlt_dec => [?|_ /=]; [lra|ring].
rewrite (proj2 (allowedP w b) wb) -exp_logit // -exp_plus.
by congr (- exp _); ring.
Qed.

(** The largest perturbed logit is a Gumbel number shifted by V/alpha:
    prod_b F(t - logit_b) = F(t - V/alpha). *)
Theorem gumbel_max_value t :
  \big[Rmult/1]_(b | allowed w b) gumbel_cdf (t - logit b) =
  gumbel_cdf (t - soft_value w alpha Q / alpha).
Proof.
rewrite prod_exp allowed_sum; congr (exp (- _)).
rewrite -(exp_soft_value w_ok alpha_gt0 Q) -exp_plus; congr exp; ring.
Qed.

Lemma win_densityE a g : 0 < w a -> win_density a g =
  w a * exp (Q a / alpha) * exp (- g) * exp (- (partition w alpha Q * exp (- g))).
Proof.
move=> wa; rewrite -allowed_sum -prod_exp (bigD1 a) /=; last exact/allowedP.
rewrite /win_density /gumbel_pdf -exp_logit // -(exp_plus (logit a)) -/(gumbel_cdf (g - logit a)).
rewrite (_ : logit a + - g = - (g - logit a)); last by ring.
by rewrite /gumbel_cdf; ring.
Qed.

(** alpha times the largest perturbed logit has the law of V + alpha G, for one Gumbel number G:
    whatever f, and over any stretch of values, the integrals of f agree.  With f(x) = x: the mean
    of the largest is V, plus alpha times the mean of G. *)
Theorem gumbel_max_law (f : R -> R) x y : let V := soft_value w alpha Q in
  ex_RInt (fun g => f (V + alpha * g) * gumbel_pdf g) x y ->
  is_RInt (fun t => f (alpha * t) * Derive (fun u => \big[Rmult/1]_(b | allowed w b) gumbel_cdf (u - logit b)) t)
    (x + V / alpha) (y + V / alpha) (RInt (fun g => f (V + alpha * g) * gumbel_pdf g) x y).
Proof.
move=> V h; pose F g := f (V + alpha * g) * gumbel_pdf g.
have D t : Derive (fun u => \big[Rmult/1]_(b | allowed w b) gumbel_cdf (u - logit b)) t = gumbel_pdf (t - V / alpha).
  rewrite (Derive_ext _ _ _ gumbel_max_value); apply: is_derive_unique.
  by rewrite /gumbel_cdf /gumbel_pdf; auto_derive => //; rewrite -/V /Rminus; ring.
apply: (is_RInt_ext (fun t => scal 1 (F (1 * t + - (V / alpha))))) => [t _|].
  rewrite D /F Rmult_1_l /scal /= /mult /= Rmult_1_l /Rminus; congr (f _ * _); field; lra.
apply: is_RInt_comp_lin.
rewrite !Rmult_1_l; have back z : z + V / alpha + - (V / alpha) = z by ring.
by rewrite !back; exact: RInt_correct.
Qed.

(** The probability that action a wins is w_a pi(a): Gumbel-max draws from pi.  [H17 Eq. 6] *)
Theorem gumbel_max_probability a : 0 < w a ->
  is_RInt_gen (win_density a) (Rbar_locally m_infty) (Rbar_locally p_infty)
    (prob w (boltzmann_policy w alpha Q) a).
Proof.
move=> wa; have Z0 := partition_gt0 alpha w_ok Q; set Z := partition w alpha Q in Z0 *.
pose c := w a * exp (Q a / alpha).
pose F g := c / Z * exp (- (Z * exp (- g))).
have dF g : is_derive F g (win_density a g).
  rewrite win_densityE // -/Z -/c /F; auto_derive => //; field; lra.
have -> : prob w (boltzmann_policy w alpha Q) a = c / Z * 1 - c / Z * 0.
  by rewrite /prob /boltzmann_policy -/Z /c; field; lra.
have [l0 l1] := exp_scale_limits Z0.
apply: (is_RInt_gen_ext (Derive F)).
  by apply: filter_forall => [[x y]] g _; exact: is_derive_unique.
apply: is_RInt_gen_Derive.
- by apply: filter_forall => [[x y]] g _; exists (win_density a g).
- apply: filter_forall => [[x y]] g _.
  apply: (continuous_ext (fun g => c * exp (- g) * exp (- (Z * exp (- g))))) => [u|].
    by rewrite (is_derive_unique _ _ _ (dF u)) win_densityE.
  by apply: ex_derive_continuous; auto_derive.
- exact: (filterlim_comp _ _ _ _ (Rmult (c / Z)) _ _ _ l0 (filterlim_scal_r (c / Z) 0)).
- exact: (filterlim_comp _ _ _ _ (Rmult (c / Z)) _ _ _ l1 (filterlim_scal_r (c / Z) 1)).
Qed.
End GumbelMax.

(** ** Stein identity for the Boltzmann density: the (averaged) SVGD direction
    of soft Q-learning vanishes at the target. *)
Section Stein.
Variables (lo hi alpha : R) (Q dQ phi dphi : R -> R).
Hypothesis lo_hi : lo < hi.
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis Q_derive : forall a, lo <= a <= hi -> is_derive Q a (dQ a).
Hypothesis dQ_cont : continuous_on lo hi dQ.
Hypothesis phi_derive : forall a, lo <= a <= hi -> is_derive phi a (dphi a).
Hypothesis dphi_cont : continuous_on lo hi dphi.
Hypothesis phi_lo : phi lo = 0.
Hypothesis phi_hi : phi hi = 0.

Let Qc : continuous_on lo hi Q.
Proof. by move=> a ab; apply: ex_derive_continuous; exists (dQ a); exact: Q_derive. Qed.
Let phic : continuous_on lo hi phi.
Proof. by move=> a ab; apply: ex_derive_continuous; exists (dphi a); exact: phi_derive. Qed.
Let b := boltzmann_policy_on lo hi alpha Q.

Lemma boltzmann_policy_on_derivative a : lo <= a <= hi -> is_derive b a (b a * (dQ a / alpha)).
Proof.
move=> ab; apply: (is_derive_ext (fun a => / partition_on lo hi alpha Q * exp (/ alpha * Q a))) => [x|].
  by rewrite /b /boltzmann_policy_on /Rdiv Rmult_comm [/ alpha * _]Rmult_comm.
have -> : b a * (dQ a / alpha) =
   / partition_on lo hi alpha Q * ((/ alpha * dQ a) * exp (/ alpha * Q a)).
  by rewrite /b /boltzmann_policy_on /Rdiv [Q a * _]Rmult_comm; ring.
apply: is_derive_scal; apply: (is_derive_comp exp (fun a => / alpha * Q a)).
  by apply/is_derive_Reals; exact: derivable_pt_lim_exp.
by apply: is_derive_scal; exact: Q_derive.
Qed.

(** Stein's identity for the Boltzmann density: E_pi[grad Q phi + alpha grad phi] = 0 for phi that vanishes at both ends, so that the Stein variational direction is zero at its target. cf. [H17 Eq. 13] *)
Theorem stein_identity :
  expect_on lo hi b (fun a => dQ a * phi a + alpha * dphi a) = 0.
Proof.
have bc : continuous_on lo hi b by exact: boltzmann_policy_on_continuous.
pose g a := b a * (dQ a * phi a + alpha * dphi a).
have D a : lo <= a <= hi -> is_derive (fun a => alpha * (b a * phi a)) a (g a).
  move=> ab.
  have -> : g a = alpha * ((b a * (dQ a / alpha)) * phi a + b a * dphi a).
    by rewrite /g; field; lra.
  apply: is_derive_scal.
  apply: (@is_derive_mult R_AbsRing b phi) => //; [exact: boltzmann_policy_on_derivative|exact: phi_derive|].
  exact: Rmult_comm.
have gc a : lo <= a <= hi -> continuous g a.
  move=> ab; apply: (continuous_mult b (fun a => dQ a * phi a + alpha * dphi a)); first exact: bc.
  apply: (continuous_plus (fun a => dQ a * phi a) (fun a => alpha * dphi a)).
    by apply: (continuous_mult dQ phi); [exact: dQ_cont|exact: phic].
  by apply: (continuous_mult (fun _ => alpha) dphi); [exact: continuous_const|exact: dphi_cont].
have := is_RInt_derive (fun a => alpha * (b a * phi a)) g lo hi.
rewrite Rmin_left ?Rmax_right; try lra.
move=> /(_ D gc) /is_RInt_unique; rewrite /expect_on /integral => ->.
by rewrite phi_lo phi_hi /minus /plus /opp /=; ring.
Qed.

(** Overdamped Langevin, da = grad Q/alpha dt + sqrt 2 dW, has zero probability flux at the
    Boltzmann density: pi grad Q/alpha - grad pi = 0.  [Note L69] *)
Theorem langevin_zero_flux a : lo <= a <= hi ->
  exists db, is_derive b a db /\ b a * (dQ a / alpha) - db = 0.
Proof. by move=> ab; exists (b a * (dQ a / alpha)); split; [exact: boltzmann_policy_on_derivative|ring]. Qed.
End Stein.
