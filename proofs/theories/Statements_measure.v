(** * Statements_measure: every theorem in full

    Written by `make ledger`, read by people: each theorem with this project's definitions
    unfolded down to the libraries' own notions, and closed by the theorem itself; before the
    theorems of a file its recursive functions, written out the same way.
    A statement or a definition that changes makes this file fail to compile or differ. *)
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint interval finmap.
From mathcomp.classical Require Import mathcomp_extra boolp classical_sets functions cardinality.
From mathcomp.analysis Require Import Rstruct reals ereal signed topology normedtype sequences esum measure
  lebesgue_measure numfun lebesgue_integral exp.
From softql Require anymeasure continuous.
Set Printing Width 110.
Import Order.TTheory GRing.Theory Num.Def Num.Theory.
Import numFieldTopology.Exports numFieldNormedType.Exports.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

(** ** anymeasure *)

(** pi(x) = exp(Q(x)/alpha) / Z > 0. *)
Definition ledger_boltzmann_policy_gt0 :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 forall x : T, 0 < expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E))
  := @anymeasure.boltzmann_policy_gt0.

(** pi is a density: int pi dmu = 1. *)
Definition ledger_boltzmann_policy_density :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 mu.-integrable [set: T] (EFin \o (fun x : T => expR (Q x / alpha))) ->
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 [/\ forall x : T, 0 <= expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E),
     mu.-integrable [set: T]
       (EFin \o (fun x : T => expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E)))
   & fine (\int[mu]_x (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E))%:E) = 1])
  := @anymeasure.boltzmann_policy_density.

(** log pi(x) = (Q(x) - V)/alpha. [H17 Eq. 6] *)
Definition ledger_log_boltzmann_policy :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 0 < alpha ->
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 forall x : T,
 ln (R:=R) (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E)) =
 (Q x - alpha * ln (R:=R) (fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E))) / alpha)
  := @anymeasure.log_boltzmann_policy.

(** int p Q + alpha H(p) = V - alpha KL(p || pi). [Note L40] [Note L44] *)
Definition ledger_gibbs_identity :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 0 < alpha ->
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 forall p : T -> R,
 [/\ [/\ forall x : T, 0 <= p x, mu.-integrable [set: T] (EFin \o p) & fine (\int[mu]_x (p x)%:E) = 1],
     mu.-integrable [set: T] (EFin \o (fun x : T => p x * ln (R:=R) (p x)))
   & mu.-integrable [set: T] (EFin \o (fun x : T => p x * Q x))] ->
 fine (\int[mu]_x (p x * Q x)%:E) + alpha * - fine (\int[mu]_x (p x * ln (R:=R) (p x))%:E) =
 alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)) -
 alpha *
 fine
   (\int[mu]_x
       (p x *
        (ln (R:=R) (p x) - ln (R:=R) (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E))))%:E))
  := @anymeasure.gibbs_identity.

(** KL(p || q) >= 0, for densities against any measure with q positive. *)
Definition ledger_kl_divergence_ge0 :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (p q : T -> R),
 [/\ forall x : T, 0 <= p x, mu.-integrable [set: T] (EFin \o p) & fine (\int[mu]_x (p x)%:E) = 1] ->
 [/\ forall x : T, 0 <= q x, mu.-integrable [set: T] (EFin \o q) & fine (\int[mu]_x (q x)%:E) = 1] ->
 (forall x : T, 0 < q x) ->
 mu.-integrable [set: T] (EFin \o (fun x : T => p x * (ln (R:=R) (p x) - ln (R:=R) (q x)))) ->
 0 <= fine (\int[mu]_x (p x * (ln (R:=R) (p x) - ln (R:=R) (q x)))%:E))
  := @anymeasure.kl_divergence_ge0.

(** V bounds the objective of every density of finite entropy, on any measure space ... [H17 Eq. 5] [Note L58] *)
Definition ledger_gibbs_le :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 0 < alpha ->
 mu.-integrable [set: T] (EFin \o (fun x : T => expR (Q x / alpha))) ->
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 forall p : T -> R,
 [/\ [/\ forall x : T, 0 <= p x, mu.-integrable [set: T] (EFin \o p) & fine (\int[mu]_x (p x)%:E) = 1],
     mu.-integrable [set: T] (EFin \o (fun x : T => p x * ln (R:=R) (p x)))
   & mu.-integrable [set: T] (EFin \o (fun x : T => p x * Q x))] ->
 fine (\int[mu]_x (p x * Q x)%:E) + alpha * - fine (\int[mu]_x (p x * ln (R:=R) (p x))%:E) <=
 alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)))
  := @anymeasure.gibbs_le.

