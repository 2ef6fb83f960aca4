#!/usr/bin/env bash
# Runs wiredrift and records its exit code and its reports as outputs of the step. The step itself succeeds, so
# that the reports are uploaded; the last step of the action exits with the code.
set -euo pipefail

stop() {
    echo "::error title=wiredrift::$1"
    exit 2
}

# Appends the lines of a text to the command line. One argument per line, so that paths may contain spaces.
add_lines() {
    local line
    while IFS= read -r line; do
        line=${line%$'\r'}
        [ -z "$line" ] || command_line+=("$line")
    done <<<"$1"
}

# Distinguishes this use of the action from others in the repository: those of other jobs, and of jobs of a matrix, too.
# OLD is not part of it: old contracts are often commits, which differ from run to run.
if [ -z "$ID" ]; then
    ID=$(printf '%s\n' "$COMMAND" "$WORKING_DIRECTORY" "$CONTRACT" "$CAPTURES" "$NEW" "$ARGUMENTS" "$GITHUB_WORKFLOW" \
        "$GITHUB_JOB" "$MATRIX" | cksum | cut -d ' ' -f 1)
elif [[ ! $ID =~ ^[A-Za-z0-9._-]+$ ]]; then
    stop "The input id may have letters, digits, dots, dashes and underscores only."
fi
id=wiredrift-$ID
mkdir -p "$RUNNER_TEMP/wiredrift"
sarif_file=$RUNNER_TEMP/wiredrift/$id.sarif
markdown_file=$RUNNER_TEMP/wiredrift/$id.md
rm -f "$sarif_file" "$markdown_file"

command_line=(wiredrift "$COMMAND" --output text --output "markdown=$markdown_file")
case $COMMAND in
check)
    # Both can be in wiredrift.toml.
    [ -z "$CONTRACT" ] || command_line+=(--contract "$CONTRACT")
    operands=$CAPTURES
    ;;
diff | report)
    # Both can be in wiredrift.toml.
    [ -z "$OLD$NEW" ] || { [ -n "$OLD" ] && [ -n "$NEW" ]; } || stop "Set both of the inputs old and new, or none."
    operands=$OLD$'\n'$NEW
    [ "$COMMAND" = diff ] || operands+=$'\n'$CAPTURES
    ;;
*)
    stop "The input command must be check, diff or report."
    ;;
esac
if [ "$SARIF" = true ]; then
    command_line+=(--output "sarif=$sarif_file")
fi
if [ -n "$FAIL_ON" ]; then
    command_line+=(--fail-on "$FAIL_ON")
fi
# xargs resolves quotes and backslashes only: no variables, no commands, no file name patterns.
words=$(xargs -n 1 printf '%s\n' <<<"$ARGUMENTS") || stop "A quote in the input arguments is not closed."
add_lines "$words"
command_line+=(--)
add_lines "$operands"

code=0
"${command_line[@]}" || code=$?
case $code in
# wiredrift itself annotates why a run was not completed.
0 | 1 | 2 | 130) ;;
*) echo "::error title=wiredrift::The run could not be completed (exit code $code). See the log of this step." ;;
esac

{
    echo "id=$id"
    echo "exit-code=$code"
    [ ! -f "$sarif_file" ] || echo "sarif=$sarif_file"
    [ ! -f "$markdown_file" ] || echo "markdown=$markdown_file"
} >>"$GITHUB_OUTPUT"
