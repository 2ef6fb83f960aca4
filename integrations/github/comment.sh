#!/usr/bin/env bash
# Writes the Markdown report into a comment on the pull request. The first run creates the comment; later runs find it
# by a hidden marker and update it. If that is not possible, the step prints a notice and succeeds.
set -euo pipefail

notice() {
    echo "::notice title=wiredrift::$1"
    exit 0
}

if [ -z "$PULL_REQUEST" ]; then
    echo "No comment: this run is not for a pull request."
    exit 0
fi

marker="<!-- $ID -->"
run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
report=$RUNNER_TEMP/wiredrift/$ID.cut.md
body=$RUNNER_TEMP/wiredrift/$ID.comment.md

{
    echo "$marker"
    if [ "$EXIT_CODE" -gt 1 ]; then
        echo "**wiredrift could not complete the run (exit code $EXIT_CODE).** See [the log]($run)."
        echo
    fi
    if [ -n "$MARKDOWN" ]; then
        # GitHub accepts 65,536 characters. Keep whole lines, and leave room for the lines above.
        # Continuation bytes of UTF-8 do not count.
        LC_ALL=C awk '
            { characters = $0; gsub(/[\200-\277]/, "", characters); size += length(characters) + 1 }
            size > 65000 { exit 1 }
            { print }
        ' "$MARKDOWN" >"$report" ||
            printf '%s\n\n' "This is the beginning of the report. [The run]($run) has all of it."
        cat "$report"
    fi
} >"$body"

comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
ours=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
found=$(gh api --paginate "$comments?per_page=100" --jq "$ours") ||
    notice "The comments of the pull request could not be read. The job needs the permission pull-requests: write."

if [ -n "$found" ]; then
    request=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/${found%%$'\n'*}")
else
    request=(--method POST "$comments")
fi
gh api --silent "${request[@]}" --field "body=@$body" ||
    notice "The comment could not be written. The job needs pull-requests: write, which pull requests from forks lack."
