package dev.tokenstore.testing.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A folder that holds `kube-apiserver`, `etcd` and `kubectl`, and all else that a cluster consists of where they were
/// built.
public record ControlPlaneBinaries(Path folder) {
    /// The names of the one program that a build makes; a download has the first three.
    static final List<String> LINKED = List.of(
            "kube-apiserver", "etcd", "kubectl", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy");

    /// All that a build makes.
    static final List<String> BUILT =
            Stream.concat(LINKED.stream(), Stream.of("pause")).toList();

    Path apiServer() {
        return program("kube-apiserver");
    }

    Path etcd() {
        return program("etcd");
    }

    public Path kubectl() {
        return program("kubectl");
    }

    Path controllerManager() {
        return program("kube-controller-manager");
    }

    public Path program(String name) {
        return folder.resolve(name);
    }

    boolean areComplete() {
        return Stream.of(apiServer(), etcd(), kubectl()).allMatch(Files::isExecutable);
    }

    /// Whether all is there that a build makes.
    boolean areBuilt() {
        return BUILT.stream().map(this::program).allMatch(Files::isExecutable);
    }
}
