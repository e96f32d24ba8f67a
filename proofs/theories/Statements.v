(** * Statements: every theorem in full

    Written by `make ledger`, read by people: each theorem with this project's definitions
    unfolded down to the libraries' own notions, and closed by the theorem itself; before the
    theorems of a file its recursive functions, written out the same way.
    A statement or a definition that changes makes this file fail to compile or differ. *)
From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require sums integrals contraction value policy gradient temperature backup returns retrace tabular agent estimator measures sampler.
Set Printing Width 100.
Open Scope R_scope.

(** ** contraction *)

(** A contraction has at most one fixed point. *)
Definition ledger_fixed_point_unique :
  (forall (X : finType) (T : (X -> R) -> X -> R) (gamma : R),
 0 <= gamma < 1 ->
 (forall f g : X -> R,
  \big[Rmax/0]_x Rabs (T f x - T g x) <= gamma * \big[Rmax/0]_x Rabs (f x - g x)) ->
 forall f g : X -> R,
 (forall x : X, T f x = f x) -> (forall x : X, T g x = g x) -> forall x : X, f x = g x)
  := @contraction.fixed_point_unique.

(** || T^n f - f* || <= gamma^n || f - f* ||. *)
Definition ledger_iterate_error_bound :
  (forall (X : finType) (T : (X -> R) -> X -> R) (gamma : R),
 0 <= gamma < 1 ->
 (forall f g : X -> R,
  \big[Rmax/0]_x Rabs (T f x - T g x) <= gamma * \big[Rmax/0]_x Rabs (f x - g x)) ->
 forall (f fstar : X -> R) (n : nat),
 (forall x : X, T fstar x = fstar x) ->
 \big[Rmax/0]_x Rabs (iter n T f x - fstar x) <= gamma ^ n * \big[Rmax/0]_x Rabs (f x - fstar x))
  := @contraction.iterate_error_bound.

(** A bound that needs no fixed point: || f - f* || <= || T f - f || / (1 - gamma). *)
Definition ledger_residual_error_bound :
  (forall (X : finType) (T : (X -> R) -> X -> R) (gamma : R),
 0 <= gamma < 1 ->
 (forall f g : X -> R,
  \big[Rmax/0]_x Rabs (T f x - T g x) <= gamma * \big[Rmax/0]_x Rabs (f x - g x)) ->
 forall f fstar : X -> R,
 (forall x : X, T fstar x = fstar x) ->
 \big[Rmax/0]_x Rabs (f x - fstar x) <= \big[Rmax/0]_x Rabs (T f x - f x) / (1 - gamma))
  := @contraction.residual_error_bound.

(** Existence: T has a fixed point. *)
Definition ledger_fixed_point_exists :
  (forall (X : finType) (T : (X -> R) -> X -> R) (gamma : R),
 0 <= gamma < 1 ->
 (forall f g : X -> R,
  \big[Rmax/0]_x Rabs (T f x - T g x) <= gamma * \big[Rmax/0]_x Rabs (f x - g x)) ->
 exists fstar : X -> R, forall x : X, T fstar x = fstar x)
  := @contraction.fixed_point_exists.

(** If T is also monotone, f <= T f implies f <= f*. *)
Definition ledger_sub_solution_le :
  (forall (X : finType) (T : (X -> R) -> X -> R) (gamma : R),
 0 <= gamma < 1 ->
 (forall f g : X -> R,
  \big[Rmax/0]_x Rabs (T f x - T g x) <= gamma * \big[Rmax/0]_x Rabs (f x - g x)) ->
 (forall f g : X -> R, (forall x : X, f x <= g x) -> forall x : X, T f x <= T g x) ->
 forall f fstar : X -> R,
 (forall x : X, T fstar x = fstar x) ->
 (forall x : X, f x <= T f x) -> forall x : X, f x <= fstar x)
  := @contraction.sub_solution_le.

(** ... and T f <= f implies f* <= f. *)
Definition ledger_super_solution_ge :
  (forall (X : finType) (T : (X -> R) -> X -> R) (gamma : R),
 0 <= gamma < 1 ->
 (forall f g : X -> R,
  \big[Rmax/0]_x Rabs (T f x - T g x) <= gamma * \big[Rmax/0]_x Rabs (f x - g x)) ->
 (forall f g : X -> R, (forall x : X, f x <= g x) -> forall x : X, T f x <= T g x) ->
 forall f fstar : X -> R,
 (forall x : X, T fstar x = fstar x) ->
 (forall x : X, T f x <= f x) -> forall x : X, fstar x <= f x)
  := @contraction.super_solution_ge.

(** ** value *)

(** A maximum over the allowed actions exists ... *)
Definition ledger_hard_value_is_max :
  (forall (A : finType) (w Q : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 (exists a : A,
    0 < w a /\
    Q a =
    match [pick a0 | Rlt_dec 0 (w a0) ] with
    | Some a0 => \big[Rmax/Q a0]_(a1 | Rlt_dec 0 (w a1)) Q a1
    | None => 0
    end) /\
 (forall a : A,
  0 < w a ->
  Q a <=
  match [pick a0 | Rlt_dec 0 (w a0) ] with
  | Some a0 => \big[Rmax/Q a0]_(a1 | Rlt_dec 0 (w a1)) Q a1
  | None => 0
  end))
  := @value.hard_value_is_max.

(** ... and is unique. *)
Definition ledger_max_unique :
  (forall (A : finType) (w Q : A -> R) (m m' : R),
 (exists a : A, 0 < w a /\ Q a = m) /\ (forall a : A, 0 < w a -> Q a <= m) ->
 (exists a : A, 0 < w a /\ Q a = m') /\ (forall a : A, 0 < w a -> Q a <= m') -> m = m')
  := @value.max_unique.

(** Z > 0, so that log Z is meant as written. [Note L40] *)
Definition ledger_partition_gt0 :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall Q : A -> R, 0 < \big[Rplus/0]_a (w a * exp (Q a / alpha)))
  := @value.partition_gt0.

(** What Q says about a masked action (w_a = 0) changes nothing. *)
Definition ledger_soft_value_masked :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall Q1 Q2 : A -> R,
 (forall a : A, 0 < w a -> Q1 a = Q2 a) ->
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q2 a / alpha))))
  := @value.soft_value_masked.

(** Q1 <= Q2 on the allowed actions implies V(Q1) <= V(Q2). *)
Definition ledger_soft_value_monotone :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q1 Q2 : A -> R,
 (forall a : A, 0 < w a -> Q1 a <= Q2 a) ->
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha))) <=
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q2 a / alpha))))
  := @value.soft_value_monotone.

(** V(Q + c) = V(Q) + c. *)
Definition ledger_soft_value_translation :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (c : R),
 alpha * ln (\big[Rplus/0]_a (w a * exp ((Q a + c) / alpha))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) + c)
  := @value.soft_value_translation.

(** The overflow-free form that the code evaluates, for any shift m (softql takes m = max Q): V = m + alpha log sum_a w_a exp(-(m - Q_a)/alpha). *)
Definition ledger_soft_value_shifted :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (m : R),
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) =
 m + alpha * ln (\big[Rplus/0]_a (w a * exp (- ((m - Q a) / alpha)))))
  := @value.soft_value_shifted.

(** V(k Q; k alpha) = k V(Q; alpha): the value has the units of the reward. *)
Definition ledger_soft_value_homogeneous :
  (forall (A : finType) (w : A -> R) (alpha : R),
 0 < alpha ->
 forall (Q : A -> R) (k : R),
 0 < k ->
 k * alpha * ln (\big[Rplus/0]_a (w a * exp (k * Q a / (k * alpha)))) =
 k * (alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha)))))
  := @value.soft_value_homogeneous.

(** Scaling the measure shifts the value: V[c w] = V[w] + alpha log c. *)
Definition ledger_soft_value_weight_scale :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (c : R),
 0 < c ->
 alpha * ln (\big[Rplus/0]_a (c * w a * exp (Q a / alpha))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) + alpha * ln c)
  := @value.soft_value_weight_scale.

(** Q_a + alpha log w_a <= V for every allowed action. *)
Definition ledger_soft_value_ge :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (a : A),
 0 < w a -> Q a + alpha * ln (w a) <= alpha * ln (\big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))))
  := @value.soft_value_ge.

(** V <= max Q + alpha log W. *)
Definition ledger_soft_value_le_max :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (m : R),
 (forall a : A, 0 < w a -> Q a <= m) ->
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) <= m + alpha * ln (\big[Rplus/0]_a w a))
  := @value.soft_value_le_max.

(** max Q <= V when every allowed action weighs at least one (a finite or masked space). *)
Definition ledger_soft_value_ge_max :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (m : R),
 (forall a : A, 0 < w a -> 1 <= w a) ->
 (exists a : A, 0 < w a /\ Q a = m) /\ (forall a : A, 0 < w a -> Q a <= m) ->
 m <= alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))))
  := @value.soft_value_ge_max.

(** V is 1-Lipschitz in the sup norm over the allowed actions. *)
Definition ledger_soft_value_lipschitz :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q1 Q2 : A -> R) (c : R),
 (forall a : A, 0 < w a -> Rabs (Q1 a - Q2 a) <= c) ->
 Rabs
   (alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha))) -
    alpha * ln (\big[Rplus/0]_a (w a * exp (Q2 a / alpha)))) <= c)
  := @value.soft_value_lipschitz.

(** V = alpha log sum_a exp(Q_a/alpha), and max Q <= V <= max Q + alpha log |A|. *)
Definition ledger_soft_value_counting :
  (forall (A : finType) (a0 : A) (alpha : R) (Q : A -> R),
 0 < alpha ->
 alpha * ln (\big[Rplus/0]_a (1 * exp (Q a / alpha))) =
 alpha * ln (\big[Rplus/0]_a exp (Q a / alpha)) /\
 \big[Rmax/Q a0]_a Q a <= alpha * ln (\big[Rplus/0]_a (1 * exp (Q a / alpha))) <=
 \big[Rmax/Q a0]_a Q a + alpha * ln (INR #|A|))
  := @value.soft_value_counting.

(** A mask that allows some action is a valid weight. *)
Definition ledger_mask_is_weight :
  (forall (A : finType) (allowed : pred A) (a : A),
 allowed a ->
 (forall a0 : A, 0 <= (if allowed a0 then 1 else 0)) /\
 (exists a0 : A, 0 < (if allowed a0 then 1 else 0)))
  := @value.mask_is_weight.

(** A masked value is the log-sum-exp over the allowed actions alone. *)
Definition ledger_soft_value_mask :
  (forall (A : finType) (allowed : pred A) (alpha : R) (Q : A -> R),
 alpha * ln (\big[Rplus/0]_a ((if allowed a then 1 else 0) * exp (Q a / alpha))) =
 alpha * ln (\big[Rplus/0]_(a | allowed a) exp (Q a / alpha)))
  := @value.soft_value_mask.

(** Under a prior the value never exceeds the maximum. *)
Definition ledger_soft_value_prior_le_max :
  (forall (A : finType) (rho : A -> R) (alpha : R) (Q : A -> R) (m : R),
 (forall x : A, 0 <= rho x) /\ \big[Rplus/0]_x rho x = 1 ->
 0 < alpha ->
 (forall a : A, 0 < rho a -> Q a <= m) ->
 alpha * ln (\big[Rplus/0]_a (rho a * exp (Q a / alpha))) <= m)
  := @value.soft_value_prior_le_max.

(** mellowmax is the soft value under the uniform prior ... [AL17] *)
Definition ledger_mellowmax_uniform_prior :
  (forall (A : finType) (alpha : R) (Q : A -> R),
 alpha * ln (\big[Rplus/0]_a exp (Q a / alpha) / INR #|A|) =
 alpha * ln (\big[Rplus/0]_a (/ INR #|A| * exp (Q a / alpha))))
  := @value.mellowmax_uniform_prior.

(** ... and the counting value less alpha log n. [AL17] *)
Definition ledger_mellowmax_counting :
  (forall A : finType,
 A ->
 forall (alpha : R) (Q : A -> R),
 alpha * ln (\big[Rplus/0]_a exp (Q a / alpha) / INR #|A|) =
 alpha * ln (\big[Rplus/0]_a (1 * exp (Q a / alpha))) - alpha * ln (INR #|A|))
  := @value.mellowmax_counting.

(** mellowmax <= max Q. (That mean Q <= mellowmax is soft_value_ge_mean.) *)
Definition ledger_mellowmax_le_max :
  (forall (A : finType) (a0 : A) (alpha : R) (Q : A -> R),
 0 < alpha -> alpha * ln (\big[Rplus/0]_a exp (Q a / alpha) / INR #|A|) <= \big[Rmax/Q a0]_a Q a)
  := @value.mellowmax_le_max.

(** One action: V = Q + alpha log w. *)
Definition ledger_soft_value_one_action :
  (forall (w Q : unit -> R) (alpha : R),
 0 < alpha ->
 0 < w tt -> alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) = Q tt + alpha * ln (w tt))
  := @value.soft_value_one_action.

(** ** policy *)

(** KL(p || q) >= 0, for q positive on the allowed actions. [Note L44] *)
Definition ledger_kl_divergence_ge0 :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall p q : A -> R,
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 (forall a : A, 0 <= q a) /\ \big[Rplus/0]_a (w a * q a) = 1 ->
 (forall a : A, 0 < w a -> 0 < q a) -> 0 <= \big[Rplus/0]_x (w x * p x * (ln (p x) - ln (q x))))
  := @policy.kl_divergence_ge0.

(** KL = 0 only between policies that agree on every allowed action. *)
Definition ledger_kl_divergence_eq0 :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall p q : A -> R,
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 (forall a : A, 0 <= q a) /\ \big[Rplus/0]_a (w a * q a) = 1 ->
 (forall a : A, 0 < w a -> 0 < q a) ->
 \big[Rplus/0]_x (w x * p x * (ln (p x) - ln (q x))) = 0 <-> (forall a : A, 0 < w a -> p a = q a))
  := @policy.kl_divergence_eq0.

(** KL(p || p) = 0. *)
Definition ledger_kl_divergence_self :
  (forall (A : finType) (w p : A -> R), \big[Rplus/0]_x (w x * p x * (ln (p x) - ln (p x))) = 0)
  := @policy.kl_divergence_self.

(** H >= 0 when every allowed action weighs at least one. [Note L23] *)
Definition ledger_entropy_ge0 :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall p : A -> R,
 (forall a : A, 0 < w a -> 1 <= w a) ->
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 0 <= - (\big[Rplus/0]_x (w x * p x * ln (p x))))
  := @policy.entropy_ge0.

(** H <= log W (log |A| for a finite action space). [Note L23] *)
Definition ledger_entropy_le_log_total :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall p : A -> R,
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 - (\big[Rplus/0]_x (w x * p x * ln (p x))) <= ln (\big[Rplus/0]_a w a))
  := @policy.entropy_le_log_total.

(** The uniform policy reaches it: H = log W. *)
Definition ledger_entropy_uniform :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 - (\big[Rplus/0]_x (w x * / (\big[Rplus/0]_a w a) * ln (/ (\big[Rplus/0]_a w a)))) =
 ln (\big[Rplus/0]_a w a))
  := @policy.entropy_uniform.

(** pi > 0, however small the gap to the best action leaves it. *)
Definition ledger_boltzmann_policy_gt0 :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (a : A), 0 < exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))
  := @policy.boltzmann_policy_gt0.

(** sum_a w_a pi(a) = 1. *)
Definition ledger_boltzmann_policy_density :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall Q : A -> R,
 (forall a : A, 0 <= exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) /\
 \big[Rplus/0]_a (w a * (exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))) = 1)
  := @policy.boltzmann_policy_density.

(** log pi(a) = (Q_a - V)/alpha. [H17 Eq. 6] *)
Definition ledger_log_boltzmann_policy :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (a : A),
 ln (exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) =
 (Q a - alpha * ln (\big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))) / alpha)
  := @policy.log_boltzmann_policy.

(** pi(a) = exp((Q_a - V)/alpha). [H17 Eq. 6] [Note L44] *)
Definition ledger_boltzmann_policy_exp :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (a : A),
 exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)) =
 exp ((Q a - alpha * ln (\big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))) / alpha))
  := @policy.boltzmann_policy_exp.

(** The Boltzmann policy of an energy: pi(a) = exp(-E_a) / sum_b w_b exp(-E_b). [H17 Eq. 4] [Note L15] *)
Definition ledger_boltzmann_policy_energy :
  (forall (A : finType) (w : A -> R) (alpha : R),
 0 < alpha ->
 forall (Q : A -> R) (a : A),
 exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)) =
 exp (- (- Q a / alpha)) / \big[Rplus/0]_b (w b * exp (- (- Q b / alpha))))
  := @policy.boltzmann_policy_energy.

(** A constant added to Q leaves the policy alone. *)
Definition ledger_boltzmann_policy_translation :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (c : R) (a : A),
 exp ((Q a + c) / alpha) / \big[Rplus/0]_a0 (w a0 * exp ((Q a0 + c) / alpha)) =
 exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))
  := @policy.boltzmann_policy_translation.

(** Two actions: the log-odds are the gap in units of alpha. *)
Definition ledger_boltzmann_policy_ratio :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (a b : A),
 exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)) /
 (exp (Q b / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) = exp ((Q a - Q b) / alpha))
  := @policy.boltzmann_policy_ratio.

(** A <= 0 when every allowed action weighs at least one. *)
Definition ledger_soft_advantage_le0 :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (a : A),
 1 <= w a -> Q a - alpha * ln (\big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) <= 0)
  := @policy.soft_advantage_le0.

(** w_a pi(a) <= w_a exp(-(max Q - Q_a)/alpha) when every allowed action weighs at least one: a sub-optimal action is exponentially unlikely. *)
Definition ledger_boltzmann_policy_le_gap :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (m : R) (a : A),
 (forall b : A, 0 < w b -> 1 <= w b) ->
 (exists a0 : A, 0 < w a0 /\ Q a0 = m) /\ (forall a0 : A, 0 < w a0 -> Q a0 <= m) ->
 exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)) <= exp (- ((m - Q a) / alpha)))
  := @policy.boltzmann_policy_le_gap.

