package io.headrace.gateway.json;

/** The bytes are not the JSON (or base64) that was expected; the message says what and where. */
public final class JsonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message, null, false, false);
    }
}
