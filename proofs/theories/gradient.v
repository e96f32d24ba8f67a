(** * gradient: derivatives of the soft value and of the Boltzmann policy

    Every statement is about a path [t |-> Q t a] of action values, so it covers
    partial derivatives, directional derivatives and the parameters of a network. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums value policy.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** Var_p[f] = E_p[f^2] - (E_p f)^2. *)
Definition variance (A : finType) (p f : A -> R) :=
  expect p (fun a => f a * f a) - expect p f * expect p f.

Lemma variance_centred (A : finType) (p f : A -> R) : is_dist p ->
  variance p f = expect p (fun a => (f a - expect p f) * (f a - expect p f)).
Proof.
move=> pd; set m := expect p f.
rewrite (expect_ext p (g := fun a => f a * f a + (- 2 * m * f a + m * m))) => [|a]; last by ring.
by rewrite !expect_plus expect_scal expect_const // /variance -/m; ring.
Qed.

Lemma variance_ge0 (A : finType) (p f : A -> R) : is_dist p -> 0 <= variance p f.
Proof. by move=> pd; rewrite variance_centred //; apply: expect_ge0 => // a; exact: Rle_0_sqr. Qed.

Lemma expect_centred (A : finType) (p f g : A -> R) : is_dist p ->
  expect p (fun a => (f a - expect p f) * g a) =
  expect p (fun a => f a * g a) - expect p f * expect p g.
Proof.
by move=> pd; rewrite -expect_scal -expect_minus; apply: expect_ext => a; ring.
Qed.

Lemma is_derive_mulR (f g : R -> R) t df dg : is_derive f t df -> is_derive g t dg ->
  is_derive (fun u => f u * g u) t (df * g t + f t * dg).
Proof.
by move=> Df Dg; apply: (@is_derive_mult R_AbsRing f g) => //; exact: Rmult_comm.
Qed.

Lemma is_derive_expR (f : R -> R) t df : is_derive f t df ->
  is_derive (fun u => exp (f u)) t (df * exp (f t)).
Proof.
move=> D; apply: (is_derive_comp exp f) => //.
by apply/is_derive_Reals; exact: derivable_pt_lim_exp.
Qed.

Lemma is_derive_lnR (f : R -> R) t df : 0 < f t -> is_derive f t df ->
  is_derive (fun u => ln (f u)) t (df * / f t).
Proof.
move=> f0 D; apply: (is_derive_comp ln f) => //.
by apply/is_derive_Reals; exact: derivable_pt_lim_ln.
Qed.

