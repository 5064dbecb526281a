# train.sh PORT: starts the service of this image for real, beside standalone on loopback, and stops it when it is ready. The JVM keeps
# what it loaded and linked as the start-up cache, without profiles (tier 2): they would keep the second compiler busy with code that only a
# start runs. Nothing else of this run gets into the image.
set -eu
port="$1"
folder="$(mktemp -d)"

await() { # pid, command
  process="$1"
  shift
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if ! kill -0 "$process" || [ $tries -gt 300 ]; then
      echo "train.sh: in vain: $*" >&2
      exit 1
    fi
    sleep 0.5
  done
}

java -cp /standalone/service.jar io.headrace.standalone.Standalone --data "$folder/all" --port 18080 --admin-port 18081 --broker-port 18082 --kafka-port 19092 &
others=$!
await $others grep -q ^state=ready "$folder/all/headrace.run"

HEADRACE_ZOOKEEPER_CONNECT="$(sed -n 's/^zookeeper=//p' "$folder/all/headrace.run")"
export HEADRACE_BROKER_ID=2 HEADRACE_ADMIN_ID=trained HEADRACE_GATEWAY_ID=trained
export HEADRACE_ZOOKEEPER_CONNECT SERVER_ADDRESS=127.0.0.1 HEADRACE_BROKER_KAFKA_LISTENERS_PLAINTEXT_HOST=127.0.0.1
export HEADRACE_BROKER_DATADIR="$folder/broker" HEADRACE_ADMIN_DATADIR="$folder/admin"
java @java.options -XX:TieredStopAtLevel=2 -XX:AOTCacheOutput=service.aot -jar service.jar &
service=$!
await $service java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx16m -cp service.jar io.headrace.model.probe.Probe "$port"
kill $service
wait $service || true # 143: it was told to end
kill $others
wait $others || true
test -s service.aot
chmod 644 service.aot
rm -rf "$folder"
