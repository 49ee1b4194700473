"""Text to protocol or plan, or findings with line and column."""
