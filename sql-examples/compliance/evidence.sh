# Functions that the evidence scripts share; read by them, not run. POSIX shell.
# shellcheck shell=sh
#
#   evidence_begin TITLE FOLDER SINCE UNTIL   checks the tools and the period, and starts a folder
#   evidence CONTROL SAMPLE [NAME=VALUE...]   one sample as CSV and Markdown, and its lines in the index
#   evidence_end                              sums, and the folder in its place
#
# The caller sets `store`. A folder appears when it is complete; one that is there is never touched. A period that is
# not over, or of which the store holds no event, gives no folder: empty answers would pass for good ones.

# How often a pair of answers is asked for again when the store has changed between the two.
attempts=3

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# The traillake command of this lake.
traillake() {
    "${TRAILLAKE:-traillake}" "$@"
}

# Sets `sum` to the SHA-256 of a file.
take_sum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sum=$(sha256sum <"$1")
    else
        sum=$(shasum -a 256 <"$1")
    fi || fail "cannot take the sum of \`$1\`"
    sum=${sum%% *}
}

# The one value that a query gives.
value_of() {
    # Not in a pipe, which would hide a failure.
    answer=$(traillake query "$@" --format csv --quiet) || return 1
    printf '%s\n' "$answer" | tail -n 1
}

# Refuses a period that proves nothing.
check_period() {
    state=$(value_of "SELECT if(:until > localtimestamp, 'not over', CAST(count(*) AS varchar)) AS state
                      FROM \$EDS_ID WHERE eventTime >= :since AND eventTime < :until" \
        --store "$store" --param "since:timestamp=$since" --param "until:timestamp=$until") ||
        fail "cannot count the events from $since to $until"
    case $state in
        'not over') fail "the period from $since to $until is not over" ;;
        0) fail "\`$store\` holds no event from $since to $until: there is nothing to show" ;;
    esac
    events=$state
}

evidence_begin() {
    title=$1 folder=$2 since=$3 until=$4
    command -v "${TRAILLAKE:-traillake}" >/dev/null 2>&1 ||
        fail "there is no \`${TRAILLAKE:-traillake}\`: set TRAILLAKE to the traillake binary, or put it on the PATH"
    command -v sha256sum >/dev/null 2>&1 || command -v shasum >/dev/null 2>&1 ||
        fail "there is neither sha256sum nor shasum to take sums with"
    [ ! -e "$folder" ] || fail "\`$folder\` is there already; evidence is not written over"
    description=$(traillake store describe "$store" --format json) || fail "there is no event data store \`$store\` to ask"
    store_id=$(printf '%s\n' "$description" | sed -n 's/^  "id": "\(.*\)",*$/\1/p')
    [ -n "$store_id" ] || fail "\`traillake store describe $store\` did not say the id of the store"
    check_period
    partial=$folder.partial.$$
    mkdir -p "$(dirname -- "$folder")" && mkdir "$partial" || fail "cannot make the folder \`$partial\`"
    trap 'rm -rf "$partial"' EXIT
    trap 'exit 130' INT TERM
    cat >"$partial/index.md" <<HEAD
# $title

| | |
|---|---|
| period | $since to $until, UTC, the end left out |
| event data store | $store, $store_id |
| events of the period | $events |
| made | $(date -u '+%Y-%m-%d %H:%M:%S') UTC with $(traillake version) |

The rows of each query are in a CSV file and a Markdown file; both are of the table version beside them.
The statements are those of \`traillake samples QUERY\`. \`SHA256SUMS\` holds the sum of every file, this one included.

| control | title | query | values given | rows | table version | file | SHA-256 |
|---|---|---|---|---:|---:|---|---|
HEAD
}

# Runs a sample in one format; sets `rows` and `version` from what the run says of itself.
run_sample() {
    format=$1 output=$2
    shift 2
    said=$(traillake samples "$sample" --run --store "$store" --format "$format" --output "$output" "$@" 2>&1) ||
        fail "\`$sample\` failed: $said"
    rows=$(printf '%s\n' "$said" | sed -n 's/^\([0-9,]*\) rows\{0,1\} in .*/\1/p' | tr -d ,)
    version=$(printf '%s\n' "$said" | sed -n 's/.*, table version \([0-9]*\)$/\1/p')
    [ -n "$rows" ] && [ -n "$version" ] || fail "\`$sample\` did not say what it has read: $said"
}

evidence() {
    control=$1 sample=$2
    shift 2
    given=$(printf ', %s' "$@" | sed -e 's/^, //' -e 's/|/\\|/g')
    values=$#
    while [ "$values" -gt 0 ]; do
        set -- "$@" --param "$1"
        shift
        values=$((values - 1))
    done
    set -- --param "since:timestamp=$since" --param "until:timestamp=$until" "$@"
    sample_title=$(traillake samples "$sample" | sed -n 's/^-- title: //p')
    [ -n "$sample_title" ] || fail "there is no sample \`$sample\`"
    file=$(printf '%s' "$control" | tr -c 'A-Za-z0-9.' '-')-$sample
    attempt=1
    while :; do
        run_sample csv "$partial/$file.csv" "$@"
        csv_rows=$rows csv_version=$version
        run_sample markdown "$partial/$file.md" "$@"
        [ "$csv_version" = "$version" ] && [ "$csv_rows" = "$rows" ] && break
        [ "$attempt" -lt "$attempts" ] || fail "the store changed during each of $attempts runs of \`$sample\`; stop its ingest for a moment"
        attempt=$((attempt + 1))
    done
    for made in "$file.csv" "$file.md"; do
        take_sum "$partial/$made"
        printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$control" "$sample_title" "$sample" "$given" "$rows" "$version" \
            "[$made]($made)" "$sum" >>"$partial/index.md"
    done
}

evidence_end() {
    for made in "$partial"/*.csv "$partial"/*.md; do
        take_sum "$made"
        printf '%s  %s\n' "$sum" "${made##*/}"
    done >"$partial/SHA256SUMS"
    [ ! -e "$folder" ] || fail "\`$folder\` has come up meanwhile; evidence is not written over"
    mv "$partial" "$folder"
    trap - EXIT
    printf '%s\n' "$folder"
}
