import java.util.Base64;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;

/** Prints murmur2 of random keys, as Kafka's own code computes it. */
public class GoldenPartitions {
    public static void main(String[] args) {
        Random random = new Random(Long.parseLong(args[0]));
        for (int i = 0; i < 2_000; i++) {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            int hash = Utils.murmur2(key);
            System.out.println("key " + Base64.getEncoder().encodeToString(key) + " " + hash + " " + Utils.toPositive(hash) % 7);
        }
    }
}
