(** * satisfied: the hypotheses of every theorem hold together

    One line for each theorem, in the order of the theories: there are concrete objects that
    meet all of its hypotheses at once, so that it is not true for want of a case.  What has to
    be shown is computed from the theorem itself ([met], in hypotheses.v), whose hypotheses are
    all that it asks of the objects it speaks of; a theorem without a line here fails the check
    `satisfied`.  The objects are those of cases.v. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums integrals contraction value policy gradient temperature backup returns
  retrace tabular agent estimator measures sampler instances hypotheses cases.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** contraction *)
Lemma met_contraction_fixed_point_unique : met (@contraction.fixed_point_unique). Proof. by meet. Qed.
Lemma met_contraction_iterate_error_bound : met (@contraction.iterate_error_bound). Proof. by meet. Qed.
Lemma met_contraction_residual_error_bound : met (@contraction.residual_error_bound). Proof. by meet. Qed.
Lemma met_contraction_fixed_point_exists : met (@contraction.fixed_point_exists). Proof. by meet. Qed.
Lemma met_contraction_sub_solution_le : met (@contraction.sub_solution_le).
Proof.
exists bool_finType, halve, (/ 2); split; first exact: discount_ok. split; first exact: halve_contracts.
split; first exact: halve_monotone. exists (fun _ => 0), (fun _ => 0); split; first exact: zero_fixed.
by split; [move=> x; rewrite /halve; lra|exists true].
Qed.
Lemma met_contraction_super_solution_ge : met (@contraction.super_solution_ge).
Proof.
exists bool_finType, halve, (/ 2); split; first exact: discount_ok. split; first exact: halve_contracts.
split; first exact: halve_monotone. exists (fun _ => 0), (fun _ => 0); split; first exact: zero_fixed.
by split; [move=> x; rewrite /halve; lra|exists true].
Qed.

(** ** value *)
Lemma met_value_hard_value_is_max : met (@value.hard_value_is_max). Proof. by meet. Qed.
Lemma met_value_max_unique : met (@value.max_unique). Proof. by meet. Qed.
Lemma met_value_partition_gt0 : met (@value.partition_gt0). Proof. by meet. Qed.
Lemma met_value_soft_value_masked : met (@value.soft_value_masked). Proof. by meet. Qed.
Lemma met_value_soft_value_monotone : met (@value.soft_value_monotone). Proof. by meet. Qed.
Lemma met_value_soft_value_translation : met (@value.soft_value_translation). Proof. by meet. Qed.
Lemma met_value_soft_value_shifted : met (@value.soft_value_shifted). Proof. by meet. Qed.
Lemma met_value_soft_value_homogeneous : met (@value.soft_value_homogeneous). Proof. by meet. Qed.
Lemma met_value_soft_value_weight_scale : met (@value.soft_value_weight_scale). Proof. by meet. Qed.
Lemma met_value_soft_value_ge : met (@value.soft_value_ge). Proof. by meet. Qed.
Lemma met_value_soft_value_le_max : met (@value.soft_value_le_max). Proof. by meet. Qed.
Lemma met_value_soft_value_ge_max : met (@value.soft_value_ge_max). Proof. by meet. Qed.
Lemma met_value_soft_value_lipschitz : met (@value.soft_value_lipschitz).
Proof.
exists bool_finType, w2, 1; split; first exact: w2_ok. split; first exact: zero_one.
by exists Q0, Q0, 0; split=> // a _; rewrite Rminus_eq_0 Rabs_R0; lra.
Qed.
Lemma met_value_soft_value_counting : met (@value.soft_value_counting). Proof. by meet. Qed.
Lemma met_value_mask_is_weight : met (@value.mask_is_weight). Proof. by meet. Qed.
Lemma met_value_soft_value_mask : met (@value.soft_value_mask). Proof. by meet. Qed.
Lemma met_value_soft_value_prior_le_max : met (@value.soft_value_prior_le_max). Proof. by meet. Qed.
Lemma met_value_mellowmax_uniform_prior : met (@value.mellowmax_uniform_prior). Proof. by meet. Qed.
Lemma met_value_mellowmax_counting : met (@value.mellowmax_counting). Proof. by meet. Qed.
Lemma met_value_mellowmax_le_max : met (@value.mellowmax_le_max). Proof. by meet. Qed.
Lemma met_value_soft_value_one_action : met (@value.soft_value_one_action). Proof. by exists (fun _ => 2), (fun _ => 3), 1; do !split; lra. Qed.

