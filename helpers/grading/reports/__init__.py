"""What learners and instructors read afterwards."""
