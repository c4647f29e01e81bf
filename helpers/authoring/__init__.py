"""For authors: makes what is generated. Never imported by a notebook, nor by the rest of `helpers`."""
