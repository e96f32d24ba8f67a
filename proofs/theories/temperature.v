(** * temperature: how value, policy and entropy move with alpha

    dV/dalpha is the entropy; alpha -> 0 is the hard maximum with ties shared,
    alpha -> infinity the uniform policy; the dual of a target entropy. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums value policy gradient.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** Derivatives in alpha *)
Section Derivatives.
Variables (A : finType) (w : A -> R).
Hypothesis w_ok : is_weight w.
Implicit Types (Q p f : A -> R).

(** dV/dalpha = H(pi).  [Note L23] [Note L60] *)
Theorem soft_value_temperature_derivative Q alpha : 0 < alpha ->
  is_derive (fun al => soft_value w al Q) alpha (boltzmann_entropy w alpha Q).
Proof.
move=> al; have Z0 := partition_gt0 alpha w_ok Q.
pose S := \sum_a w a * ((- Q a / (alpha * alpha)) * exp (Q a / alpha)).
have -> : boltzmann_entropy w alpha Q =
    1 * ln (partition w alpha Q) + alpha * (S * / partition w alpha Q).
  rewrite boltzmann_entropy_value // /soft_value.
  have -> : S = - / (alpha * alpha) *
      (partition w alpha Q * expect (prob w (boltzmann_policy w alpha Q)) Q).
    rewrite /expect -sum_scal -sum_scal; apply: sum_ext => a.
    by rewrite /prob /boltzmann_policy; field; lra.
  by field; lra.
apply: (@is_derive_mulR (fun al => al) (fun al => ln (partition w al Q))).
  exact: is_derive_id.
apply: (@is_derive_lnR (fun al => partition w al Q)) => //.
apply: is_derive_sum => a; apply: is_derive_scal; apply: is_derive_expR.
by auto_derive; [lra|field; lra].
Qed.

(** d log pi(a)/dalpha = - (Q_a - E_pi[Q]) / alpha^2. *)
Theorem log_policy_temperature_derivative Q alpha a : 0 < alpha ->
  is_derive (fun al => boltzmann_log_policy w al Q a) alpha
    (- (Q a - expect (prob w (boltzmann_policy w alpha Q)) Q) / (alpha * alpha)).
Proof.
move=> al; set m := expect _ Q.
have -> : - (Q a - m) / (alpha * alpha) =
  (0 - boltzmann_entropy w alpha Q) * / alpha + (Q a - soft_value w alpha Q) * (- 1 / (alpha * alpha)).
  by rewrite boltzmann_entropy_value // -/m; field; lra.
apply: (@is_derive_mulR (fun al => Q a - soft_value w al Q) (fun al => / al)).
  apply: (@is_derive_minus _ _ (fun _ => Q a)); first exact: is_derive_const.
  exact: soft_value_temperature_derivative.
by auto_derive; [lra|field; lra].
Qed.

(** d E_pi[f]/dalpha = - Cov_pi(Q, f) / alpha^2. *)
Theorem expectation_temperature_derivative Q f alpha : 0 < alpha ->
  let p := prob w (boltzmann_policy w alpha Q) in
  is_derive (fun al => expect (prob w (boltzmann_policy w al Q)) f) alpha
    (- (expect p (fun a => Q a * f a) - expect p Q * expect p f) / (alpha * alpha)).
Proof.
move=> al p; have pd : is_dist p by exact: prob_dist (boltzmann_policy_density alpha w_ok Q).
pose pi u a := boltzmann_policy w u Q a.
have -> : - (expect p (fun a => Q a * f a) - expect p Q * expect p f) / (alpha * alpha) =
  \sum_a (w a * f a) * (- (Q a - expect p Q) / (alpha * alpha) * pi alpha a).
  rewrite -(expect_centred _ f pd) (_ : - _ / _ = - / (alpha * alpha) *
     expect p (fun a => (Q a - expect p Q) * f a)); last by field; lra.
  rewrite /expect -sum_scal; apply: sum_ext => a; rewrite -/(expect p Q) /p /prob -/(pi alpha a).
  by field; lra.
