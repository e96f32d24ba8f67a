(** * retrace: targets along paths of another policy

    Actions come from mu, the target is Q^pi: the recursion that softql runs, with its
    cuts, is unbiased at Q = Q^pi and contracts towards it from any other Q. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums contraction value policy backup returns.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Retrace.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (gamma alpha : R).
Hypothesis ok : is_process w P disc gamma alpha.
(** The policy that acts, the one whose values are wanted, the share of a correction that is
    kept, and the transitions that time cuts. *)
Variables (mu pi c : S -> A -> R) (cut : S -> A -> S -> bool).
Implicit Types (Q : S * A -> R) (V : S -> R).

Notation value_of := (value_of w alpha pi).
Notation is_Qpi := (is_Qpi w P r disc alpha pi).
Notation path_expect := (path_expect w P mu).

Let w_ok s : is_weight (w s). Proof. by case: ok. Qed.
Let P_dist s a : is_dist (P s a). Proof. by case: ok. Qed.
Let disc_ok s a s' : 0 <= disc s a s' <= gamma. Proof. by case: ok. Qed.
Let gamma_ok : 0 <= gamma < 1. Proof. by case: ok. Qed.

(** G_t = r_t + discount_t (V(s_{t+1}) + c_{t+1} (G_{t+1} - Q(s_{t+1},a_{t+1}))), without the
    correction where the path is cut and at its last step.  [Note L25] *)
Fixpoint retrace_return V Q s a (path : seq (S * A)) : R :=
  if path is (s', a') :: l then
    soft_q_target (r s a) (disc s a s') (V s' +
      (if l is [::] then 0 else if cut s a s' then 0
       else c s' a' * (retrace_return V Q s' a' l - Q (s', a'))))
  else 0.

Hypothesis mu_ok : is_policy w mu.

(** What is kept of the correction after the transition (s, a, s'). *)
Definition kept s a s' a' := if cut s a s' then 0 else c s' a'.

Lemma retrace_return_step V Q n s a :
  path_expect n.+2 s a (retrace_return V Q s a) =
  expect (P s a) (fun s' => soft_q_target (r s a) (disc s a s') (V s' +
    expect (prob (w s') (mu s')) (fun a' => kept s a s' a' *
      (path_expect n.+1 s' a' (retrace_return V Q s' a') - Q (s', a'))))).
Proof.
rewrite path_expectS; apply: expect_ext => s'; rewrite /soft_q_target Rmult_plus_distr_l -Rplus_assoc.
rewrite -expect_scal -[X in _ = X + _](expect_const _ (prob_dist (w_ok s') (mu_ok s'))) -expect_plus.
apply: expect_ext => a'.
transitivity (path_expect n.+1 s' a' (fun l =>
    (r s a + disc s a s' * V s' - disc s a s' * kept s a s' a' * Q (s', a')) +
    disc s a s' * kept s a s' a' * retrace_return V Q s' a' l)).
  apply: path_expect_ext => -[//|x l] _; rewrite [retrace_return _ _ s a _]/= -/(retrace_return V Q s' a' (x :: l)).
  by rewrite /soft_q_target /kept; case: cut; rewrite /=; ring.
by rewrite (path_expect_affine ok) //; ring.
Qed.

Lemma retrace_return_one V Q s a :
  path_expect 1 s a (retrace_return V Q s a) = backup P r disc V (s, a).
Proof.
apply: expect_ext => s' /=; rewrite expect_const; last exact: prob_dist.
by rewrite Rplus_0_r.
Qed.

(** With Q = Q^pi and V = V^pi the retrace target is unbiased for Q^pi on paths of any policy mu,
    whatever share of the corrections is kept and wherever the path is cut.  [Note L25] *)
Theorem retrace_return_unbiased Qp n s a : is_Qpi Qp ->
  path_expect n.+1 s a (retrace_return (value_of Qp) Qp s a) = Qp (s, a).
Proof.
move=> Hp; elim: n s a => [|n IH] s a; first by rewrite retrace_return_one; exact: Hp.
rewrite retrace_return_step -[RHS](Hp (s, a)); apply: expect_ext => s'.
rewrite (_ : expect (prob (w s') (mu s')) _ = 0) ?Rplus_0_r // -(expect_const 0 (prob_dist (w_ok s') (mu_ok s'))).
by apply: expect_ext => a'; rewrite IH; ring.
Qed.

Hypothesis pi_ok : is_policy w pi.
Hypothesis c_ok : forall s a, 0 <= c s a /\ c s a * mu s a <= pi s a.

(** With V = V^pi_Q from any Q, and shares c <= pi/mu, the bias of the retrace target is at most
    gamma ||Q - Q^pi||. *)
Theorem retrace_return_bias Q Qp n s a : is_Qpi Qp ->
  Rabs (path_expect n.+1 s a (retrace_return (value_of Q) Q s a) - Qp (s, a))
  <= gamma * dist_sup Q Qp.
Proof.
move=> Hp; set B := dist_sup Q Qp; have B0 : 0 <= B by exact: supnorm_ge0.
have near sa : Rabs (Q sa - Qp sa) <= B by exact: (supnorm_ge (fun x => Q x - Qp x)).
have gB : gamma * B <= B by have := Rmult_le_compat_r B _ _ B0 (Rlt_le _ _ (proj2 gamma_ok)); lra.
have apart s' : value_of Q s' - value_of Qp s' = expect (prob (w s') (pi s')) (fun a => Q (s', a) - Qp (s', a)).
  by rewrite (value_of_affine _ alpha pi Qp Q s'); ring.
elim: n s a => [|n IH] s a.
  rewrite retrace_return_one -(Hp (s, a)); apply: (backup_lipschitz r ok) => s'.
  rewrite apart; apply: expect_abs_le => [|a']; [exact: prob_dist|exact: near].
rewrite retrace_return_step -(Hp (s, a)) /evaluation /backup; cbn [fst snd].
rewrite -expect_minus; apply: expect_abs_le => // s'; rewrite /soft_q_target.
pose G a' := path_expect n.+1 s' a' (retrace_return (value_of Q) Q s' a'); pose k := kept s a s'.
have k0 a' : 0 <= k a' by rewrite /k /kept; case: cut; [lra|exact: (proj1 (c_ok s' a'))].
have k1 a' : k a' * mu s' a' <= pi s' a'.
  by rewrite /k /kept; case: cut; [rewrite Rmult_0_l; exact: (proj1 (pi_ok s'))|exact: (proj2 (c_ok s' a'))].
have [d0 d1] := disc_ok s a s'.
pose E := expect (prob (w s') (mu s')) (fun a' => k a' * (G a' - Q (s', a'))).
apply: (Rle_trans _ (Rabs (disc s a s' * ((value_of Q s' - value_of Qp s') + E)))).
  by right; congr Rabs; rewrite /E /G /k; ring.
rewrite /E Rabs_mult (Rabs_pos_eq _ d0); apply: Rmult_le_compat => //; first exact: Rabs_pos.
rewrite apart.
have -> : expect (prob (w s') (pi s')) (fun a' => Q (s', a') - Qp (s', a')) +
    expect (prob (w s') (mu s')) (fun a' => k a' * (G a' - Q (s', a'))) =
  \sum_a' (w s' a' * (pi s' a' - k a' * mu s' a') * (Q (s', a') - Qp (s', a')) +
           w s' a' * (k a' * mu s' a') * (G a' - Qp (s', a'))).
  by rewrite /expect -sum_plus; apply: sum_ext => a'; rewrite /prob; ring.
apply: Rle_trans (abs_sum_le _) _.
rewrite -[B](expect_const B (prob_dist (w_ok s') (pi_ok s'))); apply: sum_le => a'.
apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_mult.
have w0 : 0 <= w s' a' := proj1 (w_ok s') a'.
have m0 : 0 <= mu s' a' := proj1 (mu_ok s') a'.
have km0 : 0 <= k a' * mu s' a' by apply: Rmult_le_pos.
have := k1 a'; move=> k1'; rewrite (Rabs_pos_eq (w s' a')) // (Rabs_pos_eq (k a')) // (Rabs_pos_eq (mu s' a')) //.
rewrite (Rabs_pos_eq (pi s' a' - _)); last lra.
have h1 : w s' a' * (pi s' a' - k a' * mu s' a') * Rabs (Q (s', a') - Qp (s', a')) <=
    w s' a' * (pi s' a' - k a' * mu s' a') * B.
  by apply: Rmult_le_compat_l => //; apply: Rmult_le_pos; lra.
have h2 : w s' a' * (k a' * mu s' a') * Rabs (G a' - Qp (s', a')) <= w s' a' * (k a' * mu s' a') * B.
  by apply: Rmult_le_compat_l; [apply: Rmult_le_pos|apply: Rle_trans (IH s' a') gB].
by rewrite /prob; lra.
Qed.
End Retrace.

(** The share that softql keeps, lambda min(1, pi/mu), is one that the bound allows. *)
Theorem retrace_share_ok (mu pi lambda : R) : 0 <= lambda <= 1 -> 0 <= mu -> 0 <= pi -> (0 < pi -> 0 < mu) ->
  0 <= lambda * Rmin 1 (pi / mu) /\ lambda * Rmin 1 (pi / mu) * mu <= pi.
Proof.
move=> [l0 l1] m0 p0 pm; case: (Rle_lt_or_eq_dec _ _ m0) => [mu0|e].
  have q0 : 0 <= pi / mu by apply: Rdiv_le_0_compat.
  have min0 : 0 <= Rmin 1 (pi / mu) by apply: Rmin_glb; lra.
  split; first exact: Rmult_le_pos.
  have h : Rmin 1 (pi / mu) * mu <= pi.
    rewrite -[X in _ <= X](_ : pi / mu * mu = pi); last by field; lra.
    by apply: Rmult_le_compat_r => //; exact: Rmin_r.
  have hm : 0 <= Rmin 1 (pi / mu) * mu by apply: Rmult_le_pos.
  have := Rmult_le_compat_r _ _ _ hm l1; rewrite Rmult_assoc; lra.
case: (Rle_lt_or_eq_dec _ _ p0) => [/pm|pe]; first by lra.
rewrite -e -pe Rmult_0_r; split; last lra.
by apply: Rmult_le_pos => //; apply: Rmin_glb; rewrite /Rdiv ?Rmult_0_l; lra.
Qed.
