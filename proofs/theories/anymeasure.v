(** * anymeasure: the Gibbs principle for densities against an arbitrary measure

    The action space is any measurable space with any measure, so that one theorem covers
    Lebesgue measure on a box, counting measure and their products.  Uses the Lebesgue
    integral of Mathematical Components Analysis.  The last section shows that no
    hypothesis is vacuous: a bounded measurable Q on a finite measure satisfies them all,
    Lebesgue measure on an interval and weighted points among the instances. *)
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint interval finmap.
From mathcomp.algebra_tactics Require Import ring.
From mathcomp.classical Require Import mathcomp_extra boolp classical_sets
  functions cardinality.
From mathcomp.analysis Require Import reals ereal signed topology normedtype
  sequences esum measure lebesgue_measure numfun lebesgue_integral exp realfun derive.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Def Num.Theory.
Import numFieldTopology.Exports numFieldNormedType.Exports.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Logarithm.
Variable R : realType.
Implicit Types x y : R.

Lemma expR_ge1Dx_all x : 1 + x <= expR x.
Proof.
have [x0|x0] := leP 0 x; first exact: expR_ge1Dx.
have [|c] := @MVT R expR expR x 0 x0 (fun c _ => is_derive_expR c).
  by apply: continuous_subspaceT; exact: continuous_expR.
rewrite in_itv /= => /andP[_ c0]; rewrite expR0 sub0r => e.
have -> : expR x = 1 + expR c * x by rewrite -[RHS]opprK opprD -mulrN -e; ring.
by rewrite ler_add2l ler_nimull ?ltW // expR_lt1.
Qed.

Lemma expR_gt1Dx_all x : x != 0 -> 1 + x < expR x.
Proof.
move=> x0; have [y0|y0] := leP 0 (1 + x / 2); last first.
  have h : 2 * (1 + x / 2) < 0 by rewrite pmulr_rlt0.
  have -> : 1 + x = 2 * (1 + x / 2) - 1 by field.
  by apply: lt_trans (expR_gt0 x); rewrite subr_lt0; apply: lt_trans h ltr01.
have -> : expR x = expR (x / 2) ^+ 2 by rewrite expr2 -expRD; congr expR; field.
apply: lt_le_trans (_ : (1 + x / 2) ^+ 2 <= _).
  have -> : (1 + x / 2) ^+ 2 = 1 + x + (x / 2) ^+ 2 by field.
  by rewrite ltr_addl exprn_even_gt0 //= mulf_neq0 // invr_neq0.
by rewrite ler_sqr ?nnegrE ?(ltW (expR_gt0 _)) // expR_ge1Dx_all.
Qed.

Lemma ln_le_sub1 x : 0 < x -> ln x <= x - 1.
Proof.
by move=> x0; rewrite ler_subr_addl; apply: le_trans (expR_ge1Dx_all _) _; rewrite lnK.
Qed.

Lemma ln_diff x y : 0 < x -> 0 < y -> ln x - ln y = ln (x / y).
Proof. by move=> x0 y0; rewrite ln_div ?posrE. Qed.

Lemma xlnxy_ge x y : 0 <= x -> 0 < y -> x - y <= x * (ln x - ln y).
Proof.
rewrite le_eqVlt => /predU1P[<-|x0] y0; first by rewrite mul0r sub0r oppr_le0 ltW.
rewrite ln_diff //.
have yx : 0 < y / x by rewrite divr_gt0.
have -> : ln (x / y) = - ln (y / x) by rewrite -lnV ?posrE // invf_div.
have -> : x - y = x * - (y / x - 1) by field; rewrite gt_eqF.
by rewrite ler_pmul2l // ler_opp2 ln_le_sub1.
Qed.

Lemma xlnxy_eq x y : 0 <= x -> 0 < y -> x * (ln x - ln y) = x - y -> x = y.
Proof.
rewrite le_eqVlt => /predU1P[<-|x0] y0.
  by rewrite mul0r sub0r => /eqP; rewrite eq_sym oppr_eq0 (gt_eqF y0).
rewrite ln_diff //.
have xy : 0 < x / y by rewrite divr_gt0.
have [e _|l0] := eqVneq (ln (x / y)) 0.
  have : x / y = 1 by rewrite -(lnK (x := x / y)) ?posrE // e expR0.
  by move/(congr1 ( *%R^~ y)); rewrite mulfVK ?gt_eqF // mul1r.
