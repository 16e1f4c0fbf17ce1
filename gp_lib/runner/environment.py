"""Where a batch ran: what CI's variables say of the change, and what kind of machine it was (never which one)."""

import json
import os
import platform
import re
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from gp_lib.clock import slow_factor

Links = dict[str, str]


def environment(variables: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What evidence says of the place: change, versions and machine; no host's name, no user's, no path."""
    return {
        "change": change(variables),
        "versions": {
            name: version(name)
            for name in ("golden-path-workbench", "papermill", "nbclient", "ipykernel", "websockets")
        },
        "machine": {
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "cores": os.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
            "slow_factor": slow_factor(),
            "utc_offset_s": time.localtime().tm_gmtoff,
        },
    }


def change(variables: Mapping[str, str]) -> dict[str, str]:
    """The change that CI is testing, with links: commit, branch, pull request, issue, job. Empty outside of CI."""
    if variables.get("GITHUB_ACTIONS") == "true":
        found = _github(variables)
    elif variables.get("GITLAB_CI") == "true":
        found = _gitlab(variables)
    else:  # Jenkins; on a person's machine none of these is set
        found = {
            "commit": variables.get("GIT_COMMIT", ""),
            "branch": variables.get("BRANCH_NAME", ""),
            "pull request": variables.get("CHANGE_URL", ""),
            "job": variables.get("BUILD_URL", ""),
        }
    return {name: text for name, text in found.items() if text}


def _github(variables: Mapping[str, str]) -> Links:
    home = f"{variables.get('GITHUB_SERVER_URL', 'https://github.com')}/{variables.get('GITHUB_REPOSITORY', '')}"
    number = re.fullmatch(r"refs/pull/(\d+)/\w+", variables.get("GITHUB_REF", ""))
    run, commit = variables.get("GITHUB_RUN_ID", ""), variables.get("GITHUB_SHA", "")
    return {
        "commit": commit,
        "commit link": f"{home}/commit/{commit}" if commit else "",
        "branch": variables.get("GITHUB_HEAD_REF") or variables.get("GITHUB_REF_NAME", ""),
        "pull request": f"{home}/pull/{number[1]}" if number else "",
        "issue": _issue(variables.get("GITHUB_EVENT_PATH", "")),
        "job": f"{home}/actions/runs/{run}" if run else "",
    }


def _issue(event: str) -> str:
    """The issue that started a workflow (by a comment, say), from the event that GitHub leaves in a file."""
    try:
        told = json.loads(Path(event).read_bytes()) if event else {}
        return str(told.get("issue", {}).get("html_url", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _gitlab(variables: Mapping[str, str]) -> Links:
    home, commit = variables.get("CI_PROJECT_URL", ""), variables.get("CI_COMMIT_SHA", "")
    request = variables.get("CI_MERGE_REQUEST_IID", "")
    return {
        "commit": commit,
        "commit link": f"{home}/-/commit/{commit}" if commit else "",
        "branch": variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or variables.get("CI_COMMIT_REF_NAME", ""),
        "pull request": f"{home}/-/merge_requests/{request}" if request else "",
        "job": variables.get("CI_JOB_URL", ""),
    }
