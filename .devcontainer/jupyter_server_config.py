"""JupyterHub, Binder and Codespaces start JupyterLab themselves: this has it open the course, as `course lab` does."""

import os
import re

from helpers.learner import lab

c = get_config()  # noqa: F821 - Jupyter runs this file, and has put the function there
lab.configure(c)
if name := os.environ.get("CODESPACE_NAME"):
    # The page comes from GitHub's address for this codespace. Anybody who can open it has signed in there.
    domain = os.environ.get("GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN", "app.github.dev")
    c.ServerApp.allow_remote_access = True
    c.ServerApp.allow_origin_pat = rf"https://{re.escape(name)}-\d+\.{re.escape(domain)}"