have /expR_gt1Dx_all : - ln (x / y) != 0 by rewrite oppr_eq0.
rewrite expRN lnK ?posrE // invf_div -ltr_subr_addl ltr_oppl -(ltr_pmul2l x0) => lt e.
have e2 : x * - (y / x - 1) = x - y by field; rewrite gt_eqF.
by move: lt; rewrite e e2 ltxx.
Qed.
End Logarithm.

Section GeneralMeasure.
Variables (d : measure_display) (T : measurableType d) (R : realType).
Variable mu : {measure set T -> \bar R}.
Implicit Types f g p q : T -> R.

(** Lebesgue integral of a real function, as a real number. *)
Definition integrablef f := mu.-integrable setT (EFin \o f).
Definition integral f : R := fine (\int[mu]_x (f x)%:E).

Lemma integrable_plus f g :
  integrablef f -> integrablef g -> integrablef (fun x => f x + g x).
Proof. by move=> fi gi; apply: (@integrableD _ _ _ _ _ _ (EFin \o f) (EFin \o g)). Qed.

Lemma integrable_scal k f : integrablef f -> integrablef (fun x => k * f x).
Proof. by move=> fi; apply: (@integrablerM _ _ _ _ _ _ k (EFin \o f)). Qed.

Lemma integral_plus f g : integrablef f -> integrablef g ->
  integral (fun x => f x + g x) = integral f + integral g.
Proof.
move=> fi gi; rewrite /integral -fineD; try exact: integral_fune_fin_num.
by congr fine; apply: (@integralD_EFin _ _ _ _ _ _ f g).
Qed.

Lemma integral_scal k f : integrablef f -> integral (fun x => k * f x) = k * integral f.
Proof.
move=> fi; rewrite /integral -[k in RHS]/(fine k%:E) -fineM //; last exact: integral_fune_fin_num.
by congr fine; apply: (@integralM _ _ _ _ _ _ (EFin \o f)).
Qed.

Lemma integral_ge0 f : (forall x, 0 <= f x) -> 0 <= integral f.
Proof. by move=> f0; apply: fine_ge0; apply: integral_ge0 => x _; rewrite lee_fin. Qed.

Lemma integral_ext f g : f =1 g -> integral f = integral g.
Proof. by move=> /funext ->. Qed.

(** ** Densities and the soft value *)
Variables (alpha : R) (Q : T -> R).
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis expQ_integrable : integrablef (fun x => expR (Q x / alpha)).

Definition partition := integral (fun x => expR (Q x / alpha)).
Hypothesis partition_gt0 : 0 < partition.
Definition soft_value := alpha * ln partition.
Definition boltzmann_policy x := expR (Q x / alpha) / partition.

Definition is_density p := [/\ forall x, 0 <= p x, integrablef p & integral p = 1].
Definition expect p f := integral (fun x => p x * f x).
Definition entropy p := - integral (fun x => p x * ln (p x)).
Definition kl_divergence p q := integral (fun x => p x * (ln (p x) - ln (q x))).

(** pi(x) = exp(Q(x)/alpha) / Z > 0. *)
Theorem boltzmann_policy_gt0 x : 0 < boltzmann_policy x.
Proof. by rewrite divr_gt0 ?expR_gt0. Qed.

(** pi is a density: int pi dmu = 1. *)
Theorem boltzmann_policy_density : is_density boltzmann_policy.
Proof.
have e : boltzmann_policy =1 (fun x => partition^-1 * expR (Q x / alpha)).
  by move=> x; rewrite mulrC.
split; first by move=> x; rewrite ltW ?boltzmann_policy_gt0.
  by rewrite (funext e); apply: integrable_scal.
by rewrite (integral_ext e) integral_scal // mulVf // gt_eqF.
Qed.

(** log pi(x) = (Q(x) - V)/alpha.  [H17 Eq. 6] *)
Theorem log_boltzmann_policy x : ln (boltzmann_policy x) = (Q x - soft_value) / alpha.
Proof.
rewrite ln_div ?posrE ?expR_gt0 // expK /soft_value.
by field; rewrite gt_eqF.
Qed.

