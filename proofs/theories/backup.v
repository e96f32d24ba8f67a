(** * backup: the soft Bellman operators of a finite discounted decision process

    States [S], actions [A] with weights [w s], transition law [P], reward [r].
    [disc s a s'] is the discount of one transition: gamma (1 - terminated), so that
    termination ends value and truncation does not.  Everything is proved for an
    arbitrary discount between 0 and gamma < 1. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums contraction value policy.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** r + discount v.  [H17 Eq. 7] [Note L67] *)
Definition soft_q_target (reward discount next_v : R) := reward + discount * next_v.

Section Definitions.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (alpha : R).
Implicit Types (Q : S * A -> R) (pi : S -> A -> R) (V : S -> R).

Definition is_policy pi := forall s, is_density (w s) (pi s).
Definition row Q (s : S) : A -> R := fun a => Q (s, a).
(** V_Q(s) = alpha log sum_a w_a exp(Q(s,a)/alpha).  [H17 Eq. 5] *)
Definition value Q s := soft_value (w s) alpha (row Q s).
(** V^pi_Q(s) = E_{a ~ pi}[Q(s,a) - alpha log pi(a|s)].  [Note L52] *)
Definition value_of pi Q s := policy_value (w s) alpha (row Q s) (pi s).
(** pi_Q(.|s), the Boltzmann policy of Q at s.  [H17 Eq. 6] *)
Definition greedy Q s := boltzmann_policy (w s) alpha (row Q s).
(** E_{s'}[ r + discount V(s') ]. *)
Definition backup V (sa : S * A) :=
  expect (P sa.1 sa.2) (fun s' => soft_q_target (r sa.1 sa.2) (disc sa.1 sa.2 s') (V s')).
(** T^pi Q, the note's (1).  [Note L67] *)
Definition evaluation pi Q := backup (value_of pi Q).
(** T* Q, the note's (2).  [Note L67] [H17 Eq. 7] *)
Definition optimality Q := backup (value Q).
Definition is_Qstar Q := fixed_point optimality Q.
Definition is_Qpi pi Q := fixed_point (evaluation pi) Q.
End Definitions.

(** A process is given by: valid weights at every state, transition probabilities,
    discounts in [0, gamma] with gamma < 1, and alpha > 0. *)
Definition is_process (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R)
    (disc : S -> A -> S -> R) (gamma alpha : R) :=
  [/\ forall s, is_weight (w s), forall s a, is_dist (P s a),
      forall s a s', 0 <= disc s a s' <= gamma, 0 <= gamma < 1 & 0 < alpha].

Section Backup.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (gamma alpha : R).
Hypothesis ok : is_process w P disc gamma alpha.
Implicit Types (Q : S * A -> R) (pi : S -> A -> R) (V : S -> R).

Notation is_policy := (is_policy w).
Notation value := (value w alpha).
Notation value_of := (value_of w alpha).
Notation greedy := (greedy w alpha).
Notation backup := (backup P r disc).
Notation evaluation := (evaluation w P r disc alpha).
Notation optimality := (optimality w P r disc alpha).
Notation is_Qstar := (is_Qstar w P r disc alpha).
Notation is_Qpi := (is_Qpi w P r disc alpha).

Let w_ok s : is_weight (w s). Proof. by case: ok. Qed.
Let P_dist s a : is_dist (P s a). Proof. by case: ok. Qed.
Let disc_ok s a s' : 0 <= disc s a s' <= gamma. Proof. by case: ok. Qed.
Let gamma_ok : 0 <= gamma < 1. Proof. by case: ok. Qed.
Let al : 0 < alpha. Proof. by case: ok. Qed.

(** ** One backup *)
Lemma backupE V sa : backup V sa =
  r sa.1 sa.2 + expect (P sa.1 sa.2) (fun s' => disc sa.1 sa.2 s' * V s').
Proof. by rewrite /backup expect_plus expect_const. Qed.

Lemma backup_ext V1 V2 sa : (forall s, V1 s = V2 s) -> backup V1 sa = backup V2 sa.
Proof. by move=> e; apply: expect_ext => s; rewrite e. Qed.

Lemma backup_monotone V1 V2 sa : (forall s, V1 s <= V2 s) -> backup V1 sa <= backup V2 sa.
Proof.
move=> v12; apply: expect_le => // s; apply: Rplus_le_compat_l.
by apply: Rmult_le_compat_l; [case: (disc_ok sa.1 sa.2 s)|].
Qed.

Lemma backup_lipschitz V1 V2 c : (forall s, Rabs (V1 s - V2 s) <= c) ->
  forall sa, Rabs (backup V1 sa - backup V2 sa) <= gamma * c.
Proof.
move=> v12 sa; rewrite /backup -expect_minus; apply: expect_abs_le => // s.
have [d0 d1] := disc_ok sa.1 sa.2 s.
rewrite /soft_q_target (_ : _ - _ = disc sa.1 sa.2 s * (V1 s - V2 s)); last by ring.
rewrite Rabs_mult Rabs_right; last lra.
by apply: Rmult_le_compat => //; exact: Rabs_pos.
Qed.

(** ** Policies and values *)
(** pi_Q(.|s) is a policy at every state.  [H17 Eq. 6] *)
Theorem greedy_is_policy Q : is_policy (greedy Q).
Proof. by move=> s; exact: boltzmann_policy_density. Qed.

(** V_Q = V^{pi_Q}_Q.  [Note L58] *)
Theorem value_greedy Q s : value_of (greedy Q) Q s = value Q s.
Proof. exact: gibbs_attained. Qed.

(** V^pi_Q <= V_Q for every policy.  [Note L38] *)
Theorem value_of_le pi Q s : is_policy pi -> value_of pi Q s <= value Q s.
Proof. by move=> pid; exact: gibbs_le. Qed.

(** T* Q = T^{pi_Q} Q: one update holds evaluation and improvement.  [H17 Eq. 7] [Note L67] [Note L74] [Note L76] *)
Theorem optimality_fused Q sa : optimality Q sa = evaluation (greedy Q) Q sa.
Proof. by apply: backup_ext => s; rewrite value_greedy. Qed.

(** T^pi Q <= T* Q for every policy: the note's (1) is at most its (2).  [Note L67] [Note L74] *)
Theorem evaluation_le_optimality pi Q sa : is_policy pi ->
  evaluation pi Q sa <= optimality Q sa.
Proof. by move=> pid; apply: backup_monotone => s; exact: value_of_le. Qed.

Lemma row_dist Q1 Q2 s a : Rabs (row Q1 s a - row Q2 s a) <= dist_sup Q1 Q2.
Proof. exact: (supnorm_ge (fun sa => Q1 sa - Q2 sa) (s, a)). Qed.

Lemma value_lipschitz Q1 Q2 s : Rabs (value Q1 s - value Q2 s) <= dist_sup Q1 Q2.
Proof. by apply: soft_value_lipschitz => // a _; exact: row_dist. Qed.

(** V^pi is affine in Q: V^pi_{Q2} = V^pi_{Q1} + E_pi[Q2 - Q1]. *)
Lemma value_of_affine pi Q1 Q2 s : value_of pi Q2 s =
  value_of pi Q1 s + expect (prob (w s) (pi s)) (fun a => Q2 (s, a) - Q1 (s, a)).
Proof. by rewrite /backup.value_of !policy_value_entropy expect_minus /row; ring. Qed.

Lemma value_of_lipschitz pi Q1 Q2 s : is_policy pi ->
  Rabs (value_of pi Q1 s - value_of pi Q2 s) <= dist_sup Q1 Q2.
Proof.
move=> pid; rewrite (value_of_affine pi Q2 Q1) (_ : _ - _ =
  expect (prob (w s) (pi s)) (fun a => Q1 (s, a) - Q2 (s, a))); last by ring.
by apply: expect_abs_le; [exact: prob_dist|move=> a; exact: row_dist].
Qed.

(** ** The optimality operator *)
(** T* is monotone: Q1 <= Q2 implies T* Q1 <= T* Q2. *)
Theorem optimality_monotone Q1 Q2 :
  (forall sa, Q1 sa <= Q2 sa) -> forall sa, optimality Q1 sa <= optimality Q2 sa.
Proof. by move=> q12 sa; apply: backup_monotone => s; apply: soft_value_monotone => // a _; exact: q12. Qed.

(** ||T* Q1 - T* Q2|| <= gamma ||Q1 - Q2||.  cf. [H17 Theorem 3] *)
Theorem optimality_contraction Q1 Q2 :
  dist_sup (optimality Q1) (optimality Q2) <= gamma * dist_sup Q1 Q2.
Proof.
apply: supnorm_le => [|sa]; first by apply: Rmult_le_pos; [case: gamma_ok|exact: supnorm_ge0].
by apply: backup_lipschitz => s; exact: value_lipschitz.
Qed.

(** T*(Q + c) = T* Q + c E[discount]: gamma c where nothing terminates. *)
Theorem optimality_translation Q c sa :
  optimality (fun x => Q x + c) sa = optimality Q sa + c * expect (P sa.1 sa.2) (disc sa.1 sa.2).
Proof.
rewrite /backup.optimality !backupE -expect_scal Rplus_assoc -expect_plus; congr (_ + _).
apply: expect_ext => s; rewrite (_ : value _ s = value Q s + c); first by ring.
exact: (soft_value_translation (w_ok s) al (row Q s)).
Qed.

(** ** The evaluation operator *)
(** T^pi is monotone: Q1 <= Q2 implies T^pi Q1 <= T^pi Q2. *)
Theorem evaluation_monotone pi Q1 Q2 : is_policy pi ->
  (forall sa, Q1 sa <= Q2 sa) -> forall sa, evaluation pi Q1 sa <= evaluation pi Q2 sa.
Proof.
move=> pid q12 sa; apply: backup_monotone => s; apply: expect_le; first exact: prob_dist.
by move=> a; move: (q12 (s, a)); rewrite /row; lra.
Qed.

(** ||T^pi Q1 - T^pi Q2|| <= gamma ||Q1 - Q2||. *)
Theorem evaluation_contraction pi Q1 Q2 : is_policy pi ->
  dist_sup (evaluation pi Q1) (evaluation pi Q2) <= gamma * dist_sup Q1 Q2.
Proof.
move=> pid; apply: supnorm_le => [|sa].
  by apply: Rmult_le_pos; [case: gamma_ok|exact: supnorm_ge0].
by apply: backup_lipschitz => s; exact: value_of_lipschitz.
Qed.

(** ** Fixed points *)
(** Q* exists ...  [Note L21] *)
Theorem Qstar_exists : exists Q, is_Qstar Q.
Proof. exact: fixed_point_exists gamma_ok optimality_contraction. Qed.

(** ... and is unique.  cf. [H17 Theorem 3] *)
Theorem Qstar_unique Q1 Q2 : is_Qstar Q1 -> is_Qstar Q2 -> forall sa, Q1 sa = Q2 sa.
Proof. exact: fixed_point_unique gamma_ok optimality_contraction _ _. Qed.

(** Q^pi exists, for every policy ... *)
Theorem Qpi_exists pi : is_policy pi -> exists Q, is_Qpi pi Q.
Proof.
by move=> pid; apply: (fixed_point_exists gamma_ok) => Q1 Q2; exact: evaluation_contraction.
Qed.

(** ... and is unique. *)
Theorem Qpi_unique pi Q1 Q2 : is_policy pi ->
  is_Qpi pi Q1 -> is_Qpi pi Q2 -> forall sa, Q1 sa = Q2 sa.
Proof.
by move=> pid; apply: (fixed_point_unique gamma_ok) => Q Q'; exact: evaluation_contraction.
Qed.

(** Soft value iteration: ||T*^n Q - Q*|| <= gamma^n ||Q - Q*||. *)
Theorem value_iteration_error Q Qs n : is_Qstar Qs ->
  dist_sup (iter n optimality Q) Qs <= gamma ^ n * dist_sup Q Qs.
Proof. exact: iterate_error_bound gamma_ok optimality_contraction _ _ _. Qed.

(** Soft policy evaluation: ||(T^pi)^n Q - Q^pi|| <= gamma^n ||Q - Q^pi||. *)
Theorem policy_evaluation_error pi Q Qp n : is_policy pi -> is_Qpi pi Qp ->
  dist_sup (iter n (evaluation pi) Q) Qp <= gamma ^ n * dist_sup Q Qp.
Proof.
by move=> pid; apply: (iterate_error_bound gamma_ok) => Q1 Q2; exact: evaluation_contraction.
Qed.

(** ||Q - Q*|| <= ||T* Q - Q|| / (1 - gamma): the error bound that needs no Q*. *)
Theorem bellman_residual_error Q Qs : is_Qstar Qs ->
  dist_sup Q Qs <= dist_sup (optimality Q) Q / (1 - gamma).
Proof. exact: residual_error_bound gamma_ok optimality_contraction _ _. Qed.

(** ** Soft policy improvement and optimality *)
(** Q^{pi_new} >= Q^pi for pi_new = pi_{Q^pi}.  [Note L74] cf. [H17 Theorem 4] *)
Theorem soft_policy_improvement pi Qp Qnew : is_policy pi ->
  is_Qpi pi Qp -> is_Qpi (greedy Qp) Qnew -> forall sa, Qp sa <= Qnew sa.
Proof.
move=> pid Hp Hnew; have gd := greedy_is_policy Qp.
apply: (sub_solution_le gamma_ok _ _ Hnew) => [Q1 Q2|Q1 Q2|sa].
- exact: evaluation_contraction.
- exact: evaluation_monotone.
- by rewrite -{1}(Hp sa) -optimality_fused; exact: evaluation_le_optimality.
Qed.

(** Q^pi <= Q* for every policy ...  [Note L21] *)
Theorem Qstar_optimal pi Qp Qs : is_policy pi ->
  is_Qpi pi Qp -> is_Qstar Qs -> forall sa, Qp sa <= Qs sa.
Proof.
move=> pid Hp Hs; apply: (sub_solution_le gamma_ok _ _ Hs) => [Q1 Q2|Q1 Q2|sa].
- exact: optimality_contraction.
- exact: optimality_monotone.
- by rewrite -{1}(Hp sa); exact: evaluation_le_optimality.
Qed.

(** ... and Q* is the Q of its own Boltzmann policy.  [Note L27] *)
Theorem Qstar_attained Qs : is_Qstar Qs -> is_Qpi (greedy Qs) Qs.
Proof. by move=> Hs sa; rewrite -optimality_fused; exact: Hs. Qed.

(** V^pi <= V* for every policy. *)
Theorem Vstar_optimal pi Qp Qs s : is_policy pi -> is_Qpi pi Qp -> is_Qstar Qs ->
  value_of pi Qp s <= value Qs s.
Proof.
move=> pid Hp Hs; apply: Rle_trans (value_of_le Qp s pid) _.
by apply: soft_value_monotone => // a _; exact: Qstar_optimal Hp Hs (s, a).
Qed.

(** A policy that improvement leaves unchanged is optimal. *)
Theorem improvement_fixpoint_optimal pi Qp : is_Qpi pi Qp ->
  (forall s a, 0 < w s a -> pi s a = greedy Qp s a) -> is_Qstar Qp.
Proof.
move=> Hp e sa; rewrite optimality_fused -[RHS](Hp sa); apply: backup_ext => s.
rewrite /backup.value_of /policy_value /expect; apply: sum_ext => a; rewrite /prob.
by case: (weight_cases a (w_ok s)) => [->|wa]; [ring|rewrite e].
Qed.

(** ** Distance between the soft and the hard optimum *)
Definition hard_optimality Q := backup (fun s => hard_value (w s) (row Q s)).

Lemma hard_value_le u (f g : A -> R) c : is_weight u -> (forall a, 0 < u a -> f a <= g a + c) ->
  hard_value u f <= hard_value u g + c.
Proof.
move=> uok fg; have [[a [ua <-]] _] := hard_value_is_max f uok.
by have [_ mx] := hard_value_is_max g uok; have := mx a ua; have := fg a ua; lra.
Qed.

(** The hard backup r + discount max Q is a contraction too ... *)
Theorem hard_optimality_contraction Q1 Q2 :
  dist_sup (hard_optimality Q1) (hard_optimality Q2) <= gamma * dist_sup Q1 Q2.
Proof.
apply: supnorm_le => [|sa]; first by apply: Rmult_le_pos; [case: gamma_ok|exact: supnorm_ge0].
apply: backup_lipschitz => s; apply: Rabs_le; have H a := row_dist Q1 Q2 s a.
split.
- have : hard_value (w s) (row Q2 s) <= hard_value (w s) (row Q1 s) + dist_sup Q1 Q2.
    by apply: hard_value_le => // a _; have := H a; move/Rabs_le_between; lra.
  lra.
- have : hard_value (w s) (row Q1 s) <= hard_value (w s) (row Q2 s) + dist_sup Q1 Q2.
    by apply: hard_value_le => // a _; have := H a; move/Rabs_le_between; lra.
  lra.
Qed.

(** ... so that the hard optimum Q*_0 exists. *)
Theorem hard_optimum_exists : exists Q, fixed_point hard_optimality Q.
Proof. exact: fixed_point_exists gamma_ok hard_optimality_contraction. Qed.

(** 0 <= Q*_alpha - Q*_0 when every allowed action weighs at least one ... *)
Theorem hard_le_soft Qh Qs : (forall s a, 0 < w s a -> 1 <= w s a) ->
  fixed_point hard_optimality Qh -> is_Qstar Qs -> forall sa, Qh sa <= Qs sa.
Proof.
move=> w1 Hh Hs; apply: (sub_solution_le gamma_ok _ _ Hs) => [Q1 Q2|Q1 Q2|sa].
- exact: optimality_contraction.
- exact: optimality_monotone.
- rewrite -{1}(Hh sa); apply: backup_monotone => // s.
  by apply: soft_value_ge_max => //; [exact: w1|exact: hard_value_is_max].
Qed.

(** ... and Q*_alpha - Q*_0 <= gamma alpha L / (1 - gamma), where L bounds the log weight of
    the actions of each state: L = log |A| for a finite action space. *)
Theorem soft_le_hard Qh Qs L : 0 <= L -> (forall s, ln (total (w s)) <= L) ->
  fixed_point hard_optimality Qh -> is_Qstar Qs ->
  forall sa, Qs sa <= Qh sa + gamma * (alpha * L) / (1 - gamma).
Proof.
move=> L0 WL Hh Hs; set c := gamma * (alpha * L) / (1 - gamma).
have aL : 0 <= alpha * L by apply: Rmult_le_pos; lra.
have c0 : 0 <= c by apply: Rdiv_le_0_compat; [apply: Rmult_le_pos; lra|lra].
have cE : gamma * (alpha * L + c) = c by rewrite /c; field; lra.
apply: (super_solution_ge gamma_ok _ _ Hs) => [Q1 Q2|Q1 Q2|sa].
- exact: optimality_contraction.
- exact: optimality_monotone.
- rewrite -(Hh sa) -{2}cE /backup.optimality /hard_optimality !backupE.
  rewrite -(expect_const (gamma * (alpha * L + c)) (P_dist sa.1 sa.2)) Rplus_assoc -expect_plus.
  apply: Rplus_le_compat_l; apply: expect_le => // s.
  have [d0 d1] := disc_ok sa.1 sa.2 s; have [_ mx] := hard_value_is_max (row Qh s) (w_ok s).
  set v := value _ s; have : v <= hard_value (w s) (row Qh s) + (alpha * L + c).
    apply: Rle_trans (@soft_value_le_max _ _ _ (w_ok s) al _ (hard_value (w s) (row Qh s) + c) _) _.
      by move=> a wa; rewrite /row; have := mx a wa; rewrite /row; lra.
    by have := Rmult_le_compat_l alpha _ _ (Rlt_le _ _ al) (WL s); lra.
  move=> /(Rmult_le_compat_l _ _ _ d0).
  have : disc sa.1 sa.2 s * (alpha * L + c) <= gamma * (alpha * L + c).
    by apply: Rmult_le_compat_r; lra.
  lra.
Qed.
End Backup.

(** Q*(k r, k alpha) = k Q*(r, alpha): reward and temperature share their units. *)
Theorem Qstar_homogeneous (S A : finType) (w : S -> A -> R) P r disc gamma alpha k
    (Q : S * A -> R) : is_process w P disc gamma alpha -> 0 < k ->
  is_Qstar w P r disc alpha Q ->
  is_Qstar w P (fun s a => k * r s a) disc (k * alpha) (fun sa => k * Q sa).
Proof.
move=> ok k0 H sa; rewrite -[in RHS](H sa) /optimality /backup -expect_scal.
apply: expect_ext => s; have [w_ok _ _ _ al] := ok.
rewrite /soft_q_target (_ : value w (k * alpha) _ s = k * value w alpha Q s); first by ring.
exact: (soft_value_homogeneous (w s) al (row Q s) k0).
Qed.

(** ** Termination: discount = gamma (1 - terminated) *)
Section Terminated.
Variables (S A : finType) (terminated : S -> A -> S -> bool) (gamma : R).
Hypothesis gamma_ge0 : 0 <= gamma.

Definition masked_discount s a s' := gamma * (1 - (if terminated s a s' then 1 else 0)).

(** The discount of softql is one that the theory allows. *)
Theorem masked_discount_ok s a s' : 0 <= masked_discount s a s' <= gamma.
Proof. by rewrite /masked_discount; case: ifP => _; lra. Qed.

(** After termination the target is the reward alone, whatever V says.  [H17 Eq. 7] [Note L67] *)
Theorem soft_q_target_terminated s a s' reward v : terminated s a s' ->
  soft_q_target reward (masked_discount s a s') v = reward.
Proof. by rewrite /soft_q_target /masked_discount => ->; ring. Qed.
End Terminated.
