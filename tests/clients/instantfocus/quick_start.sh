#!/bin/sh
# The quick start of the InstantFocus contract with curl: one study, the job of a larger one, usage and health, and an error.
#
#   BASE_URL=http://127.0.0.1:7455 API_KEY=if_live_… sh quick_start.sh
#
# It prints one JSON line of the statuses that it saw, and ends with 1 on another than the contract promises.
set -u
: "${BASE_URL:?is not set}" "${API_KEY:?is not set}"
base=${BASE_URL%/}
reply=$(mktemp)
trap 'rm -f "$reply"' EXIT
seen=""

# expect NAME STATUS TEXT CURL-ARGUMENTS…: the status, and a text that the reply holds.
expect() {
    name=$1 wanted=$2 text=$3
    shift 3
    status=$(curl --silent --noproxy '*' --max-time 150 --output "$reply" --write-out '%{http_code}' "$@")
    seen="$seen${seen:+, }\"$name\": \"$status\""
    if [ "$status" != "$wanted" ] || ! grep -q -- "$text" "$reply"; then
        printf '{"client": "instantfocus/quick_start.sh", "ok": false, "why": "%s: expected %s", "seen": {%s}}\n' "$name" "$wanted" "$seen"
        head -c 400 "$reply" >&2
        exit 1
    fi
}
auth="Authorization: Bearer $API_KEY"
json="Content-Type: application/json"
idea="A meal kit delivery service that learns your taste. Nine dollars a dinner, cancel any week."

expect health 200 '"instantfocus"' "$base/v1/health"
expect evaluate 200 '"mean_score"' -X POST "$base/v1/evaluate" -H "$auth" -H "$json" -d "{
    \"study_type\": \"concept_test\", \"stimulus\": \"$idea\", \"panel_size\": 50,
    \"audience\": {\"gender\": \"all\", \"region\": \"us_national\"}}"
expect job 202 '"poll_url"' -X POST "$base/v1/evaluate" -H "$auth" -H "$json" -d "{
    \"study_type\": \"sentiment\", \"stimulus\": \"$idea\", \"panel_size\": 101}"
job=$(sed -n 's/.*"poll_url": *"\([^"]*\)".*/\1/p' "$reply")
tries=0
while :; do
    expect poll 200 '"job_id"' -H "$auth" "$base$job"
    if grep -q '"status": *"completed"' "$reply"; then break; fi
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || grep -q '"status": *"failed"' "$reply"; then expect completed 200 '"completed"' -H "$auth" "$base$job"; fi
    sleep 0.2
done
expect usage 200 '"credits_balance"' -H "$auth" "$base/v1/usage"
expect bad 400 '"VALIDATION_ERROR"' -X POST "$base/v1/evaluate" -H "$auth" -H "$json" -d '{"study_type": "focus_group"}'
expect keyless 401 '"UNAUTHORIZED"' "$base/v1/usage"
printf '{"client": "instantfocus/quick_start.sh", "ok": true, "polls": %s}\n' "$((tries + 1))"
