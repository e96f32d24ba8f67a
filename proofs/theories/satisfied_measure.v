(** * satisfied_measure: the hypotheses of every theorem of anymeasure.v and continuous.v hold together

    As satisfied.v.  The measure is Lebesgue's on [0, 1]; Q is 1 from 1/2 on and 0 below, so
    it jumps; the density is that of its Boltzmann policy. *)
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint interval finmap.
From mathcomp.classical Require Import mathcomp_extra boolp classical_sets functions cardinality.
From mathcomp.analysis Require Import Rstruct reals ereal signed topology normedtype
  sequences esum measure lebesgue_measure numfun lebesgue_integral exp.
From softql Require Import anymeasure continuous hypotheses.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Def Num.Theory.
Import numFieldTopology.Exports numFieldNormedType.Exports.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Notation R := real_realType.
Notation mu := [the measure _ _ of @interval_measure R 0 1].
Definition Q : R -> R := indic [set x : R | 2^-1 <= x].

Lemma one_gt0 : (0 : R) < 1. Proof. exact: ltr01. Qed.
Lemma mu_gt0 : (0 < mu setT)%E. Proof. by rewrite (interval_mass one_gt0) lte_fin subr0. Qed.
Lemma mu_fin : (mu setT < +oo)%E. Proof. by rewrite (interval_mass one_gt0) ltry. Qed.
Lemma Q_measurable : measurable_fun setT Q.
Proof.
apply: measurable_fun_indic; rewrite (_ : [set _ | _] = `[2^-1, +oo[%classic); last first.
  by apply/seteqP; split=> x /=; rewrite in_itv /= andbT.
exact: measurable_itv.
Qed.
Lemma Q_bounded x : `|Q x| <= 1.
Proof. by rewrite /Q indicE; case: (_ \in _); rewrite ?normr1 ?normr0. Qed.
Definition Z_gt0 := bounded_partition_gt0 one_gt0 mu_gt0 mu_fin Q_measurable Q_bounded.
Definition expQ_ok := bounded_expQ_integrable one_gt0 mu_fin Q_measurable Q_bounded.
Definition piQ_ok := bounded_policy_Q_integrable one_gt0 mu_gt0 mu_fin Q_measurable Q_bounded.
Notation pi := (boltzmann_policy mu 1 Q).
Lemma pi_density : is_density mu pi. Proof. exact: (boltzmann_policy_density expQ_ok Z_gt0). Qed.
Lemma pi_gt0 x : 0 < pi x. Proof. exact: (boltzmann_policy_gt0 Z_gt0). Qed.
Lemma pi_admissible : admissible mu Q pi.
Proof. exact: (boltzmann_policy_admissible one_gt0 expQ_ok Z_gt0 piQ_ok). Qed.
Definition attained := bounded_gibbs_attained one_gt0 mu_gt0 mu_fin Q_measurable Q_bounded.
Lemma kl_ok : integrablef mu (fun x => pi x * (ln (pi x) - ln (pi x))).
Proof. exact: (kl_divergence_integrable one_gt0 Z_gt0 pi_admissible). Qed.

(** Lebesgue measure on [0, 1] and alpha = 1; with Q, and with its bound. *)
Ltac with_mu := eexists; eexists; exists R, mu.
Ltac with_Q := with_mu; exists 1, Q.
Ltac with_bound := with_mu; exists 1, 1, Q.
Ltac meet := repeat (split; first solve [exact one_gt0 | exact mu_gt0 | exact mu_fin | exact Q_measurable | exact Q_bounded
  | exact Z_gt0 | exact expQ_ok | exact piQ_ok | exact pi_density | exact pi_gt0 | exact pi_admissible | exact attained
  | exact kl_ok | exact I]); try exact I.

Lemma met_anymeasure_boltzmann_policy_gt0 : met (@anymeasure.boltzmann_policy_gt0). Proof. by with_Q; meet; exists 0. Qed.
Lemma met_anymeasure_boltzmann_policy_density : met (@anymeasure.boltzmann_policy_density). Proof. by with_Q; meet. Qed.
Lemma met_anymeasure_log_boltzmann_policy : met (@anymeasure.log_boltzmann_policy). Proof. by with_Q; meet; exists 0. Qed.
Lemma met_anymeasure_gibbs_identity : met (@anymeasure.gibbs_identity). Proof. by with_Q; meet; exists pi; meet. Qed.
Lemma met_anymeasure_kl_divergence_ge0 : met (@anymeasure.kl_divergence_ge0). Proof. by with_mu; exists pi, pi; meet. Qed.
Lemma met_anymeasure_gibbs_le : met (@anymeasure.gibbs_le). Proof. by with_Q; meet; exists pi; meet. Qed.
Lemma met_anymeasure_gibbs_attained : met (@anymeasure.gibbs_attained). Proof. by with_Q; meet. Qed.
Lemma met_anymeasure_importance_weight_unbiased : met (@anymeasure.importance_weight_unbiased). Proof. by with_Q; exists pi; meet. Qed.
Lemma met_anymeasure_gibbs_unique : met (@anymeasure.gibbs_unique). Proof. by with_Q; meet; exists pi; meet. Qed.
Lemma met_anymeasure_bounded_expQ_integrable : met (@anymeasure.bounded_expQ_integrable). Proof. by with_bound; meet. Qed.
Lemma met_anymeasure_bounded_partition_gt0 : met (@anymeasure.bounded_partition_gt0). Proof. by with_bound; meet. Qed.
Lemma met_anymeasure_bounded_policy_Q_integrable : met (@anymeasure.bounded_policy_Q_integrable). Proof. by with_bound; meet. Qed.
Lemma met_anymeasure_bounded_gibbs_attained : met (@anymeasure.bounded_gibbs_attained). Proof. by with_bound; meet. Qed.
Lemma met_anymeasure_bounded_gibbs : met (@anymeasure.bounded_gibbs). Proof. by with_bound; meet; exists pi; meet. Qed.
Lemma met_anymeasure_interval_gibbs : met (@anymeasure.interval_gibbs). Proof. by exists R, 0, 1, 1; meet; exists Q, 1; meet. Qed.
Lemma two_points : exists2 k, (k < 2)%N & 0 < ((k.+1%:R : R)%:nng)%:num. Proof. by exists 0%N => //=; rewrite ltr0n. Qed.
Lemma met_anymeasure_points_partition : met (@anymeasure.points_partition).
Proof. by exists R, 2%N, (fun k => (k.+1%:R : R)%:nng), 1; split; [exact two_points|exists (fun=> 0); meet]. Qed.
Lemma met_anymeasure_points_gibbs : met (@anymeasure.points_gibbs).
Proof.
exists R, 2%N, (fun k => (k.+1%:R : R)%:nng), 1; split; first exact: one_gt0.
by split; [exact two_points|exists (fun=> 1), 1; split=> // k; rewrite normr1].
Qed.

(** ** continuous: one state, Q as the reward, discount 1/2 *)
Definition P (s : unit) (x : R) (s' : unit) : R := 1.
Definition disc (s : unit) (x : R) (s' : unit) : R := (2 : R)^-1.
Lemma P_ge0 s x s' : 0 <= P s x s'. Proof. exact: (@ler01 R). Qed.
Lemma P_sum s x : \sum_s' P s x s' = 1. Proof. by rewrite big_const card_unit /= addr0. Qed.
Lemma P_measurable s s' : measurable_fun setT (fun x : R => P s x s'). Proof. exact: measurable_fun_cst. Qed.
Lemma disc_measurable s s' : measurable_fun setT (fun x : R => disc s x s'). Proof. exact: measurable_fun_cst. Qed.
Lemma half_ok : (0 : R) <= (2 : R)^-1 < 1.
Proof. by rewrite invr_ge0 ler0n /= invf_lt1 ?ltr0n // ltr1n. Qed.
Lemma disc_ok s x s' : 0 <= disc s x s' <= (2 : R)^-1. Proof. by rewrite /disc lexx andbT; case/andP: half_ok. Qed.
Lemma Q_ok : @bounded_measurable _ _ R Q. Proof. by split; [exact: Q_measurable|exists 1; exact: Q_bounded]. Qed.
Lemma zero_ok : @bounded_measurable _ _ R (fun _ : R => 0).
Proof. by split; [exact: measurable_fun_cst|exists 0 => x; rewrite normr0]. Qed.
Lemma near_zero x : `|Q x - 0| <= 1. Proof. by rewrite subr0; exact: Q_bounded. Qed.
Lemma solved : exists Qs, is_Qstar mu 1 P (fun _ => Q) disc Qs.
Proof.
exact: (Qstar_exists one_gt0 mu_gt0 mu_fin P_ge0 P_sum P_measurable (fun _ => Q_ok) disc_ok disc_measurable half_ok).
Qed.
Ltac control := eexists; eexists; exists mu, 1; repeat (split; first solve [exact one_gt0 | exact mu_gt0 | exact mu_fin]);
  exists unit_finType, P; try exists (fun _ => Q); exists disc, ((2 : R)^-1).
Ltac meet_control := repeat match goal with |- _ /\ _ => split; first solve [exact P_ge0 | exact P_sum | exact P_measurable | exact (fun _ => Q_ok)
  | exact (fun _ => zero_ok) | exact disc_ok | exact disc_measurable | exact half_ok | exact (fun _ => near_zero) | done] end; try exact I.

Lemma met_continuous_bounded_soft_value_lipschitz : met (@continuous.bounded_soft_value_lipschitz).
Proof. by with_mu; exists 1; meet; exists Q, (fun=> 0), 1; split; [exact Q_ok|split; [exact zero_ok|split; [exact near_zero|]]]. Qed.
Lemma met_continuous_optimality_contraction : met (@continuous.optimality_contraction).
Proof. by control; meet_control; exists (fun=> Q), (fun=> fun=> 0), 1; meet_control; exists tt, 0. Qed.
Lemma met_continuous_Qstar_exists : met (@continuous.Qstar_exists).
Proof. by control; meet_control. Qed.
Lemma met_continuous_Qstar_unique : met (@continuous.Qstar_unique).
Proof. by have [Qs Hs] := solved; control; meet_control; exists Qs, Qs; meet_control; exists tt, 0. Qed.
Lemma met_continuous_interval_Qstar : met (@continuous.interval_Qstar).
Proof. by exists 0, 1, 1, ((2 : R)^-1), unit_finType, P, disc, (fun=> Q); split; [exact one_gt0|split; [exact one_gt0|meet_control]]. Qed.