(** ** policy *)
Lemma met_policy_kl_divergence_ge0 : met (@policy.kl_divergence_ge0). Proof. by meet. Qed.
Lemma met_policy_kl_divergence_eq0 : met (@policy.kl_divergence_eq0). Proof. by meet. Qed.
Lemma met_policy_kl_divergence_self : met (@policy.kl_divergence_self). Proof. by meet. Qed.
Lemma met_policy_entropy_ge0 : met (@policy.entropy_ge0). Proof. by meet. Qed.
Lemma met_policy_entropy_le_log_total : met (@policy.entropy_le_log_total). Proof. by meet. Qed.
Lemma met_policy_entropy_uniform : met (@policy.entropy_uniform). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_gt0 : met (@policy.boltzmann_policy_gt0). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_density : met (@policy.boltzmann_policy_density). Proof. by meet. Qed.
Lemma met_policy_log_boltzmann_policy : met (@policy.log_boltzmann_policy). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_exp : met (@policy.boltzmann_policy_exp). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_energy : met (@policy.boltzmann_policy_energy). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_translation : met (@policy.boltzmann_policy_translation). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_ratio : met (@policy.boltzmann_policy_ratio). Proof. by meet. Qed.
Lemma met_policy_soft_advantage_le0 : met (@policy.soft_advantage_le0). Proof. by meet. Qed.
Lemma met_policy_boltzmann_policy_le_gap : met (@policy.boltzmann_policy_le_gap). Proof. by meet. Qed.
Lemma met_policy_policy_value_entropy : met (@policy.policy_value_entropy). Proof. by meet. Qed.
Lemma met_policy_gibbs_identity : met (@policy.gibbs_identity). Proof. by meet. Qed.
Lemma met_policy_gibbs_le : met (@policy.gibbs_le). Proof. by meet. Qed.
Lemma met_policy_gibbs_attained : met (@policy.gibbs_attained). Proof. by meet. Qed.
Lemma met_policy_gibbs_unique : met (@policy.gibbs_unique).
Proof.
exists bool_finType, w2, 1; split; first exact: w2_ok. split; first exact: zero_one.
exists Q0, pi2; split; first exact: pi2_density. split; first exact: (gibbs_attained w2_ok zero_one).
by exists true; split=> //; exact: two_true.
Qed.
Lemma met_policy_boltzmann_entropy_value : met (@policy.boltzmann_entropy_value). Proof. by meet. Qed.
Lemma met_policy_boltzmann_average : met (@policy.boltzmann_average). Proof. by meet. Qed.
Lemma met_policy_soft_value_ge_mean : met (@policy.soft_value_ge_mean). Proof. by meet. Qed.
Lemma met_policy_soft_value_convex : met (@policy.soft_value_convex). Proof. by meet. Qed.
Lemma met_policy_soft_value_subgradient : met (@policy.soft_value_subgradient). Proof. by meet. Qed.
Lemma met_policy_boltzmann_kl : met (@policy.boltzmann_kl). Proof. by meet. Qed.

(** ** gradient *)
Lemma met_gradient_soft_value_path_derivative : met (@gradient.soft_value_path_derivative). Proof. by meet. Qed.
Lemma met_gradient_boltzmann_log_policy_derivative : met (@gradient.boltzmann_log_policy_derivative). Proof. by meet. Qed.
Lemma met_gradient_boltzmann_policy_derivative : met (@gradient.boltzmann_policy_derivative). Proof. by meet. Qed.
Lemma met_gradient_expected_score : met (@gradient.expected_score). Proof. by meet. Qed.
Lemma met_gradient_boltzmann_expectation_derivative : met (@gradient.boltzmann_expectation_derivative). Proof. by meet. Qed.
Lemma met_gradient_policy_value_derivative : met (@gradient.policy_value_derivative). Proof. by meet. Qed.
Lemma met_gradient_soft_value_partial_derivative : met (@gradient.soft_value_partial_derivative). Proof. by meet. Qed.
Lemma met_gradient_soft_value_second_derivative : met (@gradient.soft_value_second_derivative). Proof. by meet. Qed.
Lemma met_gradient_soft_value_log_weight : met (@gradient.soft_value_log_weight). Proof. by meet. Qed.
Lemma met_gradient_soft_value_log_weight_derivative : met (@gradient.soft_value_log_weight_derivative). Proof. by meet. Qed.