(** Densities of finite entropy and finite expected Q. *)
Definition admissible p := [/\ is_density p,
  integrablef (fun x => p x * ln (p x)) & integrablef (fun x => p x * Q x)].

Lemma kl_divergence_integrand p : admissible p -> forall x,
  p x * (ln (p x) - ln (boltzmann_policy x)) =
  p x * ln (p x) + ((- alpha^-1) * (p x * Q x) + (soft_value / alpha) * p x).
Proof.
by move=> _ x; rewrite log_boltzmann_policy; field; rewrite gt_eqF.
Qed.

Lemma kl_divergence_integrable p : admissible p ->
  integrablef (fun x => p x * (ln (p x) - ln (boltzmann_policy x))).
Proof.
move=> adm; have [[_ ip _] ipl ipQ] := adm.
rewrite (funext (kl_divergence_integrand adm)).
by apply: integrable_plus => //; apply: integrable_plus; apply: integrable_scal.
Qed.

(** int p Q + alpha H(p) = V - alpha KL(p || pi).  [Note L40] [Note L44] *)
Theorem gibbs_identity p : admissible p ->
  expect p Q + alpha * entropy p = soft_value - alpha * kl_divergence p boltzmann_policy.
Proof.
move=> adm; have [[_ ip p1] ipl ipQ] := adm.
rewrite /kl_divergence (integral_ext (kl_divergence_integrand adm)).
rewrite integral_plus ?integral_plus ?integral_scal ?p1 //; try exact: integrable_scal.
  by rewrite /expect /entropy; field; rewrite gt_eqF.
by apply: integrable_plus; apply: integrable_scal.
Qed.

(** KL(p || q) >= 0, for densities against any measure with q positive. *)
Theorem kl_divergence_ge0 p q : is_density p -> is_density q -> (forall x, 0 < q x) ->
  integrablef (fun x => p x * (ln (p x) - ln (q x))) -> 0 <= kl_divergence p q.
Proof.
move=> [p0 ip p1] [_ iq q1] qpos ikl.
have ipq : integrablef (fun x => (-1) * p x + q x).
  by apply: integrable_plus => //; apply: integrable_scal.
have -> : kl_divergence p q = integral (fun x => p x * (ln (p x) - ln (q x)) + ((-1) * p x + q x)).
  rewrite integral_plus // integral_plus ?integral_scal ?p1 ?q1 //.
    by rewrite /kl_divergence; ring.
  exact: integrable_scal.
apply: integral_ge0 => x; have := xlnxy_ge (p0 x) (qpos x).
by rewrite -subr_ge0; congr (_ <= _); ring.
Qed.

(** V bounds the objective of every density of finite entropy, on any measure space ...  [H17 Eq. 5] [Note L58] *)
Theorem gibbs_le p : admissible p ->
  expect p Q + alpha * entropy p <= soft_value.
Proof.
move=> adm; rewrite gibbs_identity // ler_subl_addr ler_addl.
rewrite mulr_ge0 ?(ltW alpha_gt0) //.
have [pd _ _] := adm.
apply: kl_divergence_ge0 => //; [exact: boltzmann_policy_density|exact: boltzmann_policy_gt0|exact: kl_divergence_integrable].
Qed.

Lemma boltzmann_policy_admissible :
  integrablef (fun x => boltzmann_policy x * Q x) -> admissible boltzmann_policy.
Proof.
move=> ibQ; have bd := boltzmann_policy_density; have [_ ib _] := bd; split=> //.
have e x : boltzmann_policy x * ln (boltzmann_policy x) =
  alpha^-1 * (boltzmann_policy x * Q x) + (- (soft_value / alpha)) * boltzmann_policy x.
  by rewrite log_boltzmann_policy; field; rewrite gt_eqF.
by rewrite (funext e); apply: integrable_plus; apply: integrable_scal.
Qed.

(** ... the Boltzmann density reaches it ... *)
Theorem gibbs_attained :
  integrablef (fun x => boltzmann_policy x * Q x) ->
  expect boltzmann_policy Q + alpha * entropy boltzmann_policy = soft_value.
Proof.
move=> ibQ; have adm := boltzmann_policy_admissible ibQ.
rewrite gibbs_identity //.
suff -> : kl_divergence boltzmann_policy boltzmann_policy = 0 by rewrite mulr0 subr0.
rewrite /kl_divergence (@integral_ext _ (fun=> 0)).
  by rewrite /integral (_ : (fun _ => _) = cst 0%E) // integral0.
