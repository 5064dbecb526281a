package io.headrace.broker.kafka;

/**
 * What a stranger speaks whose first four bytes are no length of a request, in words that lead to
 * the setting to change. Stateless.
 */
final class OtherProtocol {

    private static final int TLS_HANDSHAKE = 0x1603; // record type 22, version 3.x

    private OtherProtocol() {}

    /** Why a frame of this length is none. */
    static String explain(int length, int frameBytesMax) {
        if (length >>> 16 == TLS_HANDSHAKE) {
            return "it speaks TLS, and this listener is not encrypted; set security.protocol to"
                    + " PLAINTEXT in the client";
        }
        return switch (length) {
            case 0x47455420, // GET
                    0x48454144, // HEAD
                    0x504f5354, // POST
                    0x50555420, // PUT
                    0x50415443, // PATCH
                    0x44454c45, // DELETE
                    0x4f505449, // OPTIONS
                    0x434f4e4e, // CONNECT
                    0x50524920 -> // PRI, with which HTTP/2 begins
                    "it speaks HTTP, and this listener speaks the Kafka protocol; HTTP has a port"
                            + " of its own (server.port)";
            case 0x5353482d -> "it speaks SSH, and this listener speaks the Kafka protocol";
            default ->
                    "a request of "
                            + length
                            + " bytes is announced, allowed are "
                            + FrameAssembler.FRAME_BYTES_MIN
                            + " to "
                            + frameBytesMax
                            + "; does it speak another protocol?";
        };
    }
}