(** ... the Boltzmann density reaches it ... *)
Definition ledger_gibbs_attained :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 0 < alpha ->
 mu.-integrable [set: T] (EFin \o (fun x : T => expR (Q x / alpha))) ->
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 mu.-integrable [set: T]
   (EFin \o (fun x : T => expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E) * Q x)) ->
 fine (\int[mu]_x (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E) * Q x)%:E) +
 alpha *
 -
 fine
   (\int[mu]_x
       (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E) *
        ln (R:=R) (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E)))%:E) =
 alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)))
  := @anymeasure.gibbs_attained.

(** E_q[exp(Q/alpha)/q] = Z for any positive proposal density. [H17 Eq. 10] *)
Definition ledger_importance_weight_unbiased :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q q : T -> R),
 (forall x : T, 0 < q x) ->
 fine (\int[mu]_x (q x * (expR (Q x / alpha) / q x))%:E) = fine (\int[mu]_x (expR (Q x / alpha))%:E))
  := @anymeasure.importance_weight_unbiased.

(** ... and no other does, up to null sets. [H17 Eq. 6] *)
Definition ledger_gibbs_unique :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha : R) (Q : T -> R),
 0 < alpha ->
 mu.-integrable [set: T] (EFin \o (fun x : T => expR (Q x / alpha))) ->
 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E) ->
 forall p : T -> R,
 [/\ [/\ forall x : T, 0 <= p x, mu.-integrable [set: T] (EFin \o p) & fine (\int[mu]_x (p x)%:E) = 1],
     mu.-integrable [set: T] (EFin \o (fun x : T => p x * ln (R:=R) (p x)))
   & mu.-integrable [set: T] (EFin \o (fun x : T => p x * Q x))] ->
 fine (\int[mu]_x (p x * Q x)%:E) + alpha * - fine (\int[mu]_x (p x * ln (R:=R) (p x))%:E) =
 alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)) ->
 {ae mu, forall x : T, p x = expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E)})
  := @anymeasure.gibbs_unique.

(** For bounded measurable Q and a finite measure: exp(Q/alpha) is integrable ... *)
Definition ledger_bounded_expQ_integrable :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha M : R) (Q : T -> R),
 0 < alpha ->
 (mu [set: T] < +oo)%E ->
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable R) [set: T] Q ->
 (forall x : T, `|Q x| <= M) -> mu.-integrable [set: T] (EFin \o (fun x : T => expR (Q x / alpha))))
  := @anymeasure.bounded_expQ_integrable.

(** ... Z > 0 ... *)
Definition ledger_bounded_partition_gt0 :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha M : R) (Q : T -> R),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable R) [set: T] Q ->
 (forall x : T, `|Q x| <= M) -> 0 < fine (\int[mu]_x (expR (Q x / alpha))%:E))
  := @anymeasure.bounded_partition_gt0.

(** ... and pi Q is integrable: all that the theorems above ask for. *)
Definition ledger_bounded_policy_Q_integrable :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha M : R) (Q : T -> R),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable R) [set: T] Q ->
 (forall x : T, `|Q x| <= M) ->
 mu.-integrable [set: T]
   (EFin \o (fun x : T => expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E) * Q x)))
  := @anymeasure.bounded_policy_Q_integrable.

(** The Gibbs principle without side conditions: V is attained by the Boltzmann density ... *)
Definition ledger_bounded_gibbs_attained :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha M : R) (Q : T -> R),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable R) [set: T] Q ->
 (forall x : T, `|Q x| <= M) ->
 fine (\int[mu]_x (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E) * Q x)%:E) +
 alpha *
 -
 fine
   (\int[mu]_x
       (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E) *
        ln (R:=R) (expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E)))%:E) =
 alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)))
  := @anymeasure.bounded_gibbs_attained.

