"""Operators as the embedded platform carries them: upstream's, made to fit a small machine."""
