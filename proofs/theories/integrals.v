(** * integrals: Riemann integrals over an interval

    The ground floor of continuous actions: integrable functions are bounded, and sums,
    products and exponentials of them are integrable.  Steps and other jumps are allowed.
    Nothing here is about reinforcement learning. *)
From Coq Require Import Reals Lra RList.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Interval.
Variables (lo hi : R).
Hypothesis lo_hi : lo < hi.
Implicit Types f g : R -> R.

Definition integral f : R := RInt f lo hi.
(** Riemann's integral of f over [lo, hi] exists. *)
Definition integrable f := ex_RInt f lo hi.
Definition continuous_on f := forall a, lo <= a <= hi -> continuous f a.

Lemma min_max : Rmin lo hi = lo /\ Rmax lo hi = hi.
Proof. by split; [rewrite Rmin_left|rewrite Rmax_right]; lra. Qed.
Let mM := min_max.

Lemma continuous_integrable f : continuous_on f -> integrable f.
Proof.
move=> fc; apply: ex_RInt_continuous => z; rewrite (proj1 mM) (proj2 mM); exact: fc.
Qed.

Lemma integral_ext f g : (forall a, lo < a < hi -> f a = g a) -> integral f = integral g.
Proof. by move=> fg; apply: RInt_ext => a; rewrite (proj1 mM) (proj2 mM); apply: fg. Qed.

Lemma integrable_ext f g : (forall a, lo < a < hi -> f a = g a) -> integrable f -> integrable g.
Proof. by move=> fg; apply: ex_RInt_ext => a; rewrite (proj1 mM) (proj2 mM); apply: fg. Qed.

Lemma integral_plus f g : integrable f -> integrable g ->
  integral (fun a => f a + g a) = integral f + integral g.
Proof. exact: RInt_plus. Qed.

Lemma integral_minus f g : integrable f -> integrable g ->
  integral (fun a => f a - g a) = integral f - integral g.
Proof. exact: RInt_minus. Qed.

Lemma integral_scal c f : integrable f -> integral (fun a => c * f a) = c * integral f.
Proof. exact: RInt_scal. Qed.

Lemma integral_const c : integral (fun _ => c) = (hi - lo) * c.
Proof. by rewrite /integral RInt_const. Qed.

Lemma integrable_const c : integrable (fun _ => c).
Proof. exact: ex_RInt_const. Qed.

Lemma integrable_plus f g : integrable f -> integrable g -> integrable (fun a => f a + g a).
Proof. exact: (@ex_RInt_plus R_NormedModule). Qed.

Lemma integrable_minus f g : integrable f -> integrable g -> integrable (fun a => f a - g a).
Proof. exact: (@ex_RInt_minus R_NormedModule). Qed.

Lemma integrable_scal c f : integrable f -> integrable (fun a => c * f a).
Proof. exact: (@ex_RInt_scal R_NormedModule). Qed.

Lemma integrable_sum (S : finType) (F : S -> R -> R) :
  (forall s, integrable (F s)) -> integrable (fun a => \sum_s F s a).
Proof.
move=> Fi; elim: (index_enum S) => [|s l IH].
  by apply: (integrable_ext _ (integrable_const 0)) => a _; rewrite big_nil.
by apply: (integrable_ext _ (integrable_plus (Fi s) IH)) => a _; rewrite big_cons.
Qed.

(** An integrable function is bounded. *)
Lemma integrable_bounded f : integrable f ->
  exists M, 0 <= M /\ forall a, lo <= a <= hi -> Rabs (f a) <= M.
Proof.
move=> /ex_RInt_ub [M]; rewrite (proj1 mM) (proj2 mM) => HM.
exists M; split; last exact: HM.
by apply: Rle_trans (HM lo _); [exact: Rabs_pos|lra].
Qed.

(** A Lipschitz function of an integrable one is integrable: applied to the steps that
    enclose f, it makes steps that enclose the result. *)
Lemma step_comp (phi : R -> R) f : IsStepFun f lo hi -> IsStepFun (fun a => phi (f a)) lo hi.
Proof.
have nth l i : (i < List.length l)%coq_nat -> pos_Rl (List.map phi l) i = phi (pos_Rl l i).
  elim: l i => [|x l IH] [|i] /=; try by move/PeanoNat.Nat.nlt_0_r.
    by [].
  by move=> il; apply: IH; apply/ltP; move/ltP: il.
move=> [l [l0 [h1 [h2 [h3 [h4 h5]]]]]]; exists l, (List.map phi l0).
do 3!(split=> //); rewrite List.map_length; split=> // i il x xi.
by rewrite nth; [rewrite -(h5 i il x xi)|rewrite h4 in il].
Qed.

Lemma integrable_lipschitz (phi : R -> R) k f : 0 <= k ->
  (forall x y, Rabs (phi x - phi y) <= k * Rabs (x - y)) ->
  integrable f -> integrable (fun a => phi (f a)).
Proof.
move=> k0 lip fi; apply: ex_RInt_Reals_1 => eps.
have e0 : 0 < eps / (k + 1) by apply: Rdiv_lt_0_compat; [exact: cond_pos|lra].
have [u [v [h1 h2]]] := ex_RInt_Reals_0 _ _ _ fi (mkposreal _ e0).
exists (mkStepFun (step_comp phi (pre u))).
exists (mkStepFun (StepFun_P28 (k + 1) (mkStepFun (StepFun_P4 lo hi 0)) v)); split=> [t tb|].
  have := h1 t tb; have := lip (f t) (u t); have := Rabs_pos (f t - u t).
  by rewrite /= /fct_cte; nra.
rewrite StepFun_P30 StepFun_P18 Rmult_0_l Rplus_0_l Rabs_mult (Rabs_pos_eq (k + 1)); last lra.
move: h2 => /(Rmult_lt_compat_l (k + 1) _ _ ltac:(lra)) /= h2; apply: Rlt_le_trans h2 _.
by right; field; lra.
Qed.

Definition clamp M x := Rmax (- M) (Rmin x M).

Lemma clamp_id M x : Rabs x <= M -> clamp M x = x.
Proof. by move/Rabs_le_between => h; rewrite /clamp Rmin_left; [rewrite Rmax_right|]; lra. Qed.

Lemma clamp_abs M x : 0 <= M -> Rabs (clamp M x) <= M.
Proof. by move=> M0; apply: Rabs_le; split; [exact: Rmax_l|apply: Rmax_lub; [lra|exact: Rmin_r]]. Qed.

Lemma clamp_lipschitz M x y : 0 <= M -> Rabs (clamp M x - clamp M y) <= Rabs (x - y).
Proof.
move=> M0; rewrite /clamp /Rmin; case: (Rle_dec x M) => ?; case: (Rle_dec y M) => ?;
  by rewrite /Rmax; do !case: Rle_dec => ?; split_Rabs; lra.
Qed.

Lemma integrable_square f : integrable f -> integrable (fun a => f a * f a).
Proof.
move=> fi; have [M [M0 fM]] := integrable_bounded fi.
apply: (@integrable_ext (fun a => clamp M (f a) * clamp M (f a))) => [a ab|].
  by rewrite clamp_id //; apply: fM; lra.
apply: (@integrable_lipschitz (fun x => clamp M x * clamp M x) (2 * M)) => // [|x y]; first lra.
have -> : clamp M x * clamp M x - clamp M y * clamp M y =
  (clamp M x + clamp M y) * (clamp M x - clamp M y) by ring.
rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos; last exact: clamp_lipschitz.
by apply: Rle_trans (Rabs_triang _ _) _; have := clamp_abs x M0; have := clamp_abs y M0; lra.
Qed.

(** Products of integrable functions are integrable ... *)
Lemma integrable_mult f g : integrable f -> integrable g -> integrable (fun a => f a * g a).
Proof.
move=> fi gi; apply: (@integrable_ext (fun a => / 4 * ((f a + g a) * (f a + g a)) -
    / 4 * ((f a - g a) * (f a - g a)))) => [a _|]; first by field.
apply: integrable_minus; apply: integrable_scal; apply: integrable_square.
  exact: integrable_plus.
exact: integrable_minus.
Qed.

(** ... and so are exponentials. *)
Lemma integrable_exp f : integrable f -> integrable (fun a => exp (f a)).
Proof.
move=> fi; have [M [M0 fM]] := integrable_bounded fi.
apply: (@integrable_ext (fun a => exp (clamp M (f a)))) => [a ab|].
  by rewrite clamp_id //; apply: fM; lra.
apply: (@integrable_lipschitz (fun x => exp (clamp M x)) (exp M)) => // [|x y].
  exact: Rlt_le (exp_pos M).
apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ (exp_pos M)) (clamp_lipschitz x y M0)).
have cM z : exp (clamp M z) <= exp M.
  by have /Rabs_le_between [_] := clamp_abs z M0; exact: exp_le.
