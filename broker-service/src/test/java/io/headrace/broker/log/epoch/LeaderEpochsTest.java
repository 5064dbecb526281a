package io.headrace.broker.log.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaderEpochsTest {

    private static final Path DIRECTORY = Path.of("/log");

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private LeaderEpochs epochs = LeaderEpochs.empty(disk, DIRECTORY);

    @BeforeEach
    void threeEpochs() throws IOException {
        disk.createDirectories(DIRECTORY);
        epochs = LeaderEpochs.open(disk, DIRECTORY);
        epochs.assign(1, 10);
        epochs.assign(3, 50);
        epochs.assign(6, 70);
    }

    @ParameterizedTest
    @CsvSource({"-1,-1,-1", "0,0,10", "1,1,50", "2,1,50", "3,3,70", "5,3,70", "6,6,80", "7,-1,-1"})
    void answersWithTheLargestEpochThatIsNotAboveTheOneAskedFor(int asked, int epoch, long end) {
        assertThat(epochs.endOffsetFor(asked, 80)).isEqualTo(new EpochEnd(epoch, end));
    }

    @Test
    void survivesARestartOnceItIsSaved() throws IOException {
        assertThat(LeaderEpochs.open(disk, DIRECTORY).entries()).isEmpty();
        epochs.save();
        assertThat(LeaderEpochs.open(disk, DIRECTORY).entries()).isEqualTo(epochs.entries());
    }

    @Test
    void forgetsEpochsThatWereTruncated() throws IOException {
        epochs.truncateFromEnd(70);
        assertThat(epochs.latestEpoch()).isEqualTo(3);
        epochs.truncateFromStart(60);
        assertThat(epochs.entries()).containsExactly(new EpochStart(3, 60));
    }

    @Test
    void anAssignmentDropsWhatContradictsIt() throws IOException {
        epochs.assign(7, 60);
        assertThat(epochs.entries())
                .containsExactly(
                        new EpochStart(1, 10), new EpochStart(3, 50), new EpochStart(7, 60));
    }
}
