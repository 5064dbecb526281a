package io.headrace.broker.http;

import io.netty.buffer.Unpooled;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** JSON answers that are not on the hot path. */
final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder().build();

    static final String MEDIA_TYPE = "application/json";

    private Json() {}

    static Reply reply(Object body) {
        byte[] bytes = MAPPER.writeValueAsBytes(body);
        return Reply.json(Unpooled.wrappedBuffer(bytes));
    }
}
