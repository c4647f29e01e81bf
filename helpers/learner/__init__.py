"""What the `course` command does for learners: the working copy, JupyterLab, checks from a terminal, handing in."""
