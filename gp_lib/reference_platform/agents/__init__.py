"""The agents: a supervisor that conducts four others, and the one module that talks to a model."""
