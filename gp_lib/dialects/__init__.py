"""How a platform spells the golden-path events on its wire; one file a dialect."""
