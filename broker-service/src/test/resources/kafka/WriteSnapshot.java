import java.io.File;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;

/**
 * Has Kafka's own producer state write a snapshot: ten producers from 9000 on, each with two batches
 * of three records; epoch is the producer's place, the second one begins at sequence 3.
 */
public class WriteSnapshot {

    public static void main(String[] args) throws Exception {
        ProducerStateManager manager =
                new ProducerStateManager(
                        new TopicPartition("orders", 0),
                        new File(args[0]),
                        900_000,
                        new ProducerStateManagerConfig(86_400_000, true),
                        Time.SYSTEM);
        long offset = 0;
        for (int batch = 0; batch < 2; batch++) {
            for (int producer = 0; producer < 10; producer++) {
                SimpleRecord record = new SimpleRecord(System.currentTimeMillis(), "v".getBytes());
                MemoryRecords records =
                        MemoryRecords.withIdempotentRecords(
                                (byte) 2,
                                offset,
                                Compression.NONE,
                                9000 + producer,
                                (short) producer,
                                3 * batch,
                                0,
                                record,
                                record,
                                record);
                RecordBatch written = records.batches().iterator().next();
                ProducerAppendInfo info =
                        manager.prepareUpdate(9000 + producer, AppendOrigin.CLIENT);
                info.append(written, Optional.of(new LogOffsetMetadata(offset)), (short) 2);
                manager.update(info);
                offset += 3;
            }
        }
        manager.updateMapEndOffset(offset);
        manager.takeSnapshot();
    }
}
