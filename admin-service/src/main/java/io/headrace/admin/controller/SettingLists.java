package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.ControllerEvent.SettingChange.Operation;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicSetting;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Settings that are lists of words with commas between them: what APPEND and SUBTRACT change. */
final class SettingLists {

    private SettingLists() {}

    static boolean isListOperation(SettingChange change) {
        return change.operation() == Operation.APPEND || change.operation() == Operation.SUBTRACT;
    }

    static boolean isList(TopicSetting setting) {
        return switch (setting) {
            case CLEANUP_POLICY,
                    FOLLOWER_REPLICATION_THROTTLED_REPLICAS,
                    LEADER_REPLICATION_THROTTLED_REPLICAS ->
                    true;
            default -> false;
        };
    }

    static Refused noList(SettingChange change) {
        return new Refused(
                ErrorCode.INVALID_CONFIG,
                "'" + change.name() + "' is not a list, so only SET and DELETE fit");
    }

    /**
     * @param now the words that are there
     */
    static String changed(String now, SettingChange change) {
        Set<String> words = new LinkedHashSet<>(words(now));
        List<String> given = words(change.value().orElse(""));
        if (change.operation() == Operation.APPEND) {
            words.addAll(given);
        } else {
            given.forEach(words::remove);
        }
        return String.join(",", words);
    }

    private static List<String> words(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
