package dev.tokenstore.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// The files that a control plane is started from.
record ServerFiles(ControlPlaneBinaries binaries, Path folder, int port) {
    /// What collects owned objects, empties namespaces and checks the types of admission policies.
    private static final List<String> CONTROLLERS = List.of(
            "garbage-collector-controller", "namespace-controller", "validatingadmissionpolicy-status-controller");

    private static final String CONTROLLER_MANAGER_KUBECONFIG = "controller-manager.kubeconfig";

    static final String ADMIN_TOKEN = "admin-token";
    static final String CONTROLLER_MANAGER_TOKEN = "controller-manager-token";

    void write() throws IOException {
        var admin = writeToken(ADMIN_TOKEN) + ",admin,admin,system:masters\n";
        // also where no controllers are wanted: the API server reads this file only when it starts
        var controllerManager = writeToken(CONTROLLER_MANAGER_TOKEN) + ",system:kube-controller-manager,controllers\n";
        Folders.writePrivate(folder.resolve("tokens.csv"), admin + controllerManager);
        Folders.writePrivate(folder.resolve("service-account.key"), newPrivateKey());
        Folders.writePrivate(folder.resolve("keeper.sh"), ShippedResource.text("keeper.sh"));
        Folders.writePrivate(
                folder.resolve(ControlPlane.ETCD + ".sh"), script(ControlPlane.ETCD, binaries.etcd(), etcdFlags()));
        Folders.writePrivate(
                folder.resolve(ControlPlane.API_SERVER + ".sh"),
                script(ControlPlane.API_SERVER, binaries.apiServer(), apiServerFlags()));
    }

    private String writeToken(String name) throws IOException {
        var token = HexFormat.of().formatHex(randomBytes());
        Folders.writePrivate(folder.resolve(name), token);
        return token;
    }

    /// Writes what the controller manager is started from; its keeper does so as soon as this is there.
    void writeControllerManager(Kubeconfig kubeconfig) throws IOException {
        Folders.writePrivate(folder.resolve(CONTROLLER_MANAGER_KUBECONFIG), kubeconfig.toYaml());
        var script = script(ControlPlane.CONTROLLER_MANAGER, binaries.controllerManager(), controllerManagerFlags());
        Folders.writePrivate(folder.resolve(ControlPlane.CONTROLLER_MANAGER + ".sh"), script);
    }

    private List<String> controllerManagerFlags() {
        return List.of(
                "--kubeconfig=" + folder.resolve(CONTROLLER_MANAGER_KUBECONFIG),
                "--controllers=" + String.join(",", CONTROLLERS),
                // each with the rights that Kubernetes gives to it, not with all rights
                "--use-service-account-credentials",
                "--leader-elect=false",
                // nothing listens
                "--secure-port=0");
    }

    private List<String> etcdFlags() {
        // flags insist on a host and port for the addresses that other members would use: there are none
        var nobody = "http://127.0.0.1:1";
        return List.of(
                "--name=test",
                "--data-dir=" + folder.resolve("data"),
                "--unsafe-no-fsync",
                "--log-level=warn",
                "--listen-client-urls=unix://" + folder.resolve("etcd.sock"),
                "--listen-peer-urls=unix://" + folder.resolve("peer.sock"),
                "--advertise-client-urls=" + nobody,
                "--initial-advertise-peer-urls=" + nobody,
                "--initial-cluster=test=" + nobody);
    }

    private List<String> apiServerFlags() {
        var key = folder.resolve("service-account.key");
        return List.of(
                "--etcd-servers=unix://" + folder.resolve("etcd.sock"),
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                // puts 127.0.0.1 into the certificate
                "--advertise-address=127.0.0.1",
                "--endpoint-reconciler-type=none",
                "--cert-dir=" + folder.resolve("certificates"),
                "--authorization-mode=RBAC",
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                "--service-cluster-ip-range=10.96.0.0/16",
                "--disable-admission-plugins=ServiceAccount",
                "--allow-privileged");
    }

    private static String script(String server, Path program, List<String> flags) {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(flags);
        return "echo $$ >" + server + ".pid\nexec "
                + command.stream().map(ServerFiles::quoted).collect(Collectors.joining(" \\\n    ")) + "\n";
    }

    private static String quoted(String argument) {
        return "'" + argument.replace("'", "'\\''") + "'";
    }

    private static byte[] randomBytes() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static String newPrivateKey() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            var encoded = generator.generateKeyPair().getPrivate().getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
