"""Environments: `lanes` runs many copies of a gymnax environment at once; `probes` are gymnax environments with known
exact soft values. Nothing is imported here, because gymnax costs seconds."""
