"""Why a mutant that no answer tells from the original is equivalent to it: (function, change, reason)."""

ONE = "A factor that is 1, or the NaN of a row that is to be NaN: dividing by it is multiplying by it."
FILLER = (
    "A filler where nothing reads it: the branch of the `where` that takes it is thrown away by a later `where` on the "
    "same condition, or multiplied by a weight that is 0 there."
)
EDGE = (
    "The edge between two ways of computing: both ways, and so any edge near this one, give the same rounded number "
    "there (the accuracy tests hold each way beyond the edge)."
)
COST = "Which of two ways of computing the same bits is quicker, or what is computed once for several readers."
POWER = "A power of two, put in and taken out again: it moves the exponent and no digit."
TERMS = "More terms of a series, or a term more or less, than the digits of the result can show."
WORD = (
    "The second word of a pair whose first word is already the rounded sum, or the last bits of a second word that is "
    "rounded away."
)
SAME = "The same value by another name: both words, operands or masks have this dtype or shape."
GUARD = "A guard for what cannot come here any more: earlier lines, or callers, have settled it."
PARITY = "(-1)^(n-1) is (-1)^(n+1)."
ZERO = "Plus, minus or times a zero."
LENIENT = "`strict` of a `zip` over arrays that are made equally long."
FIRST = "The first of what is equal: NumPy's and JAX's default for this argument."
MODE = "In JAX's 32-bit mode the default type is this one; in its 64-bit mode the numbers that are compared are equal."
SLACK = "A bound with room to spare: what lies between the old and the new one is treated alike by the lines after it."

AGAIN = "What the row holds already, put in again so that it is computed once for all actions: the same values."
CLAMP = "An index past the end of an axis: JAX takes the last element, which is the one meant."
LISTS = (
    "Lists become arrays in the functions that are called next as well; this line decides the dtype of the result "
    "alone, in which None and integers have no say."
)
ENDLESS = "Never ends: stopped by the clock, which is no kill."
NONE = "Where q has no mass, the excess is q - p either way."
EXACT = "Another error-free sum on the way: no digit is lost or won."
SHAPE = "Read for its shape alone."
MASKLESS = "None differs from -inf: without weights, the line for weights says the same."
EIGHTH = (
    "An eighth in place of a sixteenth, taken out again. alpha L / 8 overflows only where alpha L > 8 times the "
    "largest number, and there V >= alpha L - max |Q| overflows as well."
)
DEEP = "At an infinite depth the exponential is 0 already, and exp - 1 is -1, with second words of 0."
LIMIT = "The largest number of this dtype has this dtype."
INFINITE = "Minus infinity plus a weight, a quotient by 0 or of infinity: infinite already, without this line."

WAYS = (
    "Which of two ways of summing, or of taking a maximum: fast promises as much of both, few actions make one of them "
    "the quicker."
)
NOTHING = "Where p is 0 by its mask, t is 0 as well, and so is their product."

