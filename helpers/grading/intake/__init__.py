"""From files to hand-ins: whose they are, which lesson, and the code in them."""
