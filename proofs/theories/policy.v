(** * policy: the Boltzmann policy and the Gibbs variational principle

    A policy at one state is a density [p] against the weights [w]: p >= 0 and
    sum_a w_a p_a = 1.  The probability of action a is w_a p_a; entropy and
    Kullback-Leibler divergence are relative to [w].  softql returns 0 for the
    density of a masked action; here it may be anything, as w_a p_a = 0. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums value.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Definitions.
Variable A : finType.
Implicit Types (w p q Q : A -> R).

(** The probability of each action. *)
Definition prob w p a := w a * p a.
(** p >= 0 and sum_a w_a p_a = 1. *)
Definition is_density w p := (forall a, 0 <= p a) /\ \sum_a w a * p a = 1.
(** H(p) = - sum_a w_a p_a log p_a.  [Note L23] *)
Definition entropy w p := - expect (prob w p) (fun a => ln (p a)).
(** KL(p || q) = sum_a w_a p_a (log p_a - log q_a). *)
Definition kl_divergence w p q := expect (prob w p) (fun a => ln (p a) - ln (q a)).
(** pi(a) = exp(Q_a/alpha) / Z.  [H17 Eq. 6] [Note L44] *)
Definition boltzmann_policy w alpha Q a := exp (Q a / alpha) / partition w alpha Q.
(** log pi(a) = (Q_a - V) / alpha.  [H17 Eq. 6] *)
Definition boltzmann_log_policy w alpha Q a := (Q a - soft_value w alpha Q) / alpha.
(** A(a) = Q_a - V. *)
Definition soft_advantage w alpha Q a := Q a - soft_value w alpha Q.
(** V_p[Q] = E_p[Q - alpha log p].  [Note L52] *)
Definition policy_value w alpha Q p := expect (prob w p) (fun a => Q a - alpha * ln (p a)).
(** The entropy of the Boltzmann policy. *)
Definition boltzmann_entropy w alpha Q := entropy w (boltzmann_policy w alpha Q).
(** KL(p || pi_Q). *)
Definition kl_to_boltzmann w alpha Q p := kl_divergence w p (boltzmann_policy w alpha Q).
End Definitions.

(** ** Entropy and divergence *)
Section Gibbs.
Variables (A : finType) (w : A -> R).
Hypothesis w_ok : is_weight w.
Implicit Types (p q Q f : A -> R).

Lemma prob_dist p : is_density w p -> is_dist (prob w p).
Proof.
move=> [p0 p1]; split=> // a; apply: Rmult_le_pos => //; exact: (proj1 w_ok).
Qed.

Lemma prob_gt0 p a : is_density w p -> 0 < prob w p a -> 0 < w a /\ 0 < p a.
Proof.
move=> [p0 _]; rewrite /prob; case: (weight_cases a w_ok) => [->|wa]; first lra.
by case: (p0 a) => [pa|<-]; [split|lra].
Qed.

(** Expectations only see the allowed actions. *)
Lemma expect_prob_le p f g : is_density w p ->
  (forall a, 0 < w a -> f a <= g a) -> expect (prob w p) f <= expect (prob w p) g.
Proof.
move=> pd fg; apply: expect_le_support; first exact: prob_dist.
by move=> a /(prob_gt0 pd) [wa _]; exact: fg.
Qed.

Lemma expect_prob_ext p f g : (forall a, 0 < w a -> f a = g a) ->
  expect (prob w p) f = expect (prob w p) g.
Proof.
move=> fg; apply: sum_ext => a; rewrite /prob.
by case: (weight_cases a w_ok) => [->|wa]; [ring|rewrite fg].
Qed.

(** KL(p || q) >= 0, for q positive on the allowed actions.  [Note L44] *)
Theorem kl_divergence_ge0 p q : is_density w p -> is_density w q ->
  (forall a, 0 < w a -> 0 < q a) -> 0 <= kl_divergence w p q.
Proof.
move=> [p0 p1] [_ q1] qpos.
have <- : \sum_a w a * (p a - q a) = 0.
  rewrite (sum_ext (g := fun a => w a * p a - w a * q a)) => [|a]; last by ring.
  by rewrite sum_minus p1 q1; ring.
rewrite /kl_divergence /expect /prob.
rewrite [X in _ <= X](sum_ext (g := fun a => w a * (p a * (ln (p a) - ln (q a))))).
  by apply: wsum_le => // a wa; apply: xlnxy_ge => //; exact: qpos.
by move=> a; ring.
Qed.

(** KL = 0 only between policies that agree on every allowed action. *)
Theorem kl_divergence_eq0 p q : is_density w p -> is_density w q ->
  (forall a, 0 < w a -> 0 < q a) ->
  (kl_divergence w p q = 0 <-> forall a, 0 < w a -> p a = q a).
Proof.
move=> [p0 p1] [_ q1] qpos; split=> [kl0 a wa|pq].
- apply: xlnxy_eq; [exact: p0|exact: qpos|].
  pose g a := w a * (p a * (ln (p a) - ln (q a)) - (p a - q a)).
  have g0 b : 0 <= g b.
    rewrite /g; case: (weight_cases b w_ok) => [->|wb]; first lra.
    by apply: Rmult_le_pos; [lra|have := xlnxy_ge (p0 b) (qpos b wb); lra].
  have /(sum_ge0_eq0 g0) /(_ a) : \sum_b g b = 0.
    transitivity (kl_divergence w p q - (\sum_b w b * p b - \sum_b w b * q b)).
      rewrite -(sum_minus (fun b => w b * p b)) -(sum_minus (fun b => prob w p b * (ln (p b) - ln (q b)))).
      by apply: sum_ext => b; rewrite /g /prob; ring.
    by rewrite kl0 p1 q1; ring.
  by move=> /Rmult_integral [|]; lra.
- rewrite /kl_divergence (@expect_prob_ext p _ (fun _ => 0)) => [|a wa].
    by rewrite /expect sum_scalr; ring.
  by rewrite pq //; ring.
Qed.

(** KL(p || p) = 0. *)
Theorem kl_divergence_self p : kl_divergence w p p = 0.
Proof. by rewrite /kl_divergence /expect big1 // => a _; ring. Qed.

(** H >= 0 when every allowed action weighs at least one.  [Note L23] *)
Theorem entropy_ge0 p : (forall a, 0 < w a -> 1 <= w a) -> is_density w p -> 0 <= entropy w p.
Proof.
move=> w1 pd; have [p0 p1] := pd; have dd := prob_dist pd.
have : expect (prob w p) (fun a => ln (p a)) <= expect (prob w p) (fun _ => 0).
  apply: expect_le_support => // a /(prob_gt0 pd) [wa pa].
  rewrite -ln_1; apply: ln_le => //.
  have : prob w p a <= 1 by rewrite -p1; apply: term_le_sum; exact: (proj1 dd).
  have := Rmult_le_compat_r (p a) _ _ (Rlt_le _ _ pa) (w1 a wa).
  by rewrite /prob; lra.
by rewrite expect_const // /entropy; lra.
Qed.

(** The uniform policy: density 1/W. *)
Lemma uniform_density : is_density w (fun _ => / total w).
Proof.
have W0 := total_gt0 w_ok; split=> [a|]; first exact: Rlt_le (Rinv_0_lt_compat _ W0).
by rewrite sum_scalr -/(total w); field; lra.
Qed.

(** H <= log W (log |A| for a finite action space).  [Note L23] *)
Theorem entropy_le_log_total p : is_density w p -> entropy w p <= ln (total w).
Proof.
move=> pd; have W0 := total_gt0 w_ok; have dd := prob_dist pd.
have := kl_divergence_ge0 pd uniform_density (fun _ _ => Rinv_0_lt_compat _ W0).
rewrite /kl_divergence expect_minus expect_const // ln_Rinv // /entropy; lra.
Qed.

(** The uniform policy reaches it: H = log W. *)
Theorem entropy_uniform : entropy w (fun _ => / total w) = ln (total w).
Proof.
have W0 := total_gt0 w_ok.
by rewrite /entropy expect_const ?ln_Rinv //; [ring|exact: prob_dist uniform_density].
Qed.
End Gibbs.

(** ** The Boltzmann policy *)
Section Boltzmann.
Variables (A : finType) (w : A -> R) (alpha : R).
Hypothesis w_ok : is_weight w.
Hypothesis alpha_gt0 : 0 < alpha.
Implicit Types (Q p : A -> R).

(** pi > 0, however small the gap to the best action leaves it. *)
Theorem boltzmann_policy_gt0 Q a : 0 < boltzmann_policy w alpha Q a.
Proof. by apply: Rdiv_lt_0_compat; [exact: exp_pos|exact: partition_gt0]. Qed.

(** sum_a w_a pi(a) = 1. *)
Theorem boltzmann_policy_density Q : is_density w (boltzmann_policy w alpha Q).
Proof.
have Z0 := partition_gt0 alpha w_ok Q.
split=> [a|]; first exact: Rlt_le (boltzmann_policy_gt0 Q a).
rewrite (sum_ext (g := fun a => w a * exp (Q a / alpha) * / partition w alpha Q)) => [|a].
  by rewrite sum_scalr -/(partition w alpha Q); field; lra.
by rewrite /boltzmann_policy; field; lra.
Qed.

(** log pi(a) = (Q_a - V)/alpha.  [H17 Eq. 6] *)
Theorem log_boltzmann_policy Q a :
  ln (boltzmann_policy w alpha Q a) = boltzmann_log_policy w alpha Q a.
Proof.
rewrite /boltzmann_policy /boltzmann_log_policy /soft_value ln_div; last exact: partition_gt0.
  by rewrite ln_exp; field; lra.
exact: exp_pos.
Qed.

(** pi(a) = exp((Q_a - V)/alpha).  [H17 Eq. 6] [Note L44] *)
Theorem boltzmann_policy_exp Q a :
  boltzmann_policy w alpha Q a = exp (soft_advantage w alpha Q a / alpha).
Proof. by rewrite -[LHS]exp_ln ?log_boltzmann_policy //; exact: boltzmann_policy_gt0. Qed.

(** The Boltzmann policy of an energy: pi(a) = exp(-E_a) / sum_b w_b exp(-E_b).  [H17 Eq. 4] [Note L15] *)
Theorem boltzmann_policy_energy Q a :
  boltzmann_policy w alpha Q a =
  exp (- energy alpha Q a) / \sum_b w b * exp (- energy alpha Q b).
Proof.
have e b : - energy alpha Q b = Q b / alpha by rewrite /energy; field; lra.
by rewrite /boltzmann_policy e; congr (_ / _); apply: sum_ext => b; rewrite e.
Qed.

(** A constant added to Q leaves the policy alone. *)
Theorem boltzmann_policy_translation Q c a :
  boltzmann_policy w alpha (fun b => Q b + c) a = boltzmann_policy w alpha Q a.
Proof.
rewrite !boltzmann_policy_exp /soft_advantage soft_value_translation //.
by congr exp; field; lra.
Qed.

(** Two actions: the log-odds are the gap in units of alpha. *)
Theorem boltzmann_policy_ratio Q a b :
  boltzmann_policy w alpha Q a / boltzmann_policy w alpha Q b = exp ((Q a - Q b) / alpha).
Proof.
have Z0 := partition_gt0 alpha w_ok Q; have eb := exp_pos (Q b / alpha).
rewrite (_ : (Q a - Q b) / alpha = Q a / alpha + - (Q b / alpha)); last by field; lra.
by rewrite exp_plus exp_Ropp /boltzmann_policy; field; lra.
Qed.

(** A <= 0 when every allowed action weighs at least one. *)
Theorem soft_advantage_le0 Q a : 1 <= w a -> soft_advantage w alpha Q a <= 0.
Proof.
move=> w1; have wa : 0 < w a by lra.
have := soft_value_ge w_ok alpha_gt0 Q wa.
have : 0 <= ln (w a) by rewrite -ln_1; apply: ln_le; lra.
by move=> /(Rmult_le_pos _ _ (Rlt_le _ _ alpha_gt0)); rewrite /soft_advantage; lra.
Qed.

(** w_a pi(a) <= w_a exp(-(max Q - Q_a)/alpha) when every allowed action weighs at least one:
    a sub-optimal action is exponentially unlikely. *)
Theorem boltzmann_policy_le_gap Q m a : (forall b, 0 < w b -> 1 <= w b) -> is_max w Q m ->
  boltzmann_policy w alpha Q a <= exp (- ((m - Q a) / alpha)).
Proof.
move=> w1 mx; rewrite boltzmann_policy_exp; apply: exp_le.
rewrite (_ : - ((m - Q a) / alpha) = (Q a - m) / alpha); last by field; lra.
apply: div_le_compat => //; rewrite /soft_advantage.
by have := soft_value_ge_max w_ok alpha_gt0 w1 mx; lra.
Qed.

(** ** The Gibbs variational principle *)
(** E_p[Q - alpha log p] = E_p[Q] + alpha H(p).  [Note L54] [Note L23] *)
Theorem policy_value_entropy Q p :
  policy_value w alpha Q p = expect (prob w p) Q + alpha * entropy w p.
Proof. by rewrite /policy_value expect_minus expect_scal /entropy; ring. Qed.

(** V_p[Q] = V[Q] - alpha KL(p || pi_Q), for every policy p: the log Z that the argmin ignores is the optimum.  [Note L40] [Note L42] [Note L44] *)
Theorem gibbs_identity Q p : is_density w p ->
  policy_value w alpha Q p = soft_value w alpha Q - alpha * kl_to_boltzmann w alpha Q p.
Proof.
move=> pd; have dd := prob_dist w_ok pd.
rewrite /kl_to_boltzmann /kl_divergence /policy_value -expect_scal.
rewrite -[X in X - _](expect_const _ dd) -expect_minus; apply: expect_ext => a.
by rewrite log_boltzmann_policy /boltzmann_log_policy; field; lra.
Qed.

(** V_p[Q] <= V[Q] ...  [H17 Eq. 5] [Note L38] *)
Theorem gibbs_le Q p : is_density w p -> policy_value w alpha Q p <= soft_value w alpha Q.
Proof.
move=> pd; rewrite gibbs_identity //.
have := kl_divergence_ge0 w_ok pd (boltzmann_policy_density Q) (fun a _ => boltzmann_policy_gt0 Q a).
by move=> /(Rmult_le_pos _ _ (Rlt_le _ _ alpha_gt0)); rewrite /kl_to_boltzmann; lra.
Qed.

(** ... with equality at the Boltzmann policy ...  [Note L58] *)
Theorem gibbs_attained Q :
  policy_value w alpha Q (boltzmann_policy w alpha Q) = soft_value w alpha Q.
Proof.
rewrite gibbs_identity; last exact: boltzmann_policy_density.
by rewrite /kl_to_boltzmann kl_divergence_self; ring.
Qed.

(** ... and only there.  [H17 Eq. 6] [Note L44] *)
Theorem gibbs_unique Q p : is_density w p ->
  policy_value w alpha Q p = soft_value w alpha Q ->
  forall a, 0 < w a -> p a = boltzmann_policy w alpha Q a.
Proof.
move=> pd; rewrite gibbs_identity // => e.
apply/(kl_divergence_eq0 w_ok pd (boltzmann_policy_density Q)).
  by move=> a _; exact: boltzmann_policy_gt0.
have : alpha * kl_to_boltzmann w alpha Q p = 0 by lra.
by move=> /Rmult_integral [|//]; lra.
Qed.

(** H(pi_Q) = (V - E_pi[Q]) / alpha.  [Note L23] *)
Theorem boltzmann_entropy_value Q :
  boltzmann_entropy w alpha Q =
  (soft_value w alpha Q - expect (prob w (boltzmann_policy w alpha Q)) Q) / alpha.
Proof.
by rewrite /boltzmann_entropy -(gibbs_attained Q) policy_value_entropy; field; lra.
Qed.

(** The Boltzmann average E_pi[Q] is V - alpha H: not the value.  [Note L60] *)
Theorem boltzmann_average Q :
  expect (prob w (boltzmann_policy w alpha Q)) Q =
  soft_value w alpha Q - alpha * boltzmann_entropy w alpha Q.
Proof. by rewrite boltzmann_entropy_value; field; lra. Qed.

(** V >= weighted mean of Q + alpha log W: for mellowmax, mean Q <= mellowmax.  [AL17] *)
Theorem soft_value_ge_mean Q :
  (\sum_a w a * Q a) / total w + alpha * ln (total w) <= soft_value w alpha Q.
Proof.
have W0 := total_gt0 w_ok; have ud := uniform_density w_ok.
apply: Rle_trans (gibbs_le Q ud); rewrite policy_value_entropy entropy_uniform //.
right; congr (_ + _); rewrite /expect /prob /Rdiv -sum_scalr.
by apply: sum_ext => a; ring.
Qed.

(** ** Convexity: V is a maximum of functions that are affine in Q *)
(** V is convex in Q: it is a maximum of functions that are affine in Q. *)
Theorem soft_value_convex Q1 Q2 t : 0 <= t <= 1 ->
  soft_value w alpha (fun a => t * Q1 a + (1 - t) * Q2 a) <=
  t * soft_value w alpha Q1 + (1 - t) * soft_value w alpha Q2.
Proof.
move=> t01; set Qt := fun a => _; rewrite -(gibbs_attained Qt).
set p := boltzmann_policy w alpha Qt.
have pd : is_density w p by exact: boltzmann_policy_density.
have -> : policy_value w alpha Qt p =
   t * policy_value w alpha Q1 p + (1 - t) * policy_value w alpha Q2 p.
  by rewrite !policy_value_entropy /Qt expect_plus !expect_scal; ring.
by apply: Rplus_le_compat; apply: Rmult_le_compat_l; try lra; exact: gibbs_le.
Qed.

(** V(Q1) + <pi_{Q1}, Q2 - Q1> <= V(Q2): the policy is a subgradient. *)
Theorem soft_value_subgradient Q1 Q2 :
  soft_value w alpha Q1 +
  expect (prob w (boltzmann_policy w alpha Q1)) (fun a => Q2 a - Q1 a)
  <= soft_value w alpha Q2.
Proof.
apply: Rle_trans (gibbs_le Q2 (boltzmann_policy_density Q1)).
rewrite -(gibbs_attained Q1) !policy_value_entropy expect_minus; lra.
Qed.

(** KL(pi_1 || pi_2) of the Boltzmann policies of (Q_1, alpha_1) and (Q_2, alpha_2) from their
    values alone: E_{pi_1}[(Q_1 - V_1)/alpha_1 - (Q_2 - V_2)/alpha_2].  [Note L44] *)
Theorem boltzmann_kl Q1 Q2 beta : 0 < beta ->
  kl_divergence w (boltzmann_policy w alpha Q1) (boltzmann_policy w beta Q2) =
  expect (prob w (boltzmann_policy w alpha Q1)) (fun a =>
    soft_advantage w alpha Q1 a / alpha - soft_advantage w beta Q2 a / beta).
Proof.
move=> be; apply: expect_ext => a; rewrite log_boltzmann_policy; congr (_ - _).
have Z0 := partition_gt0 beta w_ok Q2; have e0 := exp_pos (Q2 a / beta).
by rewrite /boltzmann_policy ln_div // ln_exp /soft_advantage /soft_value; field; lra.
Qed.
End Boltzmann.
