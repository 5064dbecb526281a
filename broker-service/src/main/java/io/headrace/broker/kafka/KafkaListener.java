package io.headrace.broker.kafka;

import io.headrace.broker.fetch.SlowReaders;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.telemetry.RequestMetrics;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections on all Kafka listeners of this broker.
 *
 * <p>Owner: the application context's thread starts and stops it; connections belong to the event
 * loops, which the caller owns and stops afterwards.
 *
 * <p>Bounds: {@link KafkaLimits}; a connection above a limit is closed before a byte of it is read.
 */
public final class KafkaListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaListener.class);
    private static final int BACKLOG = 1024;

    // A peer that is gone without a word (its host died, or a reset was lost) is noticed in 90 s.
    private static final int KEEP_IDLE_S = 60;
    private static final int KEEP_INTERVAL_S = 10;
    private static final int KEEP_COUNT = 3;

    private static final long CLOSE_WAIT_MS = 5_000;
    private static final long ANSWERS_WAIT_MS = 5_000;

    /**
     * The threads and the kind of socket (epoll where there is one).
     *
     * @param group accepts and serves
     */
    public record Transport(EventLoopGroup group, Class<? extends ServerChannel> channel) {

        private ChannelOption<Integer> keepIdle() {
            return isEpoll()
                    ? EpollChannelOption.TCP_KEEPIDLE
                    : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);
        }

        private ChannelOption<Integer> keepInterval() {
            return isEpoll()
                    ? EpollChannelOption.TCP_KEEPINTVL
                    : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL);
        }

        private ChannelOption<Integer> keepCount() {
            return isEpoll()
                    ? EpollChannelOption.TCP_KEEPCNT
                    : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT);
        }

        private boolean isEpoll() {
            return channel == EpollServerSocketChannel.class;
        }
    }

    private final Transport transport;
    private final ListenerContext context;
    private final SlowReaders slowReaders;
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
    private final ChannelGroup connections =
            new DefaultChannelGroup("kafka", ImmediateEventExecutor.INSTANCE, true);
    private final List<Channel> listening = new ArrayList<>();

    public KafkaListener(
            Transport transport,
            KafkaLimits limits,
            Throttle throttle,
            ApiTable apis,
            ListenerCounters counters,
            RequestMetrics requests,
            SlowReaders slowReaders) {
        this.transport = transport;
        this.slowReaders = slowReaders;
        this.context =
                new ListenerContext(
                        apis,
                        limits,
                        throttle,
                        new FrameMemory(limits.bytesInFlightMax()),
                        counters,
                        requests);
    }

    /**
     * Listens on one more address.
     *
     * @return the port, for a socket that took any free one
     * @throws IOException if the address is taken or not ours; the message names it
     */
    public int listen(String name, InetSocketAddress address) throws IOException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(transport.group())
                        .channel(transport.channel())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(transport.keepIdle(), KEEP_IDLE_S)
                        .childOption(transport.keepInterval(), KEEP_INTERVAL_S)
                        .childOption(transport.keepCount(), KEEP_COUNT)
                        .childHandler(new Accept(name));
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "listener "
                            + name
                            + " cannot listen on "
                            + address
                            + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listening.add(bound.channel());
        int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        LOG.atInfo().addKeyValue("listener", name).addKeyValue("port", port).log("Listens");
        return port;
    }

    /** Accepts nobody any more; who is connected stays. */
    private void stopAccepting() {
        listening.forEach(channel -> channel.close().awaitUninterruptibly(CLOSE_WAIT_MS));
        listening.clear();
    }

    /** The ports that are listened on, in the order of opening. */
    public List<Integer> ports() {
        return listening.stream()
                .map(channel -> ((InetSocketAddress) channel.localAddress()).getPort())
                .toList();
    }

    /** Bytes of requests that are received or answered now. */
    public long bytesInFlight() {
        return context.memory().used();
    }

    /**
     * Begins no request any more, on any connection; answers that are under way are still given.
     * Returns at once, {@link #close} waits.
     */
    public void finish() {
        stopAccepting();
        for (Channel channel : connections) {
            KafkaConnection connection = channel.pipeline().get(KafkaConnection.class);
            if (connection != null) {
                channel.eventLoop().execute(connection::finish);
            }
        }
    }

    /** Waits a few seconds for answers under way, then ends what is left. */
    @Override
    public void close() {
        finish();
        connections.newCloseFuture().awaitUninterruptibly(ANSWERS_WAIT_MS);
        connections.close().awaitUninterruptibly(CLOSE_WAIT_MS);
    }

    /** Builds a connection, or closes it when there are too many. */
    private final class Accept extends ChannelInitializer<Channel> {

        private final String listener;

        Accept(String listener) {
            this.listener = listener;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (!(channel.remoteAddress() instanceof InetSocketAddress remote)
                    || !(channel.localAddress() instanceof InetSocketAddress reached)) {
                var _ = channel.close(); // gone before it was looked at
                return;
            }
            if (!admit(channel, remote.getAddress())) {
                context.counters().refused(remote.getAddress());
                LOG.atDebug().addKeyValue("remote", remote).log("Too many connections");
                var _ = channel.close();
                return;
            }
            connections.add(channel);
            ReadGate gate = new ReadGate(channel);
            Client client = new Client(listener, remote, reached);
            KafkaConnection connection = new KafkaConnection(context, channel, gate, client);
            channel.pipeline()
                    .addLast(
                            slowReaders.watcher(),
                            new IdleStateHandler(
                                    true, // a large answer counts as it goes out
                                    0,
                                    0,
                                    context.limits().idle().toMillis(),
                                    TimeUnit.MILLISECONDS),
                            new FrameAssembler(context, channel, gate, connection::isBusy),
                            connection);
        }

        private boolean admit(Channel channel, InetAddress address) {
            KafkaLimits limits = context.limits();
            if (context.counters().opened() > limits.connectionsMax()) {
                context.counters().closed();
                return false;
            }
            if (perAddress.merge(address, 1, Integer::sum) > limits.connectionsPerAddressMax()) {
                leave(address);
                return false;
            }
            var _ = channel.closeFuture().addListener(closed -> leave(address));
            return true;
        }

        private void leave(InetAddress address) {
            perAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
            context.counters().closed();
        }
    }
}
