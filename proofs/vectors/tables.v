(* Written by vectors/generate.py: soft Q-tables from value iteration with optimality_target. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From softql Require Import sums contraction value policy backup.
Open Scope R_scope.

Lemma sum_bool (f : bool -> R) : \big[Rplus/0]_(b : bool) f b = f true + f false.
Proof. exact: big_bool. Qed.

(* The residual of the table bounds its distance to Q*: ||Q - Q*|| <= ||T* Q - Q|| / (1 - gamma). *)
Lemma certified w P r disc gamma alpha (table : bool * bool -> R) bound :
  is_process w P disc gamma alpha -> 0 <= bound ->
  (forall sa, Rabs (optimality w P r disc alpha table sa - table sa) <= bound * (1 - gamma)) ->
  forall Qs, is_Qstar w P r disc alpha Qs -> forall sa, Rabs (table sa - Qs sa) <= bound.
Proof.
move=> ok b0 res Qs Hs sa; have [_ _ _ g01 _] := ok.
apply: Rle_trans (supnorm_ge (fun sa => table sa - Qs sa) sa) _.
apply: Rle_trans (bellman_residual_error ok table Hs) _.
apply/Rle_div_l; first lra.
by apply: supnorm_le => //; apply: Rmult_le_pos; lra.
Qed.

Definition P_plain (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (3/4)
  | false, false, true => (1/4)
  | false, true, false => (1/8)
  | false, true, true => (7/8)
  | true, false, false => (1/2)
  | true, false, true => (1/2)
  | true, true, false => (1/4)
  | true, true, true => (3/4)
  end.

Definition r_plain (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (-1/2)
  | true, false => (1/4)
  | true, true => (2)
  end.

Definition disc_plain (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (7/8)
  | false, false, true => (7/8)
  | false, true, false => (7/8)
  | false, true, true => (7/8)
  | true, false, false => (7/8)
  | true, false, true => (7/8)
  | true, true, false => (7/8)
  | true, true, true => (7/8)
  end.

Definition w_plain (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (1)
  | true, false => (1)
  | true, true => (1)
  end.

Lemma plain_ok : is_process w_plain P_plain disc_plain (7/8) (1/2).
Proof.
split; try lra.
- by move=> s; split=> [a|]; [|exists true]; rewrite /w_plain; [case: s; case: a|case: s]; lra.
- by move=> s a; split=> [t|]; rewrite ?sum_bool /P_plain; [case: s; case: a; case: t|case: s; case: a]; lra.
- by move=> s a t; rewrite /disc_plain; case: s; case: a; case: t; lra.
Qed.

Definition entry_plain_float64 (s a : bool) : R :=
  match s, a with
  | false, false => (3268419893691305/281474976710656)
  | false, true => (772085673673779/70368744177664)
  | true, false => (3154167767586231/281474976710656)
  | true, true => (3743603083257797/281474976710656)
  end.

Theorem table_plain_float64 Qs : is_Qstar w_plain P_plain r_plain disc_plain (1/2) Qs ->
  forall sa, Rabs (entry_plain_float64 sa.1 sa.2 - Qs sa) <= (1/35184372088832).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_plain_float64 sa.1 sa.2) _ plain_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_plain /r_plain /disc_plain /w_plain /entry_plain_float64; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition entry_plain_float32 (s a : bool) : R :=
  match s, a with
  | false, false => (6087905/524288)
  | false, true => (11504969/1048576)
  | true, false => (11750187/1048576)
  | true, true => (3486501/262144)
  end.

Theorem table_plain_float32 Qs : is_Qstar w_plain P_plain r_plain disc_plain (1/2) Qs ->
  forall sa, Rabs (entry_plain_float32 sa.1 sa.2 - Qs sa) <= (1/65536).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_plain_float32 sa.1 sa.2) _ plain_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_plain /r_plain /disc_plain /w_plain /entry_plain_float32; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition P_ending (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (3/4)
  | false, false, true => (1/4)
  | false, true, false => (1/8)
  | false, true, true => (7/8)
  | true, false, false => (1/2)
  | true, false, true => (1/2)
  | true, true, false => (1/4)
  | true, true, true => (3/4)
  end.

Definition r_ending (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (-1/2)
  | true, false => (1/4)
  | true, true => (2)
  end.

Definition disc_ending (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (7/8)
  | false, false, true => (7/8)
  | false, true, false => (7/8)
  | false, true, true => (7/8)
  | true, false, false => (0)
  | true, false, true => (0)
  | true, true, false => (7/8)
  | true, true, true => (7/8)
  end.

Definition w_ending (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (1)
  | true, false => (1)
  | true, true => (1)
  end.

Lemma ending_ok : is_process w_ending P_ending disc_ending (7/8) (1/4).
Proof.
split; try lra.
- by move=> s; split=> [a|]; [|exists true]; rewrite /w_ending; [case: s; case: a|case: s]; lra.
- by move=> s a; split=> [t|]; rewrite ?sum_bool /P_ending; [case: s; case: a; case: t|case: s; case: a]; lra.
- by move=> s a t; rewrite /disc_ending; case: s; case: a; case: t; lra.
Qed.

Definition entry_ending_float64 (s a : bool) : R :=
  match s, a with
  | false, false => (197245483454045/17592186044416)
  | false, true => (3000264499047515/281474976710656)
  | true, false => (1/4)
  | true, true => (3650642095054399/281474976710656)
  end.

Theorem table_ending_float64 Qs : is_Qstar w_ending P_ending r_ending disc_ending (1/4) Qs ->
  forall sa, Rabs (entry_ending_float64 sa.1 sa.2 - Qs sa) <= (1/35184372088832).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_ending_float64 sa.1 sa.2) _ ending_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_ending /r_ending /disc_ending /w_ending /entry_ending_float64; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition entry_ending_float32 (s a : bool) : R :=
  match s, a with
  | false, false => (5878371/524288)
  | false, true => (11176851/1048576)
  | true, false => (1/4)
  | true, true => (849981/65536)
  end.

Theorem table_ending_float32 Qs : is_Qstar w_ending P_ending r_ending disc_ending (1/4) Qs ->
  forall sa, Rabs (entry_ending_float32 sa.1 sa.2 - Qs sa) <= (1/65536).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_ending_float32 sa.1 sa.2) _ ending_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_ending /r_ending /disc_ending /w_ending /entry_ending_float32; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition P_masked (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (3/4)
  | false, false, true => (1/4)
  | false, true, false => (1/8)
  | false, true, true => (7/8)
  | true, false, false => (1/2)
  | true, false, true => (1/2)
  | true, true, false => (1/4)
  | true, true, true => (3/4)
  end.

Definition r_masked (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (-1/2)
  | true, false => (1/4)
  | true, true => (2)
  end.

Definition disc_masked (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (7/8)
  | false, false, true => (7/8)
  | false, true, false => (7/8)
  | false, true, true => (7/8)
  | true, false, false => (7/8)
  | true, false, true => (7/8)
  | true, true, false => (7/8)
  | true, true, true => (7/8)
  end.

Definition w_masked (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (1)
  | true, false => (0)
  | true, true => (1)
  end.

Lemma masked_ok : is_process w_masked P_masked disc_masked (7/8) (1/2).
Proof.
split; try lra.
- by move=> s; split=> [a|]; [|exists true]; rewrite /w_masked; [case: s; case: a|case: s]; lra.
- by move=> s a; split=> [t|]; rewrite ?sum_bool /P_masked; [case: s; case: a; case: t|case: s; case: a]; lra.
- by move=> s a t; rewrite /disc_masked; case: s; case: a; case: t; lra.
Qed.

Definition entry_masked_float64 (s a : bool) : R :=
  match s, a with
  | false, false => (6520784357455573/562949953421312)
  | false, true => (3078612831644815/281474976710656)
  | true, false => (3145459193387999/281474976710656)
  | true, true => (933553412456213/70368744177664)
  end.

Theorem table_masked_float64 Qs : is_Qstar w_masked P_masked r_masked disc_masked (1/2) Qs ->
  forall sa, Rabs (entry_masked_float64 sa.1 sa.2 - Qs sa) <= (1/35184372088832).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_masked_float64 sa.1 sa.2) _ masked_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_masked /r_masked /disc_masked /w_masked /entry_masked_float64; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition entry_masked_float32 (s a : bool) : R :=
  match s, a with
  | false, false => (12145903/1048576)
  | false, true => (2867181/262144)
  | true, false => (11717745/1048576)
  | true, true => (6955513/524288)
  end.

Theorem table_masked_float32 Qs : is_Qstar w_masked P_masked r_masked disc_masked (1/2) Qs ->
  forall sa, Rabs (entry_masked_float32 sa.1 sa.2 - Qs sa) <= (1/65536).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_masked_float32 sa.1 sa.2) _ masked_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_masked /r_masked /disc_masked /w_masked /entry_masked_float32; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition P_confident (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (3/4)
  | false, false, true => (1/4)
  | false, true, false => (1/8)
  | false, true, true => (7/8)
  | true, false, false => (1/2)
  | true, false, true => (1/2)
  | true, true, false => (1/4)
  | true, true, true => (3/4)
  end.

Definition r_confident (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (-1/2)
  | true, false => (1/4)
  | true, true => (2)
  end.

Definition disc_confident (s a t : bool) : R :=
  match s, a, t with
  | false, false, false => (7/8)
  | false, false, true => (7/8)
  | false, true, false => (7/8)
  | false, true, true => (7/8)
  | true, false, false => (0)
  | true, false, true => (0)
  | true, true, false => (7/8)
  | true, true, true => (7/8)
  end.

Definition w_confident (s a : bool) : R :=
  match s, a with
  | false, false => (1)
  | false, true => (1)
  | true, false => (1)
  | true, true => (1)
  end.

Lemma confident_ok : is_process w_confident P_confident disc_confident (7/8) (1/32).
Proof.
split; try lra.
- by move=> s; split=> [a|]; [|exists true]; rewrite /w_confident; [case: s; case: a|case: s]; lra.
- by move=> s a; split=> [t|]; rewrite ?sum_bool /P_confident; [case: s; case: a; case: t|case: s; case: a]; lra.
- by move=> s a t; rewrite /disc_confident; case: s; case: a; case: t; lra.
Qed.

Definition entry_confident_float64 (s a : bool) : R :=
  match s, a with
  | false, false => (6254999485624165/562949953421312)
  | false, true => (5957887009416077/562949953421312)
  | true, false => (1/4)
  | true, true => (1813949850546145/140737488355328)
  end.

Theorem table_confident_float64 Qs : is_Qstar w_confident P_confident r_confident disc_confident (1/32) Qs ->
  forall sa, Rabs (entry_confident_float64 sa.1 sa.2 - Qs sa) <= (1/35184372088832).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_confident_float64 sa.1 sa.2) _ confident_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_confident /r_confident /disc_confident /w_confident /entry_confident_float64; case: s; case: a => /=; interval with (i_prec 120).
Qed.

Definition entry_confident_float32 (s a : bool) : R :=
  match s, a with
  | false, false => (11650841/1048576)
  | false, true => (11097427/1048576)
  | true, false => (1/4)
  | true, true => (422343/32768)
  end.

Theorem table_confident_float32 Qs : is_Qstar w_confident P_confident r_confident disc_confident (1/32) Qs ->
  forall sa, Rabs (entry_confident_float32 sa.1 sa.2 - Qs sa) <= (1/65536).
Proof.
move=> Hs; apply: (certified _ _ _ _ _ _ (fun sa => entry_confident_float32 sa.1 sa.2) _ confident_ok _ _ _ Hs); first lra.
move=> [s a]; rewrite /optimality /backup /expect /value /soft_value /partition !sum_bool /soft_q_target /row.
by rewrite /P_confident /r_confident /disc_confident /w_confident /entry_confident_float32; case: s; case: a => /=; interval with (i_prec 120).
Qed.