(** E_p[Q - alpha log p] = E_p[Q] + alpha H(p). [Note L54] [Note L23] *)
Definition ledger_policy_value_entropy :
  (forall (A : finType) (w : A -> R) (alpha : R) (Q p : A -> R),
 \big[Rplus/0]_x (w x * p x * (Q x - alpha * ln (p x))) =
 \big[Rplus/0]_x (w x * p x * Q x) + alpha * - (\big[Rplus/0]_x (w x * p x * ln (p x))))
  := @policy.policy_value_entropy.

(** V_p[Q] = V[Q] - alpha KL(p || pi_Q), for every policy p: the log Z that the argmin ignores is the optimum. [Note L40] [Note L42] [Note L44] *)
Definition ledger_gibbs_identity :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q p : A -> R,
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 \big[Rplus/0]_x (w x * p x * (Q x - alpha * ln (p x))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) -
 alpha *
 \big[Rplus/0]_x
    (w x * p x * (ln (p x) - ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))))
  := @policy.gibbs_identity.

(** V_p[Q] <= V[Q] ... [H17 Eq. 5] [Note L38] *)
Definition ledger_gibbs_le :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q p : A -> R,
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 \big[Rplus/0]_x (w x * p x * (Q x - alpha * ln (p x))) <=
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))))
  := @policy.gibbs_le.

(** ... with equality at the Boltzmann policy ... [Note L58] *)
Definition ledger_gibbs_attained :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q : A -> R,
 \big[Rplus/0]_x
    (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
     (Q x - alpha * ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))))
  := @policy.gibbs_attained.

(** ... and only there. [H17 Eq. 6] [Note L44] *)
Definition ledger_gibbs_unique :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q p : A -> R,
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 \big[Rplus/0]_x (w x * p x * (Q x - alpha * ln (p x))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) ->
 forall a : A, 0 < w a -> p a = exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))
  := @policy.gibbs_unique.

(** H(pi_Q) = (V - E_pi[Q]) / alpha. [Note L23] *)
Definition ledger_boltzmann_entropy_value :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q : A -> R,
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
      ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))) =
 (alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) -
  \big[Rplus/0]_x (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) * Q x)) /
 alpha)
  := @policy.boltzmann_entropy_value.

(** The Boltzmann average E_pi[Q] is V - alpha H: not the value. [Note L60] *)
Definition ledger_boltzmann_average :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q : A -> R,
 \big[Rplus/0]_x (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) * Q x) =
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) -
 alpha *
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
      ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))))
  := @policy.boltzmann_average.

(** V >= weighted mean of Q + alpha log W: for mellowmax, mean Q <= mellowmax. [AL17] *)
Definition ledger_soft_value_ge_mean :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q : A -> R,
 \big[Rplus/0]_a (w a * Q a) / \big[Rplus/0]_a w a + alpha * ln (\big[Rplus/0]_a w a) <=
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))))
  := @policy.soft_value_ge_mean.

(** V is convex in Q: it is a maximum of functions that are affine in Q. *)
Definition ledger_soft_value_convex :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q1 Q2 : A -> R) (t : R),
 0 <= t <= 1 ->
 alpha * ln (\big[Rplus/0]_a (w a * exp ((t * Q1 a + (1 - t) * Q2 a) / alpha))) <=
 t * (alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha)))) +
 (1 - t) * (alpha * ln (\big[Rplus/0]_a (w a * exp (Q2 a / alpha)))))
  := @policy.soft_value_convex.

(** V(Q1) + <pi_{Q1}, Q2 - Q1> <= V(Q2): the policy is a subgradient. *)
Definition ledger_soft_value_subgradient :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall Q1 Q2 : A -> R,
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha))) +
 \big[Rplus/0]_x
    (w x * (exp (Q1 x / alpha) / \big[Rplus/0]_a (w a * exp (Q1 a / alpha))) * (Q2 x - Q1 x)) <=
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q2 a / alpha))))
  := @policy.soft_value_subgradient.

(** KL(pi_1 || pi_2) of the Boltzmann policies of (Q_1, alpha_1) and (Q_2, alpha_2) from their values alone: E_{pi_1}[(Q_1 - V_1)/alpha_1 - (Q_2 - V_2)/alpha_2]. [Note L44] *)
Definition ledger_boltzmann_kl :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q1 Q2 : A -> R) (beta : R),
 0 < beta ->
 \big[Rplus/0]_x
    (w x * (exp (Q1 x / alpha) / \big[Rplus/0]_a (w a * exp (Q1 a / alpha))) *
     (ln (exp (Q1 x / alpha) / \big[Rplus/0]_a (w a * exp (Q1 a / alpha))) -
      ln (exp (Q2 x / beta) / \big[Rplus/0]_a (w a * exp (Q2 a / beta))))) =
 \big[Rplus/0]_x
    (w x * (exp (Q1 x / alpha) / \big[Rplus/0]_a (w a * exp (Q1 a / alpha))) *
     ((Q1 x - alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha)))) / alpha -
      (Q2 x - beta * ln (\big[Rplus/0]_a (w a * exp (Q2 a / beta)))) / beta)))
  := @policy.boltzmann_kl.

(** ** gradient *)

(** dV/dt = E_pi[dQ/dt]: the gradient of V in Q is the policy. *)
Definition ledger_soft_value_path_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : R -> A -> R) (dQ : A -> R) (t : R),
 (forall a : A, is_derive (Q^~ a) t (dQ a)) ->
 is_derive (fun u : R_AbsRing => alpha * ln (\big[Rplus/0]_a (w a * exp (Q u a / alpha)))) t
   (\big[Rplus/0]_x
       (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) * dQ x)))
  := @gradient.soft_value_path_derivative.

(** d log pi(a)/dt = (dQ_a/dt - E_pi[dQ/dt]) / alpha: the score function. *)
Definition ledger_boltzmann_log_policy_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : R -> A -> R) (dQ : A -> R) (t : R),
 (forall a : A, is_derive (Q^~ a) t (dQ a)) ->
 forall a : A,
 is_derive
   (fun u : R_AbsRing =>
    (Q u a - alpha * ln (\big[Rplus/0]_a0 (w a0 * exp (Q u a0 / alpha)))) / alpha) t
   ((dQ a -
     \big[Rplus/0]_x
        (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q t a0 / alpha))) * dQ x)) /
    alpha))
  := @gradient.boltzmann_log_policy_derivative.

(** d pi(a)/dt = pi(a) (dQ_a/dt - E_pi[dQ/dt]) / alpha. *)
Definition ledger_boltzmann_policy_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : R -> A -> R) (dQ : A -> R) (t : R),
 (forall a : A, is_derive (Q^~ a) t (dQ a)) ->
 forall a : A,
 is_derive
   (fun u : R_AbsRing => exp (Q u a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q u a0 / alpha))) t
   (exp (Q t a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q t a0 / alpha)) *
    ((dQ a -
      \big[Rplus/0]_x
         (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q t a0 / alpha))) * dQ x)) /
     alpha)))
  := @gradient.boltzmann_policy_derivative.

(** The expected score is zero: E_pi[d log pi/dt] = 0. *)
Definition ledger_expected_score :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : R -> A -> R) (dQ : A -> R) (t : R),
 \big[Rplus/0]_x
    (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) *
     ((dQ x -
       \big[Rplus/0]_x0
          (w x0 * (exp (Q t x0 / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) * dQ x0)) /
      alpha)) = 0)
  := @gradient.expected_score.

(** d E_pi[f]/dt = Cov_pi(dQ/dt, f) / alpha, for f that does not move. *)
Definition ledger_boltzmann_expectation_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : R -> A -> R) (dQ : A -> R) (t : R),
 (forall a : A, is_derive (Q^~ a) t (dQ a)) ->
 forall f : A -> R,
 is_derive
   (fun u : R_AbsRing =>
    \big[Rplus/0]_x
       (w x * (exp (Q u x / alpha) / \big[Rplus/0]_a (w a * exp (Q u a / alpha))) * f x)) t
   ((\big[Rplus/0]_x
        (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) * (dQ x * f x)) -
     \big[Rplus/0]_x
        (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) * dQ x) *
     \big[Rplus/0]_x
        (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) * f x)) / alpha))
  := @gradient.boltzmann_expectation_derivative.

(** The entropy-regularised objective of a moving Boltzmann policy against fixed action values q: d/dt { E_pi[q] + alpha H(pi) } = E_pi[ d log pi/dt (q - alpha log pi) ]. [S17] *)
Definition ledger_policy_value_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : R -> A -> R) (dQ : A -> R) (t : R),
 (forall a : A, is_derive (Q^~ a) t (dQ a)) ->
 forall q : A -> R,
 is_derive
   (fun u : R_AbsRing =>
    \big[Rplus/0]_x
       (w x * (exp (Q u x / alpha) / \big[Rplus/0]_a (w a * exp (Q u a / alpha))) *
        (q x - alpha * ln (exp (Q u x / alpha) / \big[Rplus/0]_a (w a * exp (Q u a / alpha)))))) t
   (\big[Rplus/0]_x
       (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) *
        ((dQ x -
          \big[Rplus/0]_x0
             (w x0 * (exp (Q t x0 / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) * dQ x0)) /
         alpha *
         (q x - alpha * ln (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))))))))
  := @gradient.policy_value_derivative.

(** dV/dQ_b = w_b pi(b), the probability of b: softmax is the gradient of the log-sum-exp. [Note L60] *)
Definition ledger_soft_value_partial_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (b : A),
 is_derive
   (fun t : R_AbsRing =>
    alpha * ln (\big[Rplus/0]_a (w a * exp ((Q a + t * (if a == b then 1 else 0)) / alpha)))) 0
   (w b * (exp (Q b / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha)))))
  := @gradient.soft_value_partial_derivative.

(** d2V/dt2 along Q + t d is Var_pi(d) / alpha >= 0. *)
Definition ledger_soft_value_second_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q d : A -> R) (t : R),
 let p :=
   fun a : A =>
   w a *
   (exp ((Q a + t * d a) / alpha) / \big[Rplus/0]_a0 (w a0 * exp ((Q a0 + t * d a0) / alpha))) in
 is_derive
   (fun u : R_AbsRing =>
    \big[Rplus/0]_x
       (w x *
        (exp ((Q x + u * d x) / alpha) / \big[Rplus/0]_a (w a * exp ((Q a + u * d a) / alpha))) *
        d x)) t
   ((\big[Rplus/0]_x (p x * (d x * d x)) -
     \big[Rplus/0]_x (p x * d x) * \big[Rplus/0]_x (p x * d x)) / alpha) /\
 0 <=
 (\big[Rplus/0]_x (p x * (d x * d x)) - \big[Rplus/0]_x (p x * d x) * \big[Rplus/0]_x (p x * d x)) /
 alpha)
  := @gradient.soft_value_second_derivative.

(** Moving a log weight by l_a moves Q_a by alpha l_a: V[w e^l; Q] = V[w; Q + alpha l]. A prior is a reward in units of alpha. *)
Definition ledger_soft_value_log_weight :
  (forall (A : finType) (w : A -> R) (alpha : R),
 0 < alpha ->
 forall Q l : A -> R,
 alpha * ln (\big[Rplus/0]_a (w a * exp (l a) * exp (Q a / alpha))) =
 alpha * ln (\big[Rplus/0]_a (w a * exp ((Q a + alpha * l a) / alpha))))
  := @gradient.soft_value_log_weight.

(** dV/d(log w_b) = alpha w_b pi(b). *)
Definition ledger_soft_value_log_weight_derivative :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : A -> R) (b : A),
 is_derive
   (fun t : R_AbsRing =>
    alpha * ln (\big[Rplus/0]_a (w a * exp (t * (if a == b then 1 else 0)) * exp (Q a / alpha)))) 0
   (alpha * (w b * (exp (Q b / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))))
  := @gradient.soft_value_log_weight_derivative.

(** ** temperature *)

(** dV/dalpha = H(pi). [Note L23] [Note L60] *)
Definition ledger_soft_value_temperature_derivative :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha : R),
 0 < alpha ->
 is_derive (fun al : R_AbsRing => al * ln (\big[Rplus/0]_a (w a * exp (Q a / al)))) alpha
   (-
    (\big[Rplus/0]_x
        (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
         ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha)))))))
  := @temperature.soft_value_temperature_derivative.

(** d log pi(a)/dalpha = - (Q_a - E_pi[Q]) / alpha^2. *)
Definition ledger_log_policy_temperature_derivative :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha : R) (a : A),
 0 < alpha ->
 is_derive (fun al : R_AbsRing => (Q a - al * ln (\big[Rplus/0]_a0 (w a0 * exp (Q a0 / al)))) / al)
   alpha
   (-
    (Q a -
     \big[Rplus/0]_x
        (w x * (exp (Q x / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) * Q x)) /
    (alpha * alpha)))
  := @temperature.log_policy_temperature_derivative.

(** d E_pi[f]/dalpha = - Cov_pi(Q, f) / alpha^2. *)
Definition ledger_expectation_temperature_derivative :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q f : A -> R) (alpha : R),
 0 < alpha ->
 let p := fun a : A => w a * (exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) in
 is_derive
   (fun al : R_AbsRing =>
    \big[Rplus/0]_x (w x * (exp (Q x / al) / \big[Rplus/0]_a (w a * exp (Q a / al))) * f x)) alpha
   (-
    (\big[Rplus/0]_x (p x * (Q x * f x)) -
     \big[Rplus/0]_x (p x * Q x) * \big[Rplus/0]_x (p x * f x)) / (alpha * alpha)))
  := @temperature.expectation_temperature_derivative.

(** d2V/dalpha2 = dH/dalpha = Var_pi(Q) / alpha^3 >= 0. *)
Definition ledger_entropy_temperature_derivative :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha : R),
 0 < alpha ->
 let p := fun a : A => w a * (exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) in
 is_derive
   (fun al : R_AbsRing =>
    -
    (\big[Rplus/0]_x
        (w x * (exp (Q x / al) / \big[Rplus/0]_a (w a * exp (Q a / al))) *
         ln (exp (Q x / al) / \big[Rplus/0]_a (w a * exp (Q a / al)))))) alpha
   ((\big[Rplus/0]_x (p x * (Q x * Q x)) -
     \big[Rplus/0]_x (p x * Q x) * \big[Rplus/0]_x (p x * Q x)) / alpha ^ 3) /\
 0 <=
 (\big[Rplus/0]_x (p x * (Q x * Q x)) - \big[Rplus/0]_x (p x * Q x) * \big[Rplus/0]_x (p x * Q x)) /
 alpha ^ 3)
  := @temperature.entropy_temperature_derivative.

(** V is non-decreasing in alpha when every allowed action weighs at least one. *)
Definition ledger_soft_value_monotone_alpha :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha beta : R),
 (forall a : A, 0 < w a -> 1 <= w a) ->
 0 < alpha ->
 alpha <= beta ->
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) <=
 beta * ln (\big[Rplus/0]_a (w a * exp (Q a / beta))))
  := @temperature.soft_value_monotone_alpha.

(** V - alpha log W is non-increasing in alpha: mellowmax falls from the maximum to the mean as alpha grows. [AL17] *)
Definition ledger_mellow_value_antitone_alpha :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha beta : R),
 0 < alpha ->
 alpha <= beta ->
 beta * ln (\big[Rplus/0]_a (w a * exp (Q a / beta))) - beta * ln (\big[Rplus/0]_a w a) <=
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) - alpha * ln (\big[Rplus/0]_a w a))
  := @temperature.mellow_value_antitone_alpha.

(** The entropy of the Boltzmann policy is non-decreasing in alpha: why bisection finds the temperature of a target entropy. *)
Definition ledger_boltzmann_entropy_monotone_alpha :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha beta : R),
 0 < alpha ->
 alpha <= beta ->
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
      ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))) <=
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / beta) / \big[Rplus/0]_a (w a * exp (Q a / beta))) *
      ln (exp (Q x / beta) / \big[Rplus/0]_a (w a * exp (Q a / beta))))))
  := @temperature.boltzmann_entropy_monotone_alpha.

(** V is convex in alpha. *)
Definition ledger_soft_value_convex_alpha :
  (forall (A : finType) (w : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (alpha beta t : R),
 0 < alpha ->
 0 < beta ->
 0 <= t <= 1 ->
 (t * alpha + (1 - t) * beta) *
 ln (\big[Rplus/0]_a (w a * exp (Q a / (t * alpha + (1 - t) * beta)))) <=
 t * (alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha)))) +
 (1 - t) * (beta * ln (\big[Rplus/0]_a (w a * exp (Q a / beta)))))
  := @temperature.soft_value_convex_alpha.

(** Weak duality: no policy whose entropy meets the target earns more than g(alpha) = V - alpha target, at any alpha. *)
Definition ledger_temperature_dual_weak :
  (forall (A : finType) (w Q : A -> R) (target : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (alpha : R) (p : A -> R),
 0 < alpha ->
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
 target <= - (\big[Rplus/0]_x (w x * p x * ln (p x))) ->
 \big[Rplus/0]_x (w x * p x * Q x) <=
 alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) - alpha * target)
  := @temperature.temperature_dual_weak.

(** Strong duality: where the Boltzmann policy meets the target exactly, it is the best policy that meets it, and alpha minimises the dual. *)
Definition ledger_temperature_dual_strong :
  (forall (A : finType) (w Q : A -> R) (target : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall alpha : R,
 0 < alpha ->
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
      ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))) = target ->
 [/\ \big[Rplus/0]_x (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) * Q x) =
     alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) - alpha * target,
     forall p : A -> R,
     (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w a * p a) = 1 ->
     target <= - (\big[Rplus/0]_x (w x * p x * ln (p x))) ->
     \big[Rplus/0]_x (w x * p x * Q x) <=
     \big[Rplus/0]_x (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) * Q x)
   & forall beta : R,
     0 < beta ->
     alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) - alpha * target <=
     beta * ln (\big[Rplus/0]_a (w a * exp (Q a / beta))) - beta * target])
  := @temperature.temperature_dual_strong.

(** dg/dalpha = H(pi) - target: the gradient of the temperature loss. [H18] *)
Definition ledger_temperature_dual_derivative :
  (forall (A : finType) (w Q : A -> R) (target : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall alpha : R,
 0 < alpha ->
 is_derive
   (fun alpha0 : R => alpha0 * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha0))) - alpha0 * target)
   alpha
   (-
    (\big[Rplus/0]_x
        (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
         ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))) - target))
  := @temperature.temperature_dual_derivative.