apply: (is_derive_ext_loc (fun u => \sum_a (w a * f a) * exp (boltzmann_log_policy w u Q a))).
  exists (mkposreal alpha al) => u; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= => ub.
  have u0 : 0 < u by move: ub; move/Rabs_def2; lra.
  apply: sum_ext => a; rewrite -log_boltzmann_policy // exp_ln; last exact: boltzmann_policy_gt0.
  by rewrite /prob; ring.
apply: is_derive_sum => a; apply: is_derive_scal.
have -> : pi alpha a = exp (boltzmann_log_policy w alpha Q a).
  by rewrite -log_boltzmann_policy // exp_ln //; exact: boltzmann_policy_gt0.
apply: is_derive_expR; exact: log_policy_temperature_derivative.
Qed.

(** d2V/dalpha2 = dH/dalpha = Var_pi(Q) / alpha^3 >= 0. *)
Theorem entropy_temperature_derivative Q alpha : 0 < alpha ->
  let p := prob w (boltzmann_policy w alpha Q) in
  is_derive (fun al => boltzmann_entropy w al Q) alpha (variance p Q / alpha ^ 3) /\
  0 <= variance p Q / alpha ^ 3.
Proof.
move=> al p; have pd : is_dist p by exact: prob_dist (boltzmann_policy_density alpha w_ok Q).
have a3 : 0 < alpha ^ 3 by apply: pow_lt.
split; last by apply: Rdiv_le_0_compat => //; exact: variance_ge0.
apply: (is_derive_ext_loc (fun u => (soft_value w u Q - expect (prob w (boltzmann_policy w u Q)) Q) * / u)).
  exists (mkposreal alpha al) => u; rewrite /ball /= /AbsRing_ball /= /abs /minus /plus /opp /= => ub.
  have u0 : 0 < u by move: ub; move/Rabs_def2; lra.
  by rewrite boltzmann_entropy_value.
have -> : variance p Q / alpha ^ 3 =
  (boltzmann_entropy w alpha Q - - (expect p (fun a => Q a * Q a) - expect p Q * expect p Q) / (alpha * alpha)) * / alpha +
  (soft_value w alpha Q - expect p Q) * (- 1 / (alpha * alpha)).
  by rewrite boltzmann_entropy_value // -/p /variance; field; lra.
apply: (@is_derive_mulR (fun u => soft_value w u Q - expect (prob w (boltzmann_policy w u Q)) Q) (fun u => / u)).
  apply: (@is_derive_minus _ _ (fun u => soft_value w u Q)).
    exact: soft_value_temperature_derivative.
  exact: expectation_temperature_derivative.
by auto_derive; [lra|field; lra].
Qed.
End Derivatives.

(** ** Order in alpha *)
Section Order.
Variables (A : finType) (w : A -> R).
Hypothesis w_ok : is_weight w.
Implicit Types (Q p : A -> R).

(** V is non-decreasing in alpha when every allowed action weighs at least one. *)
Theorem soft_value_monotone_alpha Q alpha beta : (forall a, 0 < w a -> 1 <= w a) ->
  0 < alpha -> alpha <= beta -> soft_value w alpha Q <= soft_value w beta Q.
Proof.
move=> w1 al ab; have be : 0 < beta by lra.
have pd := boltzmann_policy_density alpha w_ok Q.
rewrite -(gibbs_attained w_ok al Q); apply: Rle_trans (gibbs_le w_ok be Q pd).
rewrite !policy_value_entropy; apply: Rplus_le_compat_l.
by apply: Rmult_le_compat_r => //; exact: entropy_ge0.
Qed.

(** V - alpha log W is non-increasing in alpha: mellowmax falls from the maximum to the
    mean as alpha grows.  [AL17] *)
Theorem mellow_value_antitone_alpha Q alpha beta : 0 < alpha -> alpha <= beta ->
  soft_value w beta Q - beta * ln (total w) <= soft_value w alpha Q - alpha * ln (total w).
Proof.
move=> al ab; have be : 0 < beta by lra.
have pd := boltzmann_policy_density beta w_ok Q.
rewrite -(gibbs_attained w_ok be Q).
have := gibbs_le w_ok al Q pd; rewrite !policy_value_entropy.
have := entropy_le_log_total w_ok pd; move: (entropy w _) (ln _) => H L HL le.
have := Rmult_le_compat_l (beta - alpha) _ _ ltac:(lra) HL; lra.
Qed.

