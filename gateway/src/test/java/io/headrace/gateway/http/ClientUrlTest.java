package io.headrace.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of the addresses that a request names leads its client back. */
class ClientUrlTest {

    private static final String PATH = "/consumers/g";

    private static String base(String configured, String... headers) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            given.put(headers[i], headers[i + 1]);
        }
        return new ClientUrl(configured)
                .base(new ClientUrl.Seen(given::get, PATH, "http", "10.0.0.1:8080"));
    }

    @Test
    void the_configured_address_comes_before_all_that_a_request_says() {
        String[] all = {
            "Forwarded", "host=a.example;proto=https", "X-Forwarded-Host", "b.example", "Host", "c"
        };
        assertThat(base("https://front.example/kafka/", all))
                .isEqualTo("https://front.example/kafka");
        assertThat(base("", all)).isEqualTo("https://a.example");
    }

    @Test
    void without_forwarded_the_older_headers_and_then_host_are_asked() {
        assertThat(
                        base(
                                "",
                                "X-Forwarded-Host",
                                "b.example, proxy",
                                "X-Forwarded-Port",
                                "8443",
                                "X-Forwarded-Proto",
                                "https",
                                "Host",
                                "c"))
                .isEqualTo("https://b.example:8443");
        assertThat(base("", "Host", "c:81")).isEqualTo("http://c:81");
        assertThat(base("")).isEqualTo("http://10.0.0.1:8080");
        assertThat(base("", "Host", "c/evil?")).isEqualTo("http://10.0.0.1:8080");
    }

    @Test
    void a_prefix_or_the_path_before_ours_is_kept() {
        assertThat(base("", "Host", "c", "X-Forwarded-Prefix", "/rest/"))
                .isEqualTo("http://c/rest");
        assertThat(base("", "Host", "c", "X-Forwarded-Path", "/rest")).isEqualTo("http://c/rest");
        assertThat(base("", "Host", "c", "X-Forwarded-Path", "/rest/consumers/g"))
                .isEqualTo("http://c/rest");
        assertThat(base("", "Host", "c", "X-Forwarded-Path", PATH)).isEqualTo("http://c");
        assertThat(base("", "Host", "c", "X-Forwarded-Path", "/a b")).isEqualTo("http://c");
    }
}
