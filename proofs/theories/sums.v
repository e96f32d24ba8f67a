(** * sums: finite sums, maxima, sup norms and expectations

    The ground floor. Reals are the standard library's [R], which Coquelicot
    (limits, derivatives, integrals) and coq-interval (certified numbers) share;
    finite types and the notation [\sum_a f a] are those of Mathematical
    Components. Nothing here is about reinforcement learning. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype bigop.
From Coquelicot Require Import Coquelicot.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** Registering [R] with the big-operator library *)
Lemma RplusA : associative Rplus.  Proof. by move=> x y z; ring. Qed.
Lemma RplusC : commutative Rplus.  Proof. by move=> x y; ring. Qed.
Lemma Rplus0 : left_id 0 Rplus.    Proof. by move=> x; ring. Qed.
Lemma Rplusr0 : right_id 0 Rplus.  Proof. by move=> x; ring. Qed.
Lemma RmultA : associative Rmult.  Proof. by move=> x y z; ring. Qed.
Lemma RmultC : commutative Rmult.  Proof. by move=> x y; ring. Qed.
Lemma Rmult1 : left_id 1 Rmult.    Proof. by move=> x; ring. Qed.
Lemma Rmultr1 : right_id 1 Rmult.  Proof. by move=> x; ring. Qed.
Lemma Rmult0 : left_zero 0 Rmult.  Proof. by move=> x; ring. Qed.
Lemma Rmultr0 : right_zero 0 Rmult. Proof. by move=> x; ring. Qed.
Lemma RmultDl : left_distributive Rmult Rplus.  Proof. by move=> x y z; ring. Qed.
Lemma RmultDr : right_distributive Rmult Rplus. Proof. by move=> x y z; ring. Qed.

Canonical Rplus_monoid := Monoid.Law RplusA Rplus0 Rplusr0.
Canonical Rplus_comoid := Monoid.ComLaw RplusC.
Canonical Rmult_monoid := Monoid.Law RmultA Rmult1 Rmultr1.
Canonical Rmult_comoid := Monoid.ComLaw RmultC.
Canonical Rmult_muloid := Monoid.MulLaw Rmult0 Rmultr0.
Canonical Rplus_addoid := Monoid.AddLaw RmultDl RmultDr.

Notation "\sum_ i F" := (\big[Rplus/0%R]_i F%R) : R_scope.
Notation "\sum_ ( i : t ) F" := (\big[Rplus/0%R]_(i : t) F%R) (only parsing) : R_scope.
Notation "\prod_ i F" := (\big[Rmult/1%R]_i F%R) : R_scope.
Notation "\prod_ ( i : t ) F" := (\big[Rmult/1%R]_(i : t) F%R) (only parsing) : R_scope.

Section Sums.
Variable A : finType.
Implicit Types f g : A -> R.

Lemma sum_ext f g : (forall a, f a = g a) -> \sum_a f a = \sum_a g a.
Proof. by move=> fg; apply: eq_bigr => a _; apply: fg. Qed.

Lemma sum_plus f g : \sum_a (f a + g a) = \sum_a f a + \sum_a g a.
Proof. exact: big_split. Qed.

Lemma sum_scal c f : \sum_a (c * f a) = c * \sum_a f a.
Proof. by rewrite big_distrr. Qed.

Lemma sum_scalr c f : \sum_a (f a * c) = (\sum_a f a) * c.
Proof. by rewrite big_distrl. Qed.

Lemma sum_opp f : \sum_a (- f a) = - \sum_a f a.
Proof.
rewrite -[RHS]Rmult_1_l Ropp_mult_distr_r_reverse Ropp_mult_distr_l -sum_scal.
by apply: sum_ext => a; ring.
Qed.

Lemma sum_minus f g : \sum_a (f a - g a) = \sum_a f a - \sum_a g a.
Proof. by rewrite /Rminus sum_plus sum_opp. Qed.

Lemma sum_le f g : (forall a, f a <= g a) -> \sum_a f a <= \sum_a g a.
Proof. by move=> fg; elim/big_ind2: _ => // *; lra. Qed.

Lemma sum_ge0 f : (forall a, 0 <= f a) -> 0 <= \sum_a f a.
Proof. by move=> f0; elim/big_ind: _ => // *; lra. Qed.

(** One term of a sum of nonnegative terms is at most the sum. *)
Lemma term_le_sum f b : (forall a, 0 <= f a) -> f b <= \sum_a f a.
Proof.
move=> f0; rewrite (bigD1 b) //=.
have : 0 <= \big[Rplus/0]_(i | i != b) f i by elim/big_ind: _ => // *; lra.
lra.
Qed.