(** Bisection: a target between the entropies at two temperatures is met in between. *)
Definition ledger_temperature_exists :
  (forall (A : finType) (w Q : A -> R) (target : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall lo hi : R,
 0 < lo ->
 lo <= hi ->
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / lo) / \big[Rplus/0]_a (w a * exp (Q a / lo))) *
      ln (exp (Q x / lo) / \big[Rplus/0]_a (w a * exp (Q a / lo))))) <= target <=
 -
 (\big[Rplus/0]_x
     (w x * (exp (Q x / hi) / \big[Rplus/0]_a (w a * exp (Q a / hi))) *
      ln (exp (Q x / hi) / \big[Rplus/0]_a (w a * exp (Q a / hi))))) ->
 exists alpha : R,
   lo <= alpha <= hi /\
   -
   (\big[Rplus/0]_x
       (w x * (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))) *
        ln (exp (Q x / alpha) / \big[Rplus/0]_a (w a * exp (Q a / alpha))))) = target)
  := @temperature.temperature_exists.

(** One descent step in log alpha: with alpha = exp x, dg/dx = alpha (H - target), whose sign is that of H - target: to lower the dual, lower alpha where the entropy is too large. [H18] *)
Definition ledger_temperature_dual_log_derivative :
  (forall (A : finType) (w Q : A -> R) (target : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall x : R_AbsRing,
 is_derive
   (fun u : R_AbsRing => exp u * ln (\big[Rplus/0]_a (w a * exp (Q a / exp u))) - exp u * target) x
   (exp x *
    (-
     (\big[Rplus/0]_x0
         (w x0 * (exp (Q x0 / exp x) / \big[Rplus/0]_a (w a * exp (Q a / exp x))) *
          ln (exp (Q x0 / exp x) / \big[Rplus/0]_a (w a * exp (Q a / exp x))))) - target)))
  := @temperature.temperature_dual_log_derivative.

(** One temperature for many states, of action values Q_i that count p_i each: the mean entropy does not fall in alpha, so that bisection finds where it is the target. [H18] *)
Definition ledger_mean_entropy_monotone_alpha :
  (forall (I A : finType) (p : I -> R) (w Q : I -> A -> R) (alpha beta : R),
 (forall x : I, 0 <= p x) /\ \big[Rplus/0]_x p x = 1 ->
 (forall i : I, (forall a : A, 0 <= w i a) /\ (exists a : A, 0 < w i a)) ->
 0 < alpha ->
 alpha <= beta ->
 \big[Rplus/0]_x
    (p x *
     -
     (\big[Rplus/0]_x0
         (w x x0 * (exp (Q x x0 / alpha) / \big[Rplus/0]_a (w x a * exp (Q x a / alpha))) *
          ln (exp (Q x x0 / alpha) / \big[Rplus/0]_a (w x a * exp (Q x a / alpha)))))) <=
 \big[Rplus/0]_x
    (p x *
     -
     (\big[Rplus/0]_x0
         (w x x0 * (exp (Q x x0 / beta) / \big[Rplus/0]_a (w x a * exp (Q x a / beta))) *
          ln (exp (Q x x0 / beta) / \big[Rplus/0]_a (w x a * exp (Q x a / beta)))))))
  := @temperature.mean_entropy_monotone_alpha.

(** V -> max Q over the allowed actions, as alpha -> 0+. *)
Definition ledger_soft_value_limit_zero :
  (forall (A : finType) (w Q : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall m : R,
 (exists a : A, 0 < w a /\ Q a = m) /\ (forall a : A, 0 < w a -> Q a <= m) ->
 filterlim (fun al : R => al * ln (\big[Rplus/0]_a (w a * exp (Q a / al)))) 
   (at_right 0) (locally m))
  := @temperature.soft_value_limit_zero.

(** pi(a) -> 1 / (weight of all maximisers) at a maximiser and -> 0 elsewhere: ties are shared in proportion to their weights. *)
Definition ledger_boltzmann_policy_limit_zero :
  (forall (A : finType) (w Q : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (m : R) (a : A),
 (exists a0 : A, 0 < w a0 /\ Q a0 = m) /\ (forall a0 : A, 0 < w a0 -> Q a0 <= m) ->
 0 < w a ->
 filterlim (fun al : R => exp (Q a / al) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / al))) 
   (at_right 0)
   (locally
      ((if is_left (Req_EM_T (Q a) m) then 1 else 0) /
       \big[Rplus/0]_b (w b * (if is_left (Req_EM_T (Q b) m) then 1 else 0)))))
  := @temperature.boltzmann_policy_limit_zero.

(** pi(a) -> 1/W, the uniform policy, as alpha -> infinity. *)
Definition ledger_boltzmann_policy_limit_infinity :
  (forall (A : finType) (w Q : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall a : A,
 filterlim (fun al : R => exp (Q a / al) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / al)))
   (Rbar_locally p_infty) (locally (/ (\big[Rplus/0]_a0 w a0))))
  := @temperature.boltzmann_policy_limit_infinity.

(** V - alpha log W -> the weighted mean of Q, as alpha -> infinity. [AL17] *)
Definition ledger_soft_value_limit_infinity :
  (forall (A : finType) (w Q : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 filterlim
   (fun al : R => al * ln (\big[Rplus/0]_a (w a * exp (Q a / al))) - al * ln (\big[Rplus/0]_a w a))
   (Rbar_locally p_infty) (locally (\big[Rplus/0]_a (w a * Q a) / \big[Rplus/0]_a w a)))
  := @temperature.soft_value_limit_infinity.

(** ** backup *)

(** pi_Q(.|s) is a policy at every state. [H17 Eq. 6] *)
Definition ledger_greedy_is_policy :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Q : S * A -> R) (s : S),
 (forall a : A, 0 <= exp (Q (s, a) / alpha) / \big[Rplus/0]_a0 (w s a0 * exp (Q (s, a0) / alpha))) /\
 \big[Rplus/0]_a
    (w s a * (exp (Q (s, a) / alpha) / \big[Rplus/0]_a0 (w s a0 * exp (Q (s, a0) / alpha)))) = 1)
  := @backup.greedy_is_policy.

(** V_Q = V^{pi_Q}_Q. [Note L58] *)
Definition ledger_value_greedy :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Q : S * A -> R) (s : S),
 \big[Rplus/0]_x
    (w s x * (exp (Q (s, x) / alpha) / \big[Rplus/0]_a (w s a * exp (Q (s, a) / alpha))) *
     (Q (s, x) -
      alpha * ln (exp (Q (s, x) / alpha) / \big[Rplus/0]_a (w s a * exp (Q (s, a) / alpha))))) =
 alpha * ln (\big[Rplus/0]_a (w s a * exp (Q (s, a) / alpha))))
  := @backup.value_greedy.

(** V^pi_Q <= V_Q for every policy. [Note L38] *)
Definition ledger_value_of_le :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q : S * A -> R) (s : S),
 (forall s0 : S, (forall a : A, 0 <= pi s0 a) /\ \big[Rplus/0]_a (w s0 a * pi s0 a) = 1) ->
 \big[Rplus/0]_x (w s x * pi s x * (Q (s, x) - alpha * ln (pi s x))) <=
 alpha * ln (\big[Rplus/0]_a (w s a * exp (Q (s, a) / alpha))))
  := @backup.value_of_le.

(** T* Q = T^{pi_Q} Q: one update holds evaluation and improvement. [H17 Eq. 7] [Note L67] [Note L74] [Note L76] *)
Definition ledger_optimality_fused :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Q : S * A -> R) (sa : S * A),
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))) =
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x *
      \big[Rplus/0]_x0
         (w x x0 * (exp (Q (x, x0) / alpha) / \big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha))) *
          (Q (x, x0) -
           alpha * ln (exp (Q (x, x0) / alpha) / \big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha))))))))
  := @backup.optimality_fused.

(** T^pi Q <= T* Q for every policy: the note's (1) is at most its (2). [Note L67] [Note L74] *)
Definition ledger_evaluation_le_optimality :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q : S * A -> R) (sa : S * A),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Q (x, x0) - alpha * ln (pi x x0))))) <=
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))))
  := @backup.evaluation_le_optimality.

(** T* is monotone: Q1 <= Q2 implies T* Q1 <= T* Q2. *)
Definition ledger_optimality_monotone :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q1 Q2 : S * A -> R,
 (forall sa : S * A, Q1 sa <= Q2 sa) ->
 forall sa : S * A,
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q1 (x, a) / alpha)))))) <=
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q2 (x, a) / alpha)))))))
  := @backup.optimality_monotone.

(** ||T* Q1 - T* Q2|| <= gamma ||Q1 - Q2||. cf. [H17 Theorem 3] *)
Definition ledger_optimality_contraction :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q1 Q2 : S * A -> R,
 \big[Rmax/0]_x
    Rabs
      (\big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q1 (x0, a) / alpha)))))) -
       \big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q2 (x0, a) / alpha))))))) <=
 gamma * \big[Rmax/0]_x Rabs (Q1 x - Q2 x))
  := @backup.optimality_contraction.

(** T*(Q + c) = T* Q + c E[discount]: gamma c where nothing terminates. *)
Definition ledger_optimality_translation :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Q : S * A -> R) (c : R) (sa : S * A),
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp ((Q (x, a) + c) / alpha)))))) =
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))) +
 c * \big[Rplus/0]_x (P sa.1 sa.2 x * disc sa.1 sa.2 x))
  := @backup.optimality_translation.

(** T^pi is monotone: Q1 <= Q2 implies T^pi Q1 <= T^pi Q2. *)
Definition ledger_evaluation_monotone :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q1 Q2 : S * A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall sa : S * A, Q1 sa <= Q2 sa) ->
 forall sa : S * A,
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Q1 (x, x0) - alpha * ln (pi x x0))))) <=
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Q2 (x, x0) - alpha * ln (pi x x0))))))
  := @backup.evaluation_monotone.

(** ||T^pi Q1 - T^pi Q2|| <= gamma ||Q1 - Q2||. *)
Definition ledger_evaluation_contraction :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q1 Q2 : S * A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 \big[Rmax/0]_x
    Rabs
      (\big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 *
            \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Q1 (x0, x1) - alpha * ln (pi x0 x1))))) -
       \big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 *
            \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Q2 (x0, x1) - alpha * ln (pi x0 x1)))))) <=
 gamma * \big[Rmax/0]_x Rabs (Q1 x - Q2 x))
  := @backup.evaluation_contraction.

(** Q* exists ... [Note L21] *)
Definition ledger_Qstar_exists :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 exists Q : S * A -> R,
   forall x : prod_finType S A,
   \big[Rplus/0]_x0
      (P x.1 x.2 x0 *
       (r x.1 x.2 +
        disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha)))))) = 
   Q x)
  := @backup.Qstar_exists.

(** ... and is unique. cf. [H17 Theorem 3] *)
Definition ledger_Qstar_unique :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q1 Q2 : S * A -> R,
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q1 (x0, a) / alpha)))))) =
  Q1 x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q2 (x0, a) / alpha)))))) =
  Q2 x) -> forall sa : S * A, Q1 sa = Q2 sa)
  := @backup.Qstar_unique.

(** Q^pi exists, for every policy ... *)
Definition ledger_Qpi_exists :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall pi : S -> A -> R,
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 exists Q : S * A -> R,
   forall x : prod_finType S A,
   \big[Rplus/0]_x0
      (P x.1 x.2 x0 *
       (r x.1 x.2 +
        disc x.1 x.2 x0 *
        \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Q (x0, x1) - alpha * ln (pi x0 x1))))) = 
   Q x)
  := @backup.Qpi_exists.

(** ... and is unique. *)
Definition ledger_Qpi_unique :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q1 Q2 : S * A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Q1 (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Q1 x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Q2 (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Q2 x) -> forall sa : S * A, Q1 sa = Q2 sa)
  := @backup.Qpi_unique.

(** Soft value iteration: ||T*^n Q - Q*|| <= gamma^n ||Q - Q*||. *)
Definition ledger_value_iteration_error :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Q Qs : S * A -> R) (n : nat),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) ->
 \big[Rmax/0]_x
    Rabs
      (iter n
         (fun (Q0 : S * A -> R) (sa : S * A) =>
          \big[Rplus/0]_x0
             (P sa.1 sa.2 x0 *
              (r sa.1 sa.2 +
               disc sa.1 sa.2 x0 *
               (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q0 (x0, a) / alpha))))))) Q x - 
       Qs x) <= gamma ^ n * \big[Rmax/0]_x Rabs (Q x - Qs x))
  := @backup.value_iteration_error.

(** Soft policy evaluation: ||(T^pi)^n Q - Q^pi|| <= gamma^n ||Q - Q^pi||. *)
Definition ledger_policy_evaluation_error :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q Qp : S * A -> R) (n : nat),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 \big[Rmax/0]_x
    Rabs
      (iter n
         (fun (Q0 : S * A -> R) (sa : S * A) =>
          \big[Rplus/0]_x0
             (P sa.1 sa.2 x0 *
              (r sa.1 sa.2 +
               disc sa.1 sa.2 x0 *
               \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Q0 (x0, x1) - alpha * ln (pi x0 x1)))))) Q x -
       Qp x) <= gamma ^ n * \big[Rmax/0]_x Rabs (Q x - Qp x))
  := @backup.policy_evaluation_error.

(** ||Q - Q*|| <= ||T* Q - Q|| / (1 - gamma): the error bound that needs no Q*. *)
Definition ledger_bellman_residual_error :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q Qs : S * A -> R,
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) ->
 \big[Rmax/0]_x Rabs (Q x - Qs x) <=
 \big[Rmax/0]_x
    Rabs
      (\big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha)))))) -
       Q x) / (1 - gamma))
  := @backup.bellman_residual_error.

(** Q^{pi_new} >= Q^pi for pi_new = pi_{Q^pi}. [Note L74] cf. [H17 Theorem 4] *)
Definition ledger_soft_policy_improvement :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp Qnew : S * A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1
          (w x0 x1 *
           (exp (Qp (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Qp (x0, a) / alpha))) *
           (Qnew (x0, x1) -
            alpha *
            ln (exp (Qp (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Qp (x0, a) / alpha))))))) =
  Qnew x) -> forall sa : S * A, Qp sa <= Qnew sa)
  := @backup.soft_policy_improvement.

(** Q^pi <= Q* for every policy ... [Note L21] *)
Definition ledger_Qstar_optimal :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp Qs : S * A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) -> forall sa : S * A, Qp sa <= Qs sa)
  := @backup.Qstar_optimal.

(** ... and Q* is the Q of its own Boltzmann policy. [Note L27] *)
Definition ledger_Qstar_attained :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Qs : S * A -> R,
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) ->
 forall x : prod_finType S A,
 \big[Rplus/0]_x0
    (P x.1 x.2 x0 *
     (r x.1 x.2 +
      disc x.1 x.2 x0 *
      \big[Rplus/0]_x1
         (w x0 x1 *
          (exp (Qs (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha))) *
          (Qs (x0, x1) -
           alpha *
           ln (exp (Qs (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha))))))) =
 Qs x)
  := @backup.Qstar_attained.

(** V^pi <= V* for every policy. *)
Definition ledger_Vstar_optimal :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp Qs : S * A -> R) (s : S),
 (forall s0 : S, (forall a : A, 0 <= pi s0 a) /\ \big[Rplus/0]_a (w s0 a * pi s0 a) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) ->
 \big[Rplus/0]_x (w s x * pi s x * (Qp (s, x) - alpha * ln (pi s x))) <=
 alpha * ln (\big[Rplus/0]_a (w s a * exp (Qs (s, a) / alpha))))
  := @backup.Vstar_optimal.

(** A policy that improvement leaves unchanged is optimal. *)
Definition ledger_improvement_fixpoint_optimal :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp : S * A -> R),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 (forall (s : S) (a : A),
  0 < w s a ->
  pi s a = exp (Qp (s, a) / alpha) / \big[Rplus/0]_a0 (w s a0 * exp (Qp (s, a0) / alpha))) ->
 forall x : prod_finType S A,
 \big[Rplus/0]_x0
    (P x.1 x.2 x0 *
     (r x.1 x.2 +
      disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qp (x0, a) / alpha)))))) = 
 Qp x)
  := @backup.improvement_fixpoint_optimal.

(** The hard backup r + discount max Q is a contraction too ... *)
Definition ledger_hard_optimality_contraction :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q1 Q2 : S * A -> R,
 \big[Rmax/0]_x
    Rabs
      (\big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 *
            match [pick a | Rlt_dec 0 (w x0 a) ] with
            | Some a0 => \big[Rmax/Q1 (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) Q1 (x0, a)
            | None => 0
            end)) -
       \big[Rplus/0]_x0
          (P x.1 x.2 x0 *
           (r x.1 x.2 +
            disc x.1 x.2 x0 *
            match [pick a | Rlt_dec 0 (w x0 a) ] with
            | Some a0 => \big[Rmax/Q2 (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) Q2 (x0, a)
            | None => 0
            end))) <= gamma * \big[Rmax/0]_x Rabs (Q1 x - Q2 x))
  := @backup.hard_optimality_contraction.

(** ... so that the hard optimum Q*_0 exists. *)
Definition ledger_hard_optimum_exists :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 exists Q : S * A -> R,
   forall x : prod_finType S A,
   \big[Rplus/0]_x0
      (P x.1 x.2 x0 *
       (r x.1 x.2 +
        disc x.1 x.2 x0 *
        match [pick a | Rlt_dec 0 (w x0 a) ] with
        | Some a0 => \big[Rmax/Q (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) Q (x0, a)
        | None => 0
        end)) = Q x)
  := @backup.hard_optimum_exists.

(** 0 <= Q*_alpha - Q*_0 when every allowed action weighs at least one ... *)
Definition ledger_hard_le_soft :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Qh : prod_finType S A -> R) (Qs : S * A -> R),
 (forall (s : S) (a : A), 0 < w s a -> 1 <= w s a) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       match [pick a | Rlt_dec 0 (w x0 a) ] with
       | Some a0 => \big[Rmax/Qh (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) Qh (x0, a)
       | None => 0
       end)) = Qh x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) -> forall sa : prod_finType S A, Qh sa <= Qs sa)
  := @backup.hard_le_soft.

