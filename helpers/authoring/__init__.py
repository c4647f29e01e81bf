"""For authors: builds, proves and releases what they write. Only `cli` imports it; no notebook does.

- `build` runs and stores the course's notebooks, and `watch` says what has changed since; `custom_set` does the
  same for an instructor's own exercises.
- `new_lesson` and `new_exercise` begin what authors then write; `scaffold` is what the two share.
- `solution_faults`: what keeps a solved notebook from becoming an `exercise`; `proof` grades it before it's written.
- `normal` is the form in which notebooks are stored, `contents` what is written from lessons/course.toml.
- `release` writes a course without solutions, `verify` runs lessons on another cloud.
"""