Lemma sum_ge0_eq0 f :
  (forall a, 0 <= f a) -> \sum_a f a = 0 -> forall a, f a = 0.
Proof.
by move=> f0 s0 a; move: (term_le_sum a f0) (f0 a); rewrite s0 => *; lra.
Qed.

Lemma sum_gt0 (a0 : A) f : (forall a, 0 < f a) -> 0 < \sum_a f a.
Proof.
move=> f0; apply: Rlt_le_trans (f0 a0) _; apply: term_le_sum => a.
exact: Rlt_le (f0 _).
Qed.

Lemma sum_const c : \sum_(a : A) c = INR #|A| * c.
Proof.
rewrite big_const; elim: #|A| => [|n IH]; first by rewrite /=; ring.
by rewrite iterS IH S_INR; ring.
Qed.

Lemma abs_sum_le f : Rabs (\sum_a f a) <= \sum_a Rabs (f a).
Proof.
elim/big_ind2: _ => [|x1 x2 y1 y2 H1 H2|a _]; last exact: Rle_refl.
- by rewrite Rabs_R0; lra.
- by apply: Rle_trans (Rabs_triang _ _) _; lra.
Qed.

Lemma card_gt0R (a0 : A) : 0 < INR #|A|.
Proof. by apply: lt_0_INR; apply/ltP; apply/card_gt0P; exists a0. Qed.

End Sums.

Lemma sum_swap (A B : finType) (f : A -> B -> R) :
  \sum_a \sum_b f a b = \sum_b \sum_a f a b.
Proof. exact: exchange_big. Qed.

(** ** Maximum over a nonempty finite type ([a0] witnesses nonemptiness) *)
Section Max.
Variables (A : finType) (a0 : A).
Implicit Types f g : A -> R.

Definition fmax f : R := \big[Rmax/f a0]_a f a.

Lemma bigmax_seq_ge (x0 : R) f (s : seq A) b :
  b \in s -> f b <= \big[Rmax/x0]_(a <- s) f a.
Proof.
elim: s => // a s IH; rewrite inE big_cons => /orP[/eqP->|bs].
- exact: Rmax_l.
- exact: Rle_trans (IH bs) (Rmax_r _ _).
Qed.

Lemma fmax_ge f b : f b <= fmax f.
Proof. by apply: bigmax_seq_ge; rewrite mem_index_enum. Qed.

Lemma fmax_attained f : exists b, fmax f = f b.
Proof.
rewrite /fmax; elim/big_ind: _ => [|x y [b ->] [c ->]|b _].
- by exists a0.
- by case: (Rmax_case_strong (f b) (f c) (fun z => exists d, z = f d)) => *;
    [exists b|exists c|eauto].
- by exists b.
Qed.

Lemma fmax_le f c : (forall a, f a <= c) -> fmax f <= c.
Proof. by case: (fmax_attained f) => b ->. Qed.

Lemma fmax_mono f g : (forall a, f a <= g a) -> fmax f <= fmax g.
Proof. by move=> fg; apply: fmax_le => a; apply: Rle_trans (fg a) (fmax_ge _ _). Qed.
End Max.

(** ** The sup norm on a finite type *)
Section SupNorm.
Variable X : finType.
Implicit Types f g h : X -> R.

Definition supnorm f : R := \big[Rmax/0]_x Rabs (f x).

Lemma supnorm_ge f x : Rabs (f x) <= supnorm f.
Proof.
by apply: (@bigmax_seq_ge X 0 (fun x => Rabs (f x))); rewrite mem_index_enum.
Qed.

Lemma supnorm_ge0 f : 0 <= supnorm f.
Proof.
rewrite /supnorm; elim/big_ind: _ => [|x y Hx Hy|x _]; first lra.
- exact: Rle_trans Hx (Rmax_l _ _).
- exact: Rabs_pos.
Qed.

Lemma supnorm_le f c : 0 <= c -> (forall x, Rabs (f x) <= c) -> supnorm f <= c.
Proof.
by move=> c0 fc; rewrite /supnorm; elim/big_ind: _ => // x y Hx Hy; apply: Rmax_lub.
Qed.

Lemma supnorm_dist_sym f g : supnorm (fun x => f x - g x) = supnorm (fun x => g x - f x).
Proof. by apply: eq_bigr => x _; apply: Rabs_minus_sym. Qed.

