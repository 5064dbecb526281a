package io.headrace.model.coordination;

import io.headrace.model.cluster.ClusterImage;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.curator.framework.listen.Listenable;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;

/** Nodes as a simulation delivered them, read by the real builder of images. */
public final class SimulatedCache implements CuratorCache {

    private final TreeMap<String, ChildData> nodes = new TreeMap<>();
    private final ClusterImageBuilder builder = new ClusterImageBuilder(this);

    public void put(String path, Optional<ChildData> data) {
        if (data.isPresent()) {
            nodes.put(path, data.get());
        } else {
            nodes.remove(path);
        }
    }

    public ClusterImage image() {
        return builder.build();
    }

    @Override
    public void start() {}

    @Override
    public void close() {}

    @Override
    public Listenable<CuratorCacheListener> listenable() {
        throw new UnsupportedOperationException("nobody listens here");
    }

    @Override
    public Optional<ChildData> get(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    @Override
    public int size() {
        return nodes.size();
    }

    @Override
    public Stream<ChildData> stream() {
        return nodes.values().stream();
    }
}