(** ** temperature *)
Lemma met_temperature_soft_value_temperature_derivative : met (@temperature.soft_value_temperature_derivative). Proof. by meet. Qed.
Lemma met_temperature_log_policy_temperature_derivative : met (@temperature.log_policy_temperature_derivative). Proof. by meet. Qed.
Lemma met_temperature_expectation_temperature_derivative : met (@temperature.expectation_temperature_derivative). Proof. by meet. Qed.
Lemma met_temperature_entropy_temperature_derivative : met (@temperature.entropy_temperature_derivative). Proof. by meet. Qed.
Lemma met_temperature_soft_value_monotone_alpha : met (@temperature.soft_value_monotone_alpha). Proof. by meet. Qed.
Lemma met_temperature_mellow_value_antitone_alpha : met (@temperature.mellow_value_antitone_alpha). Proof. by meet. Qed.
Lemma met_temperature_boltzmann_entropy_monotone_alpha : met (@temperature.boltzmann_entropy_monotone_alpha). Proof. by meet. Qed.
Lemma met_temperature_soft_value_convex_alpha : met (@temperature.soft_value_convex_alpha). Proof. by meet. Qed.
Lemma met_temperature_temperature_dual_weak : met (@temperature.temperature_dual_weak). Proof. by meet. Qed.
Lemma met_temperature_temperature_dual_strong : met (@temperature.temperature_dual_strong). Proof. by meet. Qed.
Lemma met_temperature_temperature_dual_derivative : met (@temperature.temperature_dual_derivative). Proof. by meet. Qed.
Lemma met_temperature_temperature_exists : met (@temperature.temperature_exists).
Proof.
exists bool_finType, w2, Q0, (boltzmann_entropy w2 1 Q0); split; first exact: w2_ok.
by exists 1, 1; do !split; lra.
Qed.
Lemma met_temperature_temperature_dual_log_derivative : met (@temperature.temperature_dual_log_derivative). Proof. by meet. Qed.
Lemma met_temperature_mean_entropy_monotone_alpha : met (@temperature.mean_entropy_monotone_alpha).
Proof.
exists bool_finType, bool_finType, uniform, (fun _ => w2), (fun _ => Q0), (/ 2), 1.
split; first exact: halves. split; first by move=> i; exact: w2_ok.
by do !split; lra.
Qed.
Lemma met_temperature_soft_value_limit_zero : met (@temperature.soft_value_limit_zero). Proof. by meet. Qed.
Lemma met_temperature_boltzmann_policy_limit_zero : met (@temperature.boltzmann_policy_limit_zero). Proof. by meet. Qed.
Lemma met_temperature_boltzmann_policy_limit_infinity : met (@temperature.boltzmann_policy_limit_infinity). Proof. by meet. Qed.
Lemma met_temperature_soft_value_limit_infinity : met (@temperature.soft_value_limit_infinity). Proof. by meet. Qed.

(** ** backup *)
Lemma met_backup_greedy_is_policy : met (@backup.greedy_is_policy). Proof. by tables; meet. Qed.
Lemma met_backup_value_greedy : met (@backup.value_greedy). Proof. by tables; meet. Qed.
Lemma met_backup_value_of_le : met (@backup.value_of_le). Proof. by tables; meet. Qed.
Lemma met_backup_optimality_fused : met (@backup.optimality_fused). Proof. by tables; meet. Qed.
Lemma met_backup_evaluation_le_optimality : met (@backup.evaluation_le_optimality). Proof. by tables; meet. Qed.
Lemma met_backup_optimality_monotone : met (@backup.optimality_monotone). Proof. by tables; meet. Qed.
Lemma met_backup_optimality_contraction : met (@backup.optimality_contraction). Proof. by tables; meet. Qed.
Lemma met_backup_optimality_translation : met (@backup.optimality_translation). Proof. by tables; meet. Qed.
Lemma met_backup_evaluation_monotone : met (@backup.evaluation_monotone). Proof. by tables; meet. Qed.
Lemma met_backup_evaluation_contraction : met (@backup.evaluation_contraction). Proof. by tables; meet. Qed.
Lemma met_backup_Qstar_exists : met (@backup.Qstar_exists). Proof. by tables; meet. Qed.
Lemma met_backup_Qstar_unique : met (@backup.Qstar_unique). Proof. by tables; meet. Qed.
Lemma met_backup_Qpi_exists : met (@backup.Qpi_exists). Proof. by tables; meet. Qed.
Lemma met_backup_Qpi_unique : met (@backup.Qpi_unique). Proof. by tables; meet. Qed.
Lemma met_backup_value_iteration_error : met (@backup.value_iteration_error). Proof. by tables; meet. Qed.
Lemma met_backup_policy_evaluation_error : met (@backup.policy_evaluation_error). Proof. by tables; meet. Qed.
Lemma met_backup_bellman_residual_error : met (@backup.bellman_residual_error). Proof. by tables; meet. Qed.
Lemma met_backup_soft_policy_improvement : met (@backup.soft_policy_improvement). Proof. by tables; meet. Qed.
Lemma met_backup_Qstar_optimal : met (@backup.Qstar_optimal). Proof. by tables; meet. Qed.
Lemma met_backup_Qstar_attained : met (@backup.Qstar_attained). Proof. by tables; meet. Qed.
Lemma met_backup_Vstar_optimal : met (@backup.Vstar_optimal). Proof. by tables; meet. Qed.
Lemma met_backup_improvement_fixpoint_optimal : met (@backup.improvement_fixpoint_optimal).
Proof.
tables; exists bool_finType, bool_finType, w, P, r, disc, (9 / 10), (/ 2); split; first exact: process_ok.
by exists (greedy w (/ 2) Qs), Qs; split; [exact: (Qstar_attained process_ok Hs)|].
Qed.
Lemma met_backup_hard_optimality_contraction : met (@backup.hard_optimality_contraction). Proof. by tables; meet. Qed.
Lemma met_backup_hard_optimum_exists : met (@backup.hard_optimum_exists). Proof. by tables; meet. Qed.
Lemma met_backup_hard_le_soft : met (@backup.hard_le_soft). Proof. by tables; meet. Qed.
Lemma met_backup_soft_le_hard : met (@backup.soft_le_hard).
Proof.
tables; exists bool_finType, bool_finType, w, P, r, disc, (9 / 10), (/ 2); split; first exact: process_ok.
exists Qh, Qs, (ln 2); split; first by rewrite -ln_1; apply: ln_le; lra.
split; first by move=> s; apply: ln_le; rewrite /total sum_boolR /w orbT; case: s => /=; lra.
by do 2!(split; first by []); exists (true, true).
Qed.
Lemma met_backup_Qstar_homogeneous : met (@backup.Qstar_homogeneous). Proof. by tables; meet. Qed.
Lemma met_backup_masked_discount_ok : met (@backup.masked_discount_ok). Proof. by tables; meet. Qed.
Lemma met_backup_soft_q_target_terminated : met (@backup.soft_q_target_terminated). Proof. by exists bool_finType, bool_finType, (fun _ _ _ => true), 1, true, true, true, 0, 0. Qed.