(** The entropy of the Boltzmann policy is non-decreasing in alpha: why bisection finds the
    temperature of a target entropy. *)
Theorem boltzmann_entropy_monotone_alpha Q alpha beta : 0 < alpha -> alpha <= beta ->
  boltzmann_entropy w alpha Q <= boltzmann_entropy w beta Q.
Proof.
move=> al; case=> [ab|<-]; last lra; have be : 0 < beta by lra.
have := gibbs_le w_ok al Q (boltzmann_policy_density beta w_ok Q).
have := gibbs_le w_ok be Q (boltzmann_policy_density alpha w_ok Q).
rewrite -{1}(gibbs_attained w_ok al Q) -(gibbs_attained w_ok be Q) !policy_value_entropy.
rewrite /boltzmann_entropy; move: (entropy w _) (entropy w _) (expect _ _) (expect _ _) => ha hb ea eb h1 h2.
case: (Rle_lt_dec hb ha) => // lt.
have := Rmult_lt_compat_l (beta - alpha) _ _ ltac:(lra) lt; lra.
Qed.

(** V is convex in alpha. *)
Theorem soft_value_convex_alpha Q alpha beta t : 0 < alpha -> 0 < beta -> 0 <= t <= 1 ->
  soft_value w (t * alpha + (1 - t) * beta) Q <=
  t * soft_value w alpha Q + (1 - t) * soft_value w beta Q.
Proof.
move=> al be t01; have ga : 0 < t * alpha + (1 - t) * beta.
  case: (Req_dec t 0) => [->|t0]; first lra.
  have := Rmult_lt_0_compat t alpha ltac:(lra) al.
  by have := Rmult_le_pos (1 - t) beta ltac:(lra) ltac:(lra); lra.
set g := _ + _ in ga *; have pd := boltzmann_policy_density g w_ok Q.
rewrite -(gibbs_attained w_ok ga Q); set p := boltzmann_policy w g Q in pd *.
have -> : policy_value w g Q p = t * policy_value w alpha Q p + (1 - t) * policy_value w beta Q p.
  by rewrite !policy_value_entropy /g; ring.
by apply: Rplus_le_compat; apply: Rmult_le_compat_l; try lra; exact: gibbs_le.
Qed.
End Order.

(** ** The dual of a target entropy

    Maximise E_p[Q] subject to H(p) >= target.  The Lagrange dual is
    g(alpha) = V_alpha(Q) - alpha target, minimised over alpha > 0. *)
Section Dual.
Variables (A : finType) (w : A -> R) (Q : A -> R) (target : R).
Hypothesis w_ok : is_weight w.
Implicit Type p : A -> R.

Definition temperature_dual alpha := soft_value w alpha Q - alpha * target.

(** Weak duality: no policy whose entropy meets the target earns more than g(alpha) = V - alpha
    target, at any alpha. *)
Theorem temperature_dual_weak alpha p : 0 < alpha -> is_density w p ->
  target <= entropy w p -> expect (prob w p) Q <= temperature_dual alpha.
Proof.
move=> al pd tp; have := gibbs_le w_ok al Q pd; rewrite policy_value_entropy.
by have := Rmult_le_compat_l alpha _ _ (Rlt_le _ _ al) tp; rewrite /temperature_dual; lra.
Qed.

(** Strong duality: where the Boltzmann policy meets the target exactly, it is the best
    policy that meets it, and alpha minimises the dual. *)
Theorem temperature_dual_strong alpha : 0 < alpha -> boltzmann_entropy w alpha Q = target ->
  [/\ expect (prob w (boltzmann_policy w alpha Q)) Q = temperature_dual alpha,
      (forall p, is_density w p -> target <= entropy w p ->
         expect (prob w p) Q <= expect (prob w (boltzmann_policy w alpha Q)) Q) &
      (forall beta, 0 < beta -> temperature_dual alpha <= temperature_dual beta)].
Proof.
move=> al e.
have E : expect (prob w (boltzmann_policy w alpha Q)) Q = temperature_dual alpha.
  by rewrite boltzmann_average // e.
