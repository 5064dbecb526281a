package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code ApiVersions}: what this broker answers. A client that is newer gets the range of this API,
 * in version 0, and asks again. Needs no permission.
 */
final class ApiVersionsApi implements Api<ApiVersionsRequestData> {

    private static final boolean UNSTABLE = false;
    private static final int SOFTWARE_VERSION = 3;
    private static final Pattern SOFTWARE =
            Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    private final Supplier<List<ApiKeys>> keys;

    /**
     * @param keys of the table that this API is in
     */
    ApiVersionsApi(Supplier<List<ApiKeys>> keys) {
        this.keys = keys;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public void handle(Exchange exchange, ApiVersionsRequestData request) {
        if (!key().isVersionSupported(exchange.version())) {
            exchange.answer(
                    new ApiVersionsResponseData()
                            .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                            .setApiKeys(collection(List.of(key()))));
        } else if (exchange.version() >= SOFTWARE_VERSION && !isWellNamed(request)) {
            exchange.answer(
                    new ApiVersionsResponseData().setErrorCode(Errors.INVALID_REQUEST.code()));
        } else {
            exchange.answer(new ApiVersionsResponseData().setApiKeys(collection(keys.get())));
        }
    }

    private static boolean isWellNamed(ApiVersionsRequestData request) {
        return SOFTWARE.matcher(request.clientSoftwareName()).matches()
                && SOFTWARE.matcher(request.clientSoftwareVersion()).matches();
    }

    private static ApiVersionCollection collection(List<ApiKeys> keys) {
        ApiVersionCollection collection = new ApiVersionCollection(keys.size());
        for (ApiKeys key : keys) {
            collection.add(
                    new ApiVersion()
                            .setApiKey(key.id)
                            .setMinVersion(oldest(key))
                            .setMaxVersion(key.latestVersion(UNSTABLE)));
        }
        return collection;
    }

    /** librdkafka does not compress for brokers that do not offer Produce 0 (KAFKA-18659). */
    private static short oldest(ApiKeys key) {
        return key == ApiKeys.PRODUCE
                ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                : key.oldestVersion();
    }
}
