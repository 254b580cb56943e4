package dev.tokenstore.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A folder that holds `kube-apiserver`, `etcd` and `kubectl`.
record ControlPlaneBinaries(Path folder) {
    Path apiServer() {
        return folder.resolve("kube-apiserver");
    }

    Path etcd() {
        return folder.resolve("etcd");
    }

    Path kubectl() {
        return folder.resolve("kubectl");
    }

    boolean areComplete() {
        return Stream.of(apiServer(), etcd(), kubectl()).allMatch(Files::isExecutable);
    }
}
