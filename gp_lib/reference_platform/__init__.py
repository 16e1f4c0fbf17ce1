"""The system under test that ships with the workbench: a stranger that lives here, started with ``python -m``."""
