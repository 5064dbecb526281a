package io.headrace.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.kafka.api.ControllerClient.Answer;
import io.headrace.model.error.ErrorCode;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class ControllerClientTest {

    @Test
    void whoGivesNoTimeIsAnsweredAtOnceWithWhatIsKnown() {
        CompletableFuture<Answer> open = new CompletableFuture<>();
        assertThat(ControllerClient.within(1, open)).isSameAs(open);
        for (int askedMs : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThat(ControllerClient.within(askedMs, open).getNow(null).code())
                    .isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        }
        Answer answer = new Answer(ErrorCode.NONE, "", JsonNodeFactory.instance.missingNode());
        open.complete(answer);
        assertThat(ControllerClient.within(0, open).getNow(null)).isSameAs(answer);
    }
}