(** ... and Q*_alpha - Q*_0 <= gamma alpha L / (1 - gamma), where L bounds the log weight of the actions of each state: L = log |A| for a finite action space. *)
Definition ledger_soft_le_hard :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Qh : prod_finType S A -> R) (Qs : S * A -> R) (L : R),
 0 <= L ->
 (forall s : S, ln (\big[Rplus/0]_a w s a) <= L) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       match [pick a | Rlt_dec 0 (w x0 a) ] with
       | Some a0 => \big[Rmax/Qh (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) Qh (x0, a)
       | None => 0
       end)) = Qh x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) -> forall sa : S * A, Qs sa <= Qh sa + gamma * (alpha * L) / (1 - gamma))
  := @backup.soft_le_hard.

(** Q*(k r, k alpha) = k Q*(r, alpha): reward and temperature share their units. *)
Definition ledger_Qstar_homogeneous :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha k : R) (Q : S * A -> R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 0 < k ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha)))))) = 
  Q x) ->
 forall x : prod_finType S A,
 \big[Rplus/0]_x0
    (P x.1 x.2 x0 *
     (k * r x.1 x.2 +
      disc x.1 x.2 x0 *
      (k * alpha * ln (\big[Rplus/0]_a (w x0 a * exp (k * Q (x0, a) / (k * alpha))))))) = 
 k * Q x)
  := @backup.Qstar_homogeneous.

(** The discount of softql is one that the theory allows. *)
Definition ledger_masked_discount_ok :
  (forall (S A : finType) (terminated : S -> A -> S -> bool) (gamma : R),
 0 <= gamma ->
 forall (s : S) (a : A) (s' : S), 0 <= gamma * (1 - (if terminated s a s' then 1 else 0)) <= gamma)
  := @backup.masked_discount_ok.

(** After termination the target is the reward alone, whatever V says. [H17 Eq. 7] [Note L67] *)
Definition ledger_soft_q_target_terminated :
  (forall (S A : finType) (terminated : S -> A -> S -> bool) (gamma : R) 
   (s : S) (a : A) (s' : S) (reward v : R),
 terminated s a s' -> reward + gamma * (1 - (if terminated s a s' then 1 else 0)) * v = reward)
  := @backup.soft_q_target_terminated.

(** ** returns *)

Definition ledger_path_expect :
  (forall S A : finType,
 (S -> A -> R) -> (S -> A -> S -> R) -> (S -> A -> R) -> nat -> S -> A -> (seq (S * A) -> R) -> R)
:=
(fun (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) =>
 fix path_expect (pi : S -> A -> R) (n : nat) (s : S) (a : A) (F : seq (S * A) -> R) {struct n} :
     R :=
   match n with
   | 0%N => F [::]
   | m.+1 =>
       \big[Rplus/0]_x
          (P s a x *
           \big[Rplus/0]_x0
              (w x x0 * pi x x0 * path_expect pi m x x0 (fun l : seq (S * A) => F ((x, x0) :: l))))
   end).
Definition ledger_path_expect_is : @returns.path_expect = ledger_path_expect := erefl.

Definition ledger_n_step_return :
  (forall S A : finType,
 (S -> A -> R) ->
 (S -> A -> S -> R) -> R -> (S -> A -> R) -> (S * A -> R) -> S -> A -> seq (S * A) -> R) :=
(fun (S A : finType) (r : S -> A -> R) (disc : S -> A -> S -> R) (alpha : R) =>
 fix n_step_return
   (pi : S -> A -> R) (Q : S * A -> R) (s : S) (a : A) (path : seq (S * A)) {struct path} : R :=
   match path with
   | [::] => Q (s, a)
   | (s', a') :: l => r s a + disc s a s' * (n_step_return pi Q s' a' l - alpha * ln (pi s' a'))
   end).
Definition ledger_n_step_return_is : @returns.n_step_return = ledger_n_step_return := erefl.

Definition ledger_reward_only_return :
  (forall S A : finType,
 (S -> A -> R) -> (S -> A -> S -> R) -> (S * A -> R) -> S -> A -> seq (S * A) -> R) :=
(fun (S A : finType) (r : S -> A -> R) (disc : S -> A -> S -> R) =>
 fix reward_only_return (Q : S * A -> R) (s : S) (a : A) (path : seq (S * A)) {struct path} : R :=
   match path with
   | [::] => Q (s, a)
   | (s', a') :: l => r s a + disc s a s' * reward_only_return Q s' a' l
   end).
Definition ledger_reward_only_return_is : @returns.reward_only_return = ledger_reward_only_return := erefl.

Definition ledger_lambda_return :
  (R -> R -> seq returns.step -> R) :=
(fix lambda_return (alpha lambda : R) (steps : seq returns.step) {struct steps} : R :=
   match steps with
   | [::] => 0
   | x :: l =>
       returns.reward x +
       returns.discount x *
       match l with
       | [::] => returns.next_v x
       | y :: _ =>
           if returns.truncated x
           then returns.next_v x
           else
            (1 - lambda) * returns.next_v x +
            lambda * (lambda_return alpha lambda l - alpha * returns.log_pi y)
       end
   end).
Definition ledger_lambda_return_is : @returns.lambda_return = ledger_lambda_return := erefl.

Definition ledger_n_step :
  (R -> nat -> seq returns.step -> R) :=
(fix n_step (alpha : R) (n : nat) (steps : seq returns.step) {struct steps} : R :=
   match steps with
   | [::] => 0
   | x :: l =>
       returns.reward x +
       returns.discount x *
       match n with
       | m.+2 =>
           match l with
           | [::] => returns.next_v x
           | y :: _ => n_step alpha m.+1 l - alpha * returns.log_pi y
           end
       | _ => returns.next_v x
       end
   end).
Definition ledger_n_step_is : @returns.n_step = ledger_n_step := erefl.

Definition ledger_steps_of :
  (forall S A : finType,
 (S -> A -> R) ->
 (S -> A -> S -> R) -> (S -> A -> R) -> (S -> R) -> S -> A -> seq (S * A) -> seq returns.step) :=
(fun (S A : finType) (r : S -> A -> R) (disc : S -> A -> S -> R) =>
 fix steps_of (pi : S -> A -> R) (V : S -> R) (s : S) (a : A) (path : seq (S * A)) {struct path} :
     seq returns.step :=
   match path with
   | [::] => [::]
   | (s', a') :: l =>
       {|
         returns.reward := r s a;
         returns.discount := disc s a s';
         returns.next_v := V s';
         returns.log_pi := ln (pi s a);
         returns.truncated := false
       |} :: steps_of pi V s' a' l
   end).
Definition ledger_steps_of_is : @returns.steps_of = ledger_steps_of := erefl.

Definition ledger_end_of :
  (forall S A : finType, (S -> A -> S) -> S -> seq A -> S) :=
(fun (S A : finType) (next : S -> A -> S) =>
 fix end_of (s : S) (acts : seq A) {struct acts} : S :=
   match acts with
   | [::] => s
   | a :: l => end_of (next s a) l
   end).
Definition ledger_end_of_is : @returns.end_of = ledger_end_of := erefl.

Definition ledger_soft_path_sum :
  (forall S A : finType, (S -> A -> S) -> (S -> A -> R) -> R -> R -> (S -> A -> R) -> S -> seq A -> R)
:=
(fun (S A : finType) (next : S -> A -> S) (r : S -> A -> R) (gamma alpha : R) =>
 fix soft_path_sum (pi : S -> A -> R) (s : S) (acts : seq A) {struct acts} : R :=
   match acts with
   | [::] => 0
   | a :: l => r s a - alpha * ln (pi s a) + gamma * soft_path_sum pi (next s a) l
   end).
Definition ledger_soft_path_sum_is : @returns.soft_path_sum = ledger_soft_path_sum := erefl.

(** The lambda-return at lambda = 0 is the one-step target r + discount V(s'). *)
Definition ledger_lambda_return_zero :
  (forall (alpha : R) (x : returns.step) (l : seq returns.step),
 returns.lambda_return alpha 0 (x :: l) = returns.reward x + returns.discount x * returns.next_v x)
  := @returns.lambda_return_zero.

(** A truncated step bootstraps from its own next value and never reads what follows. *)
Definition ledger_lambda_return_truncated :
  (forall (alpha lambda : R) (x : returns.step) (l : seq returns.step),
 returns.truncated x ->
 returns.lambda_return alpha lambda (x :: l) =
 returns.reward x + returns.discount x * returns.next_v x)
  := @returns.lambda_return_truncated.

(** After termination (discount 0) the return is the reward. *)
Definition ledger_lambda_return_terminated :
  (forall (alpha lambda : R) (x : returns.step) (l : seq returns.step),
 returns.discount x = 0 -> returns.lambda_return alpha lambda (x :: l) = returns.reward x)
  := @returns.lambda_return_terminated.

(** The weights of the lambda-mixture, (1 - lambda) lambda^(n-1) and at the end lambda^(T-1), sum to one. *)
Definition ledger_trace_sums_to_one :
  (forall (lambda : R) (m : nat),
 \big[Rplus/0]_(k < m.+1) ((if (k < m)%N then 1 - lambda else 1) * lambda ^ k) = 1)
  := @returns.trace_sums_to_one.

(** The recursion is the lambda-mixture of the n-step returns: G = (1 - lambda) sum_{n<T} lambda^(n-1) G^(n) + lambda^(T-1) G^(T). *)
Definition ledger_lambda_return_mixture :
  (forall (alpha lambda : R) (x : returns.step) (l : seq returns.step),
 (forall y : bool_eqType, y \in [seq returns.truncated i | i <- x :: l] -> y = false) ->
 returns.lambda_return alpha lambda (x :: l) =
 \big[Rplus/0]_(k < (size l).+1) ((if (k < size l)%N then 1 - lambda else 1) * lambda ^ k *
                                  returns.n_step alpha k.+1 (x :: l)))
  := @returns.lambda_return_mixture.

(** V^pi(s) = E[r + alpha H] + E[discount V^pi(s')]. [Note L52] *)
Definition ledger_value_of_bellman :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp : S * A -> R) (s : S),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 \big[Rplus/0]_x (w s x * pi s x * (Qp (s, x) - alpha * ln (pi s x))) =
 \big[Rplus/0]_x (w s x * pi s x * r s x) +
 alpha * - (\big[Rplus/0]_x (w s x * pi s x * ln (pi s x))) +
 \big[Rplus/0]_x
    (w s x * pi s x *
     \big[Rplus/0]_x0
        (P s x x0 *
         (disc s x x0 *
          \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1)))))))
  := @returns.value_of_bellman.

(** E_{s_0}[V^pi] = J_n + what is left after n steps. *)
Definition ledger_objective_unrolled :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp : S * A -> R) (d : S -> R) (n : nat),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 \big[Rplus/0]_x (d x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Qp (x, x0) - alpha * ln (pi x x0)))) =
 \big[Rplus/0]_(t < n) \big[Rplus/0]_x
                          (iter t
                             (fun (d0 : S -> R) (s' : S) =>
                              \big[Rplus/0]_x0
                                 (d0 x0 *
                                  \big[Rplus/0]_x1
                                     (w x0 x1 * pi x0 x1 * (P x0 x1 s' * disc x0 x1 s')))) d x *
                           (\big[Rplus/0]_x0 (w x x0 * pi x x0 * r x x0) +
                            alpha * - (\big[Rplus/0]_x0 (w x x0 * pi x x0 * ln (pi x x0))))) +
 \big[Rplus/0]_x
    (iter n
       (fun (d0 : S -> R) (s' : S) =>
        \big[Rplus/0]_x0
           (d0 x0 * \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (P x0 x1 s' * disc x0 x1 s')))) d x *
     \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Qp (x, x0) - alpha * ln (pi x x0)))))
  := @returns.objective_unrolled.

(** The fixed point of policy evaluation is the maximum-entropy return: J_n(pi) -> E_{s_0}[V^pi(s_0)]. [Note L13] [Note L25] *)
Definition ledger_objective_limit :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp : S * A -> R) (d : S -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : S, 0 <= d x) /\ \big[Rplus/0]_x d x = 1 ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 is_lim_seq
   (fun n : nat =>
    \big[Rplus/0]_(t < n) \big[Rplus/0]_x
                             (iter t
                                (fun (d0 : S -> R) (s' : S) =>
                                 \big[Rplus/0]_x0
                                    (d0 x0 *
                                     \big[Rplus/0]_x1
                                        (w x0 x1 * pi x0 x1 * (P x0 x1 s' * disc x0 x1 s')))) d x *
                              (\big[Rplus/0]_x0 (w x x0 * pi x x0 * r x x0) +
                               alpha * - (\big[Rplus/0]_x0 (w x x0 * pi x x0 * ln (pi x x0))))))
   (\big[Rplus/0]_x
       (d x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Qp (x, x0) - alpha * ln (pi x x0))))))
  := @returns.objective_limit.

(** The occupancy sum_t discounted_law_t exists ... *)
Definition ledger_occupancy_exists :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (d : S -> R) (s : S),
 (forall s0 : S, (forall a : A, 0 <= pi s0 a) /\ \big[Rplus/0]_a (w s0 a * pi s0 a) = 1) ->
 (forall x : S, 0 <= d x) /\ \big[Rplus/0]_x d x = 1 ->
 exists o : R,
   is_lim_seq
     (fun n : nat =>
      \big[Rplus/0]_(t < n) iter t
                              (fun (d0 : S -> R) (s' : S) =>
                               \big[Rplus/0]_x
                                  (d0 x *
                                   \big[Rplus/0]_x0 (w x x0 * pi x x0 * (P x x0 s' * disc x x0 s'))))
                              d s) o)
  := @returns.occupancy_exists.

(** ... and the value is the soft reward it collects: E_{s_0}[V^pi] = sum_s occ(s) (r + alpha H)(s). *)
Definition ledger_occupancy_value :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp : S * A -> R) (d occ : S -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : S, 0 <= d x) /\ \big[Rplus/0]_x d x = 1 ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 (forall s : S,
  is_lim_seq
    (fun n : nat =>
     \big[Rplus/0]_(t < n) iter t
                             (fun (d0 : S -> R) (s' : S) =>
                              \big[Rplus/0]_x
                                 (d0 x *
                                  \big[Rplus/0]_x0 (w x x0 * pi x x0 * (P x x0 s' * disc x x0 s'))))
                             d s) (occ s)) ->
 \big[Rplus/0]_x (d x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Qp (x, x0) - alpha * ln (pi x x0)))) =
 \big[Rplus/0]_x
    (occ x *
     (\big[Rplus/0]_x0 (w x x0 * pi x x0 * r x x0) +
      alpha * - (\big[Rplus/0]_x0 (w x x0 * pi x x0 * ln (pi x x0))))))
  := @returns.occupancy_value.

(** E[soft n-step return] = (T^pi)^n Q: the n-step target is an n-fold backup. [Note L25] *)
Definition ledger_n_step_return_expected :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q : S * A -> R) (n : nat) (s : S) (a : A),
 (forall s0 : S, (forall a0 : A, 0 <= pi s0 a0) /\ \big[Rplus/0]_a0 (w s0 a0 * pi s0 a0) = 1) ->
 returns.path_expect (S:=S) (A:=A) w P pi n s a
   (returns.n_step_return (S:=S) (A:=A) r disc alpha pi Q s a) =
 iter n
   (fun (Q0 : S * A -> R) (sa : S * A) =>
    \big[Rplus/0]_x
       (P sa.1 sa.2 x *
        (r sa.1 sa.2 +
         disc sa.1 sa.2 x *
         \big[Rplus/0]_x0 (w x x0 * pi x x0 * (Q0 (x, x0) - alpha * ln (pi x x0)))))) Q (
   s, a))
  := @returns.n_step_return_expected.

(** On paths of pi with bootstrap Q^pi the n-step return is unbiased for Q^pi. [Note L27] *)
Definition ledger_n_step_return_unbiased :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp : S * A -> R) (n : nat) (s : S) (a : A),
 (forall s0 : S, (forall a0 : A, 0 <= pi s0 a0) /\ \big[Rplus/0]_a0 (w s0 a0 * pi s0 a0) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 returns.path_expect (S:=S) (A:=A) w P pi n s a
   (returns.n_step_return (S:=S) (A:=A) r disc alpha pi Qp s a) = Qp (s, a))
  := @returns.n_step_return_unbiased.

(** With any bootstrap its bias is at most gamma^n ||Q - Q^pi||. *)
Definition ledger_n_step_return_bias :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Q Qp : S * A -> R) (n : nat) (s : S) (a : A),
 (forall s0 : S, (forall a0 : A, 0 <= pi s0 a0) /\ \big[Rplus/0]_a0 (w s0 a0 * pi s0 a0) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 Rabs
   (returns.path_expect (S:=S) (A:=A) w P pi n s a
      (returns.n_step_return (S:=S) (A:=A) r disc alpha pi Q s a) - Qp (s, a)) <=
 gamma ^ n * \big[Rmax/0]_x Rabs (Q x - Qp x))
  := @returns.n_step_return_bias.

(** A reward-only return misses exactly the soft return of a process without rewards: the discounted entropy terms. *)
Definition ledger_reward_only_return_bias :
  (forall (S A : finType) (r : S -> A -> R) (disc : S -> A -> S -> R) (alpha : R) 
   (pi : S -> A -> R) (Q : S * A -> R) (s : S) (a : A) (path : seq (S * A)),
 returns.n_step_return (S:=S) (A:=A) r disc alpha pi Q s a path -
 returns.reward_only_return (S:=S) (A:=A) r disc Q s a path =
 returns.n_step_return (S:=S) (A:=A) (fun=> (fun=> 0)) disc alpha pi (fun=> 0) s a path)
  := @returns.reward_only_return_bias.

