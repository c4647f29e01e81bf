"""Where the kernel writes its settings, which nothing reads here."""