by move=> x; rewrite subrr mulr0.
Qed.

(** E_q[exp(Q/alpha)/q] = Z for any positive proposal density.  [H17 Eq. 10] *)
Theorem importance_weight_unbiased q : (forall x, 0 < q x) ->
  expect q (fun x => expR (Q x / alpha) / q x) = partition.
Proof.
by move=> qpos; apply: integral_ext => x; rewrite mulrCA divff ?mulr1 // gt_eqF.
Qed.

(** ... and no other does, up to null sets.  [H17 Eq. 6] *)
Theorem gibbs_unique p : admissible p ->
  expect p Q + alpha * entropy p = soft_value ->
  {ae mu, forall x, p x = boltzmann_policy x}.
Proof.
move=> adm e; have [[p0 ip p1] ipl ipQ] := adm.
have [b0 ib b1] := boltzmann_policy_density.
have KL0 : kl_divergence p boltzmann_policy = 0.
  move: e; rewrite gibbs_identity // => /eqP.
  rewrite subr_eq addrC -subr_eq subrr eq_sym mulf_eq0 gt_eqF //=.
  by move/eqP.
pose g x := p x * (ln (p x) - ln (boltzmann_policy x)) + ((-1) * p x + boltzmann_policy x).
have ig2 : integrablef (fun x => (-1) * p x + boltzmann_policy x).
  by apply: integrable_plus => //; apply: integrable_scal.
have ig : integrablef g by apply: integrable_plus => //; exact: kl_divergence_integrable.
have g0 x : 0 <= g x.
  have := xlnxy_ge (p0 x) (boltzmann_policy_gt0 x).
  by rewrite -subr_ge0; congr (_ <= _); rewrite /g; ring.
have Ig0 : integral g = 0.
  rewrite /g integral_plus ?integral_plus ?integral_scal ?p1 ?b1 //; first 1 last.
  - exact: integrable_scal.
  - exact: kl_divergence_integrable.
  by rewrite -/(kl_divergence p boltzmann_policy) KL0; ring.