(** With V = V^pi the lambda-return is unbiased for Q^pi, for every lambda. [N17] *)
Definition ledger_lambda_return_unbiased :
  (forall (S0 A : finType) (w : S0 -> A -> R) (P : S0 -> A -> S0 -> R) (r : S0 -> A -> R)
   (disc : S0 -> A -> S0 -> R) (gamma alpha : R),
 [/\ forall s : S0, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S0) (a : A), (forall x : S0, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S0) (a : A) (s' : S0), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S0 -> A -> R) (Qp : S0 * A -> R) (lambda : R) (n : nat) (s : S0) (a : A),
 (forall s0 : S0, (forall a0 : A, 0 <= pi s0 a0) /\ \big[Rplus/0]_a0 (w s0 a0 * pi s0 a0) = 1) ->
 (forall x : prod_finType S0 A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 returns.path_expect (S:=S0) (A:=A) w P pi n.+1 s a
   (fun l : seq (S0 * A) =>
    returns.lambda_return alpha lambda
      (returns.steps_of (S:=S0) (A:=A) r disc pi
         (fun s0 : S0 => \big[Rplus/0]_x (w s0 x * pi s0 x * (Qp (s0, x) - alpha * ln (pi s0 x))))
         s a l)) = Qp (s, a))
  := @returns.lambda_return_unbiased.

(** With V = V^pi_Q from any Q its bias is at most gamma ||Q - Q^pi||. *)
Definition ledger_lambda_return_bias :
  (forall (S0 A : finType) (w : S0 -> A -> R) (P : S0 -> A -> S0 -> R) (r : S0 -> A -> R)
   (disc : S0 -> A -> S0 -> R) (gamma alpha : R),
 [/\ forall s : S0, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S0) (a : A), (forall x : S0, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S0) (a : A) (s' : S0), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S0 -> A -> R) (Q Qp : S0 * A -> R) (lambda : R) (n : nat) (s : S0) (a : A),
 (forall s0 : S0, (forall a0 : A, 0 <= pi s0 a0) /\ \big[Rplus/0]_a0 (w s0 a0 * pi s0 a0) = 1) ->
 (forall x : prod_finType S0 A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 0 <= lambda <= 1 ->
 Rabs
   (returns.path_expect (S:=S0) (A:=A) w P pi n.+1 s a
      (fun l : seq (S0 * A) =>
       returns.lambda_return alpha lambda
         (returns.steps_of (S:=S0) (A:=A) r disc pi
            (fun s0 : S0 => \big[Rplus/0]_x (w s0 x * pi s0 x * (Q (s0, x) - alpha * ln (pi s0 x))))
            s a l)) - Qp (s, a)) <= gamma * \big[Rmax/0]_x Rabs (Q x - Qp x))
  := @returns.lambda_return_bias.

(** V*(s) - E[discount V*(s')] = r(s,a) - alpha log pi*(a|s), for every action. [N17] *)
Definition ledger_path_consistency :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Qs : S * A -> R) (s : S) (a : A),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a0 (w x0 a0 * exp (Qs (x0, a0) / alpha)))))) =
  Qs x) ->
 alpha * ln (\big[Rplus/0]_a0 (w s a0 * exp (Qs (s, a0) / alpha))) -
 \big[Rplus/0]_x
    (P s a x * (disc s a x * (alpha * ln (\big[Rplus/0]_a0 (w x a0 * exp (Qs (x, a0) / alpha)))))) =
 r s a -
 alpha * ln (exp (Qs (s, a) / alpha) / \big[Rplus/0]_a0 (w s a0 * exp (Qs (s, a0) / alpha))))
  := @returns.path_consistency.

(** Converse: a policy and a value that are consistent at every allowed action are the optimal ones. [N17] *)
Definition ledger_path_consistency_converse :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (V : S -> R) (pi : S -> A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall (s : S) (a : A), 0 < w s a -> 0 < pi s a) ->
 (forall (s : S) (a : A),
  0 < w s a -> V s - \big[Rplus/0]_x (P s a x * (disc s a x * V x)) = r s a - alpha * ln (pi s a)) ->
 [/\ forall x : prod_finType S A,
     \big[Rplus/0]_x0
        (P x.1 x.2 x0 *
         (r x.1 x.2 +
          disc x.1 x.2 x0 *
          (alpha *
           ln
             (\big[Rplus/0]_a
                 (w x0 a *
                  exp
                    (\big[Rplus/0]_x1
                        (P (x0, a).1 (x0, a).2 x1 *
                         (r (x0, a).1 (x0, a).2 + disc (x0, a).1 (x0, a).2 x1 * V x1)) / alpha)))))) =
     \big[Rplus/0]_x0 (P x.1 x.2 x0 * (r x.1 x.2 + disc x.1 x.2 x0 * V x0)),
     forall s : S,
     alpha *
     ln
       (\big[Rplus/0]_a
           (w s a *
            exp
              (\big[Rplus/0]_x
                  (P (s, a).1 (s, a).2 x * (r (s, a).1 (s, a).2 + disc (s, a).1 (s, a).2 x * V x)) /
               alpha))) = V s
   & forall (s : S) (a : A),
     0 < w s a ->
     exp
       (\big[Rplus/0]_x
           (P (s, a).1 (s, a).2 x * (r (s, a).1 (s, a).2 + disc (s, a).1 (s, a).2 x * V x)) / alpha) /
     \big[Rplus/0]_a0
        (w s a0 *
         exp
           (\big[Rplus/0]_x
               (P (s, a0).1 (s, a0).2 x *
                (r (s, a0).1 (s, a0).2 + disc (s, a0).1 (s, a0).2 x * V x)) / alpha)) = 
     pi s a])
  := @returns.path_consistency_converse.

(** The discounted law is gamma^t times the law of s_t where nothing terminates. *)
Definition ledger_discounted_law_constant :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (gamma : R) 
   (pi : S -> A -> R) (d : S -> R) (t : nat) (s : S),
 iter t
   (fun (d0 : S -> R) (s' : S) =>
    \big[Rplus/0]_x (d0 x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (P x x0 s' * gamma)))) d s =
 gamma ^ t *
 iter t
   (fun (d0 : S -> R) (s' : S) =>
    \big[Rplus/0]_x (d0 x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (P x x0 s' * 1)))) d s)
  := @returns.discounted_law_constant.

(** V*(s_0) - gamma^n V*(s_n) = sum_{t<n} gamma^t (r_t - alpha log pi*(a_t|s_t)), along any actions whatever. [N17] *)
Definition ledger_multi_step_path_consistency :
  (forall (S A : finType) (next : S -> A -> S) (w r : S -> A -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A),
     (forall x : S, 0 <= (if x == next s a then 1 else 0)) /\
     \big[Rplus/0]_x (if x == next s a then 1 else 0) = 1, S -> A -> S -> 0 <= gamma <= gamma,
     0 <= gamma < 1
   & 0 < alpha] ->
 forall (Qs : S * A -> R) (s : S) (acts : seq A),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     ((if x0 == next x.1 x.2 then 1 else 0) *
      (r x.1 x.2 + gamma * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) ->
 alpha * ln (\big[Rplus/0]_a (w s a * exp (Qs (s, a) / alpha))) -
 gamma ^ size acts *
 (alpha *
  ln
    (\big[Rplus/0]_a
        (w (returns.end_of (S:=S) (A:=A) next s acts) a *
         exp (Qs (returns.end_of (S:=S) (A:=A) next s acts, a) / alpha)))) =
 returns.soft_path_sum (S:=S) (A:=A) next r gamma alpha
   (fun (s0 : S) (a : A) =>
    exp (Qs (s0, a) / alpha) / \big[Rplus/0]_a0 (w s0 a0 * exp (Qs (s0, a0) / alpha))) s acts)
  := @returns.multi_step_path_consistency.

(** ** retrace *)

Definition ledger_retrace_return :
  (forall S A : finType,
 (S -> A -> R) ->
 (S -> A -> S -> R) ->
 (S -> A -> R) -> (S -> A -> S -> bool) -> (S -> R) -> (S * A -> R) -> S -> A -> seq (S * A) -> R)
:=
(fun (S A : finType) (r : S -> A -> R) (disc : S -> A -> S -> R) (c : S -> A -> R)
   (cut : S -> A -> S -> bool) =>
 fix retrace_return
   (V : S -> R) (Q : S * A -> R) (s : S) (a : A) (path : seq (S * A)) {struct path} : R :=
   match path with
   | [::] => 0
   | (s', a') :: l =>
       r s a +
       disc s a s' *
       (V s' +
        match l with
        | [::] => 0
        | _ :: _ => if cut s a s' then 0 else c s' a' * (retrace_return V Q s' a' l - Q (s', a'))
        end)
   end).
Definition ledger_retrace_return_is : @retrace.retrace_return = ledger_retrace_return := erefl.

(** With Q = Q^pi and V = V^pi the retrace target is unbiased for Q^pi on paths of any policy mu, whatever share of the corrections is kept and wherever the path is cut. [Note L25] *)
Definition ledger_retrace_return_unbiased :
  (forall (S0 A : finType) (w : S0 -> A -> R) (P : S0 -> A -> S0 -> R) (r : S0 -> A -> R)
   (disc : S0 -> A -> S0 -> R) (gamma alpha : R),
 [/\ forall s : S0, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S0) (a : A), (forall x : S0, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S0) (a : A) (s' : S0), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (mu pi c : S0 -> A -> R) (cut : S0 -> A -> S0 -> bool),
 (forall s : S0, (forall a : A, 0 <= mu s a) /\ \big[Rplus/0]_a (w s a * mu s a) = 1) ->
 forall (Qp : S0 * A -> R) (n : nat) (s : S0) (a : A),
 (forall x : prod_finType S0 A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 returns.path_expect (S:=S0) (A:=A) w P mu n.+1 s a
   (retrace.retrace_return (S:=S0) (A:=A) r disc c cut
      (fun s0 : S0 => \big[Rplus/0]_x (w s0 x * pi s0 x * (Qp (s0, x) - alpha * ln (pi s0 x)))) Qp
      s a) = Qp (s, a))
  := @retrace.retrace_return_unbiased.

(** With V = V^pi_Q from any Q, and shares c <= pi/mu, the bias of the retrace target is at most gamma ||Q - Q^pi||. *)
Definition ledger_retrace_return_bias :
  (forall (S0 A : finType) (w : S0 -> A -> R) (P : S0 -> A -> S0 -> R) (r : S0 -> A -> R)
   (disc : S0 -> A -> S0 -> R) (gamma alpha : R),
 [/\ forall s : S0, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S0) (a : A), (forall x : S0, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S0) (a : A) (s' : S0), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (mu pi c : S0 -> A -> R) (cut : S0 -> A -> S0 -> bool),
 (forall s : S0, (forall a : A, 0 <= mu s a) /\ \big[Rplus/0]_a (w s a * mu s a) = 1) ->
 (forall s : S0, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall (s : S0) (a : A), 0 <= c s a /\ c s a * mu s a <= pi s a) ->
 forall (Q Qp : S0 * A -> R) (n : nat) (s : S0) (a : A),
 (forall x : prod_finType S0 A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 Rabs
   (returns.path_expect (S:=S0) (A:=A) w P mu n.+1 s a
      (retrace.retrace_return (S:=S0) (A:=A) r disc c cut
         (fun s0 : S0 => \big[Rplus/0]_x (w s0 x * pi s0 x * (Q (s0, x) - alpha * ln (pi s0 x)))) Q
         s a) - Qp (s, a)) <= gamma * \big[Rmax/0]_x Rabs (Q x - Qp x))
  := @retrace.retrace_return_bias.

(** The share that softql keeps, lambda min(1, pi/mu), is one that the bound allows. *)
Definition ledger_retrace_share_ok :
  (forall mu pi lambda : R,
 0 <= lambda <= 1 ->
 0 <= mu ->
 0 <= pi ->
 (0 < pi -> 0 < mu) -> 0 <= lambda * Rmin 1 (pi / mu) /\ lambda * Rmin 1 (pi / mu) * mu <= pi)
  := @retrace.retrace_share_ok.

(** ** tabular *)

Definition ledger_horizon_return :
  (forall S A : finType,
 (S -> A -> R) ->
 (S -> A -> S -> R) ->
 (S -> A -> S -> R) -> R -> (nat -> S -> A -> R) -> (nat -> S -> A -> R) -> nat -> S -> R) :=
(fun (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (alpha : R)
   (r pi : nat -> S -> A -> R) =>
 fix horizon_return (n : nat) (s : S) {struct n} : R :=
   match n with
   | 0%N => 0
   | m.+1 =>
       \big[Rplus/0]_x
          (w s x * pi m s x *
           (\big[Rplus/0]_x0
               (P (s, x).1 (s, x).2 x0 *
                (r m (s, x).1 (s, x).2 + disc (s, x).1 (s, x).2 x0 * horizon_return m x0)) -
            alpha * ln (pi m s x)))
   end).
Definition ledger_horizon_return_is : @tabular.horizon_return = ledger_horizon_return := erefl.

Definition ledger_horizon_value :
  (forall S A : finType,
 (S -> A -> R) ->
 (S -> A -> S -> R) -> (S -> A -> S -> R) -> R -> (nat -> S -> A -> R) -> nat -> S -> R) :=
(fun (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (alpha : R)
   (r : nat -> S -> A -> R) =>
 fix horizon_value (n : nat) (s : S) {struct n} : R :=
   match n with
   | 0%N => 0
   | m.+1 =>
       alpha *
       ln
         (\big[Rplus/0]_a
             (w s a *
              exp
                (\big[Rplus/0]_x
                    (P (s, a).1 (s, a).2 x *
                     (r m (s, a).1 (s, a).2 + disc (s, a).1 (s, a).2 x * horizon_value m x)) /
                 alpha)))
   end).
Definition ledger_horizon_value_is : @tabular.horizon_value = ledger_horizon_value := erefl.

(** D |-> E[discount E_{a' ~ pi_Q}[D(s',a')]], the linear part, is the derivative of T*: d/dt T*(Q + t D) = linear_part (Q + t D) D. *)
Definition ledger_optimality_derivative :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (Q D : S * A -> R) (t : R_AbsRing) (sa : S * A),
 is_derive
   (fun u : R_AbsRing =>
    \big[Rplus/0]_x
       (P sa.1 sa.2 x *
        (r sa.1 sa.2 +
         disc sa.1 sa.2 x *
         (alpha * ln (\big[Rplus/0]_a (w x a * exp ((Q (x, a) + u * D (x, a)) / alpha))))))) t
   (\big[Rplus/0]_x
       (P sa.1 sa.2 x *
        (disc sa.1 sa.2 x *
         \big[Rplus/0]_x0
            (w x x0 *
             (exp ((Q (x, x0) + t * D (x, x0)) / alpha) /
              \big[Rplus/0]_a (w x a * exp ((Q (x, a) + t * D (x, a)) / alpha))) * 
             D (x, x0))))))
  := @tabular.optimality_derivative.

(** One step of soft policy iteration (evaluate pi_Q exactly) is one Newton step. [Note L76] *)
Definition ledger_policy_iteration_is_newton :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q Q' : S * A -> R,
 (forall sa : S * A,
  \big[Rplus/0]_x
     (P sa.1 sa.2 x *
      (r sa.1 sa.2 +
       disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))) +
  \big[Rplus/0]_x
     (P sa.1 sa.2 x *
      (disc sa.1 sa.2 x *
       \big[Rplus/0]_x0
          (w x x0 * (exp (Q (x, x0) / alpha) / \big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha))) *
           (Q' (x, x0) - Q (x, x0))))) = Q' sa) <->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1
          (w x0 x1 *
           (exp (Q (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha))) *
           (Q' (x0, x1) -
            alpha *
            ln (exp (Q (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha))))))) =
  Q' x))
  := @tabular.policy_iteration_is_newton.

(** From every Q there is a Newton step: the equation linearised at Q has a solution. *)
Definition ledger_newton_step_exists :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q : S * A -> R,
 exists Q' : S * A -> R,
   forall sa : S * A,
   \big[Rplus/0]_x
      (P sa.1 sa.2 x *
       (r sa.1 sa.2 +
        disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))) +
   \big[Rplus/0]_x
      (P sa.1 sa.2 x *
       (disc sa.1 sa.2 x *
        \big[Rplus/0]_x0
           (w x x0 * (exp (Q (x, x0) / alpha) / \big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha))) *
            (Q' (x, x0) - Q (x, x0))))) = Q' sa)
  := @tabular.newton_step_exists.

(** From below, a Newton step lies between value iteration and Q*: Q <= T* Q implies T* Q <= Q' <= Q*. *)
Definition ledger_newton_step_sandwich :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall Q Q' Qs : S * A -> R,
 (forall sa : S * A,
  Q sa <=
  \big[Rplus/0]_x
     (P sa.1 sa.2 x *
      (r sa.1 sa.2 +
       disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha))))))) ->
 (forall sa : S * A,
  \big[Rplus/0]_x
     (P sa.1 sa.2 x *
      (r sa.1 sa.2 +
       disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))) +
  \big[Rplus/0]_x
     (P sa.1 sa.2 x *
      (disc sa.1 sa.2 x *
       \big[Rplus/0]_x0
          (w x x0 * (exp (Q (x, x0) / alpha) / \big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha))) *
           (Q' (x, x0) - Q (x, x0))))) = Q' sa) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) ->
 forall sa : S * A,
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x * (alpha * ln (\big[Rplus/0]_a (w x a * exp (Q (x, a) / alpha)))))) <=
 Q' sa <= Qs sa)
  := @tabular.newton_step_sandwich.

(** Soft policy iteration converges at least as fast as value iteration: ||Q^{pi_new} - Q*|| <= gamma ||Q^pi - Q*||. *)
Definition ledger_policy_iteration_error :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (pi : S -> A -> R) (Qp Qnew Qs : S * A -> R),
 (forall s : S, (forall a : A, 0 <= pi s a) /\ \big[Rplus/0]_a (w s a * pi s a) = 1) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1 (w x0 x1 * pi x0 x1 * (Qp (x0, x1) - alpha * ln (pi x0 x1))))) = 
  Qp x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 *
       \big[Rplus/0]_x1
          (w x0 x1 *
           (exp (Qp (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Qp (x0, a) / alpha))) *
           (Qnew (x0, x1) -
            alpha *
            ln (exp (Qp (x0, x1) / alpha) / \big[Rplus/0]_a (w x0 a * exp (Qp (x0, a) / alpha))))))) =
  Qnew x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qs (x0, a) / alpha)))))) =
  Qs x) -> \big[Rmax/0]_x Rabs (Qnew x - Qs x) <= gamma * \big[Rmax/0]_x Rabs (Qp x - Qs x))
  := @tabular.policy_iteration_error.

