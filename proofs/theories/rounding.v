(** * rounding: how far the computed soft value is from the real one

    The code computes V = m + alpha ln (1 + sum over the others of exp(-g)), m the value of
    the best action and g = (m - Q)/alpha the gaps.  It rounds in three places: at each
    exponential, at each addition of the sum, and once at the end, for the logarithm and its
    product with alpha are kept in two words.  The additions and the last step are those of
    IEEE arithmetic (Flocq: to nearest, gradual underflow, any way to break ties).  The
    exponential and the logarithm are any whose error has the stated bound, which is
    measured, not proved.  An addition of 0 is exact. *)
From Coq Require Import Reals Lra Lia ZArith.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Rcomplements.
From Flocq Require Import Core Relative Plus_error.
From softql Require Import sums value.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** The logarithm of 1 + s is not sensitive to s *)

(** x / (1 + x) <= ln (1 + x): the condition number of log1p is at most 1. *)
Lemma ln_1p_ge x : 0 <= x -> x / (1 + x) <= ln (1 + x).
Proof.
move=> x0; have y0 : 0 < / (1 + x) by apply: Rinv_0_lt_compat; lra.
have := ln_le_sub1 y0; rewrite ln_Rinv; last lra.
by have -> : x / (1 + x) = 1 - / (1 + x); [field; lra|lra].
Qed.

Lemma ln_1p_ge0 x : 0 <= x -> 0 <= ln (1 + x).
Proof. by move=> x0; apply: Rle_trans (ln_1p_ge x0); apply: Rdiv_le_0_compat; lra. Qed.

Lemma ln_plus_le x b : 1 <= x -> 0 <= b -> ln (x + b) <= ln x + b.
Proof.
move=> x1 b0; have bx : 0 <= b / x by apply: Rdiv_le_0_compat; lra.
have -> : x + b = x * (1 + b / x) by field; lra.
rewrite ln_mult; [|lra|lra].
have h := @ln_le_sub1 (1 + b / x) ltac:(lra).
have : b / x <= b.
  rewrite -[X in _ <= X]Rmult_1_r; apply: Rmult_le_compat_l => //.
  by rewrite -Rinv_1; apply: Rinv_le_contravar; lra.
lra.
Qed.

Lemma ln_1p_scale_up s th : 0 <= s -> 0 <= th -> ln (1 + (1 + th) * s) <= (1 + th) * ln (1 + s).
Proof.
move=> s0 th0; have r0 : 0 <= s / (1 + s) by apply: Rdiv_le_0_compat; lra.
have -> : 1 + (1 + th) * s = (1 + s) * (1 + th * (s / (1 + s))) by field; lra.
have tr0 : 0 <= th * (s / (1 + s)) by apply: Rmult_le_pos.
rewrite ln_mult; [|lra|lra].
have h := @ln_le_sub1 (1 + th * (s / (1 + s))) ltac:(lra).
have h' := Rmult_le_compat_l _ _ _ th0 (ln_1p_ge s0).
lra.
Qed.

Lemma ln_1p_scale_down s th : 0 <= s -> 0 <= th <= 1 -> (1 - th) * ln (1 + s) <= ln (1 + (1 - th) * s).
Proof.
move=> s0 [th0 th1]; have ts0 : 0 <= (1 - th) * s by apply: Rmult_le_pos; lra.
set M := 1 + (1 - th) * s; have M0 : 0 < M by rewrite /M; lra.
have M1 := Rinv_0_lt_compat _ M0.
have a := @ln_le_sub1 ((1 + s) * / M) ltac:(by apply: Rmult_lt_0_compat; lra).
have b := @ln_le_sub1 (/ M) M1.
rewrite ln_mult // in a; last lra; rewrite ln_Rinv // in a; rewrite ln_Rinv // in b.
have a' := Rmult_le_compat_l (1 - th) _ _ ltac:(lra) a.
have b' := Rmult_le_compat_l th _ _ th0 b.
have e : (1 - th) * ((1 + s) * / M - 1) + th * (/ M - 1) = 0 by rewrite /M; field; rewrite -/M; lra.
lra.
Qed.

