#!/usr/bin/env bash
# Produces orders over HTTP and reads them back: orders.sh [gateway] [topic]
set -euo pipefail
gateway="${1:-localhost:8080}"
topic="${2:-curl-orders}"
json='Content-Type: application/json'

cluster="$(curl -fsS "$gateway/v3/clusters" | grep -o '"cluster_id":"[^"]*"' | head -n 1 | cut -d'"' -f4)"
curl -fsS -o /dev/null "$gateway/v3/clusters/$cluster/topics" -H "$json" -d "{\"topic_name\":\"$topic\",\"partitions_count\":1}"

for item in tea milk bread; do
  printf '{"customer":"kate","item":"%s"}\n' "$item"
done | curl -fsS -o /dev/null "$gateway/topics/$topic?lines=true" -H 'Content-Type: text/plain' --data-binary @-

curl -fsS "$gateway/topics/$topic/partitions/0/records?offset=0" -H 'Accept: application/x-ndjson'
