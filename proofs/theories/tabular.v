(** * tabular: policy iteration as Newton's method, composed skills, Munchausen

    Statements about whole tables Q, beyond the two operators of backup.v. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums contraction value policy gradient backup returns.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Tabular.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (gamma alpha : R).
Hypothesis ok : is_process w P disc gamma alpha.
Implicit Types (Q D : S * A -> R) (pi : S -> A -> R) (V : S -> R).

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

(** ** Newton's method on T* Q = Q *)
(** The linear part of T^{pi_Q}: D |-> E_{s'}[ discount E_{a' ~ pi_Q}[D(s',a')] ]. *)
Definition linear_part Q D (sa : S * A) :=
  expect (P sa.1 sa.2) (fun s' =>
    disc sa.1 sa.2 s' * expect (prob (w s') (greedy Q s')) (fun a' => D (s', a'))).

(** D |-> E[discount E_{a' ~ pi_Q}[D(s',a')]], the linear part, is the derivative of T*: d/dt T*(Q +
    t D) = linear_part (Q + t D) D. *)
Theorem optimality_derivative Q D t sa :
  is_derive (fun u => optimality (fun x => Q x + u * D x) sa) t
    (linear_part (fun x => Q x + t * D x) D sa).
Proof.
apply: is_derive_sum => s'.
apply: is_derive_scal; rewrite /soft_q_target -[X in is_derive _ _ X]Rplus_0_l.
apply: (@is_derive_plus _ _ (fun _ => r sa.1 sa.2)); first exact: is_derive_const.
apply: is_derive_scal.
apply: (soft_value_path_derivative (w_ok s') al (Q := fun u a' => Q (s', a') + u * D (s', a'))).
by move=> a'; auto_derive => //; ring.
Qed.

(** Q' solves the equation T* Q = Q linearised at Q. *)
Definition is_newton_step Q Q' :=
  forall sa, optimality Q sa + linear_part Q (fun x => Q' x - Q x) sa = Q' sa.

Lemma evaluation_linear Q Q' sa :
  evaluation (greedy Q) Q' sa = optimality Q sa + linear_part Q (fun x => Q' x - Q x) sa.
Proof.
rewrite (optimality_fused r ok) -expect_plus; apply: expect_ext => s'.
by rewrite (value_of_affine w alpha (greedy Q) Q Q') /soft_q_target; ring.
Qed.

(** One step of soft policy iteration (evaluate pi_Q exactly) is one Newton step.  [Note L76] *)
Theorem policy_iteration_is_newton Q Q' : is_newton_step Q Q' <-> is_Qpi (greedy Q) Q'.
Proof. by split=> H sa; have := H sa; rewrite evaluation_linear. Qed.

(** From every Q there is a Newton step: the equation linearised at Q has a solution. *)
Theorem newton_step_exists Q : exists Q', is_newton_step Q Q'.
Proof.
have [Q' H] := Qpi_exists r ok (greedy_is_policy ok Q).
by exists Q'; apply/policy_iteration_is_newton.
Qed.

(** From below, a Newton step lies between value iteration and Q*:
    Q <= T* Q implies T* Q <= Q' <= Q*. *)
Theorem newton_step_sandwich Q Q' Qs : (forall sa, Q sa <= optimality Q sa) ->
  is_newton_step Q Q' -> is_Qstar Qs ->
  forall sa, optimality Q sa <= Q' sa <= Qs sa.
Proof.
move=> sub /policy_iteration_is_newton H Hs sa; have gd := greedy_is_policy ok Q; split.
- apply: (sub_solution_le gamma_ok _ _ H) => [Q1 Q2|Q1 Q2|x].
  + exact: (evaluation_contraction r ok Q1 Q2 gd).
  + exact: (evaluation_monotone r ok gd).
  + rewrite {1}(optimality_fused r ok); apply: (evaluation_monotone r ok gd) => y.
    exact: sub.
- exact: (Qstar_optimal ok gd H Hs sa).
Qed.

(** Soft policy iteration converges at least as fast as value iteration:
    ||Q^{pi_new} - Q*|| <= gamma ||Q^pi - Q*||. *)
Theorem policy_iteration_error pi Qp Qnew Qs : is_policy w pi -> is_Qpi pi Qp ->
  is_Qpi (greedy Qp) Qnew -> is_Qstar Qs -> dist_sup Qnew Qs <= gamma * dist_sup Qp Qs.
Proof.
move=> pid Hp Hn Hs.
have sub sa : Qp sa <= optimality Qp sa.
  by rewrite -{1}(Hp sa); exact: (evaluation_le_optimality r ok).
apply: supnorm_le => [|sa]; first by apply: Rmult_le_pos; [case: gamma_ok|exact: supnorm_ge0].
have [lo hi] := newton_step_sandwich sub (proj2 (policy_iteration_is_newton _ _) Hn) Hs sa.
have := supnorm_ge (fun sa => optimality Qp sa - optimality Qs sa) sa.
have := optimality_contraction r ok Qp Qs; rewrite /dist_sup => h1 h2.
rewrite Rabs_left1; last lra.
have := Rle_abs (- (optimality Qp sa - optimality Qs sa)); rewrite Rabs_Ropp; have := Hs sa; lra.
Qed.

(** ** Munchausen value iteration  [V20]

    With q' = q - m alpha log pi_k, the entropy-regularised objective of q is the objective of
    q' regularised by m alpha KL(p || pi_k) and (1 - m) alpha H(p). *)
(** With q' = q - m alpha log pi_k, the entropy-regularised objective of q is the objective of q' regularised by m alpha KL(p || pi_k) and (1 - m) alpha H(p).  [V20] *)
Theorem munchausen_objective m (q : A -> R) (pk p : A -> R) s :
  policy_value (w s) alpha q p =
  expect (prob (w s) p) (fun a => q a - m * alpha * ln (pk a))
  - m * alpha * kl_divergence (w s) p pk + (1 - m) * alpha * entropy (w s) p.
Proof.
rewrite policy_value_entropy /kl_divergence /entropy !expect_minus !expect_scal.
ring.
Qed.

(** The backup with the Munchausen term added to the reward is the KL-regularised backup of q'.  [V20] *)
Theorem munchausen_backup m (q : S * A -> R) (pk pn : S -> A -> R) sa :
  expect (P sa.1 sa.2) (fun s' => soft_q_target (r sa.1 sa.2 + m * alpha * ln (pn sa.1 sa.2))
     (disc sa.1 sa.2 s') (policy_value (w s') alpha (row q s') (pn s')))
  - m * alpha * ln (pn sa.1 sa.2) =
  backup (fun s' => expect (prob (w s') (pn s')) (fun a => q (s', a) - m * alpha * ln (pk s' a))
     - m * alpha * kl_divergence (w s') (pn s') (pk s') + (1 - m) * alpha * entropy (w s') (pn s')) sa.
Proof.
rewrite -[X in _ - X](expect_const _ (P_dist sa.1 sa.2)) -expect_minus; apply: expect_ext => s'.
by rewrite (munchausen_objective m _ (pk s')) /soft_q_target /row; ring.
Qed.

(** The maximum over all policies of the KL-regularised objective, which the backup takes: it is V[q] at
    q = q' + m alpha log prior, and the Boltzmann policy of that q has it.  [V20] *)
Theorem kl_regularised_maximum m (q : A -> R) (prior p : A -> R) s : is_density (w s) p ->
  let objective p := expect (prob (w s) p) q - m * alpha * kl_divergence (w s) p prior
    + (1 - m) * alpha * entropy (w s) p in
  let bolstered a := q a + m * alpha * ln (prior a) in
  objective p <= soft_value (w s) alpha bolstered /\
  objective (boltzmann_policy (w s) alpha bolstered) = soft_value (w s) alpha bolstered.
Proof.
move=> pd objective bolstered.
have E p' : objective p' = policy_value (w s) alpha bolstered p'.
  rewrite (munchausen_objective m bolstered prior) /objective; congr (_ - _ + _).
  by apply: expect_ext => a; rewrite /bolstered; ring.
by rewrite !E; split; [exact: gibbs_le|exact: gibbs_attained].
Qed.
End Tabular.

(** ** Control that ends after n steps: no discount below one is needed *)
Section Horizon.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (disc : S -> A -> S -> R) (alpha : R).
Hypothesis w_ok : forall s, is_weight (w s).
Hypothesis P_dist : forall s a, is_dist (P s a).
Hypothesis disc_ge0 : forall s a s', 0 <= disc s a s'.
Hypothesis alpha_gt0 : 0 < alpha.
(** Reward and policy of each step, counted from the end. *)
Variables (r : nat -> S -> A -> R) (pi : nat -> S -> A -> R).

(** V of n steps to go under pi: E sum_t discount^t (r_t + alpha H(pi_t(.|s_t))); nothing after the last step. *)
Fixpoint horizon_return n (s : S) : R :=
  if n is m.+1 then policy_value (w s) alpha (fun a => backup P (r m) disc (horizon_return m) (s, a)) (pi m s) else 0.
(** V of n steps to go, backwards from the end: V_n = alpha log sum_a w_a exp(Q_n/alpha), Q_n = r + E[discount V_{n-1}].
    [Note L13] [Note L21] *)
Fixpoint horizon_value n (s : S) : R :=
  if n is m.+1 then soft_value (w s) alpha (fun a => backup P (r m) disc (horizon_value m) (s, a)) else 0.
(** Q_n, the action values of n.+1 steps to go. *)
Definition horizon_q n sa := backup P (r n) disc (horizon_value n) sa.

(** No policies, changing from step to step, earn more than backward induction says ...  [Note L13] [Note L21] *)
Theorem horizon_optimal n s : (forall m, is_policy w (pi m)) -> horizon_return n s <= horizon_value n s.
Proof.
move=> pid; elim: n s => [|n IH] s /=; first lra.
apply: Rle_trans (gibbs_le (w_ok s) alpha_gt0 _ (pid n s)) _.
apply: (soft_value_monotone (w_ok s) alpha_gt0) => a _; apply: expect_le => // s'.
by rewrite /soft_q_target /=; have := Rmult_le_compat_l _ _ _ (disc_ge0 s a s') (IH s'); lra.
Qed.

(** ... and the Boltzmann policies of Q_n earn it.  [Note L13] [Note L21] *)
Theorem horizon_attained n s :
  (forall m t a, pi m t a = boltzmann_policy (w t) alpha (fun b => horizon_q m (t, b)) a) ->
  horizon_return n s = horizon_value n s.
Proof.
move=> greedy; elim: n s => [|n IH] s //=.
rewrite -(gibbs_attained (w_ok s) alpha_gt0); rewrite /policy_value.
have Q a : backup P (r n) disc (horizon_return n) (s, a) = backup P (r n) disc (horizon_value n) (s, a).
  by apply: expect_ext => s'; rewrite IH.
rewrite /expect; apply: sum_ext => a; rewrite /prob greedy Q /horizon_q //.
Qed.
End Horizon.

(** ** Occupancy *)
Section Occupancy.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (disc : S -> A -> S -> R).
Variables (pi : S -> A -> R) (d occ : S -> R).
(** occ is the discounted number of visits, sum_t discounted_law_t. *)
Hypothesis occ_sum : forall s, is_lim_seq (fun n => \big[Rplus/0]_(t < n) discounted_law w P disc pi d t s) (Finite (occ s)).

(** Flow is conserved: occ = d + what the process makes of occ, discounted.  [Note L13] *)
Theorem occupancy_flow s : occ s = d s + push w P disc pi occ s.
Proof.
have step n t : \big[Rplus/0]_(i < n.+1) discounted_law w P disc pi d i t =
    d t + push w P disc pi (fun s => \big[Rplus/0]_(i < n) discounted_law w P disc pi d i s) t.
  rewrite big_ord_recl; congr (_ + _).
  rewrite /push /expect; transitivity (\sum_x \big[Rplus/0]_(i < n) (discounted_law w P disc pi d i x *
      \sum_a prob (w x) (pi x) a * (P x a t * disc x a t))); first by rewrite exchange_big.
  by apply: sum_ext => x; rewrite big_distrl.
have L : is_lim_seq (fun n => \big[Rplus/0]_(t < n.+1) discounted_law w P disc pi d t s)
    (d s + push w P disc pi occ s).
  apply: (is_lim_seq_ext _ _ _ (fun n => esym (step n s))).
  apply: is_lim_seq_plus'; first exact: is_lim_seq_const.
  apply: filterlim_seq_sum => x.
  by apply: is_lim_seq_mult'; [exact: occ_sum|exact: is_lim_seq_const].
have O : is_lim_seq (fun n => \big[Rplus/0]_(t < n.+1) discounted_law w P disc pi d t s) (Finite (occ s)).
  by move: (@occ_sum s) => /is_lim_seq_incr_1.
by have := is_lim_seq_unique _ _ L; rewrite (is_lim_seq_unique _ _ O); case.
Qed.

(** The objective split: what occ collects is its reward and alpha times its entropy.  [Note L13] *)
Theorem occupancy_splits (r : S -> A -> R) alpha : expect occ (soft_reward w r alpha pi) =
  expect occ (fun s => expect (prob (w s) (pi s)) (r s)) + alpha * expect occ (fun s => entropy (w s) (pi s)).
Proof. by rewrite -expect_scal -expect_plus. Qed.
End Occupancy.

(** ** Composed skills  [H18] *)
Section Composition.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R).
Variables (disc : S -> A -> S -> R) (gamma alpha : R).
Hypothesis ok : is_process w P disc gamma alpha.
(** Skills i with rewards r_i, mixed with probabilities lam_i. *)
Variables (I : finType) (lam : I -> R) (r : I -> S -> A -> R) (Q : I -> S * A -> R).
Hypothesis lam_dist : is_dist lam.
Hypothesis Q_opt : forall i, is_Qstar w P (r i) disc alpha (Q i).

Notation value := (value w alpha).
Let w_ok s : is_weight (w s). Proof. by case: ok. Qed.
Let P_dist s a : is_dist (P s a). Proof. by case: ok. Qed.
Let disc_ok s a s' : 0 <= disc s a s' <= gamma. Proof. by case: ok. Qed.
Let gamma_ok : 0 <= gamma < 1. Proof. by case: ok. Qed.
Let al : 0 < alpha. Proof. by case: ok. Qed.

Definition mixed_reward s a := expect lam (fun i => r i s a).
Definition mixed_Q (sa : S * A) := expect lam (fun i => Q i sa).
(** How far V is from affine between the skills. *)
Definition disagreement s := expect lam (fun i => value (Q i) s) - value mixed_Q s.

(** sum_i lam_i V(Q_i) >= V(sum_i lam_i Q_i): Jensen for the convex V. *)
Theorem disagreement_ge0 s : 0 <= disagreement s.
Proof.
set p := boltzmann_policy (w s) alpha (row mixed_Q s).
have pd : is_density (w s) p by exact: boltzmann_policy_density.
suff : value mixed_Q s <= expect lam (fun i => value (Q i) s) by rewrite /disagreement; lra.
have -> : value mixed_Q s = expect lam (fun i => policy_value (w s) alpha (row (Q i) s) p).
  rewrite -[LHS](gibbs_attained (w_ok s) al) -/p policy_value_entropy.
  rewrite (expect_ext _ (fun i => policy_value_entropy _ _ _ _)) expect_plus expect_const //.
  by rewrite expect_swap.
by apply: expect_le => // i; exact: gibbs_le.
Qed.

Lemma mixed_backup V (sa : S * A) :
  backup P mixed_reward disc V sa = expect lam (fun i => backup P (r i) disc V sa).
Proof.
rewrite (expect_ext _ (fun i => backupE (r i) ok V sa)) expect_plus expect_const //.
by rewrite (backupE mixed_reward ok).
Qed.

(** T*_mixed Q_mixed = Q_mixed - E[discount disagreement]. *)
Lemma mixed_optimality sa : optimality w P mixed_reward disc alpha mixed_Q sa =
  mixed_Q sa - expect (P sa.1 sa.2) (fun s' => disc sa.1 sa.2 s' * disagreement s').
Proof.
have -> : mixed_Q sa = mixed_reward sa.1 sa.2 +
   expect (P sa.1 sa.2) (fun s' => disc sa.1 sa.2 s' * expect lam (fun i => value (Q i) s')).
  rewrite /mixed_Q (expect_ext _ (fun i => esym (Q_opt i sa))).
  rewrite (expect_ext _ (fun i => backupE (r i) ok _ sa)) expect_plus; congr (_ + _).
  rewrite expect_swap; apply: expect_ext => s'.
  by rewrite expect_scal.
rewrite /optimality (backupE mixed_reward ok) /Rminus Rplus_assoc -/(Rminus _ _) -expect_minus.
by congr (_ + _); apply: expect_ext => s'; rewrite /disagreement; ring.
Qed.

(** Upper bound: Q*_mixed <= sum_i lam_i Q*_i.  [H18] *)
Theorem composition_upper Qm : is_Qstar w P mixed_reward disc alpha Qm ->
  forall sa, Qm sa <= mixed_Q sa.
Proof.
move=> Hm sa; apply: (super_solution_ge gamma_ok _ _ Hm) => [Q1 Q2|Q1 Q2|x].
- exact: (optimality_contraction mixed_reward ok).
- exact: (optimality_monotone mixed_reward ok).
- rewrite mixed_optimality.
  have : 0 <= expect (P x.1 x.2) (fun s' => disc x.1 x.2 s' * disagreement s').
    apply: expect_ge0 => // s'; apply: Rmult_le_pos; [by case: (disc_ok x.1 x.2 s')|].
    exact: disagreement_ge0.
  lra.
Qed.

(** The cost of composing: C(s,a) = E[discount (disagreement(s') + max_{a'} C(s',a'))]. *)
Definition cost_operator (C : S * A -> R) :=
  backup P (fun _ _ => 0) disc (fun s => disagreement s + hard_value (w s) (row C s)).

(** The cost of composing, C(s,a) = E[discount (disagreement(s') + max_{a'} C(s',a'))], exists. *)
Theorem composition_cost_exists : exists C, fixed_point cost_operator C.
Proof.
apply: (fixed_point_exists gamma_ok) => C1 C2.
apply: supnorm_le => [|sa]; first by apply: Rmult_le_pos; [case: gamma_ok|exact: supnorm_ge0].
apply: (backup_lipschitz _ ok) => s; apply: Rabs_le.
have H a := row_dist C1 C2 s a.
have h1 : hard_value (w s) (row C2 s) <= hard_value (w s) (row C1 s) + dist_sup C1 C2.
  by apply: hard_value_le => // a _; have := H a; move/Rabs_le_between; lra.
have h2 : hard_value (w s) (row C1 s) <= hard_value (w s) (row C2 s) + dist_sup C1 C2.
  by apply: hard_value_le => // a _; have := H a; move/Rabs_le_between; lra.
lra.
Qed.

(** Lower bound: Q*_mixed >= sum_i lam_i Q*_i - C.  [H18] *)
Theorem composition_lower C Qm : fixed_point cost_operator C ->
  is_Qstar w P mixed_reward disc alpha Qm -> forall sa, mixed_Q sa - C sa <= Qm sa.
Proof.
move=> HC Hm; apply: (sub_solution_le gamma_ok _ _ Hm) => [Q1 Q2|Q1 Q2|sa].
- exact: (optimality_contraction mixed_reward ok).
- exact: (optimality_monotone mixed_reward ok).
- rewrite -{1}(HC sa) /cost_operator (backupE _ ok) Rplus_0_l.
  have -> : mixed_Q sa - expect (P sa.1 sa.2) (fun s' => disc sa.1 sa.2 s' *
       (disagreement s' + hard_value (w s') (row C s'))) =
    optimality w P mixed_reward disc alpha mixed_Q sa -
    expect (P sa.1 sa.2) (fun s' => disc sa.1 sa.2 s' * hard_value (w s') (row C s')).
    rewrite mixed_optimality (expect_ext _ (g := fun s' => disc sa.1 sa.2 s' * disagreement s' +
       disc sa.1 sa.2 s' * hard_value (w s') (row C s'))) => [|s']; last by ring.
    by rewrite expect_plus; ring.
  rewrite /optimality !(backupE mixed_reward ok) /Rminus Rplus_assoc -/(Rminus _ _) -expect_minus.
  apply: Rplus_le_compat_l; apply: expect_le => // s'; have [d0 _] := disc_ok sa.1 sa.2 s'.
  rewrite -Rmult_minus_distr_l; apply: Rmult_le_compat_l => //.
  rewrite /Rminus -[X in X <= _](soft_value_translation (w_ok s') al).
  apply: soft_value_monotone => // a wa; rewrite /row.
  by have [_ mx] := hard_value_is_max (row C s') (w_ok s'); have := mx a wa; rewrite /row; lra.
Qed.
End Composition.

(** For two skills in equal parts the disagreement is alpha/2 times a Renyi divergence of order 1/2:
    (V_1 + V_2)/2 - V((Q_1 + Q_2)/2) = - alpha log sum_a w_a sqrt(pi_1(a) pi_2(a)).  [H18] *)
Theorem disagreement_renyi (A : finType) (w Q1 Q2 : A -> R) alpha : is_weight w -> 0 < alpha ->
  (soft_value w alpha Q1 + soft_value w alpha Q2) / 2
  - soft_value w alpha (fun a => (Q1 a + Q2 a) / 2) =
  - (alpha * ln (\sum_a w a * sqrt (boltzmann_policy w alpha Q1 a * boltzmann_policy w alpha Q2 a))).
Proof.
move=> w_ok al; set V1 := soft_value _ _ Q1; set V2 := soft_value _ _ Q2.
have half a : sqrt (boltzmann_policy w alpha Q1 a * boltzmann_policy w alpha Q2 a) =
   exp (((Q1 a + Q2 a) / 2 + - ((V1 + V2) / 2)) / alpha).
  rewrite !boltzmann_policy_exp // /soft_advantage -exp_plus -/V1 -/V2.
  set x := ((Q1 a + Q2 a) / 2 + - ((V1 + V2) / 2)) / alpha.
  have -> : (Q1 a - V1) / alpha + (Q2 a - V2) / alpha = x + x by rewrite /x; field; lra.
  by rewrite exp_plus sqrt_square //; exact: Rlt_le (exp_pos _).
rewrite (sum_ext (fun a => congr1 (Rmult (w a)) (half a))).
rewrite -/(partition w alpha (fun a => (Q1 a + Q2 a) / 2 + - ((V1 + V2) / 2))).
rewrite -/(soft_value w alpha (fun a => (Q1 a + Q2 a) / 2 + - ((V1 + V2) / 2))).
by rewrite (soft_value_translation w_ok al (fun a => (Q1 a + Q2 a) / 2)); ring.
Qed.