(** A sum s' that is wrong by a share th and an amount b gives a logarithm ln (1 + s') that is
    wrong by no more than that share and that amount, however small or large s is. *)
Theorem log_of_inexact_sum s s' th b : 0 <= s -> 0 <= s' -> 0 <= th <= 1 -> 0 <= b ->
  (1 - th) * s - b <= s' <= (1 + th) * s + b ->
  Rabs (ln (1 + s') - ln (1 + s)) <= th * ln (1 + s) + b.
Proof.
move=> s0 s'0 [th0 th1] b0 [low high].
have ts : 0 <= (1 + th) * s by apply: Rmult_le_pos; lra.
have ts' : 0 <= (1 - th) * s by apply: Rmult_le_pos; lra.
apply: Rabs_le; split.
  have c : ln (1 + (1 - th) * s) <= ln (1 + s' + b) by apply: ln_le; lra.
  have d := @ln_plus_le (1 + s') b ltac:(lra) b0.
  have e := ln_1p_scale_down s0 (conj th0 th1).
  lra.
have c : ln (1 + s') <= ln (1 + (1 + th) * s + b) by apply: ln_le; lra.
have d := @ln_plus_le (1 + (1 + th) * s) b ltac:(lra) b0.
have e := ln_1p_scale_up s0 th0.
lra.
Qed.

(** ** Rounded additions, in any order *)

(** The order of a sum: which partial sums are added to which. *)
Inductive tree (A : Type) := Leaf of A | Node of tree A & tree A.

Fixpoint leaves A (t : tree A) : seq A :=
  match t with Leaf a => [:: a] | Node l r => leaves l ++ leaves r end.
(** How many additions a number goes through, at most. *)
Fixpoint depth A (t : tree A) : nat :=
  match t with Leaf _ => O | Node l r => S (maxn (depth l) (depth r)) end.
Fixpoint exact_sum A (e : A -> R) (t : tree A) : R :=
  match t with Leaf a => e a | Node l r => exact_sum e l + exact_sum e r end.

Section Trees.
Variable A : eqType.
Implicit Types (t : tree A) (e : A -> R).

Lemma exact_sum_big e t : exact_sum e t = \big[Rplus/0]_(a <- leaves t) e a.
Proof. by elim: t => [a|l hl r hr] /=; [rewrite big_seq1|rewrite big_cat /= hl hr]. Qed.

Lemma exact_sum_ge0 e t : (forall a, a \in leaves t -> 0 <= e a) -> 0 <= exact_sum e t.
Proof.
elim: t => [a|l hl r hr] /= e0; first by apply: e0; rewrite inE.
have h : 0 <= exact_sum e l by apply: hl => a al; apply: e0; rewrite mem_cat al.
have h' : 0 <= exact_sum e r by apply: hr => a ar; apply: e0; rewrite mem_cat ar orbT.
lra.
Qed.

Lemma exact_sum_near e e' eps tau t :
  (forall a, a \in leaves t -> Rabs (e' a - e a) <= eps * e a + tau) ->
  Rabs (exact_sum e' t - exact_sum e t) <= eps * exact_sum e t + INR (size (leaves t)) * tau.
Proof.
elim: t => [a|l hl r hr] near; first by have := near a (mem_head _ _); rewrite /=; lra.
have hl' := hl (fun a al => near a ltac:(by rewrite /= mem_cat al)).
have hr' := hr (fun a ar => near a ltac:(by rewrite /= mem_cat ar orbT)).
rewrite /= size_cat plus_INR.
have -> : exact_sum e' l + exact_sum e' r - (exact_sum e l + exact_sum e r) =
  (exact_sum e' l - exact_sum e l) + (exact_sum e' r - exact_sum e r) by ring.
have h := Rabs_triang (exact_sum e' l - exact_sum e l) (exact_sum e' r - exact_sum e r).
lra.
Qed.
End Trees.

Section Rounded.
Variables (emin prec : Z) (choice : Z -> bool).
Context {prec_gt_0 : Prec_gt_0 prec}.

(** A float of [prec] digits, its last no smaller than 2^[emin]. *)
Definition is_float x := generic_format radix2 (FLT_exp emin prec) x.
(** The float next to x. *)
Definition nearest x := round radix2 (FLT_exp emin prec) (Znearest choice) x.
(** The unit roundoff, 2^-prec. *)
Definition roundoff := / 2 * bpow radix2 (- prec + 1).
(** Half of the smallest float: what a result may lose to underflow. *)
Definition underflow := / 2 * bpow radix2 emin.

Fixpoint rounded_sum A (e : A -> R) (t : tree A) : R :=
  match t with Leaf a => e a | Node l r => nearest (rounded_sum e l + rounded_sum e r) end.
(** The share by which an exponential good to eps and d roundings may be wrong. *)
Definition share (eps : R) (d : nat) := (1 + roundoff) ^ d * (1 + eps) - 1.

Lemma roundoff_gt0 : 0 < roundoff.
Proof. by rewrite /roundoff; have := bpow_gt_0 radix2 (- prec + 1); lra. Qed.

Lemma roundoff_le : roundoff <= / 2.
Proof.
have : bpow radix2 (- prec + 1) <= bpow radix2 0 by apply: bpow_le; move: prec_gt_0; rewrite /Prec_gt_0; lia.
by rewrite /roundoff /=; lra.
Qed.

Lemma nearest_add x y : is_float x -> is_float y -> 0 <= x -> 0 <= y ->
  (1 - roundoff) * (x + y) <= nearest (x + y) <= (1 + roundoff) * (x + y).
Proof.
move=> fx fy x0 y0; have u0 := roundoff_gt0.
have [d [dle E]] := FLT_plus_error_N_ex radix2 emin prec choice _ _ fx fy.
rewrite /nearest E.
have ule := u_rod1pu_ro_le_u_ro radix2 prec.
have /Rabs_le_inv [d1 d2] : Rabs d <= roundoff by apply: Rle_trans dle _; exact: ule.
have xy : 0 <= x + y by lra.
have h := Rmult_le_compat_l _ _ _ xy d1; have h' := Rmult_le_compat_l _ _ _ xy d2; lra.
Qed.

Lemma nearest_near x : Rabs (nearest x - x) <= roundoff * Rabs x + underflow.
Proof.
have [d [n [dle [nle [_ E]]]]] := error_N_FLT radix2 emin prec prec_gt_0 choice x.
rewrite /nearest E.
have -> : x * (1 + d) + n - x = x * d + n by ring.
apply: Rle_trans (Rabs_triang _ _) _; rewrite Rabs_mult Rmult_comm.
have := Rmult_le_compat_r _ _ _ (Rabs_pos x) dle.
by rewrite /roundoff /underflow; lra.
Qed.

Section Sum.
Variable A : eqType.
Implicit Types (t : tree A) (e : A -> R).

Lemma rounded_sum_float e t : (forall a, a \in leaves t -> is_float (e a)) -> is_float (rounded_sum e t).
Proof.
case: t => [a|l r] fe /=; first by apply: fe; rewrite inE.
by apply: generic_format_round.
Qed.

(** Numbers >= 0, added in any order by rounded additions, d deep: (1 - u)^d s <= s' <= (1 + u)^d s.
    Halves onto halves, d is log2 n; one after the other, n - 1. *)
Theorem rounded_sum_error e t :
  (forall a, a \in leaves t -> is_float (e a) /\ 0 <= e a) ->
  (1 - roundoff) ^ depth t * exact_sum e t <= rounded_sum e t <= (1 + roundoff) ^ depth t * exact_sum e t.
Proof.
have u0 := roundoff_gt0; have u1 := roundoff_le.
have down m n : (m <= n)%N -> (1 - roundoff) ^ n <= (1 - roundoff) ^ m.
  move=> /subnK <-; rewrite pow_add -[X in _ <= X]Rmult_1_l.
  apply: Rmult_le_compat_r; first by apply: pow_le; lra.
  have one : (1 - roundoff) ^ (n - m)%N <= 1 ^ (n - m)%N by apply: pow_incr; lra.
  by move: one; rewrite pow1.
have up m n : (m <= n)%N -> (1 + roundoff) ^ m <= (1 + roundoff) ^ n.
  by move=> /leP mn; apply: Rle_pow mn; lra.
elim: t => [a|l hl r hr] fe; first by rewrite /=; lra.
have fl a : a \in leaves l -> is_float (e a) /\ 0 <= e a by move=> al; apply: fe; rewrite /= mem_cat al.
have fr a : a \in leaves r -> is_float (e a) /\ 0 <= e a by move=> ar; apply: fe; rewrite /= mem_cat ar orbT.
have l0 : 0 <= exact_sum e l by apply: exact_sum_ge0 => a /fl [].
have r0 : 0 <= exact_sum e r by apply: exact_sum_ge0 => a /fr [].
have [l1 l2] := hl fl; have [r1 r2] := hr fr.
have ll := leq_maxl (depth l) (depth r); have lr := leq_maxr (depth l) (depth r).
set d := maxn (depth l) (depth r) in ll lr *.
have sl0 : 0 <= rounded_sum e l.
  by apply: Rle_trans l1; apply: Rmult_le_pos => //; apply: pow_le; lra.
have sr0 : 0 <= rounded_sum e r.
  by apply: Rle_trans r1; apply: Rmult_le_pos => //; apply: pow_le; lra.
have gl : is_float (rounded_sum e l) by apply: rounded_sum_float => a /fl [].
have gr : is_float (rounded_sum e r) by apply: rounded_sum_float => a /fr [].
have [n1 n2] := nearest_add gl gr sl0 sr0.
have a1 := Rmult_le_compat_r _ _ _ l0 (down _ _ ll); have a2 := Rmult_le_compat_r _ _ _ l0 (up _ _ ll).
have b1 := Rmult_le_compat_r _ _ _ r0 (down _ _ lr); have b2 := Rmult_le_compat_r _ _ _ r0 (up _ _ lr).
rewrite /= -/d; split.
  by apply: Rle_trans n1; rewrite Rmult_assoc; apply: Rmult_le_compat_l; lra.
by apply: Rle_trans n2 _; rewrite Rmult_assoc; apply: Rmult_le_compat_l; lra.
Qed.

Lemma share_bounds eps d : 0 <= eps <= 1 ->
  0 <= share eps d /\ 1 - share eps d <= (1 - roundoff) ^ d * (1 - eps).
Proof.
move=> [e0 e1]; rewrite /share; have u0 := roundoff_gt0; have u1 := roundoff_le.
suff [a [b c]] : 2 <= (1 + roundoff) ^ d * (1 + eps) + (1 - roundoff) ^ d * (1 - eps) /\
    (1 - roundoff) ^ d * (1 - eps) <= (1 + roundoff) ^ d * (1 + eps) /\
    1 <= (1 + roundoff) ^ d * (1 + eps) by lra.
elim: d => [|d [h [k j]]] /=; first by lra.
set p := (1 + roundoff) ^ d * (1 + eps) in h k j *; set q := (1 - roundoff) ^ d * (1 - eps) in h k *.
have -> : (1 + roundoff) * (1 + roundoff) ^ d * (1 + eps) = p + roundoff * p by rewrite /p; ring.
have -> : (1 - roundoff) * (1 - roundoff) ^ d * (1 - eps) = q - roundoff * q by rewrite /q; ring.
have q0 : 0 <= q by apply: Rmult_le_pos; [apply: pow_le|]; lra.
have h1 := Rmult_le_compat_l _ _ _ (Rlt_le _ _ u0) k.
have h2 : 0 <= roundoff * p by apply: Rmult_le_pos; lra.
have h3 : 0 <= roundoff * q by apply: Rmult_le_pos; lra.
lra.
Qed.

(** Weights good to a share eps and an amount tau (of what underflows to 0), added as above. *)
Lemma rounded_weights e e' eps tau t : 0 <= eps <= 1 -> 0 <= tau ->
  (forall a, a \in leaves t -> 0 <= e a) ->
  (forall a, a \in leaves t -> is_float (e' a) /\ 0 <= e' a /\ Rabs (e' a - e a) <= eps * e a + tau) ->
  let b := (1 + roundoff) ^ depth t * (INR (size (leaves t)) * tau) in
  (1 - share eps (depth t)) * exact_sum e t - b <= rounded_sum e' t
    <= (1 + share eps (depth t)) * exact_sum e t + b.
Proof.
move=> e01 tau0 e0 good b; have u0 := roundoff_gt0; have u1 := roundoff_le.
have s0 : 0 <= exact_sum e t by exact: exact_sum_ge0.
have near : Rabs (exact_sum e' t - exact_sum e t) <= eps * exact_sum e t + INR (size (leaves t)) * tau.
  by apply: exact_sum_near => a /good [_ []].
have [lo hi] : (1 - roundoff) ^ depth t * exact_sum e' t <= rounded_sum e' t
    <= (1 + roundoff) ^ depth t * exact_sum e' t.
  by apply: rounded_sum_error => a /good [f [g _]].
have [g0 g1] := share_bounds (depth t) e01.
move/Rabs_le_inv: near; rewrite /b.
set s := exact_sum e t in s0 *; set s1 := exact_sum e' t in lo hi *.
have n0 : 0 <= INR (size (leaves t)) * tau by apply: Rmult_le_pos => //; exact: pos_INR.
set n := INR (size (leaves t)) * tau in n0 *; move=> [m1 m2].
have up0 : 0 <= (1 + roundoff) ^ depth t by apply: pow_le; lra.
have dn0 : 0 <= (1 - roundoff) ^ depth t by apply: pow_le; lra.
have dn1 : (1 - roundoff) ^ depth t <= (1 + roundoff) ^ depth t by apply: pow_incr; lra.
split.
  have h1 : (1 - roundoff) ^ depth t * ((1 - eps) * s - n) <= (1 - roundoff) ^ depth t * s1.
    by apply: Rmult_le_compat_l; lra.
  have h2 := Rmult_le_compat_r _ _ _ s0 g1.
  have h3 := Rmult_le_compat_r _ _ _ n0 dn1.
  lra.
have h1 : (1 + roundoff) ^ depth t * s1 <= (1 + roundoff) ^ depth t * ((1 + eps) * s + n).
  by apply: Rmult_le_compat_l; lra.
by rewrite /share; lra.
Qed.
End Sum.

(** ** The soft value *)
Section Value.
Variable A : finType.
Variables (alpha eps tau lam : R) (Q : A -> R).
Hypotheses (alpha_gt0 : 0 < alpha) (eps01 : 0 <= eps <= 1) (tau_ge0 : 0 <= tau) (lam_ge0 : 0 <= lam).

(** exp(-g), the weight of an action beside that of the best one, 1. *)
Definition beside top a := exp (- ((Q top - Q a) / alpha)).

(** The soft value that the code computes, in floating point: for every action but one, top, a weight that is
    exp(-g) up to a share eps and an amount tau; their sum by rounded additions d deep, in any
    order; a logarithm, with its product and sum kept in two words, good to a share lam; one
    rounding at the end.  Then, with u the unit roundoff and V the real soft value,
    |V' - V| <= u |V| + (1 + u) ((1 + lam)(1 + u)^d (1 + eps) - 1) (V - Q_top) + underflow.  [H17 Eq. 5] *)
Theorem rounded_soft_value_error top (t : tree A) (e' : A -> R) (log' : R) :
  perm_eq (top :: leaves t) (enum A) ->
  share eps (depth t) <= 1 ->
  (forall a, a \in leaves t -> is_float (e' a) /\ 0 <= e' a /\
    Rabs (e' a - beside top a) <= eps * beside top a + tau) ->
  Rabs (log' - ln (1 + rounded_sum e' t)) <= lam * ln (1 + rounded_sum e' t) ->
  let V := soft_value (@counting A) alpha Q in
  let lost := (1 + lam) * ((1 + roundoff) ^ depth t * (INR (size (leaves t)) * tau)) in
  Rabs (nearest (Q top + alpha * log') - V) <=
    roundoff * Rabs V + (1 + roundoff) * (((1 + lam) * (1 + share eps (depth t)) - 1) * (V - Q top) + alpha * lost)
    + underflow.
Proof.
move=> all share1 good logn V lost; have u0 := roundoff_gt0.
have e0 a : a \in leaves t -> 0 <= beside top a by move=> _; apply: Rlt_le; exact: exp_pos.
have s0 := exact_sum_ge0 e0.
have VE : V = Q top + alpha * ln (1 + exact_sum (beside top) t).
  have -> : V = Q top + alpha * ln (\sum_a 1 * exp (- ((Q top - Q a) / alpha))).
    by rewrite /V (soft_value_shifted (counting_is_weight top) alpha_gt0 Q (Q top)).
  congr (_ + _ * ln _); transitivity (\big[Rplus/0]_(a <- enum A) beside top a).
    by rewrite [RHS]big_enum /=; apply: eq_bigr => a _; rewrite /counting Rmult_1_l.
  rewrite -(perm_big _ all) /= big_cons exact_sum_big; congr (_ + _).
  by rewrite -exp_0 /beside; congr exp; field; lra.
have [lo hi] := rounded_weights eps01 tau_ge0 e0 good.
have r0 : 0 <= rounded_sum e' t.
  have [h _] : (1 - roundoff) ^ depth t * exact_sum e' t <= rounded_sum e' t
      <= (1 + roundoff) ^ depth t * exact_sum e' t by apply: rounded_sum_error => a /good [f [g _]].
  have u1 := roundoff_le; apply: Rle_trans h; apply: Rmult_le_pos; first by apply: pow_le; lra.
  by apply: exact_sum_ge0 => a /good [_ []].
have [th0 _] := share_bounds (depth t) eps01.
pose b := (1 + roundoff) ^ depth t * (INR (size (leaves t)) * tau).
have lostE : lost = (1 + lam) * b by [].
rewrite -/b in lo hi; move: lost lostE => lost lostE.
have b0 : 0 <= b.
  apply: Rmult_le_pos; first by apply: pow_le; lra.
  by apply: Rmult_le_pos => //; exact: pos_INR.
have near := log_of_inexact_sum s0 r0 (conj th0 share1) b0 (conj lo hi).
have L0 := ln_1p_ge0 s0.
set s := exact_sum (beside top) t in s0 VE near L0 lo hi *; set s' := rounded_sum e' t in logn r0 near *.
set L := ln (1 + s) in VE near L0; set L' := ln (1 + s') in logn near.
set th := share eps (depth t) in th0 share1 near *.
have VL : V - Q top = alpha * L by rewrite VE; ring.
have close : Rabs (log' - L) <= ((1 + lam) * (1 + th) - 1) * L + lost.
  have -> : log' - L = (log' - L') + (L' - L) by ring.
  apply: Rle_trans (Rabs_triang _ _) _.
  have /Rabs_le_inv [_ up] := near.
  have h : lam * L' <= lam * ((1 + th) * L + b) by apply: Rmult_le_compat_l; lra.
  by rewrite lostE; lra.
have wide : Rabs (Q top + alpha * log' - V) <= ((1 + lam) * (1 + th) - 1) * (V - Q top) + alpha * lost.
  rewrite VL VE.
  have -> : Q top + alpha * log' - (Q top + alpha * L) = alpha * (log' - L) by ring.
  rewrite Rabs_mult (Rabs_pos_eq alpha); last lra.
  by have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ alpha_gt0) close; lra.
set y := Q top + alpha * log' in wide *; set D := _ + alpha * lost in wide *.
have -> : nearest y - V = (nearest y - y) + (y - V) by ring.
apply: Rle_trans (Rabs_triang _ _) _.
have h1 := nearest_near y.
have h2 : Rabs y <= Rabs V + D.
  have -> : y = V + (y - V) by ring.
  by have := Rabs_triang V (y - V); lra.
have h3 := Rmult_le_compat_l _ _ _ (Rlt_le _ _ u0) h2.
lra.
Qed.
End Value.
End Rounded.

(** ** In numbers: float32 *)
Section Float32.
Variable choice : Z -> bool.
Local Instance digits24 : Prec_gt_0 24.
Proof. by []. Qed.
Variables (A : finType) (alpha : R) (Q : A -> R).
Hypothesis alpha_gt0 : 0 < alpha.

(** A float32 weight beside the best action's: an exponential good to 0.9 units in the last
    place, or a number that underflows. *)
Definition good_weight top (e' : A -> R) a := is_float (-149) 24 (e' a) /\ 0 <= e' a /\
  Rabs (e' a - beside alpha Q top a) <= 9 / 5 * / 2 ^ 24 * beside alpha Q top a + / 2 ^ 126.
(** A logarithm in two words of 1 + s, s the rounded sum of the weights, good to 1/8 unit. *)
Definition good_log (e' : A -> R) (t : tree A) log' :=
  let L := ln (1 + rounded_sum (-149) 24 choice e' t) in Rabs (log' - L) <= / 2 ^ 26 * L.

Lemma float32_roundoff : roundoff 24 = / 2 ^ 24.
Proof. by rewrite /roundoff /bpow /=; lra. Qed.

Lemma float32_underflow : underflow (-149) = / 2 ^ 150.
Proof. by rewrite /underflow /bpow /=; lra. Qed.

Lemma float32_error top t e' log' (d : nat) (c : R) (n : R) :
  perm_eq (top :: leaves t) (enum A) ->
  (depth t <= d)%N -> INR (size (leaves t)) <= n ->
  (1 + / 2 ^ 24) ^ d * (1 + 9 / 5 * / 2 ^ 24) - 1 <= 1 ->
  (1 + / 2 ^ 24) * ((1 + / 2 ^ 26) * ((1 + / 2 ^ 24) ^ d * (1 + 9 / 5 * / 2 ^ 24)) - 1) <= c ->
  (forall a, a \in leaves t -> good_weight top e' a) ->
  good_log e' t log' ->
  let V := soft_value (@counting A) alpha Q in
  Rabs (nearest (-149) 24 choice (Q top + alpha * log') - V) <=
    / 2 ^ 24 * Rabs V + c * (V - Q top)
    + alpha * ((1 + / 2 ^ 24) * ((1 + / 2 ^ 26) * ((1 + / 2 ^ 24) ^ d * (n * / 2 ^ 126)))) + / 2 ^ 150.
Proof.
move=> all td tn share1 cle good logn V.
have up : (1 + / 2 ^ 24) ^ depth t <= (1 + / 2 ^ 24) ^ d by apply: Rle_pow; [lra|apply/leP].
have up0 : 0 <= (1 + / 2 ^ 24) ^ depth t by apply: pow_le; lra.
have shle : share 24 (9 / 5 * / 2 ^ 24) (depth t) <= (1 + / 2 ^ 24) ^ d * (1 + 9 / 5 * / 2 ^ 24) - 1.
  by rewrite /share float32_roundoff; have := Rmult_le_compat_r (1 + 9 / 5 * / 2 ^ 24) _ _ ltac:(lra) up; lra.
have shle1 : share 24 (9 / 5 * / 2 ^ 24) (depth t) <= 1 by lra.
have gap : 0 <= V - Q top.
  have one : 0 < counting top by rewrite /counting; lra.
  have := soft_value_ge (counting_is_weight top) alpha_gt0 Q one.
  by rewrite /counting ln_1 -/V; lra.
have bound := rounded_soft_value_error (eps := 9 / 5 * / 2 ^ 24) (tau := / 2 ^ 126) (lam := / 2 ^ 26) (choice := choice)
  alpha_gt0 ltac:(lra) ltac:(lra) ltac:(lra) all shle1 good logn.
move: bound; rewrite -/V float32_roundoff float32_underflow /=.
set S := share _ _ _ in shle *; set W := (1 + / 2 ^ 24) ^ depth t in up up0 *.
set U := (1 + / 2 ^ 24) ^ d in up shle share1 cle *; set N := INR _ in tn *.
move=> bound; apply: Rle_trans bound _.
have n0 : 0 <= N by exact: pos_INR.
have h1 : ((1 + / 2 ^ 26) * (1 + S) - 1) * (V - Q top) <= ((1 + / 2 ^ 26) * (U * (1 + 9 / 5 * / 2 ^ 24)) - 1) * (V - Q top).
  by apply: Rmult_le_compat_r => //; lra.
have h2 := Rmult_le_compat_r _ _ _ gap cle.
have h3 : W * (N * / 2 ^ 126) <= U * (n * / 2 ^ 126).
  by apply: Rmult_le_compat => //; [apply: Rmult_le_pos; lra|apply: Rmult_le_compat_r; lra].
have h4 := Rmult_le_compat_l alpha _ _ (Rlt_le _ _ alpha_gt0) h3.
lra.
Qed.

(** Two actions in float32: |V' - V| <= 2^-24 |V| + 2.1 2^-24 (V - max Q) + alpha 2^-125 + 2^-150.
    The first term is from half a unit in the last place of V to a whole one.  [H17 Eq. 5] *)
Theorem float32_two_actions top other (e' : A -> R) (log' : R) :
  perm_eq [:: top; other] (enum A) ->
  good_weight top e' other ->
  good_log e' (Leaf other) log' ->
  let V := soft_value (@counting A) alpha Q in
  Rabs (nearest (-149) 24 choice (Q top + alpha * log') - V) <=
    / 2 ^ 24 * Rabs V + 21 / 10 * / 2 ^ 24 * (V - Q top) + alpha * / 2 ^ 125 + / 2 ^ 150.
Proof.
move=> all good logn V.
have h := @float32_error top (Leaf other) e' log' 0 (21 / 10 * / 2 ^ 24) 1 all isT.
have {h} := h ltac:(rewrite /=; lra) ltac:(lra) ltac:(lra).
move=> /(_ (fun a => _)) h.
have := h _ logn; rewrite -/V => {}h.
have {h} := h ltac:(by move=> a; rewrite inE => /eqP ->).
move=> bound; apply: Rle_trans bound _.
have : alpha * ((1 + / 2 ^ 24) * ((1 + / 2 ^ 26) * ((1 + / 2 ^ 24) ^ 0 * (1 * / 2 ^ 126)))) <= alpha * / 2 ^ 125.
  by apply: Rmult_le_compat_l; lra.
lra.
Qed.

(** Up to 4,096 actions in float32, halves onto halves:
    |V' - V| <= 2^-24 |V| + 15 2^-24 (V - max Q) + alpha 2^-113 + 2^-150.  [H17 Eq. 5] *)
Theorem float32_many_actions top (t : tree A) (e' : A -> R) (log' : R) :
  perm_eq (top :: leaves t) (enum A) ->
  (depth t <= 12)%N -> INR (size (leaves t)) <= 4095 ->
  (forall a, a \in leaves t -> good_weight top e' a) ->
  good_log e' t log' ->
  let V := soft_value (@counting A) alpha Q in
  Rabs (nearest (-149) 24 choice (Q top + alpha * log') - V) <=
    / 2 ^ 24 * Rabs V + 15 * / 2 ^ 24 * (V - Q top) + alpha * / 2 ^ 113 + / 2 ^ 150.
Proof.
move=> all deep wide good logn V.
have bound := @float32_error top t e' log' 12 (15 * / 2 ^ 24) 4095 all deep wide ltac:(lra) ltac:(lra) good logn.
apply: Rle_trans bound _; rewrite -/V.
have : alpha * ((1 + / 2 ^ 24) * ((1 + / 2 ^ 26) * ((1 + / 2 ^ 24) ^ 12 * (4095 * / 2 ^ 126)))) <= alpha * / 2 ^ 113.
  by apply: Rmult_le_compat_l; lra.
lra.
Qed.
End Float32.
