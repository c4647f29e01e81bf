"""The isolated process in which a submitted answer runs when it is graded."""
