"""How a check reaches an answer: the answer runs in this kernel, in one thread, or in the sandbox."""
