package dev.tokenstore.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a node of the tests' own has of a pod: its control groups, which are there as long as any process of it is.
record PodTraces(String podUid) {
    private static final List<Path> ROOTS = List.of(Path.of("/sys/fs/cgroup/pids"), Path.of("/sys/fs/cgroup"));

    boolean remain() {
        var root = ROOTS.stream().filter(Files::isDirectory).findFirst().orElseThrow();
        var search = new Search();
        try {
            Files.walkFileTree(root, search);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return search.found;
    }

    private final class Search extends SimpleFileVisitor<Path> {
        private boolean found;

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            found |= folder.getFileName().toString().contains(podUid);
            return found ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        /// Others on this machine come and go.
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
            return FileVisitResult.CONTINUE;
        }
    }
}
