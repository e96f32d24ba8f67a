(** * instances: a concrete case for every set of hypotheses

    A theorem whose hypotheses contradict each other says nothing.  Here each set of
    hypotheses is met by concrete objects, and a theorem is applied to them with nothing
    left to assume.  (Lebesgue measure and weighted points are in anymeasure.v.) *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums contraction value policy gradient temperature backup returns
  retrace tabular agent estimator integrals measures sampler.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma sum_boolR (f : bool -> R) : \sum_(b : bool) f b = f true + f false.
Proof. exact: big_bool. Qed.

(** ** One state: two actions, one masked, one weighing two *)
Section OneState.
Definition Q0 (a : bool) : R := if a then 1 else -1.
Definition w2 : bool -> R := fun a => if a then 2 else 1.
Definition masked : bool -> R := mask (fun a : bool => a).

Lemma w2_ok : is_weight w2.
Proof. by split=> [a|]; [rewrite /w2; case: a; lra|exists true; rewrite /w2; lra]. Qed.
Lemma masked_ok : is_weight masked. Proof. exact: (@mask_is_weight _ _ true). Qed.
Lemma w2_ge1 a : 0 < w2 a -> 1 <= w2 a. Proof. by rewrite /w2; case: a; lra. Qed.
Let one : 0 < 1 := Rlt_0_1.
Let half_gt0 : 0 < / 2. Proof. lra. Qed.

(** A weight, a positive temperature. *)
Lemma instance_partition : 0 < partition masked 1 Q0. Proof. exact: (partition_gt0 1 masked_ok). Qed.
Lemma instance_value_masked :
  soft_value masked 1 Q0 = soft_value masked 1 (fun _ => 1).
Proof. by apply: (soft_value_masked 1 masked_ok) => -[]; rewrite /masked /mask /Q0 //; lra. Qed.
Lemma instance_monotone : soft_value w2 1 (fun _ => -1) <= soft_value w2 1 Q0.
Proof. by apply: (soft_value_monotone w2_ok one) => -[] _; rewrite /Q0; lra. Qed.
Lemma instance_lipschitz : Rabs (soft_value w2 1 Q0 - soft_value w2 1 (fun _ => 0)) <= 1.
Proof.
apply: (soft_value_lipschitz w2_ok one) => -[] _; rewrite /Q0 Rminus_0_r ?Rabs_R1; first lra.
by rewrite Rabs_left; lra.
Qed.
Lemma instance_homogeneous : soft_value w2 (2 * 1) (fun a => 2 * Q0 a) = 2 * soft_value w2 1 Q0.
Proof. by apply: soft_value_homogeneous; lra. Qed.
Lemma instance_weight_scale : soft_value (fun a => 3 * w2 a) 1 Q0 = soft_value w2 1 Q0 + 1 * ln 3.
Proof. by apply: soft_value_weight_scale; [exact: w2_ok|lra]. Qed.
(** An allowed action; a maximum; weights of at least one. *)
Lemma instance_ge : Q0 true + 1 * ln (w2 true) <= soft_value w2 1 Q0.
Proof. by apply: (soft_value_ge w2_ok one); rewrite /w2; lra. Qed.
Lemma instance_bounds : hard_value w2 Q0 <= soft_value w2 1 Q0 <= hard_value w2 Q0 + 1 * ln (total w2).
Proof.
split; first exact: (soft_value_ge_max w2_ok one w2_ge1 (hard_value_is_max Q0 w2_ok)).
exact: (soft_value_le_max w2_ok one (proj2 (hard_value_is_max Q0 w2_ok))).
Qed.
Lemma instance_counting : fmax true Q0 <= soft_value counting 1 Q0.
Proof. by case: (soft_value_counting true Q0 one) => _ []. Qed.
Lemma instance_prior : soft_value uniform 1 Q0 <= 1.
Proof. by apply: (soft_value_prior_le_max (uniform_is_dist true) one) => -[] _; rewrite /Q0; lra. Qed.
Lemma instance_mellowmax : mellowmax 1 Q0 <= fmax true Q0. Proof. exact: mellowmax_le_max. Qed.
Lemma instance_one_action : soft_value (fun _ : unit => 2) 1 (fun _ => 3) = 3 + 1 * ln 2.
Proof. by apply: soft_value_one_action; lra. Qed.

(** Two policies, both positive. *)
Definition pi2 := boltzmann_policy w2 1 Q0.
Definition u2 := fun _ : bool => / total w2.
Lemma pi2_density : is_density w2 pi2. Proof. exact: (boltzmann_policy_density 1 w2_ok Q0). Qed.
Lemma u2_density : is_density w2 u2. Proof. exact: (uniform_density w2_ok). Qed.
Lemma pi2_gt0 a : 0 < w2 a -> 0 < pi2 a. Proof. by move=> _; exact: (boltzmann_policy_gt0 1 w2_ok). Qed.
Lemma instance_kl : 0 <= kl_divergence w2 u2 pi2. Proof. exact: (kl_divergence_ge0 w2_ok u2_density pi2_density pi2_gt0). Qed.
Lemma instance_kl_eq0 : kl_divergence w2 pi2 pi2 = 0 <-> forall a, 0 < w2 a -> pi2 a = pi2 a.
Proof. exact: (kl_divergence_eq0 w2_ok pi2_density pi2_density pi2_gt0). Qed.
Lemma instance_entropy : 0 <= entropy w2 pi2 <= ln (total w2).
Proof. by split; [exact: (entropy_ge0 w2_ok w2_ge1 pi2_density)|exact: (entropy_le_log_total w2_ok pi2_density)]. Qed.
Lemma instance_gibbs : policy_value w2 1 Q0 u2 <= soft_value w2 1 Q0.
Proof. exact: (gibbs_le w2_ok one Q0 u2_density). Qed.
Lemma instance_gibbs_unique a : 0 < w2 a -> pi2 a = boltzmann_policy w2 1 Q0 a.
Proof. exact: (gibbs_unique w2_ok one pi2_density (gibbs_attained w2_ok one Q0)). Qed.
Lemma instance_advantage : soft_advantage w2 1 Q0 true <= 0.
Proof. by apply: (soft_advantage_le0 w2_ok one); rewrite /w2; lra. Qed.
Lemma instance_gap : boltzmann_policy w2 1 Q0 false <= exp (- ((hard_value w2 Q0 - Q0 false) / 1)).
Proof. exact: (boltzmann_policy_le_gap w2_ok one false w2_ge1 (hard_value_is_max Q0 w2_ok)). Qed.
Lemma instance_convex : soft_value w2 1 (fun a => / 2 * Q0 a + (1 - / 2) * 0) <=
  / 2 * soft_value w2 1 Q0 + (1 - / 2) * soft_value w2 1 (fun _ => 0).
Proof. by apply: (soft_value_convex w2_ok one); lra. Qed.

(** A differentiable path of action values. *)
Definition path2 (t : R) a := Q0 a + t * Q0 a.
Lemma path2_derive a : is_derive (fun t => path2 t a) 0 (Q0 a). Proof. exact: line_derive. Qed.
Lemma instance_gradient : is_derive (fun t => soft_value w2 1 (path2 t)) 0
  (expect (prob w2 (boltzmann_policy w2 1 (path2 0))) Q0).
Proof. exact: (soft_value_path_derivative w2_ok one path2_derive). Qed.
Lemma instance_policy_gradient : exists pg vg : R,
  [/\ is_derive (fun t => policy_value w2 1 Q0 (boltzmann_policy w2 1 (path2 t))) 0 pg,
      is_derive (fun t => q_loss (soft_value w2 1 (path2 t))
         (policy_value w2 1 Q0 (boltzmann_policy w2 1 (path2 0)))) 0 vg &
      is_derive (fun t => expect (prob w2 (boltzmann_policy w2 1 (path2 0)))
         (fun a => q_loss (path2 t a) (Q0 a))) 0 (- 1 * pg + vg)].
Proof. exact: (soft_q_gradient_is_policy_gradient w2_ok one Q0 path2_derive). Qed.

(** Two temperatures; a target entropy that is met. *)
Lemma instance_monotone_alpha : soft_value w2 (/ 2) Q0 <= soft_value w2 1 Q0.
Proof. by apply: (soft_value_monotone_alpha w2_ok Q0 w2_ge1); lra. Qed.
Lemma instance_mellow_alpha :
  soft_value w2 1 Q0 - 1 * ln (total w2) <= soft_value w2 (/ 2) Q0 - / 2 * ln (total w2).
Proof. by apply: (mellow_value_antitone_alpha w2_ok); lra. Qed.
Lemma instance_temperature : exists alpha, / 2 <= alpha <= 1 /\
  boltzmann_entropy w2 alpha Q0 = boltzmann_entropy w2 (/ 2) Q0.
Proof.
apply: (temperature_exists w2_ok half_gt0); first lra.
by split; [exact: Rle_refl|apply: (boltzmann_entropy_monotone_alpha w2_ok); lra].
Qed.
Lemma instance_dual p : is_density w2 p -> boltzmann_entropy w2 1 Q0 <= entropy w2 p ->
  expect (prob w2 p) Q0 <= expect (prob w2 (boltzmann_policy w2 1 Q0)) Q0.
Proof. by case: (temperature_dual_strong w2_ok one (erefl (boltzmann_entropy w2 1 Q0))) => _ h _; exact: h. Qed.
Lemma instance_dual_weak : expect (prob w2 u2) Q0 <= temperature_dual w2 Q0 (entropy w2 u2) 1.
Proof. exact: (temperature_dual_weak Q0 w2_ok one u2_density (Rle_refl _)). Qed.
Lemma instance_limit : filterlim (fun al => boltzmann_policy w2 al Q0 true) (at_right 0)
  (locally (tie Q0 (hard_value w2 Q0) true / \sum_b w2 b * tie Q0 (hard_value w2 Q0) b)).
Proof. by apply: (boltzmann_policy_limit_zero w2_ok (hard_value_is_max Q0 w2_ok)); rewrite /w2; lra. Qed.

(** A proposal that covers the allowed actions; three draws. *)
Lemma u2_gt0 a : 0 < w2 a -> 0 < u2 a.
Proof. by move=> _; apply: Rinv_0_lt_compat; exact: total_gt0 w2_ok. Qed.
Lemma instance_importance : expect (iid (n := 3) (prob w2 u2)) (importance_value 1 u2 Q0) <= soft_value w2 1 Q0.
Proof. exact: (@importance_value_biased_low _ 3 (erefl _) w2 1 u2 w2_ok one u2_density u2_gt0 Q0). Qed.
Lemma instance_importance_points (x : {ffun 'I_3 -> bool}) : importance_value 1 u2 Q0 x =
  soft_value (fun i : 'I_3 => / (INR 3 * u2 (x i))) 1 (fun i => Q0 (x i)).
Proof.
apply: (importance_value_is_soft_value (n := 3)) => [//|i].
by apply: Rinv_0_lt_compat; exact: total_gt0 w2_ok.
Qed.
Lemma instance_gumbel : is_RInt_gen (win_density w2 Q0 1 true) (Rbar_locally m_infty) (Rbar_locally p_infty)
  (prob w2 (boltzmann_policy w2 1 Q0) true).
Proof. by apply: (gumbel_max_probability w2_ok); rewrite /w2; lra. Qed.

(** Two proposals, each blind to one action, together blind to none. *)
Lemma instance_mixture_weights : \sum_(k : bool) 1 * expect (prob w2 (fun a => if a == k then / w2 a else 0))
  (fun a => mixture_weight (fun _ => 1) (fun k a => if a == k then / w2 a else 0) a * exp (Q0 a / 1)) = partition w2 1 Q0.
Proof.
by apply: mixture_unbiased => [|a _]; [exact: w2_ok|rewrite sum_boolR /w2; case: a => /=; lra].
Qed.

(** The losses and the target network. *)
Lemma instance_loss : expect (uniform : bool -> R) (fun a => q_loss 0 (Q0 a)) =
  q_loss 0 (expect uniform Q0) + / 2 * variance uniform Q0.
Proof. exact: (q_loss_expected Q0 0 (uniform_is_dist true)). Qed.
Lemma instance_polyak : 0 <= polyak (/ 2) 0 1 <= 1. Proof. by apply: polyak_between; lra. Qed.
End OneState.

(** ** A decision process: two states, two actions, a mask and an end *)
Section Process.
(** In state false only the action true is allowed. *)
Definition w (s a : bool) : R := if s || a then 1 else 0.
Definition P (s a s' : bool) : R := if s' == a then 3 / 4 else 1 / 4.
Definition r (s a : bool) : R := if s then 1 else -1.
Definition ends (s a s' : bool) := s && a && s'.
Definition disc := masked_discount ends (9 / 10).

Lemma process_ok : is_process w P disc (9 / 10) (/ 2).
Proof.
split.
- move=> s; split=> [a|]; first by rewrite /w; case: ifP; lra.
  by exists true; rewrite /w orbT; lra.
- by move=> s a; split=> [s'|]; rewrite ?sum_boolR /P; [case: ifP|case: a]; move=> /=; lra.
- by move=> s a s'; apply: masked_discount_ok; lra.
- by split; lra.
- lra.
Qed.
Lemma w_ge1 s a : 0 < w s a -> 1 <= w s a. Proof. by rewrite /w; case: ifP; lra. Qed.

(** Q*, a policy and its Q, the policy improved and its Q, the hard optimum: all at once. *)
Lemma instance_tables : exists (Qs Qp Qn Qh : bool * bool -> R) (pi : bool -> bool -> R),
  [/\ is_Qstar w P r disc (/ 2) Qs, is_policy w pi, is_Qpi w P r disc (/ 2) pi Qp,
      is_Qpi w P r disc (/ 2) (greedy w (/ 2) Qp) Qn & fixed_point (hard_optimality w P r disc) Qh] /\
  (forall sa, [/\ Qp sa <= Qn sa, Qp sa <= Qs sa & Qh sa <= Qs sa]).
Proof.
have [Qs Hs] := Qstar_exists r process_ok; have [Qh Hh] := hard_optimum_exists r process_ok.
pose pi := greedy w (/ 2) (fun _ => 0); have pid : is_policy w pi := greedy_is_policy process_ok _.
have [Qp Hp] := Qpi_exists r process_ok pid.
have [Qn Hn] := Qpi_exists r process_ok (greedy_is_policy process_ok Qp).
exists Qs, Qp, Qn, Qh, pi; split=> // sa; split.
- exact: (soft_policy_improvement process_ok pid Hp Hn).
- exact: (Qstar_optimal process_ok pid Hp Hs).
- exact: (hard_le_soft process_ok w_ge1 Hh Hs).
Qed.

Lemma instance_gap_bound : exists Qh Qs : bool * bool -> R, forall sa, Qs sa <= Qh sa + 9 / 10 * (/ 2 * ln 2) / (1 - 9 / 10).
Proof.
have [Qs Hs] := Qstar_exists r process_ok; have [Qh Hh] := hard_optimum_exists r process_ok.
exists Qh, Qs; apply: (soft_le_hard process_ok _ _ Hh Hs).
  by rewrite -ln_1; apply: ln_le; lra.
move=> s; apply: ln_le; rewrite /total sum_boolR /w orbT; case: s => /=; lra.
Qed.

(** A Newton step, Munchausen, a damped step. *)
Lemma instance_newton : exists Q Q' Qs : bool * bool -> R, forall sa,
  Q sa <= optimality w P r disc (/ 2) Q sa <= Q' sa /\ Q' sa <= Qs sa.
Proof.
have pid := greedy_is_policy process_ok (fun _ => 0 : R).
have [Qp Hp] := Qpi_exists r process_ok pid; have [Qs Hs] := Qstar_exists r process_ok.
have [Qn Hn] := newton_step_exists r process_ok Qp; exists Qp, Qn, Qs => sa.
have sub sb : Qp sb <= optimality w P r disc (/ 2) Qp sb.
  by rewrite -{1}(Hp sb); exact: (evaluation_le_optimality r process_ok).
by have [h1 h2] := newton_step_sandwich process_ok sub Hn Hs sa; have := sub sa.
Qed.
Lemma instance_damped : exists Q : bool * bool -> R, fixed_point (damped w P r disc (/ 2) (/ 3)) Q.
Proof.
have [Qs Hs] := Qstar_exists r process_ok; exists Qs.
by apply/damped_fixed_point => //; lra.
Qed.

(** Two skills in equal parts, composed. *)
Lemma instance_composition : exists (Q : bool -> bool * bool -> R) (C Qm : bool * bool -> R), forall sa,
  mixed_Q uniform Q sa - C sa <= Qm sa <= mixed_Q uniform Q sa.
Proof.
pose rs (i s a : bool) : R := if i then r s a else - r s a.
have lam := uniform_is_dist true.
have [Q1 H1] := Qstar_exists (rs true) process_ok; have [Q2 H2] := Qstar_exists (rs false) process_ok.
pose Q (i : bool) := if i then Q1 else Q2.
have HQ i : is_Qstar w P (rs i) disc (/ 2) (Q i) by case: i.
have [C HC] := composition_cost_exists process_ok uniform Q.
have [Qm Hm] := Qstar_exists (mixed_reward uniform rs) process_ok.
exists Q, C, Qm => sa; split; first exact: (composition_lower process_ok HQ HC Hm).
exact: (composition_upper process_ok lam HQ Hm).
Qed.

(** Paths: unbiased n-step and lambda returns, the objective and the occupancy. *)
Lemma instance_returns : exists (pi : bool -> bool -> R) (Qp : bool * bool -> R), forall s a,
  path_expect w P pi 3 s a (n_step_return r disc (/ 2) pi Qp s a) = Qp (s, a) /\
  path_expect w P pi 3 s a (fun l => lambda_return (/ 2) (1 / 3)
    (steps_of r disc pi (value_of w (/ 2) pi Qp) s a l)) = Qp (s, a).
Proof.
have pid := greedy_is_policy process_ok (fun _ => 0 : R).
have [Qp Hp] := Qpi_exists r process_ok pid; exists (greedy w (/ 2) (fun _ => 0)), Qp => s a.
split; first exact: (n_step_return_unbiased process_ok 3 s a pid Hp).
exact: (lambda_return_unbiased process_ok (1 / 3) 2 s a pid Hp).
Qed.
Lemma instance_objective : exists (pi : bool -> bool -> R) (Qp : bool * bool -> R),
  is_lim_seq (objective w P r disc (/ 2) pi uniform) (expect uniform (value_of w (/ 2) pi Qp)).
Proof.
have pid := greedy_is_policy process_ok (fun _ => 0 : R).
have [Qp Hp] := Qpi_exists r process_ok pid; exists (greedy w (/ 2) (fun _ => 0)), Qp.
exact: (objective_limit process_ok pid (uniform_is_dist true) Hp).
Qed.
Lemma instance_occupancy : exists (pi : bool -> bool -> R) (Qp : bool * bool -> R) (occ : bool -> R),
  expect uniform (value_of w (/ 2) pi Qp) = expect occ (soft_reward w r (/ 2) pi).
Proof.
have pid := greedy_is_policy process_ok (fun _ => 0 : R).
have [Qp Hp] := Qpi_exists r process_ok pid; have ud := uniform_is_dist true.
have [o1 h1] := occupancy_exists process_ok true pid ud.
have [o2 h2] := occupancy_exists process_ok false pid ud.
exists (greedy w (/ 2) (fun _ => 0)), Qp, (fun s : bool => if s then o1 else o2).
by apply: (occupancy_value process_ok pid ud Hp) => -[].
Qed.
Lemma instance_mixture : lambda_return 1 (/ 2) [:: Step 1 1 1 0 false; Step 2 1 1 0 false] =
  \big[Rplus/0]_(k < 2) (trace (/ 2) 1 k * n_step 1 k.+1 [:: Step 1 1 1 0 false; Step 2 1 1 0 false]).
Proof. by apply: lambda_return_mixture => y; rewrite !inE => /orP[] /eqP. Qed.

(** Retrace: the greedy policy of 0 acts, Q^pi of another is wanted, half of each allowed share is kept. *)
Lemma instance_retrace : exists (mu pi : bool -> bool -> R) (Qp : bool * bool -> R), forall s a,
  let c s a := / 2 * Rmin 1 (pi s a / mu s a) in
  path_expect w P mu 3 s a (retrace_return r disc c (fun _ _ _ => false) (value_of w (/ 2) pi Qp) Qp s a) = Qp (s, a) /\
  Rabs (path_expect w P mu 3 s a (retrace_return r disc c (fun _ _ _ => false)
    (value_of w (/ 2) pi (fun _ => 0)) (fun _ => 0) s a) - Qp (s, a)) <= 9 / 10 * dist_sup (fun _ => 0) Qp.
Proof.
pose mu := greedy w (/ 2) (fun _ => 0); pose pi := greedy w (/ 2) (fun sa => if sa.2 then 1 else 0).
have pid : is_policy w pi by exact: (greedy_is_policy process_ok).
have [Qp Hp] := Qpi_exists r process_ok pid; exists mu, pi, Qp => s a c.
have mud : is_policy w mu by exact: (greedy_is_policy process_ok).
split; first by apply: (retrace_return_unbiased process_ok).
apply: (retrace_return_bias process_ok) => // t b.
have wt : is_weight (w t) by case: process_ok.
have m0 := boltzmann_policy_gt0 (/ 2) wt (row (fun _ => 0) t) b.
have p0 := boltzmann_policy_gt0 (/ 2) wt (row (fun sa => if sa.2 then 1 else 0) t) b.
by apply: retrace_share_ok; rewrite /mu /pi /greedy; lra.
Qed.

(** Three steps of control that ends, without a discount. *)
Lemma instance_horizon : horizon_return w P (fun _ _ _ => 1) (/ 2) (fun _ => r) (fun _ => greedy w (/ 2) (fun _ => 0)) 3 true
  <= horizon_value w P (fun _ _ _ => 1) (/ 2) (fun _ => r) 3 true.
Proof.
have [wok Pok _ _ al] := process_ok.
apply: horizon_optimal => // [s a s'|m]; [lra|exact: (greedy_is_policy process_ok)].
Qed.

(** Path consistency, and its converse at the optimum. *)
Lemma instance_converse : exists (V : bool -> R) (pi : bool -> bool -> R),
  [/\ is_Qstar w P r disc (/ 2) (backup P r disc V),
      forall s, value w (/ 2) (backup P r disc V) s = V s &
      forall s a, 0 < w s a -> greedy w (/ 2) (backup P r disc V) s a = pi s a].
Proof.
have [Qs Hs] := Qstar_exists r process_ok.
exists (value w (/ 2) Qs), (greedy w (/ 2) Qs).
apply: (path_consistency_converse process_ok (greedy_is_policy process_ok Qs)) => s a _.
- by apply: boltzmann_policy_gt0; case: process_ok.
- exact: (path_consistency process_ok s a Hs).
Qed.
End Process.

(** A deterministic process that never ends. *)
Lemma instance_deterministic : exists Qs : bool * bool -> R,
  value (fun _ : bool => counting) 1 Qs true - (/ 2) ^ 2 * value (fun _ : bool => counting) 1 Qs (end_of (fun _ a : bool => a) true [:: false; true]) =
  soft_path_sum (fun _ a : bool => a) (fun s _ => if s then 1 else 0) (/ 2) 1
    (greedy (fun _ : bool => counting) 1 Qs) true [:: false; true].
Proof.
have ok : is_process (fun _ : bool => counting) (dirac (fun _ a : bool => a))
    (fun _ _ _ => / 2) (/ 2) 1.
  split=> [s|s a|s a s'||]; try lra; [exact: counting_is_weight true|exact: dirac_is_dist].
have [Qs Hs] := Qstar_exists (fun s _ : bool => if s then 1 else 0) ok; exists Qs.
exact: (multi_step_path_consistency ok true [:: false; true] Hs).
Qed.

(** A reward-only target is wrong even when all rewards are zero: with two equal actions, Q = 0,
    discount 1 and alpha = 1 it says 0 where the soft one-step return is log 2. *)
Lemma instance_reward_only : let pi := fun _ _ : bool => / 2 in
  reward_only_return (fun _ _ => 0) (fun _ _ _ => 1) (fun _ => 0) true true [:: (true, true)] = 0 /\
  n_step_return (fun _ _ => 0) (fun _ _ _ => 1) 1 pi (fun _ => 0) true true [:: (true, true)] = ln 2.
Proof. by rewrite /= /soft_q_target; split; [ring|rewrite ln_Rinv; lra]. Qed.

(** ** Continuous actions *)
Section Interval.
Let zero_one : 0 < 1 := Rlt_0_1.
Let id_cont : continuous_on 0 1 (fun a => a). Proof. by move=> a _; exact: continuous_id. Qed.
Let id_int : integrable 0 1 (fun a => a) := continuous_integrable zero_one id_cont.

(** The Gibbs principle for Q(a) = a on [0, 1]. *)
Lemma instance_interval_gibbs :
  expect_on 0 1 (boltzmann_policy_on 0 1 1 (fun a => a)) (fun a => a)
  + 1 * entropy_on 0 1 (boltzmann_policy_on 0 1 1 (fun a => a)) = soft_value_on 0 1 1 (fun a => a).
Proof. exact: (gibbs_attained_on zero_one zero_one id_int). Qed.
Lemma instance_interval_unique a : 0 < a < 1 ->
  boltzmann_policy_on 0 1 1 (fun a => a) a = boltzmann_policy_on 0 1 1 (fun a => a) a.
Proof.
apply: (gibbs_unique_on zero_one zero_one id_cont).
- exact: boltzmann_policy_on_continuous.
- by move=> b _; exact: boltzmann_policy_on_gt0 id_int.
- exact: boltzmann_policy_on_admissible id_int.
- exact: instance_interval_gibbs.
Qed.
Lemma instance_interval_kl :
  0 <= kl_divergence_on 0 1 (boltzmann_policy_on 0 1 1 (fun a => a)) (boltzmann_policy_on 0 1 1 (fun a => a)).
Proof.
have bd := boltzmann_policy_on_is_density zero_one zero_one id_int.
apply: (kl_divergence_on_ge0 zero_one bd bd) => [a _|]; first exact: boltzmann_policy_on_gt0 id_int.
exact: (kl_divergence_on_integrable zero_one zero_one id_int (boltzmann_policy_on_admissible zero_one zero_one id_int)).
Qed.
(** The squashed value of Q(a) = a over pre-squash actions in [0, 1]. *)
Lemma instance_squash : soft_value_on 0 1 1 (fun u => tanh u + 1 * ln (sech2 u)) =
  soft_value_on (tanh 0) (tanh 1) 1 (fun a => a).
Proof. by apply: soft_value_squash; [lra|lra|move=> a _; exact: continuous_id]. Qed.
(** Stein's identity for Q(a) = a and a test function that vanishes at both ends. *)
Lemma instance_stein : expect_on 0 1 (boltzmann_policy_on 0 1 1 (fun a => a))
  (fun a => 1 * (a * (1 - a)) + 1 * (1 - 2 * a)) = 0.
Proof.
apply: (stein_identity zero_one zero_one (Q := fun a => a) (dQ := fun _ => 1)
  (phi := fun a => a * (1 - a)) (dphi := fun a => 1 - 2 * a)); try ring.
- by move=> a _; exact: is_derive_id.
- by move=> a _; exact: continuous_const.
- by move=> a _; auto_derive => //; ring.
- by move=> a _; apply: ex_derive_continuous; auto_derive.
Qed.
(** One state, discount 1/2, and a reward that jumps: 1 from the action 1/2 on, 0 below. *)
Definition jump (a : R) : R := if Rlt_dec a (/ 2) then 0 else 1.
Lemma jump_integrable : integrable 0 1 jump. Proof. by apply: integrable_step; lra. Qed.
Lemma jump_is_discontinuous : ~ continuous jump (/ 2).
Proof.
move=> c; have /c [d Hd] : locally (jump (/ 2)) (fun y => Rabs (y - 1) < 1).
  by rewrite {1}/jump; case: Rlt_dec => // ?; [lra|exists (mkposreal _ Rlt_0_1)].
have dp := cond_pos d; have jx : jump (/ 2 - d / 2) = 0 by rewrite /jump; case: Rlt_dec => // ?; lra.
have : Rabs (jump (/ 2 - d / 2) - 1) < 1; last by rewrite jx Rabs_left; lra.
by apply: Hd; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Rabs_left; lra.
Qed.
(** Its Q* exists, and jumps by as much. *)
Lemma instance_continuous_Qstar : exists Q : unit -> R -> R,
  is_Qstar_on 0 1 1 (fun _ _ _ => 1) (fun _ => jump) (fun _ _ _ => / 2) Q /\ Q tt 1 = Q tt 0 + 1.
Proof.
have [] := @Qstar_on_exists 0 1 1 zero_one zero_one unit_finType (fun _ _ _ => 1) (fun _ => jump) (fun _ _ _ => / 2) (/ 2).
- by move=> s a _; split=> [s'|]; [lra|rewrite sum_const card_unit /=; ring].
- by move=> s s'; exact: integrable_const.
- by move=> s; exact: jump_integrable.
- by move=> s a s' _; lra.
- by move=> s s'; exact: integrable_const.
- lra.
move=> Q HQ; exists Q; split=> //; have [_ H] := HQ.
rewrite -(H tt 1) -?(H tt 0); try lra.
have j0 : jump 0 = 0 by rewrite /jump; case: Rlt_dec => // ?; lra.
have j1 : jump 1 = 1 by rewrite /jump; case: Rlt_dec => // ?; lra.
have one (f : unit -> R) : \sum_s f s = f tt by rewrite (bigD1 tt) //= big1 => [|[]] //; rewrite Rplus_0_r.
by rewrite /optimality_on /backup_on /expect !one /soft_q_target j0 j1 /=; ring.
Qed.
End Interval.

(** ** Banach's theorem: halving *)
Lemma instance_banach : exists f : bool -> R, fixed_point (fun g x => g x / 2) f.
Proof.
apply: (fixed_point_exists (gamma := / 2)); first lra.
move=> f g; apply: supnorm_le => [|x]; first by apply: Rmult_le_pos; [lra|exact: supnorm_ge0].
rewrite (_ : f x / 2 - g x / 2 = / 2 * (f x - g x)); last by field.
rewrite Rabs_mult Rabs_right; last lra.
by apply: Rmult_le_compat_l; [lra|exact: (supnorm_ge (fun x => f x - g x))].
Qed.

(** ** Rounding: two float32 actions of one value *)
From Coq Require Import ZArith.
From Flocq Require Import Core.
From softql Require Import rounding.

Lemma one_is_float : is_float (-149) 24 1.
Proof. by rewrite (_ : 1 = bpow radix2 0) //; apply: generic_format_bpow. Qed.

(** The weight of the other is 1, the logarithm ln 2: the error of their value is bounded. *)
Lemma instance_float32 (choice : Z -> bool) :
  Rabs (nearest (-149) 24 choice (0 + 1 * ln (1 + 1)) - soft_value (@counting bool_finType) 1 (fun _ => 0)) <=
  / 2 ^ 24 * Rabs (soft_value (@counting bool_finType) 1 (fun _ => 0))
  + 21 / 10 * / 2 ^ 24 * (soft_value (@counting bool_finType) 1 (fun _ => 0) - 0) + 1 * / 2 ^ 125 + / 2 ^ 150.
Proof.
apply: (@float32_two_actions choice bool_finType 1 (fun _ => 0) Rlt_0_1 true false (fun _ => 1) (ln (1 + 1))).
- by apply: uniq_perm; rewrite ?enum_uniq // => -[]; rewrite mem_enum.
- have one : beside 1 (fun _ : bool => 0) true false = 1.
    by rewrite /beside Rminus_diag_eq // /Rdiv Rmult_0_l Ropp_0 exp_0.
  rewrite /good_weight one Rminus_diag_eq // Rabs_R0.
  by split; [exact: one_is_float|lra].
- rewrite /good_log /= Rminus_diag_eq // Rabs_R0.
  by apply: Rmult_le_pos; [lra|apply: ln_1p_ge0; lra].
Qed.
