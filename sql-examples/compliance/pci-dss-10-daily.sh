#!/bin/sh
# Evidence for the daily review of audit logs that PCI DSS v4.0.1, requirement 10, asks for.
set -eu

usage() {
    cat <<'TEXT'
usage: pci-dss-10-daily.sh [-s STORE] [-o FOLDER] [-d PATTERN] [-l PATTERN] [-r PATTERN] [YYYY-MM-DD]

Writes FOLDER/pci-dss-10-YYYY-MM-DD with a CSV and a Markdown file for each event of requirement 10.2.1 and for
the failures of requirement 10.7, and index.md with the rows, the table version and the SHA-256 of each.

  -s STORE    the event data store [default: events]
  -o FOLDER   where the folder is made [default: evidence]
  -d PATTERN  the buckets with cardholder data, a LIKE pattern [default: %]
  -l PATTERN  the buckets with the audit logs, a LIKE pattern [default: %cloudtrail%]
  -r PATTERN  names of administrative roles and users, a regular expression [default: (?i)admin]
  YYYY-MM-DD  the day, UTC [default: yesterday]

TRAILLAKE is the traillake binary [default: the one on the PATH], TRAILLAKE_LAKE the lake.
The name of the folder is printed; a folder that is there is left alone. Exit codes: 0 done; 1 failed; 2 wrong usage; 130 interrupted.
TEXT
}

wrong() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    usage >&2
    exit 2
}

store=events into=evidence data=% logs=%cloudtrail% administrators='(?i)admin'
while getopts s:o:d:l:r:h option; do
    case $option in
        s) store=$OPTARG ;;
        o) into=$OPTARG ;;
        d) data=$OPTARG ;;
        l) logs=$OPTARG ;;
        r) administrators=$OPTARG ;;
        h) usage && exit 0 ;;
        *) wrong "unknown option" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || wrong "one day at a time"
case ${1-} in
    '' | [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;;
    *) wrong "\`$1\` is not a day: expected one like 2025-03-04" ;;
esac

# shellcheck source=evidence.sh
. "$(dirname -- "$0")/evidence.sh"

# The lake does the sums: the options of date(1) differ between systems.
if [ $# -eq 0 ]; then
    day=$(value_of "SELECT CAST(date_add('day', -1, current_date) AS varchar) AS day") || fail "cannot ask the lake"
else
    day=$1
fi
next=$(value_of "SELECT CAST(date_add('day', 1, CAST(:day AS date)) AS varchar) AS next" --param "day=$day") ||
    fail "cannot ask the lake for the day after \`$day\`"
before=$(value_of "SELECT CAST(date_add('day', -14, CAST(:day AS date)) AS varchar) AS before" --param "day=$day") ||
    fail "cannot ask the lake for the days before \`$day\`"

evidence_begin "PCI DSS v4.0.1, requirement 10: $day" "$into/pci-dss-10-$day" "$day 00:00:00" "$next 00:00:00"

evidence "10.2.1.1" s3-object-reads "bucket=$data"
evidence "10.2.1.1" secrets-read
evidence "10.2.1.2" administrative-activity "roles=$administrators"
evidence "10.2.1.2" root-user-activity
evidence "10.2.1.2" remote-commands
evidence "10.2.1.3" audit-log-access "bucket=$logs"
evidence "10.2.1.4" unauthorized-calls
evidence "10.2.1.4" failed-console-logins
evidence "10.2.1.5" iam-user-changes
evidence "10.2.1.5" iam-policy-changes
evidence "10.2.1.5" access-key-changes
evidence "10.2.1.5" mfa-device-changes
evidence "10.2.1.5" role-trust-changes
evidence "10.2.1.6" trail-changes
evidence "10.2.1.6" log-deletions
evidence "10.2.1.7" resources-created
evidence "10.2.1.7" delete-actions
evidence "10.3.4" late-and-corrected-events
evidence "10.4.1" activity-by-account-and-day
evidence "10.4.1" changes-outside-working-hours
# What was active in the two weeks before must not be silent.
evidence "10.7.2" hours-without-events hours=1 "since=$before 00:00:00" "ending_after=$day 00:00:00"
evidence "10.7.2" config-recorder-changes
evidence "10.7.2" detectors-disabled

evidence_end