(** ... and bounds every density of finite entropy, which reaches it only if it is the Boltzmann density almost everywhere. *)
Definition ledger_bounded_gibbs :
  (forall (d : measure_display) (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R})
   (alpha M : R) (Q : T -> R),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable R) [set: T] Q ->
 (forall x : T, `|Q x| <= M) ->
 forall p : T -> R,
 [/\ [/\ forall x : T, 0 <= p x, mu.-integrable [set: T] (EFin \o p) & fine (\int[mu]_x (p x)%:E) = 1],
     mu.-integrable [set: T] (EFin \o (fun x : T => p x * ln (R:=R) (p x)))
   & mu.-integrable [set: T] (EFin \o (fun x : T => p x * Q x))] ->
 fine (\int[mu]_x (p x * Q x)%:E) + alpha * - fine (\int[mu]_x (p x * ln (R:=R) (p x))%:E) <=
 alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)) /\
 (fine (\int[mu]_x (p x * Q x)%:E) + alpha * - fine (\int[mu]_x (p x * ln (R:=R) (p x))%:E) =
  alpha * ln (R:=R) (fine (\int[mu]_x (expR (Q x / alpha))%:E)) ->
  {ae mu, forall x : T, p x = expR (Q x / alpha) / fine (\int[mu]_x0 (expR (Q x0 / alpha))%:E)}))
  := @anymeasure.bounded_gibbs.

(** For every bounded measurable Q the interval has a Boltzmann density and it attains V. *)
Definition ledger_interval_gibbs :
  (forall (R : realType) (lo hi alpha : R),
 lo < hi ->
 0 < alpha ->
 forall (Q : R -> R) (M : R),
 measurable_fun (T:=Real_sort__canonical__measure_Measurable R)
   (U:=Real_sort__canonical__measure_Measurable R) [set: Real_sort__canonical__measure_Measurable R] Q ->
 (forall x : R, `|Q x| <= M) ->
 0 <
 fine
   (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of salgebraType
                                                                                (R.-ocitv.-measurable)] -> \bar R} of 
    mrestr (T:=[the measurableType (R.-ocitv.-measurable).-sigma of salgebraType (R.-ocitv.-measurable)])
      (R:=R) (D:=`[lo, hi]) lebesgue_measure (measurable_itv (R:=R) `[lo, hi])]]_x 
    (expR (Q x / alpha))%:E) /\
 fine
   (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of salgebraType
                                                                                (R.-ocitv.-measurable)] -> \bar R} of 
    mrestr (T:=[the measurableType (R.-ocitv.-measurable).-sigma of salgebraType (R.-ocitv.-measurable)])
      (R:=R) (D:=`[lo, hi]) lebesgue_measure (measurable_itv (R:=R) `[lo, hi])]]_x
       (expR (Q x / alpha) /
        fine
          (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of 
           salgebraType (R.-ocitv.-measurable)] -> \bar R} of mrestr
                                                                (T:=[the measurableType
                                                                           (R.-ocitv.-measurable).-sigma of 
                                                                salgebraType (R.-ocitv.-measurable)]) (R:=R)
                                                                (D:=`[lo, hi]) lebesgue_measure
                                                                (measurable_itv (R:=R) `[lo, hi])]]_x0
              (expR (Q x0 / alpha))%:E) * Q x)%:E) +
 alpha *
 -
 fine
   (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of salgebraType
                                                                                (R.-ocitv.-measurable)] -> \bar R} of 
    mrestr (T:=[the measurableType (R.-ocitv.-measurable).-sigma of salgebraType (R.-ocitv.-measurable)])
      (R:=R) (D:=`[lo, hi]) lebesgue_measure (measurable_itv (R:=R) `[lo, hi])]]_x
       (expR (Q x / alpha) /
        fine
          (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of 
           salgebraType (R.-ocitv.-measurable)] -> \bar R} of mrestr
                                                                (T:=[the measurableType
                                                                           (R.-ocitv.-measurable).-sigma of 
                                                                salgebraType (R.-ocitv.-measurable)]) (R:=R)
                                                                (D:=`[lo, hi]) lebesgue_measure
                                                                (measurable_itv (R:=R) `[lo, hi])]]_x0
              (expR (Q x0 / alpha))%:E) *
        ln (R:=R)
          (expR (Q x / alpha) /
           fine
             (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of 
              salgebraType (R.-ocitv.-measurable)] -> \bar R} of mrestr
                                                                   (T:=[the measurableType
                                                                              (R.-ocitv.-measurable).-sigma of 
                                                                   salgebraType (R.-ocitv.-measurable)])
                                                                   (R:=R) (D:=`[lo, hi]) lebesgue_measure
                                                                   (measurable_itv (R:=R) `[lo, hi])]]_x0
                 (expR (Q x0 / alpha))%:E)))%:E) =
 alpha *
 ln (R:=R)
   (fine
      (\int[[the {measure set [the measurableType (R.-ocitv.-measurable).-sigma of 
       salgebraType (R.-ocitv.-measurable)] -> \bar R} of mrestr
                                                            (T:=[the measurableType
                                                                       (R.-ocitv.-measurable).-sigma of 
                                                            salgebraType (R.-ocitv.-measurable)]) (R:=R)
                                                            (D:=`[lo, hi]) lebesgue_measure
                                                            (measurable_itv (R:=R) `[lo, hi])]]_x
          (expR (Q x / alpha))%:E)))
  := @anymeasure.interval_gibbs.

