(** * continuous: Q* for bounded rewards on any finite measure

    Actions in any measurable space with a finite measure, Lebesgue's on a compact interval
    among them; finitely many states.  The reward is bounded and measurable in the action, and
    so are transition law and discount: nothing need be continuous.  Integrals are Lebesgue's. *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint interval finmap.
From mathcomp.classical Require Import mathcomp_extra boolp classical_sets functions cardinality.
From mathcomp.analysis Require Import Rstruct reals ereal signed topology normedtype
  sequences esum measure lebesgue_measure numfun lebesgue_integral exp.
From softql Require Import anymeasure.
From softql Require sums contraction.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Def Num.Theory.
Import numFieldTopology.Exports numFieldNormedType.Exports.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Lipschitz.
Variables (d : measure_display) (T : measurableType d) (K : realType).
Variable mu : {measure set T -> \bar K}.
Variable alpha : K.
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis mu_gt0 : (0 < mu setT)%E.
Hypothesis mu_fin : (mu setT < +oo)%E.
Implicit Types Q : T -> K.

(** Measurable, and between two numbers. *)
Definition bounded_measurable Q := measurable_fun setT Q /\ exists M, forall x, `|Q x| <= M.

Lemma bounded_soft_value_le Q1 Q2 c : bounded_measurable Q1 -> bounded_measurable Q2 ->
  (forall x, Q1 x <= Q2 x + c) -> soft_value mu alpha Q1 <= soft_value mu alpha Q2 + c.
Proof.
move=> [m1 [M1 b1]] [m2 [M2 b2]] le.
have i1 := bounded_expQ_integrable alpha_gt0 mu_fin m1 b1.
have i2 := bounded_expQ_integrable alpha_gt0 mu_fin m2 b2.
have Z1 := bounded_partition_gt0 alpha_gt0 mu_gt0 mu_fin m1 b1.
have Z2 := bounded_partition_gt0 alpha_gt0 mu_gt0 mu_fin m2 b2.
have H : partition mu alpha Q1 <= expR (c / alpha) * partition mu alpha Q2.
  rewrite /partition -(integral_scal _ i2) /integral; apply: fine_le.
  - exact: integral_fune_fin_num.
  - by apply: integral_fune_fin_num => //; exact: integrable_scal.
  apply: ge0_le_integral => //.
  - by move=> x _; rewrite lee_fin ltW // expR_gt0.
  - by case: i1.
  - by move=> x _; rewrite lee_fin mulr_ge0 // ltW // expR_gt0.
  - by case: (integrable_scal (expR (c / alpha)) i2).
  move=> x _; rewrite lee_fin -expRD ler_expR -mulrDl ler_pmul2r ?invr_gt0 //.
  by rewrite addrC.
rewrite /soft_value.
have -> : alpha * ln (partition mu alpha Q2) + c = alpha * ln (expR (c / alpha) * partition mu alpha Q2).
  by rewrite lnM ?posrE ?expR_gt0 // expK mulrDr [alpha * (c / alpha)]mulrC divfK ?gt_eqF // addrC.
by rewrite ler_pmul2l // ler_ln ?posrE // mulr_gt0 ?expR_gt0.
Qed.

(** V is 1-Lipschitz in the sup norm over bounded measurable functions. *)
Theorem bounded_soft_value_lipschitz Q1 Q2 c : bounded_measurable Q1 -> bounded_measurable Q2 ->
  (forall x, `|Q1 x - Q2 x| <= c) -> `|soft_value mu alpha Q1 - soft_value mu alpha Q2| <= c.
Proof.
move=> b1 b2 near; rewrite ler_norml; apply/andP; split.
- rewrite ler_subr_addr addrC ler_subl_addr.
  apply: bounded_soft_value_le => // x.
  by have := near x; rewrite distrC ler_norml => /andP[_]; rewrite ler_subl_addl.
- rewrite ler_subl_addl; apply: bounded_soft_value_le => // x.
  by have := near x; rewrite ler_norml => /andP[_]; rewrite ler_subl_addl.
Qed.
End Lipschitz.

Notation R := real_realType.

Section Control.
Variables (d : measure_display) (T : measurableType d) (mu : {measure set T -> \bar R}) (alpha : R).
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis mu_gt0 : (0 < mu setT)%E.
Hypothesis mu_fin : (mu setT < +oo)%E.
Notation bounded := (@bounded_measurable d T R).
(** Finitely many states; transition law, reward and discount of a state and an action. *)
Variables (S : finType) (P : S -> T -> S -> R) (r : S -> T -> R) (disc : S -> T -> S -> R) (gamma : R).
Hypothesis P_ge0 : forall s x s', 0 <= P s x s'.
Hypothesis P_sum : forall s x, \sum_s' P s x s' = 1.
Hypothesis P_measurable : forall s s', measurable_fun setT (fun x => P s x s').
Hypothesis r_bounded : forall s, bounded (r s).
Hypothesis disc_ok : forall s x s', 0 <= disc s x s' <= gamma.
Hypothesis disc_measurable : forall s s', measurable_fun setT (fun x => disc s x s').
Hypothesis gamma_ok : 0 <= gamma < 1.
Implicit Types (V : S -> R) (Q : S -> T -> R).

(** E_{s'}[ r + discount V(s') ]. *)
Definition backup V s x := \sum_s' P s x s' * (r s x + disc s x s' * V s').
(** (T* Q)(s,x) = E_{s'}[ r + discount alpha log int exp(Q(s',.)/alpha) dmu ].  [Note L67] *)
Definition optimality Q := backup (fun s' => soft_value mu alpha (Q s')).
(** A table of bounded measurable functions of the action, fixed by T*. *)
Definition is_Qstar Q := (forall s, bounded (Q s)) /\ (forall s x, optimality Q s x = Q s x).

Lemma bounded_const c : bounded (fun _ : T => c).
Proof. by split; [exact: measurable_fun_cst|exists `|c|]. Qed.

