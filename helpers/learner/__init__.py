"""What the `course` command does for a learner: the working copy, JupyterLab, checks from a terminal, handing in."""
