(** * returns: what a whole path says about Q

    The maximum-entropy objective, soft n-step and lambda returns (the recursion that
    softql runs, with its cuts), and path consistency with its converse. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums contraction value policy backup.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Definitions.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (alpha : R).
Implicit Types (Q : S * A -> R) (pi : S -> A -> R) (V d : S -> R).

(** E_{a ~ pi}[r(s,a)] + alpha H(pi(.|s)).  [Note L13] *)
Definition soft_reward pi s := expect (prob (w s) (pi s)) (r s) + alpha * entropy (w s) (pi s).
(** The law of the next state, each transition weighed by its discount. *)
Definition push pi d (s' : S) :=
  expect d (fun s => expect (prob (w s) (pi s)) (fun a => P s a s' * disc s a s')).
(** The discounted law of s_t: gamma^t Pr(s_t = s) where the discount is gamma throughout. *)
Definition discounted_law pi d t := iter t (push pi) d.
(** J_n(pi) = E sum_{t<n} discount^t (r_t + alpha H(pi(.|s_t))).  [Note L13] *)
Definition objective pi d (n : nat) :=
  \big[Rplus/0]_(t < n) expect (discounted_law pi d t) (soft_reward pi).

(** E over the paths (s_1,a_1), ..., (s_n,a_n) that follow (s,a) under P and pi. *)
Fixpoint path_expect pi n s a (F : seq (S * A) -> R) : R :=
  if n is m.+1 then
    expect (P s a) (fun s' => expect (prob (w s') (pi s')) (fun a' =>
      path_expect pi m s' a' (fun l => F ((s', a') :: l))))
  else F [::].

(** The soft n-step return from (s,a) along a path, with bootstrap Q at its end:
    r_0 + sum_{t>=1} discount^t (r_t - alpha log pi(a_t|s_t)) + discount^n (Q - alpha log pi).
    [Note L25] [N17] *)
Fixpoint n_step_return pi Q s a (path : seq (S * A)) : R :=
  if path is (s', a') :: l then
    soft_q_target (r s a) (disc s a s') (n_step_return pi Q s' a' l - alpha * ln (pi s' a'))
  else Q (s, a).
(** The same without the entropy terms: what an implementation that forgets them computes. *)
Fixpoint reward_only_return Q s a (path : seq (S * A)) : R :=
  if path is (s', a') :: l then
    soft_q_target (r s a) (disc s a s') (reward_only_return Q s' a' l)
  else Q (s, a).
End Definitions.

(** ** The lambda-return, step by step as softql computes it *)
Record step := Step { reward : R; discount : R; next_v : R; log_pi : R; truncated : bool }.

(** G_t = r_t + discount_t ((1 - lambda) V(s_{t+1}) + lambda (G_{t+1} - alpha log pi(a_{t+1}|s_{t+1})));
    G_t = r_t + discount_t V(s_{t+1}) at a truncated step and at the last one.  [N17] [Note L25] *)
Fixpoint lambda_return (alpha lambda : R) (steps : seq step) : R :=
  if steps is x :: l then
    soft_q_target (reward x) (discount x)
      (if l is y :: _ then
         if truncated x then next_v x
         else (1 - lambda) * next_v x + lambda * (lambda_return alpha lambda l - alpha * log_pi y)
       else next_v x)
  else 0.
(** The return that takes n rewards and then bootstraps. *)
Fixpoint n_step (alpha : R) (n : nat) (steps : seq step) : R :=
  if steps is x :: l then
    soft_q_target (reward x) (discount x)
      (if n is m.+2 then (if l is y :: _ then n_step alpha m.+1 l - alpha * log_pi y else next_v x)
       else next_v x)
  else 0.

Section LambdaReturn.
Variables (alpha lambda : R).

(** The lambda-return at lambda = 0 is the one-step target r + discount V(s'). *)
Theorem lambda_return_zero x l :
  lambda_return alpha 0 (x :: l) = soft_q_target (reward x) (discount x) (next_v x).
Proof. by case: l => [//|y l] /=; case: (truncated x) => //; congr (_ + _ * _); ring. Qed.

(** A truncated step bootstraps from its own next value and never reads what follows. *)
Theorem lambda_return_truncated x l : truncated x ->
  lambda_return alpha lambda (x :: l) = soft_q_target (reward x) (discount x) (next_v x).
Proof. by case: l => [//|y l] /= ->. Qed.

(** After termination (discount 0) the return is the reward. *)
Theorem lambda_return_terminated x l : discount x = 0 ->
  lambda_return alpha lambda (x :: l) = reward x.
Proof. by move=> /= ->; rewrite /soft_q_target; ring. Qed.

(** The weight of the n-step return (n = k+1) among T = m+1 steps:
    (1 - lambda) lambda^k, and lambda^m for the longest. *)
Definition trace m k := (if (k < m)%N then 1 - lambda else 1) * lambda ^ k.

(** The weights of the lambda-mixture, (1 - lambda) lambda^(n-1) and at the end lambda^(T-1), sum to
    one. *)
Theorem trace_sums_to_one m : \big[Rplus/0]_(k < m.+1) trace m k = 1.
Proof.
elim: m => [|m IH]; first by rewrite big_ord_recl big_ord0 /trace /=; ring.
rewrite big_ord_recl -[RHS](_ : (1 - lambda) + lambda * 1 = 1); last by ring.
congr (_ + _); first by rewrite /trace /=; ring.
by rewrite -IH big_distrr; apply: eq_bigr => k _; rewrite /trace lift0 ltnS /=; ring.
Qed.

(** The recursion is the lambda-mixture of the n-step returns:
    G = (1 - lambda) sum_{n<T} lambda^(n-1) G^(n) + lambda^(T-1) G^(T). *)
Theorem lambda_return_mixture x l : (forall y, y \in map truncated (x :: l) -> y = false) ->
  lambda_return alpha lambda (x :: l) =
  \big[Rplus/0]_(k < (size l).+1) (trace (size l) k * n_step alpha k.+1 (x :: l)).
Proof.
elim: l x => [|y l IH] x nt; first by rewrite big_ord_recl big_ord0 /trace /=; ring.
have ntx : truncated x = false by apply: nt; rewrite inE eqxx.
have nty z : z \in map truncated (y :: l) -> z = false by move=> zl; apply: nt; rewrite inE zl orbT.
rewrite big_ord_recl.
transitivity (soft_q_target (reward x) (discount x) ((1 - lambda) * next_v x +
   lambda * (lambda_return alpha lambda (y :: l) - alpha * log_pi y))); first by rewrite /= ntx.
rewrite (IH y nty).
set G := \big[Rplus/0]_(k < (size l).+1) _.
transitivity ((1 - lambda) * soft_q_target (reward x) (discount x) (next_v x) +
   lambda * soft_q_target (reward x) (discount x) (G - alpha * log_pi y)).
  by rewrite /soft_q_target; ring.
congr (_ + _); first by rewrite /trace /=; ring.
transitivity (\big[Rplus/0]_(k < (size l).+1) (lambda * (trace (size l) k *
   soft_q_target (reward x) (discount x) (n_step alpha k.+1 (y :: l) - alpha * log_pi y)))).
  rewrite -big_distrr; congr (_ * _).
  rewrite /soft_q_target.
  have e k : trace (size l) k * (reward x + discount x * (n_step alpha k.+1 (y :: l) - alpha * log_pi y)) =
     trace (size l) k * (reward x - discount x * (alpha * log_pi y)) +
     discount x * (trace (size l) k * n_step alpha k.+1 (y :: l)) by ring.
  rewrite [RHS](eq_bigr _ (fun (k : 'I_(size l).+1) _ => e k)) big_split /= -big_distrl /= -big_distrr /=.
  by rewrite trace_sums_to_one -/G; ring.
by apply: eq_bigr => k _; rewrite /trace [size (y :: l)]/= lift0 ltnS /=; ring.
Qed.
End LambdaReturn.

Section Returns.
Variables (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R) (r : S -> A -> R).
Variables (disc : S -> A -> S -> R) (gamma alpha : R).
Hypothesis ok : is_process w P disc gamma alpha.
Implicit Types (Q : S * A -> R) (pi : S -> A -> R) (V d : S -> R).

Notation is_policy := (is_policy w).
Notation value := (value w alpha).
Notation value_of := (value_of w alpha).
Notation greedy := (greedy w alpha).
Notation backup := (backup P r disc).
Notation evaluation := (evaluation w P r disc alpha).
Notation is_Qstar := (is_Qstar w P r disc alpha).
Notation is_Qpi := (is_Qpi w P r disc alpha).
Notation soft_reward := (soft_reward w r alpha).
Notation push := (push w P disc).
Notation discounted_law := (discounted_law w P disc).
Notation objective := (objective w P r disc alpha).
Notation path_expect := (path_expect w P).
Notation n_step_return := (n_step_return r disc alpha).

Let w_ok s : is_weight (w s). Proof. by case: ok. Qed.
Let P_dist s a : is_dist (P s a). Proof. by case: ok. Qed.
Let disc_ok s a s' : 0 <= disc s a s' <= gamma. Proof. by case: ok. Qed.
Let gamma_ok : 0 <= gamma < 1. Proof. by case: ok. Qed.
Let al : 0 < alpha. Proof. by case: ok. Qed.

(** ** The objective *)
Lemma expect_push pi d V : expect (push pi d) V =
  expect d (fun s => expect (prob (w s) (pi s)) (fun a => expect (P s a) (fun s' => disc s a s' * V s'))).
Proof.
rewrite /expect /returns.push /expect.
transitivity (\sum_s' \sum_s (d s * (\sum_a prob (w s) (pi s) a * (P s a s' * disc s a s')) * V s')).
  by apply: sum_ext => s'; rewrite -sum_scalr.
rewrite sum_swap; apply: sum_ext => s.
transitivity (d s * \sum_s' ((\sum_a prob (w s) (pi s) a * (P s a s' * disc s a s')) * V s')).
  by rewrite -sum_scal; apply: sum_ext => s'; ring.
congr (_ * _); transitivity (\sum_s' \sum_a (prob (w s) (pi s) a * (P s a s' * (disc s a s' * V s')))).
  by apply: sum_ext => s'; rewrite -sum_scalr; apply: sum_ext => a; ring.
by rewrite sum_swap; apply: sum_ext => a; rewrite sum_scal.
Qed.

(** V^pi(s) = E[r + alpha H] + E[discount V^pi(s')].  [Note L52] *)
Theorem value_of_bellman pi Qp s : is_Qpi pi Qp -> value_of pi Qp s = soft_reward pi s +
  expect (prob (w s) (pi s)) (fun a => expect (P s a) (fun s' => disc s a s' * value_of pi Qp s')).
Proof.
move=> Hp; rewrite {1}/backup.value_of policy_value_entropy /returns.soft_reward.
have -> : expect (prob (w s) (pi s)) (row Qp s) = expect (prob (w s) (pi s)) (r s) +
  expect (prob (w s) (pi s)) (fun a => expect (P s a) (fun s' => disc s a s' * value_of pi Qp s')).
  rewrite -expect_plus; apply: expect_ext => a.
  by rewrite /row -(Hp (s, a)) /backup.evaluation (backupE r ok).
ring.
Qed.

(** E_{s_0}[V^pi] = J_n + what is left after n steps. *)
Theorem objective_unrolled pi Qp d n : is_Qpi pi Qp ->
  expect d (value_of pi Qp) = objective pi d n + expect (discounted_law pi d n) (value_of pi Qp).
Proof.
move=> Hp; elim: n => [|n IH]; first by rewrite /returns.objective big_ord0 /=; ring.
rewrite IH /returns.objective big_ord_recr /= expect_push -/(returns.discounted_law _ _ _ pi d n).
rewrite Rplus_assoc; congr (_ + _); rewrite -expect_plus.
by apply: expect_ext => s; exact: value_of_bellman.
Qed.

Lemma discounted_law_ge0 pi d n : is_policy pi -> is_dist d ->
  forall s, 0 <= discounted_law pi d n s.
Proof.
move=> pid [d0 _]; elim: n => [|n IH] s //=.
apply: sum_ge0 => s'; apply: Rmult_le_pos; first exact: IH.
apply: expect_ge0 => [|a]; first exact: prob_dist.
apply: Rmult_le_pos; first exact: (proj1 (P_dist s' a)).
by case: (disc_ok s' a s).
Qed.

(** The discounted law has mass at most gamma^n. *)
Lemma discounted_law_mass pi d n V c : is_policy pi -> is_dist d ->
  (forall s, Rabs (V s) <= c) -> Rabs (expect (discounted_law pi d n) V) <= gamma ^ n * c.
Proof.
move=> pid dd Vc; elim: n V c Vc => [|n IH] V c Vc.
  by rewrite /= Rmult_1_l; exact: expect_abs_le.
rewrite /= expect_push.
rewrite (_ : gamma * gamma ^ n * c = gamma ^ n * (gamma * c)); last by ring.
apply: IH => s; apply: expect_abs_le => [|a]; first exact: prob_dist.
apply: expect_abs_le => // s'; have [d0 d1] := disc_ok s a s'.
rewrite Rabs_mult Rabs_right; last lra.
by apply: Rmult_le_compat => //; exact: Rabs_pos.
Qed.

(** The fixed point of policy evaluation is the maximum-entropy return:
    J_n(pi) -> E_{s_0}[V^pi(s_0)].  [Note L13] [Note L25] *)
Theorem objective_limit pi Qp d : is_policy pi -> is_dist d -> is_Qpi pi Qp ->
  is_lim_seq (objective pi d) (expect d (value_of pi Qp)).
Proof.
move=> pid dd Hp; set V := value_of pi Qp.
have z : is_lim_seq (fun n => gamma ^ n * supnorm V) 0.
  have -> : Finite 0 = Rbar_mult 0 (supnorm V) by rewrite /= Rmult_0_l.
  by apply: is_lim_seq_scal_r; apply: is_lim_seq_geom; rewrite Rabs_right; lra.
apply/is_lim_seq_spec => eps; move/is_lim_seq_spec: z => /(_ eps) [N HN].
exists N => n Nn; rewrite (objective_unrolled d n Hp) -/V.
rewrite (_ : _ - _ = - expect (discounted_law pi d n) V); last by ring.
rewrite Rabs_Ropp; apply: Rle_lt_trans (HN n Nn); rewrite Rminus_0_r.
apply: Rle_trans _ (Rle_abs _); apply: discounted_law_mass => // s; exact: supnorm_ge.
Qed.

(** The occupancy sum_t discounted_law_t exists ... *)
Theorem occupancy_exists pi d s : is_policy pi -> is_dist d ->
  exists o : R, is_lim_seq (fun n => \big[Rplus/0]_(t < n) discounted_law pi d t s) o.
Proof.
move=> pid dd; apply: (ex_finite_lim_seq_incr _ (/ (1 - gamma))) => n.
  by rewrite big_ord_recr /=; have := discounted_law_ge0 n pid dd s; lra.
apply: Rle_trans (_ : (1 - gamma ^ n) / (1 - gamma) <= _); last first.
  rewrite /Rdiv -[X in _ <= X]Rmult_1_l; apply: Rmult_le_compat_r.
    by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
  by have := pow_le _ n (proj1 gamma_ok); lra.
elim: n => [|n IH]; first by rewrite big_ord0 /=; right; field; lra.
rewrite big_ord_recr /=.
have -> : (1 - gamma * gamma ^ n) / (1 - gamma) = (1 - gamma ^ n) / (1 - gamma) + gamma ^ n * 1.
  by field; lra.
apply: Rplus_le_compat IH _; apply: Rle_trans (Rle_abs _) _.
pose e s' := if s' == s then 1 else 0.
have -> : discounted_law pi d n s = expect (discounted_law pi d n) e.
  by rewrite /expect (bigD1 s) //= /e eqxx big1 => [|s' /negbTE ->]; ring.
by apply: discounted_law_mass => // s'; rewrite /e; case: eqP => _; rewrite ?Rabs_R1 ?Rabs_R0; lra.
Qed.

(** ... and the value is the soft reward it collects: E_{s_0}[V^pi] = sum_s occ(s) (r + alpha H)(s). *)
Theorem occupancy_value pi Qp d occ : is_policy pi -> is_dist d -> is_Qpi pi Qp ->
  (forall s, is_lim_seq (fun n => \big[Rplus/0]_(t < n) discounted_law pi d t s) (Finite (occ s))) ->
  expect d (value_of pi Qp) = expect occ (soft_reward pi).
Proof.
move=> pid dd Hp Ho.
have L : is_lim_seq (objective pi d) (expect occ (soft_reward pi)).
  apply: (is_lim_seq_ext (fun n => \sum_s (\big[Rplus/0]_(t < n) discounted_law pi d t s) * soft_reward pi s)).
    move=> n; rewrite /returns.objective /expect exchange_big /=.
    by apply: sum_ext => s; rewrite big_distrl.
  apply: filterlim_seq_sum => s.
  exact: (is_lim_seq_mult' _ _ _ _ (Ho s) (is_lim_seq_const _)).
have := is_lim_seq_unique _ _ L; rewrite (is_lim_seq_unique _ _ (objective_limit pid dd Hp)).
by case.
Qed.

(** ** Soft n-step returns *)
Lemma path_expect_ext pi n s a F G : (forall l, size l = n -> F l = G l) ->
  path_expect pi n s a F = path_expect pi n s a G.
Proof.
elim: n s a F G => [|n IH] s a F G FG /=; first exact: FG.
apply: expect_ext => s'; apply: expect_ext => a'; apply: IH => l ln.
by apply: FG; rewrite /= ln.
Qed.

Lemma path_expect_affine pi n s a F x y : is_policy pi ->
  path_expect pi n s a (fun l => x + y * F l) = x + y * path_expect pi n s a F.
Proof.
move=> pid; elim: n s a F => [|n IH] s a F //=.
rewrite -expect_scal -[X in _ = X + _](expect_const x (P_dist s a)) -expect_plus; apply: expect_ext => s'.
rewrite -expect_scal -[X in _ = X + _](expect_const x (prob_dist (w_ok s') (pid s'))) -expect_plus.
by apply: expect_ext => a'; rewrite IH.
Qed.

Lemma path_expectS pi n s a F : path_expect pi n.+1 s a F =
  expect (P s a) (fun s' => expect (prob (w s') (pi s')) (fun a' =>
    path_expect pi n s' a' (fun l => F ((s', a') :: l)))).
Proof. by []. Qed.

(** E[soft n-step return] = (T^pi)^n Q: the n-step target is an n-fold backup.  [Note L25] *)
Theorem n_step_return_expected pi Q n s a : is_policy pi ->
  path_expect pi n s a (n_step_return pi Q s a) = iter n (evaluation pi) Q (s, a).
Proof.
move=> pid; elim: n s a => [|n IH] s a //=.
apply: expect_ext => s'; rewrite /soft_q_target /backup.value_of /policy_value.
rewrite -expect_scal -[X in _ = X + _](expect_const (r s a) (prob_dist (w_ok s') (pid s'))) -expect_plus.
apply: expect_ext => a'.
transitivity (path_expect pi n s' a' (fun l => (r s a - disc s a s' * (alpha * ln (pi s' a'))) +
    disc s a s' * n_step_return pi Q s' a' l)).
  by apply: path_expect_ext => l _; rewrite /= /soft_q_target; ring.
by rewrite path_expect_affine // IH /row /=; ring.
Qed.

(** On paths of pi with bootstrap Q^pi the n-step return is unbiased for Q^pi.  [Note L27] *)
Theorem n_step_return_unbiased pi Qp n s a : is_policy pi -> is_Qpi pi Qp ->
  path_expect pi n s a (n_step_return pi Qp s a) = Qp (s, a).
Proof.
move=> pid Hp; rewrite n_step_return_expected //; elim: n s a => [//|n IH] s a.
rewrite iterS -[RHS](Hp (s, a)); apply: backup_ext => s'.
by apply: expect_ext => a'; rewrite /row IH.
Qed.

(** With any bootstrap its bias is at most gamma^n ||Q - Q^pi||. *)
Theorem n_step_return_bias pi Q Qp n s a : is_policy pi -> is_Qpi pi Qp ->
  Rabs (path_expect pi n s a (n_step_return pi Q s a) - Qp (s, a)) <= gamma ^ n * dist_sup Q Qp.
Proof.
move=> pid Hp; rewrite n_step_return_expected //.
apply: Rle_trans (supnorm_ge (fun sa => iter n (evaluation pi) Q sa - Qp sa) (s, a)) _.
exact: (policy_evaluation_error ok).
Qed.

(** A reward-only return misses exactly the soft return of a process without rewards: the
    discounted entropy terms. *)
Theorem reward_only_return_bias pi Q s a path :
  n_step_return pi Q s a path - reward_only_return r disc Q s a path =
  returns.n_step_return (fun _ _ => 0) disc alpha pi (fun _ => 0) s a path.
Proof.
elim: path s a => [|[s' a'] l IH] s a /=; first ring.
by rewrite -IH /soft_q_target; ring.
Qed.

(** ** Soft lambda-returns on paths of pi *)
(** The steps that a path makes, with next values from V. *)
Fixpoint steps_of pi V s a (path : seq (S * A)) : seq step :=
  if path is (s', a') :: l then
    Step (r s a) (disc s a s') (V s') (ln (pi s a)) false :: steps_of pi V s' a' l
  else [::].

Lemma lambda_steps pi V lambda s a s' a' l : (0 < size l)%N ->
  lambda_return alpha lambda (steps_of pi V s a ((s', a') :: l)) =
  soft_q_target (r s a) (disc s a s') ((1 - lambda) * V s' +
    lambda * (lambda_return alpha lambda (steps_of pi V s' a' l) - alpha * ln (pi s' a'))).
Proof. by case: l => [//|[s2 a2] l] _. Qed.

(** E[lambda-return] is one backup of a mixture of V and the shorter lambda-return. *)
Lemma lambda_return_step pi V lambda n s a : is_policy pi ->
  path_expect pi n.+2 s a (fun l => lambda_return alpha lambda (steps_of pi V s a l)) =
  backup (fun s' => (1 - lambda) * V s' + lambda * value_of pi (fun sa =>
     path_expect pi n.+1 sa.1 sa.2 (fun l => lambda_return alpha lambda (steps_of pi V sa.1 sa.2 l))) s') (s, a).
Proof.
move=> pid; rewrite path_expectS; apply: expect_ext => s'.
rewrite /soft_q_target /backup.value_of /policy_value.
set G := fun a' => path_expect pi n.+1 s' a' (fun l => lambda_return alpha lambda (steps_of pi V s' a' l)).
transitivity (expect (prob (w s') (pi s')) (fun a' =>
   (r s a + disc s a s' * ((1 - lambda) * V s')) + (disc s a s' * lambda) * (G a' - alpha * ln (pi s' a')))).
  apply: expect_ext => a'.
  transitivity (path_expect pi n.+1 s' a' (fun l =>
     (r s a + disc s a s' * ((1 - lambda) * V s') - disc s a s' * lambda * (alpha * ln (pi s' a'))) +
     (disc s a s' * lambda) * lambda_return alpha lambda (steps_of pi V s' a' l))).
    apply: path_expect_ext => l ln.
    by rewrite lambda_steps ?ln // /soft_q_target; ring.
  by rewrite path_expect_affine // -/(G a'); ring.
rewrite expect_plus expect_const ?expect_scal; last exact: prob_dist.
by rewrite /G /row /=; ring.
Qed.

(** With V = V^pi the lambda-return is unbiased for Q^pi, for every lambda.  [N17] *)
Theorem lambda_return_unbiased pi Qp lambda n s a : is_policy pi -> is_Qpi pi Qp ->
  path_expect pi n.+1 s a (fun l =>
    lambda_return alpha lambda (steps_of pi (value_of pi Qp) s a l)) = Qp (s, a).
Proof.
move=> pid Hp; elim: n s a => [|n IH] s a.
  rewrite -[RHS](Hp (s, a)) /=; apply: expect_ext => s'.
  by rewrite expect_const //; exact: prob_dist.
rewrite lambda_return_step // -[RHS](Hp (s, a)); apply: backup_ext => s'.
rewrite (_ : value_of pi _ s' = value_of pi Qp s'); first by ring.
by apply: expect_ext => a'; rewrite /row IH.
Qed.

(** With V = V^pi_Q from any Q its bias is at most gamma ||Q - Q^pi||. *)
Theorem lambda_return_bias pi Q Qp lambda n s a : is_policy pi -> is_Qpi pi Qp ->
  0 <= lambda <= 1 ->
  Rabs (path_expect pi n.+1 s a (fun l =>
    lambda_return alpha lambda (steps_of pi (value_of pi Q) s a l)) - Qp (s, a))
  <= gamma * dist_sup Q Qp.
Proof.
move=> pid Hp lam; set c := dist_sup Q Qp; have c0 : 0 <= c by exact: supnorm_ge0.
have gc : gamma * c <= c by have := Rmult_le_compat_r c _ _ c0 (Rlt_le _ _ (proj2 gamma_ok)); lra.
elim: n s a => [|n IH] s a.
  have -> : path_expect pi 1 s a (fun l => lambda_return alpha lambda (steps_of pi (value_of pi Q) s a l)) =
            evaluation pi Q (s, a).
    by rewrite /=; apply: expect_ext => s'; rewrite expect_const //; exact: prob_dist.
  rewrite -(Hp (s, a)); apply: (backup_lipschitz _ ok) => s'; exact: (value_of_lipschitz ok).
rewrite lambda_return_step // -(Hp (s, a)); apply: (backup_lipschitz _ ok) => s'.
set L := fun sa : S * A => _.
have h1 := value_of_lipschitz ok Q Qp s' pid; rewrite -/c in h1.
have h2 : Rabs (value_of pi L s' - value_of pi Qp s') <= c.
  apply: Rle_trans gc; apply: Rle_trans (value_of_lipschitz ok L Qp s' pid) _.
  apply: supnorm_le => [|[s2 a2]]; first by apply: Rmult_le_pos; [case: gamma_ok|].
  exact: IH.
have -> : (1 - lambda) * value_of pi Q s' + lambda * value_of pi L s' - value_of pi Qp s' =
  (1 - lambda) * (value_of pi Q s' - value_of pi Qp s') + lambda * (value_of pi L s' - value_of pi Qp s').
  by ring.
apply: Rle_trans (Rabs_triang _ _) _; rewrite !Rabs_mult (Rabs_right (1 - _)) ?(Rabs_right lambda); try lra.
have := Rmult_le_compat_l (1 - lambda) _ _ ltac:(lra) h1.
have := Rmult_le_compat_l lambda _ _ ltac:(lra) h2; lra.
Qed.

(** ** Path consistency *)
(** V*(s) - E[discount V*(s')] = r(s,a) - alpha log pi*(a|s), for every action.  [N17] *)
Theorem path_consistency Qs s a : is_Qstar Qs ->
  value Qs s - expect (P s a) (fun s' => disc s a s' * value Qs s') =
  r s a - alpha * ln (greedy Qs s a).
Proof.
move=> Hs; rewrite log_boltzmann_policy // /boltzmann_log_policy -/(backup.value w alpha Qs s).
have -> : row Qs s a = r s a + expect (P s a) (fun s' => disc s a s' * value Qs s').
  by rewrite /row -{1}(Hs (s, a)) /optimality (backupE r ok).
by field; lra.
Qed.

(** Converse: a policy and a value that are consistent at every allowed action are the
    optimal ones.  [N17] *)
Theorem path_consistency_converse V pi : is_policy pi ->
  (forall s a, 0 < w s a -> 0 < pi s a) ->
  (forall s a, 0 < w s a ->
     V s - expect (P s a) (fun s' => disc s a s' * V s') = r s a - alpha * ln (pi s a)) ->
  [/\ is_Qstar (backup V), forall s, value (backup V) s = V s &
      forall s a, 0 < w s a -> greedy (backup V) s a = pi s a].
Proof.
move=> pid ppos H; set Q := backup V.
have QE s a : 0 < w s a -> Q (s, a) = V s + alpha * ln (pi s a).
  by move=> wa; rewrite /Q (backupE r ok) /=; have := H s a wa; lra.
have VE s : value Q s = V s.
  rewrite /backup.value /soft_value /partition.
  have -> : \sum_a w s a * exp (row Q s a / alpha) = exp (V s / alpha).
    transitivity (\sum_a w s a * (exp (V s / alpha) * pi s a)).
      apply: wsum_ext => // a wa; rewrite /row QE //.
      rewrite (_ : _ / alpha = V s / alpha + ln (pi s a)); last by field; lra.
      by rewrite exp_plus exp_ln //; exact: ppos.
    rewrite -[RHS]Rmult_1_r -(proj2 (pid s)) -sum_scal.
    by apply: sum_ext => a; ring.
  by rewrite ln_exp; field; lra.
split=> // [sa|s a wa]; first by apply: backup_ext.
rewrite /backup.greedy boltzmann_policy_exp // /soft_advantage -/(backup.value w alpha Q s) VE.
rewrite /row QE // (_ : _ / alpha = ln (pi s a)); last by field; lra.
by rewrite exp_ln //; exact: ppos.
Qed.
End Returns.

(** The discounted law is gamma^t times the law of s_t where nothing terminates. *)
Theorem discounted_law_constant (S A : finType) (w : S -> A -> R) (P : S -> A -> S -> R)
    gamma pi (d : S -> R) t s :
  discounted_law w P (fun _ _ _ => gamma) pi d t s =
  gamma ^ t * discounted_law w P (fun _ _ _ => 1) pi d t s.
Proof.
elim: t s => [|t IH] s /=; first by ring.
rewrite /push /expect -sum_scal; apply: sum_ext => s'; rewrite IH.
rewrite (_ : \sum_a _ = gamma * \sum_a prob (w s') (pi s') a * (P s' a s * 1)); first by ring.
by rewrite -sum_scal; apply: sum_ext => a; ring.
Qed.

(** ** Deterministic transitions *)
Section Deterministic.
Variables (S A : finType) (next : S -> A -> S).

Definition dirac (s : S) (a : A) (s' : S) : R := if s' == next s a then 1 else 0.

Lemma expect_dirac s a (f : S -> R) : expect (dirac s a) f = f (next s a).
Proof. by rewrite /expect (bigD1 (next s a)) //= /dirac eqxx big1 => [|s' /negbTE ->]; ring. Qed.

Lemma dirac_is_dist s a : is_dist (dirac s a).
Proof.
split=> [s'|]; first by rewrite /dirac; case: ifP => _; lra.
have := expect_dirac s a (fun _ => 1); rewrite /expect => <-.
by apply: sum_ext => s'; ring.
Qed.

Variables (w : S -> A -> R) (r : S -> A -> R) (gamma alpha : R).
Hypothesis ok : is_process w dirac (fun _ _ _ => gamma) gamma alpha.

Fixpoint end_of (s : S) (acts : seq A) : S := if acts is a :: l then end_of (next s a) l else s.
(** sum_{t<n} gamma^t (r_t - alpha log pi(a_t|s_t)). *)
Fixpoint soft_path_sum (pi : S -> A -> R) (s : S) (acts : seq A) : R :=
  if acts is a :: l then (r s a - alpha * ln (pi s a)) + gamma * soft_path_sum pi (next s a) l else 0.

(** V*(s_0) - gamma^n V*(s_n) = sum_{t<n} gamma^t (r_t - alpha log pi*(a_t|s_t)), along any
    actions whatever.  [N17] *)
Theorem multi_step_path_consistency Qs s acts :
  is_Qstar w dirac r (fun _ _ _ => gamma) alpha Qs ->
  value w alpha Qs s - gamma ^ size acts * value w alpha Qs (end_of s acts) =
  soft_path_sum (greedy w alpha Qs) s acts.
Proof.
move=> Hs; elim: acts s => [|a l IH] s /=; first by ring.
by rewrite -IH -(path_consistency ok s a Hs) expect_dirac; ring.
Qed.
End Deterministic.
