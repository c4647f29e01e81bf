"""Pictures and panels. Pure: plain data in, HTML and text out; a view never calls AWS and never looks anything up."""
