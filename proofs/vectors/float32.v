(* Written by vectors/generate.py: outputs of softql in float32, as the exact rationals they are. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype.
From Interval Require Import Tactic.
From softql Require Import value.
From softql_vectors Require Import points.
Open Scope R_scope.

(* Rewrite with a closed form, look the row up, and let interval arithmetic of the given precision decide. *)
Tactic Notation "certify" constr(form) constr(ok) reference(row) constr(precision) :=
  rewrite form; [unfold row; rewrite /=; interval with (i_prec precision)|lra|exact: ok].

(* regime T *)
Definition row_000 := [:: (1, (6896205/16777216)); (1, (-7168119/16777216)); (1, (-8498093/33554432)); (1, (2979613/8388608)); (1, (1448197/1048576)); (1, (11593109/33554432))].
Lemma row_000_ok : is_weight (weights row_000). Proof. weigh. Qed.
Lemma value_000 : Rabs (row_value (348645/2097152) row_000 - (11595381/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (348645/2097152) row_000 (1448197/1048576)) row_000_ok row_000 62%positive. Qed.

Lemma log_policy_000_4 : Rabs (row_log_policy (348645/2097152) row_000 4 - (-7549457/1073741824)) <= (1/536870912).
Proof. certify (row_log_policy_shifted (348645/2097152) row_000 (1448197/1048576) 4) row_000_ok row_000 62%positive. Qed.

Lemma log_policy_000_5 : Rabs (row_log_policy (348645/2097152) row_000 5 - (-3269649/524288)) <= (1/524288).
Proof. certify (row_log_policy_shifted (348645/2097152) row_000 (1448197/1048576) 5) row_000_ok row_000 62%positive. Qed.

(* regime T *)
Definition row_001 := [:: (1, (1179693/1048576)); (1, (14544405/16777216)); (1, (9447597/16777216)); (1, (-4614337/2097152)); (1, (13591049/8388608)); (1, (9495189/16777216))].
Lemma row_001_ok : is_weight (weights row_001). Proof. weigh. Qed.
Lemma value_001 : Rabs (row_value (2965387/4194304) row_001 - (2314691/1048576)) <= (3/8388608).
Proof. certify (row_value_shifted (2965387/4194304) row_001 (13591049/8388608)) row_001_ok row_001 62%positive. Qed.

Lemma log_policy_001_4 : Rabs (row_log_policy (2965387/4194304) row_001 4 - (-6968113/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (2965387/4194304) row_001 (13591049/8388608) 4) row_001_ok row_001 62%positive. Qed.

Lemma log_policy_001_3 : Rabs (row_log_policy (2965387/4194304) row_001 3 - (-13074505/2097152)) <= (1/524288).
Proof. certify (row_log_policy_shifted (2965387/4194304) row_001 (13591049/8388608) 3) row_001_ok row_001 62%positive. Qed.

(* regime T *)
Definition row_002 := [:: (1, (-4819995/16777216)); (1, (15447867/8388608)); (1, (15078695/16777216)); (1, (16110669/8388608)); (1, (-13470031/33554432)); (1, (3401125/8388608))].
Lemma row_002_ok : is_weight (weights row_002). Proof. weigh. Qed.
Lemma value_002 : Rabs (row_value (12681389/16777216) row_002 - (10823565/4194304)) <= (3/8388608).
Proof. certify (row_value_shifted (12681389/16777216) row_002 (16110669/8388608)) row_002_ok row_002 62%positive. Qed.

Lemma log_policy_002_3 : Rabs (row_log_policy (12681389/16777216) row_002 3 - (-457789/524288)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (12681389/16777216) row_002 (16110669/8388608) 3) row_002_ok row_002 62%positive. Qed.

Lemma log_policy_002_2 : Rabs (row_log_policy (12681389/16777216) row_002 2 - (-1166519/524288)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (12681389/16777216) row_002 (16110669/8388608) 2) row_002_ok row_002 62%positive. Qed.

(* regime T *)
Definition row_003 := [:: (1, (-8290385/4194304)); (1, (855243/1048576)); (1, (-11612751/16777216)); (1, (-6288107/33554432)); (1, (-11935783/67108864)); (1, (-5373607/4194304))].
Lemma row_003_ok : is_weight (weights row_003). Proof. weigh. Qed.
Lemma value_003 : Rabs (row_value (10216993/1048576) row_003 - (8868517/524288)) <= (3/1048576).
Proof. certify (row_value_shifted (10216993/1048576) row_003 (855243/1048576)) row_003_ok row_003 62%positive. Qed.

Lemma log_policy_003_1 : Rabs (row_log_policy (10216993/1048576) row_003 1 - (-13860705/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10216993/1048576) row_003 (855243/1048576) 1) row_003_ok row_003 62%positive. Qed.

Lemma log_policy_003_2 : Rabs (row_log_policy (10216993/1048576) row_003 2 - (-7579405/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10216993/1048576) row_003 (855243/1048576) 2) row_003_ok row_003 62%positive. Qed.

(* regime T *)
Definition row_004 := [:: (1, (-4273083/4194304)); (1, (3510433/16777216)); (1, (-14295067/33554432)); (1, (-3282973/4194304)); (1, (-98861/131072)); (1, (15736167/536870912))].
Lemma row_004_ok : is_weight (weights row_004). Proof. weigh. Qed.
Lemma value_004 : Rabs (row_value (3531165/8388608) row_004 - (4414413/8388608)) <= (3/33554432).
Proof. certify (row_value_shifted (3531165/8388608) row_004 (3510433/16777216)) row_004_ok row_004 62%positive. Qed.

Lemma log_policy_004_1 : Rabs (row_log_policy (3531165/8388608) row_004 1 - (-6317167/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (3531165/8388608) row_004 (3510433/16777216) 1) row_004_ok row_004 62%positive. Qed.

Lemma log_policy_004_2 : Rabs (row_log_policy (3531165/8388608) row_004 2 - (-9488329/4194304)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (3531165/8388608) row_004 (3510433/16777216) 2) row_004_ok row_004 62%positive. Qed.

(* regime T *)
Definition row_005 := [:: (1, (-14456179/16777216)); (1, (-6985117/8388608)); (1, (-8706075/33554432)); (1, (-4139679/134217728)); (1, (2573631/4194304)); (1, (3152541/4194304))].
Lemma row_005_ok : is_weight (weights row_005). Proof. weigh. Qed.
Lemma value_005 : Rabs (row_value (16031701/16777216) row_005 - (949267/524288)) <= (3/16777216).
Proof. certify (row_value_shifted (16031701/16777216) row_005 (3152541/4194304)) row_005_ok row_005 62%positive. Qed.

Lemma log_policy_005_5 : Rabs (row_log_policy (16031701/16777216) row_005 5 - (-9296281/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (16031701/16777216) row_005 (3152541/4194304) 5) row_005_ok row_005 62%positive. Qed.

Lemma log_policy_005_0 : Rabs (row_log_policy (16031701/16777216) row_005 0 - (-5864695/2097152)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (16031701/16777216) row_005 (3152541/4194304) 0) row_005_ok row_005 62%positive. Qed.

(* regime T *)
Definition row_006 := [:: (1, (15744493/268435456)); (1, (-4694203/8388608)); (1, (-4198647/134217728)); (1, (7146039/33554432)); (1, (12621711/67108864)); (1, (-5477227/8388608))].
Lemma row_006_ok : is_weight (weights row_006). Proof. weigh. Qed.
Lemma value_006 : Rabs (row_value (6209087/8388608) row_006 - (10637989/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (6209087/8388608) row_006 (7146039/33554432)) row_006_ok row_006 62%positive. Qed.

Lemma log_policy_006_3 : Rabs (row_log_policy (6209087/8388608) row_006 3 - (-1494817/1048576)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (6209087/8388608) row_006 (7146039/33554432) 3) row_006_ok row_006 62%positive. Qed.

Lemma log_policy_006_0 : Rabs (row_log_policy (6209087/8388608) row_006 0 - (-13707425/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (6209087/8388608) row_006 (7146039/33554432) 0) row_006_ok row_006 62%positive. Qed.

(* regime T *)
Definition row_007 := [:: (1, (3039693/4194304)); (1, (-10782175/8388608)); (1, (3642493/4194304)); (1, (13740865/67108864)); (1, (-14336613/134217728)); (1, (-8357273/4194304))].
Lemma row_007_ok : is_weight (weights row_007). Proof. weigh. Qed.
Lemma value_007 : Rabs (row_value (3442813/2097152) row_007 - (3106067/1048576)) <= (3/8388608).
Proof. certify (row_value_shifted (3442813/2097152) row_007 (3642493/4194304)) row_007_ok row_007 62%positive. Qed.

Lemma log_policy_007_2 : Rabs (row_log_policy (3442813/2097152) row_007 2 - (-10698645/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (3442813/2097152) row_007 (3642493/4194304) 2) row_007_ok row_007 62%positive. Qed.

Lemma log_policy_007_0 : Rabs (row_log_policy (3442813/2097152) row_007 0 - (-11433023/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (3442813/2097152) row_007 (3642493/4194304) 0) row_007_ok row_007 62%positive. Qed.

(* regime T *)
Definition row_008 := [:: (1, (-12320753/8388608)); (1, (751207/8388608)); (1, (-5095303/8388608)); (1, (368745/524288)); (1, (-13341309/67108864)); (1, (16553651/536870912))].
Lemma row_008_ok : is_weight (weights row_008). Proof. weigh. Qed.
Lemma value_008 : Rabs (row_value (4661853/4194304) row_008 - (16189625/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (4661853/4194304) row_008 (368745/524288)) row_008_ok row_008 62%positive. Qed.

Lemma log_policy_008_3 : Rabs (row_log_policy (4661853/4194304) row_008 3 - (-2314431/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4661853/4194304) row_008 (368745/524288) 3) row_008_ok row_008 62%positive. Qed.

Lemma log_policy_008_0 : Rabs (row_log_policy (4661853/4194304) row_008 0 - (-3206375/1048576)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (4661853/4194304) row_008 (368745/524288) 0) row_008_ok row_008 62%positive. Qed.

(* regime T *)
Definition row_009 := [:: (1, (-720863/1048576)); (1, (-9237223/8388608)); (1, (-11016689/33554432)); (1, (3917259/4194304)); (1, (-9308315/67108864)); (1, (-8079231/8388608))].
Lemma row_009_ok : is_weight (weights row_009). Proof. weigh. Qed.
Lemma value_009 : Rabs (row_value (12492825/1048576) row_009 - (11002645/524288)) <= (3/1048576).
Proof. certify (row_value_shifted (12492825/1048576) row_009 (3917259/4194304)) row_009_ok row_009 62%positive. Qed.

Lemma log_policy_009_3 : Rabs (row_log_policy (12492825/1048576) row_009 3 - (-3529599/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (12492825/1048576) row_009 (3917259/4194304) 3) row_009_ok row_009 62%positive. Qed.

Lemma log_policy_009_5 : Rabs (row_log_policy (12492825/1048576) row_009 5 - (-15454105/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (12492825/1048576) row_009 (3917259/4194304) 5) row_009_ok row_009 62%positive. Qed.

(* regime D *)
Definition row_010 := [:: (1, (2985039/4194304)); (1, (9873985/33554432)); (1, (12380663/33554432)); (1, (2528505/2097152)); (1, (5502089/8388608)); (1, (-9332031/33554432))].
Lemma row_010_ok : is_weight (weights row_010). Proof. weigh. Qed.
Lemma value_010 : Rabs (row_value (11403671/268435456) row_010 - (1264253/1048576)) <= (3/16777216).
Proof. certify (row_value_shifted (11403671/268435456) row_010 (2528505/2097152)) row_010_ok row_010 62%positive. Qed.

Lemma log_policy_010_3 : Rabs (row_log_policy (11403671/268435456) row_010 3 - (-6217263/549755813888)) <= (1/274877906944).
Proof. certify (row_log_policy_shifted (11403671/268435456) row_010 (2528505/2097152) 3) row_010_ok row_010 70%positive. Qed.

Lemma log_policy_010_4 : Rabs (row_log_policy (11403671/268435456) row_010 4 - (-13570267/1048576)) <= (1/262144).
Proof. certify (row_log_policy_shifted (11403671/268435456) row_010 (2528505/2097152) 4) row_010_ok row_010 62%positive. Qed.

(* regime D *)
Definition row_011 := [:: (1, (-2463003/16384)); (1, (-9662457/8388608)); (1, (-12869013/131072)); (1, (-1920425/16384)); (1, (-5090331/131072)); (1, (-14904031/32768))].
Lemma row_011_ok : is_weight (weights row_011). Proof. weigh. Qed.
Lemma value_011 : Rabs (row_value (13611145/2097152) row_011 - (-9498877/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (13611145/2097152) row_011 (-9662457/8388608)) row_011_ok row_011 64%positive. Qed.

Lemma log_policy_011_1 : Rabs (row_log_policy (13611145/2097152) row_011 1 - (-12904309/4294967296)) <= (1/1073741824).
Proof. certify (row_log_policy_shifted (13611145/2097152) row_011 (-9662457/8388608) 1) row_011_ok row_011 62%positive. Qed.

Lemma log_policy_011_5 : Rabs (row_log_policy (13611145/2097152) row_011 5 - (-1145319/16384)) <= (1/32768).
Proof. certify (row_log_policy_shifted (13611145/2097152) row_011 (-9662457/8388608) 5) row_011_ok row_011 62%positive. Qed.

(* regime D *)
Definition row_012 := [:: (1, (-2679827/524288)); (1, (9958917/67108864)); (1, (-13999383/1048576)); (1, (-15501625/8388608)); (1, (-6653531/524288)); (1, (-2342623/262144))].
Lemma row_012_ok : is_weight (weights row_012). Proof. weigh. Qed.
Lemma value_012 : Rabs (row_value (690085/2097152) row_012 - (2502515/16777216)) <= (3/134217728).
Proof. certify (row_value_shifted (690085/2097152) row_012 (9958917/67108864)) row_012_ok row_012 62%positive. Qed.

Lemma log_policy_012_1 : Rabs (row_log_policy (690085/2097152) row_012 1 - (-2486745/1073741824)) <= (1/1073741824).
Proof. certify (row_log_policy_shifted (690085/2097152) row_012 (9958917/67108864) 1) row_012_ok row_012 62%positive. Qed.

Lemma log_policy_012_3 : Rabs (row_log_policy (690085/2097152) row_012 3 - (-397747/65536)) <= (1/524288).
Proof. certify (row_log_policy_shifted (690085/2097152) row_012 (9958917/67108864) 3) row_012_ok row_012 62%positive. Qed.

(* regime D *)
Definition row_013 := [:: (1, (-12160957/8388608)); (1, (-12323977/8388608)); (1, (-7566015/2097152)); (1, (-4009851/2097152)); (1, (-6088689/2097152)); (1, (-1176041/1048576))].
Lemma row_013_ok : is_weight (weights row_013). Proof. weigh. Qed.
Lemma value_013 : Rabs (row_value (6812179/67108864) row_013 - (-9348767/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (6812179/67108864) row_013 (-1176041/1048576)) row_013_ok row_013 62%positive. Qed.

Lemma log_policy_013_5 : Rabs (row_log_policy (6812179/67108864) row_013 5 - (-293375/4194304)) <= (1/33554432).
Proof. certify (row_log_policy_shifted (6812179/67108864) row_013 (-1176041/1048576) 5) row_013_ok row_013 62%positive. Qed.

Lemma log_policy_013_3 : Rabs (row_log_policy (6812179/67108864) row_013 3 - (-8238939/1048576)) <= (1/524288).
Proof. certify (row_log_policy_shifted (6812179/67108864) row_013 (-1176041/1048576) 3) row_013_ok row_013 62%positive. Qed.

(* regime D *)
Definition row_014 := [:: (1, (-9035823/8388608)); (1, (-12646743/4194304)); (1, (7363295/8388608)); (1, (8795959/16777216)); (1, (-2438669/1048576)); (1, (-2916275/2097152))].
Lemma row_014_ok : is_weight (weights row_014). Proof. weigh. Qed.
Lemma value_014 : Rabs (row_value (10944473/134217728) row_014 - (14744397/16777216)) <= (3/33554432).
Proof. certify (row_value_shifted (10944473/134217728) row_014 (7363295/8388608)) row_014_ok row_014 62%positive. Qed.

Lemma log_policy_014_2 : Rabs (row_log_policy (10944473/134217728) row_014 2 - (-13975707/1073741824)) <= (1/268435456).
Proof. certify (row_log_policy_shifted (10944473/134217728) row_014 (7363295/8388608) 2) row_014_ok row_014 62%positive. Qed.

Lemma log_policy_014_5 : Rabs (row_log_policy (10944473/134217728) row_014 5 - (-7295757/262144)) <= (1/131072).
Proof. certify (row_log_policy_shifted (10944473/134217728) row_014 (7363295/8388608) 5) row_014_ok row_014 62%positive. Qed.

(* regime D *)
Definition row_015 := [:: (1, (-6429053/2097152)); (1, (-5667217/4194304)); (1, (-14355035/4194304)); (1, (-15804559/4194304)); (1, (-14336011/8388608)); (1, (-5175225/1048576))].
Lemma row_015_ok : is_weight (weights row_015). Proof. weigh. Qed.
Lemma value_015 : Rabs (row_value (7848035/67108864) row_015 - (-11289469/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (7848035/67108864) row_015 (-5667217/4194304)) row_015_ok row_015 62%positive. Qed.

Lemma log_policy_015_1 : Rabs (row_log_policy (7848035/67108864) row_015 1 - (-6151953/134217728)) <= (1/67108864).
Proof. certify (row_log_policy_shifted (7848035/67108864) row_015 (-5667217/4194304) 1) row_015_ok row_015 62%positive. Qed.

Lemma log_policy_015_4 : Rabs (row_log_policy (7848035/67108864) row_015 4 - (-814097/262144)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (7848035/67108864) row_015 (-5667217/4194304) 4) row_015_ok row_015 62%positive. Qed.

(* regime D *)
Definition row_016 := [:: (1, (-8969703/4194304)); (1, (-1568347/131072)); (1, (-11001419/1048576)); (1, (-16139635/8388608)); (1, (-10100227/8388608)); (1, (3212397/1073741824))].
Lemma row_016_ok : is_weight (weights row_016). Proof. weigh. Qed.
Lemma value_016 : Rabs (row_value (1378217/4194304) row_016 - (13541387/1073741824)) <= (3/2147483648).
Proof. certify (row_value_shifted (1378217/4194304) row_016 (3212397/1073741824)) row_016_ok row_016 65%positive. Qed.

Lemma log_policy_016_5 : Rabs (row_log_policy (1378217/4194304) row_016 5 - (-15717019/536870912)) <= (1/134217728).
Proof. certify (row_log_policy_shifted (1378217/4194304) row_016 (3212397/1073741824) 5) row_016_ok row_016 62%positive. Qed.

Lemma log_policy_016_3 : Rabs (row_log_policy (1378217/4194304) row_016 3 - (-12359857/2097152)) <= (1/524288).
Proof. certify (row_log_policy_shifted (1378217/4194304) row_016 (3212397/1073741824) 3) row_016_ok row_016 62%positive. Qed.

(* regime D *)
Definition row_017 := [:: (1, (-9385939/2097152)); (1, (-1960285/1048576)); (1, (-14361499/4194304)); (1, (-15751325/8388608)); (1, (-13739443/8388608)); (1, (-12022953/4194304))].
Lemma row_017_ok : is_weight (weights row_017). Proof. weigh. Qed.
Lemma value_017 : Rabs (row_value (12480433/268435456) row_017 - (-6867277/4194304)) <= (3/16777216).
Proof. certify (row_value_shifted (12480433/268435456) row_017 (-13739443/8388608)) row_017_ok row_017 62%positive. Qed.

Lemma log_policy_017_4 : Rabs (row_log_policy (12480433/268435456) row_017 4 - (-13459881/1073741824)) <= (1/268435456).
Proof. certify (row_log_policy_shifted (12480433/268435456) row_017 (-13739443/8388608) 4) row_017_ok row_017 62%positive. Qed.

Lemma log_policy_017_2 : Rabs (row_log_policy (12480433/268435456) row_017 2 - (-1259293/32768)) <= (1/65536).
Proof. certify (row_log_policy_shifted (12480433/268435456) row_017 (-13739443/8388608) 2) row_017_ok row_017 62%positive. Qed.

(* regime D *)
Definition row_018 := [:: (1, (1574311/8388608)); (1, (7714729/16777216)); (1, (8283215/16777216)); (1, (7604639/67108864)); (1, (3761199/4194304)); (1, (909325/2097152))].
Lemma row_018_ok : is_weight (weights row_018). Proof. weigh. Qed.
Lemma value_018 : Rabs (row_value (3348779/134217728) row_018 - (3761199/4194304)) <= (3/33554432).
Proof. certify (row_value_shifted (3348779/134217728) row_018 (3761199/4194304)) row_018_ok row_018 62%positive. Qed.

Lemma log_policy_018_4 : Rabs (row_log_policy (3348779/134217728) row_018 4 - (-4577077/35184372088832)) <= (1/17592186044416).
Proof. certify (row_log_policy_shifted (3348779/134217728) row_018 (3761199/4194304) 4) row_018_ok row_018 76%positive. Qed.

Lemma log_policy_018_2 : Rabs (row_log_policy (3348779/134217728) row_018 2 - (-2117199/131072)) <= (1/131072).
Proof. certify (row_log_policy_shifted (3348779/134217728) row_018 (3761199/4194304) 2) row_018_ok row_018 62%positive. Qed.

(* regime D *)
Definition row_019 := [:: (1, (6817413/16777216)); (1, (-13576985/32768)); (1, (-4580593/131072)); (1, (-16136883/32768)); (1, (-8430095/262144)); (1, (-15795453/32768))].
Lemma row_019_ok : is_weight (weights row_019). Proof. weigh. Qed.
Lemma value_019 : Rabs (row_value (1705423/262144) row_019 - (8018491/16777216)) <= (3/67108864).
Proof. certify (row_value_shifted (1705423/262144) row_019 (6817413/16777216)) row_019_ok row_019 66%positive. Qed.

Lemma log_policy_019_0 : Rabs (row_log_policy (1705423/262144) row_019 0 - (-5907843/536870912)) <= (1/268435456).
Proof. certify (row_log_policy_shifted (1705423/262144) row_019 (6817413/16777216) 0) row_019_ok row_019 62%positive. Qed.

Lemma log_policy_019_5 : Rabs (row_log_policy (1705423/262144) row_019 5 - (-1215179/16384)) <= (1/32768).
Proof. certify (row_log_policy_shifted (1705423/262144) row_019 (6817413/16777216) 5) row_019_ok row_019 62%positive. Qed.

(* regime U *)
Definition row_020 := [:: (1, (-8459133/2199023255552)); (1, (14289371/8796093022208)); (1, (2526039/274877906944)); (1, (-4658737/549755813888)); (1, (-10610663/1099511627776)); (1, (-8392953/549755813888))].
Lemma row_020_ok : is_weight (weights row_020). Proof. weigh. Qed.
Lemma value_020 : Rabs (row_value (13360331/524288) row_020 - (11969249/262144)) <= (3/524288).
Proof. certify (row_value_shifted (13360331/524288) row_020 (2526039/274877906944)) row_020_ok row_020 62%positive. Qed.

Lemma log_policy_020_2 : Rabs (row_log_policy (13360331/524288) row_020 2 - (-3757591/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (13360331/524288) row_020 (2526039/274877906944) 2) row_020_ok row_020 62%positive. Qed.

Lemma log_policy_020_1 : Rabs (row_log_policy (13360331/524288) row_020 1 - (-7515183/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (13360331/524288) row_020 (2526039/274877906944) 1) row_020_ok row_020 62%positive. Qed.

(* regime U *)
Definition row_021 := [:: (1, (1026091/68719476736)); (1, (8978723/137438953472)); (1, (6940519/137438953472)); (1, (-9598783/137438953472)); (1, (15571189/549755813888)); (1, (2331183/34359738368))].
Lemma row_021_ok : is_weight (weights row_021). Proof. weigh. Qed.
Lemma value_021 : Rabs (row_value (2662351/8388608) row_021 - (298157/524288)) <= (3/33554432).
Proof. certify (row_value_shifted (2662351/8388608) row_021 (2331183/34359738368)) row_021_ok row_021 62%positive. Qed.

Lemma log_policy_021_5 : Rabs (row_log_policy (2662351/8388608) row_021 5 - (-7514633/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2662351/8388608) row_021 (2331183/34359738368) 5) row_021_ok row_021 62%positive. Qed.

Lemma log_policy_021_4 : Rabs (row_log_policy (2662351/8388608) row_021 4 - (-15030311/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2662351/8388608) row_021 (2331183/34359738368) 4) row_021_ok row_021 62%positive. Qed.

(* regime U *)
Definition row_022 := [:: (1, (12356715/524288)); (1, (3750713/524288)); (1, (4772113/131072)); (1, (1284883/2097152)); (1, (-9173363/2097152)); (1, (-2874309/262144))].
Lemma row_022_ok : is_weight (weights row_022). Proof. weigh. Qed.
Lemma value_022 : Rabs (row_value (14276993/2048) row_022 - (1599929/128)) <= (3/2048).
Proof. certify (row_value_shifted (14276993/2048) row_022 (4772113/131072)) row_022_ok row_022 62%positive. Qed.

Lemma log_policy_022_2 : Rabs (row_log_policy (14276993/2048) row_022 2 - (-7498545/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (14276993/2048) row_022 (4772113/131072) 2) row_022_ok row_022 62%positive. Qed.

Lemma log_policy_022_4 : Rabs (row_log_policy (14276993/2048) row_022 4 - (-15046165/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (14276993/2048) row_022 (4772113/131072) 4) row_022_ok row_022 62%positive. Qed.

(* regime U *)
Definition row_023 := [:: (1, (-14139307/134217728)); (1, (15074651/536870912)); (1, (4036907/67108864)); (1, (7102649/134217728)); (1, (-5990003/33554432)); (1, (5416809/67108864))].
Lemma row_023_ok : is_weight (weights row_023). Proof. weigh. Qed.
Lemma value_023 : Rabs (row_value (11842417/65536) row_023 - (2652261/8192)) <= (3/65536).
Proof. certify (row_value_shifted (11842417/65536) row_023 (5416809/67108864)) row_023_ok row_023 62%positive. Qed.

Lemma log_policy_023_5 : Rabs (row_log_policy (11842417/65536) row_023 5 - (-15026143/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11842417/65536) row_023 (5416809/67108864) 5) row_023_ok row_023 62%positive. Qed.

Lemma log_policy_023_0 : Rabs (row_log_policy (11842417/65536) row_023 0 - (-15034781/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11842417/65536) row_023 (5416809/67108864) 0) row_023_ok row_023 62%positive. Qed.

(* regime U *)
Definition row_024 := [:: (1, (1231611/8388608)); (1, (4183073/16777216)); (1, (-12174261/16777216)); (1, (-14028017/33554432)); (1, (4389783/67108864)); (1, (950455/1048576))].
Lemma row_024_ok : is_weight (weights row_024). Proof. weigh. Qed.
Lemma value_024 : Rabs (row_value (315191/2048) row_024 - (9037197/32768)) <= (3/65536).
Proof. certify (row_value_shifted (315191/2048) row_024 (950455/1048576)) row_024_ok row_024 62%positive. Qed.

Lemma log_policy_024_5 : Rabs (row_log_policy (315191/2048) row_024 5 - (-14983047/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (315191/2048) row_024 (950455/1048576) 5) row_024_ok row_024 62%positive. Qed.

Lemma log_policy_024_1 : Rabs (row_log_policy (315191/2048) row_024 1 - (-15018863/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (315191/2048) row_024 (950455/1048576) 1) row_024_ok row_024 62%positive. Qed.

(* regime U *)
Definition row_025 := [:: (1, (7256837/2147483648)); (1, (-11960827/8589934592)); (1, (5049561/8589934592)); (1, (-9357943/8589934592)); (1, (-1426633/268435456)); (1, (3215813/536870912))].
Lemma row_025_ok : is_weight (weights row_025). Proof. weigh. Qed.
Lemma value_025 : Rabs (row_value (2415259/2097152) row_025 - (2164165/1048576)) <= (3/8388608).
Proof. certify (row_value_shifted (2415259/2097152) row_025 (3215813/536870912)) row_025_ok row_025 62%positive. Qed.

Lemma log_policy_025_5 : Rabs (row_log_policy (2415259/2097152) row_025 5 - (-14989403/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2415259/2097152) row_025 (3215813/536870912) 5) row_025_ok row_025 62%positive. Qed.

Lemma log_policy_025_4 : Rabs (row_log_policy (2415259/2097152) row_025 4 - (-15071743/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2415259/2097152) row_025 (3215813/536870912) 4) row_025_ok row_025 62%positive. Qed.

(* regime U *)
Definition row_026 := [:: (1, (-14396461/2147483648)); (1, (151857/16777216)); (1, (-10559625/1073741824)); (1, (-7108199/268435456)); (1, (16442739/1073741824)); (1, (5073111/268435456))].
Lemma row_026_ok : is_weight (weights row_026). Proof. weigh. Qed.
Lemma value_026 : Rabs (row_value (2519255/524288) row_026 - (2256967/262144)) <= (3/2097152).
Proof. certify (row_value_shifted (2519255/524288) row_026 (5073111/268435456)) row_026_ok row_026 62%positive. Qed.

Lemma log_policy_026_5 : Rabs (row_log_policy (2519255/524288) row_026 5 - (-3749373/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2519255/524288) row_026 (5073111/268435456) 5) row_026_ok row_026 62%positive. Qed.

Lemma log_policy_026_2 : Rabs (row_log_policy (2519255/524288) row_026 2 - (-7523827/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2519255/524288) row_026 (5073111/268435456) 2) row_026_ok row_026 62%positive. Qed.

(* regime U *)
Definition row_027 := [:: (1, (3050135/16777216)); (1, (-6620177/8388608)); (1, (16459327/268435456)); (1, (-13594187/134217728)); (1, (-6990525/33554432)); (1, (-6521515/33554432))].
Lemma row_027_ok : is_weight (weights row_027). Proof. weigh. Qed.
Lemma value_027 : Rabs (row_value (4694601/65536) row_027 - (4200085/32768)) <= (3/131072).
Proof. certify (row_value_shifted (4694601/65536) row_027 (3050135/16777216)) row_027_ok row_027 62%positive. Qed.

Lemma log_policy_027_0 : Rabs (row_log_policy (4694601/65536) row_027 0 - (-14988661/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4694601/65536) row_027 (3050135/16777216) 0) row_027_ok row_027 62%positive. Qed.

Lemma log_policy_027_1 : Rabs (row_log_policy (4694601/65536) row_027 1 - (-471949/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4694601/65536) row_027 (3050135/16777216) 1) row_027_ok row_027 62%positive. Qed.

(* regime U *)
Definition row_028 := [:: (1, (2113843/33554432)); (1, (-12040509/268435456)); (1, (11992999/67108864)); (1, (15460973/536870912)); (1, (-5880667/268435456)); (1, (-2914889/268435456))].
Lemma row_028_ok : is_weight (weights row_028). Proof. weigh. Qed.
Lemma value_028 : Rabs (row_value (10765281/4096) row_028 - (9644463/2048)) <= (3/4096).
Proof. certify (row_value_shifted (10765281/4096) row_028 (11992999/67108864)) row_028_ok row_028 62%positive. Qed.

Lemma log_policy_028_2 : Rabs (row_log_policy (10765281/4096) row_028 2 - (-3757475/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10765281/4096) row_028 (11992999/67108864) 2) row_028_ok row_028 62%positive. Qed.

Lemma log_policy_028_4 : Rabs (row_log_policy (10765281/4096) row_028 4 - (-3757635/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10765281/4096) row_028 (11992999/67108864) 4) row_028_ok row_028 62%positive. Qed.

(* regime U *)
Definition row_029 := [:: (1, (9383475/17179869184)); (1, (2297133/17179869184)); (1, (15607679/274877906944)); (1, (-15677707/8589934592)); (1, (1213147/2147483648)); (1, (7648265/8589934592))].
Lemma row_029_ok : is_weight (weights row_029). Proof. weigh. Qed.
Lemma value_029 : Rabs (row_value (10012047/16384) row_029 - (8969591/8192)) <= (3/16384).
Proof. certify (row_value_shifted (10012047/16384) row_029 (7648265/8589934592)) row_029_ok row_029 62%positive. Qed.

Lemma log_policy_029_5 : Rabs (row_log_policy (10012047/16384) row_029 5 - (-3757589/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10012047/16384) row_029 (7648265/8589934592) 5) row_029_ok row_029 62%positive. Qed.

Lemma log_policy_029_3 : Rabs (row_log_policy (10012047/16384) row_029 3 - (-15030393/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10012047/16384) row_029 (7648265/8589934592) 3) row_029_ok row_029 62%positive. Qed.

(* regime O *)
Definition row_030 := [:: (1, (-8497465/2048)); (1, (-1061549/256)); (1, (-2121937/512)); (1, (-4249821/1024)); (1, (-2121005/512)); (1, (-8500683/2048))].
Lemma row_030_ok : is_weight (weights row_030). Proof. weigh. Qed.
Lemma value_030 : Rabs (row_value (864671/4194304) row_030 - (-2121005/512)) <= (3/4096).
Proof. certify (row_value_shifted (864671/4194304) row_030 (-2121005/512)) row_030_ok row_030 62%positive. Qed.

Lemma log_policy_030_4 : Rabs (row_log_policy (864671/4194304) row_030 4 - (-10052771/68719476736)) <= (1/17179869184).
Proof. certify (row_log_policy_shifted (864671/4194304) row_030 (-2121005/512) 4) row_030_ok row_030 66%positive. Qed.

Lemma log_policy_030_5 : Rabs (row_log_policy (864671/4194304) row_030 5 - (-10346031/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (864671/4194304) row_030 (-2121005/512) 5) row_030_ok row_030 63%positive. Qed.

(* regime O *)
Definition row_031 := [:: (1, (14846657/4)); (1, (14846631/4)); (1, (14846653/4)); (1, (3711659)); (1, (3711661)); (1, (7423329/2))].
Lemma row_031_ok : is_weight (weights row_031). Proof. weigh. Qed.
Lemma value_031 : Rabs (row_value (11235757/33554432) row_031 - (14846659/4)) <= (3/8).
Proof. certify (row_value_shifted (11235757/33554432) row_031 (7423329/2)) row_031_ok row_031 62%positive. Qed.

Lemma log_policy_031_5 : Rabs (row_log_policy (11235757/33554432) row_031 5 - (-6779359/16777216)) <= (1/8388608).
Proof. certify (row_log_policy_shifted (11235757/33554432) row_031 (7423329/2) 5) row_031_ok row_031 62%positive. Qed.

Lemma log_policy_031_0 : Rabs (row_log_policy (11235757/33554432) row_031 0 - (-75411/65536)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11235757/33554432) row_031 (7423329/2) 0) row_031_ok row_031 77%positive. Qed.

(* regime O *)
Definition row_032 := [:: (1, (9107773/32)); (1, (4554015/16)); (1, (9107963/32)); (1, (9107777/32)); (1, (2276989/8)); (1, (4553937/16))].
Lemma row_032_ok : is_weight (weights row_032). Proof. weigh. Qed.
Lemma value_032 : Rabs (row_value (3814763/1048576) row_032 - (2277035/8)) <= (3/64).
Proof. certify (row_value_shifted (3814763/1048576) row_032 (4554015/16)) row_032_ok row_032 62%positive. Qed.

Lemma log_policy_032_1 : Rabs (row_log_policy (3814763/1048576) row_032 1 - (-7942927/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (3814763/1048576) row_032 (4554015/16) 1) row_032_ok row_032 62%positive. Qed.

Lemma log_policy_032_0 : Rabs (row_log_policy (3814763/1048576) row_032 0 - (-826919/262144)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (3814763/1048576) row_032 (4554015/16) 0) row_032_ok row_032 69%positive. Qed.

(* regime O *)
Definition row_033 := [:: (1, (13172981/4096)); (1, (3289349/1024)); (1, (13165917/4096)); (1, (13188459/4096)); (1, (6577539/2048)); (1, (1647351/512))].
Lemma row_033_ok : is_weight (weights row_033). Proof. weigh. Qed.
Lemma value_033 : Rabs (row_value (10403053/33554432) row_033 - (3297115/1024)) <= (3/8192).
Proof. certify (row_value_shifted (10403053/33554432) row_033 (13188459/4096)) row_033_ok row_033 62%positive. Qed.

Lemma log_policy_033_3 : Rabs (row_log_policy (10403053/33554432) row_033 3 - (-4342547/8589934592)) <= (1/4294967296).
Proof. certify (row_log_policy_shifted (10403053/33554432) row_033 (13188459/4096) 3) row_033_ok row_033 64%positive. Qed.

Lemma log_policy_033_5 : Rabs (row_log_policy (10403053/33554432) row_033 5 - (-7969485/1048576)) <= (1/524288).
Proof. certify (row_log_policy_shifted (10403053/33554432) row_033 (13188459/4096) 5) row_033_ok row_033 65%positive. Qed.

(* regime O *)
Definition row_034 := [:: (1, (-2355215/64)); (1, (-9420351/256)); (1, (-9419729/256)); (1, (-1177693/32)); (1, (-9419777/256)); (1, (-4710435/128))].
Lemma row_034_ok : is_weight (weights row_034). Proof. weigh. Qed.
Lemma value_034 : Rabs (row_value (10942523/33554432) row_034 - (-2354923/64)) <= (3/512).
Proof. certify (row_value_shifted (10942523/33554432) row_034 (-9419729/256)) row_034_ok row_034 62%positive. Qed.

Lemma log_policy_034_2 : Rabs (row_log_policy (10942523/33554432) row_034 2 - (-14992385/33554432)) <= (1/8388608).
Proof. certify (row_log_policy_shifted (10942523/33554432) row_034 (-9419729/256) 2) row_034_ok row_034 62%positive. Qed.

Lemma log_policy_034_0 : Rabs (row_log_policy (10942523/33554432) row_034 0 - (-14673961/1048576)) <= (1/262144).
Proof. certify (row_log_policy_shifted (10942523/33554432) row_034 (-9419729/256) 0) row_034_ok row_034 67%positive. Qed.

(* regime O *)
Definition row_035 := [:: (1, (4013111/2048)); (1, (8016919/4096)); (1, (16047005/8192)); (1, (16039465/8192)); (1, (8052049/4096)); (1, (4007693/2048))].
Lemma row_035_ok : is_weight (weights row_035). Proof. weigh. Qed.
Lemma value_035 : Rabs (row_value (12926843/33554432) row_035 - (8052049/4096)) <= (3/16384).
Proof. certify (row_value_shifted (12926843/33554432) row_035 (8052049/4096)) row_035_ok row_035 62%positive. Qed.

Lemma log_policy_035_4 : Rabs (row_log_policy (12926843/33554432) row_035 4 - (-821929/8796093022208)) <= (1/35184372088832).
Proof. certify (row_log_policy_shifted (12926843/33554432) row_035 (8052049/4096) 4) row_035_ok row_035 77%positive. Qed.

Lemma log_policy_035_2 : Rabs (row_log_policy (12926843/33554432) row_035 2 - (-9484627/524288)) <= (1/131072).
Proof. certify (row_log_policy_shifted (12926843/33554432) row_035 (8052049/4096) 2) row_035_ok row_035 62%positive. Qed.

(* regime O *)
Definition row_036 := [:: (1, (15257623/128)); (1, (15257681/128)); (1, (15258077/128)); (1, (15257603/128)); (1, (15258113/128)); (1, (7628749/64))].
Lemma row_036_ok : is_weight (weights row_036). Proof. weigh. Qed.
Lemma value_036 : Rabs (row_value (9064841/8388608) row_036 - (1907275/16)) <= (3/256).
Proof. certify (row_value_shifted (9064841/8388608) row_036 (15258113/128)) row_036_ok row_036 62%positive. Qed.

Lemma log_policy_036_4 : Rabs (row_log_policy (9064841/8388608) row_036 4 - (-10596019/16777216)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (9064841/8388608) row_036 (15258113/128) 4) row_036_ok row_036 62%positive. Qed.

Lemma log_policy_036_0 : Rabs (row_log_policy (9064841/8388608) row_036 0 - (-8753765/2097152)) <= (1/524288).
Proof. certify (row_log_policy_shifted (9064841/8388608) row_036 (15258113/128) 0) row_036_ok row_036 68%positive. Qed.

(* regime O *)
Definition row_037 := [:: (1, (-9967513/64)); (1, (-4983771/32)); (1, (-4983817/32)); (1, (-4983717/32)); (1, (-9967511/64)); (1, (-9967763/64))].
Lemma row_037_ok : is_weight (weights row_037). Proof. weigh. Qed.
Lemma value_037 : Rabs (row_value (5990147/1048576) row_037 - (-9966897/64)) <= (3/128).
Proof. certify (row_value_shifted (5990147/1048576) row_037 (-4983717/32)) row_037_ok row_037 62%positive. Qed.

Lemma log_policy_037_3 : Rabs (row_log_policy (5990147/1048576) row_037 3 - (-12323641/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (5990147/1048576) row_037 (-4983717/32) 3) row_037_ok row_037 62%positive. Qed.

Lemma log_policy_037_1 : Rabs (row_log_policy (5990147/1048576) row_037 1 - (-3700403/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (5990147/1048576) row_037 (-4983717/32) 1) row_037_ok row_037 68%positive. Qed.

(* regime O *)
Definition row_038 := [:: (1, (-7613959/512)); (1, (-15230215/1024)); (1, (-15226185/1024)); (1, (-7614557/512)); (1, (-15230661/1024)); (1, (-15229871/1024))].
Lemma row_038_ok : is_weight (weights row_038). Proof. weigh. Qed.
Lemma value_038 : Rabs (row_value (1361391/4194304) row_038 - (-15226183/1024)) <= (3/2048).
Proof. certify (row_value_shifted (1361391/4194304) row_038 (-15226185/1024)) row_038_ok row_038 62%positive. Qed.

Lemma log_policy_038_2 : Rabs (row_log_policy (1361391/4194304) row_038 2 - (-1501859/268435456)) <= (1/536870912).
Proof. certify (row_log_policy_shifted (1361391/4194304) row_038 (-15226185/1024) 2) row_038_ok row_038 62%positive. Qed.

Lemma log_policy_038_3 : Rabs (row_log_policy (1361391/4194304) row_038 3 - (-4623193/524288)) <= (1/262144).
Proof. certify (row_log_policy_shifted (1361391/4194304) row_038 (-15226185/1024) 3) row_038_ok row_038 66%positive. Qed.

(* regime O *)
Definition row_039 := [:: (1, (-13096375/2048)); (1, (-3273609/512)); (1, (-13094587/2048)); (1, (-6546501/1024)); (1, (-6548949/1024)); (1, (-13082217/2048))].
Lemma row_039_ok : is_weight (weights row_039). Proof. weigh. Qed.
Lemma value_039 : Rabs (row_value (7558497/1048576) row_039 - (-13065609/2048)) <= (3/4096).
Proof. certify (row_value_shifted (7558497/1048576) row_039 (-13082217/2048)) row_039_ok row_039 62%positive. Qed.

Lemma log_policy_039_5 : Rabs (row_log_policy (7558497/1048576) row_039 5 - (-4718647/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7558497/1048576) row_039 (-13082217/2048) 5) row_039_ok row_039 62%positive. Qed.

Lemma log_policy_039_2 : Rabs (row_log_policy (7558497/1048576) row_039 2 - (-128643/65536)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7558497/1048576) row_039 (-13082217/2048) 2) row_039_ok row_039 63%positive. Qed.

(* regime E *)
Definition row_040 := [:: (1, (8796677/137438953472)); (1, (-14803243/2199023255552)); (1, (14403281/68719476736)); (1, (1427353/34359738368)); (1, (8858273/34359738368)); (1, (-1824115/8589934592))].
Lemma row_040_ok : is_weight (weights row_040). Proof. weigh. Qed.
Lemma value_040 : Rabs (row_value (13448673/1024) row_040 - (6024197/256)) <= (3/1024).
Proof. certify (row_value_shifted (13448673/1024) row_040 (8858273/34359738368)) row_040_ok row_040 62%positive. Qed.

Lemma log_policy_040_4 : Rabs (row_log_policy (13448673/1024) row_040 4 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (13448673/1024) row_040 (8858273/34359738368) 4) row_040_ok row_040 62%positive. Qed.

Lemma log_policy_040_2 : Rabs (row_log_policy (13448673/1024) row_040 2 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (13448673/1024) row_040 (8858273/34359738368) 2) row_040_ok row_040 62%positive. Qed.

(* regime E *)
Definition row_041 := [:: (1, (1022715/268435456)); (1, (753479/16777216)); (1, (-526695/33554432)); (1, (13989725/536870912)); (1, (13831543/4294967296)); (1, (7036753/8589934592))].
Lemma row_041_ok : is_weight (weights row_041). Proof. weigh. Qed.
Lemma value_041 : Rabs (row_value (6071321/536870912) row_041 - (6384889/134217728)) <= (3/536870912).
Proof. certify (row_value_shifted (6071321/536870912) row_041 (753479/16777216)) row_041_ok row_041 62%positive. Qed.

Lemma log_policy_041_1 : Rabs (row_log_policy (6071321/536870912) row_041 1 - (-7893403/33554432)) <= (1/16777216).
Proof. certify (row_log_policy_shifted (6071321/536870912) row_041 (753479/16777216) 1) row_041_ok row_041 62%positive. Qed.

Lemma log_policy_041_0 : Rabs (row_log_policy (6071321/536870912) row_041 0 - (-16230653/4194304)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (6071321/536870912) row_041 (753479/16777216) 0) row_041_ok row_041 62%positive. Qed.

(* regime E *)
Definition row_042 := [:: (1, (8700491/32768)); (1, (-5776911/65536)); (1, (-6345711/262144)); (1, (7498925/65536)); (1, (14577709/524288)); (1, (-12336935/262144))].
Lemma row_042_ok : is_weight (weights row_042). Proof. weigh. Qed.
Lemma value_042 : Rabs (row_value (13411431/512) row_042 - (12025693/256)) <= (3/512).
Proof. certify (row_value_shifted (13411431/512) row_042 (8700491/32768)) row_042_ok row_042 62%positive. Qed.

Lemma log_policy_042_0 : Rabs (row_log_policy (13411431/512) row_042 0 - (-14958677/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (13411431/512) row_042 (8700491/32768) 0) row_042_ok row_042 62%positive. Qed.

Lemma log_policy_042_1 : Rabs (row_log_policy (13411431/512) row_042 1 - (-7535969/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (13411431/512) row_042 (8700491/32768) 1) row_042_ok row_042 62%positive. Qed.

(* regime E *)
Definition row_043 := [:: (1, (-4795675/2251799813685248)); (1, (-762585/281474976710656)); (1, (-1638431/70368744177664)); (1, (-14836685/1125899906842624)); (1, (-9208143/140737488355328)); (1, (-9302837/140737488355328))].
Lemma row_043_ok : is_weight (weights row_043). Proof. weigh. Qed.
Lemma value_043 : Rabs (row_value (9704757/32768) row_043 - (8694295/16384)) <= (3/32768).
Proof. certify (row_value_shifted (9704757/32768) row_043 (-4795675/2251799813685248)) row_043_ok row_043 62%positive. Qed.

Lemma log_policy_043_0 : Rabs (row_log_policy (9704757/32768) row_043 0 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (9704757/32768) row_043 (-4795675/2251799813685248) 0) row_043_ok row_043 62%positive. Qed.

Lemma log_policy_043_1 : Rabs (row_log_policy (9704757/32768) row_043 1 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (9704757/32768) row_043 (-4795675/2251799813685248) 1) row_043_ok row_043 62%positive. Qed.

(* regime E *)
Definition row_044 := [:: (1, (-12033731/33554432)); (1, (-5398707/67108864)); (1, (10432637/268435456)); (1, (9019023/134217728)); (1, (-10290277/268435456)); (1, (10787833/67108864))].
Lemma row_044_ok : is_weight (weights row_044). Proof. weigh. Qed.
Lemma value_044 : Rabs (row_value (14207699/4) row_044 - (6364195)) <= (3/4).
Proof. certify (row_value_shifted (14207699/4) row_044 (10787833/67108864)) row_044_ok row_044 62%positive. Qed.

Lemma log_policy_044_5 : Rabs (row_log_policy (14207699/4) row_044 5 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (14207699/4) row_044 (10787833/67108864) 5) row_044_ok row_044 62%positive. Qed.

Lemma log_policy_044_0 : Rabs (row_log_policy (14207699/4) row_044 0 - (-15030369/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (14207699/4) row_044 (10787833/67108864) 0) row_044_ok row_044 62%positive. Qed.

(* regime E *)
Definition row_045 := [:: (1, (-675519/8)); (1, (701625/8)); (1, (-737027/32)); (1, (10079487/64)); (1, (-1576629/32)); (1, (-12181323/1024))].
Lemma row_045_ok : is_weight (weights row_045). Proof. weigh. Qed.
Lemma value_045 : Rabs (row_value (5666665/128) row_045 - (5366091/32)) <= (3/128).
Proof. certify (row_value_shifted (5666665/128) row_045 (10079487/64)) row_045_ok row_045 62%positive. Qed.

Lemma log_policy_045_3 : Rabs (row_log_policy (5666665/128) row_045 3 - (-15459405/67108864)) <= (1/16777216).
Proof. certify (row_log_policy_shifted (5666665/128) row_045 (10079487/64) 3) row_045_ok row_045 62%positive. Qed.

Lemma log_policy_045_4 : Rabs (row_log_policy (5666665/128) row_045 4 - (-10277607/2097152)) <= (1/524288).
Proof. certify (row_log_policy_shifted (5666665/128) row_045 (10079487/64) 4) row_045_ok row_045 62%positive. Qed.

(* regime E *)
Definition row_046 := [:: (1, (6197785/549755813888)); (1, (7836229/274877906944)); (1, (-10485269/549755813888)); (1, (2150305/274877906944)); (1, (-911425/17179869184)); (1, (-2151397/137438953472))].
Lemma row_046_ok : is_weight (weights row_046). Proof. weigh. Qed.
Lemma value_046 : Rabs (row_value (11601859/4096) row_046 - (5196935/1024)) <= (3/4096).
Proof. certify (row_value_shifted (11601859/4096) row_046 (7836229/274877906944)) row_046_ok row_046 62%positive. Qed.

Lemma log_policy_046_1 : Rabs (row_log_policy (11601859/4096) row_046 1 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11601859/4096) row_046 (7836229/274877906944) 1) row_046_ok row_046 62%positive. Qed.

Lemma log_policy_046_3 : Rabs (row_log_policy (11601859/4096) row_046 3 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11601859/4096) row_046 (7836229/274877906944) 3) row_046_ok row_046 62%positive. Qed.

(* regime E *)
Definition row_047 := [:: (1, (-4203233/67108864)); (1, (-8785211/67108864)); (1, (-5382573/16777216)); (1, (-14505515/16777216)); (1, (2138515/268435456)); (1, (14797023/67108864))].
Lemma row_047_ok : is_weight (weights row_047). Proof. weigh. Qed.
Lemma value_047 : Rabs (row_value (12964173/128) row_047 - (1451791/8)) <= (3/128).
Proof. certify (row_value_shifted (12964173/128) row_047 (14797023/67108864)) row_047_ok row_047 62%positive. Qed.

Lemma log_policy_047_5 : Rabs (row_log_policy (12964173/128) row_047 5 - (-7515167/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (12964173/128) row_047 (14797023/67108864) 5) row_047_ok row_047 62%positive. Qed.

Lemma log_policy_047_3 : Rabs (row_log_policy (12964173/128) row_047 3 - (-1878803/1048576)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (12964173/128) row_047 (14797023/67108864) 3) row_047_ok row_047 62%positive. Qed.

(* regime E *)
Definition row_048 := [:: (1, (15095507/4398046511104)); (1, (5186607/274877906944)); (1, (-4618023/1099511627776)); (1, (10282157/549755813888)); (1, (-12494957/17592186044416)); (1, (9297745/549755813888))].
Lemma row_048_ok : is_weight (weights row_048). Proof. weigh. Qed.
Lemma value_048 : Rabs (row_value (7946975/64) row_048 - (3559767/16)) <= (3/128).
Proof. certify (row_value_shifted (7946975/64) row_048 (5186607/274877906944)) row_048_ok row_048 62%positive. Qed.

Lemma log_policy_048_1 : Rabs (row_log_policy (7946975/64) row_048 1 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7946975/64) row_048 (5186607/274877906944) 1) row_048_ok row_048 62%positive. Qed.

Lemma log_policy_048_2 : Rabs (row_log_policy (7946975/64) row_048 2 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7946975/64) row_048 (5186607/274877906944) 2) row_048_ok row_048 62%positive. Qed.

(* regime E *)
Definition row_049 := [:: (1, (-11230729/16777216)); (1, (9701745/67108864)); (1, (1244993/16777216)); (1, (-3740001/2097152)); (1, (-13890521/8388608)); (1, (-13435339/67108864))].
Lemma row_049_ok : is_weight (weights row_049). Proof. weigh. Qed.
Lemma value_049 : Rabs (row_value (8441393/1024) row_049 - (1890531/128)) <= (3/2048).
Proof. certify (row_value_shifted (8441393/1024) row_049 (9701745/67108864)) row_049_ok row_049 62%positive. Qed.

Lemma log_policy_049_1 : Rabs (row_log_policy (8441393/1024) row_049 1 - (-15029527/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (8441393/1024) row_049 (9701745/67108864) 1) row_049_ok row_049 62%positive. Qed.

Lemma log_policy_049_4 : Rabs (row_log_policy (8441393/1024) row_049 4 - (-15031359/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (8441393/1024) row_049 (9701745/67108864) 4) row_049_ok row_049 62%positive. Qed.

(* regime N *)
Definition row_050 := [:: (1, (467023/32)); (1, (14944733/1024)); (1, (14944737/1024)); (1, (467023/32)); (1, (14944741/1024)); (1, (14944733/1024))].
Lemma row_050_ok : is_weight (weights row_050). Proof. weigh. Qed.
Lemma value_050 : Rabs (row_value (7728221/262144) row_050 - (7499413/512)) <= (3/2048).
Proof. certify (row_value_shifted (7728221/262144) row_050 (14944741/1024)) row_050_ok row_050 62%positive. Qed.

Lemma log_policy_050_4 : Rabs (row_log_policy (7728221/262144) row_050 4 - (-7514489/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7728221/262144) row_050 (14944741/1024) 4) row_050_ok row_050 62%positive. Qed.

Lemma log_policy_050_3 : Rabs (row_log_policy (7728221/262144) row_050 3 - (-15030367/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7728221/262144) row_050 (14944741/1024) 3) row_050_ok row_050 62%positive. Qed.

(* regime N *)
Definition row_051 := [:: (1, (2793345/262144)); (1, (2793345/262144)); (1, (11173381/1048576)); (1, (5586689/524288)); (1, (1396673/131072)); (1, (11173381/1048576))].
Lemma row_051_ok : is_weight (weights row_051). Proof. weigh. Qed.
Lemma value_051 : Rabs (row_value (2680557/524288) row_051 - (2597401/131072)) <= (3/1048576).
Proof. certify (row_value_shifted (2680557/524288) row_051 (1396673/131072)) row_051_ok row_051 62%positive. Qed.

Lemma log_policy_051_4 : Rabs (row_log_policy (2680557/524288) row_051 4 - (-7515181/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2680557/524288) row_051 (1396673/131072) 4) row_051_ok row_051 62%positive. Qed.

Lemma log_policy_051_1 : Rabs (row_log_policy (2680557/524288) row_051 1 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2680557/524288) row_051 (1396673/131072) 1) row_051_ok row_051 62%positive. Qed.

(* regime N *)
Definition row_052 := [:: (1, (10639209/8388608)); (1, (5319607/4194304)); (1, (10639215/8388608)); (1, (10639215/8388608)); (1, (10639209/8388608)); (1, (10639211/8388608))].
Lemma row_052_ok : is_weight (weights row_052). Proof. weigh. Qed.
Lemma value_052 : Rabs (row_value (7797265/262144) row_052 - (14303299/262144)) <= (3/524288).
Proof. certify (row_value_shifted (7797265/262144) row_052 (10639215/8388608)) row_052_ok row_052 62%positive. Qed.

Lemma log_policy_052_2 : Rabs (row_log_policy (7797265/262144) row_052 2 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7797265/262144) row_052 (10639215/8388608) 2) row_052_ok row_052 62%positive. Qed.

Lemma log_policy_052_3 : Rabs (row_log_policy (7797265/262144) row_052 3 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (7797265/262144) row_052 (10639215/8388608) 3) row_052_ok row_052 62%positive. Qed.

(* regime N *)
Definition row_053 := [:: (1, (-4954299/4096)); (1, (-4954299/4096)); (1, (-9908599/8192)); (1, (-9908601/8192)); (1, (-9908599/8192)); (1, (-9908601/8192))].
Lemma row_053_ok : is_weight (weights row_053). Proof. weigh. Qed.
Lemma value_053 : Rabs (row_value (2468229/524288) row_053 - (-4919749/4096)) <= (3/16384).
Proof. certify (row_value_shifted (2468229/524288) row_053 (-4954299/4096)) row_053_ok row_053 62%positive. Qed.

Lemma log_policy_053_0 : Rabs (row_log_policy (2468229/524288) row_053 0 - (-7515039/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2468229/524288) row_053 (-4954299/4096) 0) row_053_ok row_053 62%positive. Qed.

Lemma log_policy_053_5 : Rabs (row_log_policy (2468229/524288) row_053 5 - (-15030731/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2468229/524288) row_053 (-4954299/4096) 5) row_053_ok row_053 62%positive. Qed.

(* regime N *)
Definition row_054 := [:: (1, (-720761/2097152)); (1, (-5766087/16777216)); (1, (-5766089/16777216)); (1, (-11532177/33554432)); (1, (-2883045/8388608)); (1, (-720761/2097152))].
Lemma row_054_ok : is_weight (weights row_054). Proof. weigh. Qed.
Lemma value_054 : Rabs (row_value (11553595/536870912) row_054 - (-2559587/8388608)) <= (3/67108864).
Proof. certify (row_value_shifted (11553595/536870912) row_054 (-5766087/16777216)) row_054_ok row_054 62%positive. Qed.

Lemma log_policy_054_1 : Rabs (row_log_policy (11553595/536870912) row_054 1 - (-15030335/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11553595/536870912) row_054 (-5766087/16777216) 1) row_054_ok row_054 62%positive. Qed.

Lemma log_policy_054_5 : Rabs (row_log_policy (11553595/536870912) row_054 5 - (-7515179/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11553595/536870912) row_054 (-5766087/16777216) 5) row_054_ok row_054 62%positive. Qed.

(* regime N *)
Definition row_055 := [:: (1, (3513355/33554432)); (1, (1756677/16777216)); (1, (7026709/67108864)); (1, (7026709/67108864)); (1, (1756677/16777216)); (1, (7026707/67108864))].
Lemma row_055_ok : is_weight (weights row_055). Proof. weigh. Qed.
Lemma value_055 : Rabs (row_value (4594593/65536) row_055 - (16478535/131072)) <= (3/262144).
Proof. certify (row_value_shifted (4594593/65536) row_055 (3513355/33554432)) row_055_ok row_055 62%positive. Qed.

Lemma log_policy_055_0 : Rabs (row_log_policy (4594593/65536) row_055 0 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4594593/65536) row_055 (3513355/33554432) 0) row_055_ok row_055 62%positive. Qed.

Lemma log_policy_055_5 : Rabs (row_log_policy (4594593/65536) row_055 5 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4594593/65536) row_055 (3513355/33554432) 5) row_055_ok row_055 62%positive. Qed.

(* regime N *)
Definition row_056 := [:: (1, (-7390467/8388608)); (1, (-14780935/16777216)); (1, (-14780933/16777216)); (1, (-3695233/4194304)); (1, (-7390465/8388608)); (1, (-14780929/16777216))].
Lemma row_056_ok : is_weight (weights row_056). Proof. weigh. Qed.
Lemma value_056 : Rabs (row_value (11323257/1073741824) row_056 - (-3615981/4194304)) <= (3/33554432).
Proof. certify (row_value_shifted (11323257/1073741824) row_056 (-14780929/16777216)) row_056_ok row_056 62%positive. Qed.

Lemma log_policy_056_5 : Rabs (row_log_policy (11323257/1073741824) row_056 5 - (-7515109/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11323257/1073741824) row_056 (-14780929/16777216) 5) row_056_ok row_056 62%positive. Qed.

Lemma log_policy_056_1 : Rabs (row_log_policy (11323257/1073741824) row_056 1 - (-7515251/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (11323257/1073741824) row_056 (-14780929/16777216) 1) row_056_ok row_056 62%positive. Qed.

(* regime N *)
Definition row_057 := [:: (1, (3189103/2097152)); (1, (12756415/8388608)); (1, (12756413/8388608)); (1, (12756415/8388608)); (1, (12756415/8388608)); (1, (3189103/2097152))].
Lemma row_057_ok : is_weight (weights row_057). Proof. weigh. Qed.
Lemma value_057 : Rabs (row_value (2500989/2147483648) row_057 - (6386959/4194304)) <= (3/16777216).
Proof. certify (row_value_shifted (2500989/2147483648) row_057 (12756415/8388608)) row_057_ok row_057 62%positive. Qed.

Lemma log_policy_057_1 : Rabs (row_log_policy (2500989/2147483648) row_057 1 - (-15029223/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2500989/2147483648) row_057 (12756415/8388608) 1) row_057_ok row_057 62%positive. Qed.

Lemma log_policy_057_4 : Rabs (row_log_policy (2500989/2147483648) row_057 4 - (-15029223/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2500989/2147483648) row_057 (12756415/8388608) 4) row_057_ok row_057 62%positive. Qed.

(* regime N *)
Definition row_058 := [:: (1, (-13501945/32768)); (1, (-6750971/16384)); (1, (-13501949/32768)); (1, (-13501941/32768)); (1, (-13501945/32768)); (1, (-6750973/16384))].
Lemma row_058_ok : is_weight (weights row_058). Proof. weigh. Qed.
Lemma value_058 : Rabs (row_value (4940781/262144) row_058 - (-6197679/16384)) <= (3/65536).
Proof. certify (row_value_shifted (4940781/262144) row_058 (-13501941/32768)) row_058_ok row_058 62%positive. Qed.

Lemma log_policy_058_3 : Rabs (row_log_policy (4940781/262144) row_058 3 - (-7515159/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4940781/262144) row_058 (-13501941/32768) 3) row_058_ok row_058 62%positive. Qed.

Lemma log_policy_058_5 : Rabs (row_log_policy (4940781/262144) row_058 5 - (-7515193/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (4940781/262144) row_058 (-13501941/32768) 5) row_058_ok row_058 62%positive. Qed.

(* regime N *)
Definition row_059 := [:: (1, (-14400455/134217728)); (1, (-3600113/33554432)); (1, (-7200225/67108864)); (1, (-14400453/134217728)); (1, (-7200225/67108864)); (1, (-14400455/134217728))].
Lemma row_059_ok : is_weight (weights row_059). Proof. weigh. Qed.
Lemma value_059 : Rabs (row_value (2592985/32768) row_059 - (9284979/65536)) <= (3/131072).
Proof. certify (row_value_shifted (2592985/32768) row_059 (-7200225/67108864)) row_059_ok row_059 62%positive. Qed.

Lemma log_policy_059_2 : Rabs (row_log_policy (2592985/32768) row_059 2 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2592985/32768) row_059 (-7200225/67108864) 2) row_059_ok row_059 62%positive. Qed.

Lemma log_policy_059_4 : Rabs (row_log_policy (2592985/32768) row_059 4 - (-469699/262144)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2592985/32768) row_059 (-7200225/67108864) 4) row_059_ok row_059 62%positive. Qed.

(* regime Z *)
Definition row_060 := [:: (1, (-6982605/4194304)); (1, (-13560249/8388608)); (1, (-3084261/1048576)); (1, (-8820437/4194304)); (1, (-361441/131072)); (1, (-5822237/2097152))].
Lemma row_060_ok : is_weight (weights row_060). Proof. weigh. Qed.
Lemma value_060 : Rabs (row_value (10255437/8388608) row_060 - (-4745597/140737488355328)) <= (3/8388608).
Proof. certify (row_value_shifted (10255437/8388608) row_060 (-13560249/8388608)) row_060_ok row_060 62%positive. Qed.

Lemma log_policy_060_1 : Rabs (row_log_policy (10255437/8388608) row_060 1 - (-11091835/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10255437/8388608) row_060 (-13560249/8388608) 1) row_060_ok row_060 62%positive. Qed.

Lemma log_policy_060_5 : Rabs (row_log_policy (10255437/8388608) row_060 5 - (-4762397/2097152)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (10255437/8388608) row_060 (-13560249/8388608) 5) row_060_ok row_060 62%positive. Qed.

(* regime Z *)
Definition row_061 := [:: (1, (-14218779/16777216)); (1, (-12613501/4194304)); (1, (-3138593/4194304)); (1, (-15432943/8388608)); (1, (-2280049/1048576)); (1, (-9580851/140737488355328))].
Lemma row_061_ok : is_weight (weights row_061). Proof. weigh. Qed.
Lemma value_061 : Rabs (row_value (7308547/134217728) row_061 - (-238623/9223372036854775808)) <= (3/8388608).
Proof. certify (row_value_shifted (7308547/134217728) row_061 (-9580851/140737488355328)) row_061_ok row_061 62%positive. Qed.

Lemma log_policy_061_5 : Rabs (row_log_policy (7308547/134217728) row_061 5 - (-5498355/4398046511104)) <= (1/2199023255552).
Proof. certify (row_log_policy_shifted (7308547/134217728) row_061 (-9580851/140737488355328) 5) row_061_ok row_061 73%positive. Qed.

Lemma log_policy_061_3 : Rabs (row_log_policy (7308547/134217728) row_061 3 - (-8856815/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (7308547/134217728) row_061 (-9580851/140737488355328) 3) row_061_ok row_061 62%positive. Qed.

(* regime Z *)
Definition row_062 := [:: (1, (-7574301/4194304)); (1, (-14331973/8388608)); (1, (-3382743/4194304)); (1, (-921013/35184372088832)); (1, (-9003661/8388608)); (1, (-1411673/1048576))].
Lemma row_062_ok : is_weight (weights row_062). Proof. weigh. Qed.
Lemma value_062 : Rabs (row_value (7428317/134217728) row_062 - (11364799/2361183241434822606848)) <= (3/16777216).
Proof. certify (row_value_shifted (7428317/134217728) row_062 (-921013/35184372088832)) row_062_ok row_062 62%positive. Qed.

Lemma log_policy_062_3 : Rabs (row_log_policy (7428317/134217728) row_062 3 - (-16641225/35184372088832)) <= (1/8796093022208).
Proof. certify (row_log_policy_shifted (7428317/134217728) row_062 (-921013/35184372088832) 3) row_062_ok row_062 75%positive. Qed.

Lemma log_policy_062_4 : Rabs (row_log_policy (7428317/134217728) row_062 4 - (-10167603/524288)) <= (1/131072).
Proof. certify (row_log_policy_shifted (7428317/134217728) row_062 (-921013/35184372088832) 4) row_062_ok row_062 62%positive. Qed.

(* regime Z *)
Definition row_063 := [:: (1, (-15461049/4294967296)); (1, (-15605419/4194304)); (1, (-10583001/8388608)); (1, (-5421475/16777216)); (1, (-8801331/8388608)); (1, (-10397261/16777216))].
Lemma row_063_ok : is_weight (weights row_063). Proof. weigh. Qed.
Lemma value_063 : Rabs (row_value (3159/32768) row_063 - (-296709/562949953421312)) <= (3/8388608).
Proof. certify (row_value_shifted (3159/32768) row_063 (-15461049/4294967296)) row_063_ok row_063 62%positive. Qed.

Lemma log_policy_063_0 : Rabs (row_log_policy (3159/32768) row_063 0 - (-1252937/33554432)) <= (1/67108864).
Proof. certify (row_log_policy_shifted (3159/32768) row_063 (-15461049/4294967296) 0) row_063_ok row_063 62%positive. Qed.

Lemma log_policy_063_2 : Rabs (row_log_policy (3159/32768) row_063 2 - (-13722055/1048576)) <= (1/262144).
Proof. certify (row_log_policy_shifted (3159/32768) row_063 (-15461049/4294967296) 2) row_063_ok row_063 62%positive. Qed.

(* regime Z *)
Definition row_064 := [:: (1, (-5377055/524288)); (1, (-2460857/262144)); (1, (-3977699/524288)); (1, (-10041849/1048576)); (1, (-4428025/524288)); (1, (-7626259/1048576))].
Lemma row_064_ok : is_weight (weights row_064). Proof. weigh. Qed.
Lemma value_064 : Rabs (row_value (5052463/1048576) row_064 - (-10064681/70368744177664)) <= (3/2097152).
Proof. certify (row_value_shifted (5052463/1048576) row_064 (-7626259/1048576)) row_064_ok row_064 62%positive. Qed.

Lemma log_policy_064_5 : Rabs (row_log_policy (5052463/1048576) row_064 5 - (-12661883/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (5052463/1048576) row_064 (-7626259/1048576) 5) row_064_ok row_064 62%positive. Qed.

Lemma log_policy_064_4 : Rabs (row_log_policy (5052463/1048576) row_064 4 - (-7351853/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (5052463/1048576) row_064 (-7626259/1048576) 4) row_064_ok row_064 62%positive. Qed.

(* regime Z *)
Definition row_065 := [:: (1, (-8108485/1048576)); (1, (-1881519/262144)); (1, (-8495093/1048576)); (1, (-1292393/262144)); (1, (-3566269/524288)); (1, (-12503851/2097152))].
Lemma row_065_ok : is_weight (weights row_065). Proof. weigh. Qed.
Lemma value_065 : Rabs (row_value (15502247/4194304) row_065 - (-11989951/562949953421312)) <= (3/2097152).
Proof. certify (row_value_shifted (15502247/4194304) row_065 (-1292393/262144)) row_065_ok row_065 62%positive. Qed.

Lemma log_policy_065_3 : Rabs (row_log_policy (15502247/4194304) row_065 3 - (-5594739/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (15502247/4194304) row_065 (-1292393/262144) 3) row_065_ok row_065 62%positive. Qed.

Lemma log_policy_065_0 : Rabs (row_log_policy (15502247/4194304) row_065 0 - (-137115/65536)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (15502247/4194304) row_065 (-1292393/262144) 0) row_065_ok row_065 62%positive. Qed.

(* regime Z *)
Definition row_066 := [:: (1, (-5726069/16777216)); (1, (-9725345/8388608)); (1, (-2007993/1048576)); (1, (-455693/2097152)); (1, (-343941/524288)); (1, (-16297453/16777216))].
Lemma row_066_ok : is_weight (weights row_066). Proof. weigh. Qed.
Lemma value_066 : Rabs (row_value (5121183/16777216) row_066 - (6857041/1125899906842624)) <= (3/16777216).
Proof. certify (row_value_shifted (5121183/16777216) row_066 (-455693/2097152)) row_066_ok row_066 62%positive. Qed.

Lemma log_policy_066_3 : Rabs (row_log_policy (5121183/16777216) row_066 3 - (-11942959/16777216)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (5121183/16777216) row_066 (-455693/2097152) 3) row_066_ok row_066 62%positive. Qed.

Lemma log_policy_066_2 : Rabs (row_log_policy (5121183/16777216) row_066 2 - (-13156543/2097152)) <= (1/524288).
Proof. certify (row_log_policy_shifted (5121183/16777216) row_066 (-455693/2097152) 2) row_066_ok row_066 62%positive. Qed.

(* regime Z *)
Definition row_067 := [:: (1, (-11287535/2097152)); (1, (-11842609/2097152)); (1, (-11868867/2097152)); (1, (-159967/32768)); (1, (-9433447/2097152)); (1, (-8179599/1048576))].
Lemma row_067_ok : is_weight (weights row_067). Proof. weigh. Qed.
Lemma value_067 : Rabs (row_value (6423159/2097152) row_067 - (4201139/70368744177664)) <= (3/4194304).
Proof. certify (row_value_shifted (6423159/2097152) row_067 (-9433447/2097152)) row_067_ok row_067 62%positive. Qed.

Lemma log_policy_067_4 : Rabs (row_log_policy (6423159/2097152) row_067 4 - (-12320027/8388608)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (6423159/2097152) row_067 (-9433447/2097152) 4) row_067_ok row_067 62%positive. Qed.

Lemma log_policy_067_3 : Rabs (row_log_policy (6423159/2097152) row_067 3 - (-6685311/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (6423159/2097152) row_067 (-9433447/2097152) 3) row_067_ok row_067 62%positive. Qed.

(* regime Z *)
Definition row_068 := [:: (1, (-1186675/524288)); (1, (-8843933/8388608)); (1, (-1190967/524288)); (1, (-8603923/2097152)); (1, (-12631511/8589934592)); (1, (-12777233/4194304))].
Lemma row_068_ok : is_weight (weights row_068). Proof. weigh. Qed.
Lemma value_068 : Rabs (row_value (14208063/67108864) row_068 - (6119541/36028797018963968)) <= (3/4194304).
Proof. certify (row_value_shifted (14208063/67108864) row_068 (-12631511/8589934592)) row_068_ok row_068 62%positive. Qed.

Lemma log_policy_068_4 : Rabs (row_log_policy (14208063/67108864) row_068 4 - (-3728897/536870912)) <= (1/536870912).
Proof. certify (row_log_policy_shifted (14208063/67108864) row_068 (-12631511/8589934592) 4) row_068_ok row_068 62%positive. Qed.

Lemma log_policy_068_5 : Rabs (row_log_policy (14208063/67108864) row_068 5 - (-7543829/524288)) <= (1/262144).
Proof. certify (row_log_policy_shifted (14208063/67108864) row_068 (-12631511/8589934592) 5) row_068_ok row_068 62%positive. Qed.

(* regime Z *)
Definition row_069 := [:: (1, (-6453201/4194304)); (1, (-11039809/4194304)); (1, (-10716195/4194304)); (1, (-14366251/8388608)); (1, (-2534185/8388608)); (1, (-10388369/8388608))].
Lemma row_069_ok : is_weight (weights row_069). Proof. weigh. Qed.
Lemma value_069 : Rabs (row_value (11101007/16777216) row_069 - (-72899/4398046511104)) <= (3/8388608).
Proof. certify (row_value_shifted (11101007/16777216) row_069 (-2534185/8388608)) row_069_ok row_069 62%positive. Qed.

Lemma log_policy_069_4 : Rabs (row_log_policy (11101007/16777216) row_069 4 - (-1914987/4194304)) <= (1/8388608).
Proof. certify (row_log_policy_shifted (11101007/16777216) row_069 (-2534185/8388608) 4) row_069_ok row_069 62%positive. Qed.

Lemma log_policy_069_2 : Rabs (row_log_policy (11101007/16777216) row_069 2 - (-2024455/524288)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (11101007/16777216) row_069 (-2534185/8388608) 2) row_069_ok row_069 62%positive. Qed.

(* regime T, two actions *)
Definition row_070 := [:: (1, (-703149/262144)); (1, (4658073/8388608))].
Lemma row_070_ok : is_weight (weights row_070). Proof. weigh. Qed.
Lemma value_070 : Rabs (row_value (10239569/8388608) row_070 - (10711035/16777216)) <= (3/33554432).
Proof. certify (row_value_shifted (10239569/8388608) row_070 (4658073/8388608)) row_070_ok row_070 62%positive. Qed.

Lemma log_policy_070_1 : Rabs (row_log_policy (10239569/8388608) row_070 1 - (-4570965/67108864)) <= (1/33554432).
Proof. certify (row_log_policy_shifted (10239569/8388608) row_070 (4658073/8388608) 1) row_070_ok row_070 62%positive. Qed.

Lemma log_policy_070_0 : Rabs (row_log_policy (10239569/8388608) row_070 0 - (-11410415/4194304)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (10239569/8388608) row_070 (4658073/8388608) 0) row_070_ok row_070 62%positive. Qed.

(* regime T, two actions *)
Definition row_071 := [:: (1, (5634837/33554432)); (1, (14054015/8388608))].
Lemma row_071_ok : is_weight (weights row_071). Proof. weigh. Qed.
Lemma value_071 : Rabs (row_value (13811619/33554432) row_071 - (14141551/8388608)) <= (3/16777216).
Proof. certify (row_value_shifted (13811619/33554432) row_071 (14054015/8388608)) row_071_ok row_071 62%positive. Qed.

Lemma log_policy_071_1 : Rabs (row_log_policy (13811619/33554432) row_071 1 - (-6805189/268435456)) <= (1/134217728).
Proof. certify (row_log_policy_shifted (13811619/33554432) row_071 (14054015/8388608) 1) row_071_ok row_071 62%positive. Qed.

Lemma log_policy_071_0 : Rabs (row_log_policy (13811619/33554432) row_071 0 - (-7733403/2097152)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (13811619/33554432) row_071 (14054015/8388608) 0) row_071_ok row_071 62%positive. Qed.

(* regime T, two actions *)
Definition row_072 := [:: (1, (8600533/4194304)); (1, (-13859331/33554432))].
Lemma row_072_ok : is_weight (weights row_072). Proof. weigh. Qed.
Lemma value_072 : Rabs (row_value (261873/2097152) row_072 - (8600533/4194304)) <= (3/8388608).
Proof. certify (row_value_shifted (261873/2097152) row_072 (8600533/4194304)) row_072_ok row_072 62%positive. Qed.

Lemma log_policy_072_0 : Rabs (row_log_policy (261873/2097152) row_072 0 - (-760805/281474976710656)) <= (1/1125899906842624).
Proof. certify (row_log_policy_shifted (261873/2097152) row_072 (8600533/4194304) 0) row_072_ok row_072 82%positive. Qed.

Lemma log_policy_072_1 : Rabs (row_log_policy (261873/2097152) row_072 1 - (-5171821/262144)) <= (1/131072).
Proof. certify (row_log_policy_shifted (261873/2097152) row_072 (8600533/4194304) 1) row_072_ok row_072 62%positive. Qed.

(* regime T, two actions *)
Definition row_073 := [:: (1, (4661531/8388608)); (1, (16764835/16777216))].
Lemma row_073_ok : is_weight (weights row_073). Proof. weigh. Qed.
Lemma value_073 : Rabs (row_value (8778045/67108864) row_073 - (2104689/2097152)) <= (3/16777216).
Proof. certify (row_value_shifted (8778045/67108864) row_073 (16764835/16777216)) row_073_ok row_073 62%positive. Qed.

Lemma log_policy_073_1 : Rabs (row_log_policy (8778045/67108864) row_073 1 - (-4444975/134217728)) <= (1/67108864).
Proof. certify (row_log_policy_shifted (8778045/67108864) row_073 (16764835/16777216) 1) row_073_ok row_073 62%positive. Qed.

Lemma log_policy_073_0 : Rabs (row_log_policy (8778045/67108864) row_073 0 - (-448817/131072)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (8778045/67108864) row_073 (16764835/16777216) 0) row_073_ok row_073 62%positive. Qed.

(* regime T, two actions *)
Definition row_074 := [:: (1, (1197887/1048576)); (1, (-9895205/67108864))].
Lemma row_074_ok : is_weight (weights row_074). Proof. weigh. Qed.
Lemma value_074 : Rabs (row_value (11233079/4194304) row_074 - (10195317/4194304)) <= (3/8388608).
Proof. certify (row_value_shifted (11233079/4194304) row_074 (1197887/1048576)) row_074_ok row_074 62%positive. Qed.

Lemma log_policy_074_0 : Rabs (row_log_policy (11233079/4194304) row_074 0 - (-16141647/33554432)) <= (1/8388608).
Proof. certify (row_log_policy_shifted (11233079/4194304) row_074 (1197887/1048576) 0) row_074_ok row_074 62%positive. Qed.

Lemma log_policy_074_1 : Rabs (row_log_policy (11233079/4194304) row_074 1 - (-16150951/16777216)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (11233079/4194304) row_074 (1197887/1048576) 1) row_074_ok row_074 62%positive. Qed.

(* regime T, two actions *)
Definition row_075 := [:: (1, (4959803/33554432)); (1, (-12436599/33554432))].
Lemma row_075_ok : is_weight (weights row_075). Proof. weigh. Qed.
Lemma value_075 : Rabs (row_value (4397133/524288) row_075 - (747887/131072)) <= (3/4194304).
Proof. certify (row_value_shifted (4397133/524288) row_075 (4959803/33554432)) row_075_ok row_075 62%positive. Qed.

Lemma log_policy_075_0 : Rabs (row_log_policy (4397133/524288) row_075 0 - (-2779633/4194304)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (4397133/524288) row_075 (4959803/33554432) 0) row_075_ok row_075 62%positive. Qed.

Lemma log_policy_075_1 : Rabs (row_log_policy (4397133/524288) row_075 1 - (-6077827/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (4397133/524288) row_075 (4959803/33554432) 1) row_075_ok row_075 62%positive. Qed.

(* regime T, two actions *)
Definition row_076 := [:: (1, (-15613579/67108864)); (1, (-14629117/67108864))].
Lemma row_076_ok : is_weight (weights row_076). Proof. weigh. Qed.
Lemma value_076 : Rabs (row_value (5292713/1048576) row_076 - (6864727/2097152)) <= (3/8388608).
Proof. certify (row_value_shifted (5292713/1048576) row_076 (-14629117/67108864)) row_076_ok row_076 62%positive. Qed.

Lemma log_policy_076_1 : Rabs (row_log_policy (5292713/1048576) row_076 1 - (-5802359/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (5292713/1048576) row_076 (-14629117/67108864) 1) row_076_ok row_076 62%positive. Qed.

Lemma log_policy_076_0 : Rabs (row_log_policy (5292713/1048576) row_076 0 - (-5826739/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (5292713/1048576) row_076 (-14629117/67108864) 0) row_076_ok row_076 62%positive. Qed.

(* regime T, two actions *)
Definition row_077 := [:: (1, (-5190585/8388608)); (1, (-3045955/33554432))].
Lemma row_077_ok : is_weight (weights row_077). Proof. weigh. Qed.
Lemma value_077 : Rabs (row_value (7596035/4194304) row_077 - (15430285/16777216)) <= (3/33554432).
Proof. certify (row_value_shifted (7596035/4194304) row_077 (-3045955/33554432)) row_077_ok row_077 62%positive. Qed.

Lemma log_policy_077_1 : Rabs (row_log_policy (7596035/4194304) row_077 1 - (-4680543/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (7596035/4194304) row_077 (-3045955/33554432) 1) row_077_ok row_077 62%positive. Qed.

Lemma log_policy_077_0 : Rabs (row_log_policy (7596035/4194304) row_077 0 - (-3563079/4194304)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (7596035/4194304) row_077 (-3045955/33554432) 0) row_077_ok row_077 62%positive. Qed.

(* regime T, two actions *)
Definition row_078 := [:: (1, (3130343/8388608)); (1, (-13580243/8388608))].
Lemma row_078_ok : is_weight (weights row_078). Proof. weigh. Qed.
Lemma value_078 : Rabs (row_value (16729193/268435456) row_078 - (3130343/8388608)) <= (3/67108864).
Proof. certify (row_value_shifted (16729193/268435456) row_078 (3130343/8388608)) row_078_ok row_078 62%positive. Qed.

Lemma log_policy_078_0 : Rabs (row_log_policy (16729193/268435456) row_078 0 - (-15492933/1180591620717411303424)) <= (1/295147905179352825856).
Proof. certify (row_log_policy_shifted (16729193/268435456) row_078 (3130343/8388608) 0) row_078_ok row_078 100%positive. Qed.

Lemma log_policy_078_1 : Rabs (row_log_policy (16729193/268435456) row_078 1 - (-4189639/131072)) <= (1/131072).
Proof. certify (row_log_policy_shifted (16729193/268435456) row_078 (3130343/8388608) 1) row_078_ok row_078 62%positive. Qed.

(* regime T, two actions *)
Definition row_079 := [:: (1, (11108609/16777216)); (1, (7931601/16777216))].
Lemma row_079_ok : is_weight (weights row_079). Proof. weigh. Qed.
Lemma value_079 : Rabs (row_value (6902017/16777216) row_079 - (14485425/16777216)) <= (3/33554432).
Proof. certify (row_value_shifted (6902017/16777216) row_079 (11108609/16777216)) row_079_ok row_079 62%positive. Qed.

Lemma log_policy_079_0 : Rabs (row_log_policy (6902017/16777216) row_079 0 - (-16416525/33554432)) <= (1/8388608).
Proof. certify (row_log_policy_shifted (6902017/16777216) row_079 (11108609/16777216) 0) row_079_ok row_079 62%positive. Qed.

Lemma log_policy_079_1 : Rabs (row_log_policy (6902017/16777216) row_079 1 - (-7965419/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (6902017/16777216) row_079 (11108609/16777216) 1) row_079_ok row_079 62%positive. Qed.

(* regime T, weighted *)
Definition row_080 := [:: (exp (14099141/262144), (-2164793/8388608)); (exp (8268075/1048576), (4620445/8388608)); (exp (2721403/65536), (10597985/16777216)); (exp (16514785/262144), (-485413/524288)); (exp (-15967481/262144), (-7815231/16777216)); (exp (-9535935/262144), (8833637/8388608))].
Lemma row_080_ok : is_weight (weights row_080). Proof. weigh. Qed.
Lemma value_080 : Rabs (row_value (11727531/2097152) row_080 - (5756885/16384)) <= (3/65536).
Proof. certify (row_value_shifted (11727531/2097152) row_080 (-485413/524288)) row_080_ok row_080 62%positive. Qed.

Lemma log_policy_080_3 : Rabs (row_log_policy (11727531/2097152) row_080 3 - (-8257407/131072)) <= (1/65536).
Proof. certify (row_log_policy_shifted (11727531/2097152) row_080 (-485413/524288) 3) row_080_ok row_080 62%positive. Qed.

Lemma log_policy_080_1 : Rabs (row_log_policy (11727531/2097152) row_080 1 - (-16445593/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (11727531/2097152) row_080 (-485413/524288) 1) row_080_ok row_080 62%positive. Qed.

(* regime T, weighted *)
Definition row_081 := [:: (exp (10411857/262144), (9357057/4194304)); (exp (-9038393/131072), (-15666245/67108864)); (exp (8165729/262144), (-8403253/67108864)); (exp (8592975/524288), (-9106329/8388608)); (exp (-8970683/131072), (-11352275/8388608)); (exp (-7084947/131072), (-14796881/16777216))].
Lemma row_081_ok : is_weight (weights row_081). Proof. weigh. Qed.
Lemma value_081 : Rabs (row_value (7716717/8388608) row_081 - (2540683/65536)) <= (3/524288).
Proof. certify (row_value_shifted (7716717/8388608) row_081 (9357057/4194304)) row_081_ok row_081 62%positive. Qed.

Lemma log_policy_081_0 : Rabs (row_log_policy (7716717/8388608) row_081 0 - (-10411861/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (7716717/8388608) row_081 (9357057/4194304) 0) row_081_ok row_081 62%positive. Qed.

Lemma log_policy_081_2 : Rabs (row_log_policy (7716717/8388608) row_081 2 - (-692705/16384)) <= (1/65536).
Proof. certify (row_log_policy_shifted (7716717/8388608) row_081 (9357057/4194304) 2) row_081_ok row_081 62%positive. Qed.

(* regime T, weighted *)
Definition row_082 := [:: (exp (-6683407/131072), (3047225/4194304)); (exp (2366827/65536), (8306783/8388608)); (exp (16596465/262144), (1297069/1048576)); (exp (-6736703/131072), (1136727/1048576)); (exp (2885175/262144), (-11340031/8388608)); (exp (-13408339/524288), (-13693045/16777216))].
Lemma row_082_ok : is_weight (weights row_082). Proof. weigh. Qed.
Lemma value_082 : Rabs (row_value (5518737/67108864) row_082 - (13512699/2097152)) <= (3/4194304).
Proof. certify (row_value_shifted (5518737/67108864) row_082 (1297069/1048576)) row_082_ok row_082 62%positive. Qed.

Lemma log_policy_082_2 : Rabs (row_log_policy (5518737/67108864) row_082 2 - (-16596465/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (5518737/67108864) row_082 (1297069/1048576) 2) row_082_ok row_082 62%positive. Qed.

Lemma log_policy_082_3 : Rabs (row_log_policy (5518737/67108864) row_082 3 - (-2135489/32768)) <= (1/32768).
Proof. certify (row_log_policy_shifted (5518737/67108864) row_082 (1297069/1048576) 3) row_082_ok row_082 62%positive. Qed.

(* regime T, weighted *)
Definition row_083 := [:: (exp (-8439309/131072), (12472051/8388608)); (exp (-11970725/524288), (5299961/4194304)); (exp (-1069069/32768), (-5230695/8388608)); (exp (7315935/262144), (14131887/268435456)); (exp (-9560841/1048576), (2385153/4194304)); (exp (-12210593/262144), (-14390267/16777216))].
Lemma row_083_ok : is_weight (weights row_083). Proof. weigh. Qed.
Lemma value_083 : Rabs (row_value (6208503/4194304) row_083 - (2710753/65536)) <= (3/524288).
Proof. certify (row_value_shifted (6208503/4194304) row_083 (14131887/268435456)) row_083_ok row_083 62%positive. Qed.

Lemma log_policy_083_3 : Rabs (row_log_policy (6208503/4194304) row_083 3 - (-7315935/262144)) <= (1/131072).
Proof. certify (row_log_policy_shifted (6208503/4194304) row_083 (14131887/268435456) 3) row_083_ok row_083 62%positive. Qed.

Lemma log_policy_083_2 : Rabs (row_log_policy (6208503/4194304) row_083 2 - (-7435687/262144)) <= (1/131072).
Proof. certify (row_log_policy_shifted (6208503/4194304) row_083 (14131887/268435456) 2) row_083_ok row_083 62%positive. Qed.

(* regime T, weighted *)
Definition row_084 := [:: (exp (12005935/262144), (10326755/16777216)); (exp (-10510249/1048576), (-14286423/67108864)); (exp (-9714925/262144), (9887921/67108864)); (exp (-1107873/32768), (2304167/2097152)); (exp (-11134051/524288), (-9895297/8388608)); (exp (15927823/1048576), (10954567/33554432))].
Lemma row_084_ok : is_weight (weights row_084). Proof. weigh. Qed.
Lemma value_084 : Rabs (row_value (16154235/2097152) row_084 - (11580293/32768)) <= (3/65536).
Proof. certify (row_value_shifted (16154235/2097152) row_084 (10326755/16777216)) row_084_ok row_084 62%positive. Qed.

Lemma log_policy_084_0 : Rabs (row_log_policy (16154235/2097152) row_084 0 - (-12005935/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (16154235/2097152) row_084 (10326755/16777216) 0) row_084_ok row_084 62%positive. Qed.

Lemma log_policy_084_4 : Rabs (row_log_policy (16154235/2097152) row_084 4 - (-6033513/131072)) <= (1/65536).
Proof. certify (row_log_policy_shifted (16154235/2097152) row_084 (10326755/16777216) 4) row_084_ok row_084 62%positive. Qed.

(* regime T, weighted *)
Definition row_085 := [:: (exp (5093289/262144), (14465881/8388608)); (exp (-5419809/2097152), (-12202381/67108864)); (exp (2629131/262144), (-1983349/4194304)); (exp (14928395/262144), (-6199427/33554432)); (exp (-9005613/524288), (5211879/4194304)); (exp (-8899725/131072), (-9100227/134217728))].
Lemma row_085_ok : is_weight (weights row_085). Proof. weigh. Qed.
Lemma value_085 : Rabs (row_value (16194387/1048576) row_085 - (7203383/8192)) <= (3/32768).
Proof. certify (row_value_shifted (16194387/1048576) row_085 (-6199427/33554432)) row_085_ok row_085 62%positive. Qed.

Lemma log_policy_085_3 : Rabs (row_log_policy (16194387/1048576) row_085 3 - (-14928395/262144)) <= (1/65536).
Proof. certify (row_log_policy_shifted (16194387/1048576) row_085 (-6199427/33554432) 3) row_085_ok row_085 62%positive. Qed.

Lemma log_policy_085_5 : Rabs (row_log_policy (16194387/1048576) row_085 5 - (-7463205/131072)) <= (1/65536).
Proof. certify (row_log_policy_shifted (16194387/1048576) row_085 (-6199427/33554432) 5) row_085_ok row_085 62%positive. Qed.

(* regime T, weighted *)
Definition row_086 := [:: (exp (-4269631/262144), (-2941209/1048576)); (exp (-4246191/524288), (-6755711/8388608)); (exp (-3783355/65536), (-16555381/67108864)); (exp (7848297/131072), (13737587/8388608)); (exp (-2621019/131072), (13497579/8388608)); (exp (-8783959/131072), (-4530927/8388608))].
Lemma row_086_ok : is_weight (weights row_086). Proof. weigh. Qed.
Lemma value_086 : Rabs (row_value (3015537/16777216) row_086 - (6501211/524288)) <= (3/2097152).
Proof. certify (row_value_shifted (3015537/16777216) row_086 (13737587/8388608)) row_086_ok row_086 62%positive. Qed.

Lemma log_policy_086_3 : Rabs (row_log_policy (3015537/16777216) row_086 3 - (-7848297/131072)) <= (1/65536).
Proof. certify (row_log_policy_shifted (3015537/16777216) row_086 (13737587/8388608) 3) row_086_ok row_086 62%positive. Qed.

Lemma log_policy_086_0 : Rabs (row_log_policy (3015537/16777216) row_086 0 - (-11087981/131072)) <= (1/32768).
Proof. certify (row_log_policy_shifted (3015537/16777216) row_086 (13737587/8388608) 0) row_086_ok row_086 62%positive. Qed.

(* regime T, weighted *)
Definition row_087 := [:: (exp (-5331119/131072), (6643857/33554432)); (exp (-15450597/524288), (-14234873/67108864)); (exp (4236225/65536), (-396447/2097152)); (exp (-2887553/65536), (542397/524288)); (exp (13507493/262144), (160101/2097152)); (exp (396577/32768), (6772931/8388608))].
Lemma row_087_ok : is_weight (weights row_087). Proof. weigh. Qed.
Lemma value_087 : Rabs (row_value (11282231/67108864) row_087 - (2799193/262144)) <= (3/2097152).
Proof. certify (row_value_shifted (11282231/67108864) row_087 (-396447/2097152)) row_087_ok row_087 62%positive. Qed.

Lemma log_policy_087_2 : Rabs (row_log_policy (11282231/67108864) row_087 2 - (-8472451/131072)) <= (1/32768).
Proof. certify (row_log_policy_shifted (11282231/67108864) row_087 (-396447/2097152) 2) row_087_ok row_087 62%positive. Qed.

Lemma log_policy_087_5 : Rabs (row_log_policy (11282231/67108864) row_087 5 - (-1923897/32768)) <= (1/65536).
Proof. certify (row_log_policy_shifted (11282231/67108864) row_087 (-396447/2097152) 5) row_087_ok row_087 62%positive. Qed.

(* regime T, weighted *)
Definition row_088 := [:: (exp (-10010585/1048576), (-14926571/134217728)); (exp (8603777/262144), (-13416161/134217728)); (exp (8627563/131072), (6752339/16777216)); (exp (-2663953/65536), (-8558747/8388608)); (exp (10096663/262144), (-12138635/8388608)); (exp (8046683/1048576), (-6686901/16777216))].
Lemma row_088_ok : is_weight (weights row_088). Proof. weigh. Qed.
Lemma value_088 : Rabs (row_value (1931521/131072) row_088 - (15898927/16384)) <= (3/32768).
Proof. certify (row_value_shifted (1931521/131072) row_088 (6752339/16777216)) row_088_ok row_088 62%positive. Qed.

Lemma log_policy_088_2 : Rabs (row_log_policy (1931521/131072) row_088 2 - (-8627563/131072)) <= (1/32768).
Proof. certify (row_log_policy_shifted (1931521/131072) row_088 (6752339/16777216) 2) row_088_ok row_088 62%positive. Qed.

Lemma log_policy_088_3 : Rabs (row_log_policy (1931521/131072) row_088 3 - (-4320109/65536)) <= (1/32768).
Proof. certify (row_log_policy_shifted (1931521/131072) row_088 (6752339/16777216) 3) row_088_ok row_088 62%positive. Qed.

(* regime T, weighted *)
Definition row_089 := [:: (exp (-14270837/262144), (-15534953/33554432)); (exp (6463225/1048576), (-5536337/2097152)); (exp (-5096545/524288), (9352261/33554432)); (exp (4382683/65536), (4361329/2097152)); (exp (-6959989/524288), (6383107/8388608)); (exp (10459255/8388608), (367189/524288))].
Lemma row_089_ok : is_weight (weights row_089). Proof. weigh. Qed.
Lemma value_089 : Rabs (row_value (5466151/2097152) row_089 - (11559597/65536)) <= (3/131072).
Proof. certify (row_value_shifted (5466151/2097152) row_089 (4361329/2097152)) row_089_ok row_089 62%positive. Qed.

Lemma log_policy_089_3 : Rabs (row_log_policy (5466151/2097152) row_089 3 - (-4382683/65536)) <= (1/32768).
Proof. certify (row_log_policy_shifted (5466151/2097152) row_089 (4361329/2097152) 3) row_089_ok row_089 62%positive. Qed.

Lemma log_policy_089_1 : Rabs (row_log_policy (5466151/2097152) row_089 1 - (-9002701/131072)) <= (1/32768).
Proof. certify (row_log_policy_shifted (5466151/2097152) row_089 (4361329/2097152) 1) row_089_ok row_089 62%positive. Qed.

(* regime E, masked *)
Definition row_090 := [:: (1, (4346869/137438953472)); (0, (0)); (0, (0)); (0, (0)); (1, (5276553/549755813888)); (0, (0))].
Lemma row_090_ok : is_weight (weights row_090). Proof. weigh. Qed.
Lemma value_090 : Rabs (row_value (5017345/16777216) row_090 - (13912417/67108864)) <= (3/134217728).
Proof. certify (row_value_shifted (5017345/16777216) row_090 (4346869/137438953472)) row_090_ok row_090 62%positive. Qed.

Lemma log_policy_090_0 : Rabs (row_log_policy (5017345/16777216) row_090 0 - (-5814231/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (5017345/16777216) row_090 (4346869/137438953472) 0) row_090_ok row_090 62%positive. Qed.

Lemma log_policy_090_4 : Rabs (row_log_policy (5017345/16777216) row_090 4 - (-5814849/8388608)) <= (1/4194304).
Proof. certify (row_log_policy_shifted (5017345/16777216) row_090 (4346869/137438953472) 4) row_090_ok row_090 62%positive. Qed.

(* regime E, masked *)
Definition row_091 := [:: (1, (-10232931/2)); (1, (-13897017/4)); (1, (-5098038)); (0, (0)); (0, (0)); (1, (-13649499/8))].
Lemma row_091_ok : is_weight (weights row_091). Proof. weigh. Qed.
Lemma value_091 : Rabs (row_value (427035/64) row_091 - (-13649499/8)) <= (3/16).
Proof. certify (row_value_shifted (427035/64) row_091 (-13649499/8)) row_091_ok row_091 62%positive. Qed.

Lemma log_policy_091_2 : Rabs (row_log_policy (427035/64) row_091 2 - (-4164311/8192)) <= (1/8192).
Proof. certify (row_log_policy_shifted (427035/64) row_091 (-13649499/8) 2) row_091_ok row_091 62%positive. Qed.

(* regime E, masked *)
Definition row_092 := [:: (1, (-12523813/268435456)); (0, (0)); (1, (-1134223/8388608)); (1, (14240151/67108864)); (1, (12041771/67108864)); (0, (0))].
Lemma row_092_ok : is_weight (weights row_092). Proof. weigh. Qed.
Lemma value_092 : Rabs (row_value (62804708) row_092 - (87065816)) <= (12).
Proof. certify (row_value_shifted (62804708) row_092 (14240151/67108864)) row_092_ok row_092 62%positive. Qed.

Lemma log_policy_092_3 : Rabs (row_log_policy (62804708) row_092 3 - (-1453635/1048576)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (62804708) row_092 (14240151/67108864) 3) row_092_ok row_092 62%positive. Qed.

Lemma log_policy_092_2 : Rabs (row_log_policy (62804708) row_092 2 - (-1453635/1048576)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (62804708) row_092 (14240151/67108864) 2) row_092_ok row_092 62%positive. Qed.

(* regime E, masked *)
Definition row_093 := [:: (1, (2125457/549755813888)); (1, (11984651/2199023255552)); (1, (-6084131/1099511627776)); (0, (0)); (1, (-6056849/2199023255552)); (0, (0))].
Lemma row_093_ok : is_weight (weights row_093). Proof. weigh. Qed.
Lemma value_093 : Rabs (row_value (10776951) row_093 - (14940026)) <= (3/2).
Proof. certify (row_value_shifted (10776951) row_093 (11984651/2199023255552)) row_093_ok row_093 62%positive. Qed.

Lemma log_policy_093_1 : Rabs (row_log_policy (10776951) row_093 1 - (-1453635/1048576)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10776951) row_093 (11984651/2199023255552) 1) row_093_ok row_093 62%positive. Qed.

Lemma log_policy_093_0 : Rabs (row_log_policy (10776951) row_093 0 - (-1453635/1048576)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (10776951) row_093 (11984651/2199023255552) 0) row_093_ok row_093 62%positive. Qed.

(* regime E, masked *)
Definition row_094 := [:: (0, (0)); (0, (0)); (1, (-51385860)); (1, (9922336)); (0, (0)); (1, (38285824))].
Lemma row_094_ok : is_weight (weights row_094). Proof. weigh. Qed.
Lemma value_094 : Rabs (row_value (14962525/2) row_094 - (38452820)) <= (6).
Proof. certify (row_value_shifted (14962525/2) row_094 (38285824)) row_094_ok row_094 62%positive. Qed.

Lemma log_policy_094_5 : Rabs (row_log_policy (14962525/2) row_094 5 - (-5992055/268435456)) <= (1/134217728).
Proof. certify (row_log_policy_shifted (14962525/2) row_094 (38285824) 5) row_094_ok row_094 62%positive. Qed.

Lemma log_policy_094_2 : Rabs (row_log_policy (14962525/2) row_094 2 - (-12591817/1048576)) <= (1/262144).
Proof. certify (row_log_policy_shifted (14962525/2) row_094 (38285824) 2) row_094_ok row_094 62%positive. Qed.

(* regime E, masked *)
Definition row_095 := [:: (1, (10026777/131072)); (1, (-9598743/32768)); (0, (0)); (1, (2086327/4096)); (0, (0)); (1, (-6408623/8192))].
Lemma row_095_ok : is_weight (weights row_095). Proof. weigh. Qed.
Lemma value_095 : Rabs (row_value (14305603/32768) row_095 - (11626655/16384)) <= (3/32768).
Proof. certify (row_value_shifted (14305603/32768) row_095 (2086327/4096)) row_095_ok row_095 62%positive. Qed.

Lemma log_policy_095_3 : Rabs (row_log_policy (14305603/32768) row_095 3 - (-15393095/33554432)) <= (1/8388608).
Proof. certify (row_log_policy_shifted (14305603/32768) row_095 (2086327/4096) 3) row_095_ok row_095 62%positive. Qed.

Lemma log_policy_095_5 : Rabs (row_log_policy (14305603/32768) row_095 5 - (-7166783/2097152)) <= (1/1048576).
Proof. certify (row_log_policy_shifted (14305603/32768) row_095 (2086327/4096) 5) row_095_ok row_095 62%positive. Qed.

(* regime E, masked *)
Definition row_096 := [:: (1, (-1380061/4)); (1, (-12368963/16)); (1, (-12737387/16)); (1, (-15217857/32)); (1, (-12533173/256)); (1, (2868741/128))].
Lemma row_096_ok : is_weight (weights row_096). Proof. weigh. Qed.
Lemma value_096 : Rabs (row_value (8442259/1024) row_096 - (5737849/256)) <= (3/1024).
Proof. certify (row_value_shifted (8442259/1024) row_096 (2868741/128)) row_096_ok row_096 62%positive. Qed.

Lemma log_policy_096_5 : Rabs (row_log_policy (8442259/1024) row_096 5 - (-2988123/17179869184)) <= (1/17179869184).
Proof. certify (row_log_policy_shifted (8442259/1024) row_096 (2868741/128) 5) row_096_ok row_096 66%positive. Qed.

Lemma log_policy_096_2 : Rabs (row_log_policy (8442259/1024) row_096 2 - (-13012777/131072)) <= (1/32768).
Proof. certify (row_log_policy_shifted (8442259/1024) row_096 (2868741/128) 2) row_096_ok row_096 62%positive. Qed.

(* regime E, masked *)
Definition row_097 := [:: (1, (14911459/2097152)); (1, (-7576985/1048576)); (1, (-10352505/2097152)); (0, (0)); (1, (-6457705/1048576)); (1, (-8723671/524288))].
Lemma row_097_ok : is_weight (weights row_097). Proof. weigh. Qed.
Lemma value_097 : Rabs (row_value (2693965/2097152) row_097 - (14911813/2097152)) <= (3/4194304).
Proof. certify (row_value_shifted (2693965/2097152) row_097 (14911459/2097152)) row_097_ok row_097 62%positive. Qed.

Lemma log_policy_097_0 : Rabs (row_log_policy (2693965/2097152) row_097 0 - (-9033521/68719476736)) <= (1/17179869184).
Proof. certify (row_log_policy_shifted (2693965/2097152) row_097 (14911459/2097152) 0) row_097_ok row_097 66%positive. Qed.

Lemma log_policy_097_4 : Rabs (row_log_policy (2693965/2097152) row_097 4 - (-10831231/1048576)) <= (1/262144).
Proof. certify (row_log_policy_shifted (2693965/2097152) row_097 (14911459/2097152) 4) row_097_ok row_097 62%positive. Qed.

(* regime E, masked *)
Definition row_098 := [:: (1, (9057831/562949953421312)); (1, (-4744981/562949953421312)); (1, (-3864643/140737488355328)); (0, (0)); (0, (0)); (0, (0))].
Lemma row_098_ok : is_weight (weights row_098). Proof. weigh. Qed.
Lemma value_098 : Rabs (row_value (8542117) row_098 - (9384475)) <= (3/2).
Proof. certify (row_value_shifted (8542117) row_098 (9057831/562949953421312)) row_098_ok row_098 62%positive. Qed.

Lemma log_policy_098_0 : Rabs (row_log_policy (8542117) row_098 0 - (-2303957/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (8542117) row_098 (9057831/562949953421312) 0) row_098_ok row_098 62%positive. Qed.

Lemma log_policy_098_1 : Rabs (row_log_policy (8542117) row_098 1 - (-2303957/2097152)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (8542117) row_098 (9057831/562949953421312) 1) row_098_ok row_098 62%positive. Qed.

(* regime E, masked *)
Definition row_099 := [:: (0, (0)); (0, (0)); (1, (14279895/17179869184)); (1, (6308635/2147483648)); (0, (0)); (1, (-717651/268435456))].
Lemma row_099_ok : is_weight (weights row_099). Proof. weigh. Qed.
Lemma value_099 : Rabs (row_value (2641555/16384) row_099 - (11608203/65536)) <= (3/131072).
Proof. certify (row_value_shifted (2641555/16384) row_099 (6308635/2147483648)) row_099_ok row_099 62%positive. Qed.

Lemma log_policy_099_3 : Rabs (row_log_policy (2641555/16384) row_099 3 - (-4607847/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2641555/16384) row_099 (6308635/2147483648) 3) row_099_ok row_099 62%positive. Qed.

Lemma log_policy_099_5 : Rabs (row_log_policy (2641555/16384) row_099 5 - (-4607993/4194304)) <= (1/2097152).
Proof. certify (row_log_policy_shifted (2641555/16384) row_099 (6308635/2147483648) 5) row_099_ok row_099 62%positive. Qed.