Lemma supnorm_triang f g h :
  supnorm (fun x => f x - h x) <=
  supnorm (fun x => f x - g x) + supnorm (fun x => g x - h x).
Proof.
apply: supnorm_le => [|x].
  by move: (supnorm_ge0 (fun x => f x - g x)) (supnorm_ge0 (fun x => g x - h x)); lra.
have -> : f x - h x = (f x - g x) + (g x - h x) by ring.
apply: Rle_trans (Rabs_triang _ _) _.
exact: Rplus_le_compat (supnorm_ge (fun x => f x - g x) x) (supnorm_ge (fun x => g x - h x) x).
Qed.

Lemma supnorm0_eq f g : supnorm (fun x => f x - g x) = 0 -> forall x, f x = g x.
Proof.
move=> n0 x; move: (supnorm_ge (fun x => f x - g x) x) (Rabs_pos (f x - g x)).
rewrite n0 => H1 H2; have /Rabs_eq_0 : Rabs (f x - g x) = 0 by lra.
lra.
Qed.
End SupNorm.

(** ** Finite probability distributions *)
Section Expectation.
Variable X : finType.
Implicit Types (p : X -> R) (f g : X -> R).

(** [p] is a probability distribution: nonnegative, summing to one. *)
Definition is_dist p := (forall x, 0 <= p x) /\ \sum_x p x = 1.
(** E_p[f] = sum_x p(x) f(x). *)
Definition expect p f := \sum_x p x * f x.

Lemma expect_le p f g : is_dist p -> (forall x, f x <= g x) -> expect p f <= expect p g.
Proof. by move=> [p0 _] fg; apply: sum_le => x; apply: Rmult_le_compat_l. Qed.

(** The inequality is needed only where [p] is positive. *)
Lemma expect_le_support p f g :
  is_dist p -> (forall x, 0 < p x -> f x <= g x) -> expect p f <= expect p g.
Proof.
move=> [p0 _] fg; apply: sum_le => x; case: (p0 x) => [px|<-]; last lra.
by apply: Rmult_le_compat_l; [lra|apply: fg].
Qed.

Lemma expect_ext p f g : (forall x, f x = g x) -> expect p f = expect p g.
Proof. by move=> fg; apply: sum_ext => x; rewrite fg. Qed.

Lemma expect_const p c : is_dist p -> expect p (fun _ => c) = c.
Proof. by move=> [_ p1]; rewrite /expect sum_scalr p1; ring. Qed.

Lemma expect_plus p f g : expect p (fun x => f x + g x) = expect p f + expect p g.
Proof. by rewrite /expect -sum_plus; apply: sum_ext => x; ring. Qed.

Lemma expect_minus p f g : expect p (fun x => f x - g x) = expect p f - expect p g.
Proof. by rewrite /expect -sum_minus; apply: sum_ext => x; ring. Qed.

Lemma expect_scal p c f : expect p (fun x => c * f x) = c * expect p f.
Proof. by rewrite /expect -sum_scal; apply: sum_ext => x; ring. Qed.

Lemma expect_abs_le p f c : is_dist p -> (forall x, Rabs (f x) <= c) ->
  Rabs (expect p f) <= c.
Proof.
move=> pd fc; have [p0 _] := pd; apply: Rle_trans (abs_sum_le _) _.
rewrite -[X in _ <= X](expect_const _ pd); apply: sum_le => x.
by rewrite Rabs_mult (Rabs_right (p x)); [apply: Rmult_le_compat_l|apply: Rle_ge].
Qed.

Lemma expect_ge0 p f : is_dist p -> (forall x, 0 <= f x) -> 0 <= expect p f.
Proof. by move=> [p0 _] f0; apply: sum_ge0 => x; apply: Rmult_le_pos. Qed.
End Expectation.

Lemma expect_swap (X Y : finType) (p : X -> R) (q : Y -> R) (f : X -> Y -> R) :
  expect p (fun x => expect q (f x)) = expect q (fun y => expect p (fun x => f x y)).
Proof.
rewrite /expect; transitivity (\sum_x \sum_y (p x * (q y * f x y))).
  by apply: sum_ext => x; rewrite sum_scal.
rewrite sum_swap; apply: sum_ext => y; rewrite -sum_scal.
by apply: sum_ext => x; ring.
Qed.

(** ** Two facts about the logarithm *)
Lemma ln_le_sub1 x : 0 < x -> ln x <= x - 1.
Proof. by move=> x0; move: (exp_ineq1_le (ln x)); rewrite exp_ln //; lra. Qed.

