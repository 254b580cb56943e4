package dev.tokenstore.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A folder that holds `kube-apiserver`, `etcd` and `kubectl`, and `kube-controller-manager` where they were built.
record ControlPlaneBinaries(Path folder) {
    /// All that a build makes; a download has no `kube-controller-manager`.
    static final List<String> BUILT = List.of("kube-apiserver", "etcd", "kubectl", "kube-controller-manager");

    Path apiServer() {
        return folder.resolve("kube-apiserver");
    }

    Path etcd() {
        return folder.resolve("etcd");
    }

    Path kubectl() {
        return folder.resolve("kubectl");
    }

    Path controllerManager() {
        return folder.resolve("kube-controller-manager");
    }

    boolean areComplete() {
        return Stream.of(apiServer(), etcd(), kubectl()).allMatch(Files::isExecutable);
    }

    boolean areCompleteWithControllers() {
        return areComplete() && Files.isExecutable(controllerManager());
    }
}