(** With q' = q - m alpha log pi_k, the entropy-regularised objective of q is the objective of q' regularised by m alpha KL(p || pi_k) and (1 - m) alpha H(p). [V20] *)
Definition ledger_munchausen_objective :
  (forall (S A : finType) (w : S -> A -> R) (alpha m : R) (q pk p : A -> R) (s : S),
 \big[Rplus/0]_x (w s x * p x * (q x - alpha * ln (p x))) =
 \big[Rplus/0]_x (w s x * p x * (q x - m * alpha * ln (pk x))) -
 m * alpha * \big[Rplus/0]_x (w s x * p x * (ln (p x) - ln (pk x))) +
 (1 - m) * alpha * - (\big[Rplus/0]_x (w s x * p x * ln (p x))))
  := @tabular.munchausen_objective.

(** The backup with the Munchausen term added to the reward is the KL-regularised backup of q'. [V20] *)
Definition ledger_munchausen_backup :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (m : R) (q : S * A -> R) (pk pn : S -> A -> R) (sa : S * A),
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 + m * alpha * ln (pn sa.1 sa.2) +
      disc sa.1 sa.2 x * \big[Rplus/0]_x0 (w x x0 * pn x x0 * (q (x, x0) - alpha * ln (pn x x0))))) -
 m * alpha * ln (pn sa.1 sa.2) =
 \big[Rplus/0]_x
    (P sa.1 sa.2 x *
     (r sa.1 sa.2 +
      disc sa.1 sa.2 x *
      (\big[Rplus/0]_x0 (w x x0 * pn x x0 * (q (x, x0) - m * alpha * ln (pk x x0))) -
       m * alpha * \big[Rplus/0]_x0 (w x x0 * pn x x0 * (ln (pn x x0) - ln (pk x x0))) +
       (1 - m) * alpha * - (\big[Rplus/0]_x0 (w x x0 * pn x x0 * ln (pn x x0)))))))
  := @tabular.munchausen_backup.

(** The maximum over all policies of the KL-regularised objective, which the backup takes: it is V[q] at q = q' + m alpha log prior, and the Boltzmann policy of that q has it. [V20] *)
Definition ledger_kl_regularised_maximum :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (m : R) (q prior p : A -> R) (s : S),
 (forall a : A, 0 <= p a) /\ \big[Rplus/0]_a (w s a * p a) = 1 ->
 let objective :=
   fun p0 : A -> R =>
   \big[Rplus/0]_x (w s x * p0 x * q x) -
   m * alpha * \big[Rplus/0]_x (w s x * p0 x * (ln (p0 x) - ln (prior x))) +
   (1 - m) * alpha * - (\big[Rplus/0]_x (w s x * p0 x * ln (p0 x))) in
 let bolstered := fun a : A => q a + m * alpha * ln (prior a) in
 objective p <= alpha * ln (\big[Rplus/0]_a (w s a * exp (bolstered a / alpha))) /\
 objective
   (fun a : A => exp (bolstered a / alpha) / \big[Rplus/0]_a0 (w s a0 * exp (bolstered a0 / alpha))) =
 alpha * ln (\big[Rplus/0]_a (w s a * exp (bolstered a / alpha))))
  := @tabular.kl_regularised_maximum.

(** No policies, changing from step to step, earn more than backward induction says ... [Note L13] [Note L21] *)
Definition ledger_horizon_optimal :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (alpha : R),
 (forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a)) ->
 (forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1) ->
 (forall (s : S) (a : A) (s' : S), 0 <= disc s a s') ->
 0 < alpha ->
 forall (r pi : nat -> S -> A -> R) (n : nat) (s : S),
 (forall (m : nat) (s0 : S),
  (forall a : A, 0 <= pi m s0 a) /\ \big[Rplus/0]_a (w s0 a * pi m s0 a) = 1) ->
 tabular.horizon_return (S:=S) (A:=A) w P disc alpha r pi n s <=
 tabular.horizon_value (S:=S) (A:=A) w P disc alpha r n s)
  := @tabular.horizon_optimal.

(** ... and the Boltzmann policies of Q_n earn it. [Note L13] [Note L21] *)
Definition ledger_horizon_attained :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (alpha : R),
 (forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a)) ->
 0 < alpha ->
 forall (r pi : nat -> S -> A -> R) (n : nat) (s : S),
 (forall (m : nat) (t : S) (a : A),
  pi m t a =
  exp
    (\big[Rplus/0]_x
        (P (t, a).1 (t, a).2 x *
         (r m (t, a).1 (t, a).2 +
          disc (t, a).1 (t, a).2 x * tabular.horizon_value (S:=S) (A:=A) w P disc alpha r m x)) /
     alpha) /
  \big[Rplus/0]_a0
     (w t a0 *
      exp
        (\big[Rplus/0]_x
            (P (t, a0).1 (t, a0).2 x *
             (r m (t, a0).1 (t, a0).2 +
              disc (t, a0).1 (t, a0).2 x * tabular.horizon_value (S:=S) (A:=A) w P disc alpha r m x)) /
         alpha))) ->
 tabular.horizon_return (S:=S) (A:=A) w P disc alpha r pi n s =
 tabular.horizon_value (S:=S) (A:=A) w P disc alpha r n s)
  := @tabular.horizon_attained.

(** Flow is conserved: occ = d + what the process makes of occ, discounted. [Note L13] *)
Definition ledger_occupancy_flow :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (pi : S -> A -> R)
   (d occ : S -> R),
 (forall s : S,
  is_lim_seq
    (fun n : nat =>
     \big[Rplus/0]_(t < n) iter t
                             (fun (d0 : S -> R) (s' : S) =>
                              \big[Rplus/0]_x
                                 (d0 x *
                                  \big[Rplus/0]_x0 (w x x0 * pi x x0 * (P x x0 s' * disc x x0 s'))))
                             d s) (occ s)) ->
 forall s : S,
 occ s =
 d s + \big[Rplus/0]_x (occ x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * (P x x0 s * disc x x0 s))))
  := @tabular.occupancy_flow.

(** The objective split: what occ collects is its reward and alpha times its entropy. [Note L13] *)
Definition ledger_occupancy_splits :
  (forall (S A : finType) (w pi : S -> A -> R) (occ : S -> R) (r : S -> A -> R) (alpha : R),
 \big[Rplus/0]_x
    (occ x *
     (\big[Rplus/0]_x0 (w x x0 * pi x x0 * r x x0) +
      alpha * - (\big[Rplus/0]_x0 (w x x0 * pi x x0 * ln (pi x x0))))) =
 \big[Rplus/0]_x (occ x * \big[Rplus/0]_x0 (w x x0 * pi x x0 * r x x0)) +
 alpha * \big[Rplus/0]_x (occ x * - (\big[Rplus/0]_x0 (w x x0 * pi x x0 * ln (pi x x0)))))
  := @tabular.occupancy_splits.

(** sum_i lam_i V(Q_i) >= V(sum_i lam_i Q_i): Jensen for the convex V. *)
Definition ledger_disagreement_ge0 :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (I : finType) (lam : I -> R) (Q : I -> S * A -> R),
 (forall x : I, 0 <= lam x) /\ \big[Rplus/0]_x lam x = 1 ->
 forall s : S,
 0 <=
 \big[Rplus/0]_x (lam x * (alpha * ln (\big[Rplus/0]_a (w s a * exp (Q x (s, a) / alpha))))) -
 alpha * ln (\big[Rplus/0]_a (w s a * exp (\big[Rplus/0]_x (lam x * Q x (s, a)) / alpha))))
  := @tabular.disagreement_ge0.

(** Upper bound: Q*_mixed <= sum_i lam_i Q*_i. [H18] *)
Definition ledger_composition_upper :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (I : finType) (lam : I -> R) (r : I -> S -> A -> R) (Q : I -> S * A -> R),
 (forall x : I, 0 <= lam x) /\ \big[Rplus/0]_x lam x = 1 ->
 (forall (i : I) (x : prod_finType S A),
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r i x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q i (x0, a) / alpha)))))) =
  Q i x) ->
 forall Qm : S * A -> R,
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (\big[Rplus/0]_x1 (lam x1 * r x1 x.1 x.2) +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qm (x0, a) / alpha)))))) =
  Qm x) -> forall sa : S * A, Qm sa <= \big[Rplus/0]_x (lam x * Q x sa))
  := @tabular.composition_upper.

(** The cost of composing, C(s,a) = E[discount (disagreement(s') + max_{a'} C(s',a'))], exists. *)
Definition ledger_composition_cost_exists :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (I : finType) (lam : I -> R) (Q : I -> S * A -> R),
 exists C : prod_finType S A -> R,
   forall x : prod_finType S A,
   \big[Rplus/0]_x0
      (P x.1 x.2 x0 *
       (0 +
        disc x.1 x.2 x0 *
        (\big[Rplus/0]_x1
            (lam x1 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q x1 (x0, a) / alpha))))) -
         alpha *
         ln (\big[Rplus/0]_a (w x0 a * exp (\big[Rplus/0]_x1 (lam x1 * Q x1 (x0, a)) / alpha))) +
         match [pick a | Rlt_dec 0 (w x0 a) ] with
         | Some a0 => \big[Rmax/C (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) C (x0, a)
         | None => 0
         end))) = C x)
  := @tabular.composition_cost_exists.

(** Lower bound: Q*_mixed >= sum_i lam_i Q*_i - C. [H18] *)
Definition ledger_composition_lower :
  (forall (S A : finType) (w : S -> A -> R) (P disc : S -> A -> S -> R) (gamma alpha : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 forall (I : finType) (lam : I -> R) (r : I -> S -> A -> R) (Q : I -> S * A -> R),
 (forall (i : I) (x : prod_finType S A),
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r i x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q i (x0, a) / alpha)))))) =
  Q i x) ->
 forall (C : prod_finType S A -> R) (Qm : S * A -> R),
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (0 +
       disc x.1 x.2 x0 *
       (\big[Rplus/0]_x1
           (lam x1 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q x1 (x0, a) / alpha))))) -
        alpha *
        ln (\big[Rplus/0]_a (w x0 a * exp (\big[Rplus/0]_x1 (lam x1 * Q x1 (x0, a)) / alpha))) +
        match [pick a | Rlt_dec 0 (w x0 a) ] with
        | Some a0 => \big[Rmax/C (x0, a0)]_(a | Rlt_dec 0 (w x0 a)) C (x0, a)
        | None => 0
        end))) = C x) ->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (\big[Rplus/0]_x1 (lam x1 * r x1 x.1 x.2) +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Qm (x0, a) / alpha)))))) =
  Qm x) -> forall sa : S * A, \big[Rplus/0]_x (lam x * Q x sa) - C sa <= Qm sa)
  := @tabular.composition_lower.

(** For two skills in equal parts the disagreement is alpha/2 times a Renyi divergence of order 1/2: (V_1 + V_2)/2 - V((Q_1 + Q_2)/2) = - alpha log sum_a w_a sqrt(pi_1(a) pi_2(a)). [H18] *)
Definition ledger_disagreement_renyi :
  (forall (A : finType) (w Q1 Q2 : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 (alpha * ln (\big[Rplus/0]_a (w a * exp (Q1 a / alpha))) +
  alpha * ln (\big[Rplus/0]_a (w a * exp (Q2 a / alpha)))) / 2 -
 alpha * ln (\big[Rplus/0]_a (w a * exp ((Q1 a + Q2 a) / 2 / alpha))) =
 -
 (alpha *
  ln
    (\big[Rplus/0]_a
        (w a *
         sqrt
           (exp (Q1 a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q1 a0 / alpha)) *
            (exp (Q2 a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q2 a0 / alpha))))))))
  := @tabular.disagreement_renyi.

(** ** agent *)

Definition ledger_polyak_run :
  (R -> R -> seq R -> R) :=
(fix polyak_run (tau target : R) (online : seq R) {struct online} : R :=
   match online with
   | [::] => target
   | x :: l => polyak_run tau (target + tau * (x - target)) l
   end).
Definition ledger_polyak_run_is : @agent.polyak_run = ledger_polyak_run := erefl.

(** dJ/dtheta = (Q - target) dQ/dtheta, the target held constant. [H17 Eq. 11] *)
Definition ledger_q_loss_derivative :
  (forall (q : R -> R) (dq : R_NormedModule) (target : R) (t : R_AbsRing),
 is_derive q t dq ->
 is_derive (fun u : R_AbsRing => / 2 * (q u - target) ^ 2) t ((q t - target) * dq))
  := @agent.q_loss_derivative.

(** E[J] = (Q - E target)^2/2 + Var(target)/2: sampled targets are fitted in the mean, so that the minimiser of the loss is the backup. [H17 Eq. 11] *)
Definition ledger_q_loss_expected :
  (forall (X : finType) (p target : X -> R) (q : R),
 (forall x : X, 0 <= p x) /\ \big[Rplus/0]_x p x = 1 ->
 \big[Rplus/0]_x (p x * (/ 2 * (q - target x) ^ 2)) =
 / 2 * (q - \big[Rplus/0]_x (p x * target x)) ^ 2 +
 / 2 *
 (\big[Rplus/0]_x (p x * (target x * target x)) -
  \big[Rplus/0]_x (p x * target x) * \big[Rplus/0]_x (p x * target x)))
  := @agent.q_loss_expected.

(** An update target + tau (online - target) is a convex combination: it stays between the two. *)
Definition ledger_polyak_between :
  (forall tau target online lo hi : R,
 0 <= tau <= 1 ->
 lo <= target <= hi -> lo <= online <= hi -> lo <= target + tau * (online - target) <= hi)
  := @agent.polyak_between.

(** Against a fixed network the distance shrinks by 1 - tau at each update. *)
Definition ledger_polyak_error :
  (forall (tau target online : R) (n : nat),
 iter n (fun x : R => x + tau * (online - x)) target - online = (1 - tau) ^ n * (target - online))
  := @agent.polyak_error.

(** The target network is the exponential moving average of the online ones: after n updates it is (1 - tau)^n target + sum_{k<n} tau (1 - tau)^(n-1-k) online_k. *)
Definition ledger_polyak_average :
  (forall (tau target : R) (online : seq R),
 agent.polyak_run tau target online =
 (1 - tau) ^ size online * target +
 \big[Rplus/0]_(k < size online) (tau * (1 - tau) ^ (size online - k.+1) * nth 0 online k))
  := @agent.polyak_average.

(** tau = 1 copies the network. *)
Definition ledger_polyak_one :
  (forall target online : R, target + 1 * (online - target) = online)
  := @agent.polyak_one.

(** Soft value iteration through a Polyak step, Q <- Q + tau (T* Q - Q), contracts by 1 - tau (1 - gamma) ... *)
Definition ledger_damped_contraction :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (gamma alpha tau : R),
 [/\ forall s : S, (forall a : A, 0 <= w s a) /\ (exists a : A, 0 < w s a),
     forall (s : S) (a : A), (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1,
     forall (s : S) (a : A) (s' : S), 0 <= disc s a s' <= gamma, 0 <= gamma < 1
   & 0 < alpha] ->
 0 < tau <= 1 ->
 forall Q1 Q2 : S * A -> R,
 \big[Rmax/0]_x
    Rabs
      (Q1 x +
       tau *
       (\big[Rplus/0]_x0
           (P x.1 x.2 x0 *
            (r x.1 x.2 +
             disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q1 (x0, a) / alpha)))))) -
        Q1 x) -
       (Q2 x +
        tau *
        (\big[Rplus/0]_x0
            (P x.1 x.2 x0 *
             (r x.1 x.2 +
              disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q2 (x0, a) / alpha)))))) -
         Q2 x))) <= (1 - tau * (1 - gamma)) * \big[Rmax/0]_x Rabs (Q1 x - Q2 x))
  := @agent.damped_contraction.

(** ... and keeps the fixed point. *)
Definition ledger_damped_fixed_point :
  (forall (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R)
   (disc : S -> A -> S -> R) (alpha tau : R),
 0 < tau <= 1 ->
 forall Q : prod_finType S A -> R,
 (forall x : prod_finType S A,
  Q x +
  tau *
  (\big[Rplus/0]_x0
      (P x.1 x.2 x0 *
       (r x.1 x.2 +
        disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha)))))) - 
   Q x) = Q x) <->
 (forall x : prod_finType S A,
  \big[Rplus/0]_x0
     (P x.1 x.2 x0 *
      (r x.1 x.2 +
       disc x.1 x.2 x0 * (alpha * ln (\big[Rplus/0]_a (w x0 a * exp (Q (x0, a) / alpha)))))) = 
  Q x))
  := @agent.damped_fixed_point.

(** With actions from pi_theta (held fixed) and targets q (held fixed), the gradient of the soft Q loss is -alpha times the entropy-regularised policy gradient plus the gradient of the value loss (V_theta - V_pi[q])^2/2. [S17] *)
Definition ledger_soft_q_gradient_is_policy_gradient :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (Q : R -> A -> R) (dQ q : A -> R) (t : R),
 (forall a : A, is_derive (Q^~ a) t (dQ a)) ->
 exists pg vg : R,
   [/\ is_derive
         (fun u : R_AbsRing =>
          \big[Rplus/0]_x
             (w x * (exp (Q u x / alpha) / \big[Rplus/0]_a (w a * exp (Q u a / alpha))) *
              (q x - alpha * ln (exp (Q u x / alpha) / \big[Rplus/0]_a (w a * exp (Q u a / alpha))))))
         t pg,
       is_derive
         (fun u : R_AbsRing =>
          / 2 *
          (alpha * ln (\big[Rplus/0]_a (w a * exp (Q u a / alpha))) -
           \big[Rplus/0]_x
              (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) *
               (q x -
                alpha * ln (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))))))
          ^ 2) t vg
     & is_derive
         (fun u : R_AbsRing =>
          \big[Rplus/0]_x
             (w x * (exp (Q t x / alpha) / \big[Rplus/0]_a (w a * exp (Q t a / alpha))) *
              (/ 2 * (Q u x - q x) ^ 2))) t (- alpha * pg + vg)])
  := @agent.soft_q_gradient_is_policy_gradient.

(** ** estimator *)

