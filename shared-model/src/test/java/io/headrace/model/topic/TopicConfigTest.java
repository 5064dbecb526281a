package io.headrace.model.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicConfigTest {

    @ParameterizedTest
    @EnumSource
    void every_default_is_legal(TopicSetting setting) {
        assertThat(setting.problem(setting.defaultValue())).isEmpty();
        assertThat(TopicSetting.byName(setting.settingName())).contains(setting);
    }

    @Test
    void what_is_set_lies_over_the_defaults() {
        TopicConfig config =
                TopicConfig.of(Map.of("retention.ms", "5", "cleanup.policy", "compact, delete"));

        assertThat(config.retentionMs()).isEqualTo(5);
        assertThat(config.cleanupPolicies())
                .containsExactlyInAnyOrder(
                        TopicConfig.CleanupPolicy.COMPACT, TopicConfig.CleanupPolicy.DELETE);
        assertThat(config.isSet(TopicSetting.RETENTION_MS)).isTrue();
        assertThat(config.isSet(TopicSetting.SEGMENT_BYTES)).isFalse();
        assertThat(config.segmentBytes()).isEqualTo(1 << 30);
    }

    @ParameterizedTest
    @CsvSource({
        "retention.ms, -2",
        "retention.ms, soon",
        "segment.bytes, 13",
        "segment.bytes, 2147483648",
        "cleanup.policy, shred",
        "cleanup.policy, 'delete,delete'",
        "cleanup.policy, ''",
        "min.cleanable.dirty.ratio, 1.5",
        "min.cleanable.dirty.ratio, NaN",
        "flush.on.ack, yes",
        "message.timestamp.type, createtime",
        "min.insync.replicas, 0",
    })
    void illegal_values_are_refused_with_setting_and_value_named(String name, String value) {
        assertThatThrownBy(() -> TopicConfig.of(Map.of(name, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name + " must be")
                .hasMessageContaining("'" + value + "'");
    }

    @Test
    void an_unknown_setting_is_refused_with_the_known_ones_named() {
        assertThatThrownBy(() -> TopicConfig.of(Map.of("retention", "1")))
                .hasMessageContaining("'retention' is not a topic setting")
                .hasMessageContaining("retention.ms");
    }

    @Test
    void compaction_lags_must_fit_each_other() {
        assertThatThrownBy(
                        () ->
                                TopicConfig.of(
                                        Map.of(
                                                "min.compaction.lag.ms",
                                                "10",
                                                "max.compaction.lag.ms",
                                                "5")))
                .hasMessageContaining("max.compaction.lag.ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "ä", "a\u0000", "a%2f"})
    void illegal_topic_names_have_a_problem(String name) {
        assertThat(TopicName.problem(name)).isPresent();
    }

    @Test
    void topic_names_have_at_most_249_characters() {
        assertThat(TopicName.problem("a".repeat(249))).isEmpty();
        assertThat(TopicName.problem("a".repeat(250))).isPresent();
    }

    @Test
    void a_topic_id_reads_back_from_its_text() {
        TopicId id = TopicId.random();
        assertThat(TopicId.parse(id.toString())).isEqualTo(id);
        assertThat(id.toString()).hasSize(22);
        assertThatThrownBy(() -> TopicId.parse("abc")).isInstanceOf(IllegalArgumentException.class);
    }
}
