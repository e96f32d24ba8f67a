(** * contraction: Banach's fixed-point theorem for tables of real numbers

    A table is a real function on a finite type. Used by every soft Bellman
    operator of backup.v and tabular.v. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Contraction.
Variables (X : finType) (T : (X -> R) -> (X -> R)) (gamma : R).
Implicit Types f g : X -> R.

Definition dist_sup f g := supnorm (fun x => f x - g x).

Hypothesis gamma_bound : 0 <= gamma < 1.
Hypothesis T_contraction :
  forall f g, dist_sup (T f) (T g) <= gamma * dist_sup f g.

Definition fixed_point f := forall x, T f x = f x.

Lemma dist_sup_ext f f' g g' : (forall x, f x = f' x) -> (forall x, g x = g' x) ->
  dist_sup f g = dist_sup f' g'.
Proof. by move=> ff gg; apply: eq_bigr => x _; rewrite ff gg. Qed.

(** A contraction has at most one fixed point. *)
Theorem fixed_point_unique f g :
  fixed_point f -> fixed_point g -> forall x, f x = g x.
Proof.
move=> Tf Tg; apply: supnorm0_eq; rewrite -/(dist_sup f g).
have := T_contraction f g; rewrite (dist_sup_ext Tf Tg).
have := supnorm_ge0 (fun x => f x - g x); rewrite -/(dist_sup f g) => d0 d1.
have : (1 - gamma) * dist_sup f g <= 0 by lra.
by case: (Rle_lt_or_eq_dec _ _ d0) => // dpos; have := Rmult_lt_0_compat (1 - gamma) _ ltac:(lra) dpos; lra.
Qed.

(** || T^n f - f* || <= gamma^n || f - f* ||. *)
Theorem iterate_error_bound f fstar n : fixed_point fstar ->
  dist_sup (iter n T f) fstar <= gamma ^ n * dist_sup f fstar.
Proof.
move=> Tf; elim: n => [|n IH]; first by rewrite /=; lra.
rewrite iterS -(@dist_sup_ext (T (iter n T f)) _ (T fstar)) //.
apply: Rle_trans (T_contraction _ _) _.
by rewrite -tech_pow_Rmult Rmult_assoc; apply: Rmult_le_compat_l; lra.
Qed.

(** A bound that needs no fixed point: || f - f* || <= || T f - f || / (1 - gamma). *)
Theorem residual_error_bound f fstar : fixed_point fstar ->
  dist_sup f fstar <= dist_sup (T f) f / (1 - gamma).
Proof.
move=> Tf; apply/Rle_div_r; first lra.
have := supnorm_triang f (T f) fstar.
rewrite -/(dist_sup f fstar) -/(dist_sup f (T f)) -/(dist_sup (T f) fstar).
have := T_contraction f fstar.
rewrite (@dist_sup_ext (T f) (T f) (T fstar) fstar) //.
by rewrite [dist_sup f (T f)]supnorm_dist_sym -/(dist_sup (T f) f); lra.
Qed.

(** Successive iterates are geometrically close, hence pointwise Cauchy. *)
Lemma iterate_step f n :
  dist_sup (iter n.+1 T f) (iter n T f) <= gamma ^ n * dist_sup (T f) f.
Proof.
elim: n => [|n IH]; first by rewrite /=; lra.
rewrite (iterS n.+1) (iterS n); apply: Rle_trans (T_contraction _ _) _.
by rewrite -tech_pow_Rmult Rmult_assoc -iterS; apply: Rmult_le_compat_l; lra.
Qed.

Lemma iterate_cauchy f n k :
  dist_sup (iter (n + k)%N T f) (iter n T f) <=
  gamma ^ n * dist_sup (T f) f / (1 - gamma).
Proof.
set d := dist_sup (T f) f; have d0 : 0 <= d by exact: supnorm_ge0.
suff H : dist_sup (iter (n + k)%N T f) (iter n T f) <=
         gamma ^ n * d * ((1 - gamma ^ k) / (1 - gamma)).
  apply: Rle_trans H _; rewrite /Rdiv -Rmult_assoc.
  apply: Rmult_le_compat_r; first by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
  have := Rmult_le_pos _ _ (Rmult_le_pos _ _ (pow_le _ n (proj1 gamma_bound)) d0)
            (pow_le _ k (proj1 gamma_bound)).
  lra.
elim: k => [|k IH].
  rewrite addn0 /dist_sup (_ : supnorm _ = 0); first by rewrite /=; lra.
  apply: Rle_antisym (supnorm_ge0 _); apply: supnorm_le => [|x]; first lra.
  by rewrite Rminus_eq_0 Rabs_R0; lra.
have := supnorm_triang (iter (n + k.+1)%N T f) (iter (n + k)%N T f) (iter n T f).
rewrite -!/(dist_sup _ _) addnS => H; apply: Rle_trans H _.
have := iterate_step f (n + k)%N; rewrite -/d => H2.
apply: Rle_trans (Rplus_le_compat _ _ _ _ H2 IH) _; right.
by rewrite -plusE pow_add -tech_pow_Rmult; field; lra.
Qed.

(** Existence: T has a fixed point. *)
Theorem fixed_point_exists : exists fstar, fixed_point fstar.
Proof.
pose f0 : X -> R := fun _ => 0.
pose C := dist_sup (T f0) f0 / (1 - gamma).
have C0 : 0 <= C.
  by apply: Rdiv_le_0_compat; [exact: supnorm_ge0|lra].
have bound n k x : Rabs (iter (n + k)%N T f0 x - iter n T f0 x) <= gamma ^ n * C.
  apply: Rle_trans (supnorm_ge (fun x => iter (n + k)%N T f0 x - iter n T f0 x) x) _.
  by have := iterate_cauchy f0 n k; rewrite /C /Rdiv Rmult_assoc.
have g0 : is_lim_seq (fun n => gamma ^ n * C) 0.
  have -> : Finite 0 = Rbar_mult 0 C by rewrite /= Rmult_0_l.
  by apply: is_lim_seq_scal_r; apply: is_lim_seq_geom; rewrite Rabs_right; lra.
have cau x : ex_finite_lim_seq (fun n => iter n T f0 x).
  apply/ex_lim_seq_cauchy_corr => eps.
  move/is_lim_seq_spec: g0 => /(_ (pos_div_2 eps)) [N HN].
  exists N => n m /leP Nn /leP Nm.
  have HNN := HN N (Nat.le_refl N); rewrite Rminus_0_r in HNN.
  have gN := Rle_abs (gamma ^ N * C).
  have := bound N (n - N)%N x; rewrite subnKC // => B1.
  have := bound N (m - N)%N x; rewrite subnKC // => B2.
  have -> : iter n T f0 x - iter m T f0 x =
     (iter n T f0 x - iter N T f0 x) - (iter m T f0 x - iter N T f0 x) by ring.
  apply: Rle_lt_trans (Rabs_triang _ _) _; rewrite Rabs_Ropp.
  by move: HNN => /=; lra.
pose fs x := real (Lim_seq (fun n => iter n T f0 x)).
have lim x : is_lim_seq (fun n => iter n T f0 x) (fs x).
  by apply: Lim_seq_correct'.
have close n : dist_sup (iter n T f0) fs <= gamma ^ n * C.
  have gC : 0 <= gamma ^ n * C by apply: Rmult_le_pos => //; apply: pow_le; lra.
  apply: supnorm_le => // x; rewrite Rabs_minus_sym.
  have L : is_lim_seq (fun k => Rabs (iter (n + k)%N T f0 x - iter n T f0 x))
                      (Rabs (fs x - iter n T f0 x)).
    apply: (is_lim_seq_abs _ (Finite _)); apply: is_lim_seq_minus'; last exact: is_lim_seq_const.
    apply: (is_lim_seq_ext (fun k => iter (k + n)%N T f0 x)) => [k|]; first by rewrite addnC.
    by apply/(is_lim_seq_incr_n (fun k => iter k T f0 x) n).
  by have := is_lim_seq_le _ _ _ _ (fun k => bound n k x) L (is_lim_seq_const _).
exists fs; apply: supnorm0_eq; rewrite -/(dist_sup (T fs) fs).
apply: Rle_antisym (supnorm_ge0 _).
have ub n : dist_sup (T fs) fs <= 2 * (gamma ^ n * C).
  have := supnorm_triang (T fs) (iter n.+1 T f0) fs; rewrite -!/(dist_sup _ _).
  have := close n.+1; rewrite -tech_pow_Rmult => H1.
  have : dist_sup (T fs) (iter n.+1 T f0) <= gamma * (gamma ^ n * C).
    rewrite iterS; apply: Rle_trans (T_contraction _ _) _.
    apply: Rmult_le_compat_l; first lra.
    by rewrite [dist_sup _ _]supnorm_dist_sym; exact: close.
  have : gamma * (gamma ^ n * C) <= 1 * (gamma ^ n * C).
    apply: Rmult_le_compat_r; last lra.
    by apply: Rmult_le_pos => //; apply: pow_le; lra.
  lra.
have L2 : is_lim_seq (fun n => 2 * (gamma ^ n * C)) 0.
  have -> : Finite 0 = Rbar_mult 2 0 by rewrite /= Rmult_0_r.
  exact: is_lim_seq_scal_l.
by have := is_lim_seq_le _ _ _ _ ub (is_lim_seq_const _) L2.
Qed.

(** If T is also monotone, a sub-solution lies below the fixed point. *)
Hypothesis T_monotone :
  forall f g, (forall x, f x <= g x) -> forall x, T f x <= T g x.

Lemma iterate_ge f n : (forall x, f x <= T f x) -> forall x, f x <= iter n T f x.
Proof.
move=> fT; elim: n => [|n IH] x; first exact: Rle_refl.
by apply: Rle_trans (fT x) _; rewrite iterS; apply: T_monotone.
Qed.

Lemma iterate_cvg f fstar : fixed_point fstar ->
  forall x, is_lim_seq (fun n => iter n T f x) (fstar x).
Proof.
move=> Tf x; apply/is_lim_seq_spec => eps.
have : is_lim_seq (fun n => gamma ^ n * dist_sup f fstar) 0.
  have -> : Finite 0 = Rbar_mult 0 (dist_sup f fstar) by rewrite /= Rmult_0_l.
  by apply: is_lim_seq_scal_r; apply: is_lim_seq_geom; rewrite Rabs_right; lra.
move/is_lim_seq_spec => /(_ eps) [N HN]; exists N => n Nn.
apply: Rle_lt_trans (supnorm_ge (fun x => iter n T f x - fstar x) x) _.
apply: Rle_lt_trans (iterate_error_bound f n Tf) _.
by have := HN n Nn; rewrite Rminus_0_r; have := Rle_abs (gamma ^ n * dist_sup f fstar); lra.
Qed.

(** If T is also monotone, f <= T f implies f <= f*. *)
Theorem sub_solution_le f fstar :
  fixed_point fstar -> (forall x, f x <= T f x) -> forall x, f x <= fstar x.
Proof.
move=> Tf fT x.
by have := is_lim_seq_le _ _ _ _ (fun n => iterate_ge n fT x) (is_lim_seq_const _)
             (@iterate_cvg f _ Tf x).
Qed.

(** ... and T f <= f implies f* <= f. *)
Theorem super_solution_ge f fstar :
  fixed_point fstar -> (forall x, T f x <= f x) -> forall x, fstar x <= f x.
Proof.
move=> Tf fT x.
have it n y : iter n T f y <= f y.
  elim: n y => [|n IH] y; first exact: Rle_refl.
  by rewrite iterS; apply: Rle_trans (T_monotone IH y) (fT y).
by have := is_lim_seq_le _ _ _ _ (fun n => it n x) (@iterate_cvg f _ Tf x)
             (is_lim_seq_const _).
Qed.

End Contraction.
