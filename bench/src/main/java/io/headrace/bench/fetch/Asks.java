package io.headrace.bench.fetch;

import io.headrace.bench.load.Conversation;
import io.headrace.bench.load.WrongAnswerException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Asks for pieces of the segment in turn; each answer must have exactly the piece's length. */
final class Asks implements Conversation {

    /** A request, and how long the body of its answer must be. */
    record Piece(String request, long bodyBytes) {

        static Piece get(String host, String path, String header, long bodyBytes) {
            String text = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + header + "\r\n";
            return new Piece(text, bodyBytes);
        }
    }

    private final List<Piece> pieces;
    private int turn;

    Asks(List<Piece> pieces, int firstTurn) {
        this.pieces = pieces;
        this.turn = firstTurn;
    }

    @Override
    public ByteBuffer next() {
        String request = pieces.get(turn % pieces.size()).request();
        return ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Both sides send the same bytes; that they are the right ones is for the tests to say. */
    @Override
    public boolean wantsBody() {
        return false;
    }

    @Override
    public long check(int status, ByteBuffer body, long bodyBytes) throws WrongAnswerException {
        long expected = pieces.get(turn % pieces.size()).bodyBytes();
        turn++;
        if ((status != 200 && status != 206) || bodyBytes != expected) {
            throw new WrongAnswerException(
                    "status %d with %d bytes, not %d".formatted(status, bodyBytes, expected));
        }
        return 1;
    }
}