(** E_q[exp(Q/alpha)/q] = Z, for any proposal that covers the allowed actions. [H17 Eq. 10] *)
Definition ledger_importance_weight_unbiased :
  (forall (A : finType) (w : A -> R) (alpha : R) (q : A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 (forall a : A, 0 < w a -> 0 < q a) ->
 forall Q : A -> R,
 \big[Rplus/0]_x (w x * q x * (exp (Q x / alpha) / q x)) =
 \big[Rplus/0]_a (w a * exp (Q a / alpha)))
  := @estimator.importance_weight_unbiased.

(** With q = pi_Q every weight equals Z: the zero-variance proposal. [Note L69] *)
Definition ledger_importance_weight_boltzmann :
  (forall (A : finType) (w : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall (Q : A -> R) (a : A),
 exp (Q a / alpha) / (exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha))) =
 \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))
  := @estimator.importance_weight_boltzmann.

(** E[sum over the N_k samples of every k of weight exp(Q/alpha)] = Z, though no single proposal need cover the actions. [H17 Eq. 10] *)
Definition ledger_mixture_unbiased :
  (forall (A K : finType) (w : A -> R) (alpha : R) (count : K -> R) (q : K -> A -> R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 (forall a : A, 0 < w a -> 0 < \big[Rplus/0]_k (count k * q k a)) ->
 forall Q : A -> R,
 \big[Rplus/0]_k
    (count k *
     \big[Rplus/0]_x (w x * q k x * (/ (\big[Rplus/0]_k0 (count k0 * q k0 x)) * exp (Q x / alpha)))) =
 \big[Rplus/0]_a (w a * exp (Q a / alpha)))
  := @estimator.mixture_unbiased.

(** A sample's weight is at most one over what its own proposal alone would give: a proposal that leaves actions out costs no large weights. [H17 Eq. 10] *)
Definition ledger_mixture_weight_le :
  (forall (A K : finType) (count : K -> R) (q : K -> A -> R) (a : A) (k : K),
 (forall j : K, 0 <= count j * q j a) ->
 0 < count k * q k a -> / (\big[Rplus/0]_k0 (count k0 * q k0 a)) <= / (count k * q k a))
  := @estimator.mixture_weight_le.

(** E[log x] <= log E[x], for x positive where p is. *)
Definition ledger_jensen_ln :
  (forall (W : finType) (p : W -> R),
 (forall x : W, 0 <= p x) /\ \big[Rplus/0]_x p x = 1 ->
 forall x : W -> R,
 (forall v : W, 0 < p v -> 0 < x v) ->
 \big[Rplus/0]_x0 (p x0 * ln (x x0)) <= ln (\big[Rplus/0]_x0 (p x0 * x x0)))
  := @estimator.jensen_ln.

(** E[Z_N] = Z. [H17 Eq. 10] *)
Definition ledger_partition_estimate_unbiased :
  (forall (A : Finite.type) (n : nat) (_ : is_true (leq (S O) n)) (w : forall _ : Finite.sort A, R)
   (alpha : R) (q : forall _ : Finite.sort A, R)
   (_ : and (forall a : Finite.sort A, Rle (IZR Z0) (w a))
          (@ex (Finite.sort A) (fun a : Finite.sort A => Rlt (IZR Z0) (w a))))
   (_ : and (forall a : Finite.sort A, Rle (IZR Z0) (q a))
          (@eq R
             (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
                (fun a : Finite.sort A =>
                 @BigBody R (Finite.sort A) a Rplus true (Rmult (w a) (q a)))) 
             (IZR (Zpos xH))))
   (_ : forall (a : Finite.sort A) (_ : Rlt (IZR Z0) (w a)), Rlt (IZR Z0) (q a))
   (Q : forall _ : Finite.sort A, R),
 @eq R
   (@BigOp.bigop R (Finite.sort (finfun_finType (ordinal_finType n) A)) 
      (IZR Z0) (index_enum (finfun_finType (ordinal_finType n) A))
      (fun x : Finite.sort (finfun_finType (ordinal_finType n) A) =>
       @BigBody R (Finite.sort (finfun_finType (ordinal_finType n) A)) x Rplus true
         (Rmult
            (@BigOp.bigop R (Finite.sort (ordinal_finType n)) (IZR (Zpos xH))
               (index_enum (ordinal_finType n))
               (fun i : Finite.sort (ordinal_finType n) =>
                @BigBody R (Finite.sort (ordinal_finType n)) i Rmult true
                  (Rmult
                     (w
                        (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                           (Phant (forall _ : ordinal n, Finite.sort A)) x i))
                     (q
                        (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                           (Phant (forall _ : ordinal n, Finite.sort A)) x i)))))
            (Rdiv
               (@BigOp.bigop R (Finite.sort (ordinal_finType n)) (IZR Z0)
                  (index_enum (ordinal_finType n))
                  (fun i : ordinal n =>
                   @BigBody R (ordinal n) i Rplus true
                     (Rdiv
                        (exp
                           (Rdiv
                              (Q
                                 (@fun_of_fin (ordinal_finType n)
                                    (fun _ : ordinal n => Finite.sort A)
                                    (Phant (forall _ : ordinal n, Finite.sort A)) x i)) alpha))
                        (q
                           (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                              (Phant (forall _ : ordinal n, Finite.sort A)) x i))))) 
               (INR n)))))
   (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
      (fun a : Finite.sort A =>
       @BigBody R (Finite.sort A) a Rplus true (Rmult (w a) (exp (Rdiv (Q a) alpha))))))
  := @estimator.partition_estimate_unbiased.

(** Var[Z_N] = Var[one weight] / N. *)
Definition ledger_partition_estimate_variance :
  (forall (A : Finite.type) (n : nat) (_ : is_true (leq (S O) n)) (w : forall _ : Finite.sort A, R)
   (alpha : R) (q : forall _ : Finite.sort A, R)
   (_ : and (forall a : Finite.sort A, Rle (IZR Z0) (w a))
          (@ex (Finite.sort A) (fun a : Finite.sort A => Rlt (IZR Z0) (w a))))
   (_ : and (forall a : Finite.sort A, Rle (IZR Z0) (q a))
          (@eq R
             (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
                (fun a : Finite.sort A =>
                 @BigBody R (Finite.sort A) a Rplus true (Rmult (w a) (q a)))) 
             (IZR (Zpos xH)))) (Q : forall _ : Finite.sort A, R),
 @eq R
   (Rminus
      (@BigOp.bigop R (Finite.sort (finfun_finType (ordinal_finType n) A)) 
         (IZR Z0) (index_enum (finfun_finType (ordinal_finType n) A))
         (fun x : Finite.sort (finfun_finType (ordinal_finType n) A) =>
          @BigBody R (Finite.sort (finfun_finType (ordinal_finType n) A)) x Rplus true
            (Rmult
               (@BigOp.bigop R (Finite.sort (ordinal_finType n)) (IZR (Zpos xH))
                  (index_enum (ordinal_finType n))
                  (fun i : Finite.sort (ordinal_finType n) =>
                   @BigBody R (Finite.sort (ordinal_finType n)) i Rmult true
                     (Rmult
                        (w
                           (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                              (Phant (forall _ : ordinal n, Finite.sort A)) x i))
                        (q
                           (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                              (Phant (forall _ : ordinal n, Finite.sort A)) x i)))))
               (Rmult
                  (Rdiv
                     (@BigOp.bigop R (Finite.sort (ordinal_finType n)) 
                        (IZR Z0) (index_enum (ordinal_finType n))
                        (fun i : ordinal n =>
                         @BigBody R (ordinal n) i Rplus true
                           (Rdiv
                              (exp
                                 (Rdiv
                                    (Q
                                       (@fun_of_fin (ordinal_finType n)
                                          (fun _ : ordinal n => Finite.sort A)
                                          (Phant (forall _ : ordinal n, Finite.sort A)) x i)) alpha))
                              (q
                                 (@fun_of_fin (ordinal_finType n)
                                    (fun _ : ordinal n => Finite.sort A)
                                    (Phant (forall _ : ordinal n, Finite.sort A)) x i))))) 
                     (INR n))
                  (Rdiv
                     (@BigOp.bigop R (Finite.sort (ordinal_finType n)) 
                        (IZR Z0) (index_enum (ordinal_finType n))
                        (fun i : ordinal n =>
                         @BigBody R (ordinal n) i Rplus true
                           (Rdiv
                              (exp
                                 (Rdiv
                                    (Q
                                       (@fun_of_fin (ordinal_finType n)
                                          (fun _ : ordinal n => Finite.sort A)
                                          (Phant (forall _ : ordinal n, Finite.sort A)) x i)) alpha))
                              (q
                                 (@fun_of_fin (ordinal_finType n)
                                    (fun _ : ordinal n => Finite.sort A)
                                    (Phant (forall _ : ordinal n, Finite.sort A)) x i))))) 
                     (INR n))))))
      (Rmult
         (@BigOp.bigop R (Finite.sort (finfun_finType (ordinal_finType n) A)) 
            (IZR Z0) (index_enum (finfun_finType (ordinal_finType n) A))
            (fun x : Finite.sort (finfun_finType (ordinal_finType n) A) =>
             @BigBody R (Finite.sort (finfun_finType (ordinal_finType n) A)) x Rplus true
               (Rmult
                  (@BigOp.bigop R (Finite.sort (ordinal_finType n)) (IZR (Zpos xH))
                     (index_enum (ordinal_finType n))
                     (fun i : Finite.sort (ordinal_finType n) =>
                      @BigBody R (Finite.sort (ordinal_finType n)) i Rmult true
                        (Rmult
                           (w
                              (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                                 (Phant (forall _ : ordinal n, Finite.sort A)) x i))
                           (q
                              (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                                 (Phant (forall _ : ordinal n, Finite.sort A)) x i)))))
                  (Rdiv
                     (@BigOp.bigop R (Finite.sort (ordinal_finType n)) 
                        (IZR Z0) (index_enum (ordinal_finType n))
                        (fun i : ordinal n =>
                         @BigBody R (ordinal n) i Rplus true
                           (Rdiv
                              (exp
                                 (Rdiv
                                    (Q
                                       (@fun_of_fin (ordinal_finType n)
                                          (fun _ : ordinal n => Finite.sort A)
                                          (Phant (forall _ : ordinal n, Finite.sort A)) x i)) alpha))
                              (q
                                 (@fun_of_fin (ordinal_finType n)
                                    (fun _ : ordinal n => Finite.sort A)
                                    (Phant (forall _ : ordinal n, Finite.sort A)) x i))))) 
                     (INR n)))))
         (@BigOp.bigop R (Finite.sort (finfun_finType (ordinal_finType n) A)) 
            (IZR Z0) (index_enum (finfun_finType (ordinal_finType n) A))
            (fun x : Finite.sort (finfun_finType (ordinal_finType n) A) =>
             @BigBody R (Finite.sort (finfun_finType (ordinal_finType n) A)) x Rplus true
               (Rmult
                  (@BigOp.bigop R (Finite.sort (ordinal_finType n)) (IZR (Zpos xH))
                     (index_enum (ordinal_finType n))
                     (fun i : Finite.sort (ordinal_finType n) =>
                      @BigBody R (Finite.sort (ordinal_finType n)) i Rmult true
                        (Rmult
                           (w
                              (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                                 (Phant (forall _ : ordinal n, Finite.sort A)) x i))
                           (q
                              (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                                 (Phant (forall _ : ordinal n, Finite.sort A)) x i)))))
                  (Rdiv
                     (@BigOp.bigop R (Finite.sort (ordinal_finType n)) 
                        (IZR Z0) (index_enum (ordinal_finType n))
                        (fun i : ordinal n =>
                         @BigBody R (ordinal n) i Rplus true
                           (Rdiv
                              (exp
                                 (Rdiv
                                    (Q
                                       (@fun_of_fin (ordinal_finType n)
                                          (fun _ : ordinal n => Finite.sort A)
                                          (Phant (forall _ : ordinal n, Finite.sort A)) x i)) alpha))
                              (q
                                 (@fun_of_fin (ordinal_finType n)
                                    (fun _ : ordinal n => Finite.sort A)
                                    (Phant (forall _ : ordinal n, Finite.sort A)) x i))))) 
                     (INR n)))))))
   (Rdiv
      (Rminus
         (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
            (fun x : Finite.sort A =>
             @BigBody R (Finite.sort A) x Rplus true
               (Rmult (Rmult (w x) (q x))
                  (Rmult (Rdiv (exp (Rdiv (Q x) alpha)) (q x))
                     (Rdiv (exp (Rdiv (Q x) alpha)) (q x))))))
         (Rmult
            (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
               (fun x : Finite.sort A =>
                @BigBody R (Finite.sort A) x Rplus true
                  (Rmult (Rmult (w x) (q x)) (Rdiv (exp (Rdiv (Q x) alpha)) (q x)))))
            (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
               (fun x : Finite.sort A =>
                @BigBody R (Finite.sort A) x Rplus true
                  (Rmult (Rmult (w x) (q x)) (Rdiv (exp (Rdiv (Q x) alpha)) (q x))))))) 
      (INR n)))
  := @estimator.partition_estimate_variance.

(** E[V_N] <= V: the log of a mean is biased low. [Note L69] *)
Definition ledger_importance_value_biased_low :
  (forall (A : Finite.type) (n : nat) (_ : is_true (leq (S O) n)) (w : forall _ : Finite.sort A, R)
   (alpha : R) (q : forall _ : Finite.sort A, R)
   (_ : and (forall a : Finite.sort A, Rle (IZR Z0) (w a))
          (@ex (Finite.sort A) (fun a : Finite.sort A => Rlt (IZR Z0) (w a))))
   (_ : Rlt (IZR Z0) alpha)
   (_ : and (forall a : Finite.sort A, Rle (IZR Z0) (q a))
          (@eq R
             (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
                (fun a : Finite.sort A =>
                 @BigBody R (Finite.sort A) a Rplus true (Rmult (w a) (q a)))) 
             (IZR (Zpos xH))))
   (_ : forall (a : Finite.sort A) (_ : Rlt (IZR Z0) (w a)), Rlt (IZR Z0) (q a))
   (Q : forall _ : Finite.sort A, R),
 Rle
   (@BigOp.bigop R (Finite.sort (finfun_finType (ordinal_finType n) A)) 
      (IZR Z0) (index_enum (finfun_finType (ordinal_finType n) A))
      (fun x : Finite.sort (finfun_finType (ordinal_finType n) A) =>
       @BigBody R (Finite.sort (finfun_finType (ordinal_finType n) A)) x Rplus true
         (Rmult
            (@BigOp.bigop R (Finite.sort (ordinal_finType n)) (IZR (Zpos xH))
               (index_enum (ordinal_finType n))
               (fun i : Finite.sort (ordinal_finType n) =>
                @BigBody R (Finite.sort (ordinal_finType n)) i Rmult true
                  (Rmult
                     (w
                        (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                           (Phant (forall _ : ordinal n, Finite.sort A)) x i))
                     (q
                        (@fun_of_fin (ordinal_finType n) (fun _ : ordinal n => Finite.sort A)
                           (Phant (forall _ : ordinal n, Finite.sort A)) x i)))))
            (Rmult alpha
               (ln
                  (Rdiv
                     (@BigOp.bigop R (Finite.sort (ordinal_finType n)) 
                        (IZR Z0) (index_enum (ordinal_finType n))
                        (fun i : ordinal n =>
                         @BigBody R (ordinal n) i Rplus true
                           (Rdiv
                              (exp
                                 (Rdiv
                                    (Q
                                       (@fun_of_fin (ordinal_finType n)
                                          (fun _ : ordinal n => Finite.sort A)
                                          (Phant (forall _ : ordinal n, Finite.sort A)) x i)) alpha))
                              (q
                                 (@fun_of_fin (ordinal_finType n)
                                    (fun _ : ordinal n => Finite.sort A)
                                    (Phant (forall _ : ordinal n, Finite.sort A)) x i))))) 
                     (INR n)))))))
   (Rmult alpha
      (ln
         (@BigOp.bigop R (Finite.sort A) (IZR Z0) (index_enum A)
            (fun a : Finite.sort A =>
             @BigBody R (Finite.sort A) a Rplus true (Rmult (w a) (exp (Rdiv (Q a) alpha))))))))
  := @estimator.importance_value_biased_low.

(** softql computes V_N as a soft value: samples as points, weights 1/(N q). [H17 Eq. 10] *)
Definition ledger_importance_value_is_soft_value :
  (forall (A : finType) (n : nat),
 (0 < n)%N ->
 forall (alpha : R) (q Q : A -> R) (x : {ffun 'I_n -> A}),
 (forall i : ordinal_finType n, 0 < q (x i)) ->
 alpha * ln (\big[Rplus/0]_(i < n) (exp (Q (x i) / alpha) / q (x i)) / INR n) =
 alpha * ln (\big[Rplus/0]_a (/ (INR n * q (x a)) * exp (Q (x a) / alpha))))
  := @estimator.importance_value_is_soft_value.

(** ** measures *)

(** Z = int exp(Q/alpha) da > 0 for every integrable Q, continuous or not. [Note L40] *)
Definition ledger_partition_on_gt0 :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha -> forall Q : R -> R, ex_RInt Q lo hi -> 0 < RInt (fun a : R => exp (Q a / alpha)) lo hi)
  := @measures.partition_on_gt0.

(** pi(a) = exp(Q(a)/alpha) / Z > 0. *)
Definition ledger_boltzmann_policy_on_gt0 :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall (Q : R -> R) (a : R),
 ex_RInt Q lo hi -> 0 < exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi)
  := @measures.boltzmann_policy_on_gt0.

(** pi is a density: int pi(a) da = 1. *)
Definition ledger_boltzmann_policy_on_is_density :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall Q : R -> R,
 ex_RInt Q lo hi ->
 ex_RInt (fun a : R => exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi) lo hi /\
 (forall a : R,
  lo <= a <= hi -> 0 <= exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi) /\
 RInt (fun a : R => exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi) lo hi = 1)
  := @measures.boltzmann_policy_on_is_density.

(** log pi(a) = (Q(a) - V)/alpha. [H17 Eq. 6] *)
Definition ledger_log_boltzmann_policy_on :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall (Q : R -> R) (a : R),
 ex_RInt Q lo hi ->
 ln (exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi) =
 (Q a - alpha * ln (RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi)) / alpha)
  := @measures.log_boltzmann_policy_on.

