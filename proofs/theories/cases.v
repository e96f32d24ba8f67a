(** * cases: the concrete objects that satisfied.v chooses from

    Two actions, one weighing two; a map that halves; the interval [0, 1] with a reward that
    jumps; and, from instances.v, a process of two states with a mask and an end.  A tactic
    picks among them. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice
  fintype finfun bigop.
From Coquelicot Require Import Coquelicot.
From softql Require Import sums integrals contraction value policy gradient temperature backup returns
  retrace tabular agent estimator measures sampler instances.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** The objects *)
Lemma w_two a : 0 < w2 a -> 1 <= w2 a. Proof. exact: w2_ge1. Qed.
Lemma two_true : 0 < w2 true. Proof. by rewrite /w2; lra. Qed.
Lemma two_true1 : 1 <= w2 true. Proof. by rewrite /w2; lra. Qed.
Lemma Q0_max : is_max w2 Q0 (hard_value w2 Q0). Proof. exact: (hard_value_is_max Q0 w2_ok). Qed.
Lemma Q0_le a : 0 < w2 a -> Q0 a <= hard_value w2 Q0. Proof. by case: Q0_max => _; exact. Qed.
Lemma halves : is_dist (uniform : bool -> R). Proof. exact: (uniform_is_dist true). Qed.
Lemma half_ok : 0 <= / 2 <= 1. Proof. lra. Qed.
Lemma half_pos : 0 < / 2 <= 1. Proof. lra. Qed.
Lemma discount_ok : 0 <= / 2 < 1. Proof. lra. Qed.
Lemma zero_one : 0 < 1. Proof. exact: Rlt_0_1. Qed.
Lemma zero_le_one : 0 <= 1. Proof. exact: Rle_0_1. Qed.
Lemma one_le_one : 1 <= 1. Proof. exact: Rle_refl. Qed.

(** A table of zeros and a map that halves: for Banach's theorem. *)
Definition halve (f : bool -> R) a := / 2 * f a.
Lemma halve_contracts f g : dist_sup (halve f) (halve g) <= / 2 * dist_sup f g.
Proof.
apply: supnorm_le => [|x]; first by apply: Rmult_le_pos; [lra|exact: supnorm_ge0].
rewrite /halve -Rmult_minus_distr_l Rabs_mult Rabs_right; last lra.
by apply: Rmult_le_compat_l; [lra|exact: (supnorm_ge (fun x => f x - g x))].
Qed.
Lemma halve_monotone f g : (forall x, f x <= g x) -> forall x, halve f x <= halve g x.
Proof. by move=> fg x; have := fg x; rewrite /halve; lra. Qed.
Lemma zero_fixed : fixed_point halve (fun _ => 0). Proof. by move=> x; rewrite /halve; ring. Qed.

(** Continuous actions on [0, 1]: the reward that jumps at 1/2, and the density of its policy. *)
Definition pj := boltzmann_policy_on 0 1 1 jump.
Lemma pj_admissible : admissible 0 1 pj.
Proof. exact: (boltzmann_policy_on_admissible zero_one zero_one jump_integrable). Qed.
Lemma pj_density : is_density_on 0 1 pj. Proof. exact: (proj1 pj_admissible). Qed.
Lemma pj_gt0 a : 0 < pj a. Proof. exact: (boltzmann_policy_on_gt0 zero_one zero_one a jump_integrable). Qed.
Lemma jump_continuous : continuous jump (1 / 4).
Proof.
apply: (continuous_ext_loc _ (fun _ => 0)); last exact: continuous_const.
have e : 0 < / 4 by lra.
exists (mkposreal _ e) => b /Rabs_def2 [/= b1 _]; rewrite /jump; case: Rlt_dec => // ?.
by rewrite /minus /plus /opp /= in b1; lra.
Qed.
(** One state, a reward that jumps, discount 1/2. *)
Definition stay (s : unit) (a : R) (s' : unit) : R := 1.
Definition half_discount (s : unit) (a : R) (s' : unit) : R := / 2.
Lemma stay_dist s a : 0 <= a <= 1 -> is_dist (stay s a).
Proof. by move=> _; split=> [s'|]; rewrite /stay; [lra|rewrite sum_const card_unit /=; ring]. Qed.
Lemma stay_integrable s s' : integrable 0 1 (fun a => stay s a s'). Proof. exact: integrable_const. Qed.
Lemma half_discount_ok s a s' : 0 <= a <= 1 -> 0 <= half_discount s a s' <= / 2.
Proof. by rewrite /half_discount; lra. Qed.
Lemma half_discount_integrable s s' : integrable 0 1 (fun a => half_discount s a s').
Proof. exact: integrable_const. Qed.

Lemma jump_Qstar : exists Q, is_Qstar_on 0 1 1 stay (fun _ => jump) half_discount Q.
Proof.
apply: (Qstar_on_exists zero_one zero_one stay_dist stay_integrable _ half_discount_ok half_discount_integrable discount_ok).
by move=> s; exact: jump_integrable.
Qed.

Ltac choose := repeat lazymatch goal with
  | |- exists _ : finType, _ => exists bool_finType
  | |- exists _, _ => eexists
  | |- _ <= _ < _ => fail
  | |- _ <= _ <= _ => fail
  | |- _ < _ <= _ => fail
  | |- _ < _ < _ => fail
  | |- _ /\ _ => split
  | |- True => exact I
  end.
Create HintDb objects.
#[export] Hint Resolve w2_ok pi2_density u2_density pi2_gt0 u2_gt0 w2_ge1 two_true two_true1 Q0_max Q0_le halves half_ok half_pos
  discount_ok zero_le_one one_le_one halve_contracts halve_monotone zero_fixed path2_derive process_ok w_ge1
  jump_integrable pj_admissible pj_density : objects.
#[export] Hint Resolve zero_one | 0 : objects.
Ltac shown := lazymatch goal with
  | |- ?H => lazymatch type of H with
    | Prop => solve [assumption | auto with objects | eauto 3 with objects | move=> *; exact: Rle_refl | exact: Rle_refl | done | lra]
    | _ => idtac
    end
  end.
Ltac any := intros; first [exact true | exact (true, true) | exact 0 | exact 1%nat | exact bool_finType | exact [::] | exact predT | exact (Step 1 1 1 0 false)].
(** Choose the objects, show the hypotheses. *)
Ltac meet := unshelve (choose; shown); any.

(** Q*, a policy and its Q, the policy improved and its Q, the hard optimum, of one process. *)
Ltac tables :=
  have [Qs Hs] := Qstar_exists r process_ok; have [Qh Hh] := hard_optimum_exists r process_ok;
  have pid := greedy_is_policy process_ok (fun _ => 0 : R);
  have [Qp Hp] := Qpi_exists r process_ok pid;
  have [Qn Hn] := Qpi_exists r process_ok (greedy_is_policy process_ok Qp).