(** Z is the finite sum sum_k w_k exp(Q_k/alpha), and the general V is the finite one. *)
Definition ledger_points_partition :
  (forall (R : realType) (n : nat) (w : nat -> {nonneg R}) (alpha : R),
 (exists2 k : nat, (k < n)%N & 0 < (w k)%:num) ->
 forall Q : nat -> R,
 fine
   (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
    msum
      (fun k : nat =>
       [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
       mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]]) n]]_x
       (expR (Q x / alpha))%:E) = \sum_(k < n) (w k)%:num * expR (Q k / alpha) /\
 0 <
 fine
   (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
    msum
      (fun k : nat =>
       [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
       mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]]) n]]_x
       (expR (Q x / alpha))%:E))
  := @anymeasure.points_partition.

(** The Gibbs principle on n weighted points, w = 1 being counting: for every bounded Q the Boltzmann density attains V. *)
Definition ledger_points_gibbs :
  (forall (R : realType) (n : nat) (w : nat -> {nonneg R}) (alpha : R),
 0 < alpha ->
 (exists2 k : nat, (k < n)%N & 0 < (w k)%:num) ->
 forall (Q : nat -> R) (M : R),
 (forall k : nat, `|Q k| <= M) ->
 fine
   (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
    msum
      (fun k : nat =>
       [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
       mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]]) n]]_x
       (expR (Q x / alpha) /
        fine
          (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
           msum
             (fun k : nat =>
              [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
              mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]])
             n]]_x0 (expR (Q x0 / alpha))%:E) * Q x)%:E) +
 alpha *
 -
 fine
   (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
    msum
      (fun k : nat =>
       [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
       mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]]) n]]_x
       (expR (Q x / alpha) /
        fine
          (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
           msum
             (fun k : nat =>
              [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
              mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]])
             n]]_x0 (expR (Q x0 / alpha))%:E) *
        ln (R:=R)
          (expR (Q x / alpha) /
           fine
             (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
              msum
                (fun k : nat =>
                 [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
                 mscale (w k)
                   [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]]) n]]_x0
                 (expR (Q x0 / alpha))%:E)))%:E) =
 alpha *
 ln (R:=R)
   (fine
      (\int[[the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
       msum
         (fun k : nat =>
          [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of 
          mscale (w k) [the {measure set Datatypes_nat__canonical__measure_Measurable -> \bar R} of \d_k]]) n]]_x
          (expR (Q x / alpha))%:E)))
  := @anymeasure.points_gibbs.

(** ** continuous *)

(** V is 1-Lipschitz in the sup norm over bounded measurable functions. *)
Definition ledger_bounded_soft_value_lipschitz :
  (forall (d : measure_display) (T : measurableType d) (K : realType) (mu : {measure set T -> \bar K})
   (alpha : K),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 forall (Q1 Q2 : T -> K) (c : K),
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable K) [set: T] Q1 /\
 (exists M : K, forall x : T, `|Q1 x| <= M) ->
 measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable K) [set: T] Q2 /\
 (exists M : K, forall x : T, `|Q2 x| <= M) ->
 (forall x : T, `|Q1 x - Q2 x| <= c) ->
 `|alpha * ln (R:=K) (fine (\int[mu]_x (expR (Q1 x / alpha))%:E)) -
   alpha * ln (R:=K) (fine (\int[mu]_x (expR (Q2 x / alpha))%:E))| <= c)
  := @continuous.bounded_soft_value_lipschitz.

(** T* is a gamma-contraction in the sup norm over states and actions. *)
Definition ledger_optimality_contraction :
  (forall (d : measure_display) (T : measurableType d) (mu : {measure set T -> \bar real_realType})
   (alpha : real_realType),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 forall (S : finType) (P : S -> T -> S -> real_realType) (r : S -> T -> real_realType)
   (disc : S -> T -> S -> real_realType) (gamma : real_realType),
 (forall (s : S) (x : T) (s' : S), 0 <= P s x s') ->
 (forall (s : S) (x : T), \sum_s' P s x s' = 1) ->
 (forall (s : S) (x : T) (s' : S), 0 <= disc s x s' <= gamma) ->
 forall (Q1 Q2 : S -> T -> real_realType) (c : real_realType),
 (forall s : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (Q1 s) /\
  (exists M : real_realType, forall x : T, `|Q1 s x| <= M)) ->
 (forall s : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (Q2 s) /\
  (exists M : real_realType, forall x : T, `|Q2 s x| <= M)) ->
 (forall (s : S) (x : T), `|Q1 s x - Q2 s x| <= c) ->
 forall (s : S) (x : T),
 `|\sum_s'
      P s x s' *
      (r s x +
       disc s x s' * (alpha * ln (R:=real_realType) (fine (\int[mu]_x0 (expR (Q1 s' x0 / alpha))%:E)))) -
   \sum_s'
      P s x s' *
      (r s x +
       disc s x s' * (alpha * ln (R:=real_realType) (fine (\int[mu]_x0 (expR (Q2 s' x0 / alpha))%:E))))| <=
 gamma * c)
  := @continuous.optimality_contraction.

(** Q* exists: Q(s,x) = E_{s'}[ r + discount alpha log int exp(Q(s',.)/alpha) dmu ] has a bounded measurable solution, for bounded measurable rewards and any finite measure mu on the actions ... [Note L21] *)
Definition ledger_Qstar_exists :
  (forall (d : measure_display) (T : measurableType d) (mu : {measure set T -> \bar real_realType})
   (alpha : real_realType),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 forall (S : finType) (P : S -> T -> S -> real_realType) (r : S -> T -> real_realType)
   (disc : S -> T -> S -> real_realType) (gamma : real_realType),
 (forall (s : S) (x : T) (s' : S), 0 <= P s x s') ->
 (forall (s : S) (x : T), \sum_s' P s x s' = 1) ->
 (forall s s' : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] ((P s)^~ s')) ->
 (forall s : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (r s) /\
  (exists M : real_realType, forall x : T, `|r s x| <= M)) ->
 (forall (s : S) (x : T) (s' : S), 0 <= disc s x s' <= gamma) ->
 (forall s s' : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] ((disc s)^~ s')) ->
 0 <= gamma < 1 ->
 exists Q : S -> T -> real_realType,
   (forall s : S,
    measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (Q s) /\
    (exists M : real_realType, forall x : T, `|Q s x| <= M)) /\
   (forall (s : S) (x : T),
    \sum_s'
       P s x s' *
       (r s x +
        disc s x s' * (alpha * ln (R:=real_realType) (fine (\int[mu]_x0 (expR (Q s' x0 / alpha))%:E)))) =
    Q s x))
  := @continuous.Qstar_exists.

(** ... and is unique, at every action. *)
Definition ledger_Qstar_unique :
  (forall (d : measure_display) (T : measurableType d) (mu : {measure set T -> \bar real_realType})
   (alpha : real_realType),
 0 < alpha ->
 (0 < mu [set: T])%E ->
 (mu [set: T] < +oo)%E ->
 forall (S : finType) (P : S -> T -> S -> real_realType) (r : S -> T -> real_realType)
   (disc : S -> T -> S -> real_realType) (gamma : real_realType),
 (forall (s : S) (x : T) (s' : S), 0 <= P s x s') ->
 (forall (s : S) (x : T), \sum_s' P s x s' = 1) ->
 (forall s s' : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] ((P s)^~ s')) ->
 (forall s : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (r s) /\
  (exists M : real_realType, forall x : T, `|r s x| <= M)) ->
 (forall (s : S) (x : T) (s' : S), 0 <= disc s x s' <= gamma) ->
 (forall s s' : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] ((disc s)^~ s')) ->
 0 <= gamma < 1 ->
 forall Q1 Q2 : S -> T -> real_realType,
 (forall s : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (Q1 s) /\
  (exists M : real_realType, forall x : T, `|Q1 s x| <= M)) /\
 (forall (s : S) (x : T),
  \sum_s'
     P s x s' *
     (r s x + disc s x s' * (alpha * ln (R:=real_realType) (fine (\int[mu]_x0 (expR (Q1 s' x0 / alpha))%:E)))) =
  Q1 s x) ->
 (forall s : S,
  measurable_fun (T:=T) (U:=Real_sort__canonical__measure_Measurable real_realType) [set: T] (Q2 s) /\
  (exists M : real_realType, forall x : T, `|Q2 s x| <= M)) /\
 (forall (s : S) (x : T),
  \sum_s'
     P s x s' *
     (r s x + disc s x s' * (alpha * ln (R:=real_realType) (fine (\int[mu]_x0 (expR (Q2 s' x0 / alpha))%:E)))) =
  Q2 s x) -> forall (s : S) (x : T), Q1 s x = Q2 s x)
  := @continuous.Qstar_unique.