Lemma ln_lt_sub1 x : 0 < x -> x <> 1 -> ln x < x - 1.
Proof.
move=> x0 x1; have : ln x <> 0.
  by move=> l0; apply: x1; rewrite -(exp_ln _ x0) l0 exp_0.
by move=> /exp_ineq1; rewrite exp_ln //; lra.
Qed.

(** x (ln x - ln y) >= x - y, with 0 ln 0 = 0: the pointwise Gibbs inequality. *)
Lemma xlnxy_ge x y : 0 <= x -> 0 < y -> x - y <= x * (ln x - ln y).
Proof.
case=> [x0|<-] y0; last by rewrite Rmult_0_l; lra.
have yx : 0 < y / x by apply: Rdiv_lt_0_compat.
have := ln_le_sub1 yx; rewrite ln_div // => H.
have := Rmult_le_compat_l x _ _ (Rlt_le _ _ x0) H.
have -> : x * (y / x - 1) = y - x by field; lra.
lra.
Qed.

Lemma xlnxy_eq x y : 0 <= x -> 0 < y -> x * (ln x - ln y) = x - y -> x = y.
Proof.
case=> [x0|<-] y0; last by rewrite Rmult_0_l; lra.
have yx : 0 < y / x by apply: Rdiv_lt_0_compat.
case: (Req_dec (y / x) 1) => [e _|ne].
  by have -> : y = y / x * x by [field; lra]; rewrite e; ring.
have := ln_lt_sub1 yx ne; rewrite ln_div // => H.
have := Rmult_lt_compat_l x _ _ x0 H.
have -> : x * (y / x - 1) = y - x by field; lra.
lra.
Qed.

Lemma exp_le x y : x <= y -> exp x <= exp y.
Proof. by case=> [/exp_increasing|->]; lra. Qed.

(** Division by a positive temperature keeps order. *)
Lemma div_le_compat alpha x y : 0 < alpha -> x <= y -> x / alpha <= y / alpha.
Proof. by move=> al xy; apply: Rmult_le_compat_r => //; apply: Rlt_le (Rinv_0_lt_compat _ al). Qed.

(** The derivative of a finite sum is the sum of the derivatives. *)
Lemma is_derive_sum (X : finType) (F : R -> X -> R) (dF : X -> R) t :
  (forall x, is_derive (fun u => F u x) t (dF x)) ->
  is_derive (fun u => \sum_x F u x) t (\sum_x dF x).
Proof.
move=> D; elim: (index_enum X) => [|x s IH].
  apply: (is_derive_ext (fun _ => 0)) => [u|]; first by rewrite big_nil.
  by rewrite big_nil; apply: is_derive_const.
apply: (is_derive_ext (fun u => F u x + \big[Rplus/0]_(y <- s) F u y)) => [u|].
  by rewrite big_cons.
by rewrite big_cons; apply: (@is_derive_plus _ _ (fun u => F u x)).
Qed.

(** The limit of a finite sum is the sum of the limits. *)
Lemma filterlim_sum (X : finType) (F : R -> X -> R) (l : X -> R)
    (flt : (R -> Prop) -> Prop) {FF : Filter flt} :
  (forall x, filterlim (fun u => F u x) flt (locally (l x))) ->
  filterlim (fun u => \sum_x F u x) flt (locally (\sum_x l x)).
Proof.
move=> L; elim: (index_enum X) => [|x s IH].
  apply: (filterlim_ext (fun _ => 0)) => [u|]; first by rewrite big_nil.
  by rewrite big_nil; apply: filterlim_const.
apply: (filterlim_ext (fun u => F u x + \big[Rplus/0]_(y <- s) F u y)) => [u|].
  by rewrite big_cons.
rewrite big_cons.
eapply filterlim_comp_2; [exact: L|exact: IH|].
exact: (@filterlim_plus R_AbsRing R_NormedModule).
Qed.

Lemma filterlim_seq_sum (X : finType) (F : nat -> X -> R) (l : X -> R) :
  (forall x, is_lim_seq (fun n => F n x) (l x)) ->
  is_lim_seq (fun n => \sum_x F n x) (\sum_x l x).
Proof.
move=> L; elim: (index_enum X) => [|x s IH].
  apply: (is_lim_seq_ext (fun _ => 0)) => [u|]; first by rewrite big_nil.
  by rewrite big_nil; apply: is_lim_seq_const.
apply: (is_lim_seq_ext (fun n => F n x + \big[Rplus/0]_(y <- s) F n y)) => [u|].
  by rewrite big_cons.
by rewrite big_cons; apply: is_lim_seq_plus'.
Qed.