Lemma bounded_plus (f g : T -> R) : bounded_measurable f -> bounded_measurable g ->
  bounded (fun x => f x + g x).
Proof.
move=> [mf [M fM]] [mg [N gN]]; split; first exact: measurable_funD.
by exists (M + N) => x; apply: le_trans (ler_norm_add _ _) _; exact: ler_add.
Qed.

Lemma bounded_mult (f g : T -> R) : bounded_measurable f -> bounded_measurable g ->
  bounded (fun x => f x * g x).
Proof.
move=> [mf [M fM]] [mg [N gN]]; split; first exact: measurable_funM.
by exists (M * N) => x; rewrite normrM; exact: ler_pmul.
Qed.

Lemma bounded_sum (F : S -> T -> R) : (forall s, bounded (F s)) ->
  bounded (fun x => \sum_s F s x).
Proof.
move=> Fb; elim: (index_enum S) => [|s l IH].
  rewrite (_ : (fun x => _) = fun _ => 0); first exact: bounded_const.
  by apply/funext => x; rewrite big_nil.
rewrite (_ : (fun x => _) = fun x => F s x + \sum_(t <- l) F t x); first exact: bounded_plus.
by apply/funext => x; rewrite big_cons.
Qed.

Lemma P_bounded s s' : bounded (fun x => P s x s').
Proof.
split=> //; exists 1 => x; rewrite ger0_norm // -(P_sum s x) (bigD1 s') //= ler_addl.
by apply: sumr_ge0 => t _.
Qed.

Lemma disc_bounded s s' : bounded (fun x => disc s x s').
Proof. by split=> //; exists gamma => x; have /andP[d0 d1] := disc_ok s x s'; rewrite ger0_norm. Qed.

Lemma backup_bounded V s : bounded (backup V s).
Proof.
apply: bounded_sum => s'; apply: bounded_mult; first exact: P_bounded.
apply: bounded_plus => //; apply: bounded_mult; [exact: disc_bounded|exact: bounded_const].
Qed.

