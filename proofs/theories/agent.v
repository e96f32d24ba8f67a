(** * agent: what the learner does with the targets

    The loss, what its minimiser is, the target network, and the two readings of its
    gradient. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums contraction value policy gradient backup.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** J = (Q(s,a) - target)^2 / 2.  [H17 Eq. 11] *)
Definition q_loss (q target : R) := / 2 * (q - target) ^ 2.

(** dJ/dtheta = (Q - target) dQ/dtheta, the target held constant.  [H17 Eq. 11] *)
Theorem q_loss_derivative (q : R -> R) dq target t : is_derive q t dq ->
  is_derive (fun u => q_loss (q u) target) t ((q t - target) * dq).
Proof.
move=> D; have -> : (q t - target) * dq = / 2 * (dq * (q t - target) + (q t - target) * dq) by field.
apply: is_derive_scal.
apply: (is_derive_ext (fun u => (q u - target) * (q u - target))) => [u|]; first by rewrite /=; ring.
have D' : is_derive (fun u => q u - target) t dq.
  rewrite -[dq](Rminus_0_r : forall x : R, x - 0 = x).
  by apply: (@is_derive_minus _ _ q) => //; exact: is_derive_const.
exact: is_derive_mulR.
Qed.

(** E[J] = (Q - E target)^2/2 + Var(target)/2: sampled targets are fitted in the mean, so that
    the minimiser of the loss is the backup.  [H17 Eq. 11] *)
Theorem q_loss_expected (X : finType) (p target : X -> R) q : is_dist p ->
  expect p (fun x => q_loss q (target x)) = q_loss q (expect p target) + / 2 * variance p target.
Proof.
move=> pd; rewrite /q_loss /variance.
rewrite (expect_ext _ (g := fun x => / 2 * (q * q) + (- q * target x + / 2 * (target x * target x)))).
  by rewrite !expect_plus !expect_scal expect_const //; field.
by move=> x; field.
Qed.

(** ** The target network: target <- target + tau (online - target) *)
Definition polyak tau (target online : R) := target + tau * (online - target).
Fixpoint polyak_run tau target (online : seq R) : R :=
  if online is x :: l then polyak_run tau (polyak tau target x) l else target.

(** An update target + tau (online - target) is a convex combination: it stays between the two. *)
Theorem polyak_between tau target online lo hi : 0 <= tau <= 1 ->
  lo <= target <= hi -> lo <= online <= hi -> lo <= polyak tau target online <= hi.
Proof. by move=> t01 [t1 t2] [o1 o2]; rewrite /polyak; nra. Qed.

(** Against a fixed network the distance shrinks by 1 - tau at each update. *)
Theorem polyak_error tau target online n :
  iter n (fun x => polyak tau x online) target - online = (1 - tau) ^ n * (target - online).
Proof. by elim: n => [|n IH] /=; [ring|rewrite Rmult_assoc -IH /polyak; ring]. Qed.

(** The target network is the exponential moving average of the online ones: after n updates it is
    (1 - tau)^n target + sum_{k<n} tau (1 - tau)^(n-1-k) online_k. *)
Theorem polyak_average tau target (online : seq R) :
  polyak_run tau target online = (1 - tau) ^ size online * target +
  \big[Rplus/0]_(k < size online)
     (tau * (1 - tau) ^ (size online - k.+1) * nth 0 online k).
Proof.
elim: online target => [|x l IH] target; first by rewrite big_ord0 /=; ring.
rewrite [LHS]/= IH big_ord_recl /= subn1 /= -[RHS]Rplus_assoc; congr (_ + _).
by rewrite /polyak; ring.
Qed.

(** tau = 1 copies the network. *)
Theorem polyak_one target online : polyak 1 target online = online.
Proof. by rewrite /polyak; ring. Qed.

(** Soft value iteration through a Polyak step, Q <- Q + tau (T* Q - Q), contracts by
    1 - tau (1 - gamma) and keeps the fixed point. *)
Section DampedIteration.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (gamma alpha tau : R).
Hypothesis ok : is_process w P disc gamma alpha.
Hypothesis tau_ok : 0 < tau <= 1.

Notation T := (optimality w P r disc alpha).
Definition damped (Q : S * A -> R) sa := polyak tau (Q sa) (T Q sa).