split=> // [p pd tp|beta be]; rewrite ?E; first exact: temperature_dual_weak.
rewrite -E; apply: temperature_dual_weak => //; first exact: boltzmann_policy_density.
by rewrite -e /boltzmann_entropy; lra.
Qed.

(** dg/dalpha = H(pi) - target: the gradient of the temperature loss.  [H18] *)
Theorem temperature_dual_derivative alpha : 0 < alpha ->
  is_derive temperature_dual alpha (boltzmann_entropy w alpha Q - target).
Proof.
move=> al; apply: (@is_derive_minus _ _ (fun al => soft_value w al Q)).
  exact: soft_value_temperature_derivative.
by auto_derive => //; ring.
Qed.

(** Bisection: a target between the entropies at two temperatures is met in between. *)
Theorem temperature_exists lo hi : 0 < lo -> lo <= hi ->
  boltzmann_entropy w lo Q <= target <= boltzmann_entropy w hi Q ->
  exists alpha, lo <= alpha <= hi /\ boltzmann_entropy w alpha Q = target.
Proof.
move=> lo0; case=> [lh|<-] [h1 h2]; last by exists lo; split; [lra|exact: Rle_antisym].
pose f al := boltzmann_entropy w al Q - target.
have fc al : lo <= al <= hi -> continuity_pt f al.
  move=> alb; apply/continuity_pt_filterlim.
  have al0 : 0 < al by lra.
  apply: (@ex_derive_continuous _ _ f); exists (variance (prob w (boltzmann_policy w al Q)) Q / al ^ 3 - 0).
  apply: (@is_derive_minus _ _ (fun al => boltzmann_entropy w al Q)); last exact: is_derive_const.
  by case: (entropy_temperature_derivative w_ok Q al0).
case: (Req_dec (f lo) 0) => [e|n1]; first by exists lo; split; [lra|move: e; rewrite /f; lra].
case: (Req_dec (f hi) 0) => [e|n2]; first by exists hi; split; [lra|move: e; rewrite /f; lra].
have [||z [zb fz]] := @Ranalysis5.IVT_interv f lo hi fc lh; try by rewrite /f in n1 n2 *; lra.
by exists z; split=> //; move: fz; rewrite /f; lra.
Qed.

(** One descent step in log alpha: with alpha = exp x, dg/dx = alpha (H - target), whose sign is that of
    H - target: to lower the dual, lower alpha where the entropy is too large.  [H18] *)
Theorem temperature_dual_log_derivative x :
  is_derive (fun u => temperature_dual (exp u)) x (exp x * (boltzmann_entropy w (exp x) Q - target)).
Proof.
apply: (is_derive_comp temperature_dual exp); first exact: temperature_dual_derivative (exp_pos x).
by apply/is_derive_Reals; exact: derivable_pt_lim_exp.
Qed.
End Dual.

(** One temperature for many states, of action values Q_i that count p_i each: the mean entropy does not fall
    in alpha, so that bisection finds where it is the target.  [H18] *)
Theorem mean_entropy_monotone_alpha (I A : finType) (p : I -> R) (w Q : I -> A -> R) alpha beta :
  is_dist p -> (forall i, is_weight (w i)) -> 0 < alpha -> alpha <= beta ->
  expect p (fun i => boltzmann_entropy (w i) alpha (Q i)) <= expect p (fun i => boltzmann_entropy (w i) beta (Q i)).
Proof. by move=> pd wok al ab; apply: expect_le => // i; exact: boltzmann_entropy_monotone_alpha. Qed.

(** ** The limits alpha -> 0 and alpha -> infinity *)
Section Limits.
Variables (A : finType) (w Q : A -> R).
Hypothesis w_ok : is_weight w.

(** exp(-g/alpha) -> 0 as alpha -> 0+, for a positive gap. *)
Lemma exp_gap_limit g : 0 < g ->
  filterlim (fun al => exp (- (g / al))) (at_right 0) (locally 0).
Proof.
move=> g0.
have lim : filterlim (fun al => / g * al) (at_right 0) (locally 0).
  apply: (filterlim_filter_le_1 _ (filter_le_within _)).
  have /ex_derive_continuous : ex_derive (fun al => / g * al) 0 by auto_derive.
  by rewrite /continuous Rmult_0_r.