Lemma backup_lipschitz V1 V2 c : (forall s, `|V1 s - V2 s| <= c) ->
  forall s x, `|backup V1 s x - backup V2 s x| <= gamma * c.
Proof.
move=> near s x; rewrite /backup -sumrB; apply: le_trans (ler_norm_sum _ _ _) _.
rewrite -[leRHS]mul1r -(P_sum s x) mulr_suml; apply: ler_sum => s' _.
have /andP[d0 d1] := disc_ok s x s'.
rewrite -mulrBr opprD addrACA subrr add0r -mulrBr !normrM (ger0_norm (P_ge0 s x s')) (ger0_norm d0).
by apply: ler_wpmul2l => //; apply: ler_pmul.
Qed.

(** T* is a gamma-contraction in the sup norm over states and actions. *)
Theorem optimality_contraction Q1 Q2 c : (forall s, bounded (Q1 s)) ->
  (forall s, bounded (Q2 s)) -> (forall s x, `|Q1 s x - Q2 s x| <= c) ->
  forall s x, `|optimality Q1 s x - optimality Q2 s x| <= gamma * c.
Proof.
by move=> b1 b2 near s x; apply: backup_lipschitz => t; exact: bounded_soft_value_lipschitz.
Qed.

Definition value_operator V s := soft_value mu alpha (backup V s).

Lemma value_operator_contraction V1 V2 :
  Rle (contraction.dist_sup (value_operator V1) (value_operator V2)) (Rmult gamma (contraction.dist_sup V1 V2)).
Proof.
have near s : `|V1 s - V2 s| <= contraction.dist_sup V1 V2.
  by apply/RleP; exact: (sums.supnorm_ge (fun s => V1 s - V2 s)).
have /andP[g0 _] := gamma_ok; apply: sums.supnorm_le => [|s].
  apply: Rmult_le_pos; first exact/RleP.
  exact: (sums.supnorm_ge0 (fun s => V1 s - V2 s)).
apply/RleP; apply: bounded_soft_value_lipschitz => // [||x]; try exact: backup_bounded.
exact: backup_lipschitz.
Qed.

Let g01 : Rle 0 gamma /\ Rlt gamma 1.
Proof. by have /andP[g0 g1] := gamma_ok; split; [apply/RleP|apply/RltP]. Qed.

(** Q* exists: Q(s,x) = E_{s'}[ r + discount alpha log int exp(Q(s',.)/alpha) dmu ] has a bounded
    measurable solution, for bounded measurable rewards and any finite measure mu on the actions ...
    [Note L21] *)
Theorem Qstar_exists : exists Q, is_Qstar Q.
Proof.
have [V HV] := contraction.fixed_point_exists g01 value_operator_contraction.
exists (backup V); split=> [s|s x]; first exact: backup_bounded.
by apply: eq_bigr => s' _; rewrite -/(value_operator V s') HV.
Qed.

(** ... and is unique, at every action. *)
Theorem Qstar_unique Q1 Q2 : is_Qstar Q1 -> is_Qstar Q2 -> forall s x, Q1 s x = Q2 s x.
Proof.
have fix_value Q : is_Qstar Q -> contraction.fixed_point value_operator (fun s => soft_value mu alpha (Q s)).
  by move=> [_ H] s; congr soft_value; apply/funext => x; exact: H.
move=> H1 H2 s x.
have e := contraction.fixed_point_unique g01 value_operator_contraction (fix_value _ H1) (fix_value _ H2).
rewrite -(proj2 H1 s x) -(proj2 H2 s x).
by apply: eq_bigr => s' _; rewrite e.
Qed.
End Control.

(** Q* exists on a compact interval of actions with Lebesgue measure, for every bounded measurable
    reward. *)
Theorem interval_Qstar (lo hi alpha gamma : R) (S : finType) (P disc : S -> R -> S -> R) (r : S -> R -> R) :
  lo < hi -> 0 < alpha -> 0 <= gamma < 1 -> (forall s x s', 0 <= P s x s') -> (forall s x, \sum_s' P s x s' = 1) ->
  (forall s s', measurable_fun setT (fun x => P s x s')) -> (forall s, @bounded_measurable _ _ R (r s)) ->
  (forall s x s', 0 <= disc s x s' <= gamma) -> (forall s s', measurable_fun setT (fun x => disc s x s')) ->
  exists Q, is_Qstar [the measure _ _ of interval_measure lo hi] alpha P r disc Q.
Proof.
move=> lh al g01 P0 P1 mP rb d01 md.
apply: (@Qstar_exists _ _ [the measure _ _ of @interval_measure R lo hi] alpha al _ _ S P r disc gamma) => //.
- by rewrite (interval_mass lh) lte_fin subr_gt0.
- by rewrite (interval_mass lh) ltry.
Qed.
