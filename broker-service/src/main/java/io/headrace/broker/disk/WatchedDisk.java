package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Another disk, with somebody who is told how its files fare. */
public final class WatchedDisk extends ForwardingDisk {

    private final DiskWatch watch;

    public WatchedDisk(Disk disk, DiskWatch watch) {
        super(disk);
        this.watch = watch;
    }

    @Override
    protected DiskFile over(DiskFile file) {
        return new Watched(file);
    }

    private final class Watched extends ForwardingFile {

        Watched(DiskFile file) {
            super(file);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            try {
                return super.read(target, position);
            } catch (IOException e) {
                tell(e);
                throw e;
            }
        }

        @Override
        public void load(long position, int length) throws IOException {
            try {
                super.load(position, length);
            } catch (IOException e) {
                tell(e);
                throw e;
            }
        }

        private void tell(IOException cause) {
            if (!(cause instanceof ClosedChannelException)) {
                watch.readFailed(path(), cause);
            }
        }

        @Override
        public void sendFailed(IOException cause) {
            watch.sendFailed(path(), cause);
        }

        @Override
        public void damaged(IOException cause) {
            watch.readFailed(path(), cause);
        }

        @Override
        public void force() throws IOException {
            DiskWatch.Force force = watch.begins(path());
            try {
                super.force();
            } finally {
                force.ended();
            }
        }
    }
}