apply: (@filterlim_le_le _ (at_right 0) _ (fun _ => 0) _ _ (Finite 0) _ _ lim); last first.
  exact: filterlim_const.
exists (mkposreal 1 Rlt_0_1) => al _ al0; split; first exact: Rlt_le (exp_pos _).
have x0 : 0 < g / al by apply: Rdiv_lt_0_compat.
rewrite exp_Ropp; have := exp_ineq1_le (g / al) => le.
rewrite (_ : / g * al = / (g / al)); last by field; lra.
by apply: Rinv_le_contravar; lra.
Qed.

(** V -> max Q over the allowed actions, as alpha -> 0+. *)
Theorem soft_value_limit_zero m : is_max w Q m ->
  filterlim (fun al => soft_value w al Q) (at_right 0) (locally m).
Proof.
move=> [[b [wb qb]] mx].
have lin c : filterlim (fun al => m + al * c) (at_right 0) (locally m).
  apply: (filterlim_filter_le_1 _ (filter_le_within _)).
  have /ex_derive_continuous : ex_derive (fun al => m + al * c) 0 by auto_derive.
  by rewrite /continuous Rmult_0_l Rplus_0_r.
apply: (@filterlim_le_le _ (at_right 0) _ _ _ _ (Finite m) _ (lin (ln (w b))) (lin (ln (total w)))).
exists (mkposreal 1 Rlt_0_1) => al _ al0; split.
- by rewrite -qb; exact: soft_value_ge.
- exact: soft_value_le_max.
Qed.

Definition tie m a : R := if Req_EM_T (Q a) m then 1 else 0.

(** pi(a) -> 1 / (weight of all maximisers) at a maximiser and -> 0 elsewhere: ties are
    shared in proportion to their weights. *)
Theorem boltzmann_policy_limit_zero m a : is_max w Q m -> 0 < w a ->
  filterlim (fun al => boltzmann_policy w al Q a) (at_right 0)
    (locally (tie m a / \sum_b w b * tie m b)).
Proof.
move=> [[c [wc qc]] mx] wa.
have e_lim b : 0 < w b ->
  filterlim (fun al => exp (- ((m - Q b) / al))) (at_right 0) (locally (tie m b)).
  move=> wb; rewrite /tie; case: (Req_EM_T (Q b) m) => [e|ne] /=.
    apply: (filterlim_ext (fun _ => 1)) => [al|]; last exact: filterlim_const.
    by rewrite e Rminus_eq_0 /Rdiv Rmult_0_l Ropp_0 exp_0.
  by apply: exp_gap_limit; have := mx b wb; lra.
pose S al := \sum_b w b * exp (- ((m - Q b) / al)).
have S_lim : filterlim S (at_right 0) (locally (\sum_b w b * tie m b)).
  apply: filterlim_sum => b; case: (weight_cases b w_ok) => [->|wb].
    apply: (filterlim_ext (fun _ => 0)) => [al|]; first by ring.
    by rewrite Rmult_0_l; exact: filterlim_const.
  exact: (filterlim_comp _ _ _ _ (Rmult (w b)) _ _ _ (e_lim b wb) (filterlim_scal_r (w b) (tie m b))).
have T0 : 0 < \sum_b w b * tie m b.
  have t0 b : 0 <= w b * tie m b.
    by apply: Rmult_le_pos; [exact: (proj1 w_ok)|rewrite /tie; case: Req_EM_T => ? /=; lra].
  by apply: Rlt_le_trans _ (term_le_sum c t0); rewrite /tie; case: Req_EM_T => //= _; lra.
apply: (filterlim_ext_loc (fun al => exp (- ((m - Q a) / al)) * / S al)).
  exists (mkposreal 1 Rlt_0_1) => al _ al0; rewrite -(boltzmann_policy_translation w_ok al0 Q (- m)) /boltzmann_policy /Rdiv.
  congr (exp _ * / _); first by field; lra.
  by apply: sum_ext => b; congr (_ * exp _); field; lra.
