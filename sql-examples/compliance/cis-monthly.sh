#!/bin/sh
# Evidence for the monitoring section of the CIS AWS Foundations Benchmark, one month at a time.
set -eu

usage() {
    cat <<'TEXT'
usage: cis-monthly.sh [-s STORE] [-o FOLDER] [YYYY-MM]

Writes FOLDER/cis-YYYY-MM with a CSV and a Markdown file for each recommendation of section 4 of the CIS AWS
Foundations Benchmark (v3.0.0), and index.md with the rows, the table version and the SHA-256 of each.

  -s STORE   the event data store [default: events]
  -o FOLDER  where the folder is made [default: evidence]
  YYYY-MM    the month, UTC [default: the last one]

TRAILLAKE is the traillake binary [default: the one on the PATH], TRAILLAKE_LAKE the lake.
The name of the folder is printed; a folder that is there is left alone. Exit codes: 0 done; 1 failed; 2 wrong usage; 130 interrupted.
TEXT
}

wrong() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    usage >&2
    exit 2
}

store=events into=evidence
while getopts s:o:h option; do
    case $option in
        s) store=$OPTARG ;;
        o) into=$OPTARG ;;
        h) usage && exit 0 ;;
        *) wrong "unknown option" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || wrong "one month at a time"

month=${1-}
if [ -z "$month" ]; then
    year=$(date -u +%Y) number=$(date -u +%m)
    number=$((${number#0} - 1))
    [ "$number" -gt 0 ] || year=$((year - 1)) number=12
else
    case $month in
        [0-9][0-9][0-9][0-9]-0[1-9] | [0-9][0-9][0-9][0-9]-1[0-2]) ;;
        *) wrong "\`$month\` is not a month: expected one like 2025-03" ;;
    esac
    year=${month%-*} number=${month#*-}
    number=${number#0}
fi
month=$(printf '%s-%02d' "$year" "$number")
next=$(printf '%s-%02d' "$((number == 12 ? year + 1 : year))" "$((number % 12 + 1))")
before=$(printf '%s-%02d' "$((number == 1 ? year - 1 : year))" "$(((number + 10) % 12 + 1))")

# shellcheck source=evidence.sh
. "$(dirname -- "$0")/evidence.sh"

evidence_begin "CIS AWS Foundations Benchmark, section 4: $month" "$into/cis-$month" \
    "$month-01 00:00:00" "$next-01 00:00:00"

# What there is to judge by: the events of each day, and the hours without any. What was active in the month before
# must not be silent.
evidence "CIS 3.1" activity-by-account-and-day
evidence "CIS 3.1" hours-without-events "since=$before-01 00:00:00" "ending_after=$month-01 00:00:00"

evidence "CIS 4.1" unauthorized-calls
evidence "CIS 4.2" console-logins-without-mfa
evidence "CIS 4.3" root-user-activity
evidence "CIS 4.4" iam-policy-changes
evidence "CIS 4.5" trail-changes
evidence "CIS 4.6" failed-console-logins
evidence "CIS 4.7" kms-keys-disabled-or-deleted
evidence "CIS 4.8" s3-bucket-policy-changes
evidence "CIS 4.9" config-recorder-changes
evidence "CIS 4.10" security-group-changes
evidence "CIS 4.11" network-acl-changes
evidence "CIS 4.12" network-gateway-changes
evidence "CIS 4.13" route-table-changes
evidence "CIS 4.14" vpc-changes
evidence "CIS 4.15" organizations-changes
evidence "CIS 4.16" detectors-disabled

evidence_end