have : (\int[mu]_x `|(g x)%:E| = 0)%E.
  rewrite (eq_integral (EFin \o g)) => [|x _]; last by rewrite gee0_abs // lee_fin.
  by rewrite -[LHS]fineK ?integral_fune_fin_num // -/(integral g) Ig0.
case: (ig) => mg _; move/(ae_eq_integral_abs mu measurableT mg).
move=> [N [mN N0 sub]]; exists N; split=> // x /= npb; apply: sub => gx.
apply: npb; move: (gx I) => [{}gx].
by apply: xlnxy_eq => //; [exact: boltzmann_policy_gt0|apply/eqP; rewrite -subr_eq0 -gx; apply/eqP; rewrite /g; ring].
Qed.
End GeneralMeasure.

(** ** Bounded Q on a finite measure: every hypothesis holds *)
Section Bounded.
Variables (d : measure_display) (T : measurableType d) (R : realType).
Variable mu : {measure set T -> \bar R}.
Variables (alpha M : R) (Q : T -> R).
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis mu_gt0 : (0 < mu setT)%E.
Hypothesis mu_fin : (mu setT < +oo)%E.
Hypothesis Q_measurable : measurable_fun setT Q.
Hypothesis Q_bounded : forall x, `|Q x| <= M.

Lemma bounded_integrable (f : T -> R) c : measurable_fun setT f -> (forall x, `|f x| <= c) ->
  integrablef mu f.
Proof.
move=> mf fc; apply: (@le_integrable _ _ _ mu setT measurableT _ (cst c%:E)).
- exact/EFin_measurable_fun.
- move=> x _ /=; rewrite lee_fin; apply: le_trans (fc x) _; exact: ler_norm.
- split; first exact: measurable_fun_cst.
  rewrite (_ : (fun x => _) = cst `|c|%:E); last by apply/funext.
  by rewrite integral_cst // lte_mul_pinfty // lee_fin.
Qed.

Lemma expQ_measurable : measurable_fun setT (fun x => expR (Q x / alpha)).
Proof.
apply: (@measurable_fun_comp _ _ _ _ _ _ (@expR R)).
  by apply: continuous_measurable_fun; exact: continuous_expR.
rewrite (_ : (fun x => _) = (fun x => alpha^-1 * Q x)); last by apply/funext => x; rewrite mulrC.
exact: measurable_funrM.
Qed.

Lemma expQ_bounds x : expR (- M / alpha) <= expR (Q x / alpha) <= expR (M / alpha).
Proof.
have := Q_bounded x; rewrite ler_norml => /andP[lo hi].
by rewrite !ler_expR !ler_pdivr_mulr // !divfK ?gt_eqF // lo hi.
Qed.

(** For bounded measurable Q and a finite measure: exp(Q/alpha) is integrable ... *)
Theorem bounded_expQ_integrable : integrablef mu (fun x => expR (Q x / alpha)).
Proof.
apply: (bounded_integrable (c := expR (M / alpha)) expQ_measurable) => x.
by rewrite (ger0_norm (ltW (expR_gt0 _))); case/andP: (expQ_bounds x).
Qed.

(** ... Z > 0 ... *)
Theorem bounded_partition_gt0 : 0 < partition mu alpha Q.
Proof.
have e0 : 0 < expR (- M / alpha) by exact: expR_gt0.
have fin : (\int[mu]_x (expR (Q x / alpha))%:E)%E \is a fin_num.
  by apply: integral_fune_fin_num => //; exact: bounded_expQ_integrable.
suff : (0 < \int[mu]_x (expR (Q x / alpha))%:E)%E by rewrite -[X in (_ < X)%E](fineK fin) lte_fin.
apply: (@lt_le_trans _ _ (\int[mu]_x (cst (expR (- M / alpha))%:E x))%E).
  by rewrite integral_cst // mule_gt0 // lte_fin.
apply: ge0_le_integral => //.
- by move=> x _; rewrite lee_fin ltW.
- by apply/EFin_measurable_fun; exact: measurable_fun_cst.
- by move=> x _; rewrite lee_fin ltW // expR_gt0.
- by apply/EFin_measurable_fun; exact: expQ_measurable.
- by move=> x _; rewrite lee_fin; case/andP: (expQ_bounds x).
Qed.

(** ... and pi Q is integrable: all that the theorems above ask for. *)
Theorem bounded_policy_Q_integrable : integrablef mu (fun x => boltzmann_policy mu alpha Q x * Q x).
Proof.
have Z0 := bounded_partition_gt0.
rewrite (_ : (fun x => _) = (fun x => (partition mu alpha Q)^-1 * (expR (Q x / alpha) * Q x))); last first.
  by apply/funext => x; rewrite /boltzmann_policy mulrA; congr (_ * _); rewrite mulrC.
apply: integrable_scal.
apply: (bounded_integrable (c := expR (M / alpha) * M) (measurable_funM expQ_measurable Q_measurable)) => x.
rewrite normrM ler_pmul // (ger0_norm (ltW (expR_gt0 _))).
by case/andP: (expQ_bounds x).
Qed.

(** The Gibbs principle without side conditions: V is attained by the Boltzmann density ... *)
Theorem bounded_gibbs_attained :
  expect mu (boltzmann_policy mu alpha Q) Q + alpha * entropy mu (boltzmann_policy mu alpha Q) =
  soft_value mu alpha Q.
Proof.
apply: gibbs_attained => //; [exact: bounded_expQ_integrable|exact: bounded_partition_gt0|].
exact: bounded_policy_Q_integrable.
Qed.

(** ... and bounds every density of finite entropy, which reaches it only if it is the
    Boltzmann density almost everywhere. *)
Theorem bounded_gibbs p : admissible mu Q p ->
  expect mu p Q + alpha * entropy mu p <= soft_value mu alpha Q /\
  (expect mu p Q + alpha * entropy mu p = soft_value mu alpha Q ->
   {ae mu, forall x, p x = boltzmann_policy mu alpha Q x}).
Proof.
have e := bounded_expQ_integrable; have Z0 := bounded_partition_gt0 => adm; split.
  exact: gibbs_le.
exact: gibbs_unique.
Qed.
End Bounded.

(** ** Instance: Lebesgue measure on an interval *)
Section Lebesgue.
Variables (R : realType) (lo hi alpha : R).
Hypothesis lo_hi : lo < hi.
Hypothesis alpha_gt0 : 0 < alpha.

Definition interval_measure := mrestr (@lebesgue_measure R) (measurable_itv `[lo, hi]).
Notation mu := [the measure _ _ of interval_measure].

Lemma interval_mass : mu setT = (hi - lo)%:E.
Proof. by rewrite /= /interval_measure /mrestr setTI lebesgue_measure_itv hlength_itv /= lte_fin lo_hi. Qed.

(** For every bounded measurable Q the interval has a Boltzmann density and it attains V. *)
Theorem interval_gibbs (Q : R -> R) (M : R) : measurable_fun setT Q -> (forall x, `|Q x| <= M) ->
  0 < partition mu alpha Q /\
  expect mu (boltzmann_policy mu alpha Q) Q + alpha * entropy mu (boltzmann_policy mu alpha Q) =
  soft_value mu alpha Q.
Proof.
move=> mQ bQ.
have m0 : (0 < mu setT)%E by rewrite interval_mass lte_fin subr_gt0.
have m1 : (mu setT < +oo)%E by rewrite interval_mass ltry.
split; first exact: (@bounded_partition_gt0 _ _ _ _ alpha M).
exact: (@bounded_gibbs_attained _ _ _ _ alpha M).
Qed.
End Lebesgue.

(** ** Instance: n weighted points, the finite theory again *)
Section Points.
Variables (R : realType) (n : nat) (w : nat -> {nonneg R}) (alpha : R).
Hypothesis alpha_gt0 : 0 < alpha.
Hypothesis w_some : exists2 k, (k < n)%N & 0 < (w k)%:num.

Definition points := msum (fun k => [the measure _ _ of mscale (w k) [the measure _ _ of dirac k]]) n.
Notation mu := [the measure _ _ of points].

Lemma points_integral (f : nat -> R) : (forall k, 0 <= f k) ->
  integral mu f = \sum_(k < n) (w k)%:num * f k.
Proof.
move=> f0; rewrite /integral /points.
have mf : measurable_fun setT (EFin \o f) by [].
rewrite (ge0_integral_measure_sum _ measurableT) //; last by move=> x _; rewrite lee_fin.
rewrite (eq_bigr (fun k : 'I_n => ((w k)%:num * f k)%:E)) => [|k _].
  by rewrite sumEFin.
rewrite (ge0_integral_mscale _ measurableT) // ?integral_dirac //; last by move=> x _; rewrite lee_fin.
by rewrite indicE in_setT mul1e EFinM.
Qed.

(** Z is the finite sum sum_k w_k exp(Q_k/alpha), and the general V is the finite one. *)
Theorem points_partition (Q : nat -> R) :
  partition mu alpha Q = \sum_(k < n) (w k)%:num * expR (Q k / alpha) /\ 0 < partition mu alpha Q.
Proof.
have E : partition mu alpha Q = \sum_(k < n) (w k)%:num * expR (Q k / alpha).
  by rewrite /partition points_integral // => k; rewrite ltW ?expR_gt0.
split=> //; rewrite E; case: w_some => k kn wk.
rewrite (bigD1 (Ordinal kn)) //= ltr_paddr //; last by rewrite mulr_gt0 ?expR_gt0.
by apply: sumr_ge0 => i _; rewrite mulr_ge0 // ltW ?expR_gt0.
Qed.

Lemma points_mass : mu setT = (\sum_(k < n) (w k)%:num)%:E.
Proof.
rewrite /= /points /msum -sumEFin; apply: eq_bigr => k _.
by rewrite /= /mscale /= diracE in_setT mule1.
Qed.

(** The Gibbs principle on n weighted points, w = 1 being counting: for every bounded Q the
    Boltzmann density attains V. *)
Theorem points_gibbs (Q : nat -> R) (M : R) : (forall k, `|Q k| <= M) ->
  expect mu (boltzmann_policy mu alpha Q) Q + alpha * entropy mu (boltzmann_policy mu alpha Q) =
  soft_value mu alpha Q.
Proof.
move=> bQ; apply: (@bounded_gibbs_attained _ _ _ _ alpha M) => //; rewrite points_mass ?ltry // lte_fin.
case: w_some => k kn wk; rewrite (bigD1 (Ordinal kn)) //= ltr_paddr //.
by apply: sumr_ge0.
Qed.
End Points.