(** Q* exists on a compact interval of actions with Lebesgue measure, for every bounded measurable reward. *)
Definition ledger_interval_Qstar :
  (forall (lo hi alpha gamma : real_realType) (S : finType) (P disc : S -> real_realType -> S -> real_realType)
   (r : S -> real_realType -> real_realType),
 lo < hi ->
 0 < alpha ->
 0 <= gamma < 1 ->
 (forall (s : S) (x : real_realType) (s' : S), 0 <= P s x s') ->
 (forall (s : S) (x : real_realType), \sum_s' P s x s' = 1) ->
 (forall s s' : S,
  measurable_fun (T:=Real_sort__canonical__measure_Measurable real_realType)
    (U:=Real_sort__canonical__measure_Measurable real_realType)
    [set: Real_sort__canonical__measure_Measurable real_realType] ((P s)^~ s')) ->
 (forall s : S,
  measurable_fun (T:=Real_sort__canonical__measure_Measurable real_realType)
    (U:=Real_sort__canonical__measure_Measurable real_realType)
    [set: Real_sort__canonical__measure_Measurable real_realType] (r s) /\
  (exists M : real_realType, forall x : Real_sort__canonical__measure_Measurable real_realType, `|r s x| <= M)) ->
 (forall (s : S) (x : real_realType) (s' : S), 0 <= disc s x s' <= gamma) ->
 (forall s s' : S,
  measurable_fun (T:=Real_sort__canonical__measure_Measurable real_realType)
    (U:=Real_sort__canonical__measure_Measurable real_realType)
    [set: Real_sort__canonical__measure_Measurable real_realType] ((disc s)^~ s')) ->
 exists
   Q : S ->
       [the measurableType (real_realType.-ocitv.-measurable).-sigma of salgebraType
                                                                          (real_realType.-ocitv.-measurable)] ->
       real_realType,
   (forall s : S,
    measurable_fun
      (T:=[the measurableType (real_realType.-ocitv.-measurable).-sigma of salgebraType
                                                                             (real_realType.-ocitv.-measurable)])
      (U:=Real_sort__canonical__measure_Measurable real_realType)
      [set: [the measurableType (real_realType.-ocitv.-measurable).-sigma of salgebraType
                                                                               (real_realType.-ocitv.-measurable)]]
      (Q s) /\
    (exists M : real_realType,
       forall
         x : [the measurableType (real_realType.-ocitv.-measurable).-sigma of salgebraType
                                                                                (real_realType.-ocitv.-measurable)],
       `|Q s x| <= M)) /\
   (forall (s : S)
      (x : [the measurableType (real_realType.-ocitv.-measurable).-sigma of salgebraType
                                                                              (real_realType.-ocitv.-measurable)]),
    \sum_s'
       P s x s' *
       (r s x +
        disc s x s' *
        (alpha *
         ln (R:=real_realType)
           (fine
              (\int[[the {measure set [the measurableType (real_realType.-ocitv.-measurable).-sigma of 
               salgebraType (real_realType.-ocitv.-measurable)] -> \bar real_realType} of 
               mrestr
                 (T:=[the measurableType (real_realType.-ocitv.-measurable).-sigma of 
                 salgebraType (real_realType.-ocitv.-measurable)]) (R:=real_realType) (D:=`[lo, hi])
                 lebesgue_measure (measurable_itv (R:=real_realType) `[lo, hi])]]_x0
                  (expR (Q s' x0 / alpha))%:E)))) = Q s x))
  := @continuous.interval_Qstar.
