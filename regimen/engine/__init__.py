"""Protocol and plan to schedule: pure, exact, explained. Nothing here reads a clock or a file."""
