package io.headrace.broker.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/** The APIs that this broker answers, by key; what is not here is not advertised. */
public final class ApiTable {

    private final @Nullable Api<?>[] byKey;

    public ApiTable(Collection<? extends Api<?>> apis) {
        int highest = apis.stream().mapToInt(api -> api.key().id).max().orElse(-1);
        byKey = new Api<?>[highest + 1];
        for (Api<?> api : apis) {
            if (byKey[api.key().id] != null) {
                throw new IllegalArgumentException("two APIs for key " + api.key());
            }
            byKey[api.key().id] = api;
        }
    }

    @Nullable Api<?> find(int key) {
        return key >= 0 && key < byKey.length ? byKey[key] : null;
    }

    /** Every key that is answered, in the order of their numbers. */
    public List<ApiKeys> keys() {
        List<ApiKeys> keys = new ArrayList<>();
        for (Api<?> api : byKey) {
            if (api != null) {
                keys.add(api.key());
            }
        }
        return keys;
    }
}
