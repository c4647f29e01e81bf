"""Pictures and panels: plain data in, HTML and text out. A view never calls AWS and never looks anything up."""
