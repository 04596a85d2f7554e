"""The claims under test: what each says, the cells that can refute it, and the verdict on what was measured."""
