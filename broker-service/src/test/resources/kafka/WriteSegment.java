import java.io.File;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Writes 100 batches of 3 records with Kafka's library; every codec, three leader epochs. */
public class WriteSegment {

    public static void main(String[] args) throws Exception {
        Compression[] codecs = {
            Compression.NONE,
            Compression.gzip().build(),
            Compression.snappy().build(),
            Compression.lz4().build(),
            Compression.zstd().build()
        };
        try (FileRecords file = FileRecords.open(new File(args[0]))) {
            for (int i = 0; i < 100; i++) {
                SimpleRecord[] records = new SimpleRecord[3];
                for (int j = 0; j < 3; j++) {
                    int n = 3 * i + j;
                    byte[] value = ("value-" + n).getBytes(StandardCharsets.UTF_8);
                    records[j] = new SimpleRecord(1_700_000_000_000L + n, null, value);
                }
                file.append(
                        MemoryRecords.withRecords(
                                (byte) 2,
                                3L * i,
                                codecs[i % codecs.length],
                                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                                -1L,
                                (short) -1,
                                -1,
                                i / 40,
                                false,
                                records));
            }
            file.flush();
        }
    }
}