(** int p Q + alpha H(p) = V - alpha KL(p || pi), for every density of finite entropy. [Note L40] [Note L44] *)
Definition ledger_gibbs_identity_on :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall Q p : R -> R,
 ex_RInt Q lo hi ->
 (ex_RInt p lo hi /\ (forall a : R, lo <= a <= hi -> 0 <= p a) /\ RInt p lo hi = 1) /\
 ex_RInt (fun a : R => p a * ln (p a)) lo hi ->
 RInt (fun a : R => p a * Q a) lo hi + alpha * - RInt (fun a : R => p a * ln (p a)) lo hi =
 alpha * ln (RInt (fun a : R => exp (Q a / alpha)) lo hi) -
 alpha *
 RInt
   (fun a : R =>
    p a * (ln (p a) - ln (exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi))) lo
   hi)
  := @measures.gibbs_identity_on.

(** KL(p || q) >= 0, for densities on the interval with q positive. *)
Definition ledger_kl_divergence_on_ge0 :
  (forall lo hi : R,
 lo < hi ->
 forall p q : R -> R,
 ex_RInt p lo hi /\ (forall a : R, lo <= a <= hi -> 0 <= p a) /\ RInt p lo hi = 1 ->
 ex_RInt q lo hi /\ (forall a : R, lo <= a <= hi -> 0 <= q a) /\ RInt q lo hi = 1 ->
 (forall a : R, lo <= a <= hi -> 0 < q a) ->
 ex_RInt (fun a : R => p a * (ln (p a) - ln (q a))) lo hi ->
 0 <= RInt (fun a : R => p a * (ln (p a) - ln (q a))) lo hi)
  := @measures.kl_divergence_on_ge0.

(** V bounds the entropy-regularised objective ... [H17 Eq. 5] [Note L58] *)
Definition ledger_gibbs_le_on :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall Q p : R -> R,
 ex_RInt Q lo hi ->
 (ex_RInt p lo hi /\ (forall a : R, lo <= a <= hi -> 0 <= p a) /\ RInt p lo hi = 1) /\
 ex_RInt (fun a : R => p a * ln (p a)) lo hi ->
 RInt (fun a : R => p a * Q a) lo hi + alpha * - RInt (fun a : R => p a * ln (p a)) lo hi <=
 alpha * ln (RInt (fun a : R => exp (Q a / alpha)) lo hi))
  := @measures.gibbs_le_on.

(** ... the Boltzmann density reaches it ... *)
Definition ledger_gibbs_attained_on :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall Q : R -> R,
 ex_RInt Q lo hi ->
 RInt (fun a : R => exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi * Q a) lo hi +
 alpha *
 -
 RInt
   (fun a : R =>
    exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi *
    ln (exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi)) lo hi =
 alpha * ln (RInt (fun a : R => exp (Q a / alpha)) lo hi))
  := @measures.gibbs_attained_on.

(** ... and among continuous positive densities it alone does. [H17 Eq. 6] *)
Definition ledger_gibbs_unique_on :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall Q p : R -> R,
 (forall a : R, lo <= a <= hi -> continuous Q a) ->
 (forall a : R, lo <= a <= hi -> continuous p a) ->
 (forall a : R, lo <= a <= hi -> 0 < p a) ->
 (ex_RInt p lo hi /\ (forall a : R, lo <= a <= hi -> 0 <= p a) /\ RInt p lo hi = 1) /\
 ex_RInt (fun a : R => p a * ln (p a)) lo hi ->
 RInt (fun a : R => p a * Q a) lo hi + alpha * - RInt (fun a : R => p a * ln (p a)) lo hi =
 alpha * ln (RInt (fun a : R => exp (Q a / alpha)) lo hi) ->
 forall a : R,
 lo < a < hi -> p a = exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi)
  := @measures.gibbs_unique_on.

(** E_q[exp(Q/alpha)/q] = Z for any positive proposal density. [H17 Eq. 10] *)
Definition ledger_importance_weight_unbiased_on :
  (forall lo hi alpha : R,
 lo < hi ->
 forall Q q : R -> R,
 (forall a : R, lo < a < hi -> 0 < q a) ->
 RInt (fun a : R => q a * (exp (Q a / alpha) / q a)) lo hi =
 RInt (fun a : R => exp (Q a / alpha)) lo hi)
  := @measures.importance_weight_unbiased_on.

(** 1 - tanh(u)^2 > 0. *)
Definition ledger_sech2_gt0 :
  (forall u : R, 0 < 1 - tanh u * tanh u)
  := @measures.sech2_gt0.

(** d tanh(u)/du = 1 - tanh(u)^2. *)
Definition ledger_tanh_derivative :
  (forall u : R_AbsRing, is_derive tanh u (1 - tanh u * tanh u))
  := @measures.tanh_derivative.

(** log (1 - tanh(u)^2) = 2 (log 2 - u - softplus (-2u)): the stable log-determinant of the squashing map. [H18] *)
Definition ledger_log_sech2 :
  (forall u : R, ln (1 - tanh u * tanh u) = 2 * (ln 2 - u - ln (1 + exp (-2 * u))))
  := @measures.log_sech2.

(** Change of variables a = tanh u: int f(tanh u) (1 - tanh(u)^2) du = int f(a) da. [H18] *)
Definition ledger_squash_change_of_variables :
  (forall (f : R -> R) (lo hi : R),
 lo <= hi ->
 (forall a : R, tanh lo <= a <= tanh hi -> continuous f a) ->
 RInt (fun u : R => (1 - tanh u * tanh u) * f (tanh u)) lo hi = RInt f (tanh lo) (tanh hi))
  := @measures.squash_change_of_variables.

(** Z of squashed actions is Z in the pre-squash space of Q(tanh u) + alpha log(1 - tanh(u)^2): leave the Jacobian out and it is another integral ... *)
Definition ledger_partition_squash :
  (forall (Q : R -> R) (lo hi alpha : R),
 lo <= hi ->
 0 < alpha ->
 (forall a : R, tanh lo <= a <= tanh hi -> continuous Q a) ->
 RInt (fun a : R => exp ((Q (tanh a) + alpha * ln (1 - tanh a * tanh a)) / alpha)) lo hi =
 RInt (fun a : R => exp (Q a / alpha)) (tanh lo) (tanh hi))
  := @measures.partition_squash.

(** ... and so is V. *)
Definition ledger_soft_value_squash :
  (forall (Q : R -> R) (lo hi alpha : R),
 lo <= hi ->
 0 < alpha ->
 (forall a : R, tanh lo <= a <= tanh hi -> continuous Q a) ->
 alpha *
 ln (RInt (fun a : R => exp ((Q (tanh a) + alpha * ln (1 - tanh a * tanh a)) / alpha)) lo hi) =
 alpha * ln (RInt (fun a : R => exp (Q a / alpha)) (tanh lo) (tanh hi)))
  := @measures.soft_value_squash.

(** The density of u = artanh a is the density of a times 1 - tanh(u)^2. [H18] *)
Definition ledger_boltzmann_policy_squash :
  (forall (Q : R -> R) (lo hi alpha u : R),
 lo <= hi ->
 0 < alpha ->
 (forall a : R, tanh lo <= a <= tanh hi -> continuous Q a) ->
 exp ((Q (tanh u) + alpha * ln (1 - tanh u * tanh u)) / alpha) /
 RInt (fun a : R => exp ((Q (tanh a) + alpha * ln (1 - tanh a * tanh a)) / alpha)) lo hi =
 exp (Q (tanh u) / alpha) / RInt (fun a : R => exp (Q a / alpha)) (tanh lo) (tanh hi) *
 (1 - tanh u * tanh u))
  := @measures.boltzmann_policy_squash.

(** V is 1-Lipschitz in the sup norm over the interval. *)
Definition ledger_soft_value_on_lipschitz :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall (Q1 Q2 : R -> R) (c : R),
 ex_RInt Q1 lo hi ->
 ex_RInt Q2 lo hi ->
 (forall a : R, lo <= a <= hi -> Rabs (Q1 a - Q2 a) <= c) ->
 Rabs
   (alpha * ln (RInt (fun a : R => exp (Q1 a / alpha)) lo hi) -
    alpha * ln (RInt (fun a : R => exp (Q2 a / alpha)) lo hi)) <= c)
  := @measures.soft_value_on_lipschitz.

(** T* is a gamma-contraction in the sup norm over the states and the interval. *)
Definition ledger_optimality_on_contraction :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall (S : finType) (P : S -> R -> S -> R) (r : S -> R -> R) (disc : S -> R -> S -> R)
   (gamma : R),
 (forall (s : S) (a : R),
  lo <= a <= hi -> (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1) ->
 (forall (s : S) (a : R) (s' : S), lo <= a <= hi -> 0 <= disc s a s' <= gamma) ->
 forall (Q1 Q2 : S -> R -> R) (c : R),
 (forall s : S, ex_RInt (Q1 s) lo hi) ->
 (forall s : S, ex_RInt (Q2 s) lo hi) ->
 (forall (s : S) (a : R), lo <= a <= hi -> Rabs (Q1 s a - Q2 s a) <= c) ->
 forall (s : S) (a : R),
 lo <= a <= hi ->
 Rabs
   (\big[Rplus/0]_x
       (P s a x *
        (r s a + disc s a x * (alpha * ln (RInt (fun a0 : R => exp (Q1 x a0 / alpha)) lo hi)))) -
    \big[Rplus/0]_x
       (P s a x *
        (r s a + disc s a x * (alpha * ln (RInt (fun a0 : R => exp (Q2 x a0 / alpha)) lo hi))))) <=
 gamma * c)
  := @measures.optimality_on_contraction.

(** Q* exists, for bounded rewards that may jump and any compact interval of actions ... [Note L21] *)
Definition ledger_Qstar_on_exists :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall (S : finType) (P : S -> R -> S -> R) (r : S -> R -> R) (disc : S -> R -> S -> R)
   (gamma : R),
 (forall (s : S) (a : R),
  lo <= a <= hi -> (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1) ->
 (forall s s' : S, ex_RInt ((P s)^~ s') lo hi) ->
 (forall s : S, ex_RInt (r s) lo hi) ->
 (forall (s : S) (a : R) (s' : S), lo <= a <= hi -> 0 <= disc s a s' <= gamma) ->
 (forall s s' : S, ex_RInt ((disc s)^~ s') lo hi) ->
 0 <= gamma < 1 ->
 exists Q : S -> R -> R,
   (forall s : S, ex_RInt (Q s) lo hi) /\
   (forall (s : S) (a : R),
    lo <= a <= hi ->
    \big[Rplus/0]_x
       (P s a x *
        (r s a + disc s a x * (alpha * ln (RInt (fun a0 : R => exp (Q x a0 / alpha)) lo hi)))) =
    Q s a))
  := @measures.Qstar_on_exists.

(** ... and is unique at every action of the interval. *)
Definition ledger_Qstar_on_unique :
  (forall lo hi alpha : R,
 lo < hi ->
 0 < alpha ->
 forall (S : finType) (P : S -> R -> S -> R) (r : S -> R -> R) (disc : S -> R -> S -> R)
   (gamma : R),
 (forall (s : S) (a : R),
  lo <= a <= hi -> (forall x : S, 0 <= P s a x) /\ \big[Rplus/0]_x P s a x = 1) ->
 (forall s s' : S, ex_RInt ((P s)^~ s') lo hi) ->
 (forall s : S, ex_RInt (r s) lo hi) ->
 (forall (s : S) (a : R) (s' : S), lo <= a <= hi -> 0 <= disc s a s' <= gamma) ->
 (forall s s' : S, ex_RInt ((disc s)^~ s') lo hi) ->
 0 <= gamma < 1 ->
 forall Q1 Q2 : S -> R -> R,
 (forall s : S, ex_RInt (Q1 s) lo hi) /\
 (forall (s : S) (a : R),
  lo <= a <= hi ->
  \big[Rplus/0]_x
     (P s a x *
      (r s a + disc s a x * (alpha * ln (RInt (fun a0 : R => exp (Q1 x a0 / alpha)) lo hi)))) =
  Q1 s a) ->
 (forall s : S, ex_RInt (Q2 s) lo hi) /\
 (forall (s : S) (a : R),
  lo <= a <= hi ->
  \big[Rplus/0]_x
     (P s a x *
      (r s a + disc s a x * (alpha * ln (RInt (fun a0 : R => exp (Q2 x a0 / alpha)) lo hi)))) =
  Q2 s a) -> forall (s : S) (a : R), lo <= a <= hi -> Q1 s a = Q2 s a)
  := @measures.Qstar_on_unique.

(** It is continuous in the action where reward, transition law and discount are. *)
Definition ledger_Qstar_on_continuous :
  (forall (lo hi alpha : R) (S : finType) (P : S -> R -> S -> R) (r : S -> R -> R)
   (disc : S -> R -> S -> R) (Q : S -> R -> R) (s : S) (a : R),
 (forall s0 : S, ex_RInt (Q s0) lo hi) /\
 (forall (s0 : S) (a0 : R),
  lo <= a0 <= hi ->
  \big[Rplus/0]_x
     (P s0 a0 x *
      (r s0 a0 + disc s0 a0 x * (alpha * ln (RInt (fun a1 : R => exp (Q x a1 / alpha)) lo hi)))) =
  Q s0 a0) ->
 lo < a < hi ->
 continuous (r s) a ->
 (forall s' : S, continuous ((P s)^~ s') a) ->
 (forall s' : S, continuous ((disc s)^~ s') a) -> continuous (Q s) a)
  := @measures.Qstar_on_continuous.

(** ** sampler *)

(** A standard Gumbel number has the distribution function exp(-exp(-x)); its density is the derivative ... *)
Definition ledger_gumbel_cdf_derivative :
  (forall x : R_AbsRing,
 is_derive (fun x0 : R => exp (- exp (- x0))) x (exp (- x) * exp (- exp (- x))))
  := @sampler.gumbel_cdf_derivative.

(** ... and it rises from 0 to 1. *)
Definition ledger_gumbel_cdf_limits :
  (is_lim (fun x : R => exp (- exp (- x))) m_infty 0 /\
 is_lim (fun x : R => exp (- exp (- x))) p_infty 1)
  := @sampler.gumbel_cdf_limits.

(** The largest perturbed logit is a Gumbel number shifted by V/alpha: prod_b F(t - logit_b) = F(t - V/alpha). *)
Definition ledger_gumbel_max_value :
  (forall (A : finType) (w Q : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall t : R,
 \big[Rmult/1]_(b | Rlt_dec 0 (w b)) exp (- exp (- (t - (Q b / alpha + ln (w b))))) =
 exp (- exp (- (t - alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) / alpha))))
  := @sampler.gumbel_max_value.

(** alpha times the largest perturbed logit has the law of V + alpha G, for one Gumbel number G: whatever f, and over any stretch of values, the integrals of f agree. With f(x) = x: the mean of the largest is V, plus alpha times the mean of G. *)
Definition ledger_gumbel_max_law :
  (forall (A : finType) (w Q : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 0 < alpha ->
 forall (f : R -> R) (x y : R),
 let V := alpha * ln (\big[Rplus/0]_a (w a * exp (Q a / alpha))) in
 ex_RInt (fun g : R => f (V + alpha * g) * (exp (- g) * exp (- exp (- g)))) x y ->
 is_RInt
   (fun t : R =>
    f (alpha * t) *
    Derive
      (fun u : R =>
       \big[Rmult/1]_(b | Rlt_dec 0 (w b)) exp (- exp (- (u - (Q b / alpha + ln (w b)))))) t)
   (x + V / alpha) (y + V / alpha)
   (RInt (fun g : R => f (V + alpha * g) * (exp (- g) * exp (- exp (- g)))) x y))
  := @sampler.gumbel_max_law.

(** The probability that action a wins is w_a pi(a): Gumbel-max draws from pi. [H17 Eq. 6] *)
Definition ledger_gumbel_max_probability :
  (forall (A : finType) (w Q : A -> R) (alpha : R),
 (forall a : A, 0 <= w a) /\ (exists a : A, 0 < w a) ->
 forall a : A,
 0 < w a ->
 is_RInt_gen
   (fun g : R =>
    exp (- (g - (Q a / alpha + ln (w a)))) * exp (- exp (- (g - (Q a / alpha + ln (w a))))) *
    \big[Rmult/1]_(b | Rlt_dec 0 (w b) && (b != a)) exp (- exp (- (g - (Q b / alpha + ln (w b))))))
   (Rbar_locally m_infty) (Rbar_locally p_infty)
   (w a * (exp (Q a / alpha) / \big[Rplus/0]_a0 (w a0 * exp (Q a0 / alpha)))))
  := @sampler.gumbel_max_probability.

(** Stein's identity for the Boltzmann density: E_pi[grad Q phi + alpha grad phi] = 0 for phi that vanishes at both ends, so that the Stein variational direction is zero at its target. cf. [H17 Eq. 13] *)
Definition ledger_stein_identity :
  (forall (lo hi alpha : R) (Q dQ phi dphi : R -> R),
 lo < hi ->
 0 < alpha ->
 (forall a : R, lo <= a <= hi -> is_derive Q a (dQ a)) ->
 (forall a : R, lo <= a <= hi -> continuous dQ a) ->
 (forall a : R, lo <= a <= hi -> is_derive phi a (dphi a)) ->
 (forall a : R, lo <= a <= hi -> continuous dphi a) ->
 phi lo = 0 ->
 phi hi = 0 ->
 RInt
   (fun a : R =>
    exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi *
    (dQ a * phi a + alpha * dphi a)) lo hi = 0)
  := @sampler.stein_identity.

(** Overdamped Langevin, da = grad Q/alpha dt + sqrt 2 dW, has zero probability flux at the Boltzmann density: pi grad Q/alpha - grad pi = 0. [Note L69] *)
Definition ledger_langevin_zero_flux :
  (forall (lo hi alpha : R) (Q dQ : R -> R),
 (forall a : R, lo <= a <= hi -> is_derive Q a (dQ a)) ->
 forall a : R,
 lo <= a <= hi ->
 exists db : R_NormedModule,
   is_derive (fun a0 : R => exp (Q a0 / alpha) / RInt (fun a1 : R => exp (Q a1 / alpha)) lo hi) a
     db /\
   exp (Q a / alpha) / RInt (fun a0 : R => exp (Q a0 / alpha)) lo hi * (dQ a / alpha) - db = 0)
  := @sampler.langevin_zero_flux.