(** ** returns *)
Lemma met_returns_lambda_return_zero : met (@returns.lambda_return_zero). Proof. by tables; meet. Qed.
Lemma met_returns_lambda_return_truncated : met (@returns.lambda_return_truncated). Proof. by exists 1, (/ 2), (Step 1 1 1 0 true), [::]. Qed.
Lemma met_returns_lambda_return_terminated : met (@returns.lambda_return_terminated). Proof. by exists 1, (/ 2), (Step 1 0 1 0 false), [::]. Qed.
Lemma met_returns_trace_sums_to_one : met (@returns.trace_sums_to_one). Proof. by tables; meet. Qed.
Lemma met_returns_lambda_return_mixture : met (@returns.lambda_return_mixture).
Proof.
exists 1, (/ 2), (Step 1 1 1 0 false), [:: Step 2 1 1 0 false].
by split=> // y; rewrite !inE => /orP[] /eqP.
Qed.
Lemma met_returns_value_of_bellman : met (@returns.value_of_bellman). Proof. by tables; meet. Qed.
Lemma met_returns_objective_unrolled : met (@returns.objective_unrolled). Proof. by tables; meet. Qed.
Lemma met_returns_objective_limit : met (@returns.objective_limit). Proof. by tables; meet. Qed.
Lemma met_returns_occupancy_exists : met (@returns.occupancy_exists). Proof. by tables; meet. Qed.
Lemma met_returns_occupancy_value : met (@returns.occupancy_value).
Proof.
tables; have [o1 h1] := occupancy_exists process_ok true pid halves.
have [o2 h2] := occupancy_exists process_ok false pid halves.
exists bool_finType, bool_finType, w, P, r, disc, (9 / 10), (/ 2); split; first exact: process_ok.
exists (greedy w (/ 2) (fun _ => 0)), Qp, uniform, (fun s : bool => if s then o1 else o2).
split; first by []. split; first exact: halves. by do 2!split=> //; case.
Qed.
Lemma met_returns_n_step_return_expected : met (@returns.n_step_return_expected). Proof. by tables; meet. Qed.
Lemma met_returns_n_step_return_unbiased : met (@returns.n_step_return_unbiased). Proof. by tables; meet. Qed.
Lemma met_returns_n_step_return_bias : met (@returns.n_step_return_bias). Proof. by tables; meet. Qed.
Lemma met_returns_reward_only_return_bias : met (@returns.reward_only_return_bias). Proof. by tables; meet. Qed.
Lemma met_returns_lambda_return_unbiased : met (@returns.lambda_return_unbiased). Proof. by tables; meet. Qed.
Lemma met_returns_lambda_return_bias : met (@returns.lambda_return_bias). Proof. by tables; meet. Qed.
Lemma met_returns_path_consistency : met (@returns.path_consistency). Proof. by tables; meet. Qed.
Lemma met_returns_path_consistency_converse : met (@returns.path_consistency_converse).
Proof.
tables; exists bool_finType, bool_finType, w, P, r, disc, (9 / 10), (/ 2); split; first exact: process_ok.
exists (value w (/ 2) Qs), (greedy w (/ 2) Qs); split; first exact: greedy_is_policy process_ok Qs.
split; [move=> s a _|split=> // s a _].
- by apply: boltzmann_policy_gt0; case: process_ok.
- exact: (path_consistency process_ok s a Hs).
Qed.
Lemma met_returns_discounted_law_constant : met (@returns.discounted_law_constant). Proof. by tables; meet. Qed.
Lemma met_returns_multi_step_path_consistency : met (@returns.multi_step_path_consistency).
Proof.
have ok : is_process (fun _ : bool => counting) (dirac (fun _ a : bool => a)) (fun _ _ _ => / 2) (/ 2) 1.
  split=> [s|s a|s a s'||]; try lra; [exact: counting_is_weight true|exact: dirac_is_dist].
have [Qs Hs] := Qstar_exists r ok; exists bool_finType, bool_finType, (fun _ a => a), (fun _ => counting), r, (/ 2), 1.
by split=> //; exists Qs, true, [:: true].
Qed.

(** ** retrace *)
Lemma met_retrace_retrace_return_unbiased : met (@retrace.retrace_return_unbiased). Proof. by tables; meet. Qed.
Lemma met_retrace_retrace_return_bias : met (@retrace.retrace_return_bias).
Proof.
tables; exists bool_finType, bool_finType, w, P, r, disc, (9 / 10), (/ 2); split; first exact: process_ok.
pose pi := greedy w (/ 2) Qs; have [Qpi Hpi] := Qpi_exists r process_ok (greedy_is_policy process_ok Qs).
exists (greedy w (/ 2) (fun _ => 0)), pi, (fun s a => / 2 * Rmin 1 (pi s a / greedy w (/ 2) (fun _ => 0) s a)), (fun s a s' => s').
split; first by []. split; first exact: greedy_is_policy process_ok Qs.
split; last by exists (fun _ => 0), Qpi, 3%nat, true, true.
move=> s a; have wt : is_weight (w s) by case: process_ok.
have m0 := boltzmann_policy_gt0 (/ 2) wt (row (fun _ => 0) s) a; have p0 := boltzmann_policy_gt0 (/ 2) wt (row Qs s) a.
by apply: retrace_share_ok; rewrite /pi /greedy; lra.
Qed.
Lemma met_retrace_retrace_share_ok : met (@retrace.retrace_share_ok). Proof. by tables; meet. Qed.

(** ** tabular *)
Lemma met_tabular_optimality_derivative : met (@tabular.optimality_derivative). Proof. by tables; meet. Qed.
Lemma met_tabular_policy_iteration_is_newton : met (@tabular.policy_iteration_is_newton). Proof. by tables; meet. Qed.
Lemma met_tabular_newton_step_exists : met (@tabular.newton_step_exists). Proof. by tables; meet. Qed.
Lemma met_tabular_newton_step_sandwich : met (@tabular.newton_step_sandwich).
Proof.
tables; have [Qt Ht] := newton_step_exists r process_ok Qp; exists bool_finType, bool_finType, w, P, r, disc, (9 / 10), (/ 2); split; first exact: process_ok.
exists Qp, Qt, Qs; split; last by do 2!(split; first by []); exists (true, true).
by move=> sb; rewrite -{1}(Hp sb); exact: (evaluation_le_optimality r process_ok).
Qed.
Lemma met_tabular_policy_iteration_error : met (@tabular.policy_iteration_error). Proof. by tables; meet. Qed.
Lemma met_tabular_munchausen_objective : met (@tabular.munchausen_objective). Proof. by tables; meet. Qed.
Lemma met_tabular_munchausen_backup : met (@tabular.munchausen_backup). Proof. by tables; meet. Qed.
Lemma met_tabular_kl_regularised_maximum : met (@tabular.kl_regularised_maximum). Proof. by tables; meet. Qed.
Lemma met_tabular_horizon_optimal : met (@tabular.horizon_optimal).
Proof.
have [wok Pok _ _ al] := process_ok; exists bool_finType, bool_finType, w, P, (fun _ _ _ => 1), (/ 2).
do 4!(split=> //; try by move=> *; lra); exists (fun _ => r), (fun _ => greedy w (/ 2) (fun _ => 0)), 3%nat, true.
by split=> // m; exact: (greedy_is_policy process_ok).
Qed.
Lemma met_tabular_horizon_attained : met (@tabular.horizon_attained).
Proof.
have [wok _ _ _ al] := process_ok; exists bool_finType, bool_finType, w, P, (fun _ _ _ => 1), (/ 2).
do 2!split=> //; exists (fun _ => r).
by exists (fun m t a => boltzmann_policy (w t) (/ 2) (fun b => horizon_q w P (fun _ _ _ => 1) (/ 2) (fun _ => r) m (t, b)) a), 3%nat, true.
Qed.
Lemma met_tabular_occupancy_flow : met (@tabular.occupancy_flow).
Proof.
tables; have [o1 h1] := occupancy_exists process_ok true pid halves.
have [o2 h2] := occupancy_exists process_ok false pid halves.
exists bool_finType, bool_finType, w, P, disc, (greedy w (/ 2) (fun _ => 0)), uniform.
by exists (fun s : bool => if s then o1 else o2); split; [case|exists true].
Qed.
Lemma met_tabular_occupancy_splits : met (@tabular.occupancy_splits). Proof. by tables; meet. Qed.
Lemma met_tabular_disagreement_ge0 : met (@tabular.disagreement_ge0). Proof. by tables; meet. Qed.
Lemma met_tabular_composition_upper : met (@tabular.composition_upper).
Proof.
pose rs (i s a : bool) : R := if i then r s a else - r s a.
have [Q1 H1] := Qstar_exists (rs true) process_ok; have [Q2 H2] := Qstar_exists (rs false) process_ok.
pose Q (i : bool) := if i then Q1 else Q2; have HQ i : is_Qstar w P (rs i) disc (/ 2) (Q i) by case: i.
have [Qm Hm] := Qstar_exists (mixed_reward uniform rs) process_ok.
exists bool_finType, bool_finType, w, P, disc, (9 / 10), (/ 2); split; first exact: process_ok.
exists bool_finType, uniform, rs, Q; split; first exact: halves.
by split=> //; exists Qm; split=> //; exists (true, true).
Qed.
Lemma met_tabular_composition_cost_exists : met (@tabular.composition_cost_exists). Proof. by tables; meet. Qed.
Lemma met_tabular_composition_lower : met (@tabular.composition_lower).
Proof.
pose rs (i s a : bool) : R := if i then r s a else - r s a.
have [Q1 H1] := Qstar_exists (rs true) process_ok; have [Q2 H2] := Qstar_exists (rs false) process_ok.
pose Q (i : bool) := if i then Q1 else Q2; have HQ i : is_Qstar w P (rs i) disc (/ 2) (Q i) by case: i.
have [Qm Hm] := Qstar_exists (mixed_reward uniform rs) process_ok.
have [C HC] := composition_cost_exists process_ok uniform Q.
exists bool_finType, bool_finType, w, P, disc, (9 / 10), (/ 2); split; first exact: process_ok.
exists bool_finType, uniform, rs, Q; split=> //.
by exists C, Qm; do 2!split=> //; exists (true, true).
Qed.
Lemma met_tabular_disagreement_renyi : met (@tabular.disagreement_renyi). Proof. by tables; meet. Qed.

(** ** agent *)
Lemma met_agent_q_loss_derivative : met (@agent.q_loss_derivative). Proof. by meet. Qed.
Lemma met_agent_q_loss_expected : met (@agent.q_loss_expected). Proof. by meet. Qed.
Lemma met_agent_polyak_between : met (@agent.polyak_between). Proof. by meet. Qed.
Lemma met_agent_polyak_error : met (@agent.polyak_error). Proof. by meet. Qed.
Lemma met_agent_polyak_average : met (@agent.polyak_average). Proof. by meet. Qed.
Lemma met_agent_polyak_one : met (@agent.polyak_one). Proof. by meet. Qed.
Lemma met_agent_damped_contraction : met (@agent.damped_contraction). Proof. by meet. Qed.
Lemma met_agent_damped_fixed_point : met (@agent.damped_fixed_point). Proof. by meet. Qed.
Lemma met_agent_soft_q_gradient_is_policy_gradient : met (@agent.soft_q_gradient_is_policy_gradient). Proof. by meet. Qed.

(** ** estimator *)
Lemma met_estimator_importance_weight_unbiased : met (@estimator.importance_weight_unbiased). Proof. by meet. Qed.
Lemma met_estimator_importance_weight_boltzmann : met (@estimator.importance_weight_boltzmann). Proof. by meet. Qed.
Lemma met_estimator_mixture_unbiased : met (@estimator.mixture_unbiased).
Proof.
exists bool_finType, bool_finType, w2, 1, (fun _ => 1), (fun k a => if a == k then / w2 a else 0); split; first exact: w2_ok.
by split; [move=> a _; rewrite sum_boolR /w2; case: a => /=; lra|exists Q0].
Qed.
Lemma met_estimator_mixture_weight_le : met (@estimator.mixture_weight_le). Proof. by exists bool_finType, bool_finType, (fun _ => 1), (fun _ _ => / 2), true, true; do !split=> [j|]; lra. Qed.
Lemma met_estimator_jensen_ln : met (@estimator.jensen_ln). Proof. by meet. Qed.
Lemma met_estimator_partition_estimate_unbiased : met (@estimator.partition_estimate_unbiased). Proof. by meet. Qed.
Lemma met_estimator_partition_estimate_variance : met (@estimator.partition_estimate_variance). Proof. by meet. Qed.
Lemma met_estimator_importance_value_biased_low : met (@estimator.importance_value_biased_low). Proof. by meet. Qed.
Lemma met_estimator_importance_value_is_soft_value : met (@estimator.importance_value_is_soft_value).
Proof.
exists bool_finType, 3%nat; split=> //; exists 1, u2, Q0, [ffun=> true]; split=> // i.
by apply: u2_gt0; rewrite ffunE; exact: two_true.
Qed.

(** ** measures *)
Lemma met_measures_partition_on_gt0 : met (@measures.partition_on_gt0). Proof. by meet. Qed.
Lemma met_measures_boltzmann_policy_on_gt0 : met (@measures.boltzmann_policy_on_gt0). Proof. by meet. Qed.
Lemma met_measures_boltzmann_policy_on_is_density : met (@measures.boltzmann_policy_on_is_density). Proof. by meet. Qed.
Lemma met_measures_log_boltzmann_policy_on : met (@measures.log_boltzmann_policy_on). Proof. by meet. Qed.
Lemma met_measures_gibbs_identity_on : met (@measures.gibbs_identity_on). Proof. by meet. Qed.
Lemma met_measures_kl_divergence_on_ge0 : met (@measures.kl_divergence_on_ge0).
Proof.
exists 0, 1; split; first exact: zero_one. exists pj, pj; do 2!(split; first exact: pj_density).
split; first by move=> a _; exact: pj_gt0.
by split=> //; exact: (kl_divergence_on_integrable zero_one zero_one jump_integrable pj_admissible).
Qed.
Lemma met_measures_gibbs_le_on : met (@measures.gibbs_le_on). Proof. by meet. Qed.
Lemma met_measures_gibbs_attained_on : met (@measures.gibbs_attained_on). Proof. by meet. Qed.
Lemma met_measures_gibbs_unique_on : met (@measures.gibbs_unique_on).
Proof.
have ic : continuous_on 0 1 (fun a => a) by move=> a _; exact: continuous_id.
have ii := continuous_integrable zero_one ic; exists 0, 1, 1; do 2!(split; first exact: zero_one).
exists (fun a => a), (boltzmann_policy_on 0 1 1 (fun a => a)); split=> //; split; first exact: boltzmann_policy_on_continuous.
split; first by move=> a _; exact: (boltzmann_policy_on_gt0 zero_one zero_one a ii). split; first exact: (boltzmann_policy_on_admissible zero_one zero_one ii).
split; first exact: (gibbs_attained_on zero_one zero_one ii). exists (/ 2); do !split; lra.
Qed.
Lemma met_measures_importance_weight_unbiased_on : met (@measures.importance_weight_unbiased_on).
Proof.
exists 0, 1, 1; split; first exact: zero_one.
by exists jump, pj; split=> // a _; exact: pj_gt0.
Qed.
Lemma met_measures_sech2_gt0 : met (@measures.sech2_gt0). Proof. by meet. Qed.
Lemma met_measures_tanh_derivative : met (@measures.tanh_derivative). Proof. by meet. Qed.
Lemma met_measures_log_sech2 : met (@measures.log_sech2). Proof. by meet. Qed.
Lemma met_measures_squash_change_of_variables : met (@measures.squash_change_of_variables). Proof. by exists (fun a => a), 0, 1; split; [lra|split=> // a _; exact: continuous_id]. Qed.
Lemma met_measures_partition_squash : met (@measures.partition_squash). Proof. by exists (fun a => a), 0, 1, 1; do 2!(split; first by lra); split=> // a _; exact: continuous_id. Qed.
Lemma met_measures_soft_value_squash : met (@measures.soft_value_squash). Proof. by exists (fun a => a), 0, 1, 1; do 2!(split; first by lra); split=> // a _; exact: continuous_id. Qed.
Lemma met_measures_boltzmann_policy_squash : met (@measures.boltzmann_policy_squash). Proof. by exists (fun a => a), 0, 1, 1, 0; do 2!(split; first by lra); split=> // a _; exact: continuous_id. Qed.
Lemma met_measures_soft_value_on_lipschitz : met (@measures.soft_value_on_lipschitz).
Proof.
exists 0, 1, 1; do 2!(split; first exact: zero_one).
exists jump, (fun _ => 0), 1; split; first exact: jump_integrable. split; first exact: integrable_const.
by split=> // a _; rewrite /jump Rminus_0_r; case: Rlt_dec => ?; rewrite ?Rabs_R0 ?Rabs_R1; lra.
Qed.
Lemma met_measures_optimality_on_contraction : met (@measures.optimality_on_contraction).
Proof.
exists 0, 1, 1; do 2!(split; first exact: zero_one).
exists unit_finType, stay, (fun _ => jump), half_discount, (/ 2); split; first exact: stay_dist. split; first exact: half_discount_ok.
exists (fun _ => jump), (fun _ _ => 0), 1; split; first by move=> s; exact: jump_integrable.
split; first by move=> s; exact: integrable_const.
split; first by move=> s a _; rewrite /jump Rminus_0_r; case: Rlt_dec => ?; rewrite ?Rabs_R0 ?Rabs_R1; lra.
by exists tt, 0; do !split; lra.
Qed.
Lemma met_measures_Qstar_on_exists : met (@measures.Qstar_on_exists).
Proof.
exists 0, 1, 1; do 2!(split; first exact: zero_one).
exists unit_finType, stay, (fun _ => jump), half_discount, (/ 2); split; first exact: stay_dist.
split; first exact: stay_integrable. split; first by move=> s; exact: jump_integrable.
split; first exact: half_discount_ok. split; first exact: half_discount_integrable.
by split; first exact: discount_ok.
Qed.
Lemma met_measures_Qstar_on_unique : met (@measures.Qstar_on_unique).
Proof.
have [Q HQ] := jump_Qstar; exists 0, 1, 1; do 2!(split; first exact: zero_one).
exists unit_finType, stay, (fun _ => jump), half_discount, (/ 2); split; first exact: stay_dist.
split; first exact: stay_integrable. split; first by move=> s; exact: jump_integrable.
split; first exact: half_discount_ok. split; first exact: half_discount_integrable.
split; first exact: discount_ok.
by exists Q, Q; do 2!split=> //; exists tt, 0; do !split; lra.
Qed.
Lemma met_measures_Qstar_on_continuous : met (@measures.Qstar_on_continuous).
Proof.
have [Q HQ] := jump_Qstar; exists 0, 1, 1, unit_finType, stay, (fun _ => jump), half_discount, Q, tt, (1 / 4).
split=> //; split; first by lra. split; first exact: jump_continuous.
by split; [move=> s'; exact: continuous_const|split=> // s'; exact: continuous_const].
Qed.

(** ** sampler *)
Lemma met_sampler_gumbel_cdf_derivative : met (@sampler.gumbel_cdf_derivative). Proof. by meet. Qed.
Lemma met_sampler_gumbel_cdf_limits : met (@sampler.gumbel_cdf_limits). Proof. by meet. Qed.
Lemma met_sampler_gumbel_max_value : met (@sampler.gumbel_max_value). Proof. by meet. Qed.
Lemma met_sampler_gumbel_max_law : met (@sampler.gumbel_max_law).
Proof.
exists bool_finType, w2, Q0, 1; split; first exact: w2_ok. split; first exact: zero_one.
exists (fun x => x), 0, 1; split=> //; apply: ex_RInt_continuous => z _; apply: ex_derive_continuous.
by rewrite /gumbel_pdf; auto_derive.
Qed.
Lemma met_sampler_gumbel_max_probability : met (@sampler.gumbel_max_probability). Proof. by meet. Qed.
Lemma met_sampler_stein_identity : met (@sampler.stein_identity).
Proof.
exists 0, 1, 1, (fun a => a), (fun _ => 1), (fun a => a * (1 - a)), (fun a => 1 - 2 * a); do 2!(split; first exact: zero_one).
split; first by move=> a _; exact: is_derive_id. split; first by move=> a _; exact: continuous_const.
split; first by move=> a _; auto_derive => //; ring.
split; first by move=> a _; apply: ex_derive_continuous; auto_derive.
by do !split; ring.
Qed.
Lemma met_sampler_langevin_zero_flux : met (@sampler.langevin_zero_flux).
Proof.
exists 0, 1, 1, (fun a => a), (fun _ => 1); split; first by move=> a _; exact: is_derive_id.
by exists 0; do !split; lra.
Qed.
