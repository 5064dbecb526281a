package io.headrace.bench.http;

import io.headrace.bench.Mode;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadResult;
import io.headrace.bench.machine.Calls;
import io.headrace.bench.machine.Platform;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * Consume through consumer instances, each in a group of its own, as the peer was measured.
 * Instances join before anything counts, and are kept between rounds.
 */
final class GroupConsumeCell implements LoadCells.Cell {

    static final String JSON = "application/vnd.kafka.json.v2+json";
    static final String CONTROL = "application/vnd.kafka.v2+json";
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final Mode mode;
    private final Platform platform;
    private final PeerFigures peer;
    private final String topic;
    private final long recordCount;
    private final int readers;

    GroupConsumeCell(
            Mode mode,
            Platform platform,
            PeerFigures peer,
            String topic,
            long recordCount,
            int readers) {
        this.mode = mode;
        this.platform = platform;
        this.peer = peer;
        this.topic = topic;
        this.recordCount = recordCount;
        this.readers = readers;
    }

    @Override
    public String figure() {
        return "groups.json." + readers;
    }

    @Override
    public String title() {
        return "JSON, " + readers;
    }

    private String group(int reader) {
        return "/consumers/" + topic + "-" + readers + "-" + reader;
    }

    /** The instance of that reader, below the group's path. */
    private String path(int reader) {
        return group(reader) + "/instances/bench";
    }

    /** Makes the instances and lets them join; groups of one member, so one after the other. */
    void join() throws IOException, InterruptedException {
        URI gateway = platform.gateway();
        for (int reader = 0; reader < readers; reader++) {
            Calls.post(
                    gateway + group(reader),
                    CONTROL,
                    Bytes.ascii(
                            "{\"name\":\"bench\",\"format\":\"json\",\"auto.offset.reset\":\"earliest\"}"),
                    200);
            Calls.post(
                    gateway + path(reader) + "/subscription",
                    CONTROL,
                    Bytes.ascii("{\"topics\":[\"" + topic + "\"]}"),
                    204);
        }
        for (int reader = 0; reader < readers; reader++) {
            var first = Calls.get(gateway + path(reader) + "/records?max_bytes=1");
            if (first.statusCode() != 200) {
                throw new IOException("the first read answered " + first.statusCode());
            }
        }
    }

    @Override
    public LoadResult run(Duration measured) throws IOException {
        URI gateway = platform.gateway();
        return new HttpLoad(Platform.address(gateway), platform.usage())
                .run(
                        readers,
                        reader ->
                                new InstanceConversation(
                                        gateway.getAuthority(),
                                        path(reader),
                                        topic,
                                        ANSWER_BYTES_MAX,
                                        recordCount),
                        mode.warmUp(),
                        measured);
    }

    @Override
    public OptionalDouble peer(String figure) {
        return peer.consume(readers, figure);
    }
}