have inv_lim : filterlim (fun al => / S al) (at_right 0) (locally (/ \sum_b w b * tie m b)).
  apply: (filterlim_comp _ _ _ S Rinv _ _ _ S_lim).
  have /ex_derive_continuous : ex_derive (fun x => / x) (\sum_b w b * tie m b).
    by auto_derive; lra.
  by [].
eapply filterlim_comp_2; [exact: (e_lim a wa)|exact: inv_lim|].
exact: (@filterlim_mult R_AbsRing).
Qed.

Lemma exp_over_alpha_limit q :
  filterlim (fun al => exp (q / al)) (Rbar_locally p_infty) (locally 1).
Proof.
have inv : filterlim Rinv (Rbar_locally p_infty) (locally 0).
  by have := @filterlim_Rbar_inv p_infty; apply.
apply: (filterlim_comp _ _ _ Rinv (fun x => exp (q * x)) _ _ _ inv).
have /ex_derive_continuous : ex_derive (fun x => exp (q * x)) 0 by auto_derive.
by rewrite /continuous Rmult_0_r exp_0.
Qed.

(** pi(a) -> 1/W, the uniform policy, as alpha -> infinity. *)
Theorem boltzmann_policy_limit_infinity a :
  filterlim (fun al => boltzmann_policy w al Q a) (Rbar_locally p_infty) (locally (/ total w)).
Proof.
have W0 := total_gt0 w_ok.
have S_lim : filterlim (fun al => partition w al Q) (Rbar_locally p_infty) (locally (total w)).
  have -> : total w = \sum_b (w b * 1) by apply: sum_ext => b; ring.
  apply: filterlim_sum => b.
  exact: (filterlim_comp _ _ _ _ (Rmult (w b)) _ _ _ (exp_over_alpha_limit (Q b)) (filterlim_scal_r (w b) 1)).
have inv_lim : filterlim (fun al => / partition w al Q) (Rbar_locally p_infty) (locally (/ total w)).
  apply: (filterlim_comp _ _ _ _ Rinv _ _ _ S_lim).
  have /ex_derive_continuous : ex_derive (fun x => / x) (total w) by auto_derive; lra.
  by [].
rewrite -[/ total w]Rmult_1_l.
apply: (filterlim_ext (fun al => exp (Q a / al) * / partition w al Q)) => [//|].
eapply filterlim_comp_2; [exact: (exp_over_alpha_limit (Q a))|exact: inv_lim|].
exact: (@filterlim_mult R_AbsRing).
Qed.

(** V - alpha log W -> the weighted mean of Q, as alpha -> infinity.  [AL17] *)
Theorem soft_value_limit_infinity :
  filterlim (fun al => soft_value w al Q - al * ln (total w)) (Rbar_locally p_infty)
    (locally ((\sum_a w a * Q a) / total w)).
Proof.
have W0 := total_gt0 w_ok; set mean := _ / _.
have up : filterlim (fun al => expect (prob w (boltzmann_policy w al Q)) Q)
                    (Rbar_locally p_infty) (locally mean).
  have -> : mean = \sum_a (w a * Q a) * / total w by rewrite sum_scalr.
  apply: (filterlim_ext (fun al => \sum_a (w a * Q a) * boltzmann_policy w al Q a)) => [al|].
    by apply: sum_ext => a; rewrite /prob; ring.
  apply: filterlim_sum => a.
  exact: (filterlim_comp _ _ _ _ (Rmult (w a * Q a)) _ _ _ (boltzmann_policy_limit_infinity a)
            (filterlim_scal_r (w a * Q a) (/ total w))).
apply: (@filterlim_le_le _ (Rbar_locally p_infty) _ (fun _ => mean) _ _ (Finite mean) _ _ up).
- exists 0 => al al0; split.
  + by have := soft_value_ge_mean w_ok al0 Q; rewrite -/mean; lra.
  + rewrite -(gibbs_attained w_ok al0 Q) policy_value_entropy.
    have := entropy_le_log_total w_ok (boltzmann_policy_density al w_ok Q).
    by move=> /(Rmult_le_compat_l al _ _ (Rlt_le _ _ al0)); lra.
- exact: filterlim_const.
Qed.
End Limits.
