#!/bin/sh
# What the grading job does, in the course folder. Each step may be repeated, and does what is new.
set -eu
for module in release/*/; do
    [ -d "$module" ] || exit 0  # nothing has been handed out yet
    nbgrader collect --update "$(basename "$module")"
done
# Work that was refused, or a platform that is away, keeps nobody's feedback back.
code=0
allyship grade || code=$?
allyship feedback
for module in release/*/; do
    nbgrader release_feedback "$(basename "$module")"
done
exit "$code"
