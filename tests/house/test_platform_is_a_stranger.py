"""The reference platform lives here and knows nobody here: only then do the scenarios test a stranger."""

import subprocess
import sys

# Imports every module of the platform, so that one added tomorrow is covered too; an import that fails is an error.
IMPORT_ALL = """
import importlib, pkgutil, sys
import gp_lib.reference_platform as platform

def raise_again(name):
    raise

found = pkgutil.walk_packages(platform.__path__, platform.__name__ + ".", onerror=raise_again)
for module in found:
    importlib.import_module(module.name)
print(*sorted(name for name in sys.modules if name.startswith("gp_lib.")))
"""


HTTP_HEAD = "gp_lib.reference_platform.http_head"
"""How both of them read the head of a request; it knows neither."""


def _loaded(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_the_platform_loads_no_other_part_of_gp_lib() -> None:
    loaded = _loaded(IMPORT_ALL)
    assert "gp_lib.reference_platform.scripted_model.server" in loaded
    assert [name for name in loaded if not f"{name}.".startswith("gp_lib.reference_platform.")] == []


def test_importing_the_scripted_model_loads_nothing_of_the_platform() -> None:
    model = "gp_lib.reference_platform.scripted_model"
    names = f"*sorted(name for name in sys.modules if name.startswith('{model.rpartition('.')[0]}.'))"
    loaded = _loaded(f"import sys, {model}.__main__; print({names})")
    assert f"{model}.server" in loaded
    assert [name for name in loaded if not f"{name}.".startswith(f"{model}.")] == [HTTP_HEAD]