REASONS: list[tuple[str, str, str]] = [
    (r"_kernels\.|_weighted\.gibbs 2$|_fast\.logits", r"is None and False", MASKLESS),
    (r"_counting\.value", r"2 / 16", EIGHTH),
    (r"_weighted\.gibbs", r"isinf\(depth\[1\]\)", DEEP),
    (r"_weighted\._divide", r"sqrt\(.*finfo\(dtype\)", LIMIT),
    (r"_weighted\.kl", r"excess (<= 4|< 5), excess", FILLER),
    (r"_weighted\.kl", r"log_w, 1\)", FILLER),
    (r"_rules\.d_(entropy_of|divergence)", r"\[\.\.\., 1\]", SHAPE),
    (r"_rules\._operator", r"symbolic_zeros|defjvp\(with_primal\)$", COST),
    (r"_rules\.d_log_partition", r"isfinite\(q\) \| \(p != 0\)", FILLER),
    (r"_words\.fold_max [12]$", r"x\.shape", COST),
    (r"_counting\.value", r"\+jnp\.inf", INFINITE),
    (r"_counting\.value", r"max / 17", POWER),
    (r"_counting\.row_of", r"small = 2\.0|2 / small", POWER),
    (r"_rules\.d_divergence", r"kernels\.valid\((None, log_w|log_q, None)\)", NONE),
    (r"_rules\.d_(contrast|boltzmann_kl)|_weighted\.surprise", r">= 0", FILLER),
    (r"_fast\.(total|top)", r"FEW|few (and|or)|few = ", WAYS),
    (r"_weighted\.spread", r"exp_of_minus\(.*, 1\)", NOTHING),
    (r"_weighted\.spread", r"next_best \* math|log\(3\)|form\.bias - 2", POWER),
    (r"_weighted\.(_contrast|_change)", r"take_along_axis\(.*, k\) (for|\*)", FIRST),
    (r"_weighted\._contrast", r"isfinite\(fine\) \|", "A quotient in two words is finite in both or in neither."),
    (r"_words\.exact_sum", r"range\(4\)|range\(len\(terms\)\)", EXACT),
    (r"_words\.exact_sum", r"terms\[1\]|terms\[2:-1\]", WORD),
    (r"Row\.over_actions", r".", AGAIN),
    (r"_counting\.weight", r"^ >>> $", COST),
    (r"_door\.lift", r".", LISTS),
    (r"_words\.fold_columns", r"width = 2$", ENDLESS),
    (r"_words\.fold ", r"None, half", FIRST),
    (r"_words\.fold |q_loss|d_divergence|_weighted\.kl", r"n \+ 1|\.\.\., 1\]", CLAMP),
    (r"q_loss", r"take_along_axis", FIRST),
    (r"_words\.kept", r"x \* jnp", ONE),
    (r"_fast\.logits", r"limits\.max", SLACK),
    (r"_fast\.logits|_weighted\._(times|divide)", r"inf|log_z\[0\] != 1|drop\[0\] == 0", INFINITE),
    (r"_weighted\._times", r"isfinite", "A product in two words is finite in both or in neither."),
    (r"divergence_terms", r"both = ", "Where one density is 0, p log(p/q) - p + q comes to the same: inf, or q."),
    (r"_weighted\.entropy", r"h == 1", "The sum is never -0, and is exactly 1 at irrational weights only."),
    (r"_door\.temperature", r"issubdtype\(None", GUARD),
    (r"_weighted\.mellow", r"eps \*\* 3", EDGE),
    (r"_selftest\._complaints", r"strict", LENIENT),
    (r"_selftest", r"jnp\.array\(\[jnp\.nan", MODE),
    (r"_counting\.policy", r"again|dear", COST),
    (r"_counting\.(weight|Row)", r"dear|kept|def weight", COST),
    (r".", r"kept\(", COST),
    (r"_counting\.(others|policy)", r"COLUMNS", COST),
    (r"_words\.fold_max", r"> 8 >>>|>= 8|> 9", COST),
    (r"_words\.fold ", r"COLUMNS", COST),
    (r"_words\.fold_columns", r"width = [12] <<", COST),
    (r".", r"\* (row\.|z\.|first\.|second\.)?one\b.*>>>.*/ (row\.|z\.|first\.|second\.)?one\b", ONE),
    (r".", r"/ first\.one", ONE),
    (r"_words\.exp_pair", r"c / one", ONE),
    (r"_weighted\.(advantage|log_policy)", r"-jnp\.inf / z\.one", ONE),
    (r"_counting\.mean_gap", r"/ row\.one", ONE),
    (r"_counting\.row_of", r"2\.0 \*\* 60|2\.0 \* 60|3\.0 \*\* 60|-61|\(-60\)", POWER),
    (r"_weighted\.(advantage|mellow|_drop|_divide)", r"shrink|huge|span", POWER),
    (r"_weighted\.inverse_power", r".", POWER),
    (r"_words\.exp_of_minus", r"half = ", POWER),
    (r"_words\._(exp|log)_tail", r"\(j - 1\)", PARITY),
    (r"_words\.log1p_long", r"\(n - 1\)", PARITY),
    (r"_tail|_words\.exp_pair|_words\.log1p_long", r"range|terms|start = ", TERMS),
    (r"_words\.(add|divide|log1p|exp_pair)|_weighted\._sum", r"missed|rest\[|lowest|- rest|- x\[1\]|square", WORD),
    (r"_words\.(exp_pair|log1p_long)", r"zeros_like|- zero", ZERO),
    (r"_weighted\.(kl|mellow)", r"zeros_like", ZERO),
    (r".", r"\.dtype.*>>>.*(x\[1\]|drop\[1\]|s\[1\])\.dtype", SAME),
    (r".", r"astype\(None\)|asarray\(jnp\.finfo\(dtype\)\.max(, None)?\)", SAME),
    (r".", r"isinf\(drop\[1\]\)|isinf\(depth\[1\]\)", SAME),
    (r"_words\.(exp_of_minus|exp_pair)", r"clip|most|gone", SLACK),
    (r".", r"jnp\.where\(.*, 0\).*>>>.*, 1\)", FILLER),
    (r".", r"jnp\.where\(.*1, .*>>>.*jnp\.where\(.*2, ", FILLER),
    (r".", r"jnp\.where\(.*\b0, .*>>>.*\b1, ", FILLER),
    (r".", r" < .* >>> .* <= |<= .* >>> .* < |> .* >>> .*>= |>= .* >>> .* > | < 4| < 1 / 64", EDGE),
    (r".", r"\band False\b|\bor True\b", GUARD),
]