(** Soft value iteration through a Polyak step, Q <- Q + tau (T* Q - Q), contracts by 1 - tau (1 - gamma) ... *)
Theorem damped_contraction Q1 Q2 :
  dist_sup (damped Q1) (damped Q2) <= (1 - tau * (1 - gamma)) * dist_sup Q1 Q2.
Proof.
have [_ _ _ g01 _] := ok; have d0 : 0 <= dist_sup Q1 Q2 by exact: supnorm_ge0.
apply: supnorm_le => [|sa]; first by apply: Rmult_le_pos => //; nra.
have h1 := supnorm_ge (fun sa => Q1 sa - Q2 sa) sa.
have h2 := Rle_trans _ _ _ (supnorm_ge (fun sa => T Q1 sa - T Q2 sa) sa)
  (optimality_contraction r ok Q1 Q2).
rewrite /damped /polyak (_ : _ - _ = (1 - tau) * (Q1 sa - Q2 sa) + tau * (T Q1 sa - T Q2 sa)); last by ring.
apply: Rle_trans (Rabs_triang _ _) _.
rewrite !Rabs_mult (Rabs_right (1 - tau)) ?(Rabs_right tau); try lra.
have := Rmult_le_compat_l (1 - tau) _ _ ltac:(lra) h1.
have := Rmult_le_compat_l tau _ _ ltac:(lra) h2.
rewrite -/(dist_sup Q1 Q2); lra.
Qed.

(** ... and keeps the fixed point. *)
Theorem damped_fixed_point Q : fixed_point damped Q <-> fixed_point T Q.
Proof.
split=> H sa; have := H sa; rewrite /damped /polyak; last by move=> ->; ring.
by move=> e; apply: (Rmult_eq_reg_l tau); lra.
Qed.
End DampedIteration.

(** ** Soft Q-learning and policy gradients  [S17] *)
Section PolicyGradient.
Variables (A : finType) (w : A -> R) (alpha : R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.
(** Q_theta along any path of parameters, its derivative, and fixed targets q. *)
Variables (Q : R -> A -> R) (dQ q : A -> R) (t : R).
Hypothesis Q_derive : forall a, is_derive (fun u => Q u a) t (dQ a).
Notation pi u := (boltzmann_policy w alpha (Q u)).

(** With actions from pi_theta (held fixed) and targets q (held fixed), the gradient of the soft Q loss is -alpha times the entropy-regularised policy gradient plus the gradient of the value loss (V_theta - V_pi[q])^2/2.  [S17] *)
Theorem soft_q_gradient_is_policy_gradient : exists pg vg : R,
  [/\ is_derive (fun u => policy_value w alpha q (pi u)) t pg,
      is_derive (fun u => q_loss (soft_value w alpha (Q u)) (policy_value w alpha q (pi t))) t vg &
      is_derive (fun u => expect (prob w (pi t)) (fun a => q_loss (Q u a) (q a))) t
        (- alpha * pg + vg)].
Proof.
have pd := prob_dist w_ok (boltzmann_policy_density alpha w_ok (Q t)).
pose m f := expect (prob w (pi t)) f; pose V := soft_value w alpha (Q t).
exists (m (fun a => (dQ a - m dQ) / alpha * (q a - alpha * ln (pi t a)))).
exists ((V - policy_value w alpha q (pi t)) * m dQ).
split; first exact: policy_value_derivative.
  by apply: q_loss_derivative; exact: soft_value_path_derivative.
have -> : - alpha * m (fun a => (dQ a - m dQ) / alpha * (q a - alpha * ln (pi t a))) +
    (V - policy_value w alpha q (pi t)) * m dQ = m (fun a => (Q t a - q a) * dQ a).
  have E a : (Q t a - q a) * dQ a =
     - alpha * ((dQ a - m dQ) / alpha * (q a - alpha * ln (pi t a))) +
     ((V * alpha) * ((dQ a - m dQ) / alpha) + m dQ * (V - (q a - alpha * ln (pi t a)))).
    rewrite log_boltzmann_policy // /boltzmann_log_policy -/V; field; lra.
  rewrite [RHS](expect_ext _ E) !expect_plus !expect_scal expect_minus expect_const //.
  rewrite -/(policy_value w alpha q (pi t)) expected_score //.
  by rewrite -/(m _); ring.
rewrite /m /expect; apply: is_derive_sum => a; apply: is_derive_scal.
exact: q_loss_derivative.
Qed.
End PolicyGradient.
