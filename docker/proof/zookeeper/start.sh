# Writes zoo.cfg as the official image does from its variables, and becomes ZooKeeper.
set -eu
{
  echo "dataDir=/data"
  echo "dataLogDir=/datalog"
  echo "tickTime=${ZOO_TICK_TIME:-2000}"
  echo "initLimit=${ZOO_INIT_LIMIT:-5}"
  echo "syncLimit=${ZOO_SYNC_LIMIT:-2}"
  echo "autopurge.purgeInterval=${ZOO_AUTOPURGE_PURGEINTERVAL:-0}"
  echo "admin.enableServer=${ZOO_ADMINSERVER_ENABLED:-true}"
  for server in $ZOO_SERVERS; do echo "$server"; done
} >/conf/zoo.cfg
echo "${ZOO_MY_ID:-1}" >/data/myid
exec java -Xmx256m -XX:+UseSerialGC -cp '/opt/zookeeper:/opt/zookeeper/*' org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg
