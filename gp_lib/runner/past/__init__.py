"""The past: one store of all batches, what it answers, how two batches differ, and which of them may go."""
