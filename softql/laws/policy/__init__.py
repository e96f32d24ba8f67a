"""Laws of policies: the Boltzmann policy, entropy, divergence, and V = E_pi[Q - alpha log pi].

A policy is a density against the measure w, so probabilities are w pi and sum to 1. Laws that quantify over
"every policy" draw any density, also ones that give an action no chance at all; 0 log 0 is 0.
"""