Section Gradient.
Variables (A : finType) (w : A -> R) (alpha : R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.

Section Path.
Variables (Q : R -> A -> R) (dQ : A -> R) (t : R).
Hypothesis Q_derive : forall a, is_derive (fun u => Q u a) t (dQ a).
Notation pi u := (boltzmann_policy w alpha (Q u)).
Notation mean f := (expect (prob w (pi t)) f).

(** dV/dt = E_pi[dQ/dt]: the gradient of V in Q is the policy. *)
Theorem soft_value_path_derivative :
  is_derive (fun u => soft_value w alpha (Q u)) t (mean dQ).
Proof.
have Z0 := partition_gt0 alpha w_ok (Q t).
have -> : mean dQ = alpha * ((\sum_a w a * (dQ a / alpha * exp (Q t a / alpha))) *
                             / partition w alpha (Q t)).
  rewrite /expect -sum_scalr -sum_scal; apply: sum_ext => a.
  by rewrite /prob /boltzmann_policy; field; lra.
apply: is_derive_scal; apply: (@is_derive_lnR (fun u => partition w alpha (Q u))) => //.
apply: is_derive_sum => a; apply: is_derive_scal; apply: is_derive_expR.
rewrite /Rdiv Rmult_comm; apply: (is_derive_ext (fun u => / alpha * Q u a)) => [u|].
  by rewrite Rmult_comm.
exact: is_derive_scal.
Qed.

(** d log pi(a)/dt = (dQ_a/dt - E_pi[dQ/dt]) / alpha: the score function. *)
Theorem boltzmann_log_policy_derivative a :
  is_derive (fun u => boltzmann_log_policy w alpha (Q u) a) t ((dQ a - mean dQ) / alpha).
Proof.
rewrite /boltzmann_log_policy /Rdiv Rmult_comm.
apply: (is_derive_ext (fun u => / alpha * (Q u a - soft_value w alpha (Q u)))) => [u|].
  by rewrite Rmult_comm.
apply: is_derive_scal; apply: (@is_derive_minus _ _ (fun u => Q u a)) => //.
exact: soft_value_path_derivative.
Qed.

(** d pi(a)/dt = pi(a) (dQ_a/dt - E_pi[dQ/dt]) / alpha. *)
Theorem boltzmann_policy_derivative a :
  is_derive (fun u => pi u a) t (pi t a * ((dQ a - mean dQ) / alpha)).
Proof.
apply: (is_derive_ext (fun u => exp (boltzmann_log_policy w alpha (Q u) a))) => [u|].
  by rewrite -log_boltzmann_policy // exp_ln //; exact: boltzmann_policy_gt0.
rewrite Rmult_comm -[X in _ * X]exp_ln ?log_boltzmann_policy //; last exact: boltzmann_policy_gt0.
exact: (is_derive_expR (boltzmann_log_policy_derivative a)).
Qed.

(** The expected score is zero: E_pi[d log pi/dt] = 0. *)
Theorem expected_score : mean (fun a => (dQ a - mean dQ) / alpha) = 0.
Proof.
have pd := prob_dist w_ok (boltzmann_policy_density alpha w_ok (Q t)).
rewrite (expect_ext _ (g := fun a => / alpha * (dQ a - mean dQ))) => [|a]; last first.
  by rewrite /Rdiv Rmult_comm.
by rewrite expect_scal expect_minus expect_const //; ring.
Qed.

(** d E_pi[f]/dt = Cov_pi(dQ/dt, f) / alpha, for f that does not move. *)
Theorem boltzmann_expectation_derivative (f : A -> R) :
  is_derive (fun u => expect (prob w (pi u)) f) t
    ((mean (fun a => dQ a * f a) - mean dQ * mean f) / alpha).
Proof.
have pd := prob_dist w_ok (boltzmann_policy_density alpha w_ok (Q t)).
have -> : (mean (fun a => dQ a * f a) - mean dQ * mean f) / alpha =
   \sum_a (w a * f a) * (pi t a * ((dQ a - mean dQ) / alpha)).
  rewrite -(expect_centred _ f pd) /expect /Rdiv -sum_scalr.
  by apply: sum_ext => a; rewrite /prob; ring.
apply: (is_derive_ext (fun u => \sum_a (w a * f a) * pi u a)) => [u|].
  by apply: sum_ext => a; rewrite /prob; ring.
by apply: is_derive_sum => a; apply: is_derive_scal; exact: boltzmann_policy_derivative.
Qed.

(** The entropy-regularised objective of a moving Boltzmann policy against fixed action
    values q: d/dt { E_pi[q] + alpha H(pi) } = E_pi[ d log pi/dt (q - alpha log pi) ].  [S17] *)
Theorem policy_value_derivative (q : A -> R) :
  is_derive (fun u => policy_value w alpha q (pi u)) t
    (mean (fun a => (dQ a - mean dQ) / alpha * (q a - alpha * ln (pi t a)))).
Proof.
have pd := prob_dist w_ok (boltzmann_policy_density alpha w_ok (Q t)).
pose score a := (dQ a - mean dQ) / alpha.
apply: (is_derive_ext (fun u => \sum_a w a * (pi u a * (q a - alpha * boltzmann_log_policy w alpha (Q u) a)))).
  by move=> u; apply: sum_ext => a; rewrite log_boltzmann_policy // /prob; ring.
have -> : mean (fun a => score a * (q a - alpha * ln (pi t a))) =
  \sum_a w a * ((pi t a * score a) * (q a - alpha * boltzmann_log_policy w alpha (Q t) a) +
                pi t a * (0 - alpha * score a)).
  transitivity (mean (fun a => score a * (q a - alpha * ln (pi t a))) - alpha * mean score).
    by rewrite expected_score; ring.
  rewrite /expect -sum_scal -sum_minus; apply: sum_ext => a.
  by rewrite log_boltzmann_policy // /prob; ring.
apply: is_derive_sum => a; apply: is_derive_scal; apply: is_derive_mulR.
  exact: boltzmann_policy_derivative.
apply: (@is_derive_minus _ _ (fun _ => q a)); first exact: is_derive_const.
by apply: is_derive_scal; exact: boltzmann_log_policy_derivative.
Qed.
End Path.

(** ** Partial and second derivatives *)
Implicit Types (Q d : A -> R).

Lemma line_derive Q d t a : is_derive (fun u => Q a + u * d a) t (d a).
Proof. by auto_derive => //; ring. Qed.

(** dV/dQ_b = w_b pi(b), the probability of b: softmax is the gradient of the log-sum-exp.  [Note L60] *)
Theorem soft_value_partial_derivative Q b :
  is_derive (fun t => soft_value w alpha (fun a => Q a + t * (if a == b then 1 else 0)))
            0 (prob w (boltzmann_policy w alpha Q) b).
Proof.
have := soft_value_path_derivative (line_derive Q (fun a => if a == b then 1 else 0) 0).
have E : (fun a => Q a + 0 * (if a == b then 1 else 0)) =1 Q by move=> a; ring.
rewrite /expect (bigD1 b) //= big1 => [|a /negbTE ->]; last by ring.
rewrite eqxx Rmult_1_r Rplus_0_r /prob /boltzmann_policy /partition E.
by rewrite (sum_ext (g := fun a => w a * exp (Q a / alpha))) => [//|a]; rewrite E.
Qed.

(** d2V/dt2 along Q + t d is Var_pi(d) / alpha >= 0. *)
Theorem soft_value_second_derivative Q d t :
  let p := prob w (boltzmann_policy w alpha (fun a => Q a + t * d a)) in
  is_derive (fun u => expect (prob w (boltzmann_policy w alpha (fun a => Q a + u * d a))) d) t
    (variance p d / alpha) /\ 0 <= variance p d / alpha.
Proof.
move=> p; split; first exact: (boltzmann_expectation_derivative (line_derive Q d t) d).
apply: Rdiv_le_0_compat => //; apply: variance_ge0; apply: prob_dist => //.
exact: boltzmann_policy_density.
Qed.

(** Moving a log weight by l_a moves Q_a by alpha l_a: V[w e^l; Q] = V[w; Q + alpha l].
    A prior is a reward in units of alpha. *)
Theorem soft_value_log_weight Q l :
  soft_value (fun a => w a * exp (l a)) alpha Q = soft_value w alpha (fun a => Q a + alpha * l a).
Proof.
congr (_ * ln _); apply: sum_ext => a; rewrite Rmult_assoc -exp_plus.
by congr (_ * exp _); field; lra.
Qed.

(** dV/d(log w_b) = alpha w_b pi(b). *)
Theorem soft_value_log_weight_derivative Q b :
  is_derive (fun t => soft_value (fun a => w a * exp (t * (if a == b then 1 else 0))) alpha Q)
            0 (alpha * prob w (boltzmann_policy w alpha Q) b).
Proof.
apply: (is_derive_ext (fun t => soft_value w alpha (fun a => Q a + (t * alpha) * (if a == b then 1 else 0)))).
  move=> t; rewrite soft_value_log_weight; congr (_ * ln _); apply: sum_ext => a.
  by congr (_ * exp (_ / _)); ring.
apply: (is_derive_comp (fun t => soft_value w alpha (fun a => Q a + t * (if a == b then 1 else 0)))
                       (fun t => t * alpha)).
  by rewrite Rmult_0_l; exact: soft_value_partial_derivative.
by auto_derive => //; ring.
Qed.
End Gradient.
