package dev.tokenstore.testing.product;

import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.process.Http;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The operator as it ships, as a process with a port of its own for probes and metrics.
public final class OperatorProcess extends ProgramProcess {
    private static final Pattern DELETED = Pattern.compile("deleted a token .*secret=\"([^\"]+)\"");

    private final int port;

    private OperatorProcess(
            List<String> javaOptions, List<String> arguments, Map<String, String> environment, int port, Path folder) {
        super(
                new Program(
                        "operator", Project.file("operator/target/operator.jar"), javaOptions, arguments, environment),
                folder);
        this.port = port;
    }

    /// Starts one; returns at once.
    ///
    /// @param environment in addition to this process's
    /// @param folder where its output goes
    public static OperatorProcess start(
            List<String> javaOptions,
            List<String> arguments,
            Path kubeconfig,
            Map<String, String> environment,
            Path folder) {
        var port = Ports.free();
        var whole = new HashMap<>(environment);
        whole.put("KUBECONFIG", kubeconfig.toString());
        whole.put("TOKENSTORE_PORT", Integer.toString(port));
        return new OperatorProcess(javaOptions, arguments, whole, port, folder);
    }

    public OperatorProcess awaitStarted() {
        awaitLogged("operator started");
        return this;
    }

    public OperatorProcess awaitLeading() {
        awaitLogged("this replica leads");
        return this;
    }

    /// The status code of an HTTP GET on the port of probes and metrics.
    public int status(String path) {
        return get(path).statusCode();
    }

    private HttpResponse<String> get(String path) {
        return Http.get("http://127.0.0.1:" + port + path);
    }

    /// The sum of a meter over all series with these labels, given as name, value, name...
    public double meter(String name, String... labels) {
        return ScrapedMetrics.parse(get("/metrics").body()).value(name, labels);
    }

    /// The names of the Secrets that it logged as deleted.
    public List<String> deleted() {
        return log().lines()
                .map(DELETED::matcher)
                .filter(Matcher::find)
                .map(line -> line.group(1))
                .toList();
    }

    /// Asks it to end, which releases its lease, and kills it if it does not.
    @Override
    public void close() {
        terminate();
        try {
            exitCode();
        } finally {
            kill();
        }
    }
}
