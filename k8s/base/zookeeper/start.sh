# Names all members, says which one this is, and becomes ZooKeeper.
set -eu
cp /etc/zookeeper/zoo.cfg /etc/zookeeper/logback.xml /conf/
for member in $(seq "$MEMBERS"); do
  echo "server.$member=headrace-zookeeper-$member.headrace-zookeeper:2888:3888" >>/conf/zoo.cfg
done
echo "$POD_INDEX" >/data/myid
exec zkServer.sh start-foreground
