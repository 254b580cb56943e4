package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// The files that a control plane is started from.
public record ServerFiles(ControlPlaneBinaries binaries, Path folder, Site site) {
    static final String KEEPER = "keeper.sh";
    public static final String SERVICE_ACCOUNT_KEY = "service-account.key";

    /// The API server's own, and the authority for it: it is self-made.
    public static final String CERTIFICATE = "certificates/apiserver.crt";

    static final String ADMIN_TOKEN = "admin-token";
    static final String CONTROLLER_MANAGER_TOKEN = "controller-manager-token";
    public static final String SCHEDULER_TOKEN = "scheduler-token";
    public static final String PROXY_TOKEN = "proxy-token";
    public static final String NODE_TOKEN = "node-token";

    /// The name of the one node that [#NODE_TOKEN] belongs to.
    public static final String NODE_NAME = "node";

    private static final String CONTROLLER_MANAGER_KUBECONFIG = "controller-manager.kubeconfig";

    void write() throws IOException {
        writeTokens();
        Folders.writePrivate(folder.resolve(SERVICE_ACCOUNT_KEY), newPrivateKey());
        for (var script : List.of(KEEPER, "processes.sh")) {
            Folders.writePrivate(folder.resolve(script), ShippedResource.text(ServerFiles.class, script));
        }
        new ServerScript(ControlPlane.ETCD, binaries.etcd(), etcdFlags()).writeTo(folder);
        new ServerScript(ControlPlane.API_SERVER, binaries.apiServer(), apiServerFlags()).writeTo(folder);
        site.prepare(folder);
    }

    /// Also those of servers that may not be wanted: the API server reads the file only when it starts.
    private void writeTokens() throws IOException {
        var accounts = writeToken(ADMIN_TOKEN) + ",admin,admin,system:masters\n"
                + writeToken(CONTROLLER_MANAGER_TOKEN) + ",system:kube-controller-manager,controllers\n"
                + writeToken(SCHEDULER_TOKEN) + ",system:kube-scheduler,scheduler\n"
                + writeToken(PROXY_TOKEN) + ",system:kube-proxy,proxy\n"
                + writeToken(NODE_TOKEN) + ",system:node:" + NODE_NAME + ",node,system:nodes\n";
        Folders.writePrivate(folder.resolve("tokens.csv"), accounts);
    }

    private String writeToken(String name) throws IOException {
        var token = HexFormat.of().formatHex(randomBytes());
        Folders.writePrivate(folder.resolve(name), token);
        return token;
    }

    /// Writes what the controller manager is started from; its keeper does so as soon as this is there.
    void writeControllerManager(Kubeconfig kubeconfig) throws IOException {
        Folders.writePrivate(folder.resolve(CONTROLLER_MANAGER_KUBECONFIG), kubeconfig.toYaml());
        new ServerScript(ControlPlane.CONTROLLER_MANAGER, binaries.controllerManager(), controllerManagerFlags())
                .writeTo(folder);
    }

    private List<String> controllerManagerFlags() {
        var everywhere = Stream.of(
                "--kubeconfig=" + folder.resolve(CONTROLLER_MANAGER_KUBECONFIG),
                // each with the rights that Kubernetes gives to it, not with all rights
                "--use-service-account-credentials",
                "--leader-elect=false",
                // nothing listens
                "--secure-port=0");
        return Stream.concat(everywhere, site.controllerManagerFlags(folder).stream())
                .toList();
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
        var key = folder.resolve(SERVICE_ACCOUNT_KEY);
        var everywhere = Stream.of(
                "--etcd-servers=unix://" + folder.resolve("etcd.sock"),
                "--secure-port=" + site.port(),
                "--cert-dir=" + folder.resolve(CERTIFICATE).getParent(),
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                "--service-cluster-ip-range=10.96.0.0/16",
                "--allow-privileged");
        return Stream.concat(everywhere, site.apiServerFlags().stream()).toList();
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
