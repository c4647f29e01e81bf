"""The browser edition: a folder of plain files in which JupyterLite runs the course, with no server behind it."""
