package io.headrace.bench.load;

import java.nio.ByteBuffer;

/**
 * Reads HTTP/1.1 responses from bytes as they come: status, and a body that is framed by {@code
 * Content-Length}, by chunks, or absent (204, 304). Everything else in the head is passed over.
 *
 * <pre>
 *  HEAD --+-- content-length: n --> BODY -------------------------+--> DONE --reset--> HEAD
 *         +-- chunked --> CHUNK_SIZE --n--> CHUNK --> CHUNK_END   |
 *         |                    |  ^_____________________|         |
 *         |                    +--0--> TRAILERS ------------------+
 *         +-- none ------------------------------------------------+
 * </pre>
 *
 * <p>Owner: one thread. Bounds: a line of the head is at most 8 KiB, a kept body 256 MiB. Errors:
 * bytes that are not such a response throw {@link WrongAnswerException}; the connection is of no
 * use then.
 */
final class ResponseParser {

    private static final int LINE_MAX = 8 * 1024;
    private static final int BODY_MAX = 256 << 20;
    private static final byte[] CONTENT_LENGTH = ascii("content-length:");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding:");
    private static final byte[] CONNECTION = ascii("connection:");
    private static final byte[] CHUNKED = ascii("chunked");
    private static final byte[] CLOSE = ascii("close");

    private enum State {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        DONE
    }

    private final byte[] line = new byte[LINE_MAX];
    private int lineLength;
    private State state = State.HEAD;
    private boolean keepsBody;
    private ByteBuffer body = ByteBuffer.allocate(0);
    private int status;
    private boolean isChunked;
    private boolean isLast;
    private long left;
    private long bodyBytes;

    /** Forgets the response that is done and waits for the next one. */
    void reset(boolean keepBody) {
        state = State.HEAD;
        keepsBody = keepBody;
        lineLength = 0;
        body.clear();
        status = 0;
        isChunked = false;
        isLast = false;
        left = -1;
        bodyBytes = 0;
    }

    int status() {
        return status;
    }

    /** Whether the server will close the connection after this response. */
    boolean isLast() {
        return isLast;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    /** The body, if it was to be kept; only when the response is done. */
    ByteBuffer body() {
        return body.flip();
    }

    /** Takes bytes up to the end of the response; true when it is done. */
    boolean accept(ByteBuffer input) throws WrongAnswerException {
        while (state != State.DONE && input.hasRemaining()) {
            switch (state) {
                case BODY -> {
                    if (takeBody(input)) {
                        state = State.DONE;
                    }
                }
                case CHUNK -> {
                    if (takeBody(input)) {
                        state = State.CHUNK_END;
                    }
                }
                default -> {
                    if (takeLine(input)) {
                        endLine();
                        lineLength = 0;
                    }
                }
            }
        }
        return state == State.DONE;
    }

    private void endLine() throws WrongAnswerException {
        switch (state) {
            case HEAD -> headLine();
            case CHUNK_SIZE -> {
                left = chunkSize();
                state = left == 0 ? State.TRAILERS : State.CHUNK;
            }
            case CHUNK_END -> {
                if (lineLength != 0) {
                    throw new WrongAnswerException("a chunk does not end with a line break");
                }
                state = State.CHUNK_SIZE;
            }
            case TRAILERS -> state = lineLength == 0 ? State.DONE : State.TRAILERS;
            case BODY, CHUNK, DONE ->
                    throw new IllegalStateException("no line is read in " + state);
        }
    }

    private void headLine() throws WrongAnswerException {
        if (status == 0) {
            statusLine();
        } else if (lineLength == 0) {
            endHead();
        } else if (startsWith(CONTENT_LENGTH)) {
            left = decimal(CONTENT_LENGTH.length);
        } else if (startsWith(TRANSFER_ENCODING)) {
            isChunked = endsWith(CHUNKED);
        } else if (startsWith(CONNECTION)) {
            isLast = endsWith(CLOSE);
        }
    }

    private void statusLine() throws WrongAnswerException {
        if (lineLength < 12 || line[0] != 'H' || line[5] != '1' || line[8] != ' ') {
            throw new WrongAnswerException("not the status line of an HTTP/1.1 response");
        }
        status = 100 * (line[9] - '0') + 10 * (line[10] - '0') + line[11] - '0';
    }

    private void endHead() throws WrongAnswerException {
        if (status == 100) {
            reset(keepsBody);
        } else if (status == 204 || status == 304) {
            state = State.DONE;
        } else if (isChunked) {
            state = State.CHUNK_SIZE;
        } else if (left < 0) {
            throw new WrongAnswerException("a response states no body length");
        } else {
            state = left == 0 ? State.DONE : State.BODY;
        }
    }

    private boolean takeBody(ByteBuffer input) throws WrongAnswerException {
        int count = (int) Math.min(left, input.remaining());
        if (keepsBody) {
            ensureRoom(count);
            body.put(body.position(), input, input.position(), count);
            body.position(body.position() + count);
        }
        input.position(input.position() + count);
        bodyBytes += count;
        left -= count;
        return left == 0;
    }

    private void ensureRoom(int count) throws WrongAnswerException {
        if (body.remaining() >= count) {
            return;
        }
        long needed = body.position() + (long) count;
        if (needed > BODY_MAX) {
            throw new WrongAnswerException("a body is larger than " + BODY_MAX + " bytes");
        }
        ByteBuffer larger =
                ByteBuffer.allocate((int) Math.min(BODY_MAX, Math.max(64 * 1024, 2 * needed)));
        larger.put(body.flip());
        body = larger;
    }

    /** Reads up to the line break; true when it was found. The line is then without it. */
    private boolean takeLine(ByteBuffer input) throws WrongAnswerException {
        while (input.hasRemaining()) {
            byte b = input.get();
            if (b == '\n') {
                if (lineLength > 0 && line[lineLength - 1] == '\r') {
                    lineLength--;
                }
                return true;
            }
            if (lineLength == LINE_MAX) {
                throw new WrongAnswerException("a line of the head is longer than " + LINE_MAX);
            }
            line[lineLength++] = b;
        }
        return false;
    }

    private long chunkSize() throws WrongAnswerException {
        long size = 0;
        int at = 0;
        for (; at < lineLength && line[at] != ';' && line[at] != ' '; at++) {
            int digit = Character.digit(line[at], 16);
            if (digit < 0 || at > 8) {
                throw new WrongAnswerException("a chunk size is not a number");
            }
            size = 16 * size + digit;
        }
        if (at == 0) {
            throw new WrongAnswerException("a chunk has no size");
        }
        return size;
    }

    private long decimal(int from) throws WrongAnswerException {
        long value = 0;
        int digits = 0;
        for (int at = from; at < lineLength; at++) {
            if (line[at] == ' ') {
                continue;
            }
            if (line[at] < '0' || line[at] > '9' || ++digits > 18) {
                throw new WrongAnswerException("a content length is not a number");
            }
            value = 10 * value + line[at] - '0';
        }
        return value;
    }

    private boolean startsWith(byte[] name) {
        return lineLength >= name.length && matches(0, name);
    }

    private boolean endsWith(byte[] word) {
        return lineLength >= word.length && matches(lineLength - word.length, word);
    }

    private boolean matches(int at, byte[] lowerCase) {
        for (int i = 0; i < lowerCase.length; i++) {
            if (Character.toLowerCase(line[at + i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
