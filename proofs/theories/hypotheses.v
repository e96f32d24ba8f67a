(** * hypotheses: what a theorem asks for, read off its statement

    [met t] is a proposition computed from the type of the theorem [t]: that there are objects
    of every kind it speaks of, for which all of its hypotheses hold together.  A theorem with
    contradictory hypotheses has a [met] that is false; satisfied.v proves it for each theorem.
    The conclusion plays no part, except that hypotheses inside one of its conjuncts count too. *)
From mathcomp Require Import ssreflect ssrbool.

Ltac hypotheses statement :=
  lazymatch statement with
  | let x := ?v in @?B x => let b := eval cbv beta in (B v) in hypotheses b
  | ?P -> ?B =>
      let b := hypotheses B in
      lazymatch type of P with
      | Prop => constr:(P /\ b)
      | _ => constr:(exists _ : P, b)
      end
  | forall x : ?X, @?B x =>
      constr:(exists x : X, ltac:(let b := eval cbv beta in (B x) in let h := hypotheses b in exact h))
  | ?B /\ ?C => let b := hypotheses B in let c := hypotheses C in constr:(b /\ c)
  | _ => constr:(True)
  end.

Notation met t := ltac:(let statement := type of t in let h := hypotheses statement in exact h)
  (only parsing).
