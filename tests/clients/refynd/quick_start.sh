#!/bin/sh
# The endpoints of the Refynd contract with curl: balance, an evaluation, its results, and errors.
#
#   BASE_URL=http://127.0.0.1:7455 API_KEY=rfnd_live_… sh quick_start.sh
#
# It prints one JSON line, and ends with 1 on a reply that the contract does not promise.
set -u
: "${BASE_URL:?is not set}" "${API_KEY:?is not set}"
base=${BASE_URL%/}/api/v1
reply=$(mktemp)
trap 'rm -f "$reply"' EXIT
seen=""

# expect NAME STATUS TEXT CURL-ARGUMENTS…: the status, and a text that the reply holds.
expect() {
    name=$1 wanted=$2 text=$3
    shift 3
    status=$(curl --silent --noproxy '*' --max-time 60 --output "$reply" --write-out '%{http_code}' "$@")
    seen="$seen${seen:+, }\"$name\": \"$status\""
    if [ "$status" != "$wanted" ] || ! grep -q -- "$text" "$reply"; then
        printf '{"client": "refynd/quick_start.sh", "ok": false, "why": "%s: expected %s", "seen": {%s}}\n' "$name" "$wanted" "$seen"
        head -c 400 "$reply" >&2
        exit 1
    fi
}
auth="Authorization: Bearer $API_KEY"
json="Content-Type: application/json"

expect balance 200 '"credits"' -H "$auth" "$base/balance"
expect evaluate 200 '"queued"' -X POST "$base/evaluate" -H "$auth" -H "$json" -d '{
    "content": "10 Morning Habits That Changed My Life", "contentType": "youtube", "mode": "quick_pulse", "panelSize": 10}'
run=$(sed -n 's/.*"testRunId": *"\([^"]*\)".*/\1/p' "$reply")
tries=0
while :; do
    expect results 200 '"testRunId"' -H "$auth" "$base/results/$run"
    if grep -q '"status": *"complete"' "$reply"; then break; fi
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || grep -q '"status": *"failed"' "$reply"; then expect complete 200 '"complete"' -H "$auth" "$base/results/$run"; fi
    sleep 0.2
done
expect malformed 400 '"invalid_request"' -X POST "$base/evaluate" -H "$auth" -H "$json" -d '{'
expect keyless 401 '"unauthorized"' "$base/balance"
expect unknown 404 '"not_found"' -H "$auth" "$base/results/k57abc123def456"
expect invalid 422 '"validation_error"' -X POST "$base/evaluate" -H "$auth" -H "$json" -d '{"content": "A title", "contentType": "youtube", "rounds": 9}'
printf '{"client": "refynd/quick_start.sh", "ok": true, "testRunId": "%s", "polls": %s}\n' "$run" "$((tries + 1))"
