package dev.tokenstore.testing.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/// A lock that one thread of one process of this machine holds, until closed.
///
/// The operating system releases it when the process dies.
public final class ProcessLock implements AutoCloseable {
    /// File locks belong to the whole JVM; its threads need one of their own.
    private static final ReentrantLock IN_THIS_JVM = new ReentrantLock();

    private final FileChannel channel;

    private ProcessLock(FileChannel channel) {
        this.channel = channel;
    }

    /// @param onWait called once if another process holds the lock
    public static ProcessLock acquire(Path file, Runnable onWait) throws IOException {
        IN_THIS_JVM.lock();
        try {
            return new ProcessLock(locked(file, onWait));
        } catch (IOException | RuntimeException e) {
            IN_THIS_JVM.unlock();
            throw e;
        }
    }

    private static FileChannel locked(Path file, Runnable onWait) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                onWait.run();
                channel.lock();
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            IN_THIS_JVM.unlock();
        }
    }
}
