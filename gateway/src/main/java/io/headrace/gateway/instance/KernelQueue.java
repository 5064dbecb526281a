package io.headrace.gateway.instance;

import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What Linux knows of a connection ({@code getsockopt(TCP_INFO)}; the layout only ever grew at its
 * end).
 *
 * <pre>
 *   0 u8 state    24 u32 unacked segments    144 u32 bytes not sent yet
 * </pre>
 */
final class KernelQueue {

    /** Its classes are there at run time only. */
    private static final String EPOLL = "io.netty.channel.epoll.Epoll";

    private static final int LEVEL_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final int LENGTH = 148;
    private static final int UNACKED_AT = 24;
    private static final int NOT_SENT_AT = 144;

    /** The other side has reset the connection; this one has not closed it. */
    private static final int CLOSE = 7;

    /** The other side has closed in order, this one has not. */
    private static final int CLOSE_WAIT = 8;

    private static final RawUnixChannelOption OPTION =
            new RawUnixChannelOption("TCP_INFO", LEVEL_TCP, TCP_INFO, LENGTH);

    private KernelQueue() {}

    /** Whether the other side went before it had read all bytes; false if unknown. */
    static boolean isClosedWithBytesLeft(Channel channel) {
        if (!channel.getClass().getName().startsWith(EPOLL)) {
            return false;
        }
        ByteBuffer info = channel.config().getOption(OPTION);
        if (info == null || info.remaining() < LENGTH) {
            return false;
        }
        info.order(ByteOrder.nativeOrder());
        int at = info.position();
        return switch (info.get(at)) {
            case CLOSE -> true;
            case CLOSE_WAIT ->
                    info.getInt(at + UNACKED_AT) != 0 || info.getInt(at + NOT_SENT_AT) != 0;
            default -> false;
        };
    }
}