have slope u v : exp u <= exp M -> exp u - exp v <= exp M * Rabs (u - v).
  move=> uM; have := exp_ineq1_le (v - u); have := exp_pos u.
  have -> : exp v = exp u * exp (v - u) by rewrite -exp_plus; congr exp; ring.
  have := Rle_abs (u - v); have := Rabs_pos (u - v); nra.
have h1 := slope _ (clamp M y) (cM x); have h2 := slope _ (clamp M x) (cM y).
rewrite (Rabs_minus_sym (clamp M y)) in h2.
by apply: Rabs_le; lra.
Qed.

(** A function that jumps at c, from one constant to another. *)
Lemma integrable_step c u v : lo < c < hi -> integrable (fun a => if Rlt_dec a c then u else v).
Proof.
move=> ch; apply: (ex_RInt_Chasles _ _ c).
  apply: (ex_RInt_ext (fun _ => u)); last exact: ex_RInt_const.
  by move=> x; rewrite Rmin_left ?Rmax_right; try lra; case: Rlt_dec => // *; lra.
apply: (ex_RInt_ext (fun _ => v)); last exact: ex_RInt_const.
by move=> x; rewrite Rmin_left ?Rmax_right; try lra; case: Rlt_dec => // *; lra.
Qed.

(** A sum of areas: integrals keep order. *)
Lemma integral_le f g : integrable f -> integrable g ->
  (forall a, lo < a < hi -> f a <= g a) -> integral f <= integral g.
Proof. by move=> fi gi fg; apply: RInt_le => //; lra. Qed.
End Interval.
